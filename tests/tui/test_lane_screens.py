"""A lane's screens: keys pressed on them and cells read off them; then a class from the first look to STOP, with a real lane."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from fake_host import RUNNING
from fake_lane import EACH_SCREEN, LOOK, STARTED, each_lane_moment, lane_shown, moments
from screen_text import GOLDENS, SIZES, check_golden, nothing_takes_the_focus, screen_text

from treadctl.coaching.cues import Cue, CueKind
from treadctl.engine.failsafe import Level
from treadctl.engine.phases import Phase
from treadctl.engine.words import Key
from treadctl.studio.lane_keys import LETTERS, Want
from treadctl.studio.lane_words import LanePhase
from treadctl.tui.lane.app import LaneApp
from treadctl.tui.lane.host import TYPED, LaneThread
from treadctl.tui.lane.name import NameScreen
from treadctl.tui.lane.screens import (
    CountScreen,
    GuestReadyScreen,
    LanePausedScreen,
    LaneRunnerScreen,
    PainScreen,
    ReadyScreen,
    WaitScreen,
)
from treadctl.tui.screens.arm import ArmScreen
from treadctl.tui.screens.hands_off import HandsOffScreen
from treadctl.tui.screens.help import HelpScreen
from treadctl.tui.screens.lost import LostScreen
from treadctl.tui.screens.safety import SafetyScreen
from treadctl.tui.screens.summary import SummaryScreen

SCREENS: dict[str, type[object]] = {
    "waiting": WaitScreen,
    "alone": WaitScreen,
    "pain": PainScreen,
    "offered": ReadyScreen,
    "offered-level": ReadyScreen,
    "offered-late": ReadyScreen,
    "offered-guest": GuestReadyScreen,
    "offered-not-yet": ReadyScreen,
    "ready": ReadyScreen,
    "ready-offline": ReadyScreen,
    "counting": CountScreen,
    "running": LaneRunnerScreen,
    "running-offline": LaneRunnerScreen,
    "walking": LaneRunnerScreen,
    "paused": LanePausedScreen,
    "go-on": LanePausedScreen,
    "over": SummaryScreen,
}
WORDS: dict[str, tuple[str, ...]] = {
    "waiting": ("LANE 7  Ana", "● COACH", "decline-6 is there, its belt is still."),
    "alone": ("✕ NO TREADMILL", "✕ NO BROKER", "Nobody's name is shown"),
    "pain": ("Test hill", "10 is the worst; the answer stays on this lane", "Above 2 your declines are run level"),
    "offered": ("WHO RUNS  Ana", "▲ limited", "I'm ready", "not ready"),
    "offered-level": ("level today, no declines", "▲ no decline today: your program is run level: one decline session a week"),
    "offered-late": ("the class is 5:12 on its way; you warm up first", "class at 5:12"),
    "offered-guest": ("+ and - set your easy pace, 8.0", "easy pace up"),
    "offered-not-yet": ("the class pauses; press ready when it goes on",),
    "ready": ("and your belt with it. X takes it back",),
    "ready-offline": ("COACH OFFLINE. X takes it back", "COACH OFFLINE"),
    "counting": ("the belt will move: feet on the rails, then walk",),
    "running": ("from your coach", "class at 12:41", "W walk", "G go on", "decline 2 of 3", "asked −8.0"),
    "running-offline": ("▲ COACH OFFLINE", "class at 12:41"),
    "walking": ("level, at walking pace; G goes on",),
    "paused": ("go on here", "S stops and ends the session"),
    "go-on": ("the coach goes on; your belt moves only when you say so",),
    "over": ("✓ LEAVE", "decline minutes"),
}


@pytest.mark.asyncio
@pytest.mark.parametrize("size", SIZES)
async def test_each_moment_of_a_class_has_its_screen_with_what_a_runner_must_know(size: tuple[int, int]) -> None:
    async for name, app, _, _ in each_lane_moment(size):
        assert type(app.screen) is SCREENS[name], name
        check_golden(app, f"lane-{name}-{size[0]}x{size[1]}")
        if size == SIZES[0]:
            shown = screen_text(app)
            for words in WORDS[name]:
                assert words in shown, (name, words, shown)


def test_every_moment_has_words_to_look_for() -> None:
    assert set(moments()) == set(SCREENS) == set(WORDS)
    for size in SIZES:
        for name in moments():
            rows = (GOLDENS / f"lane-{name}-{size[0]}x{size[1]}.txt").read_text(encoding="utf-8").splitlines()
            assert len(rows) == size[1], name
            assert max(len(row) for row in rows) <= size[0], name


@pytest.mark.asyncio
async def test_every_stop_key_stops_from_every_screen_from_help_and_from_the_letters_of_a_name() -> None:
    async for name, app, host, pilot in each_lane_moment(only=EACH_SCREEN):
        await pilot.press("s", "ctrl+q")
        assert host.typed == ["s"] * 2, name
        await pilot.press("question_mark")
        assert isinstance(app.screen, HelpScreen), name
        await pilot.press("S")
        assert host.typed == ["s"] * 3, name
        await app.action_close_help()
        await app.action_ask_name()
        await pilot.press("ctrl+c")
        assert host.typed == ["s"] * 4, name
        if name != "over":
            await app.action_close_help()
            await pilot.click("#tap-stop")
            assert host.typed == ["s"] * 5, name
        app._leaving = False


@pytest.mark.asyncio
async def test_no_screen_has_a_text_field_a_palette_or_anything_that_takes_the_focus() -> None:
    async for name, app, _, _ in each_lane_moment(only=EACH_SCREEN):
        await app.action_ask_name()
        nothing_takes_the_focus(app, name)


# --- keys -------------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_pain_is_answered_with_a_digit_or_a_tap_and_ten_is_a_number_too() -> None:
    async with lane_shown("pain") as (app, host, pilot):
        await pilot.press("3")
        row = app.screen.query_one("#pain").region
        cell = (row.width - 2) // 11
        await pilot.click("#pain", offset=(1 + cell * 7 + cell // 2, row.height // 2))
        await pilot.click("#pain", offset=(1 + cell * 10 + cell // 2, row.height // 2))
    assert host.typed == ["3", "7", "10"]


@pytest.mark.asyncio
async def test_ready_not_ready_and_a_guests_pace_are_keys_of_the_lane() -> None:
    async with lane_shown("offered-guest") as (_, host, pilot):
        await pilot.press("a", "x", "plus", "minus", "5")
        await pilot.click("#tap-second")
    assert host.typed == ["a", "x", "+", "-", "5", "a"]


@pytest.mark.asyncio
async def test_while_running_the_keys_are_those_of_treadctl_run_and_w_walks_and_g_goes_on() -> None:
    keys = ["space", "p", "up", "down", "left", "right", "n", "b", "e", "r", "w", "g", "f", "d", "x", "0"]
    async with lane_shown("running") as (_, host, pilot):
        await pilot.press(*keys)
    assert host.typed == ["p", "p", "f", "d", "-", "+", "n", "b", "e", "g", "w", "g", "f", "d", "x", "0"]


@pytest.mark.asyncio
@pytest.mark.parametrize("moment", ["paused", "go-on"])
async def test_a_pause_ends_with_g_or_r_and_with_nothing_else(moment: str) -> None:
    async with lane_shown(moment) as (_, host, pilot):
        await pilot.press("space", "enter", "q")
        assert host.typed == []
        await pilot.press("g", "r")
        await pilot.click("#tap-second")
    assert host.typed == ["g", "g", "g"]


def test_each_key_of_a_session_has_a_letter_at_a_lane_and_stop_is_stop() -> None:
    assert set(TYPED) == set(Key)
    assert LETTERS[TYPED[Key.STOP]] is Want.STOP
    assert LETTERS[TYPED[Key.ARM]] is Want.READY
    assert LETTERS[TYPED[Key.RESUME]] is Want.GO_ON


@pytest.mark.asyncio
async def test_enter_puts_the_summary_away_and_the_lane_waits_for_the_next_class() -> None:
    async with lane_shown("over") as (app, host, pilot):
        await pilot.press("c", "enter")
        await app.look()
        assert isinstance(app.screen, WaitScreen)
        assert (host.ended, host.typed) == (0, [])


@pytest.mark.asyncio
async def test_ctrl_c_ends_the_program_where_nobody_is_on_their_way_and_is_only_stop_elsewhere() -> None:
    ends = {"waiting": 1, "over": 1, "pain": 1, "ready": 0, "counting": 0, "running": 0}
    async for moment, app, host, pilot in each_lane_moment(only=tuple(ends)):
        await pilot.press("ctrl+c")
        assert (host.ended, host.typed) == (ends[moment], ["s"]), moment
        assert app.is_running
        app._leaving = False


@pytest.mark.asyncio
async def test_ctrl_c_beside_a_belt_that_moves_is_only_stop() -> None:
    async with lane_shown("waiting") as (_, host, pilot):
        host.turn(shown_speed=RUNNING.shown_speed)
        await pilot.press("ctrl+c")
        assert (host.ended, host.typed) == (0, ["s"])


@pytest.mark.asyncio
async def test_a_name_is_picked_letter_by_letter_and_s_is_still_stop() -> None:
    async with lane_shown("alone") as (app, host, pilot):
        await pilot.press("n")
        assert isinstance(app.screen, NameScreen)
        await pilot.press("right", "enter", "left", "enter", "s", "down", "down", "left", "left", "enter", "backspace", "enter")
        await pilot.pause()
        assert host.names == []
        await pilot.press("escape")
        await pilot.press("n", "enter", "left", "enter")
        await pilot.pause()
        assert host.names == ["A"]
        assert host.typed == ["s"]


@pytest.mark.asyncio
async def test_a_name_can_be_tapped_and_nobody_who_runs_is_asked_for_one() -> None:
    async with lane_shown("waiting") as (app, host, pilot):
        await pilot.press("n", *["backspace"] * 3)
        letters = app.screen.query_one("#letters").region
        cell, high = (letters.width - 4) // 10, letters.height // 3
        for x, y in ((9, 0), (4, 1), (9, 2)):
            await pilot.click("#letters", offset=(2 + x * cell + cell // 2, y * high + high // 2))
        await pilot.pause()
        assert host.names == ["Jo"]
    async with lane_shown("running") as (app, _, _):
        await app.action_ask_name()
        assert isinstance(app.screen, LaneRunnerScreen)


# --- what goes first ----------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_a_coachs_line_never_stands_over_a_safety_message() -> None:
    async with lane_shown("running") as (app, host, _):
        assert "from your coach" in screen_text(app)
        host.said = (*host.said, (host.time - 1, Cue(CueKind.SAFETY, "wrong way: going level", "asked -5.0 %")))
        await app.look()
        assert "▲ SAFETY  asked -5.0 %" in screen_text(app)
        assert "from your coach" not in screen_text(app)
        host.said = host.said[:1]
        host.turn(level=Level.HOLD, troubles=("the deck is not following",))
        await app.look()
        assert "▲ SAFETY" in screen_text(app)
        assert "from your coach" not in screen_text(app)


@pytest.mark.asyncio
async def test_what_goes_wrong_in_a_session_has_the_screens_of_treadctl_run() -> None:
    async with lane_shown("running") as (app, host, pilot):
        for changed, screen in (
            ({"phase": Phase.UNLINKED, "troubles": ("the link is lost",), "level": Level.LINK_LOST}, LostScreen),
            ({"phase": Phase.HANDS_OFF, "troubles": ("safety key pulled",), "level": Level.HANDS_OFF}, HandsOffScreen),
            ({"phase": Phase.STOPPING, "troubles": ("silent",), "level": Level.STOP}, SafetyScreen),
        ):
            host.turn(**changed)
            await app.look()
            assert type(app.screen) is screen
        host.turn(phase=Phase.READY, troubles=(), level=Level.FINE)
        host.time += 5
        await app.look()
        assert type(app.screen) is ArmScreen, "a runner whose link is back arms again"
        await pilot.press("a")
        assert host.typed == ["a"]


@pytest.mark.asyncio
async def test_the_moment_between_the_count_and_the_session_shows_no_other_screen() -> None:
    async with lane_shown("counting") as (app, host, _):
        shown: list[type[object]] = []
        host.class_look = STARTED
        for phase in (Phase.READY, Phase.COUNTDOWN):
            host.turn(phase=phase)
            await app.look()
            shown.append(type(app.screen))
        assert shown == [CountScreen, LaneRunnerScreen]


@pytest.mark.asyncio
async def test_a_name_that_is_being_picked_gives_way_to_the_class() -> None:
    async with lane_shown("pain") as (app, host, pilot):
        await pilot.press("n")
        host.look_at(phase=LanePhase.COUNTING, asks_about_pain=False, starts_in_s=9.0)
        await app.look()
        await pilot.pause()
        assert type(app.screen) is CountScreen
        assert host.names == []


@pytest.mark.asyncio
async def test_before_its_first_moment_and_after_a_fault_a_lane_says_so() -> None:
    async with lane_shown("alone") as (app, host, pilot):
        host.class_look = None
        await app.look()
        assert "looking for the treadmill" in screen_text(app)
        host.class_look, host.failure = LOOK, "a fault in this program ended the lane: KeyError('x')"
        await app.look()
        assert "A fault in this program ended the lane" in screen_text(app)
        await pilot.press("enter")
        assert app._exit


# --- a real lane, from the first look to STOP ---------------------------------------------------------------------------

HILLS = "title: Hills\nsteps:\n  - warm-up: 8 min\n    speed: easy\n  - decline: 2 min\n    grade: -4\n    speed: easy\n"


class RealLane:
    """A lane in its own thread, with a console in it too, on a mock, fifteen times as fast as real time."""

    def __init__(self) -> None:
        self.room: Any = None
        self.loop: asyncio.AbstractEventLoop | None = None
        self.host = LaneThread(self._make)

    def _make(self, host: LaneThread) -> Any:
        from studio_lanes import RUNNER, RealRoom
        from studio_room import KEY

        from treadctl.mock.memory import MemoryRadio
        from treadctl.mock.presets import PRESETS
        from treadctl.mock.treadmill import MockTreadmill
        from treadctl.studio.lane_agent import AtTreadmill, LaneAgent
        from treadctl.studio.part import Setting
        from treadctl.treadmill.connection import Connection
        from treadctl.treadmill.known import known_mock

        self.loop, self.room = asyncio.get_running_loop(), RealRoom(15)
        self.treadmill, clock = MockTreadmill(PRESETS["decline-10"], seed=1), self.room.clock
        known = known_mock(PRESETS["decline-10"].offset)
        radio = MemoryRadio(self.treadmill, clock)
        at = AtTreadmill(lambda deliver: Connection(radio, clock, deliver, known), "mock", clock, listeners=(host,))
        setting = Setting("gym", 7, "b1", RUNNER, "Ana")
        return LaneAgent(setting, KEY.public, self.room.lane_bus, at, host.tell)

    def coach(self, press: Callable[[Any], object]) -> None:
        assert self.loop is not None
        self.loop.call_soon_threadsafe(press, self.room)


@pytest.mark.skipif(sys.platform == "win32", reason="one platform is enough for a thread")
def test_a_lane_that_is_left_while_its_link_is_lost_says_so_and_does_not_end_well(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from studio_lanes import RealRoom
    from test_studio_agent import SHORT

    from treadctl.cli import screen
    from treadctl.studio import lane_agent

    made: list[Any] = []

    def make(thread: LaneThread) -> Any:
        room = RealRoom(400)
        lane = room.lane(1, "drop-link@60+30000")
        lane.task.cancel()
        sessions = lane.agent._sessions
        sessions._at = replace(sessions._at, listeners=(*sessions._at.listeners, thread))
        made.extend((lane, asyncio.ensure_future(room.started(SHORT))))
        return lane.agent

    monkeypatch.setattr(lane_agent, "LEAVES_S", 0.1)
    host = LaneThread(make)
    host.start()
    end = time.monotonic() + 20
    while not (made and made[1].done() and host.latest is not None and host.latest.snapshot.phase is Phase.UNLINKED):
        assert time.monotonic() < end
        time.sleep(0.02)
    host.end()
    screen._stop_and_wait(host)
    assert (host.over, host.ending, made[0].belt > 0) == (True, None, True)
    assert "no Stop was seen to reach it" in host.failure
    assert screen._code(host) == 3
    assert "stopped by the runner" not in capsys.readouterr().err


async def until(app: LaneApp, true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, screen_text(app)
        await asyncio.sleep(0.05)
        await app.look()


@pytest.mark.asyncio
@pytest.mark.skipif(sys.platform == "win32", reason="one platform is enough for a thread")
async def test_a_class_on_a_real_lanes_screen_from_waiting_to_stop() -> None:
    from studio_lanes import Button

    real = RealLane()
    app = LaneApp(real.host)
    real.host.start()
    try:
        async with app.run_test(size=(120, 34)) as pilot:
            await until(app, lambda: "The coach's console is there." in screen_text(app))
            await until(app, lambda: real.room.console.coach.leads and 7 in real.room.console.coach.roster)
            real.coach(lambda room: room.press(Button.SEND, text=HILLS, title="Hills"))
            await until(app, lambda: isinstance(app.screen, PainScreen))
            await pilot.press("0")
            await until(app, lambda: isinstance(app.screen, ReadyScreen))
            await until(app, lambda: real.host.class_look is not None and not real.host.class_look.why_not)
            await pilot.press("a")
            await until(app, lambda: "X takes it back" in screen_text(app))
            real.coach(lambda room: room.press(Button.START))
            await until(app, lambda: isinstance(app.screen, CountScreen))
            await until(app, lambda: isinstance(app.screen, LaneRunnerScreen) and real.treadmill.belt_speed > 1)
            real.coach(lambda room: room.press(Button.SAY, text="Short, quick steps."))
            await until(app, lambda: any(cue.detail == "from your coach" for _, cue in real.host.cues()))
            await pilot.press("w")
            await until(app, lambda: "G goes on" in screen_text(app))
            await pilot.press("s")
            await until(app, lambda: isinstance(app.screen, SummaryScreen))
            assert real.treadmill.belt_speed == 0
            await pilot.press("enter")
            await until(app, lambda: isinstance(app.screen, WaitScreen))
            await pilot.press("ctrl+c")
            await until(app, lambda: real.host.over)
            await app.look()
            assert app._exit
    finally:
        real.host.end()
        await asyncio.to_thread(real.host.wait, 10)
    assert (real.host.failure, threading.active_count() < 50) == ("", True)
