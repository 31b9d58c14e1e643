"""Short words for telling a runner's story in tests: `ran` a session, `felt` the legs, a machine, a runner. No tests."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from treadctl.engine.words import Machine
from treadctl.safety import Deck
from treadctl.training.model import CheckIn, Done, Past
from treadctl.training.progression import Advice, advise
from treadctl.units import Grade, Speed
from treadctl.workout.profile import Profile

MONDAY = date(2027, 1, 4)
RUNNER = Profile(name="Ann", easy=Speed(1000), ceiling=Grade(-100), chosen=True)


def day(number: int) -> date:
    """The day so many days after the story begins."""
    return MONDAY + timedelta(days=number)


def ran(
    number: int,
    grade: float,
    minutes: float,
    *,
    on: int,
    planned: tuple[float, float] | None = None,
    ending: str = "finished",
    speed: int = 800,
) -> Done:
    """A session: percent, minutes of decline, on which day; `planned` differs when it was not run as planned."""
    asked = planned or (grade, minutes)
    begun = datetime(MONDAY.year, MONDAY.month, MONDAY.day, 18, tzinfo=UTC) + timedelta(days=on)
    return Done(
        id=number,
        begun=begun,
        ending=ending,
        planned_grade=Grade(round(asked[0] * 10)),
        planned_decline_s=round(asked[1] * 60),
        grade=Grade(round(grade * 10)),
        decline_s=round(minutes * 60),
        decline_speed=Speed(speed),
    )


def felt(session: Done, *levels: int | None) -> tuple[CheckIn, ...]:
    """The legs at 24, 48 and 72 h; None is a missed check."""
    return tuple(
        CheckIn(session.day + timedelta(days=index), level, session.id, 24 * index)
        for index, level in enumerate(levels, 1)
        if level is not None
    )


def past(*told: Done | tuple[CheckIn, ...] | CheckIn) -> Past:
    """A story: sessions and what the legs said, in order."""
    sessions = tuple(word for word in told if isinstance(word, Done))
    groups = [word if isinstance(word, tuple) else (word,) for word in told if not isinstance(word, Done)]
    return Past(sessions, tuple(sorted((check for group in groups for check in group), key=lambda check: check.day)))


def fine(*sessions: Done) -> Past:
    """All of these sessions, each gone by 72 h."""
    return past(*sessions, *(felt(session, 2, 1, 0) for session in sessions))


def deck(lowest: float, step: float = 0.5, *, highest: float = 15, offset: float = 0) -> Machine:
    """A treadmill that declines so far by its own count, in such steps; `offset` is what its stand adds."""
    low, high, grid, stand = (round(percent * 10) for percent in (lowest, highest, step, offset))
    return Machine("T", Speed(80), Speed(2000), 10, Deck(Grade(low), Grade(high), grid, Grade(stand)))


def advice_on(number: int, story: Past, machine: Machine | None = None, runner: Profile = RUNNER) -> Advice:
    """The advice on a day of the story, knowing nothing of what comes later."""
    today = day(number)
    known = Past(
        tuple(done for done in story.sessions if done.day <= today), tuple(check for check in story.checks if check.day <= today)
    )
    return advise(known, runner, machine, today)


def offered(advice: Advice) -> tuple[float, float] | None:
    """What is offered, as percent and minutes."""
    return None if advice.offer is None else (advice.offer.grade / 10, advice.offer.decline_s / 60)


def words(advice: Advice) -> str:
    """All its reasons, with their sources."""
    return "\n".join(str(reason) for reason in (*advice.reasons, *advice.closed))
