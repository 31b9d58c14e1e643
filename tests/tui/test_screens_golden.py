"""Each screen as a person sees it, at both sizes, with frozen clocks."""

from __future__ import annotations

import pytest
from fake_host import moments, shown
from screen_text import SIZES, check_golden


@pytest.mark.asyncio
@pytest.mark.parametrize("moment", sorted(moments()))
async def test_a_screen_looks_like_its_golden(moment: str) -> None:
    async with shown(moment) as (app, _, pilot):
        for width, height in SIZES:
            await pilot.resize_terminal(width, height)
            await app.look()
            await pilot.pause()
            check_golden(app, f"{moment}-{width}x{height}")


@pytest.mark.asyncio
async def test_help_lies_over_the_screen_and_leaves_numbers_and_dock_in_view() -> None:
    async with shown("running") as (app, _, pilot):
        await pilot.press("question_mark")
        for width, height in SIZES:
            await pilot.resize_terminal(width, height)
            await pilot.pause()
            check_golden(app, f"help-{width}x{height}")
