"""The coach's console as staff see it: each moment of a class at both sizes, for 8, 30 and 60 lanes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fake_room import MOMENTS, console, moment
from screen_text import GOLDENS, SIZES, check_golden, screen_text
from test_screens_themes import apart, ground
from textual.color import Color

from treadctl.studio.lane_tile import Mood
from treadctl.tui.coach.app import CoachApp
from treadctl.tui.coach.grid import LaneGrid, plan, shown
from treadctl.tui.coach.overlays import HELP
from treadctl.tui.coach.parts import look_here
from treadctl.tui.coach.tiles import MARKS, rows

asyncio_test = pytest.mark.asyncio
CLASSES = [("running", lanes) for lanes in (8, 30, 60)] + [(name, 8) for name in MOMENTS if name != "running"]


@asyncio_test
async def test_every_moment_looks_like_its_golden() -> None:
    async with console() as (app, host, pilot):
        for width, height in SIZES:
            await pilot.resize_terminal(width, height)
            for name, lanes in CLASSES:
                host.latest = moment(name, lanes)
                await app.action_look()
                await pilot.pause()
                check_golden(app, f"coach-{name}-{lanes}-{width}x{height}")


@asyncio_test
async def test_what_lies_over_the_room_leaves_headline_and_problems_in_view() -> None:
    async with console("running", 8, (80, 24)) as (app, _, pilot):
        for name, keys in (("lane", ("6", "enter")), ("message", ("m",)), ("help", ("question_mark",))):
            await pilot.press(*keys)
            await pilot.pause()
            check_golden(app, f"coach-over-{name}-80x24")
            assert "‼ 4 Dia GONE 0:27" in screen_text(app)
            assert "■ STOP ALL" in screen_text(app)
            assert ("? close help" if name == "help" else "ESC back") in screen_text(app)
            await pilot.press("escape")


@asyncio_test
async def test_help_has_room_for_every_key_on_the_smallest_screen() -> None:
    async with console("running", 8, (80, 24)) as (app, _, pilot):
        await pilot.press("question_mark")
        await pilot.pause()
        for key, what in HELP:
            assert f"{key:>8}  {what}" in screen_text(app)
        assert "No emergency stop" in screen_text(app)


@asyncio_test
async def test_fewer_minutes_down_are_shown_before_they_are_sent_and_on_the_tile() -> None:
    async with console("offered", 8, (80, 24)) as (app, host, pilot):
        await pilot.press("6", "enter")
        await pilot.pause()
        assert "8 min downhill, as written." in screen_text(app)
        await pilot.press("left", "minus")
        await pilot.pause()
        assert "‹ at most 6 of 8 min downhill, then level ›  ENTER sends it" in screen_text(app)
        assert host.pressed == []
        room = host.latest
        assert room is not None
        host.latest = replace(room, lanes=tuple(replace(lane, cap_s=360) for lane in room.lanes))
        await pilot.press("enter", "escape")
        await pilot.pause()
        assert screen_text(app).count("≤6 min down") >= 5


@asyncio_test
async def test_the_profile_of_a_program_shows_what_its_cap_makes_of_it() -> None:
    async with console("idle", 8, (80, 24)) as (app, _, pilot):
        await pilot.press("c")
        await pilot.pause()
        as_written = screen_text(app)
        assert "FOR ALL LANES: 8 min downhill, as written." in as_written
        await pilot.press(*["left"] * 8)
        await pilot.pause()
        assert "FOR ALL LANES: level all the way, no minute downhill." in screen_text(app)
        assert "-6 │" in as_written
        assert "-6 │" not in screen_text(app)
        assert "ESC back" in screen_text(app)


@asyncio_test
async def test_the_library_stands_beside_the_profile_of_what_is_pointed_at() -> None:
    async with console("idle", 8) as (app, _, pilot):
        await pilot.press("c", "down")
        await pilot.pause()
        text = screen_text(app)
        assert "First descent      26   5  −2.0" in text
        assert "╭─ First descent" in text
        assert "■ STOP ALL" in text


@pytest.mark.parametrize("width", [40, 78, 118])
def test_lanes_that_need_somebody_are_named_by_urgency_and_counted_where_there_is_no_room(width: int) -> None:
    view = moment("running", 30)
    many = replace(
        view, lanes=tuple(replace(lane, mood=Mood.NOT_MOVING, word="NOT MOVING", name="", speed=None) for lane in view.lanes)
    )
    many = replace(many, lanes=(*many.lanes[:-1], replace(many.lanes[-1], mood=Mood.NOT_STILL, word="STILL MOVING")))
    text = look_here(many, width)
    named = text.count("‼")
    assert len(text) <= width
    assert text.startswith("‼ 30 STILL MOVING   ‼ 1 NOT MOVING"[: 17 if named == 1 else 34])
    assert text.endswith(f"   and {30 - named} more")
    assert look_here(view, 78) == "‼ 4 Dia GONE 0:27   ‼ 8 Maximiliane CONSOLE HAS IT"


@pytest.mark.parametrize("size", SIZES)
def test_no_golden_is_wider_or_higher_than_its_terminal(size: tuple[int, int]) -> None:
    for name, lanes in CLASSES:
        found = (GOLDENS / f"coach-{name}-{lanes}-{size[0]}x{size[1]}.txt").read_text(encoding="utf-8").splitlines()
        assert len(found) == size[1], name
        assert max(len(row) for row in found) <= size[0], name


@pytest.mark.parametrize("lanes", [1, 7, 8, 13, 20, 30, 47, 60])
@pytest.mark.parametrize(("width", "height"), [(120, 17), (80, 12), (200, 40)])
def test_no_lane_is_left_out_up_to_sixty(lanes: int, width: int, height: int) -> None:
    made = plan(lanes, width, height)
    assert made.columns * (height // made.height) >= lanes
    assert made.columns * made.width <= width


def test_where_not_all_lanes_fit_those_with_a_problem_are_shown() -> None:
    lanes = moment("running", 60).lanes
    kept = [lane.lane for lane in shown(lanes, 4)]
    assert kept == [1, 2, 4, 8]


@pytest.mark.parametrize(("width", "height"), [(14, 1), (15, 2), (19, 3), (19, 5), (30, 7), (40, 11)])
def test_a_tile_has_exactly_its_size_whatever_the_lane_does(width: int, height: int) -> None:
    for name in MOMENTS:
        for lane in moment(name, 8).lanes:
            drawn = rows(lane, width, height)
            assert [row.cell_length for row in drawn] == [width] * height


def test_every_mood_has_a_sign_of_its_own_or_the_urgent_one() -> None:
    assert set(MARKS) == {mood for mood in Mood if mood > Mood.REFUSED}


@asyncio_test
async def test_asked_and_real_stand_side_by_side_where_they_differ() -> None:
    async with console("running", 30) as (app, _, _):
        text = screen_text(app)
        assert "−3.0(−6) 8.6" in text
    async with console("running", 8) as (app, _, _):
        assert "asked −6.0   8.6 km/h" in screen_text(app)


@asyncio_test
@pytest.mark.parametrize("light", [False, True], ids=["dark", "light"])
async def test_all_that_is_said_of_a_lane_stands_out_by_seven_to_one(light: bool) -> None:
    async with console("running", 8, light=light) as (app, host, pilot):
        for name in ("running", "stopping", "offered"):
            host.latest = moment(name, 8)
            await app.action_look()
            await pilot.pause()
            for selector in ("#lanes", "#look", "#line", "#top", "#headline"):
                found = cells(app, selector)
                assert found
                reversed_ = selector == "#headline" and name == "stopping"
                assert apart(found, ground(light, "foreground" if reversed_ else "background")) >= 7, (name, selector)


def cells(app: CoachApp, selector: str) -> set[tuple[Color, Color]]:
    """Foreground and ground of all cells of a widget that are not empty."""
    found = set()
    region = app.screen.query_one(selector).region
    strips = app.screen._compositor.render_strips()
    for y in range(region.y, region.bottom):
        at = 0
        for text, style, _ in strips[y]:
            inside = region.x <= at < region.right
            at += len(text)
            if inside and text.strip() and style is not None and style.color is not None and style.bgcolor is not None:
                found.add((Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)))
    return found


@asyncio_test
async def test_what_was_not_done_and_who_has_not_answered_stands_above_the_keys() -> None:
    async with console("offered") as (app, host, pilot):
        view = moment("offered", 8)
        waiting = {"offer": (3, 4), "stop": tuple(range(1, 20))}
        for changed, said in (
            ({"notice": "not done: nobody is ready yet"}, "Not done: nobody is ready yet."),
            ({"unanswered": {"offer": (3, 4)}}, "OFFER: not answered yet by lanes 3, 4"),
            ({"unanswered": waiting}, "STOP: not answered yet by lanes 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 7 more"),
        ):
            host.latest = replace(view, **changed)
            await app.action_look()
            await pilot.pause()
            assert said in screen_text(app)


@asyncio_test
@pytest.mark.parametrize("size", SIZES)
async def test_clocks_that_are_apart_are_said_whatever_else_there_is_to_say(size: tuple[int, int]) -> None:
    """The flag on the top line, where no notice, number or screen over the room hides it; the sentence above the keys."""
    warning = "console back-office's clock is 15 s ahead of this one's: set both by the net"
    async with console("offered", 8, size) as (app, host, pilot):
        view = replace(moment("offered", 8), warning=warning, apart_s=15.2)
        for changed, keys in (
            ({}, ()),
            ({"notice": "the line was sent"}, ()),
            ({"linked": False, "why": "no broker answers there"}, ()),
            ({"unanswered": {"stop": (4,)}}, ()),
            ({}, ("1",)),
            ({}, ("enter",)),
            ({}, ("escape", "question_mark")),
        ):
            host.latest = replace(view, **changed)
            await pilot.press(*keys)
            await app.action_look()
            await pilot.pause()
            text = screen_text(app)
            assert "▲ CLOCKS 15 s APART" in text
            assert changed or keys or "▲ Console back-office's clock is 15 s ahead of this one's" in text
            assert ("STOP: not answered yet by lane 4" in text) is ("unanswered" in changed)


@asyncio_test
async def test_a_lane_that_is_clicked_or_typed_is_opened() -> None:
    async with console("running", 8) as (app, _, pilot):
        grid = app.screen.query_one(LaneGrid)
        assert (grid.lane_at(2, 1), grid.lane_at(119, 1), grid.lane_at(31, 9), grid.lane_at(2, 16)) == (1, 4, 6, None)
        await pilot.click("#lanes", offset=(31, 9))
        await pilot.pause()
        assert "LANE 6  Fay  ► moving" in screen_text(app)
        assert "Limited: -3.0 % (asked -6.0 %): the runner's limit" in screen_text(app)
        await pilot.press("escape", "1", "2")
        assert "Lane 12_" in screen_text(app)
        await pilot.press("backspace", "enter")
        await pilot.pause()
        assert "LANE 1  Ana  ‖ paused" in screen_text(app)


@asyncio_test
async def test_a_number_that_is_no_lane_says_so() -> None:
    async with console("running", 8) as (app, _, pilot):
        await pilot.press("9", "9", "enter")
        await pilot.pause()
        assert "There is no such lane in this room" in screen_text(app)
