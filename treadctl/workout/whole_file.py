"""One small file, written whole or not at all. Never half of it: what a person keeps here is read again before a belt moves."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """All of the text, or what was there before, whatever happens in between. Raises OSError; ValueError for no path at all."""
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except (OSError, ValueError):
        with contextlib.suppress(OSError, ValueError):
            beside.unlink(missing_ok=True)
        raise
