"""kill -9 of broker, console and lanes at moments drawn by lot: nothing starts unasked, nothing acts twice, all is known of."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from studio_deaths import a_class_of_deaths, quick

pytestmark = pytest.mark.asyncio
SEEDS = (25, 30, 48)
LONG = range(100, 150)
AT_ONCE = 5


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)


async def classes(seeds: tuple[int, ...], folder: Path) -> None:
    for seed in seeds:
        (folder / str(seed)).mkdir()
    for line in await asyncio.gather(*(a_class_of_deaths(seed, folder / str(seed)) for seed in seeds)):
        print(line)


async def test_whatever_is_killed_in_three_classes_no_belt_starts_unasked_and_no_word_acts_twice(tmp_path: Path) -> None:
    await classes(SEEDS, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("first", LONG[::AT_ONCE])
async def test_whatever_is_killed_in_fifty_classes_no_belt_starts_unasked_and_no_word_acts_twice(
    first: int, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    if pytestconfig.getoption("markexpr") != "long":
        pytest.skip("minutes; run it with -m long")
    await classes(tuple(range(first, first + AT_ONCE)), tmp_path)
