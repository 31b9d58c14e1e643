"""Which form cue is said, and when: one focus for the whole session, the others where they belong, never too many.

Deterministic: the same contexts give the same cues, so a journal replays. It is asked at 4 Hz and almost always has nothing
to say, so it looks at the time first.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from treadctl.coaching.catalogue import CATALOGUE, STEEP_FROM, FormCue, When, named
from treadctl.coaching.cues import Cue, CueKind
from treadctl.units import Grade

GAP_S: Final = 45.0
"""Shortest time between two form cues: a runner who is told more hears less. Ours."""
GAP_EARLY_S: Final = 60.0
"""The same in the first half of a long decline: shock rises as step rate falls with time, so we say more late (Mizrahi 2000)."""
LONG_S: Final = 240.0
"""A decline planned at least this long has a first and a second half. Ours."""
EARLY_S: Final = 60.0
"""A decline is early for this long."""
BEFORE_FROM_S: Final = 30.0
BEFORE_UNTIL_S: Final = 10.0
"""A cue for the coming decline falls in this window ahead of it: near enough to use, clear of slowing and countdown. Ours."""
RUN_OUT_S: Final = 25.0
"""The run-out is this long: level running is disturbed for some 24 s after a descent (Townshend 2010)."""
HOLD_BACK_S: Final = 30.0
HOLD_BACK_IN_S: Final = 90.0
"""The last 30 s of a decline of 90 s or more are left silent, so that the 45 s are over in time for the run-out (A6.3). Ours."""
CLEAR_LEAD: Final = 2
"""So many times more than any other cue is enough focus, while facts are still unheard. Ours."""

_FOCUSES: Final = ("shorter-steps", "arms-low", "hips-over-feet", "dont-fight", "quick-light", "no-slamming", "look-up")
_NOWHERE: Final[frozenset[When]] = frozenset()
_RUNNING_OUT: Final = frozenset({When.RUN_OUT})
_ABOUT_TO_TIP: Final = frozenset({When.BEFORE_DECLINE})


class FormContext(NamedTuple):
    """Where the runner is, as far as form goes. A tuple, because one is made at 4 Hz.

    `decline_s` is the time on this decline (0 on the level), `quiet` whether something more urgent was just said.
    """

    now: float
    decline_s: float
    decline_planned_s: float
    true_grade: Grade
    seconds_to_decline: float | None
    since_decline_s: float | None
    deck_moving: bool
    quiet: bool


def default_focus(declines_done: int) -> str:
    """The focus of a session that names none: "look up" for the first two decline sessions, then one after another."""
    return "look-up" if declines_done < 2 else _FOCUSES[(declines_done - 2) % len(_FOCUSES)]


class FormCoach:
    """The form cues of one session. `focus` is a cue's slug or words and stays for the session; None takes the default.

    Raises ValueError for a focus that is not in the catalogue, or that is opt-in and was not opted into.
    """

    __slots__ = ("_cues", "_focus", "_focus_due", "_heard", "_last", "_next_at", "_times")

    def __init__(self, focus: str | None = None, opt_in: bool = False, *, declines_done: int = 0) -> None:
        self._cues = tuple(cue for cue in CATALOGUE if opt_in or not cue.opt_in)
        wanted = named(focus or default_focus(declines_done))
        if wanted is None or wanted not in self._cues:
            raise ValueError(f"{focus!r} is no focus for this session; one of {', '.join(cue.slug for cue in self._cues)}")
        self._focus = wanted
        self._focus_due = {False: True, True: True}  # by whether it is on a decline
        self._last: FormCue | None = None
        self._next_at = float("-inf")
        self._times = dict.fromkeys(self._cues, 0)
        self._heard: set[str] = set()

    @property
    def focus(self) -> str:
        """The slug of this session's focus."""
        return self._focus.slug

    def next(self, context: FormContext) -> Cue | None:
        """The form cue to say now, or None, which is nearly always."""
        if context.now < self._next_at or context.deck_moving or context.quiet:
            return None
        here = _here(context)
        if not here:
            return None
        chosen = self._choose([cue for cue in self._cues if cue.belongs(here, context.true_grade, context.decline_s)], here)
        if chosen is None:
            return None
        self._last = chosen
        self._times[chosen] += 1
        self._heard.update(chosen.facts)
        first_half = context.decline_planned_s >= LONG_S and When.ANY_DECLINE in here and When.LATE_DECLINE not in here
        self._next_at = context.now + (GAP_EARLY_S if first_half else GAP_S)
        return chosen.said()

    def own(self, words: str, now: float, deck_moving: bool) -> Cue | None:
        """A cue that the workout's author put into this step: it keeps the same distance and silence as any other."""
        if now < self._next_at or deck_moving:
            return None
        self._next_at = now + GAP_S
        known = named(words)
        return known.said() if known in self._cues and known is not None else Cue(CueKind.FORM, words, "from the workout")

    def _choose(self, fitting: list[FormCue], here: frozenset[When]) -> FormCue | None:
        """The focus or the most wanted other cue, of those that fit; the focus twice in a row only for want of others."""
        rest = [cue for cue in fitting if cue is not self._focus and cue is not self._last]
        others = sorted(rest, key=lambda cue: self._rank(cue, here))
        if self._focus not in fitting:
            return others[0] if others else None
        on_decline = When.ANY_DECLINE in here
        if others and (self._last is self._focus or not self._is_focus_next(others[0], on_decline)):
            self._focus_due[on_decline] = True
            return others[0]
        self._focus_due[on_decline] = False
        return self._focus

    def _is_focus_next(self, other: FormCue, on_decline: bool) -> bool:
        """The focus goes first when another cue has caught up with it, and else every other time that it fits.

        Turns are kept apart for level and decline, and a clear lead steps back for a fact not heard yet: else short declines
        could beat time with the turns, and one cue would come at every first place and another never.
        """
        lead = self._times[self._focus] - max(n for cue, n in self._times.items() if cue is not self._focus)
        if lead >= CLEAR_LEAD and not self._heard.issuperset(other.facts):
            return False
        return lead <= 0 or self._focus_due[on_decline]

    def _rank(self, cue: FormCue, here: frozenset[When]) -> tuple[bool, bool, int]:
        """A fact not heard yet goes first, then what belongs just here rather than anywhere, then the cue least said.

        Sorting keeps the catalogue's order between equals.
        """
        just_here = not cue.places.isdisjoint(here - {When.ANY_DECLINE})
        return self._heard.issuperset(cue.facts), not just_here, self._times[cue]


def _here(context: FormContext) -> frozenset[When]:
    """The places of the road that the runner is at; none where nothing is to be said about form."""
    if context.decline_s <= 0:
        return _on_the_level(context.seconds_to_decline, context.since_decline_s)
    planned_s = context.decline_planned_s
    if planned_s >= HOLD_BACK_IN_S and 0 <= planned_s - context.decline_s < HOLD_BACK_S:
        return _NOWHERE
    here = {When.ANY_DECLINE}
    if context.decline_s < EARLY_S:
        here.add(When.EARLY_DECLINE)
    elif planned_s >= LONG_S and context.decline_s >= planned_s / 2:
        here.add(When.LATE_DECLINE)
    if context.true_grade <= STEEP_FROM:
        here.add(When.STEEP)
    return frozenset(here)


def _on_the_level(seconds_to_decline: float | None, since_decline_s: float | None) -> frozenset[When]:
    if since_decline_s is not None and since_decline_s <= RUN_OUT_S:
        return _RUNNING_OUT
    if seconds_to_decline is not None and BEFORE_UNTIL_S <= seconds_to_decline <= BEFORE_FROM_S:
        return _ABOUT_TO_TIP
    return _NOWHERE
