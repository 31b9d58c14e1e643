"""Every session ever run, in one SQLite file: written by one thread, read by whoever asks.

What is shown in lists stands in columns of its own, told once at a session's end, so that ten thousand of them are a blink.
Machines and workouts are read only where they are asked for, with what that takes to import.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from platformdirs import user_data_path

from treadctl.training.model import COUNTS_FROM_S, INTERRUPTED, CheckIn, Done, Flag, Kind, Past, Site
from treadctl.training.samples import Event, Sample, Totals, total
from treadctl.training.schema import TooNew, migrate
from treadctl.training.writer import Writer, connect
from treadctl.units import Grade, Speed

if TYPE_CHECKING:
    from treadctl.engine.words import Machine
    from treadctl.workout.model import Workout

OVERRIDE: Final = "TREADCTL_HISTORY"
"""The environment variable that names another history file."""
SURELY_DEAD_S: Final = 60.0
"""An open session not written to for this long is over even if its process number lives: numbers are used again. Ours."""
REMEMBERED: Final = 200
"""Advice looks at so many decline sessions, the newest: nearly four years of weekly ones, where the ladder has some fifty rungs
and protection lasts weeks. Ours."""
SETTLE_S: Final = 10.0
"""Twice as long as another process may hold the file."""
_SAMPLE: Final = f"INSERT OR REPLACE INTO sample VALUES (?, {', '.join('?' * len(Sample._fields))})"
_EVENT: Final = "INSERT INTO event (session, second, kind, words, detail) VALUES (?, ?, ?, ?, ?)"
_TOTALS: Final = ", ".join(f"{column} = ?" for column in Totals._fields)


class HistoryError(Exception):
    """The history cannot be used: which file, and why."""

    def __init__(self, path: Path, why: object) -> None:
        super().__init__(f"{path}: the history cannot be used: {why}")


@dataclass(frozen=True, slots=True)
class Opening:
    """What is known of a session when it begins."""

    runner: str
    begun: datetime
    workout: str
    title: str
    kind: Kind = Kind.RUN
    simulated: bool = False
    plan: Workout | None = None
    planned_s: int = 0
    planned_decline_s: int = 0
    planned_grade: Grade = Grade(0)
    body_mass_kg: float | None = None
    journal: str = ""


@dataclass(slots=True)
class Ticket:
    """An open session. `id` is known once its beginning is written."""

    id: int = 0


@dataclass(frozen=True, slots=True)
class Override:
    """A session run against the advice, in the runner's own words."""

    at: str
    session: int | None
    reason: str
    against: str


def history_path() -> Path:
    """Where the history is: what TREADCTL_HISTORY names, else `history.db` among this platform's user data."""
    named = os.environ.get(OVERRIDE)
    return Path(named) if named else user_data_path("treadctl") / "history.db"


class History:
    """The history in one file. Writing never blocks: each answer is a future, done once it is on disk."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it. Sessions that a killed program left open are closed as interrupted."""
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._reader = connect(path)
        except (sqlite3.Error, OSError) as error:
            raise HistoryError(path, error) from error
        try:
            migrate(self._reader)
            _close_abandoned(self._reader)
        except (sqlite3.Error, TooNew) as error:
            self._reader.close()
            raise HistoryError(path, error) from error
        self._writer = Writer(path)

    def close(self) -> None:
        """Write what is queued, and let go of the file."""
        self._writer.close()
        self._reader.close()

    def settle(self, written: Future[None]) -> None:
        """Wait until something is on disk; raises HistoryError when it does not get there."""
        try:
            written.result(timeout=SETTLE_S)
        except (sqlite3.Error, TimeoutError) as error:
            raise HistoryError(self.path, self.trouble or error) from error

    @property
    def trouble(self) -> str:
        """Why nothing can be written just now; empty when all is well."""
        return self._writer.trouble

    # --- writing -----------------------------------------------------------------------------------------------------

    def begin(self, opening: Opening) -> tuple[Ticket, Future[None]]:
        """Open a session."""
        ticket = Ticket()

        def work(connection: sqlite3.Connection) -> None:
            ticket.id = _insert_session(connection, opening)

        return ticket, self._writer.put(work)

    def machine(self, ticket: Ticket, machine: Machine) -> Future[None]:
        """Say on which machine an open session is run."""
        from treadctl.training.kept import text_of

        plain = text_of(machine)

        def work(connection: sqlite3.Connection) -> None:
            said = (machine.name, plain, ticket.id)
            connection.execute("UPDATE session SET machine = ?, machine_plain = ? WHERE id = ?", said)

        return self._writer.put(work)

    def append(self, ticket: Ticket, sample: Sample | None, events: Sequence[Event] = ()) -> Future[None]:
        """Write one second, and what happened in it."""

        def work(connection: sqlite3.Connection) -> None:
            if sample is not None:
                connection.execute(_SAMPLE, (ticket.id, *sample))
            connection.executemany(_EVENT, [(ticket.id, *event) for event in events])
            connection.execute("UPDATE session SET seen = ? WHERE id = ?", (time.time(), ticket.id))

        return self._writer.put(work)

    def end(self, ticket: Ticket, ending: str) -> Future[None]:
        """Close a session, and tell its totals."""
        return self._writer.put(lambda connection: _close(connection, ticket.id, ending))

    def check_in(self, runner: str, at: datetime, check: CheckIn) -> Future[None]:
        """Write down how the legs are."""
        sites, flags = (" ".join(word.value for word in words) for words in (check.sites, check.flags))
        row = (runner, at.isoformat(timespec="seconds"), check.level, check.session, check.after_h, sites, flags)
        columns = "runner, at, level, session, after_h, sites, flags, worst_day, worst, cleared"
        statement = f"INSERT INTO check_in ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        rest = (check.worst_day, check.worst, int(check.cleared))
        return self._writer.put(lambda connection: _do(connection, statement, (*row, *rest)))

    def override(
        self, runner: str, at: datetime, reason: str, against: Iterable[str], ticket: Ticket | None = None
    ) -> Future[None]:
        """Write down that a runner went against the advice, and why."""
        statement = "INSERT INTO override (runner, at, session, reason, against) VALUES (?, ?, ?, ?, ?)"
        said = "; ".join(against)

        def work(connection: sqlite3.Connection) -> None:
            session = ticket.id if ticket is not None else None
            connection.execute(statement, (runner, at.isoformat(timespec="seconds"), session, reason, said))

        return self._writer.put(work)

    def delete(self, session: int) -> Future[None]:
        """Delete one session with its samples and events. Check-ins stay, without it: a red flag is no session's own."""
        return self._writer.put(lambda connection: _do(connection, "DELETE FROM session WHERE id = ?", (session,)))

    # --- reading -----------------------------------------------------------------------------------------------------

    def sessions(self, runner: str, *, simulated: bool = False, newest: int | None = None) -> tuple[Done, ...]:
        """A runner's sessions that are over, oldest first; those on a mock only when asked for. `newest` limits how many."""
        statement = f"{_DONE} WHERE runner = ? AND simulated <= ? AND ending IS NOT NULL ORDER BY begun DESC, id DESC LIMIT ?"
        rows = self._rows(statement, (runner, int(simulated), -1 if newest is None else newest))
        return tuple(_done(row) for row in reversed(rows))

    def session(self, number: int) -> Done | None:
        """One session, open or over."""
        rows = self._rows(f"{_DONE} WHERE id = ?", (number,))
        return _done(rows[0]) if rows else None

    def runner_of(self, number: int) -> str | None:
        """Whose session it is."""
        rows = self._rows("SELECT runner FROM session WHERE id = ?", (number,))
        return str(rows[0][0]) if rows else None

    def past(self, runner: str, *, simulated: bool = False) -> Past:
        """What advice is made from: the newest decline sessions, what the legs said since, and every flag and every clearing."""
        statement = (
            f"{_DONE} WHERE runner = ? AND simulated <= ? AND ending IS NOT NULL AND {_IS_DECLINE} ORDER BY begun DESC, id DESC"
        )
        rows = self._rows(f"{statement} LIMIT ?", (runner, int(simulated), REMEMBERED))
        declines = tuple(_done(row) for row in reversed(rows))
        since = declines[0].begun.isoformat() if declines else ""
        checks = self._rows(f"{_CHECK} WHERE runner = ? AND (at >= ? OR flags <> '' OR cleared) ORDER BY id", (runner, since))
        return Past(declines, tuple(_check(row) for row in checks))

    def checks(self, runner: str) -> tuple[CheckIn, ...]:
        """A runner's check-ins, oldest first."""
        return tuple(_check(row) for row in self._rows(f"{_CHECK} WHERE runner = ? ORDER BY id", (runner,)))

    def samples(self, number: int) -> tuple[Sample, ...]:
        """One session's seconds, in order."""
        return _samples(self._reader, number)

    def events(self, number: int) -> tuple[Event, ...]:
        """What happened in one session, in order."""
        rows = self._rows("SELECT second, kind, words, detail FROM event WHERE session = ? ORDER BY second, id", (number,))
        return tuple(Event(*row) for row in rows)

    def workout(self, number: int) -> Workout | None:
        """The workout that one session was run by, as it was that day; None when it can't be read any more."""
        rows = self._rows("SELECT plain FROM plan JOIN session ON session.plan = plan.hash WHERE session.id = ?", (number,))
        if not rows:
            return None
        from treadctl.training.kept import workout_of

        return workout_of(rows[0][0])

    def last_machine(self, runner: str, *, simulated: bool = False) -> Machine | None:
        """The machine that this runner was last on, as it was then."""
        told = self._last_told(runner, simulated)
        if told is None:
            return None
        from treadctl.training.kept import machine_of

        return machine_of(told[1])

    def last_on_it(self, runner: str, *, simulated: bool = False) -> datetime | None:
        """When the session with that machine began."""
        told = self._last_told(runner, simulated)
        return datetime.fromisoformat(told[0]) if told is not None else None

    def overrides(self, runner: str) -> tuple[Override, ...]:
        """When and why a runner went against the advice, oldest first."""
        rows = self._rows("SELECT at, session, reason, against FROM override WHERE runner = ? ORDER BY at, id", (runner,))
        return tuple(Override(*row) for row in rows)

    def _last_told(self, runner: str, simulated: bool) -> tuple[str, str] | None:
        statement = "SELECT begun, machine_plain FROM session WHERE runner = ? AND simulated <= ? AND machine_plain <> ''"
        rows = self._rows(f"{statement} ORDER BY begun DESC, id DESC LIMIT 1", (runner, int(simulated)))
        return rows[0] if rows else None

    def _rows(self, statement: str, values: Sequence[object]) -> list[Any]:
        return self._reader.execute(statement, tuple(values)).fetchall()


# --- rows and words --------------------------------------------------------------------------------------------------

_DONE: Final = """SELECT id, begun, workout, title, kind, ending, simulated, machine, planned_s, planned_decline_s, planned_grade,
    running_s, distance_m, decline_s, descent_m, grade, seconds_at, decline_speed, heart_rate_bpm, step_rate_spm, body_mass_kg
    FROM session"""

_IS_DECLINE: Final = f"kind = 'run' AND decline_s >= {COUNTS_FROM_S} AND grade < 0"
_CHECK: Final = "SELECT at, level, session, after_h, sites, flags, worst_day, worst, cleared FROM check_in"


def _done(row: Any) -> Done:
    return Done(
        id=row[0],
        begun=datetime.fromisoformat(row[1]),
        workout=row[2],
        title=row[3],
        kind=Kind(row[4]),
        ending=row[5],
        simulated=bool(row[6]),
        machine=row[7],
        planned_s=row[8],
        planned_decline_s=row[9],
        planned_grade=Grade(row[10]),
        running_s=row[11],
        distance_m=row[12],
        decline_s=row[13],
        descent_m=row[14],
        grade=Grade(row[15]),
        seconds_at=tuple((Grade(int(grade)), seconds) for grade, seconds in json.loads(row[16]).items()),
        decline_speed=None if row[17] is None else Speed(row[17]),
        heart_rate_bpm=row[18],
        step_rate_spm=row[19],
        body_mass_kg=row[20],
    )


def _check(row: Any) -> CheckIn:
    return CheckIn(
        day=datetime.fromisoformat(row[0]).date(),
        level=row[1],
        session=row[2],
        after_h=row[3],
        sites=tuple(Site(word) for word in row[4].split()),
        flags=tuple(Flag(word) for word in row[5].split()),
        worst_day=row[6],
        worst=row[7],
        cleared=bool(row[8]),
    )


def _samples(connection: sqlite3.Connection, session: int) -> tuple[Sample, ...]:
    columns = ", ".join(Sample._fields)
    rows = connection.execute(f"SELECT {columns} FROM sample WHERE session = ? ORDER BY second", (session,))
    return tuple(Sample(*row) for row in rows)


def _do(connection: sqlite3.Connection, statement: str, values: Sequence[object]) -> None:
    connection.execute(statement, tuple(values))


def _insert_session(connection: sqlite3.Connection, o: Opening) -> int:
    digest = ""
    if o.plan is not None:
        from hashlib import sha256

        from treadctl.training.kept import text_of

        plain = text_of(o.plan)
        digest = sha256(plain.encode()).hexdigest()[:32]
        connection.execute("INSERT OR IGNORE INTO plan VALUES (?, ?)", (digest, plain))
    row = {
        "runner": o.runner,
        "begun": o.begun.isoformat(timespec="seconds"),
        "kind": o.kind.value,
        "workout": o.workout,
        "title": o.title,
        "plan": digest,
        "simulated": int(o.simulated),
        "journal": o.journal,
        "body_mass_kg": o.body_mass_kg,
        "planned_s": o.planned_s,
        "planned_decline_s": o.planned_decline_s,
        "planned_grade": int(o.planned_grade),
        "pid": os.getpid(),
        "seen": time.time(),
    }
    holes = ", ".join(f":{column}" for column in row)
    inserted = connection.execute(f"INSERT INTO session ({', '.join(row)}) VALUES ({holes})", row)
    return int(inserted.lastrowid or 0)


def _close(connection: sqlite3.Connection, session: int, ending: str) -> None:
    totals = total(_samples(connection, session))
    connection.execute(f"UPDATE session SET ending = ?, {_TOTALS} WHERE id = ?", (ending, *totals, session))


def _close_abandoned(connection: sqlite3.Connection) -> None:
    """Sessions left open by a program that is gone were interrupted; those of another one still running are left alone."""
    for session, pid, seen in connection.execute("SELECT id, pid, seen FROM session WHERE ending IS NULL").fetchall():
        if time.time() - seen > SURELY_DEAD_S or not _alive(pid):
            _close(connection, session, INTERRUPTED)


def _alive(pid: int) -> bool:
    """Whether a process of this number lives. On Windows there is no harmless way to ask, so there only time tells."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
