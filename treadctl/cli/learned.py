"""What a session has shown of the runner's own step rate, kept in their profile when it is over."""

from __future__ import annotations

from pathlib import Path

from treadctl.cli.errors import tell
from treadctl.coaching.baseline import Baseline
from treadctl.engine.constants import STALE_S
from treadctl.engine.snapshot import Step
from treadctl.engine.words import Input, StepRate
from treadctl.workout.profile import Profile
from treadctl.workout.profile_file import ProfileError, load_profile, save_profile


class Learned:
    """Listens to a session with a foot pod. `close` writes what it learned into the profile, which is read anew for it."""

    def __init__(self, runner: Profile, file: Path | None = None) -> None:
        self._easy = runner.easy
        self._file = file
        self._baseline = Baseline()

    def __call__(self, now: float, inputs: list[Input], step: Step) -> None:
        """Take one step."""
        s = step.snapshot
        for happened in inputs:
            if isinstance(happened, StepRate):
                fresh = s.age_s <= STALE_S
                self._baseline.see(now, happened.steps_per_min, s.shown_speed if fresh else None, s.shown_grade, self._easy)

    def learned(self, runner: Profile) -> Profile:
        """The runner with what was measured in this session."""
        return self._baseline.learned(runner)

    def close(self) -> None:
        """Keep it; a profile that can't be read or written is told of, and stays as it was."""
        if not self._baseline.version:
            return
        try:
            save_profile(self.learned(load_profile(self._file)), self._file)
        except ProfileError as error:
            tell(f"what the foot pod measured on the level is not kept: {error}")
