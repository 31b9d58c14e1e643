"""A strength session as it is called out: the text for each moment, and a count that can be heard."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from treadctl.cli.columns import fitted
from treadctl.training.strength import Act, Beat, Effort, Showing

BELL: Final = "\a"
"""The terminal's own sound: at each second of a lowering, each repetition, and the last three seconds before something begins."""
COUNTED_S: Final = 5
"""Only the last seconds of a long beat are counted out. Ours."""
HEARD_S: Final = 3
EXPLAINED_AT: Final = 10
"""The column in which an explanation's text begins."""


def explained(effort: Effort) -> list[str]:
    """An exercise for somebody who never did it, with its easier and harder ways."""
    exercise = effort.exercise
    return [
        f"{effort} ({exercise.fact})",
        f"  set up  {exercise.set_up}",
        f"  feel    {exercise.feel}",
        f"  never   {exercise.mistakes}",
        *(f"  {'now' if way is effort.variant else 'or':<7} {way.name}: {way.text}" for way in exercise.variants),
    ]


class Caller:
    """Turns moments into what is written at them; a line is open as long as its beat or repetition lasts.

    `rings` says at each of them whether the terminal's bell is to count.
    """

    def __init__(self, rings: Callable[[], bool]) -> None:
        self._rings = rings
        self._last: tuple[Beat, int] | None = None
        self._open = False

    @property
    def _bell(self) -> str:
        return BELL if self._rings() else ""

    def said(self, showing: Showing) -> str:
        """What to write now; empty when nothing has changed."""
        before, self._last = self._last, (showing.beat, showing.count)
        if before == self._last:
            return ""
        if before is not None and before[0] == showing.beat:
            return self._counted(showing)
        match showing.beat.act:
            case Act.UP:
                return "  up!" + self._bell
            case Act.TOP:
                return ""
        line = self._line(showing)
        ended, self._open = ("\n" if self._open else ""), True
        return ended + line

    def _line(self, showing: Showing) -> str:
        beat, effort = showing.beat, showing.beat.effort
        match beat.act:
            case Act.READ:
                return "\n".join(["", *fitted(explained(effort), EXPLAINED_AT), f"  starts in {showing.count} s:"])
            case Act.LOWER | Act.JUMP:
                heading = _heading(beat) if beat.rep == 1 else ""
                begins = beat.act is Act.JUMP or showing.count == 1
                call = beat.act.value if begins else f"{beat.act.value} {showing.count}"
                return f"{heading}  {beat.rep:>2} of {effort.reps}  {call}{self._bell}"
            case Act.WORK:
                return f"{_heading(beat)}  {showing.count} s: go{self._bell}"
            case Act.SWITCH:
                return f"  {beat.act.value}: {beat.side}"
        done_with = showing.following is not None and beat.set_number == effort.sets
        return f"  rest {showing.count} s" + (f"; next {showing.following}" if done_with else "") + " "

    def _counted(self, showing: Showing) -> str:
        act, count = showing.beat.act, showing.count
        if act is Act.JUMP or (act is not Act.LOWER and count > COUNTED_S):
            return ""
        return f" {count}" + (self._bell if act is Act.LOWER or count <= HEARD_S else "")


def _heading(beat: Beat) -> str:
    side = f", {beat.side}" if beat.side else ""
    return f"{beat.effort.exercise.name}, set {beat.set_number} of {beat.effort.sets}{side}\n"
