"""Who runs, from what a person typed. Apart from `choose`, so that commands without a workout begin at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from treadctl.cli.errors import BadInput
from treadctl.coaching.catalogue import named
from treadctl.workout import words
from treadctl.workout.profile import Profile
from treadctl.workout.profile_file import ProfileError, load_profile


def choose_runner(path: Path | None) -> Profile:
    """The runner's own numbers, or the cautious default where nobody gave any."""
    try:
        return load_profile(path)
    except ProfileError as error:
        raise BadInput(str(error)) from error


def with_focus(runner: Profile, focus: str | None) -> Profile:
    """The runner, working on this form cue for one session; '' for none of their own, None for what their profile says."""
    return runner if focus is None else replace(runner, focus=slug_of(focus))


def slug_of(focus: str) -> str:
    """The form cue that somebody means by `arms-low`, `arms low` or `keep arms low`; '' is none."""
    known = named(focus)
    try:
        return words.focus(focus if known is None else known.slug) if focus else ""
    except ValueError as error:
        raise BadInput(f"--focus: {error}") from error
