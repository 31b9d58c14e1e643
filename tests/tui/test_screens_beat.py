"""The beat: the only thing that ever blinks, and as fast as the step rate it stands for."""

from __future__ import annotations

import pytest
from fake_host import NOW, RUNNING, shown

from treadctl.engine.phases import Phase
from treadctl.tui.info import Beat


@pytest.mark.asyncio
async def test_the_beat_changes_sides_with_each_step_of_the_target() -> None:
    async with shown("running") as (app, host, _):
        beat = app.screen.query_one(Beat)
        sides = []
        for step in range(6):
            host.time = NOW + (step + 0.5) * 60 / 171  # NOW falls on the middle of a step of 171 a minute
            beat.step()
            sides.append(beat.shown)
        assert sides in ([0, 1] * 3, [1, 0] * 3)


@pytest.mark.asyncio
async def test_the_beat_stands_still_with_a_frozen_clock() -> None:
    async with shown("running") as (app, _, pilot):
        beat = app.screen.query_one(Beat)
        before = beat.shown
        await pilot.pause(0.04)
        beat.step()
        assert beat.shown == before


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
        host.turn(phase=Phase.PAUSING)
        await app.look()
        assert beat.shown == -1
