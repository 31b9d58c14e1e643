"""Each screen as a person sees it, at both sizes, with frozen clocks."""

from __future__ import annotations

import pytest
from fake_host import each_moment, moments, shown
from screen_text import GOLDENS, SIZES, check_golden


@pytest.mark.asyncio
@pytest.mark.parametrize("size", SIZES)
async def test_every_screen_looks_like_its_golden(size: tuple[int, int]) -> None:
    async for name, app, _, _ in each_moment(size, variants=True):
        check_golden(app, f"{name}-{size[0]}x{size[1]}")


@pytest.mark.asyncio
async def test_help_lies_over_the_screen_and_leaves_numbers_and_dock_in_view() -> None:
    async with shown("running") as (app, _, pilot):
        await pilot.press("question_mark")
        for width, height in SIZES:
            await pilot.resize_terminal(width, height)
            await pilot.pause()
            check_golden(app, f"help-{width}x{height}")


@pytest.mark.parametrize("size", SIZES)
def test_no_golden_is_wider_or_higher_than_its_terminal(size: tuple[int, int]) -> None:
    for name in (*moments(), "help"):
        rows = (GOLDENS / f"{name}-{size[0]}x{size[1]}.txt").read_text(encoding="utf-8").splitlines()
        assert len(rows) == size[1], name
        assert max(len(row) for row in rows) <= size[0], name
