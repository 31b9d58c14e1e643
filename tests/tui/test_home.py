"""Home: what it shows, and that keys and mouse alone lead from it to a session."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fake_finder import NEIGHBOUR, SOLE, FakeFinder
from screen_text import check_golden, screen_text
from textual.pilot import Pilot

from treadctl.mock.presets import DEFAULT
from treadctl.tui.found import Own
from treadctl.tui.home import Choice, HomeApp, SetUp, Soreness, Strength, today
from treadctl.tui.past import Past, last_sessions
from treadctl.units import Grade, Speed
from treadctl.workout.library import load_named, names
from treadctl.workout.profile import CAUTIOUS, Profile

LIBRARY = tuple(load_named(name) for name in names())
ANA = Profile(name="Ana", easy=Speed(900), chosen=True)
PAST = (
    Past(datetime(2026, 11, 20, 18, 30), "five-percent", "Five percent"),  # noqa: DTZ001 - shown as it is, in the runner's zone
    Past(datetime(2026, 11, 17, 7, 5), "first-descent", "First descent"),  # noqa: DTZ001
)
OWN = Own(SOLE.address, "F85", "seen 20 Nov 18:30", Grade(-50))
SIZES = [(120, 34), (80, 24)]

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("size", SIZES)
async def test_it_shows_today_the_library_drawn_the_treadmills_and_the_last_sessions(size: tuple[int, int]) -> None:
    app = HomeApp(LIBRARY, ANA, PAST)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        check_golden(app, f"home-{size[0]}x{size[1]}")


async def test_who_has_no_pace_yet_is_told_which_key_sets_it() -> None:
    app = HomeApp(LIBRARY, CAUTIOUS, ())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        check_golden(app, "home-first-time-80x24")


async def test_enter_runs_todays_workout_on_the_treadmill_that_was_used() -> None:
    app = HomeApp(LIBRARY, ANA, PAST, "decline-6")
    async with app.run_test() as pilot:
        await pilot.press("enter")
    assert app.return_value == Choice("five-percent", "decline-6")


async def test_arrows_choose_a_workout_and_a_treadmill() -> None:
    app = HomeApp(LIBRARY, ANA, ())
    async with app.run_test() as pilot:
        await pilot.press("down", "m", "down", "down", "enter")
    assert app.return_value == Choice("gentle-hill", "incline-only")


async def test_the_workout_pointed_at_is_drawn() -> None:
    app = HomeApp(LIBRARY, ANA, ())
    async with app.run_test(size=(120, 34)) as pilot:
        await pilot.press("end")
        await pilot.pause()
        assert "─ Ten percent ─" in screen_text(app)
        assert "-10 │" in screen_text(app)


async def test_a_click_points_and_does_not_start_anything() -> None:
    app = HomeApp(LIBRARY, ANA, ())
    async with app.run_test(size=(120, 34)) as pilot:
        await pilot.click("#library", offset=(5, 3))
        await pilot.pause()
        assert "─ Three percent ─" in screen_text(app)
        assert app.is_running
        await pilot.click("#keys", offset=(3, 0))  # ENTER on the bottom lines
    assert app.return_value == Choice("three-percent", "decline-10")


async def test_t_goes_back_to_today() -> None:
    app = HomeApp(LIBRARY, ANA, ())
    async with app.run_test() as pilot:
        await pilot.press("down", "down", "t", "enter")
    assert app.return_value == Choice("first-descent", "decline-10")


async def test_x_runs_a_mock_twenty_times_as_fast() -> None:
    app = HomeApp(LIBRARY, ANA, ())
    async with app.run_test() as pilot:
        await pilot.press("x")
        await pilot.pause()
        assert "X: 20 times as fast" in screen_text(app)
        await pilot.press("enter")
    assert app.return_value == Choice("first-descent", "decline-10", 20.0)


async def test_what_the_treadmill_cannot_reach_is_told_before_anybody_steps_onto_it() -> None:
    app = HomeApp(LIBRARY, ANA, ())
    async with app.run_test(size=(120, 34)) as pilot:
        await pilot.press("end", "m", "down")
        await pilot.pause()
        assert "decline-6 goes to −6.0 %: what is steeper is run at that." in screen_text(app)
        assert "Your own limit is −5.0 %: what is steeper is run at that." in screen_text(app)
        await pilot.press("down")
        await pilot.pause()
        assert "incline-only has no decline: this workout would be refused on it." in screen_text(app)


async def test_u_leads_to_the_set_up() -> None:
    app = HomeApp(LIBRARY, ANA, ())
    async with app.run_test() as pilot:
        await pilot.press("u")
    assert app.return_value == SetUp()


def at_home(finder: FakeFinder | None = None, runner: Profile = ANA) -> HomeApp:
    """The home of a runner with a treadmill."""
    return HomeApp(LIBRARY, runner, PAST, DEFAULT.name, OWN, finder)


@pytest.mark.parametrize("size", SIZES)
async def test_a_runners_own_treadmill_goes_first_and_enter_runs_on_it(size: tuple[int, int]) -> None:
    app = at_home()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        check_golden(app, f"home-own-{size[0]}x{size[1]}")
        await pilot.press("enter")
    assert app.return_value == Choice("five-percent", DEFAULT.name, treadmill=SOLE.address)


async def test_m_goes_from_the_real_treadmill_to_a_mock_and_back() -> None:
    app = at_home()
    async with app.run_test() as pilot:
        await pilot.press("x", "m")
        await pilot.pause()
        assert "X: 20 times as fast" in screen_text(app)
        await pilot.press("m")
        await pilot.pause()
        assert "a real belt, in real time" in screen_text(app)
        await pilot.press("m", "enter")
    assert app.return_value == Choice("five-percent", DEFAULT.name, 20.0)


async def shown(app: HomeApp, pilot: Pilot[Any], words: str) -> None:
    """Wait for the words: a busy computer draws later."""
    for _ in range(100):
        if words in screen_text(app):
            return
        await pilot.pause(0.05)
    raise AssertionError(f"{words!r} is not on the screen:\n{screen_text(app)}")


async def test_a_real_belt_waits_for_a_runner_whose_pace_is_known() -> None:
    app = at_home(runner=CAUTIOUS)
    async with app.run_test(size=(120, 34)) as pilot:
        await pilot.pause()
        await pilot.press("enter")
        await shown(app, pilot, "needs your own easy pace first: U sets it")
        await pilot.pause(1.2)
        assert "needs your own easy pace first: U sets it" in screen_text(app), "for longer than a glance"
        assert app.is_running
        await pilot.press("m", "enter")
    assert app.return_value == Choice("five-percent", DEFAULT.name)


async def test_how_far_the_own_treadmill_went_last_is_told_before_anybody_steps_onto_it() -> None:
    app = at_home()
    async with app.run_test(size=(120, 34)) as pilot:
        await pilot.press("end")
        await shown(app, pilot, "F85 goes to −5.0 %: what is steeper is run at that.")


async def test_f_finds_the_own_treadmill_and_names_others_without_taking_them() -> None:
    finder = FakeFinder(SOLE, NEIGHBOUR)
    app = at_home(finder)
    async with app.run_test(size=(120, 34)) as pilot:
        assert "seen 20 Nov 18:30" in screen_text(app)
        await pilot.press("f")
        await pilot.pause()
        assert "Listening for treadmills" in screen_text(app)
        assert "here, good" in screen_text(app)
        assert "Heard: T618 (faint (-91 dBm)). U chooses which one is yours." in screen_text(app)
        finder.on_the_air, finder.listening = (), False
        app.look()
        await pilot.pause()
        assert "No treadmill is heard." in screen_text(app)
    assert finder.stops == 1


async def test_why_nothing_can_be_heard_is_told() -> None:
    app = at_home(FakeFinder(trouble="Bluetooth is switched off; switch it on and run the command again"))
    async with app.run_test(size=(120, 34)) as pilot:
        await pilot.press("f")
        await pilot.pause()
        assert "▲ Bluetooth is switched off" in screen_text(app)


@pytest.mark.parametrize(("key", "wish"), [("g", Strength()), ("o", Soreness())])
async def test_strength_and_soreness_are_one_key_away(key: str, wish: object) -> None:
    app = HomeApp(LIBRARY, ANA, ())
    async with app.run_test() as pilot:
        await pilot.press(key)
    assert app.return_value == wish


@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+q"])
async def test_it_can_be_left(key: str) -> None:
    app = HomeApp(LIBRARY, ANA, ())
    async with app.run_test() as pilot:
        await pilot.press("m", key)
    assert app.return_value is None


async def test_today_is_what_was_run_last_and_still_exists() -> None:
    gone = Past(datetime(2026, 11, 21, 7, 0), "my-own-hill", "My own hill")  # noqa: DTZ001
    assert today(LIBRARY, (gone, *PAST)) == ("five-percent", "you ran it last, on 20 Nov")


async def test_today_is_the_first_descent_for_who_has_run_nothing() -> None:
    assert today(LIBRARY, ())[0] == "first-descent"


async def test_last_sessions_come_from_journals_and_pass_over_what_is_none(tmp_path: Path) -> None:
    def journal(day: int, title: str) -> None:
        begun = datetime(2026, 11, day, 12, 0, tzinfo=UTC).isoformat()
        line = {"journal": 1, "begun": begun, "workout": ["Workout", {"name": title.lower(), "title": title}]}
        (tmp_path / f"2026-11-{day:02}T12-00-00_{title}.jsonl").write_text(json.dumps(line) + "\n{}\n")

    journal(3, "Older")
    journal(14, "Newer")
    (tmp_path / "2026-11-20T12-00-00_torn.jsonl").write_text('{"journal": 1, "wor')
    (tmp_path / "2026-11-21T12-00-00_list.jsonl").write_text("[1, 2]\n")
    (tmp_path / "2026-11-22T12-00-00_empty.jsonl").write_text("")
    assert [past.title for past in last_sessions(tmp_path)] == ["Newer", "Older"]
    assert [past.title for past in last_sessions(tmp_path, 1)] == ["Newer"]
    assert last_sessions(tmp_path / "nowhere") == ()
