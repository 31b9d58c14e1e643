"""The guardian: whatever becomes of the session, a belt that it set moving is told to stop, and nothing else is moved."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from treadctl.clock import PacedClock
from treadctl.engine.records import RecordError
from treadctl.engine.words import Answered, Countdown, Disconnected, Input, Telemetry
from treadctl.mock.faults import parse_fault
from treadctl.mock.memory import MemoryRadio
from treadctl.mock.presets import PRESETS
from treadctl.mock.treadmill import Console, MockTreadmill
from treadctl.safety import Cleared, SetIncline, SetSpeed, Start, Stop, TakeControl
from treadctl.treadmill import pipe
from treadctl.treadmill.connection import Connection
from treadctl.treadmill.gatt import LinkError, Trouble
from treadctl.treadmill.guardian import Guardian
from treadctl.treadmill.watchdog import Duty, Watchdog
from treadctl.units import Grade, Speed

STOP = bytes.fromhex("0801")


# --- the watchdog, pure -----------------------------------------------------------------------------------------------


def test_a_program_that_ends_while_the_belt_may_move_means_stop() -> None:
    watchdog = Watchdog(0.0)
    watchdog.heard(True, 10.0)
    watchdog.ended("end of file")
    assert (watchdog.duty(10.1), watchdog.why) == (Duty.STOP, "end of file")


def test_a_belt_that_it_did_not_set_moving_is_let_go() -> None:
    watchdog = Watchdog(0.0)
    watchdog.heard(True, 10.0)
    watchdog.heard(False, 20.0)
    assert watchdog.duty(1000.0) is Duty.SERVE, "a frozen program that moves nothing may come back"
    watchdog.ended("end of file")
    assert watchdog.duty(1000.0) is Duty.LET_GO


@pytest.mark.parametrize(("after_s", "duty"), [(2.9, Duty.SERVE), (3.1, Duty.STOP)])
def test_three_seconds_of_silence_over_a_moving_belt_mean_stop(after_s: float, duty: Duty) -> None:
    watchdog = Watchdog(0.0)
    watchdog.heard(True, 50.0)
    assert watchdog.look_again() == 53.0
    assert watchdog.duty(50.0 + after_s) is duty


def test_what_was_decided_stays_decided() -> None:
    watchdog = Watchdog(0.0)
    watchdog.heard(True, 0.0)
    assert watchdog.duty(4.0) is Duty.STOP
    watchdog.heard(False, 4.1)
    watchdog.let_go()
    assert watchdog.duty(4.2) is Duty.STOP
    assert watchdog.why == "nothing heard from the session for 4.0 s"


# --- the pipe ---------------------------------------------------------------------------------------------------------


def test_a_failed_link_crosses_the_pipe_with_its_advice() -> None:
    name, what = pipe.heard(pipe.said(pipe.FAILED, Trouble.RADIO_OFF.name, "hci0", None))
    error = pipe.link_error(what)
    assert (name, error.trouble, error.detail, error.att_error) == ("failed", Trouble.RADIO_OFF, "hci0", None)


@pytest.mark.parametrize("line", ["", "{}", "[]", "[1]", "nonsense", "[" * 100_000])
def test_a_line_that_is_not_ours_is_refused(line: str) -> None:
    with pytest.raises(RecordError):
        pipe.heard(line)


# --- the guardian on the mock -----------------------------------------------------------------------------------------


class Radio(MemoryRadio):
    """Notes what is written, and when."""

    def __init__(self, post: Post) -> None:
        super().__init__(post.treadmill, post.clock)
        self._post = post

    async def connect(self, on_lost: Callable[[str], None]) -> str:
        if self._post.fail:
            raise LinkError(Trouble.NOT_FOUND, "nobody there")
        return await super().connect(on_lost)

    async def write(self, cleared: Cleared) -> None:
        if self._post.fail:
            raise LinkError(Trouble.TIMED_OUT)
        if self._post.breaks:
            self._post.breaks -= 1
            raise ZeroDivisionError("a fault of ours")
        self._post.written.append((self._post.clock.now(), cleared.payload))
        await super().write(cleared)


class Post:
    """A guardian at a mock whose belt it has set moving, as a session would, down a decline of two percent."""

    def __init__(self, *faults: str) -> None:
        self.clock = PacedClock(1000)
        self.treadmill = MockTreadmill(PRESETS["decline-10"], seed=1, faults=[parse_fault(fault) for fault in faults])
        self.written: list[tuple[float, bytes]] = []
        self.said: list[str] = []
        self.records: list[str] = []
        self.guardian = Guardian(self._connect, self.clock, self._hear, self.records.append)
        self.guardian.hear(pipe.said(pipe.CONNECT))
        self.fail = False
        self.breaks = 0

    def _connect(self, deliver: Callable[[Input], None]) -> Connection:
        return Connection(Radio(self), self.clock, deliver)

    def _hear(self, line: str) -> None:
        self.said.append(line)

    async def set_moving(self) -> asyncio.Task[None]:
        serving = asyncio.create_task(self.guardian.run("mock"))
        await self.clock.sleep(6)
        for command, then_s in ((TakeControl(), 1), (Start(), 12), (SetSpeed(Speed(200)), 5), (SetIncline(Grade(-20)), 8)):
            self.guardian.hear(pipe.said(pipe.ALIVE, True))
            self.guardian.hear(pipe.said(pipe.OFFER, command))
            for _ in range(then_s):
                await self.clock.sleep(1)
                self.guardian.hear(pipe.said(pipe.ALIVE, True))
        assert self.treadmill.belt_speed == pytest.approx(2.0), self.said
        return serving

    def octets(self) -> list[bytes]:
        return [octets for _, octets in self.written]


def run_post(what: Callable[[Post], object], *faults: str, stays: bool = False) -> tuple[Post, float]:
    """Set the belt moving, let `what` happen, and wait for the guardian to end; the mock's seconds that it took."""

    async def whole() -> tuple[Post, float]:
        post = Post(*faults)
        serving = await post.set_moving()
        begun = post.clock.now()
        what(post)
        waiting = asyncio.create_task(post.clock.sleep(60))
        await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
        took = post.clock.now() - begun
        waiting.cancel()
        assert serving.done() != stays
        if stays:
            post.guardian.hear(pipe.said(pipe.CLOSE))
        await serving
        return post, took

    return asyncio.run(whole())


def test_a_session_that_dies_leaves_a_belt_that_is_told_to_stop_and_seen_still() -> None:
    post, _ = run_post(lambda post: post.guardian.ended("the session has ended without a word"))
    assert post.octets()[-1] == STOP
    assert post.octets().count(STOP) == 1
    assert post.treadmill.belt_speed == 0
    assert post.records == [
        "mock: the session has ended without a word: Stop",
        "mock: the belt is still",
    ]


def test_a_session_that_freezes_is_noticed_within_three_and_a_half_seconds() -> None:
    post, _ = run_post(lambda post: None)
    stop_at = next(at for at, octets in post.written if octets == STOP)
    last_heard = 6 + 1 + 12 + 5 + 8
    assert 3.0 <= stop_at - last_heard <= 3.5
    assert post.treadmill.belt_speed == 0


def test_the_guardian_never_moves_the_deck() -> None:
    def late(post: Post) -> None:
        post.guardian.ended("SIGTERM")
        post.guardian.hear(pipe.said(pipe.OFFER, SetIncline(Grade(-40))))
        post.guardian.hear(pipe.said(pipe.OFFER, SetIncline(Grade(0))))

    post, _ = run_post(late)
    begun = post.octets().index(STOP)
    assert post.octets()[begun:] == [STOP]


def test_a_session_that_lets_go_writes_nothing_more() -> None:
    def let_go(post: Post) -> None:
        post.guardian.hear(pipe.said(pipe.ALIVE, False))
        post.guardian.hear(pipe.said(pipe.CLOSE))

    post, took = run_post(let_go)
    assert STOP not in post.octets()
    assert took < 2
    assert post.records == []


def test_a_belt_that_is_never_seen_still_is_recorded_after_twenty_seconds() -> None:
    post, took = run_post(lambda post: post.guardian.ended("end of file"), "silent-telemetry@21+1000")
    assert 20 <= took < 23
    assert post.records[-1] == "mock: the belt is not seen still, last at 2.0 km/h"
    assert STOP in post.octets()


def test_a_link_that_is_lost_when_the_session_dies_is_made_again_to_stop() -> None:
    async def whole() -> Post:
        post = Post("drop-link@22+3")
        serving = await post.set_moving()
        post.fail = True
        post.guardian.ended("end of file")
        await post.clock.sleep(1)
        assert not post.treadmill.link_up
        post.fail = False
        await asyncio.wait_for(serving, 10)
        return post

    post = asyncio.run(whole())
    assert post.octets()[-1] == STOP
    assert post.treadmill.belt_speed == 0
    assert post.records[-1] == "mock: the belt is still"


def test_a_session_that_dies_between_start_and_the_first_movement_leaves_no_belt_to_start_later() -> None:
    """The belt stands still for three to fifteen seconds after a Start, and that is not what stillness looks like."""

    async def whole() -> Post:
        post = Post()
        serving = asyncio.create_task(post.guardian.run("mock"))
        await post.clock.sleep(6)
        post.guardian.hear(pipe.said(pipe.ALIVE, True))
        post.guardian.hear(pipe.said(pipe.OFFER, TakeControl()))
        post.guardian.hear(pipe.said(pipe.OFFER, Start()))
        await post.clock.sleep(1)
        assert post.treadmill.belt_speed == 0
        post.guardian.ended("end of file")
        await asyncio.wait_for(serving, 10)
        await post.clock.sleep(20)
        return post

    post = asyncio.run(whole())
    assert post.octets() == [b"\x00", b"\x07", STOP]
    assert post.treadmill.belt_speed == 0


def test_a_belt_that_had_just_begun_to_move_is_watched_until_a_later_frame_shows_it_still() -> None:
    """A Stop accepted as the belt takes its first centimetres: the last frame still shows zero, and that is not stillness."""

    async def whole() -> tuple[Post, float]:
        post = Post()
        serving = asyncio.create_task(post.guardian.run("mock"))
        await post.clock.sleep(6)
        post.guardian.hear(pipe.said(pipe.ALIVE, True))
        post.guardian.hear(pipe.said(pipe.OFFER, TakeControl()))
        post.guardian.hear(pipe.said(pipe.OFFER, Start()))
        while post.treadmill.belt_speed == 0:
            await post.clock.sleep(0.05)
            post.guardian.hear(pipe.said(pipe.ALIVE, True))
        post.guardian.ended("end of file")
        begun = post.clock.now()
        await asyncio.wait_for(serving, 10)
        return post, post.clock.now() - begun

    post, took = asyncio.run(whole())
    assert post.octets()[-1] == STOP
    assert took >= 1.0
    assert post.treadmill.belt_speed == 0
    assert post.records[-1] == "mock: the belt is still"


@pytest.mark.parametrize("fault", ["console-stop@23", "safety-key@23", "console-pause@23"])
def test_a_belt_that_somebody_stopped_at_the_console_is_not_told_to_stop(fault: str) -> None:
    """The session froze, so the runner pressed the console's stop: a Stop on that belt starts some machines (QZ#470)."""
    post, _ = run_post(lambda post: None, fault, "stop-restarts", stays=True)
    assert STOP not in post.octets()
    assert post.treadmill.belt_speed == 0


def test_a_link_that_is_lost_while_the_session_is_frozen_is_made_again_to_stop() -> None:
    post, _ = run_post(lambda post: None, "drop-link@22+6")
    assert post.octets()[-1] == STOP
    assert post.treadmill.belt_speed == 0
    assert post.records[0].startswith("mock: nothing heard from the session for 3.")


def test_a_session_that_dies_while_its_link_is_lost_has_its_belt_stopped_all_the_same() -> None:
    def dies(post: Post) -> None:
        post.guardian.ended("end of file")

    post, _ = run_post(dies, "drop-link@21+30")
    assert post.octets()[-1] == STOP
    assert post.treadmill.belt_speed == 0


def test_a_stop_that_fails_is_tried_again_until_the_treadmill_has_heard_of_it() -> None:
    async def whole() -> Post:
        post = Post()
        serving = await post.set_moving()
        post.breaks = 3
        post.guardian.ended("end of file")
        await asyncio.wait_for(serving, 10)
        return post

    post = asyncio.run(whole())
    assert post.breaks == 0
    assert post.treadmill.belt_speed == 0


def test_a_stop_that_was_accepted_just_now_is_not_written_again() -> None:
    async def whole() -> Post:
        post = Post()
        serving = await post.set_moving()
        post.guardian.hear(pipe.said(pipe.OFFER, Stop()))
        await post.clock.sleep(0.5)
        post.guardian.ended("end of file")
        await asyncio.wait_for(serving, 10)
        return post

    assert asyncio.run(whole()).octets().count(STOP) == 1


# --- one that stands by, and one that comes late -----------------------------------------------------------------------


def standing_by(kmh: float, *faults: str) -> tuple[Post, list[bytes]]:
    """A guardian of a belt that moves, or stood still, is told of it, never told to connect, and then left alone."""

    async def whole() -> tuple[Post, list[bytes]]:
        post = Post(*faults)
        post.guardian = Guardian(post._connect, post.clock, post._hear, post.records.append)
        if kmh:
            post.treadmill.console(Console.START, post.clock.now())
        serving = asyncio.create_task(post.guardian.run("mock"))
        for _ in range(20):
            post.guardian.hear(pipe.said(pipe.ALIVE, True))
            await post.clock.sleep(1)
            post.treadmill.advance(post.clock.now())
        assert not post.treadmill.link_up, "it only stands by"
        assert bool(post.treadmill.belt_speed) == bool(kmh)
        post.guardian.ended("end of file")
        await asyncio.wait_for(serving, 10)
        return post, post.octets()

    return asyncio.run(whole())


def test_a_guardian_that_stands_by_connects_only_to_stop_what_nobody_watches_any_more() -> None:
    post, written = standing_by(1.0)
    assert written == [b"\x00", STOP]
    assert post.treadmill.belt_speed == 0
    assert post.records[-1] == "mock: the belt is still"


def test_a_belt_that_is_found_still_over_a_new_link_is_not_told_to_stop() -> None:
    """Another guardian has seen to it, or the console; and some machines would start (QZ#470)."""
    post, written = standing_by(0.0, "stop-restarts")
    assert written == []
    assert post.treadmill.belt_speed == 0
    assert post.records[-1] == "mock: the belt is still"


def test_a_guardian_that_stands_by_is_told_to_go() -> None:
    async def whole() -> Post:
        post = Post()
        post.guardian = Guardian(post._connect, post.clock, post._hear, post.records.append)
        serving = asyncio.create_task(post.guardian.run("mock"))
        post.guardian.hear(pipe.said(pipe.ALIVE, True))
        post.guardian.hear(pipe.said(pipe.CLOSE))
        await asyncio.wait_for(serving, 10)
        return post

    assert asyncio.run(whole()).records == []


@pytest.mark.parametrize("anew", [True, False])
def test_a_guardian_that_comes_late_stops_what_moves_whoever_set_it_moving(anew: bool) -> None:
    async def whole() -> Post:
        post = Post("drop-link@22+1")
        serving = await post.set_moving()
        post.fail = True
        post.guardian.ended("end of file")
        if anew:
            await post.clock.sleep(5)
            post.treadmill.console(Console.STOP, post.clock.now())
            await post.clock.sleep(20)
            post.treadmill.console(Console.START, post.clock.now())
        await post.clock.sleep(35)
        post.fail = False
        await asyncio.wait_for(serving, 10)
        return post

    post = asyncio.run(whole())
    assert STOP in post.octets()
    assert post.treadmill.belt_speed == 0
    assert post.records[-1] == "mock: the belt is still"


@pytest.mark.parametrize("out_of_reach_s", [2, 8, 20, 45])
@pytest.mark.parametrize("countdown_s", [3, 8, 12])
def test_a_start_that_comes_true_after_the_session_died_and_the_link_was_lost_is_stopped(
    countdown_s: int, out_of_reach_s: float
) -> None:
    """A belt that counts down is seen at zero, and is no still belt."""

    async def whole() -> Post:
        post = Post()
        post.treadmill = MockTreadmill(replace(PRESETS["decline-10"], countdown_s=countdown_s), seed=1)
        serving = asyncio.create_task(post.guardian.run("mock"))
        await post.clock.sleep(6)
        for line in (pipe.said(pipe.ALIVE, True), pipe.said(pipe.OFFER, TakeControl()), pipe.said(pipe.OFFER, Start())):
            post.guardian.hear(line)
        await post.clock.sleep(1)
        assert post.treadmill.belt_speed == 0
        post.fail = True
        assert post.guardian._connection is not None
        await post.guardian._connection.close()
        post.guardian._deliver(Disconnected("gone"))
        post.guardian.ended("end of file")
        await post.clock.sleep(out_of_reach_s)
        post.fail = False
        await asyncio.wait_for(serving, 20)
        await post.clock.sleep(30)
        post.treadmill.advance(post.clock.now())
        return post

    post = asyncio.run(whole())
    assert STOP in post.octets()
    assert post.treadmill.belt_speed == 0


@pytest.mark.parametrize("starts_after_s", [None, 8])
def test_one_that_only_stood_by_watches_a_belt_at_zero_until_no_start_can_come_true(starts_after_s: float | None) -> None:
    """Nobody told it when the Start before its time was."""

    async def whole() -> tuple[Post, float]:
        post = Post()
        serving = asyncio.create_task(post.guardian.run("mock"))
        post.guardian = Guardian(post._connect, post.clock, post._hear, post.records.append)
        serving.cancel()
        serving = asyncio.create_task(post.guardian.run("mock"))
        post.guardian.hear(pipe.said(pipe.ALIVE, True))
        await post.clock.sleep(0.5)
        post.guardian.ended("end of file")
        if starts_after_s is not None:
            await post.clock.sleep(starts_after_s)
            post.treadmill.console(Console.START, post.clock.now())
        await asyncio.wait_for(serving, 20)
        return post, post.clock.now()

    post, ended_at = asyncio.run(whole())
    assert (STOP in post.octets()) is (starts_after_s is not None)
    assert post.treadmill.belt_speed == 0
    assert starts_after_s is not None or ended_at > 30
    assert post.records[-1] == "mock: the belt is still"


def test_one_that_was_called_after_the_start_does_not_take_a_belt_at_zero_for_still_either() -> None:
    """It has a link and sees three seconds of zero, as the belt's countdown shows."""

    async def whole() -> Post:
        post = Post()
        serving = asyncio.create_task(post.guardian.run("mock"))
        for _ in range(6):
            post.guardian.hear(pipe.said(pipe.ALIVE, True))
            await post.clock.sleep(1)
        post.guardian.ended("end of file")
        await post.clock.sleep(8)
        post.treadmill.console(Console.START, post.clock.now())
        await asyncio.wait_for(serving, 20)
        return post

    post = asyncio.run(whole())
    assert STOP in post.octets()
    assert post.treadmill.belt_speed == 0
    assert post.records[-1] == "mock: the belt is still"


def test_a_belt_that_the_machine_counts_down_for_is_not_still_for_the_guardian_either() -> None:
    post = Post()
    for second in range(8):
        post.clock._now = float(second)
        post.guardian._deliver(Telemetry(Speed(0), Grade(0)))
    post.guardian._belt._may_start_until = float("-inf")  # long after it was made
    assert post.guardian._belt.still(post.clock.now())
    post.guardian._deliver(Countdown("3"))
    assert not post.guardian._belt.still(post.clock.now())


# --- a computer that sleeps -------------------------------------------------------------------------------------------

LOST = "drop-link@21+25"
"""For 20 s more when the session dies."""


def slept_on(seconds: float, *faults: str, before_the_end: bool) -> Post:
    """A session dies, and the computer sleeps just before that, or just after."""

    async def whole() -> Post:
        post = Post(*faults)
        slept_s = [0.0]
        post.guardian = Guardian(
            post._connect, post.clock, post._hear, post.records.append, passes=lambda: post.clock.now() + slept_s[0]
        )
        post.guardian.hear(pipe.said(pipe.CONNECT))
        serving = await post.set_moving()
        if before_the_end:
            slept_s[0] = seconds
        post.guardian.ended("end of file")
        await post.clock.sleep(3)
        slept_s[0] = seconds
        await asyncio.wait_for(serving, 20)
        return post

    return asyncio.run(whole())


@pytest.mark.parametrize("before_the_end", [False, True])
def test_a_stop_that_a_dead_session_owes_is_not_written_the_next_morning(before_the_end: bool) -> None:
    """The link was lost meanwhile."""
    post = slept_on(8 * 3600, LOST, before_the_end=before_the_end)
    assert STOP not in post.octets()


def test_a_link_that_outlived_the_sleep_and_shows_a_moving_belt_takes_its_stop_along_however_long_it_was() -> None:
    """No link outlives a night: that was a computer that stood still for a while, or a clock that was set."""
    post = slept_on(8 * 3600, before_the_end=True)
    assert post.octets()[-1] == STOP
    assert post.treadmill.belt_speed == 0


def test_a_link_that_outlived_the_sleep_and_shows_nothing_is_left_alone() -> None:
    post = slept_on(8 * 3600, "silent-telemetry@21", before_the_end=True)
    assert STOP not in post.octets()


def test_a_frame_that_waited_in_a_sleeping_computer_is_no_sign_that_its_link_outlived_the_night() -> None:
    post = Post("silent-telemetry@21")
    slept_s = [0.0]

    async def whole() -> None:
        post.guardian = Guardian(
            post._connect, post.clock, post._hear, post.records.append, passes=lambda: post.clock.now() + slept_s[0]
        )
        post.guardian.hear(pipe.said(pipe.CONNECT))
        serving = await post.set_moving()
        slept_s[0] = 8 * 3600
        post.guardian.ended("end of file")
        await post.clock.sleep(0.1)
        post.guardian._deliver(Telemetry(Speed(200), Grade(-20)))
        await post.clock.sleep(0.2)
        post.guardian._deliver(Disconnected("gone hours ago"))
        await asyncio.wait_for(serving, 20)

    asyncio.run(whole())
    assert STOP not in post.octets()


def test_a_nap_keeps_nobody_from_stopping_the_belt() -> None:
    post = slept_on(30, LOST, before_the_end=False)
    assert post.octets()[-1] == STOP
    assert post.treadmill.belt_speed == 0


def test_what_happens_goes_up_and_a_line_of_nonsense_is_recorded() -> None:
    def nonsense(post: Post) -> None:
        post.guardian.hear("nonsense")
        post.guardian.ended("SIGTERM")

    post, _ = run_post(nonsense)
    words = [pipe.heard(line) for line in post.said]
    assert [name for name, _ in words if name != pipe.IN] == [pipe.READY, pipe.MACHINE, pipe.STOPS]
    assert any(isinstance(pipe.word(what), Answered) for name, what in words if name == pipe.IN)
    assert post.records[0].startswith("not understood: ")


def test_a_treadmill_that_is_not_there_is_said_and_the_guardian_ends() -> None:
    async def whole() -> Post:
        post = Post()
        post.fail = True
        await asyncio.wait_for(post.guardian.run("mock"), 10)
        return post

    post = asyncio.run(whole())
    name, what = pipe.heard(post.said[-1])
    assert name == pipe.FAILED
    assert pipe.link_error(what).trouble is Trouble.NOT_FOUND
