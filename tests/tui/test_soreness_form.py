"""The soreness form and the choice of a strength session: by keys alone, and readable without colours."""

from __future__ import annotations

import pytest
from screen_text import check_golden, screen_text

from treadctl.training.model import Flag, Site
from treadctl.training.strength_file import load_named, names
from treadctl.tui.pick_strength import PickStrengthApp
from treadctl.tui.soreness import Felt, SorenessApp

pytestmark = pytest.mark.asyncio
SIZES = [(120, 34), (80, 24)]


async def test_keys_alone_lead_through_every_question() -> None:
    app = SorenessApp("First descent, 20 Nov 18:30", missed=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3", "enter")
        await pilot.press("space", "down", "down", "space", "space", "down", "space", "enter")
        await pilot.press("down", "space", "enter")
        await pilot.press("2", "enter")
        await pilot.press("5", "up", "enter")
    assert app.return_value == Felt(3, (Site.QUADS, Site.SHIN), (Flag.SWELLING,), worst_day=2, worst=4)


async def test_legs_that_feel_nothing_are_not_asked_where() -> None:
    app = SorenessApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert "Any of these?" in screen_text(app)
        await pilot.press("enter")
    assert app.return_value == Felt(0)


async def test_escape_goes_back_to_what_was_answered_and_then_leaves() -> None:
    app = SorenessApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4", "enter", "space", "enter", "escape")
        await pilot.pause()
        assert "[x] quads" in screen_text(app)
        await pilot.press("escape", "escape")
    assert app.return_value is None


@pytest.mark.parametrize("size", SIZES)
async def test_it_looks_like_its_goldens(size: tuple[int, int]) -> None:
    app = SorenessApp("First descent, 20 Nov 18:30")
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        check_golden(app, f"soreness-{size[0]}x{size[1]}")
        await pilot.press("3", "enter", "space")
        await pilot.pause()
        check_golden(app, f"soreness-where-{size[0]}x{size[1]}")


@pytest.mark.parametrize("size", SIZES)
async def test_a_strength_session_is_explained_before_it_is_begun(size: tuple[int, int]) -> None:
    sessions = tuple(load_named(name) for name in names())
    app = PickStrengthApp(sessions, {sessions[0].name: "30 h since a decline; strength waits for 48"})
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        check_golden(app, f"pick-strength-{size[0]}x{size[1]}")
        await pilot.press("down", "enter")
    assert app.return_value == sessions[1].name


async def test_escape_leaves_without_a_session() -> None:
    app = PickStrengthApp(tuple(load_named(name) for name in names()), {})
    async with app.run_test() as pilot:
        await pilot.press("escape")
    assert app.return_value is None
