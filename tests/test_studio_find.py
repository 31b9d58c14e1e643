"""`treadctl studio find`: the treadmill whose speed somebody changed at its console, among all that are in reach."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection

import pytest
from command_line import home, treadctl
from virtual_radio.world import World

from treadctl.cli import studio_find
from treadctl.cli.errors import Exit
from treadctl.clock import PacedClock, RunningClock
from treadctl.mock.console import Console
from treadctl.mock.memory import MemoryRadio
from treadctl.mock.over_the_air import OverTheAir
from treadctl.mock.presets import DEFAULT
from treadctl.mock.treadmill import MockTreadmill
from treadctl.safety import Cleared
from treadctl.studio.find_lane import ROUNDS, Round, Sight, changed, find
from treadctl.treadmill.gatt import Heard, LinkError, Trouble
from treadctl.treadmill.known import Known
from treadctl.treadmill.radio import BleakRadio
from treadctl.treadmill.scanning import scan
from treadctl.units import Speed

__all__ = ["home"]

asyncio_test = pytest.mark.asyncio


class Listening(MemoryRadio):
    """A radio to a mock over which nothing may be written."""

    async def write(self, cleared: Cleared) -> None:
        raise AssertionError("finding a lane only listens")


class Room:
    """Treadmills A1, A2 …; `press` are the console keys that somebody presses once the first round is over."""

    def __init__(self, count: int, **press: Console) -> None:
        self.clock = PacedClock(1000)
        self.mills = {f"A{at}": MockTreadmill(DEFAULT, seed=at) for at in range(1, count + 1)}
        self.press = press
        self.told: list[Round] = []
        self.open = 0

    def radio(self, address: str) -> Listening:
        return Listening(self.mills[address], self.clock)

    def tell(self, one: Round) -> None:
        self.told.append(one)
        if one.number == 0:
            for address, key in self.press.items():
                self.mills[address].console(key, self.clock.now())

    def find(self) -> Sight | None:
        async def whole() -> Sight | None:
            return await find(self.mills, self.radio, self.clock, self.tell)

        return asyncio.run(whole())


def test_the_one_that_was_started_at_its_console_is_found_after_a_second_look() -> None:
    room = Room(5, A4=Console.START)
    sight = room.find()
    assert sight is not None
    assert sight.address == "A4"
    assert sight.speed
    assert [one.number for one in room.told[-2:]] == [room.told[-1].number - 1, room.told[-1].number]
    assert all([sight.address for sight in one.candidates] == ["A4"] for one in room.told[-2:])


def test_two_that_changed_are_none() -> None:
    room = Room(3, A1=Console.START, A2=Console.START)
    assert room.find() is None
    assert len(room.told) == 1 + ROUNDS


def test_nobody_pressed_anything() -> None:
    assert Room(2).find() is None


def test_one_that_cannot_be_heard_is_told_and_left_out() -> None:
    room = Room(3, A2=Console.START)

    class Held(Listening):
        async def connect(self, on_lost: Callable[[str], None]) -> str:
            raise LinkError(Trouble.IN_USE)

    def radio(address: str) -> Listening:
        return (Held if address == "A1" else Listening)(room.mills[address], room.clock)

    room.radio = radio  # type: ignore[method-assign]
    sight = room.find()
    assert sight is not None
    assert sight.address == "A2"
    assert [failed.address for failed in room.told[0].failed] == ["A1"]


@pytest.mark.parametrize(
    ("before", "now", "key", "is_changed"),
    [
        (0, 80, False, True),
        (500, 504, False, False),
        (500, 495, False, True),
        (None, 80, False, False),
        (80, None, False, False),
        (500, 500, True, True),
        (None, None, True, True),
    ],
)
def test_half_a_step_of_a_console_is_a_change_and_what_was_not_told_is_none(
    before: int | None, now: int | None, key: bool, is_changed: bool
) -> None:
    first, second = (None if speed is None else Speed(speed) for speed in (before, now))
    assert changed(Sight("A1", "x", first), Sight("A1", "x", second, key)) is is_changed


@asyncio_test
async def test_among_three_over_the_virtual_radio(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, wanted = PacedClock(20.0), "F0:0D:F1:7E:56:02"
    mills = {f"F0:0D:F1:7E:56:0{at}": MockTreadmill(DEFAULT, seed=at) for at in (1, 2, 3)}
    aired = [OverTheAir(world.peripheral("mill", address), mill, clock, f"mill {address[-1]}") for address, mill in mills.items()]
    told = studio_find._told

    def pressed_when_asked(one: Round, lane: int) -> None:
        told(one, lane)
        if one.number == 0:
            mills[wanted].console(Console.START, clock.now())

    monkeypatch.setattr(studio_find, "_told", pressed_when_asked)
    for one in aired:
        await one.start()
    try:
        code = await studio_find.found(7, 0.4, Known(), scan, BleakRadio, RunningClock(), 0.15)
    finally:
        for one in aired:
            await one.stop()
    out = capsys.readouterr().out
    assert code == Exit.DONE, out
    assert "3 in reach" in out
    assert f"lane 7 is mill 2, {wanted}" in out
    assert f"TREADMILL={wanted}" in out


@asyncio_test
async def test_where_no_treadmill_is_heard_it_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    async def listen(hear: Callable[[Heard], None], seconds: float, services: Collection[int]) -> None:
        return

    assert await studio_find.found(7, 1.0, Known(), listen, BleakRadio, RunningClock()) == Exit.TREADMILL_FAILED
    assert "switch them on" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"), [(("--lane", "0"), "--lane 0"), (("--lane", "7", "--seconds", "0"), "--seconds 0")]
)
def test_what_makes_no_sense_is_bad_input(
    capsys: pytest.CaptureFixture[str], home: object, arguments: tuple[str, ...], says: str
) -> None:
    code, _, err = treadctl(capsys, "studio", "find", *arguments)
    assert code == Exit.BAD_INPUT
    assert says in err
