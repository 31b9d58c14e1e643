"""What the legs say: one session's check-ins become a verdict, and some signs end all advice. Pure.

Soreness after downhill running is normal and no injury (A3.5): it rises by 24 h, peaks between 24 and 72 h and is gone in five
to seven days (science.md §5.5), so more at 48 h than at 24 h alarms nobody. Still *growing* past 48 h means it was too much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final

from treadctl.training.model import CheckIn, Done, Flag, Past, Reason

CHECKS_H: Final = (24, 48, 72)
"""When the legs are asked (A3.5)."""
GOOD_PEAK: Final = 3
"""A good session's soreness never passes this, of 10. Ours."""
WORSE_BY: Final = 1
ALARM_FROM: Final = 3
"""Still worsening past 48 h: the 72 h check this much above the 48 h one, and at least this (A3.5; sizes ours)."""
READY_AT_MOST: Final = 2
"""No decline on legs sorer than this, whatever made them so (A3.5; size ours)."""
FADES_IN_DAYS: Final = 7
"""Soreness is gone within five to seven days (science.md §5.5): an older answer says nothing about today."""
REST_DAYS: Final = (10, 14)
"""Rest after a session that was too much (A3.5): ten days if the legs then say 0, else fourteen."""
_BUCKETS: Final = ((24, 12.0, 36.0), (48, 36.0, 60.0), (72, 60.0, 96.0))
"""Which of the three checks an answer is for: the nearest one; the last stays open a day. Ours."""
_FLAG_WORDS: Final = {
    Flag.DARK_URINE: "dark urine",
    Flag.SWELLING: "severe swelling",
    Flag.SHARP_JOINT_PAIN: "sharp pain in a joint",
}


class Verdict(Enum):
    """What one session's check-ins come to."""

    GOOD = "good"
    WAITING = "checks still to come"
    UNKNOWN = "a check was missed"
    SORE = "more than a good session leaves"
    UNFINISHED = "not completed"
    TOO_MUCH = "too much"


@dataclass(frozen=True, slots=True)
class Response:
    """How the legs took one session. `told` is hours -> level; `found` is the day that showed it was too much.

    `missed` are the hours nobody told of, `memory` an answer to "which day was worst?" that decided.
    """

    verdict: Verdict
    done: Done
    told: Mapping[int, int]
    peak: int | None = None
    found: date | None = None
    missed: tuple[int, ...] = ()
    memory: CheckIn | None = None

    @property
    def reason(self) -> Reason:
        """The verdict with its numbers."""
        return Reason(*_WHY[self.verdict](self))


def check_for(hours: float) -> int | None:
    """Which check (24, 48, 72) an answer given this many hours after a session is; None when for none."""
    return next((check for check, start, end in _BUCKETS if start <= hours < end), None)


def response(done: Done, checks: Sequence[CheckIn], today: date) -> Response:
    """The verdict on one session from its own check-ins, on `today`."""
    told: dict[int, int] = {}
    for check in checks:
        if check.after_h is not None:
            told[check.after_h] = max(check.level, told.get(check.after_h, 0))
    remembered = [check.worst for check in checks if check.worst is not None]
    peak = max((*told.values(), *remembered), default=None)
    missed = tuple(h for h in CHECKS_H if h not in told and (today - done.day).days * 24 > h)
    if 48 in told and 72 in told and told[72] >= told[48] + WORSE_BY and told[72] >= ALARM_FROM:
        found = max(check.day for check in checks if check.after_h == 72)
        return Response(Verdict.TOO_MUCH, done, told, peak, found, missed)
    for check in checks:
        if check.worst is not None and check.worst_day is not None and check.worst_day >= 3 and check.worst >= ALARM_FROM:
            return Response(Verdict.TOO_MUCH, done, told, peak, check.day, missed, check)
    return Response(_mild(done, told, missed, peak), done, told, peak, None, missed)


def _mild(done: Done, told: Mapping[int, int], missed: tuple[int, ...], peak: int | None) -> Verdict:
    if not done.completed:
        return Verdict.UNFINISHED
    if (peak is not None and peak > GOOD_PEAK) or told.get(72, 0) > 0:
        return Verdict.SORE
    if missed:
        return Verdict.UNKNOWN
    return Verdict.GOOD if len(told) == len(CHECKS_H) else Verdict.WAITING


def _what(done: Done) -> str:
    return f"{done.grade} for {done.decline_s / 60:.0f} min on {done.day.isoformat()}"


def _too_much(r: Response) -> tuple[str, str]:
    if r.memory is not None:
        how = f"by your memory day {r.memory.worst_day} was the worst, with {r.memory.worst}/10: still growing past 48 h"
        return f"{how}, after {_what(r.done)}", "A3.5"
    return (
        f"soreness was still growing past 48 h: {r.told[48]}/10 at 48 h, {r.told[72]}/10 at 72 h, after {_what(r.done)}",
        "A3.5",
    )


def _unfinished(r: Response) -> tuple[str, str]:
    ran, planned = r.done.decline_s / 60, r.done.planned_decline_s / 60
    minutes = f"{ran:.1f} of {planned:.1f} decline minutes"
    return f"{_what(r.done)} was not completed: {minutes}, {r.done.ending or 'still open'}", "ours"


def _sore(r: Response) -> tuple[str, str]:
    if r.peak is not None and r.peak > GOOD_PEAK:
        return f"soreness reached {r.peak}/10 after {_what(r.done)}; up to {GOOD_PEAK} is good", "ours"
    return f"soreness was {r.told[72]}/10 at 72 h after {_what(r.done)}; gone by then is good", "ours"


def _unknown(r: Response) -> tuple[str, str]:
    hours = ", ".join(f"{h} h" for h in r.missed)
    return f"the check at {hours} after {_what(r.done)} was missed; which day was worst?", "A3.5"


_WHY: Final[Mapping[Verdict, Callable[[Response], tuple[str, str]]]] = {
    Verdict.TOO_MUCH: _too_much,
    Verdict.UNFINISHED: _unfinished,
    Verdict.SORE: _sore,
    Verdict.UNKNOWN: _unknown,
    Verdict.WAITING: lambda r: (f"the checks after {_what(r.done)} are not all due yet", "A3.5"),
    Verdict.GOOD: lambda r: (f"{_what(r.done)} was good: completed, peak {r.peak}/10, gone by 72 h", "A3.5"),
}


def of_each(past: Past, today: date) -> dict[int, Response]:
    """The response to every downhill session, by its id."""
    by_session: dict[int, list[CheckIn]] = {}
    for check in past.checks:
        if check.session is not None:
            by_session.setdefault(check.session, []).append(check)
    return {done.id: response(done, by_session.get(done.id, ()), today) for done in past.declines}


def standing_flags(past: Past) -> tuple[Flag, ...]:
    """Red flags that no doctor has cleared since."""
    standing: dict[Flag, None] = {}
    for check in past.checks:
        if check.cleared:
            standing.clear()
        standing |= dict.fromkeys(check.flags)
    return tuple(standing)


def see_a_doctor(flags: Sequence[Flag]) -> Reason:
    """What to say to red flags; nothing else is offered beside it."""
    words = ", ".join(_FLAG_WORDS[flag] for flag in flags)
    return Reason(f"see a doctor, now: {words} is no soreness from training", "science.md §5.5")


def sorest_lately(past: Past, today: date) -> CheckIn | None:
    """The newest answer of the last week when it is too sore for a decline, else None."""
    lately = [check for check in past.checks if 0 <= (today - check.day).days <= FADES_IN_DAYS]
    return lately[-1] if lately and lately[-1].level > READY_AT_MOST else None


def not_ready(legs: int, stairs: int) -> Reason | None:
    """Readiness just before a decline: legs today, and walking down stairs, each 0 to 10; None when ready."""
    worst = max(legs, stairs)
    if worst <= READY_AT_MOST:
        return None
    return Reason(
        f"legs are at {worst}/10 today, and a decline wants at most {READY_AT_MOST}/10, whatever the cause", "A3.5, ours"
    )


def rest_until(found: date, answers: Sequence[CheckIn], today: date) -> date:
    """The first day a decline opens again after too much: ten days when the legs say 0 by then, else fourteen."""
    shortest, longest = (date.fromordinal(found.toordinal() + days) for days in REST_DAYS)
    since = [check for check in answers if found < check.day <= today]
    return shortest if since and since[-1].level == 0 else longest


def owed(past: Past, today: date) -> tuple[int, ...]:
    """Checks after the last downhill session that are due by `today` and were not given."""
    if not past.declines:
        return ()
    last = past.declines[-1]
    if (today - last.day).days > FADES_IN_DAYS:
        return ()
    own = [check for check in past.checks if check.session == last.id]
    if any(check.worst_day is not None for check in own):
        return ()
    told = {check.after_h for check in own}
    return tuple(h for h in CHECKS_H if h not in told and (today - last.day).days * 24 >= h)
