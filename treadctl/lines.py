"""Lines handed to a thread that writes them: whoever puts one never waits for a slow disk, a stalled terminal or a full pipe."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue


class Lines:
    """Hands lines to `write`, in order, on a thread of its own.

    After the first line that fails nothing more is written, so that what was written is whole up to there; `failed` is then
    called, on that thread, and `trouble` says why.
    """

    def __init__(self, name: str, write: Callable[[str], object], failed: Callable[[Exception], object] | None = None) -> None:
        self._write = write
        self._failed = failed
        self._waiting: SimpleQueue[tuple[str, Callable[[], object] | None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self.trouble = ""
        self._thread.start()

    def put(self, line: str, then: Callable[[], object] | None = None) -> None:
        """Queue one line; `then` is called, on the writing thread, when it is written or never will be."""
        self._waiting.put((line, then))

    def close(self, seconds: float) -> bool:
        """Write what is queued; false when that takes longer than so many seconds, and it is given up."""
        self._waiting.put(None)
        self._thread.join(timeout=seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (item := self._waiting.get()) is not None:
            line, then = item
            if not self.trouble:
                self._try(line)
            if then is not None:
                then()

    def _try(self, line: str) -> None:
        try:
            self._write(line + "\n")
        except (OSError, ValueError) as error:
            self.trouble = getattr(error, "strerror", None) or str(error)
            if self._failed is not None:
                self._failed(error)
