"""The computer stays awake from arming to the end of being armed, and no desktop can hold the session up."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from treadctl.cli import awake, checks, doctor
from treadctl.cli.awake import ASLEEP, BLANKS, LID, Awake
from treadctl.cli.checks import State
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


@pytest.fixture
def inhibitor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """A `systemd-inhibit` that does what the shell lines say; what it was called with stands in the file that is returned."""

    def make(lines: str) -> Path:
        program, called = tmp_path / "systemd-inhibit", tmp_path / "called"
        program.write_text(f'#!/bin/sh\necho "$@" > "{called}"\n{lines}\n')
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
        monkeypatch.delenv("WAKEPY_FAKE_SUCCESS", raising=False)
        return called

    return make


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="systemd is Linux's")


@on_linux
def test_systemds_inhibitor_holds_sleep_off_and_ends_with_it_and_the_screen_is_told_of(
    inhibitor: Callable[[str], Path],
) -> None:
    called = inhibitor("cat\necho ended >> " + '"$0.ended"')
    with awake.kept_awake() as warnings:
        assert warnings == (BLANKS,)
        assert "--what=sleep:idle:handle-lid-switch" in called.read_text()
    assert (called.parent / "systemd-inhibit.ended").exists(), "it ends when its stdin does"


@on_linux
def test_an_inhibitor_that_is_refused_is_no_inhibitor(inhibitor: Callable[[str], Path]) -> None:
    inhibitor("exit 1")
    with awake.kept_awake() as warnings:
        assert warnings == (ASLEEP,)


@on_linux
def test_a_desktop_that_keeps_the_screen_lit_leaves_nothing_to_warn_of(
    inhibitor: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    inhibitor("exit 1")
    monkeypatch.setenv("WAKEPY_FAKE_SUCCESS", "yes")  # wakepy's own way to be tried without a desktop
    with awake.kept_awake() as warnings:
        assert warnings == ()


@on_linux
@pytest.mark.parametrize(("lines", "state"), [("cat", "the screen may go dark"), ("exit 1", "sleep cannot be held off here")])
def test_the_doctor_says_of_sleep_what_a_session_would(
    inhibitor: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, lines: str, state: str
) -> None:
    inhibitor(lines)
    awake_now, _ = doctor.kept_awake_here()
    assert state in awake_now.words
    monkeypatch.setenv("WAKEPY_FAKE_SUCCESS", "yes")
    awake_now, _ = doctor.kept_awake_here()
    assert awake_now.state is State.OK


@on_linux
def test_a_lid_that_the_inhibitor_holds_is_no_worry_to_the_doctor_either(
    inhibitor: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "lids" / "LID0").mkdir(parents=True)
    monkeypatch.setattr(awake, "LIDS", tmp_path / "lids")
    monkeypatch.setattr(checks, "has_a_lid", lambda: True)
    inhibitor("cat")
    assert [check.state for check in doctor.kept_awake_here() if check is not None and check.name == "lid"] == [State.OK]
    inhibitor("exit 1")
    assert [check.state for check in doctor.kept_awake_here() if check is not None and check.name == "lid"] == [State.ADVICE]


def test_what_was_told_once_is_not_told_at_the_next_arming() -> None:
    desktop, warned = Desktop(BLANKS), list[str]()
    listener = Awake(warned.append, desktop.keep)
    for phase in (Phase.RUNNING, Phase.READY, Phase.RUNNING):
        desktop.awake.clear()
        desktop.asleep.clear()
        listener(0.0, [], step(phase))
        assert (desktop.asleep if phase is Phase.READY else desktop.awake).wait(WITHIN_S)
    listener.close()
    assert warned == [BLANKS]
