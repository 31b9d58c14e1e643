"""The computer stays awake from arming to the end of being armed, and no desktop can hold the session up."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import pytest

from treadctl.cli import awake
from treadctl.cli.awake import ASLEEP, LID, Awake
from treadctl.engine.engine import Engine
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Step
from treadctl.workout.library import load_named
from treadctl.workout.profile import Profile

WITHIN_S = 5.0


class Desktop:
    """Counts who is kept awake; may be slow, refuse or fail."""

    def __init__(self, *warnings: str, fails: bool = False) -> None:
        self.warnings, self.fails = warnings, fails
        self.awake = threading.Event()
        self.asleep = threading.Event()

    @contextlib.contextmanager
    def keep(self) -> Iterator[tuple[str, ...]]:
        if self.fails:
            raise OSError("no desktop here")
        self.awake.set()
        yield self.warnings
        self.asleep.set()


def step(phase: Phase) -> Step:
    made = Engine(load_named("first-descent"), Profile()).step(0.0, [])
    return Step(made.snapshot._replace(phase=phase), (), ())


def test_it_is_kept_awake_while_armed_and_not_before_or_after() -> None:
    desktop, warned = Desktop(), list[str]()
    listener = Awake(warned.append, desktop.keep)
    listener(0.0, [], step(Phase.READY))
    assert not desktop.awake.wait(0.05)
    listener(1.0, [], step(Phase.RUNNING))
    assert desktop.awake.wait(WITHIN_S)
    listener(2.0, [], step(Phase.PAUSED))
    assert not desktop.asleep.is_set()
    listener(3.0, [], step(Phase.OVER))
    assert desktop.asleep.wait(WITHIN_S)
    listener.close()
    assert warned == []


def test_in_a_class_it_is_kept_awake_from_ready_on_and_through_to_the_end_of_being_armed() -> None:
    desktop = Desktop()
    listener = Awake(lambda _: None, desktop.keep)
    listener.mind_ready(True)
    assert desktop.awake.wait(WITHIN_S)
    listener(0.0, [], step(Phase.READY))
    listener(1.0, [], step(Phase.RUNNING))
    listener.mind_ready(False)
    assert not desktop.asleep.wait(0.05)
    listener(2.0, [], step(Phase.OVER))
    assert desktop.asleep.wait(WITHIN_S)
    listener.close()


def test_closing_lets_it_sleep() -> None:
    desktop = Desktop()
    listener = Awake(lambda _: None, desktop.keep)
    listener(0.0, [], step(Phase.RUNNING))
    assert desktop.awake.wait(WITHIN_S)
    listener.close()
    assert desktop.asleep.wait(WITHIN_S)


@pytest.mark.parametrize("desktop", [Desktop(ASLEEP), Desktop(fails=True)])
def test_what_cannot_be_had_is_told_and_the_session_goes_on(desktop: Desktop) -> None:
    warned = list[str]()
    listener = Awake(warned.append, desktop.keep)
    listener(0.0, [], step(Phase.RUNNING))
    listener.close()
    assert len(warned) == 1
    assert warned[0].startswith(ASLEEP)


def test_a_lid_is_warned_of_where_the_system_would_not_ignore_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(awake, "has_lid", lambda: True)
    monkeypatch.setenv("PATH", "")
    with awake.kept_awake() as warnings:
        assert warnings[-1] == LID
