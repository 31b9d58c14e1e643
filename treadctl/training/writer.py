"""The one thread that writes the history: a queue of pieces of work, committed in batches, each acknowledged once it is on disk.

WAL with synchronous=FULL: a commit that was acknowledged survives a power cut, and a reader never waits for a writer.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final

Work = Callable[[sqlite3.Connection], None]

BUSY_MS: Final = 5000
"""How long another process (a second treadmill in this house) may hold the file before a write is tried again later."""
RETRY_S: Final = 1.0
CLOSE_S: Final = 8.0
_Item = tuple[Work, "Future[None]"]


def connect(path: Path) -> sqlite3.Connection:
    """A connection as every part of the history uses it; transactions are begun and ended by hand."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=BUSY_MS / 1000)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


class Writer:
    """Writes to a history that is there already, and takes work without ever blocking.

    `trouble` says why nothing is being written just now; work waits and is tried again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._queue: SimpleQueue[_Item | None] = SimpleQueue()
        self.trouble = ""
        self._thread = threading.Thread(target=self._run, name="history", daemon=True)
        self._thread.start()

    def put(self, work: Work) -> Future[None]:
        """Queue one piece of work. The future is done once it is on disk; it holds the error of work that can never be done."""
        written: Future[None] = Future()
        self._queue.put((work, written))
        return written

    def close(self) -> None:
        """Write what is queued, and end the thread."""
        self._queue.put(None)
        self._thread.join(timeout=CLOSE_S)

    def _run(self) -> None:
        connection: sqlite3.Connection | None = None
        waiting: list[_Item] = []
        closing = False
        while not closing:
            closing = self._take(waiting)
            try:
                connection = connection or connect(self._path)
                self._write(connection, waiting)
                waiting, self.trouble = [], ""
            except sqlite3.OperationalError as error:  # a full disk, a locked file: all of it again, together with what comes
                self.trouble = f"{self._path}: {error}"
            except Exception as error:  # noqa: BLE001 - a file that is no history fails every write; the belt must not care
                self.trouble = f"{self._path}: {error}"
                for _, written in waiting:
                    written.set_exception(error)
                waiting = []
        for _, written in waiting:
            written.set_exception(sqlite3.OperationalError(self.trouble))
        if connection is not None:
            connection.close()

    def _take(self, waiting: list[_Item]) -> bool:
        """Move what is queued to `waiting`; with nothing to try again, wait for the first. True at the end of the queue."""
        try:
            item = self._queue.get(timeout=RETRY_S if waiting else None)
            while item is not None:
                waiting.append(item)
                item = self._queue.get_nowait()
        except Empty:
            return False
        return True

    def _write(self, connection: sqlite3.Connection, batch: list[_Item]) -> None:
        """One transaction for all; work that can't be done is left out and told so."""
        failed: list[tuple[Future[None], Exception]] = []
        connection.execute("BEGIN IMMEDIATE")
        try:
            for work, written in batch:
                connection.execute("SAVEPOINT piece")
                try:
                    work(connection)
                except sqlite3.OperationalError:
                    raise
                except Exception as error:  # noqa: BLE001 - a bug in one piece must not take the others with it
                    connection.execute("ROLLBACK TO piece")
                    failed.append((written, error))
                connection.execute("RELEASE piece")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        for written, why in failed:
            written.set_exception(why)
        for _, written in batch:
            if not written.done():
                written.set_result(None)
