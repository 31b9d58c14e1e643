"""A runner's year, made up from a seed, and a referee who knows the rules of A3 by heart and nothing of how advice is made.

The runner is no angel: checks are missed, sessions broken off, weeks skipped, and now and then something much harder is run
against the advice. Soreness is drawn so that every rule has its turn.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from training_stories import MONDAY, RUNNER, deck, ran

from treadctl.engine.words import Machine
from treadctl.training.model import CheckIn, Done, Flag, Past
from treadctl.training.progression import Advice, Call, advise
from treadctl.workout.profile import Profile

DECKS = (None, deck(-10), deck(-10, step=1), deck(-6), deck(-3), deck(0))
PROPPED = (
    deck(0, offset=-6),  # rear feet raised: it has all of level to -6
    deck(0, highest=2, offset=-4),  # and this one is never flatter than -2
    deck(0, highest=1, offset=-5),  # or than -4
    deck(-3, step=1, offset=-0.4),
    deck(-10, offset=-0.3),
    deck(-10, offset=1.2),
)
CEILINGS = (-100, -100, -50, -25)


@dataclass
class Year:
    """What happened, and what the referee has to say about it."""

    seed: int
    days: int = 365
    decks: tuple[Machine | None, ...] = DECKS
    past: Past = field(default_factory=Past)
    broken: list[str] = field(default_factory=list)
    advised: list[tuple[date, float, float]] = field(default_factory=list)
    overridden: set[int] = field(default_factory=set)

    def live(self) -> Year:
        chance = Random(self.seed)
        machine = chance.choice(self.decks)
        runner = replace(RUNNER, ceiling=type(RUNNER.ceiling)(chance.choice(CEILINGS)))
        tender, forgetful, lazy = chance.uniform(0.02, 0.4), chance.uniform(0, 0.4), chance.uniform(0.1, 0.8)
        asleep_until = MONDAY
        for number in range(self.days):
            today = MONDAY + timedelta(days=number)
            self._feel(today, chance, tender, forgetful)
            if chance.random() < 0.006:
                asleep_until = today + timedelta(days=chance.randint(10, 90))
            if today < asleep_until or chance.random() < lazy:
                continue
            advice = advise(self.past, runner, machine, today)
            self._judge(advice, machine, runner, today)
            if advice.call is Call.GO and advice.offer is not None:
                self._run(advice, number, chance, runner)
            elif advice.call is not Call.DOCTOR and chance.random() < 0.01:
                self._defy(number, chance)
        return self

    # --- the runner ------------------------------------------------------------------------------------------------------

    def _feel(self, today: date, chance: Random, tender: float, forgetful: float) -> None:
        for done in self.past.sessions[-2:]:
            after = (today - done.day).days
            if after not in (1, 2, 3) or chance.random() < forgetful:
                continue
            hurt = chance.random() < tender
            level = chance.randint(2, 8) if hurt else chance.randint(0, 2 if after < 3 else 0)
            flags = (chance.choice(list(Flag)),) if chance.random() < 0.001 else ()
            self._say(CheckIn(today, level, done.id, 24 * after, flags=flags))
        if self.past.checks and any(c.flags for c in self.past.checks[-6:]) and chance.random() < 0.05:
            self._say(CheckIn(today, 0, cleared=True))
        if self.past.checks and self.past.checks[-1].level > 2 and chance.random() < 0.3:
            self._say(CheckIn(today, chance.randint(0, 2)))

    def _say(self, check: CheckIn) -> None:
        self.past = replace(self.past, checks=(*self.past.checks, check))

    def _run(self, advice: Advice, number: int, chance: Random, runner: Profile) -> None:
        assert advice.offer is not None
        rung = advice.instead if advice.instead is not None and chance.random() < 0.2 else advice.offer
        grade, minutes = max(rung.grade, advice.ceiling) / 10, rung.decline_s / 60
        share = 1.0 if chance.random() < 0.9 else chance.uniform(0.2, 0.8)
        self.advised.append((advice.today, grade, minutes))
        speed = int(runner.easy * rung.percent_of_easy / 100)
        ending = "finished" if share == 1.0 else "stopped"
        run = minutes * share
        done = ran(len(self.past.sessions) + 1, grade, run, on=number, planned=(grade, minutes), ending=ending, speed=speed)
        self.past = replace(self.past, sessions=(*self.past.sessions, done))

    def _defy(self, number: int, chance: Random) -> None:
        done = ran(len(self.past.sessions) + 1, chance.randint(-10, -2), chance.randint(4, 20), on=number)
        self.overridden.add(done.id)
        self.past = replace(self.past, sessions=(*self.past.sessions, done))

    # --- the referee -----------------------------------------------------------------------------------------------------

    def _judge(self, advice: Advice, machine: Machine | None, runner: Profile, today: date) -> None:
        flags = False
        for check in self.past.checks:
            flags = bool(check.flags) or (flags and not check.cleared)
        self._must(not flags or advice.offer is None, today, "something was offered beside a red flag")
        if advice.offer is None:
            return
        self._must(advice.offer.grade >= -100, today, "steeper than -10")
        self._must(advice.ceiling >= runner.ceiling, today, "past the runner's ceiling")
        self._must(advice.ceiling >= min(rung.grade for rung in advice.most) - 2, today, "a deck steeper than what is open")
        if machine is not None:
            self._must(advice.ceiling >= machine.deck.steepest, today, "past the deck")
        self._must(all(rung.decline_s <= 1200 for rung in advice.most), today, "longer than 20 minutes")
        lately = [check for check in self.past.checks if 0 <= (today - check.day).days <= 7]
        self._must(not (advice.is_open and lately and lately[-1].level > 2), today, "open on sore legs")
        counted = [done for done in self.past.sessions if done.decline_s >= 60]
        if counted:
            self._after(counted, advice, today, machine.deck.step if machine is not None else 1)

    def _after(self, counted: list[Done], advice: Advice, today: date, grid: int) -> None:
        """What the sessions of a minute or more allow; the rest is none."""
        last = counted[-1]
        days = (today - last.day).days
        at = {c.after_h: c.level for c in self.past.checks if c.session == last.id}
        within = [done for done in counted if (today - done.day).days < 7]
        if advice.is_open and days < 6:
            self._must(days >= 3 and at.get(72, 9) <= 1, today, "a second session too soon or on sore legs")
            self._must(any(done.grade <= -50 for done in counted), today, "a second session before -5")
            self._must(len(within) < 2, today, "a third session in a week")
        steepest, most = advice.ceiling, max(rung.decline_s for rung in advice.most)
        too_much = 48 in at and 72 in at and at[72] - at[48] >= 1 and at[72] >= 3
        if too_much:
            self._must(not advice.is_open or days >= 13, today, "no rest after too much")
            self._must(steepest > last.grade or last.grade >= -20, today, "not easier after too much")
            self._must(steepest >= last.grade, today, "steeper after too much")
            self._must(most <= max(60, last.decline_s * 0.8), today, "no fewer minutes after too much")
        good = last.completed and set(at) == {24, 48, 72} and max(at.values()) <= 3 and at[72] == 0
        if not good and days > 3 and last.completed and last.id not in self.overridden:
            self._must(steepest >= last.grade, today, "steeper after a session that was not good")
        if days > 63:
            self._must(steepest >= -20, today, "not from the start after nine weeks")
        if days > 21 and last.id not in self.overridden and last.grade <= -20:
            before = min(done.grade for done in counted)
            self._must(steepest >= before, today, "something new after three weeks")
        clean = [done.grade for done in counted if done.completed]
        step = max(grid, 5 if min(clean, default=-20) <= -70 else 10)  # a deck of whole percents has no half ones
        self._must(steepest >= min([-10, *clean]) - step, today, "more than one step")

    def _must(self, holds: bool, today: date, rule: str) -> None:
        if not holds:
            self.broken.append(f"seed {self.seed}, {today}: {rule}")


def weekly_grades(year: Year) -> list[float | None]:
    """The steepest grade advised and run in each week; None for a week without."""
    found: list[float | None] = []
    for week in range(year.days // 7):
        start = MONDAY + timedelta(days=7 * week)
        grades = [grade for when, grade, _ in year.advised if start <= when < start + timedelta(days=7)]
        found.append(min(grades) if grades else None)
    return found
