"""Make docs/screens/*.svg from a session simulated at full speed: `python tests/tui/make_screenshots.py`. The same each time.

With a folder as its argument it writes every moment of the golden tests there instead, in both themes, to look at.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

from fake_host import FakeHost, app_at, moments

from treadctl.coaching.cues import Cue
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Step
from treadctl.engine.words import Connected, Input
from treadctl.mock.presets import PRESETS
from treadctl.simulate import Plan, Simulation
from treadctl.tui.app import SessionApp
from treadctl.tui.view import TREND_OVER_S
from treadctl.units import Grade, Speed
from treadctl.workout.library import load_named
from treadctl.workout.profile import Profile

SIZE: Final = (120, 34)
_DOCS: Final = Path(__file__).parents[2] / "docs" / "screens"
_RUNNER: Final = Profile("Ana", easy=Speed(900), walk=Speed(450), ceiling=Grade(-80), level_cadence_spm=164, chosen=True)


class Story:
    """One simulated session, and a host that stands at each of the moments worth a picture."""

    def __init__(self, workout: str, preset: str) -> None:
        self.workout = load_named(workout)
        self.host = FakeHost(None)
        self.apps: dict[str, SessionApp] = {}
        self._cues: list[tuple[float, Cue]] = []
        self._steps: list[Step] = []
        plan = Plan(self.workout, _RUNNER, replace(PRESETS[preset]), own_spm=_RUNNER.level_cadence_spm)
        Simulation(plan, self._on_step).run()

    def _on_step(self, now: float, inputs: list[Input], step: Step) -> None:
        self._steps.append(step)
        self.host.machine = next((word.machine for word in inputs if isinstance(word, Connected)), self.host.machine)
        self._cues += [(now, cue) for cue in step.cues]

    def at(self, step: Step) -> SessionApp:
        """The app of a moment, with all that went before it on record."""
        now = step.snapshot.now
        host = FakeHost(step.snapshot, *(said for said in self._cues if said[0] <= now))
        host.machine, host.time = self.host.machine, now
        app = SessionApp(host, self.workout, _RUNNER, mute=lambda: False, wall=lambda: now)
        for earlier in self._steps:
            then = earlier.snapshot.now
            if then <= now:
                app.record.see(earlier.snapshot)
            if now - TREND_OVER_S <= then < now:
                app._eye.look(earlier, then, host.machine, ())
        return app

    def runner(self) -> Step:
        """On the second decline, a few seconds after a form cue."""
        for said_at, cue in self._cues:
            step = next((s for s in self._steps if s.snapshot.now >= said_at + 3), self._steps[-1])
            s = step.snapshot
            if s.phase is Phase.RUNNING and cue.fact and s.shown_grade and s.shown_grade <= -40 and s.segment_index >= 3:
                return step
        raise LookupError("no form cue on a decline")

    def last(self, phase: Phase) -> Step:
        """The last moment of a phase."""
        return [step for step in self._steps if step.snapshot.phase is phase][-1]


async def picture(app: SessionApp, path: Path, size: tuple[int, int] = SIZE) -> None:
    """One screen as SVG."""
    async with app.run_test(size=size) as pilot:
        await app.look()
        await pilot.pause()
        drawn = app.export_screenshot(title="treadctl")
    await asyncio.to_thread(path.write_text, drawn, encoding="utf-8")


async def _docs() -> None:
    story = Story("ten-percent", "decline-6")
    await picture(story.at(story.last(Phase.READY)), _DOCS / "arm.svg")
    await picture(story.at(story.runner()), _DOCS / "runner.svg")
    await picture(story.at(story.last(Phase.OVER)), _DOCS / "summary.svg")


async def _all(folder: Path) -> None:
    for moment in moments():
        for light in (False, True):
            for size in (SIZE, (80, 24)):
                app, _ = app_at(moment, light)
                await picture(app, folder / f"{moment}-{size[0]}-{'light' if light else 'dark'}.svg", size)


if __name__ == "__main__":
    asyncio.run(_all(Path(sys.argv[1])) if len(sys.argv) > 1 else _docs())
