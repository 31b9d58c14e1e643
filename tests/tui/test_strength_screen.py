"""A strength session on the screen: the count is large, the keys work, and what was done is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from screen_text import screen_text

from treadctl.training.history import History, Opening
from treadctl.training.model import Kind
from treadctl.training.strength import Player
from treadctl.training.strength_file import load_named
from treadctl.training.strength_log import StrengthLog
from treadctl.tui import block
from treadctl.tui.strength import StrengthApp

pytestmark = pytest.mark.asyncio


class Wall:
    """A clock set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@contextmanager
def playing(folder: Path, name: str = "first-four") -> Iterator[tuple[StrengthApp, StrengthLog, Wall]]:
    history, wall = History(folder / "history.db"), Wall()
    log = StrengthLog(history, Opening("Ann", datetime(2027, 1, 4, tzinfo=UTC), name, name, kind=Kind.STRENGTH))
    yield StrengthApp(Player(load_named(name), 0.0), log, wall), log, wall
    history.close()


@pytest.mark.parametrize("size", [(120, 34), (80, 24)])
async def test_it_says_what_to_do_and_counts_large(tmp_path: Path, size: tuple[int, int]) -> None:
    with playing(tmp_path) as (app, _, wall):
        async with app.run_test(size=size) as pilot:
            wall.now = 21.0
            app.look()
            await pilot.pause()
            text = screen_text(app)
            assert "SQUAT · to a chair · set 1 of 2 · 1 of 8" in text
            assert "Feet as wide as the shoulders" in text
            assert "SPACE pause and go on" in text
            large = next(rows for size in block.WORDS if (rows := block.lines("DOWN 2", size))[0].strip() in text)
            assert all(row.strip() in text for row in large)


async def test_space_pauses_n_skips_and_s_stops_with_what_was_done(tmp_path: Path) -> None:
    with playing(tmp_path) as (app, log, wall):
        async with app.run_test(size=(120, 34)) as pilot:
            wall.now = 20.5
            app.look()
            await pilot.press("space")
            assert app.player.paused
            wall.now = 500.0
            await pilot.press("space")
            assert app.player.elapsed(wall.now) == 20.5
            wall.now = 500.0 + 40.0
            app.look()
            assert log.sets == 1  # eight repetitions of five seconds
            await pilot.press("n", "n")
            await pilot.pause()
            assert log.sets == 1
            assert "next: split squat (hand on a wall)" in screen_text(app)
            await pilot.press("s")
        assert app.return_value == "stopped"


async def test_it_leaves_by_itself_after_the_last_second(tmp_path: Path) -> None:
    with playing(tmp_path, "first-springs") as (app, _, wall):
        async with app.run_test() as pilot:
            wall.now = 10_000.0
            app.look()
            await pilot.pause()
        assert app.return_value == "finished"


async def test_every_moment_of_every_session_fits_the_screen(tmp_path: Path) -> None:
    with playing(tmp_path, "all-seven") as (app, _, wall):
        async with app.run_test(size=(80, 24)) as pilot:
            for second in range(5, 1290, 60):
                wall.now = float(second)
                app.look()
                await pilot.pause()
                assert "█" in screen_text(app)
                assert "S stop" in screen_text(app)
