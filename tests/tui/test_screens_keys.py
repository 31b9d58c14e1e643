"""Keys and taps of every screen, pressed on it: what they send, and that Stop always leaves."""

from __future__ import annotations

from typing import Any

import pytest
from fake_host import RUNNING, each_moment, shown
from screen_text import SIZES, nothing_takes_the_focus, screen_text
from textual.screen import Screen

from treadctl.engine.failsafe import Level
from treadctl.engine.phases import Phase
from treadctl.engine.words import Key
from treadctl.tui.app import SessionApp
from treadctl.tui.screens.arm import ArmScreen
from treadctl.tui.screens.help import HelpScreen
from treadctl.tui.screens.lost import LostScreen
from treadctl.tui.screens.paused import PausedScreen
from treadctl.tui.screens.runner import RunnerScreen
from treadctl.tui.screens.safety import SafetyScreen
from treadctl.tui.screens.summary import SummaryScreen

RUNNER_KEYS = {
    "space": Key.PAUSE,
    "p": Key.PAUSE,
    "up": Key.FLATTER,
    "down": Key.STEEPER,
    "left": Key.SLOWER,
    "right": Key.FASTER,
    "n": Key.SKIP,
    "b": Key.BACK,
    "e": Key.EXTEND,
    "r": Key.RESUME,
}


def kind(app: SessionApp) -> type[Screen[Any]]:
    """Which screen is on top."""
    return type(app.screen)


@pytest.mark.asyncio
async def test_every_stop_key_sends_stop_from_every_screen_and_from_the_help_over_it() -> None:
    async for name, app, host, pilot in each_moment():
        if host.over:
            continue
        await pilot.press("s", "S", "ctrl+c", "ctrl+q")
        assert host.pressed == [Key.STOP] * 4, name
        await pilot.press("question_mark")
        assert isinstance(app.screen, HelpScreen), name
        await pilot.press("s", "ctrl+c")
        assert host.pressed == [Key.STOP] * 6, name


@pytest.mark.asyncio
@pytest.mark.parametrize("key", ["s", "S", "ctrl+c", "ctrl+q"])
async def test_every_stop_key_sends_stop_even_where_the_session_broke_off(key: str) -> None:
    async with shown("broken-off") as (_, host, pilot):
        await pilot.press(key)
        assert host.pressed == [Key.STOP]


@pytest.mark.asyncio
async def test_the_runner_screen_sends_what_its_keys_say() -> None:
    async with shown("running") as (_app, host, pilot):
        for key in RUNNER_KEYS:
            await pilot.press(key)
    assert host.pressed == list(RUNNER_KEYS.values())


@pytest.mark.asyncio
@pytest.mark.parametrize("size", SIZES)
async def test_stop_and_pause_can_be_tapped(size: tuple[int, int]) -> None:
    async with shown("running", size) as (_app, host, pilot):
        await pilot.click("#tap-stop")
        await pilot.click("#tap-second")
    assert host.pressed == [Key.STOP, Key.PAUSE]


@pytest.mark.asyncio
async def test_stop_can_be_tapped_through_the_help() -> None:
    async with shown("running") as (_app, host, pilot):
        await pilot.press("question_mark")
        await pilot.click("#tap-stop")
    assert host.pressed == [Key.STOP]


@pytest.mark.asyncio
async def test_the_other_keys_on_the_bottom_line_can_be_tapped() -> None:
    async with shown("running", (120, 34)) as (app, host, pilot):
        row = next(y for y, line in enumerate(screen_text(app).split("\n")) if "flatter" in line)
        await pilot.click(offset=(screen_text(app).split("\n")[row].index("flatter"), row))
    assert host.pressed == [Key.FLATTER]


@pytest.mark.asyncio
async def test_a_resumes_nothing_and_space_does_nothing_while_paused() -> None:
    async with shown("paused") as (_app, host, pilot):
        await pilot.press("space", "a", "p", "enter", "q", "n")
        assert host.pressed == []
        await pilot.press("r")
    assert host.pressed == [Key.RESUME]


@pytest.mark.asyncio
@pytest.mark.parametrize("moment", ["arm", "hands-off"])
async def test_a_arms_and_nothing_else_does(moment: str) -> None:
    async with shown(moment) as (_app, host, pilot):
        await pilot.press("space", "enter", "r", "up")
        assert host.pressed == []
        await pilot.press("a")
        await pilot.click("#tap-second")
    assert host.pressed == [Key.ARM, Key.ARM]


@pytest.mark.asyncio
async def test_before_arming_stop_is_told_to_stop_a_belt_that_moves() -> None:
    """After a link that was made again the belt may be moving; S stops it, and says so."""
    async with shown("arm-moving", (80, 24)) as (app, host, pilot):
        assert "S stop the belt, leave" in screen_text(app)
        await pilot.press("question_mark")
        await app.look()
        assert "nothing has moved" not in screen_text(app)
        await pilot.press("s")
    assert host.pressed == [Key.STOP]


@pytest.mark.asyncio
async def test_no_key_leaves_while_a_session_runs() -> None:
    async with shown("running") as (app, _, pilot):
        await pilot.press("q", "escape", "enter", "ctrl+q", "ctrl+c", "ctrl+p", "ctrl+z")
        await app.look()
        assert isinstance(app.screen, RunnerScreen)
        assert app.is_running


@pytest.mark.asyncio
@pytest.mark.parametrize("key", ["enter", "q", "ctrl+q", "ctrl+c"])
@pytest.mark.parametrize("moment", ["summary", "summary-safety", "broken-off", "no-treadmill"])
async def test_the_app_ends_when_the_person_leaves_the_last_screen(moment: str, key: str) -> None:
    async with shown(moment) as (app, _, pilot):
        await pilot.press(key)
        await pilot.pause()
        assert not app.is_running or app._exit


@pytest.mark.asyncio
async def test_a_stop_pressed_once_too_often_does_not_take_the_summary_away() -> None:
    async with shown("summary") as (app, _, pilot):
        await pilot.press("s", "s")
        assert not app._exit
        assert isinstance(app.screen, SummaryScreen)


@pytest.mark.asyncio
async def test_no_screen_has_a_text_field_a_palette_or_anything_that_takes_the_focus() -> None:
    async for name, app, _, pilot in each_moment():
        await pilot.press("question_mark", "ctrl+p")
        nothing_takes_the_focus(app, name)


@pytest.mark.asyncio
async def test_the_status_line_and_the_dock_stand_in_the_same_place_on_every_screen() -> None:
    async for name, app, _, _ in each_moment((80, 24)):
        assert app.screen.query_one("#status").region == (0, 0, 80, 1), name
        assert app.screen.query_one("#dock").region == (0, 22, 80, 2), name
    async for name, app, _, _ in each_moment((120, 34)):
        assert app.screen.query_one("#status").region == (0, 0, 120, 1), name
        assert app.screen.query_one("#dock").region == (0, 31, 120, 3), name


@pytest.mark.asyncio
async def test_each_phase_has_its_screen() -> None:
    async with shown("arm") as (app, host, _):
        for phase, screen in (
            (Phase.READY, ArmScreen),
            (Phase.LEVELLING, RunnerScreen),
            (Phase.RUNNING, RunnerScreen),
            (Phase.PAUSED, PausedScreen),
            (Phase.OVER, SummaryScreen),
        ):
            host.turn(phase=phase)
            await app.look()
            assert kind(app) is screen
        host.turn(phase=Phase.STOPPING, level=Level.STOP, troubles=("telemetry has gone silent",))
        await app.look()
        assert kind(app) is SafetyScreen
        host.turn(phase=Phase.UNLINKED, level=Level.LINK_LOST, troubles=("the link is lost",))
        await app.look()
        assert kind(app) is LostScreen


@pytest.mark.asyncio
async def test_help_goes_away_for_another_screen_and_for_an_alarm() -> None:
    async with shown("running") as (app, host, pilot):
        await pilot.press("question_mark")
        await app.look()
        assert isinstance(app.screen, HelpScreen)
        host.turn(level=Level.HOLD, troubles=("the deck is not following",))
        await app.look()
        assert kind(app) is RunnerScreen
        host.turn(**RUNNING._asdict())
        await pilot.press("question_mark")
        host.turn(phase=Phase.UNLINKED, troubles=("the link is lost",))
        await app.look()
        assert kind(app) is LostScreen
        assert len(app.screen_stack) == 2


@pytest.mark.asyncio
async def test_help_opens_once_and_closes_with_the_key_that_opened_it() -> None:
    async with shown("running") as (app, _, pilot):
        await pilot.press("question_mark")
        await pilot.press("space", "question_mark")
        assert kind(app) is RunnerScreen


@pytest.mark.asyncio
async def test_a_space_in_the_help_still_pauses() -> None:
    async with shown("running") as (_app, host, pilot):
        await pilot.press("question_mark", "space")
    assert host.pressed == [Key.PAUSE]


@pytest.mark.asyncio
async def test_a_stop_that_was_read_below_the_app_is_not_sent_twice_but_a_later_one_is() -> None:
    async with shown("running") as (app, host, pilot):
        for later_s in (0.0, 1.0):
            host.time += later_s
            app.stop_from_below()
            await pilot.press("s")
        assert host.pressed == [Key.STOP] * 2
        host.time += 1.0
        await pilot.click("#tap-stop")
        assert host.pressed == [Key.STOP] * 3
