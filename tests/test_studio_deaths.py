"""kill -9 of broker, console and lanes at moments drawn by lot: nothing starts unasked, nothing acts twice, all is known of."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from studio_deaths import Deaths, a_class_of_deaths, quick

pytestmark = pytest.mark.asyncio
SEEDS = (34, 169, 205)
"""In each of these a lane dies before its start, then console or broker, then a lane whose belt moves."""
LONG = range(100, 150)
AT_ONCE = 5


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)


async def classes(seeds: tuple[int, ...], folder: Path) -> list[Deaths]:
    for seed in seeds:
        (folder / str(seed)).mkdir()
    rooms = await asyncio.gather(*(a_class_of_deaths(seed, folder / str(seed)) for seed in seeds))
    assert any(room.any_belt_moved() for room in rooms), "nothing was put to the proof"
    return rooms


async def test_whatever_is_killed_in_three_classes_no_belt_starts_unasked_and_no_word_acts_twice(tmp_path: Path) -> None:
    rooms = await classes(SEEDS, tmp_path)
    assert all(room.moved for room in rooms)


@pytest.mark.long
@pytest.mark.parametrize("first", LONG[::AT_ONCE])
async def test_whatever_is_killed_in_fifty_classes_no_belt_starts_unasked_and_no_word_acts_twice(
    first: int, tmp_path: Path
) -> None:
    await classes(tuple(range(first, first + AT_ONCE)), tmp_path)
