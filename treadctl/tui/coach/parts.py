"""The other parts of the room's screen: status, headline, what needs somebody, the program with its cursor."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from textual.content import Content

from treadctl.studio.program import cap_words, capped
from treadctl.studio.room_view import RoomView, Stage, named, step_words
from treadctl.tui.block import WORDS, fit
from treadctl.tui.course_plot import DONE, TO_COME, hung
from treadctl.tui.painted import Painted, solid
from treadctl.units import clock
from treadctl.workout.model import Workout
from treadctl.workout.picture import columns
from treadctl.workout.profile import CAUTIOUS

NO_BROKER: Final = (
    "Lanes go on by themselves. STOP ALL cannot reach them: walk over, use each treadmill's own STOP. Connecting again …",
    "STOP ALL can't reach the lanes: walk over, press STOP at each treadmill.",
)
"""What staff must do when the broker is gone; the short one for a narrow screen."""
_MARGIN: Final = 4


@dataclass(frozen=True, slots=True)
class Top:
    """The top line: which class, how far, and who leads over what."""

    left: str
    middle: str
    right: str


def top(view: RoomView) -> Top:
    """The top line of a view."""
    title = f"▸ {view.title}" if view.title else "▸ no program yet"
    at = f"{clock(view.place.at_s)} / {clock(view.program.expected_s(CAUTIOUS))}" if view.place and view.program else ""
    apart = f"▲ CLOCKS {abs(view.apart_s):.0f} s APART  " if view.warning else ""
    if not view.linked:
        return Top(f"{title}   {view.studio}", at, f"{apart}✗ NO BROKER")
    who = "● THIS CONSOLE LEADS" if view.leads else f"○ {view.other} LEADS" if view.other else "○ NOBODY LEADS YET"
    return Top(f"{title}   {view.studio}", at, f"{apart}● BROKER  {who}")


class TopLine(Painted[Top]):
    """One row; the middle is left out first."""

    def draw(self, what: Top, width: int, height: int) -> Content:
        """The fullest line that fits."""
        for texts in ((what.left, what.middle, what.right), (what.left, what.right), (what.right,)):
            used = sum(len(text) for text in texts)
            if used + 3 * (len(texts) - 1) <= width:
                gap = (width - used) // max(1, len(texts) - 1)
                return Content.styled((" " * gap).join(texts), "bold $foreground")
        return Content.styled(what.right[:width], "bold $foreground")


@dataclass(frozen=True, slots=True)
class Big:
    """The headline; reversed where somebody must act at once."""

    text: str
    alarm: bool = False


def big(view: RoomView, failure: str = "") -> Big:
    """The headline of a view."""
    if failure:
        return Big("CONSOLE FAILED", True)
    if not view.linked:
        return Big("NO BROKER", True)
    return Big(view.headline, view.stage is Stage.STOPPED and view.headline == "GO AND LOOK")


class Headline(Painted[Big]):
    """Block letters, as large as they get."""

    def draw(self, what: Big, width: int, height: int) -> Content:
        """In the number's colour; an alarm in reverse video."""
        drawn = fit(what.text, width - 2, height, WORDS)
        above = (height - len(drawn)) // 2
        colour = "$background" if what.alarm else "$number"
        return Content("\n").join([Content("")] * above + [solid(row.center(width), colour) for row in drawn])


def line(view: RoomView, width: int, failure: str = "") -> str:
    """The line beneath the headline: who is late and by how much, who is not ready, what to do."""
    if failure:
        return failure
    if not view.linked:
        return next((text for text in NO_BROKER if len(text) <= width), NO_BROKER[-1])
    if view.stage is Stage.STOPPED:
        return _sentences(view.line, width)  # whoever leads: which belts nobody knows to be still
    if view.other and not view.leads:
        return f"{view.other} leads: from here only STOP ALL and WALK ALL. O takes over."
    return _sentences(view.line, width)


def _sentences(text: str, width: int) -> str:
    """As many whole sentences as there is room for; the first one is never left out."""
    while len(text) > width and ". " in text:
        text = f"{text[: text.rindex('. ')]}."
    return text


def look_here(view: RoomView, width: int) -> str:
    """The lanes that need somebody, the most urgent first; those that there is no room for are counted."""
    told = [f"‼ {one.lane} {one.name} {one.word}".replace("  ", " ") for one in view.problems]
    for shown in range(len(told), 0, -1):
        more = f"   and {len(told) - shown} more" if shown < len(told) else ""
        text = "   ".join(told[:shown]) + more
        if len(text) <= width or shown == 1:
            return text
    return ""


def notice(view: RoomView, typed: str) -> str:
    """The line above the keys: what is being typed, what was refused, and who has not answered."""
    if typed:
        return f"Lane {typed}_   ENTER opens it, ESC forgets it"
    if view.notice:
        return f"{view.notice[:1].upper()}{view.notice[1:]}."
    if not view.linked:
        return f"▲ Broker: {view.why}."
    milder = {kind: lanes for kind, lanes in view.unanswered.items() if kind in ("stop", "walk")}
    waiting = milder or view.unanswered
    words = [f"{kind.upper()}: not answered yet by {named(list(lanes))}" for kind, lanes in waiting.items()]
    warned = [f"▲ {view.warning[:1].upper()}{view.warning[1:]}"] if view.warning else []
    return "; ".join([*words, *warned] if milder else [*warned, *words])


@dataclass(frozen=True, slots=True)
class Where:
    """The program and the class's place in it, in permille; None before the start."""

    program: Workout | None
    permille: int | None
    words: str


def where(view: RoomView) -> Where:
    """The place of a view, coarse enough that it is drawn anew only when it has moved."""
    if view.program is None:
        return Where(None, None, "")
    total = view.program.expected_s(CAUTIOUS)
    over = view.stage is Stage.OVER
    at = 1000 if over else None if view.place is None else int(1000 * view.place.at_s / total)
    words = step_words(view) or f"{len(view.program.segments)} steps, {clock(total)}"
    if view.cap_s is None or view.cap_s >= view.decline_s:
        return Where(view.program, at, words)
    return Where(_capped(view.program, view.cap_s), at, f"{words}; {cap_words(view.cap_s, view.decline_s)}")


@lru_cache(maxsize=4)
def _capped(program: Workout, cap_s: int) -> Workout:
    return capped(program, CAUTIOUS, cap_s)


class ClassPlot(Painted[Where]):
    """The profile with a cursor, and the step in words beneath."""

    def draw(self, what: Where, width: int, height: int) -> Content:
        """Profile above, words beneath."""
        if what.program is None:
            return Content("")
        room = max(10, width - _MARGIN)
        cursor = None if what.permille is None else min(room - 1, what.permille * room // 1000)
        drawn = [
            Content.assemble((label, "$quiet"), *_pieces(row, cursor))
            for label, row in _profile(what.program, room, max(2, height - 1), cursor or 0)
        ]
        return Content("\n").join([*drawn, Content.styled(" " * _MARGIN + what.words[:room], "bold $foreground")])


@lru_cache(maxsize=8)
def _profile(program: Workout, room: int, rows: int, cursor: int) -> tuple[tuple[str, str], ...]:
    grades = [column.grade for column in columns(program, CAUTIOUS, room)]
    return hung(grades, rows, lambda x: DONE if x < cursor else TO_COME, _MARGIN - 1)


def _pieces(row: str, cursor: int | None) -> tuple[tuple[str, str], ...]:
    if cursor is None:
        return ((row, "$to-come"),)
    return (row[:cursor], "$done"), ("█", "$foreground on $foreground"), (row[cursor + 1 :], "$to-come")
