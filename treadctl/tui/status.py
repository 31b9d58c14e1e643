"""The top line, the same on every screen: which workout, where in it, link, control, sound, heart rate, machine, time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from textual.content import Content

from treadctl.tui.painted import Painted
from treadctl.tui.view import View
from treadctl.tui.words import control, link, named, step_of
from treadctl.units import clock


@dataclass(frozen=True, slots=True)
class Status:
    """What the top line says."""

    title: str
    place: str
    segment: str
    link: str
    control: str
    sound: str
    heart: str
    machine: str
    time: str


_LEFT: Final = (("title", "place", "segment"), ("title", "place"), ("title",), ())
_RIGHT: Final = (
    ("link", "control", "sound", "heart", "machine", "time"),
    ("link", "control", "sound", "heart", "time"),
    ("link", "control", "sound", "time"),
    ("link", "control", "time"),
)
_STYLES: Final = {"title": "bold $foreground", "link": "bold $foreground", "control": "bold $foreground", "time": "$foreground"}


def status(view: View, title: str, expected_s: float, muted: bool = False) -> Status:
    """The top line of a view."""
    s = view.snapshot
    return Status(
        title=f"▸ {title}",
        place=step_of(s),
        segment=named(s.segment),
        link=link(view),
        control=control(view),
        sound="✕ MUTED" if muted else "",
        heart=f"♥ {s.heart_rate}" if s.heart_rate else "",
        machine=view.machine.name if view.machine else "",
        time=f"{clock(s.running_s)} / {clock(expected_s)}",
    )


class StatusLine(Painted[Status]):
    """One row. What fits least urgently is left out first."""

    def draw(self, what: Status, width: int, height: int) -> Content:
        """The fullest line that fits."""
        for right in _RIGHT:
            for left in _LEFT[:2]:
                if (line := _line(what, left, right, width)) is not None:
                    return line
        shortest = next((found for left in _LEFT if (found := _line(what, left, _RIGHT[-1], width)) is not None), None)
        return shortest or Content.styled(f"{what.link}  {what.control}"[:width], "bold")


def _line(what: Status, left: tuple[str, ...], right: tuple[str, ...], width: int) -> Content | None:
    texts = [
        [(getattr(what, name), _STYLES.get(name, "$quiet")) for name in side if getattr(what, name)] for side in (left, right)
    ]
    used = [sum(len(text) for text, _ in side) + 3 * max(0, len(side) - 1) for side in texts]
    gap = width - sum(used)
    if gap < 2:
        return None
    spread = [Content("   ").join(Content.styled(*piece) for piece in side) for side in texts]
    return Content.assemble(spread[0], " " * gap, spread[1])
