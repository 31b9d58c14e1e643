"""The workouts that come along, by name: `workouts/` of a checkout, or the copy inside an installed package."""

from __future__ import annotations

from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path

from treadctl.workout.errors import WorkoutError
from treadctl.workout.file import load
from treadctl.workout.model import Workout


def names() -> list[str]:
    """The names of all shipped workouts, sorted."""
    return sorted(path.stem for path in folder().glob("*.yaml"))


def find(name_or_path: str) -> Path:
    """The file of a shipped workout by its name, or the path itself where it is one; `WorkoutError` where there is neither."""
    if name_or_path in names():
        return folder() / f"{name_or_path}.yaml"
    path = Path(name_or_path)
    if path.name != name_or_path or path.suffix in (".yaml", ".yml"):
        return path
    close = get_close_matches(name_or_path[:60].lower(), names(), n=2)
    advice = f"did you mean {' or '.join(close)}?" if close else f"the names are {', '.join(names())}"
    raise WorkoutError(name_or_path, 0, f"no workout has this name; {advice} (a file of your own ends in .yaml)")


def load_named(name_or_path: str) -> Workout:
    """Read a workout by its shipped name or its path."""
    return load(find(name_or_path))


def folder() -> Path:
    """Where the shipped files are."""
    package = Path(str(files("treadctl")))
    installed = package / "workouts_installed"
    return installed if installed.is_dir() else package.parent / "workouts"
