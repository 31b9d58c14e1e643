"""The beat: the only thing that ever blinks, as fast as the step rate it stands for, in real seconds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from fake_host import NOW, RUNNER, RUNNING, WORKOUT, FakeHost, shown

from treadctl.engine.phases import Phase
from treadctl.tui.app import SessionApp
from treadctl.tui.beat import Beat
from treadctl.units import LEVEL


class Wall:
    """A wall clock set by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def beating(heard: Callable[[float], float | None] | None = None) -> AsyncIterator[tuple[Beat, Wall, FakeHost]]:
    """A running step with a target of 171, whose session's own clock stands still."""
    host, wall = FakeHost(RUNNING), Wall()
    app = SessionApp(host, WORKOUT, RUNNER, beat=heard, wall=wall)
    async with app.run_test() as pilot:
        await app.look()
        await pilot.pause()
        yield app.screen.query_one(Beat), wall, host


@pytest.mark.asyncio
async def test_the_beat_changes_sides_with_each_step_of_the_target_by_the_wall_clock() -> None:
    async with beating() as (beat, wall, _):
        sides = []
        for step in range(6):
            wall.now = (300 + step + 0.5) * 60 / 171
            assert beat.step() == pytest.approx(0.5 * 60 / 171)
            sides.append(beat.shown)
        assert sides == [0, 1] * 3


@pytest.mark.asyncio
async def test_the_beat_does_not_follow_the_sessions_clock_which_may_run_twenty_times_as_fast() -> None:
    async with beating() as (beat, _, host):
        before = beat.shown
        host.time = NOW + 60 / 171
        beat.step()
        assert beat.shown == before


@pytest.mark.asyncio
async def test_the_beat_for_the_eyes_falls_with_the_metronomes() -> None:
    every_s = 60 / 160  # the metronome is still leading up to 171
    async with beating(lambda now: (now - 100.0) / every_s % 1) as (beat, wall, _):
        sides = []
        for early, late in ((0.0, 0.1), (0.9, 1.02), (1.5, 1.98), (2.01, 2.4), (2.7, 3.05)):
            for part in (early, late):
                wall.now = 100.0 + part * every_s
                beat.step()
            sides.append(beat.shown)
        assert sides in ([0, 1, 1, 0, 1], [1, 0, 0, 1, 0])


@pytest.mark.asyncio
async def test_where_the_metronome_has_no_beat_the_wall_clock_gives_one() -> None:
    async with beating(lambda _: None) as (beat, wall, _):
        wall.now = 300.5 * 60 / 171
        beat.step()
        before = beat.shown
        wall.now += 60 / 171
        beat.step()
        assert {before, beat.shown} == {0, 1}


@pytest.mark.asyncio
async def test_there_is_no_beat_without_a_target_or_a_running_step() -> None:
    async with shown("running") as (app, host, _):
        beat = app.screen.query_one(Beat)
        host.turn(cadence=None)
        await app.look()
        assert beat.shown == -1
        host.turn(cadence=RUNNING.cadence)
        await app.look()
        assert beat.shown in (0, 1)
        host.turn(target_grade=LEVEL)
        await app.look()
        assert beat.shown == -1, "on the level feet need none"
        host.turn(target_grade=RUNNING.target_grade)
        await app.look()
        assert beat.shown in (0, 1)
        host.turn(phase=Phase.PAUSING)
        await app.look()
        assert beat.shown == -1
