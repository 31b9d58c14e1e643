"""`advise`: what to run next, from what was run and how the legs took it. Pure; the same history gives the same advice.

The past is folded, oldest first, into the rung that is owed: a good session opens the next rung, one that was too much goes a
step back, and anything unknown holds. A harder session than was offered (an override) never opens more than the next rung.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Final

from treadctl.training import ladder
from treadctl.training.ladder import Rung, Slope
from treadctl.training.model import Done, Past, Reason
from treadctl.training.soreness import (
    READY_AT_MOST,
    Response,
    Verdict,
    of_each,
    owed,
    rest_until,
    see_a_doctor,
    sorest_lately,
    standing_flags,
)
from treadctl.units import LEVEL, Grade
from treadctl.workout.profile import Profile

if TYPE_CHECKING:
    from treadctl.engine.words import Machine
    from treadctl.workout.model import Workout

DAYS_APART: Final = 6
"""One decline session a week (A3.4), so at least this many days between two. Ours."""
WEEK_DAYS: Final = 7
SECOND_AFTER_DAYS: Final = 3
SECOND_AT_MOST: Final = 1
SECOND_ONCE_CLEAN_AT: Final = Grade(-50)
"""A second one in any seven days, never a third: after 72 h, with soreness at most 1, once −5 % was run cleanly
(science.md §5.6). Ours."""
REPEAT_AFTER_DAYS: Final = 21
TWO_BACK_AFTER_DAYS: Final = 42
FROM_START_AFTER_DAYS: Final = 63
"""Protection fades: kept for six weeks, gone at nine (Byrnes 1985, Cleary 2002); from three weeks on nothing new. Sizes ours."""


class Call(Enum):
    """What the advice comes to."""

    GO = "go"
    WAIT = "wait"
    REST = "rest"
    NO_DECLINE = "no decline here"
    TOO_STEEP = "too steep here"
    DOCTOR = "see a doctor"


@dataclass(frozen=True, slots=True)
class Advice:
    """What is open and why. `offer` is the session that is next, on `opens` or later; `instead` the other way to go on.

    `ceiling` is the steepest true grade open, `floor` the steepest that deck and runner leave at all; `most` are the rungs that a
    workout may fill. `asks` are check-ins owed (hours).
    """

    call: Call
    today: date
    opens: date | None
    offer: Rung | None
    instead: Rung | None
    ceiling: Grade
    floor: Grade
    most: tuple[Rung, ...]
    reasons: tuple[Reason, ...]
    closed: tuple[Reason, ...]
    asks: tuple[int, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether a decline may be run today."""
        return self.call is Call.GO


@dataclass(slots=True)
class _State:
    """Where on the ladder: `base` is owed until it was run cleanly; then the rungs above it are open."""

    base: Rung
    clean: bool = False
    clean_at: Grade = LEVEL
    why: list[Reason] = field(default_factory=list)


def advise(past: Past, runner: Profile, machine: Machine | None, today: date) -> Advice:
    """What this runner may run next on this machine. `past` is theirs alone, with nothing later than `today`."""
    flags = standing_flags(past)
    if flags:
        return _nothing(Call.DOCTOR, today, see_a_doctor(flags))
    slope = ladder.slope_of(machine, runner)
    if not slope.has_decline:
        return _nothing(Call.NO_DECLINE, today, _why_flat(machine))
    responses = of_each(past, today)
    state = _fold(past, responses, slope, runner, today)
    opens, waiting = _opens(past, responses, state, today)
    most = tuple(rung for rung in (state.base, *_above(state, slope)) if rung is not None)
    offers = [rung for rung in _offers(state, slope) if slope.is_as_mild_as(rung.grade)]
    if not offers:
        return _stands_too_steep(slope, state.base, most, today)
    sore = sorest_lately(past, today)
    if sore is not None:
        when = "today" if sore.day == today else f"on {sore.day.isoformat()}"
        text = f"legs were at {sore.level}/10 {when}: no decline until they say {READY_AT_MOST}/10 or less, whatever the cause"
        waiting.append(Reason(text, "A3.5, ours"))
        opens = max(opens, today + timedelta(days=1))
    call = Call.GO if opens <= today else Call.REST if _resting(past, responses) else Call.WAIT
    return Advice(
        call=call,
        today=today,
        opens=opens,
        offer=offers[0],
        instead=offers[1] if len(offers) > 1 else None,
        ceiling=min(slope.on_deck(rung.grade) for rung in most if slope.is_as_mild_as(rung.grade)),
        floor=slope.floor,
        most=most,
        reasons=(*waiting, *state.why),
        closed=_closed(state, slope, runner, machine),
        asks=owed(past, today),
    )


# --- where on the ladder ---------------------------------------------------------------------------------------------


def _fold(past: Past, responses: Mapping[int, Response], slope: Slope, runner: Profile, today: date) -> _State:
    state = _State(ladder.start(slope))
    state.why = [Reason(f"the first decline session: {state.base}", "A3.1; ours: 6 to 8 minutes")]
    cleared = [check.day for check in past.checks if check.cleared]
    before: date | None = None
    for done in past.declines:
        _after_a_gap(state, before, done.day, slope)
        _after_a_doctor(state, cleared, before, done.day, slope)
        _after(state, done, responses[done.id], slope, runner)
        before = done.day
    _after_a_gap(state, before, today, slope)
    _after_a_doctor(state, cleared, before, today, slope)
    return state


def _after(state: _State, done: Done, how: Response, slope: Slope, runner: Profile) -> None:
    """One session's effect on where the runner is."""
    above = _above(state, slope)
    grade, seconds = (
        (done.grade, done.decline_s) if done.completed else (min(done.planned_grade, done.grade), done.planned_decline_s)
    )
    reached = None
    for rung in (state.base, *above):
        if rung is not None and ladder.reaches(grade, seconds, done.decline_speed, rung, slope, runner):
            reached = rung
    state.why = [how.reason]
    if how.verdict is Verdict.TOO_MUCH:
        ran = Rung(max(done.grade, Grade(-100)), max(ladder.LEAST_S, min(done.decline_s, ladder.LONGEST_S)))
        state.base, state.clean = ladder.milder(ladder.easier(ran), state.base), False
        state.why.append(Reason(f"one step easier: {state.base}", "A3.5; 20 % fewer minutes ours"))
        return
    if how.verdict is Verdict.GOOD:
        state.clean_at = min(state.clean_at, done.grade)
        state.base, state.clean = reached or state.base, state.clean or reached is not None
        if reached is None:
            state.why.append(Reason("it was milder than what is open, so nothing new opens", "ours"))
        return
    state.base, state.clean = reached or state.base, False
    state.why.append(Reason(f"so the same again before anything new: {state.base}", "ours"))


def _after_a_gap(state: _State, before: date | None, now: date, slope: Slope) -> None:
    days = 0 if before is None else (now - before).days
    if days > FROM_START_AFTER_DAYS:
        base, text, source = ladder.start(slope), "from the start again", "Byrnes 1985"
    elif days > TWO_BACK_AFTER_DAYS:
        base, text, source = ladder.easier(ladder.easier(state.base)), "two steps easier", "Byrnes 1985; steps ours"
        base = Rung(base.grade, max(base.decline_s, ladder.START.decline_s))
    elif days > REPEAT_AFTER_DAYS:
        base, text, source = state.base, "the same again before anything new", "ours"
    else:
        return
    state.base, state.clean = ladder.milder(base, state.base), False
    state.why.append(Reason(f"{days // 7} weeks since the last decline: {text}, {state.base}", source))


def _after_a_doctor(state: _State, cleared: list[date], before: date | None, now: date, slope: Slope) -> None:
    if any((before is None or before <= day) and day <= now for day in cleared):
        state.base, state.clean = ladder.milder(ladder.start(slope), state.base), False
        state.why.append(Reason(f"a doctor has cleared you: from the start again, {state.base}", "ours"))


def _above(state: _State, slope: Slope) -> tuple[Rung | None, ...]:
    """The rungs open above a clean base, the steepest last, so that it wins where a session reaches two."""
    if not state.clean:
        return ()
    return (ladder.longer(state.base), ladder.faster(state.base, slope), ladder.steeper(state.base, slope))


def _offers(state: _State, slope: Slope) -> tuple[Rung, ...]:
    """What is next, and the other way to go on: steeper where the minutes are there, else longer, at the end faster."""
    if not state.clean:
        return (state.base,)
    longer, faster, steeper = _above(state, slope)
    if steeper is not None:
        return (steeper,) if longer is None else (steeper, longer)
    return (longer or faster or state.base,)


# --- when it opens ---------------------------------------------------------------------------------------------------


def _opens(past: Past, responses: Mapping[int, Response], state: _State, today: date) -> tuple[date, list[Reason]]:
    """The first day a decline is open, and what there is to wait for."""
    if not past.declines:
        return today, []
    last = past.declines[-1]
    found = [(day, done) for done in past.declines if (day := responses[done.id].found) is not None]
    opens, why = _spaced(past, responses[last.id], state, today)
    if found:
        day = max(day for day, _ in found)
        rested = rest_until(day, past.checks, today)
        if rested > opens and last.day <= rested:
            opens = rested
            why = Reason(f"rest 10 to 14 days first: until {opens.isoformat()}", "A3.5")
    return opens, [why] if opens > today else []


def _spaced(past: Past, how: Response, state: _State, today: date) -> tuple[date, Reason]:
    days = [done.day for done in past.declines]
    opens = days[-1] + timedelta(days=DAYS_APART)
    usual = Reason(
        f"one decline session a week: {DAYS_APART} days after {days[-1].isoformat()} is {opens.isoformat()}", "A3.4, ours"
    )
    eligible = state.clean_at <= SECOND_ONCE_CLEAN_AT and state.base.grade <= SECOND_ONCE_CLEAN_AT
    if not eligible:
        return opens, usual
    if how.told.get(72, 10) > SECOND_AT_MOST or how.verdict in (Verdict.TOO_MUCH, Verdict.UNFINISHED):
        return opens, usual
    second = days[-1] + timedelta(days=SECOND_AFTER_DAYS)
    if len(days) > 1:
        second = max(second, days[-2] + timedelta(days=WEEK_DAYS))
    return min(opens, second), Reason(f"a second session this week opens on {second.isoformat()}", "science.md §5.6, ours")


def _resting(past: Past, responses: Mapping[int, Response]) -> bool:
    return bool(past.declines) and responses[past.declines[-1].id].verdict is Verdict.TOO_MUCH


# --- what is not open, and why ---------------------------------------------------------------------------------------


def _closed(state: _State, slope: Slope, runner: Profile, machine: Machine | None) -> tuple[Reason, ...]:
    found = []
    if slope.floor <= -100:
        found.append(Reason("steeper than -10.0 %: never; control is lost and injuries follow", "A3.2"))
    elif machine is not None and slope.floor == min(LEVEL, machine.deck.steepest):
        found.append(Reason(f"steeper than {slope.floor}: this deck ends there; minutes grow first, then speed", "ours"))
    else:
        found.append(Reason(f"steeper than {slope.floor}: your own ceiling (treadctl profile --ceiling changes it)", "ours"))
    open_to = min([state.base.grade, *(rung.grade for rung in _above(state, slope) if rung is not None)])
    if open_to > slope.floor:
        text = f"steeper than {open_to}: {ladder.READY_S // 60} good minutes at {open_to} open one step more, not before"
        found.append(Reason(text, "ours"))
    found.append(Reason("longer than 20 minutes of decline: never in one session", "A3.4"))
    return tuple(found)


def _nothing(call: Call, today: date, why: Reason) -> Advice:
    return Advice(call, today, None, None, None, LEVEL, LEVEL, (), (why,), ())


def _stands_too_steep(slope: Slope, base: Rung, most: tuple[Rung, ...], today: date) -> Advice:
    flattest = slope.on_deck(LEVEL)
    text = f"this deck is never flatter than {flattest}, and {base.grade} is open: level its feet, or use another one"
    why = Reason(f"{text}; until then strength and plyometrics load the same way", "A3.1, A5.2")
    return Advice(Call.TOO_STEEP, today, None, None, None, LEVEL, slope.floor, most, (why,), ())


def _why_flat(machine: Machine | None) -> Reason:
    if machine is None:
        return Reason(
            "your own ceiling is level (treadctl profile --ceiling changes it); strength and plyometrics load the same way",
            "A5.2",
        )
    return Reason("this deck has no decline: strength and plyometrics stand in for it", "A5.2")


# --- a workout against the advice ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Against:
    """Why a workout goes against the advice; `final` is whether no override can help."""

    reasons: tuple[Reason, ...]
    final: bool = False


def against(advice: Advice, workout: Workout, runner: Profile) -> Against | None:
    """What in this workout goes against the advice; None when nothing does, as for every workout without a decline."""
    decline_s = workout.decline_s(runner)
    if workout.steepest >= LEVEL or decline_s <= 0:
        return None
    if advice.call is Call.DOCTOR:
        return Against(advice.reasons, final=True)
    if advice.call is Call.NO_DECLINE:
        return None
    found = [] if advice.is_open else list(advice.reasons[:1])
    steepest = max(workout.steepest, advice.floor)
    if not any(steepest >= rung.grade and decline_s <= rung.decline_s for rung in advice.most):
        open_now = " or ".join(f"{rung.grade} for {rung.decline_s / 60:g} min" for rung in advice.most)
        text = f"it asks for {steepest} and {decline_s / 60:.1f} min of decline; open is {open_now}"
        found.append(Reason(text, "A3.1, A3.5"))
    return Against(tuple(found)) if found else None


def sessions_to_ten(rung: Rung) -> int:
    """How many more sessions to −10 % if every one is good and no minutes had to be added on the way: the least there can be."""
    coarse = max(0, -(-(rung.grade - ladder.FINE_FROM) // ladder.STEP))
    fine = max(0, -(-(min(rung.grade, ladder.FINE_FROM) + 100) // ladder.FINE_STEP))
    return coarse + fine + 1
