"""Consoles whose clocks disagree: each is told, before a class begins, and a STOP ALL stops the class from whichever of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from studio_class import EPOCH, Console, a_room
from studio_room import KEY, PROGRAM, OneLane
from test_studio_takeover import T, Two

from treadctl.studio.accept import Refusal
from treadctl.studio.coach import Coach
from treadctl.studio.messages import Class, Command, Lease, Reason, Stop, Walk
from treadctl.studio.room_view import room_view
from treadctl.studio.topics import topic_of


def behind(word: dict[str, Any], seconds: float) -> dict[str, Any]:
    """As a console would say it whose clock is so far behind."""
    issued = word["issued_ms"] - round(seconds * 1000)
    return word | {"coach": "c2", "id": "c2-1", "seq": 5, "issued_ms": issued, "expires_ms": issued + 10_000}


# --- at the lane's door ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("behind_s", [9.0, 15.0, 3600.0])
def test_a_stop_of_a_console_whose_clock_is_behind_stops_the_belts_of_its_class(behind_s: float) -> None:
    room = OneLane().running()
    taken = room.hear(Stop(**behind(room.head(), behind_s)))
    assert not isinstance(taken, Refusal)
    assert room.treadmill.speed == 0


@pytest.mark.parametrize("class_id", ["sunday", "none"])
def test_an_old_stop_of_another_class_stops_nobody(class_id: str) -> None:
    room = OneLane().running()
    taken = room.hear(Stop(**behind(room.head(class_id=class_id), 15)))
    assert isinstance(taken, Refusal)
    assert taken.reason is Reason.STALE
    assert room.treadmill.speed == 450


def test_an_old_stop_of_the_class_that_a_lane_was_in_before_does_not_stop_the_next() -> None:
    room = OneLane().running()
    old = Stop(**behind(room.head(), 15))
    room.hear(replace(old, id="c2-2"))
    room.wait(5)
    room.offer(class_id="tuesday").ready().start(class_id="tuesday")
    room.wait(20)
    taken = room.hear(old)
    assert isinstance(taken, Refusal)
    assert (taken.reason, room.treadmill.speed) == (Reason.STALE, 450)


def test_a_walk_that_has_expired_is_as_stale_as_ever() -> None:
    """A class goes on after one: an old one that comes again would take back what a runner has said since."""
    room = OneLane().running()
    taken = room.hear(Walk(**behind(room.head(), 15)))
    assert isinstance(taken, Refusal)
    assert (taken.reason, room.treadmill.walks) == (Reason.STALE, 0)


# --- between consoles ------------------------------------------------------------------------------------------------------


def sealed(word: Command | Class, **changed: Any) -> tuple[str, bytes]:
    return topic_of(word), KEY.seal(replace(word, **changed))


def tells(two: Two, seconds_behind: float) -> None:
    """What console c1, which leads, says in this moment, by a clock that is so far behind."""
    for word in two.first.step(T):
        issued = word.issued_ms - round(seconds_behind * 1000)
        two.second.hear(*sealed(word, issued_ms=issued, expires_ms=issued + 10_000), False, T)


@pytest.mark.parametrize(("class_id", "is_over"), [("monday", True), ("sunday", False)])
def test_a_console_hears_the_stop_of_its_class_from_one_whose_clock_is_behind(class_id: str, is_over: bool) -> None:
    two = Two().started()
    head = two.head(class_id) | {"coach": "c2", "id": "c2-1", "lanes": "all", "issued_ms": round((T + 20) * 1000)}
    stop = Stop(**{key: value for key, value in behind(head, 15).items() if key not in ("lane", "boot")})
    two.first.hear(*sealed(stop), False, T + 30)
    assert (two.first.stopped_at is not None) is is_over


def lease(issued_s: float, seq: int = 1, *, held: bool = True) -> Lease:
    issued = round(issued_s * 1000)
    head: dict[str, Any] = {"studio": "gym", "coach": "c1", "class_id": "none", "lanes": "all", "id": f"c1-{seq}", "seq": seq}
    return Lease(**head, issued_ms=issued, expires_ms=issued + 10_000, held=held)


def test_a_console_leads_not_beside_one_whose_clock_is_behind_and_says_so() -> None:
    console = Coach("gym", "c2", KEY.public, T)
    said: list[Command] = []
    for second in range(60):
        if second % 5 == 0:
            console.hear(*sealed(lease(T + second - 15, second + 1)), False, T + second)
        said += console.step(T + second)
    assert (said, console.leads, console.other(T + 59)) == ([], False, "c1")
    assert console.apart(T + 59) == "console c1's clock is 15 s behind this one's: set both by the net"
    console.hear(*sealed(lease(T + 45, 99, held=False)), False, T + 60)
    assert [type(word) for word in console.step(T + 60)] == [Lease], "given away, and taken at once"


def test_a_console_that_leads_goes_on_when_one_that_is_behind_leads_too_and_says_that_clocks_are_apart() -> None:
    console = Coach("gym", "a1", KEY.public, T)
    console.step(T + 7)
    assert console.leads
    console.hear(*sealed(lease(T + 8 - 15)), False, T + 8)
    assert console.leads
    assert "15 s behind" in console.apart(T + 9)


def test_leases_that_a_net_held_up_are_no_clock_that_is_behind() -> None:
    console = Coach("gym", "c2", KEY.public, T)
    for seq, ago in enumerate((60, 55, 50, 5, 1), 1):
        console.hear(*sealed(lease(T + 100 - ago, seq)), False, T + 100)
    assert console.apart(T + 101) == ""


def test_a_clock_that_was_set_right_is_no_longer_warned_of() -> None:
    console = Coach("gym", "c2", KEY.public, T)
    for second in range(0, 30, 5):
        console.hear(*sealed(lease(T + second - 15, second + 1)), False, T + second)
    for second in range(30, 60, 5):
        console.hear(*sealed(lease(T + second, second + 1)), False, T + second)
    assert console.apart(T + 56) == ""


def test_a_warning_of_clocks_is_hidden_by_no_notice() -> None:
    console = Coach("gym", "c2", KEY.public, T)
    console.hear(*sealed(lease(T - 4)), False, T)
    view = room_view(console, T + 1, linked=True, notice="the line was sent")
    assert view.notice == "the line was sent"
    assert (view.warning, view.apart_s) == ("console c1's clock is 4 s behind this one's: set both by the net", -4)


class Slow(Console):
    """A console whose clock is fifteen seconds behind."""

    def now(self) -> float:
        return super().now() - 15


@pytest.mark.asyncio
async def test_stop_all_on_a_console_that_is_far_behind_stops_the_room_and_it_knew_before_the_class_began() -> None:
    async with a_room() as room:
        first, lane = room.console("c1"), room.lane(1)
        await room.wait(8)
        second = Slow(room, "c2")
        room.consoles.append(second)
        await room.wait(8)
        assert second.coach.apart(second.now()) == "console c1's clock is 15 s ahead of this one's: set both by the net"
        first.press(lambda now: first.coach.offer("monday", "Hills", PROGRAM, now))
        await room.wait(2)
        await room.everybody_is_ready()
        first.press(first.coach.start)
        await room.wait(20)
        assert (lane.treadmill.speed, second.coach.class_id) == (450, "monday")
        second.press(second.coach.stop_all)
        await room.wait(3)
        assert lane.treadmill.speed == 0
        assert first.coach.stopped_at is not None
        assert first.coach.stopped_at > EPOCH
