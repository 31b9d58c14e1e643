"""A link that is lost and found again, as the screen's host hears of it: tries, reasons, and a Stop that waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep

import pytest
from fake_host import FakeHost, moments, out_of_reach, shown
from screen_text import screen_text

from treadctl.cli.armer import Armer
from treadctl.clock import PacedClock
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Ending
from treadctl.engine.words import Key
from treadctl.mock.faults import parse_fault
from treadctl.mock.memory import MemoryRadio
from treadctl.mock.presets import DEFAULT
from treadctl.mock.treadmill import MockTreadmill
from treadctl.session import Session
from treadctl.treadmill.connection import Connection
from treadctl.treadmill.known import known_mock
from treadctl.tui.host import Outage, SessionThread
from treadctl.tui.screens.hands_off import HandsOffScreen
from treadctl.tui.screens.lost import LostScreen, reconnecting
from treadctl.workout.library import load_named
from treadctl.workout.profile import CAUTIOUS


@contextmanager
def lost_after_a_minute(for_s: int) -> Iterator[SessionThread]:
    """A session on a mock whose link is gone from its 60th second on; a hundred times as fast as real time."""
    clock = PacedClock(100)
    treadmill = MockTreadmill(DEFAULT, faults=[parse_fault(f"drop-link@60+{for_s}")])

    def make() -> Session:
        known = known_mock(DEFAULT.offset)
        session = Session(
            load_named("first-descent"), CAUTIOUS, clock, lambda d: Connection(MemoryRadio(treadmill, clock), clock, d, known)
        )
        session.listen(Armer(session))
        return session

    host = SessionThread(make, "mock", clock.now)
    host.start()
    try:
        until(lambda: phase(host) is Phase.UNLINKED and host.outage.tries >= 1)
        yield host
    finally:
        host.press(Key.STOP)
        host.wait(5)
        host.abandon()
        assert host.wait(10)


def until(what: Callable[[], bool]) -> None:
    begun = monotonic()
    while not what():
        assert monotonic() - begun < 20
        sleep(0.005)


def phase(host: SessionThread) -> Phase | None:
    return None if host.latest is None else host.latest.snapshot.phase


def test_each_failed_try_is_counted_with_its_reason_until_the_link_is_back() -> None:
    with lost_after_a_minute(15) as host:
        assert host.outage.why
        assert not host.outage.stop_waits
        until(lambda: phase(host) in (Phase.READY, Phase.HANDS_OFF))
        assert host.outage == Outage()
        assert host.failure == ""


def test_a_stop_without_a_link_waits_and_a_second_one_ends_the_session() -> None:
    with lost_after_a_minute(600) as host:
        host.press(Key.STOP)
        until(lambda: host.outage.stop_waits)
        assert phase(host) is Phase.UNLINKED
        before = host.now()
        until(lambda: host.now() > before + 2)
        host.press(Key.STOP)
        until(lambda: host.over)
        assert host.ending is Ending.LINK_FAILED


def test_a_stop_that_waited_goes_first_when_the_link_is_back() -> None:
    with lost_after_a_minute(15) as host:
        host.press(Key.STOP)
        until(lambda: host.over)
        assert host.ending is Ending.STOPPED


def test_the_words_for_a_lost_link_count_in_words_and_numbers() -> None:
    assert reconnecting(Outage())[0] == "Connecting again: the first try is under way."
    assert reconnecting(Outage(1, "timed out"))[0] == "Connecting again: one try has failed; the last: timed out."
    assert reconnecting(Outage(7, "x" * 300))[0].startswith("Connecting again: 7 tries have failed; the last: xxx")
    assert len(reconnecting(Outage(7, "x" * 300))[0]) < 160


@pytest.mark.asyncio
async def test_the_screen_says_that_stop_waits_and_what_a_second_one_does_and_goes_when_the_link_is_back() -> None:
    async with shown("link-lost", (80, 24)) as (app, host, pilot):
        assert "the first try is under way" in screen_text(app)
        assert host.latest is not None
        app.host = waiting = out_of_reach(host.latest.snapshot, stop_waits=True)
        await pilot.press("s")
        await app.look()
        await pilot.pause()
        assert waiting.pressed == [Key.STOP]
        assert "STOP WAITS for the link and goes out first" in screen_text(app)
        assert "S again, after 15 seconds, leaves that to the guardian." in screen_text(app)
        assert "3 tries have failed; the last: no treadmill answers" in screen_text(app)
        assert isinstance(app.screen, LostScreen)
        app.host = back = moments()["hands-off"]
        await app.look()
        assert isinstance(app.screen, HandsOffScreen)
        await pilot.press("a")
        assert isinstance(back, FakeHost)
        assert back.pressed == [Key.ARM]


@pytest.mark.asyncio
async def test_a_link_that_is_lost_before_anything_was_told_is_shown_too() -> None:
    async with shown("link-lost", (80, 24)) as (app, host, pilot):
        host.turn(age_s=float("inf"), shown_speed=None, shown_grade=None)
        await app.look()
        await pilot.pause()
        assert "nothing was told of it yet" in screen_text(app)
