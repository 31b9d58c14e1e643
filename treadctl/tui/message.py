"""What stands in the place of the cue: what was said last, or what the phase of the session has to say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from treadctl.coaching.cues import CueKind
from treadctl.engine.failsafe import Condition, Level
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Snapshot
from treadctl.tui.view import View
from treadctl.tui.words import named
from treadctl.units import clock

_COUNT_SHOWN_S: Final = 1.3
"""A number of a countdown is replaced after a second; one that is not has nothing to say any more."""
_SHORTER: Final = (
    ("minus ", "−"),
    ("plus ", "+"),
    (" seconds", " s"),
    (" minutes", " min"),
    (" minute", " min"),
    (" kilometres", " km"),
    (" metres", " m"),
)


@dataclass(frozen=True, slots=True)
class Message:
    """Large words, a line beneath, how long ago, and how it is meant: an `alarm` goes reverse, `quiet` is only a name."""

    large: str
    small: str = ""
    age: str = ""
    alarm: str = ""
    quiet: bool = False
    counting: bool = False


def shorter(words: str) -> str:
    """Spoken words as they are written: `in 30 s −4, 2 min`."""
    for spoken, written in _SHORTER:
        words = words.replace(spoken, written)
    return words


def in_short(s: Snapshot) -> str:
    """The worst of what is wrong, in so few words that they can be large anywhere."""
    worst = s.troubles[0] if s.troubles else ""
    return _SHORT.get(worst, worst)


def message(view: View) -> Message:
    """What to show large at this moment."""
    said = view.said
    if said is not None and said.cue.kind is CueKind.SAFETY and view.snapshot.level is not Level.NO_RAISE:
        return _said(view, alarm="▲ SAFETY")
    if view.phase is Phase.RUNNING:
        return _running(view)
    counted = _counted(view)
    if counted and view.phase in (Phase.COUNTDOWN, Phase.STARTING):
        return Message(counted, "the belt will move: feet on the rails, then walk", counting=True)
    return _PHASES.get(view.phase) or _said(view)


def _running(view: View) -> Message:
    s = view.snapshot
    if s.troubles:
        return Message(in_short(s), f"{s.troubles[0]}; {_STANDING.get(s.level, '')}", alarm="▲ SAFETY")
    return _said(view) if view.said is not None else _quiet(view)


def _quiet(view: View) -> Message:
    """The step's name, and what was last said of how to run."""
    if view.last is None:
        return Message(named(view.snapshot.segment), quiet=True)
    last = view.last
    return Message(named(view.snapshot.segment), f"last said: {last.cue.words}", f"{clock(last.age_s)} ago", quiet=True)


def _said(view: View, alarm: str = "") -> Message:
    if view.said is None:
        return Message("")
    cue = view.said.cue
    return Message(cue.words, cue.detail, f"said {clock(view.said.age_s)} ago", alarm)


def _counted(view: View) -> str:
    """The number that a countdown stands at; empty when it was a while ago."""
    if view.said is None or view.said.age_s > _COUNT_SHOWN_S or view.said.cue.kind is not CueKind.CHANGE:
        return ""
    last = view.said.cue.words.split()[-1]
    return last if last.isdigit() else ""


_STANDING: Final = {
    Level.NO_RAISE: "nothing gets faster or steeper until it is back",
    Level.HOLD: "R goes on, S stops",
}
_SHORT: Final = {
    condition.words: words
    for condition, words in {
        Condition.STALE: "no news",
        Condition.DECK_NOT_FOLLOWING: "holding: deck",
        Condition.BELT_NOT_FOLLOWING: "holding: belt",
        Condition.COMMAND_REJECTED: "holding",
        Condition.WRONG_WAY: "wrong way",
        Condition.NO_STEPS: "no steps felt",
        Condition.STILL_UNASKED: "belt stopped",
        Condition.MOVES_UNASKED: "console has it",
        Condition.START_REJECTED: "start rejected",
        Condition.CONSOLE_STOP: "console stop",
        Condition.SAFETY_KEY: "key pulled",
        Condition.CONTROL_LOST: "control lost",
        Condition.CLOCK_JUMPED: "was asleep",
        Condition.LINK_LOST: "link lost",
        Condition.SILENT: "silent: stop",
        Condition.BELT_TOO_FAST: "too fast",
        Condition.UNIT_SLIP: "counts miles",
        Condition.WRONG_WAY_DECK: "climbs for falls",
        Condition.NOBODY: "nobody there",
        Condition.PAST_HARD_STOP: "too steep",
        Condition.LATCHED: "program fault",
    }.items()
}
_PHASES: Final = {
    Phase.LEVELLING: Message(
        "levelling the deck", "the belt stays still, feet on the rails; if it does not move, level it at the console"
    ),
    Phase.COUNTDOWN: Message("get ready", "feet on the rails; the belt starts after three, two, one", counting=True),
    Phase.STARTING: Message("starting", "the belt begins to move: walk", counting=True),
    Phase.PAUSING: Message("pausing", "stay with the belt until it is still"),
    Phase.ENDING: Message("cool down", "level and slowing to a walk; then the belt stops"),
    Phase.STOPPING: Message("stopping", "step onto the rails and stay there until the belt is still"),
}
