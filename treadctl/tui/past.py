"""The sessions behind this runner, as far as their journals' first lines tell: when, and which workout."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from platformdirs import user_data_path

from treadctl.journal import LONGEST_LINE

SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Past:
    """One session that was: when it began, and the name and title of its workout."""

    begun: datetime
    name: str
    title: str


def journals() -> Path:
    """The folder that sessions are recorded in when nobody names another."""
    return user_data_path("treadctl") / "journals"


def last_sessions(folder: Path | None = None, count: int = SHOWN) -> tuple[Past, ...]:
    """The newest recorded sessions, newest first. A file that is no journal is passed over: this is a reminder, not a record."""
    try:
        files = sorted((folder or journals()).glob("*.jsonl"), key=lambda path: path.name, reverse=True)
    except OSError:
        return ()
    found: list[Past] = []
    for path in files[: count * 4]:
        past = _read(path)
        if past is not None and len(found) < count:
            found.append(past)
    return tuple(found)


def _read(path: Path) -> Past | None:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            first = json.loads(file.readline(LONGEST_LINE))
        workout = first["workout"][1]
        return Past(datetime.fromisoformat(first["begun"]).astimezone(), str(workout["name"]), str(workout["title"]))
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
