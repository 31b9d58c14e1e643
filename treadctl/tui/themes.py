"""The two themes: a dark one for a living room at night and a light one for a gym by a window.

Everything that must be read from a moving belt stands out from its ground by at least 7:1; a test computes it.
"""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

DARK: Final = Theme(
    name="treadctl-dark",
    primary="#7fd4ff",
    secondary="#a9b8c6",
    accent="#ffd166",
    warning="#ffb454",
    error="#ff8a80",
    success="#9ee37d",
    foreground="#f4f7fa",
    background="#0a0d11",
    surface="#141a21",
    panel="#1f2831",
    dark=True,
    variables={
        "number": "#ffffff",
        "cue": "#ffd166",
        "quiet": "#a9b8c6",
        "done": "#7fd4ff",
        "to-come": "#8ba1b5",
        "stop": "#c62828",
        "stop-text": "#ffffff",
        "tap": "#2b3946",
        "tap-text": "#f4f7fa",
    },
)
LIGHT: Final = Theme(
    name="treadctl-light",
    primary="#004f7a",
    secondary="#3a4550",
    accent="#7a3b00",
    warning="#8a4b00",
    error="#a31515",
    success="#1b5209",
    foreground="#0d1216",
    background="#fdfcf9",
    surface="#f0eee8",
    panel="#e0ddd4",
    dark=False,
    variables={
        "number": "#000000",
        "cue": "#6b2f00",
        "quiet": "#3a4550",
        "done": "#004f7a",
        "to-come": "#7d8a95",
        "stop": "#b71c1c",
        "stop-text": "#ffffff",
        "tap": "#d3cfc3",
        "tap-text": "#0d1216",
    },
)
