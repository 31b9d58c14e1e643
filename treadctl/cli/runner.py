"""Who runs, from what a person typed. Apart from `choose`, so that commands without a workout begin at once."""

from __future__ import annotations

from pathlib import Path

from treadctl.cli.errors import BadInput
from treadctl.workout.profile import Profile
from treadctl.workout.profile_file import ProfileError, load_profile


def choose_runner(path: Path | None) -> Profile:
    """The runner's own numbers, or the cautious default where nobody gave any."""
    try:
        return load_profile(path)
    except ProfileError as error:
        raise BadInput(str(error)) from error
