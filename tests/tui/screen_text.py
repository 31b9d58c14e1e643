"""A screen as plain text, and goldens of it. The one place that knows how Textual keeps what it has drawn."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from textual.app import App
from textual.widgets import Input, TextArea

GOLDENS: Final = Path(__file__).parent / "goldens"
SIZES: Final = ((120, 34), (80, 24))


def screen_text(app: App[Any]) -> str:
    """What is on the screen now, one line per row."""
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips()) + "\n"


def nothing_takes_the_focus(app: App[Any], name: str) -> None:
    """Not on this screen, nor on one below it: a key is never a letter in a field."""
    for screen in app.screen_stack:
        assert not screen.query(Input), name
        assert not screen.query(TextArea), name
        assert not screen.focus_chain, name
    assert app.focused is None, name


def check_golden(app: App[Any], name: str) -> None:
    """Compare the screen with `goldens/name.txt`; with TREADCTL_UPDATE_GOLDENS=1 write it instead."""
    path, text = GOLDENS / f"{name}.txt", screen_text(app)
    if os.environ.get("TREADCTL_UPDATE_GOLDENS"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"{path.name} differs; look, then run with TREADCTL_UPDATE_GOLDENS=1"
