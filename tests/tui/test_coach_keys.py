"""The console's keys: what each says to the room, and that nothing ever takes a STOP ALL away."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

import pytest
from fake_room import MOMENTS, FakeHost, library, moment
from fake_room import console as large_console
from screen_text import screen_text
from textual.app import App
from textual.events import Key
from textual.message import Message
from textual.pilot import Pilot

from treadctl.studio.coach_agent import STOP_ALL, Button, Pressed
from treadctl.studio.messages import ALL
from treadctl.tui.coach.app import CoachApp
from treadctl.tui.coach.host import LINES
from treadctl.tui.coach.screens import main_key

STOP_KEYS = ("s", "S", "ctrl+c", "ctrl+q")
PLACES = {
    "the room": (),
    "a lane": ("4", "enter"),
    "the number of a lane half typed": ("1",),
    "lines to say": ("m",),
    "lines to say to one lane": ("4", "enter", "m"),
    "help": ("question_mark",),
    "leaving": ("q",),
}


def console(name: str) -> AbstractAsyncContextManager[tuple[CoachApp, FakeHost, Pilot[None]]]:
    return large_console(name, size=(80, 24))


def has_left(app: CoachApp) -> bool:
    return app._exit


@pytest.mark.asyncio
async def test_stop_all_is_never_swallowed() -> None:
    async with console("running") as (app, host, pilot):
        for at, (place, keys) in enumerate(PLACES.items()):
            host.pressed.clear()
            await pilot.press(*keys, STOP_KEYS[at % 4])
            assert host.pressed == [STOP_ALL], place
            assert len(app.screen_stack) == 2, "back where the list of belts is"


@pytest.mark.asyncio
async def test_stop_all_works_while_a_program_is_chosen() -> None:
    async with console("offered") as (_, host, pilot):
        for key in ("S", "w"):
            host.pressed.clear()
            await pilot.press("c", "down", key)
            assert host.pressed == [Pressed(Button.WALK_ALL) if key == "w" else STOP_ALL]


@pytest.mark.asyncio
async def test_stop_all_and_walk_all_work_in_every_moment_and_on_a_console_that_does_not_lead() -> None:
    async with console("running") as (_, host, pilot):
        for name in MOMENTS:
            host.latest = moment(name, 8)
            host.pressed.clear()
            await pilot.press("s", *("w" if name in ("second", "no-broker") else ()))
            assert host.pressed[0] == STOP_ALL, name
            assert host.pressed[1:] == ([Pressed(Button.WALK_ALL)] if name in ("second", "no-broker") else [])


@pytest.mark.asyncio
async def test_stop_all_can_be_clicked_everywhere() -> None:
    async with console("running") as (app, host, pilot):
        for place, keys in PLACES.items():
            host.pressed.clear()
            await pilot.press(*keys)
            await pilot.click("#tap-walk" if place == "help" else "#tap-stop")
            assert host.pressed == [Pressed(Button.WALK_ALL) if place == "help" else STOP_ALL], place
            assert len(app.screen_stack) == 2


@pytest.mark.asyncio
@pytest.mark.parametrize("key", [*STOP_KEYS, "upper_s"])
async def test_stop_all_is_pressed_below_textual_before_any_widget_sees_the_key(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = FakeHost(moment("running", 8))

    class Bare:
        def send_message(self, message: Message) -> None:
            assert host.pressed == [STOP_ALL]

    monkeypatch.setattr(App, "get_driver_class", lambda self: Bare)
    driver = CoachApp(host, library()).get_driver_class()
    driver.__new__(driver).send_message(Key(key, None))
    assert host.pressed == [STOP_ALL]


@pytest.mark.asyncio
async def test_a_key_of_the_room_is_for_all() -> None:
    said = [("offered", "g", Button.START), ("counting", "p", Button.PAUSE), ("running", "p", Button.PAUSE)]
    said += [("running", "r", Button.RESUME), ("running", "n", Button.NEXT), ("running", "e", Button.EXTEND)]
    async with console("running") as (app, host, pilot):
        for name, key, button in [*said, ("second", "o", Button.TAKE_OVER)]:
            host.latest = moment(name, 8)
            host.pressed.clear()
            await app.action_look()
            await pilot.press(key)
            assert host.pressed == [Pressed(button, ALL)]


@pytest.mark.asyncio
async def test_a_key_in_a_lanes_window_is_for_that_lane() -> None:
    async with console("running") as (_, host, pilot):
        await pilot.press("7", "enter", "p", "r", "f", "l")
        assert host.pressed == [Pressed(b, (7,)) for b in (Button.PAUSE, Button.RESUME, Button.FLATTER, Button.SLOWER)]


@pytest.mark.asyncio
async def test_a_belt_that_staff_have_seen_still_is_one_key_in_its_lanes_window() -> None:
    async with console("stopping") as (app, host, pilot):
        await pilot.press("i")
        assert host.pressed == []
        await pilot.press("4", "enter")
        await pilot.pause()
        assert "Is it still? Press I." in screen_text(app)
        await pilot.press("i")
        assert host.pressed == [Pressed(Button.LOOKED, (4,))]


@pytest.mark.asyncio
async def test_a_line_is_said_with_two_keys_to_all_or_to_one() -> None:
    async with console("running") as (_, host, pilot):
        await pilot.press("m", "down", "enter")
        await pilot.press("7", "enter", "m", "enter")
        assert host.pressed == [Pressed(Button.SAY, ALL, LINES[1]), Pressed(Button.SAY, (7,), LINES[0])]


@pytest.mark.asyncio
async def test_a_program_is_sent_with_its_title_and_its_file() -> None:
    async with console("idle") as (app, host, pilot):
        await pilot.press("c", "down", "enter")
        first = library()[1]
        assert host.pressed == [Pressed(Button.SEND, ALL, first.text, "First descent")]
        assert len(app.screen_stack) == 2


@pytest.mark.asyncio
async def test_a_program_is_sent_with_the_minutes_down_that_were_chosen_for_all() -> None:
    async with console("idle") as (_, host, pilot):
        for keys, cap_s in ((("left", "left"), 360), (("left", "right"), None), (("minus",) * 20, 0)):
            host.pressed.clear()
            await pilot.press("c", *keys, "enter")
            assert [(pressed.button, pressed.lanes, pressed.decline_s) for pressed in host.pressed] == [(Button.SEND, ALL, cap_s)]


@pytest.mark.asyncio
async def test_one_lane_gets_minutes_of_its_own_by_keys_and_only_when_they_are_sent() -> None:
    async with console("offered") as (_, host, pilot):
        await pilot.press("7", "enter", "left", "left", "left", "plus", "enter", "enter", "escape")
        assert host.pressed == [Pressed(Button.CAP, (7,), decline_s=360)]
        await pilot.press("7", "enter", "left", "escape", "7", "enter", "enter")
        assert len(host.pressed) == 1


@pytest.mark.asyncio
async def test_while_minutes_are_chosen_stop_all_is_one_key() -> None:
    async with console("offered") as (_, host, pilot):
        await pilot.press("7", "enter", "left", "s", "c", "left", "S")
        assert host.pressed == [STOP_ALL, STOP_ALL]


@pytest.mark.asyncio
async def test_no_program_is_chosen_over_a_class_that_is_on_its_way_nor_by_a_console_that_does_not_lead() -> None:
    async with console("running") as (app, host, pilot):
        for name in ("counting", "running", "paused", "second"):
            host.latest = moment(name, 8)
            await pilot.press("c")
            await pilot.pause()
            assert len(app.screen_stack) == 2, name
            assert ("back-office leads: O takes over." if name == "second" else "A class is on its way") in screen_text(app)
        host.latest = moment("listening", 8)
        await pilot.press("c")
        await pilot.pause()
        assert "One moment: looking for other consoles first." in screen_text(app)


@pytest.mark.asyncio
@pytest.mark.parametrize(("name", "key"), [("idle", "q"), ("offered", "ctrl+q"), ("stopped", "ctrl+c")])
async def test_a_quiet_room_is_left_at_once(name: str, key: str) -> None:
    async with console(name) as (app, _, pilot):
        await pilot.press(key)
        assert has_left(app)


@pytest.mark.asyncio
async def test_a_room_in_which_belts_may_move_is_left_only_after_a_question() -> None:
    async with console("counting") as (app, host, pilot):
        for name in ("counting", "running", "paused", "stopping"):
            host.latest = moment(name, 8)
            await pilot.press("ctrl+c", "q", "escape")
            assert not has_left(app)
        await pilot.press("q")
        assert "The class goes on without this console" in screen_text(app)
        await pilot.press("y")
        assert has_left(app)
        assert host.pressed == [STOP_ALL] * 4


def test_the_large_tap_is_what_is_most_likely_wanted() -> None:
    wanted = {
        "listening": "choose program",
        "idle": "choose program",
        "offered": "start class",
        "counting": "call start off",
        "running": "pause all",
        "paused": "offer to go on",
        "stopped": "choose program",
        "second": "take over",
    }
    for name, word in wanted.items():
        key = main_key(moment(name, 8))
        assert (key[1] if key is not None else "choose program") == word, name


@pytest.mark.asyncio
async def test_the_class_is_started_with_a_click() -> None:
    async with console("offered") as (_, host, pilot):
        await pilot.click("#tap-main")
        assert host.pressed == [Pressed(Button.START)]


@pytest.mark.asyncio
async def test_a_console_whose_thread_failed_says_so() -> None:
    async with console("running") as (app, host, pilot):
        host.failure = "a fault in this program ended the console"
        await app.action_look()
        await pilot.pause()
        assert "a fault in this program ended the console" in screen_text(app)


@pytest.mark.asyncio
async def test_t_changes_the_theme_and_back() -> None:
    async with console("running") as (app, host, pilot):
        assert app.theme == "treadctl-dark"
        await pilot.press("t")
        assert app.theme == "treadctl-light"
        await pilot.press("T")
        assert app.theme == "treadctl-dark"
        assert host.pressed == []
