"""The history's tables, and the way from each older version to today's. A version that was ever released is never edited."""

from __future__ import annotations

import sqlite3
from typing import Final

_V1: Final = (
    """CREATE TABLE session (
        id INTEGER PRIMARY KEY,
        runner TEXT NOT NULL,
        begun TEXT NOT NULL,              -- ISO 8601 with the offset of where it was run
        kind TEXT NOT NULL DEFAULT 'run',
        workout TEXT NOT NULL,
        title TEXT NOT NULL,
        plan TEXT NOT NULL DEFAULT '',    -- plan.hash; empty where there was no belt
        simulated INTEGER NOT NULL,
        machine TEXT NOT NULL DEFAULT '',
        machine_plain TEXT NOT NULL DEFAULT '',
        journal TEXT NOT NULL DEFAULT '',
        body_mass_kg REAL,
        planned_s INTEGER NOT NULL,
        planned_decline_s INTEGER NOT NULL,
        planned_grade INTEGER NOT NULL,   -- 0.1 %
        pid INTEGER NOT NULL,             -- who writes it, and until when it certainly lived (seconds since 1970):
        seen REAL NOT NULL,               -- an open session of a dead writer was interrupted
        ending TEXT,                      -- NULL while it is open; the columns below are told at its end
        running_s INTEGER NOT NULL DEFAULT 0,
        distance_m REAL NOT NULL DEFAULT 0,
        decline_s INTEGER NOT NULL DEFAULT 0,
        descent_m REAL NOT NULL DEFAULT 0,
        grade INTEGER NOT NULL DEFAULT 0, -- the steepest held for a minute in all
        seconds_at TEXT NOT NULL DEFAULT '{}', -- JSON: 0.1 % in steps of 5 -> seconds
        decline_speed INTEGER,            -- 0.01 km/h, mean; likewise the two below
        heart_rate_bpm INTEGER,
        step_rate_spm INTEGER
    )""",
    "CREATE INDEX session_of_runner ON session (runner, begun)",
    """CREATE TABLE plan (
        hash TEXT PRIMARY KEY,
        plain TEXT NOT NULL               -- the workout as a journal has it
    ) WITHOUT ROWID""",
    """CREATE TABLE sample (
        session INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
        second INTEGER NOT NULL,          -- since the session began
        phase TEXT NOT NULL,
        segment INTEGER NOT NULL,
        grade INTEGER,                    -- true, 0.1 %; NULL is not told, never zero
        speed INTEGER,                    -- 0.01 km/h
        target_grade INTEGER NOT NULL,
        target_speed INTEGER NOT NULL,
        heart_rate_bpm INTEGER,
        step_rate_spm INTEGER,
        running_s REAL NOT NULL,          -- so far, as the three below
        distance_m REAL NOT NULL,
        decline_s REAL NOT NULL,
        descent_m REAL NOT NULL,
        PRIMARY KEY (session, second)
    ) WITHOUT ROWID""",
    """CREATE TABLE event (
        id INTEGER PRIMARY KEY,
        session INTEGER NOT NULL REFERENCES session (id) ON DELETE CASCADE,
        second REAL NOT NULL,
        kind TEXT NOT NULL,
        words TEXT NOT NULL,
        detail TEXT NOT NULL
    )""",
    "CREATE INDEX event_of_session ON event (session, second)",
)

_V2: Final = (
    """CREATE TABLE check_in (
        id INTEGER PRIMARY KEY,
        runner TEXT NOT NULL,
        at TEXT NOT NULL,                 -- ISO 8601 with offset
        level INTEGER NOT NULL,
        session INTEGER REFERENCES session (id) ON DELETE SET NULL,
        after_h INTEGER,
        sites TEXT NOT NULL DEFAULT '',   -- words with spaces between
        flags TEXT NOT NULL DEFAULT '',
        worst_day INTEGER,
        worst INTEGER,
        cleared INTEGER NOT NULL DEFAULT 0
    )""",
    "CREATE INDEX check_in_of_runner ON check_in (runner, at)",
    """CREATE TABLE override (
        id INTEGER PRIMARY KEY,
        runner TEXT NOT NULL,
        at TEXT NOT NULL,
        session INTEGER REFERENCES session (id) ON DELETE SET NULL,
        reason TEXT NOT NULL,             -- the runner's own words
        against TEXT NOT NULL             -- what they went against
    )""",
)

STEPS: Final = (_V1, _V2)
"""STEPS[n] leads from version n to n + 1."""
VERSION: Final = len(STEPS)


class TooNew(Exception):
    """The file was written by a newer treadctl; nothing in it is touched."""

    def __init__(self, found: int) -> None:
        super().__init__(f"it is of version {found}, and this treadctl knows up to {VERSION}; use the newer one")


def version_of(connection: sqlite3.Connection) -> int:
    """The version of the tables in this file; 0 for a new one."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection) -> int:
    """Bring the tables to today's version, all steps or none, and say which version was there."""
    found = version_of(connection)
    if found > VERSION:
        raise TooNew(found)
    if found == VERSION:
        return found
    connection.execute("BEGIN IMMEDIATE")
    try:
        found = version_of(connection)  # another process may have been faster
        for step in STEPS[found:]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
    return found
