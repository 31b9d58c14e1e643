"""A strength session as it is called out aloud: down, two, three, four, five, up; the rests, and what comes next. Pure.

Words only: who speaks them, and what rings where nothing speaks, is decided by whoever has a loudspeaker. They are short, one a
second at most, so that a voice that is a little late is still in time.
"""

from __future__ import annotations

from typing import Final

from treadctl.coaching.cues import Cue, CueKind
from treadctl.training.strength import Act, Beat, Effort, Showing

LAST_S: Final = 3
"""Before something begins, the last seconds are counted out. Ours."""
ANNOUNCED_AT_S: Final = 7
"""Which set comes is said so long before it begins, clear of the count. Ours."""
DONE: Final = Cue(CueKind.CHANGE, "done")
_COUNTED: Final = (Act.READ, Act.REST, Act.SWITCH, Act.WORK)


class Calls:
    """Turns moments into what is said at them: at most one cue for each second. Look as often as you like."""

    def __init__(self) -> None:
        self._last: tuple[Beat, int] | None = None

    def at(self, showing: Showing) -> Cue | None:
        """What to say now; None when that was said, or there is nothing."""
        before, self._last = self._last, (showing.beat, showing.count)
        if before == self._last:
            return None
        if before is None or before[0] != showing.beat:
            return _begun(showing)
        return _counted(showing)


def _begun(showing: Showing) -> Cue | None:
    """What is said as a beat begins."""
    beat, effort = showing.beat, showing.beat.effort
    match beat.act:
        case Act.READ:
            text = f"{effort.exercise.name}, {effort.variant.name}, {_sets(effort)}"
            return Cue(CueKind.NEWS, text, effort.exercise.set_up, effort.exercise.fact)
        case Act.LOWER:
            return _change("down" if showing.count == 1 else str(showing.count))
        case Act.UP:
            return _change("up")
        case Act.TOP:
            return Cue(CueKind.NEWS, "last one") if beat.rep + 1 == effort.reps else None
        case Act.JUMP:
            return _change(beat.act.value if beat.rep == 1 else "last one" if beat.rep == effort.reps else "go")
        case Act.WORK:
            return _change("go")
        case Act.SWITCH:
            return _change(f"{beat.act.value}, {beat.side}")
    following = showing.following if beat.set_number == effort.sets else None
    return _change(f"rest, {showing.count} s" + (f", then {following.exercise.name}" if following else ""))


def _counted(showing: Showing) -> Cue | None:
    """What is said in a later second of a beat."""
    beat, effort, count = showing.beat, showing.beat.effort, showing.count
    if beat.act is Act.LOWER or (beat.act in _COUNTED and count <= LAST_S):
        return _change(str(count))
    if beat.act is Act.REST and count == ANNOUNCED_AT_S and beat.set_number < effort.sets:
        side = ", left side" if effort.exercise.each_side else ""
        return Cue(CueKind.NEWS, f"set {beat.set_number + 1} of {effort.sets}{side}")
    return None


def _change(words: str) -> Cue:
    """What the body does now: the quietest voice says it too."""
    return Cue(CueKind.CHANGE, words)


def _sets(effort: Effort) -> str:
    count = f"{effort.reps}" if effort.reps is not None else f"{effort.work_s} s"
    side = " each side" if effort.exercise.each_side else ""
    sets = "1 set" if effort.sets == 1 else f"{effort.sets} sets"
    return f"{sets} of {count}{side}" + (f", {effort.lower_s} s down" if effort.lower_s is not None else "")
