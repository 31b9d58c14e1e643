"""A strength session on the screen: what to do, and a count that can be read from the floor and heard without looking."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from treadctl.training.model import FINISHED, STOPPED
from treadctl.training.strength import Act, Player, Showing
from treadctl.training.strength_log import StrengthLog
from treadctl.tui import block
from treadctl.tui.painted import Painted, Pieces, Words, solid
from treadctl.tui.quiet import QuietApp
from treadctl.tui.themes import DARK, LIGHT

LOOKS_PER_S: Final = 10
HEARD_S: Final = 3
"""Of a long beat only so many last seconds are heard. Ours."""
_KEYS: Final = "SPACE pause and go on   N next set   L light   S stop"
_SHORT: Final = {Act.UP: "UP!", Act.TOP: "HOLD", Act.JUMP: "GO"}


class Count(Painted[str]):
    """The count, as large as it gets."""

    def draw(self, what: str, width: int, height: int) -> Content:
        """In solid cells, in the middle."""
        rows = block.fit(what, width, height)
        margin = " " * max(0, (width - max(len(row) for row in rows)) // 2)
        above = [Content("")] * max(0, (height - len(rows)) // 2)
        return Content("\n").join([*above, *(solid(margin + row, "$number") for row in rows)])


class StrengthApp(QuietApp[str]):
    """Plays a session to its end; the answer is how it ended. `now` is the only clock."""

    ALLOW_SELECT = False
    CSS = """
    #what { height: 3; padding: 1 2 0 2; background: $panel; }
    #count { height: 1fr; margin: 1 2; }
    #how { height: 7; padding: 0 2; }
    #keys { height: 1; padding: 0 2; background: $panel; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,p", "pause", show=False, priority=True),
        Binding("n", "skip", show=False, priority=True),
        Binding("s,q,escape,ctrl+c,ctrl+q", "stop", show=False, priority=True),
        Binding("l", "light", show=False, priority=True),
    ]

    def __init__(self, player: Player, log: StrengthLog, now: Callable[[], float]) -> None:
        super().__init__()
        self.player = player
        self._kept = log
        self._now = now
        self._last: tuple[Act, float, int] | None = None
        self.wear(DARK)

    def compose(self) -> ComposeResult:
        """What, the count, how, and the keys."""
        yield Words(id="what")
        yield Count(id="count")
        yield Words(id="how")
        yield Words(id="keys")

    def on_mount(self) -> None:
        """Look now and then."""
        self.query_one("#keys", Words).show(((_KEYS, "$quiet"),))
        self.look()
        self.set_interval(1 / LOOKS_PER_S, self.look)

    def look(self) -> None:
        """Show this moment, or leave after the last one."""
        if not self.stands:
            return
        now = self._now()
        showing = self.player.at(now)
        if showing is None:
            self._kept.over(self.player.elapsed(now))
            self.exit(FINISHED)
            return
        self._kept.see(showing, self.player.elapsed(now))
        self._sound(showing)
        self.query_one("#what", Words).show(_what(showing))
        self.query_one("#count", Count).show("PAUSED" if self.player.paused else _count(showing))
        self.query_one("#how", Words).show(_how(showing))

    def _sound(self, showing: Showing) -> None:
        beat = showing.beat
        before, self._last = self._last, (beat.act, beat.begin_s, showing.count)
        heard = beat.act in (Act.LOWER, Act.UP, Act.JUMP) or showing.count <= HEARD_S
        if heard and before != self._last and beat.act is not Act.TOP:
            self.bell()

    def action_pause(self) -> None:
        """Stand still, or go on."""
        (self.player.resume if self.player.paused else self.player.pause)(self._now())
        self.look()

    def action_skip(self) -> None:
        """On to the next set; what is left out was not done."""
        self._kept.skipped()
        self.player.skip(self._now())
        self.look()

    def action_stop(self) -> None:
        """Leave; the sets done so far are kept."""
        self.exit(STOPPED)

    def action_light(self) -> None:
        """The other theme."""
        self.wear(DARK if self.theme == LIGHT.name else LIGHT)


def _what(showing: Showing) -> Pieces:
    beat, effort = showing.beat, showing.beat.effort
    side = f" · {beat.side}" if beat.side else ""
    rep = f" · {beat.rep} of {effort.reps}" if beat.rep else ""
    text = f" · {effort.variant.name} · set {beat.set_number} of {effort.sets}{side}{rep}"
    return ((effort.exercise.name.upper(), "bold $cue"), (text, "$foreground"))


def _count(showing: Showing) -> str:
    act = showing.beat.act
    if act is Act.LOWER:
        return f"DOWN {showing.count}"
    return _SHORT.get(act) or f"{act.value} {showing.count}"


def _how(showing: Showing) -> Pieces:
    """The exercise in words; in a rest before another one, that one's."""
    beat = showing.beat
    following = showing.following if beat.act is Act.REST and beat.set_number == beat.effort.sets else None
    effort = following or beat.effort
    exercise = effort.exercise
    return (
        (f"next: {effort}\n" if following else "", "$cue"),
        (f"{effort.variant.name}: {effort.variant.text}\n", "$foreground"),
        (f"{exercise.set_up}\n{exercise.feel}\n", "$quiet"),
        (f"never: {exercise.mistakes} ({exercise.fact})", "$quiet"),
    )
