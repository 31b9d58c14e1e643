"""Which form cue is said, and when: one focus for the whole session, the others where they belong, never too many.

What decides is the place on the road, the grade, how the feet stand to their target, what the workout's author wants said,
and what was said before. Deterministic: the same contexts give the same cues, so a journal replays. It is asked once a
second and almost always has nothing to say, so it looks at the time first.
"""

from __future__ import annotations

from collections import Counter
from typing import Final, NamedTuple

from treadctl.coaching import wording
from treadctl.coaching.catalogue import BY_SLUG, CATALOGUE, STEEP_FROM, FormCue, When, named
from treadctl.coaching.cues import Cue, CueKind
from treadctl.coaching.stride import Stride
from treadctl.units import Grade

GAP_S: Final = 45.0
"""Shortest time between two form cues: a runner who is told more hears less. Ours."""
GAP_EARLY_S: Final = 60.0
"""The same in the first half of a long decline: shock rises as step rate falls with time, so we say more late (Mizrahi 2000)."""
LONG_S: Final = 240.0
"""A decline planned at least this long has a first and a second half. Ours."""
EARLY_S: Final = 60.0
"""A decline is early for this long."""
BEFORE_FROM_S: Final = 38.0
BEFORE_UNTIL_S: Final = 34.0
"""A cue for the coming decline falls in this window ahead of it: near enough to use, and said before the announcement. Ours."""
BEFORE_AFTER_S: Final = 90.0
"""None so soon after the last decline's run-out was coached: on a short recovery one form cue is enough. Ours."""
RUN_OUT_S: Final = 25.0
"""The run-out is this long: level running is disturbed for some 24 s after a descent (Townshend 2010)."""
HOLD_BACK_S: Final = 30.0
HOLD_BACK_IN_S: Final = 55.0
"""The last 30 s of a decline of 55 s or more are left silent, so that the 45 s are over in time for the run-out (A6.3). Ours."""
LAST_S: Final = 15.0
"""The end of a shorter one: what cannot be tried any more is not asked for. Ours."""
WAIT_FOR_FEET_S: Final = 45.0
"""At most so long the first cue of a decline waits for the feet to be judged, where they are measured: what they need goes
first. Ours."""
ROOM_S: Final = 120.0
"""A decline of this length has room for more than one cue. Ours."""
PRAISE_AFTER_S: Final = 5.0
"""Steps that were told off and hold for so long are praised. Ours."""
AFTER_PRAISE_S: Final = 20.0
"""Praise stands alone for so long. Ours."""
DOUBT_S: Final = 4.0
"""A foot pod that can't be believed for so long is told of; less is a stumble. Ours."""
ENOUGH: Final = 2
"""Said so many times, the focus and what the author wants said let each fact not heard yet go first. Ours."""

_FOCUSES: Final = ("shorter-steps", "arms-low", "hips-over-feet", "dont-fight", "quick-light", "no-slamming", "look-up")
_QUICKER: Final = BY_SLUG["shorter-steps"]
_ABOUT_STEPS: Final = frozenset({_QUICKER, BY_SLUG["quick-light"]})
_FOR_RUNNING: Final = frozenset({BY_SLUG["shorten-first"], BY_SLUG["let-it-roll"]})
"""Nothing to ask of a runner who walks just then."""
_NOWHERE: Final[frozenset[When]] = frozenset()
_RUNNING_OUT: Final = frozenset({When.RUN_OUT})
_ABOUT_TO_TIP: Final = frozenset({When.BEFORE_DECLINE})
_LONG_AGO: Final = float("-inf")


class FormContext(NamedTuple):
    """Where the runner is, as far as form goes. A tuple, because one is made every second.

    `decline_s` is the time on this decline (0 on the level), `quiet` whether something more urgent was just said, `walks`
    whether this is a walking pace. `steps` are the steps a minute behind `stride`, `aim` what they should be, and `doubt` why
    the foot pod can't be believed.
    """

    now: float
    decline_s: float
    decline_planned_s: float
    true_grade: Grade
    seconds_to_decline: float | None
    since_decline_s: float | None
    deck_moving: bool
    quiet: bool
    stride: Stride = Stride.UNWATCHED
    steps: int = 0
    aim: int = 0
    doubt: str = ""
    walks: bool = False


def default_focus(declines_done: int) -> str:
    """The focus of a session that names none: "look up" for the first two decline sessions, then one after another."""
    return "look-up" if declines_done < 2 else _FOCUSES[(declines_done - 2) % len(_FOCUSES)]


class FormCoach:
    """The form cues of one session. `focus` is a cue's slug or words and stays for the session; None takes the default.

    A focus that is the runner's `own` goes before what the author of the workout wants said, every other time. Raises ValueError
    for a focus that is not in the catalogue, or that is opt-in and was not opted into.
    """

    def __init__(self, focus: str | None = None, opt_in: bool = False, *, declines_done: int = 0, own: bool = False) -> None:
        self._cues = tuple(cue for cue in CATALOGUE if opt_in or not cue.opt_in)
        wanted = named(focus or default_focus(declines_done))
        if wanted is None or wanted not in self._cues:
            raise ValueError(f"{focus!r} is no focus for this session; one of {', '.join(cue.slug for cue in self._cues)}")
        self._focus = wanted
        self._is_own = own
        self._topic: FormCue | None = None  # of the last cue on a decline that was not for the feet
        self._focus_due = {False: True, True: True}  # by whether it is on a decline
        self._last: FormCue | None = None
        self._last_before: FormCue | None = None
        self._next_at = self._run_out_at = _LONG_AGO
        self._times = dict.fromkeys(self._cues, 0)
        self._heard: set[str] = set()
        self._own: tuple[str, ...] = ()
        self._comes: tuple[str, ...] = ()
        self._declines = False
        self._repeats = 0
        self._said: Counter[str] = Counter()
        self._feet = _Feet()

    @property
    def has_own(self) -> bool:
        """Whether the author of the workout wants something said yet in this step."""
        return bool(self._own)

    @property
    def focus(self) -> str:
        """The slug of this session's focus."""
        return self._focus.slug

    def announced(self) -> Cue:
        """What this session works on, to be said once at its beginning."""
        return wording.focus_today(self._focus.words, self._focus.detail, ", ".join(self._focus.facts))

    def enter(self, own: tuple[str, ...], comes: tuple[str, ...] = (), declines: bool = False) -> None:
        """A step begins, which may ask for a decline: what the workout's author wants said in it, and in the one after it."""
        self._own = tuple(words for words in own if not _is_only(words, When.BEFORE_DECLINE))
        self._comes, self._declines, self._repeats = comes, declines, 0

    def next(self, context: FormContext) -> Cue | None:
        """What to say now, or None, which is nearly always."""
        if context.deck_moving or context.quiet:
            return None
        news = self._feet.news(context)
        if news is not None:
            self._next_at = max(self._next_at, context.now + AFTER_PRAISE_S)
            return news
        if context.now < self._next_at or _is_held_back(context):
            return None
        here = _here(context)
        return (
            self._about_steps(context)
            or self._runners_own(context, here)
            or self._from_the_author(context, here)
            or self._from_the_catalogue(context, here)
        )

    # --- where a cue comes from ---------------------------------------------------------------------------------------

    def _about_steps(self, context: FormContext) -> Cue | None:
        """What the feet need goes first, but not twice in a row: there is more to running downhill."""
        if context.stride is not Stride.LOST or self._last is _QUICKER or not self._feet.may_tell(context.decline_planned_s):
            return None
        self._feet.praise_due = True
        topic = self._topic
        self._note(_QUICKER, context, frozenset({When.ANY_DECLINE}))
        self._topic = topic  # the feet's turns are not the catalogue's
        self._times[_QUICKER] -= 1
        return _QUICKER.said(f"{context.steps} steps a minute, aim for {context.aim}")

    def _runners_own(self, context: FormContext, here: frozenset[When]) -> Cue | None:
        """The focus that the runner chose."""
        if not self._is_own or self._topic is self._focus or context.decline_s <= 0 or _waits_for_feet(context):
            return None
        if self._focus is self._last or self._focus not in self._fitting(context, here):
            return None
        if self._times[self._focus] >= ENOUGH and self._has_unheard(context, here):
            return None
        self._note(self._focus, context, here)
        return self._focus.said()

    def _from_the_author(self, context: FormContext, here: frozenset[When]) -> Cue | None:
        if _waits_for_feet(context):
            return None
        if When.BEFORE_DECLINE in here and (words := self._next_before(context)):
            self._comes = tuple(other for other in self._comes if other != words)
        elif words := self._next_own(context, here):
            self._own = tuple(other for other in self._own if other != words)
            self._repeats += self._said[words] > 0
            self._said[words] += 1
        else:
            return None
        known = named(words)
        if known is None or known not in self._cues:
            self._next_at, self._topic = context.now + GAP_S, None
            self._feet.told(False, context)
            return Cue(CueKind.FORM, words, "from the workout")
        self._note(known, context, here)
        return known.said()

    def _next_before(self, context: FormContext) -> str:
        """What the author of the next step wants said ahead of it."""
        here = (words for words in self._comes if _is_only(words, When.BEFORE_DECLINE))
        return next((words for words in here if (known := named(words)) is not None and _suits(known, context)), "")

    def _next_own(self, context: FormContext, here: frozenset[When]) -> str:
        """What was said least goes first; one that was said before comes once in a step, for there is more to say."""
        fitting = [words for words in self._own if self._is_for_now(words, context, here)]
        words = min(fitting, key=lambda words: self._said[words], default="")
        is_its_turn = named(words) is self._focus and self._topic is not self._focus
        if self._said[words] >= ENOUGH and not is_its_turn and self._has_unheard(context, here):
            return ""
        return "" if words and self._said[words] and self._repeats else words

    def _has_unheard(self, context: FormContext, here: frozenset[When]) -> bool:
        return any(not self._heard.issuperset(cue.facts) for cue in self._fitting(context, here))

    def _is_for_now(self, words: str, context: FormContext, here: frozenset[When]) -> bool:
        """Whether the author's words fit this moment: on the decline, or in the run-out, or with what the feet do."""
        if self._declines and context.decline_s <= 0:
            return False
        known = named(words)
        if known is None:
            return True
        if _is_only(words, When.RUN_OUT) and When.RUN_OUT not in here:
            return False
        return known is not self._last and _suits(known, context)

    def _from_the_catalogue(self, context: FormContext, here: frozenset[When]) -> Cue | None:
        if not here or _waits_for_feet(context) or (here == _ABOUT_TO_TIP and context.now - self._run_out_at < BEFORE_AFTER_S):
            return None
        chosen = self._choose(self._fitting(context, here), here)
        if chosen is None:
            return None
        self._note(chosen, context, here)
        return chosen.said()

    def _fitting(self, context: FormContext, here: frozenset[When]) -> list[FormCue]:
        """The catalogue's cues for this place and these feet."""
        return [
            cue
            for cue in self._cues
            if cue.belongs(here, context.true_grade, context.decline_s)
            and _suits(cue, context)
            and (When.BEFORE_DECLINE not in here or (cue is not self._last_before and cue.words not in self._comes))
        ]

    def _note(self, chosen: FormCue, context: FormContext, here: frozenset[When]) -> None:
        """Remember what is being said, and until when nothing else is."""
        self._last = chosen
        if context.decline_s > 0:
            self._topic = chosen
        self._times[chosen] += 1
        self._heard.update(chosen.facts)
        if When.RUN_OUT in here:
            self._run_out_at = context.now
        if When.BEFORE_DECLINE in here:
            self._last_before = chosen
        self._feet.told(chosen is _QUICKER, context)
        first_half = context.decline_planned_s >= LONG_S and 0 < context.decline_s < context.decline_planned_s / 2
        self._next_at = context.now + (GAP_EARLY_S if first_half else GAP_S)

    # --- of those that fit --------------------------------------------------------------------------------------------

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

        Turns are kept apart for level and decline, and what was said enough steps back for a fact not heard yet: else short
        declines could beat time with the turns, and one cue would come at every first place and another never.
        """
        times = self._times[self._focus]
        if times >= ENOUGH and not self._heard.issuperset(other.facts):
            return False
        lead = times - max(n for cue, n in self._times.items() if cue is not self._focus)
        return lead <= 0 or self._focus_due[on_decline]

    def _rank(self, cue: FormCue, here: frozenset[When]) -> tuple[bool, bool, bool, int]:
        """A fact not heard yet goes first, then what belongs just here rather than anywhere, what was asked for, the least said.

        Sorting keeps the catalogue's order between equals.
        """
        just_here = not cue.places.isdisjoint(here - {When.ANY_DECLINE})
        return self._heard.issuperset(cue.facts), not just_here, not cue.opt_in, self._times[cue]


class _Feet:
    """What was said about the steps: once lost they are told off, once regained praised, and a doubtful pod is told of once."""

    def __init__(self) -> None:
        self.praise_due = False
        self._praised = self._told_last = self._told_here = False
        self._held_from: float | None = None
        self._doubt_from: float | None = None
        self._doubts: set[str] = set()

    def may_tell(self, planned_s: float) -> bool:
        """Not twice in a row; but a decline with room for more than one cue begins anew."""
        return not self._told_last or (planned_s >= ROOM_S and not self._told_here)

    def told(self, of_steps: bool, context: FormContext) -> None:
        """A form cue was said."""
        if context.decline_s > 0:
            self._told_last, self._told_here = of_steps, True

    def news(self, context: FormContext) -> Cue | None:
        """Praise, or that the foot pod can't be believed."""
        if context.decline_s <= 0:
            self.praise_due = self._praised = self._told_here = False
        self._held_from = (context.now if self._held_from is None else self._held_from) if _holds(context) else None
        self._doubt_from = (context.now if self._doubt_from is None else self._doubt_from) if _doubts(context) else None
        if self._held_from is not None and self.praise_due and context.now - self._held_from >= PRAISE_AFTER_S:
            self.praise_due = False
            if not self._praised:
                self._praised = True
                return wording.quick_again(context.steps, context.aim)
        if self._doubt_from is not None and context.now - self._doubt_from >= DOUBT_S and context.doubt not in self._doubts:
            self._doubts.add(context.doubt)
            return wording.no_stride_cues(context.doubt)
        return None


def _holds(context: FormContext) -> bool:
    return context.stride is Stride.HELD and context.decline_s > 0


def _doubts(context: FormContext) -> bool:
    return context.stride is Stride.IN_DOUBT and context.decline_s > 0


def _is_only(words: str, place: When) -> bool:
    """Whether these are the words of a cue that belongs to this one place."""
    known = named(words)
    return known is not None and known.places == {place}


def _suits(cue: FormCue, context: FormContext) -> bool:
    """Whether the feet, as far as they are known, let it be said: what they need is said when they need it."""
    if context.walks and cue in _FOR_RUNNING:
        return False
    if cue not in _ABOUT_STEPS or context.stride is Stride.UNWATCHED:
        return True
    return context.stride is Stride.HELD and cue is not _QUICKER


def _waits_for_feet(context: FormContext) -> bool:
    return context.stride is Stride.SETTLING and 0 < context.decline_s < WAIT_FOR_FEET_S


def _is_held_back(context: FormContext) -> bool:
    left_s = context.decline_planned_s - context.decline_s
    return context.decline_s > 0 and 0 <= left_s < (HOLD_BACK_S if context.decline_planned_s >= HOLD_BACK_IN_S else LAST_S)


def _here(context: FormContext) -> frozenset[When]:
    """The places of the road that the runner is at; none where nothing is to be said about form."""
    if context.decline_s <= 0:
        return _on_the_level(context.seconds_to_decline, context.since_decline_s)
    here = {When.ANY_DECLINE}
    if context.decline_s < EARLY_S:
        here.add(When.EARLY_DECLINE)
    elif context.decline_planned_s >= LONG_S and context.decline_s >= context.decline_planned_s / 2:
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
