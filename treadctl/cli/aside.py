"""What threads beside a session have to say: sentences that become cues, told in the session's own loop."""

from __future__ import annotations

import asyncio
import contextlib
import threading

from treadctl.coaching.cues import Cue, CueKind
from treadctl.session import Session


class Aside:
    """Takes sentences from any thread; those that come before the session runs wait for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._early: list[str] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._session: Session | None = None

    def __call__(self, what: str) -> None:
        with self._lock:
            if self._loop is None:
                self._early.append(what)
                return
        with contextlib.suppress(RuntimeError):  # the session's loop has ended: nobody is left to tell
            self._loop.call_soon_threadsafe(self._tell, what)

    def attach(self, session: Session) -> None:
        """Tell this session; called in its loop."""
        with self._lock:
            self._session, self._loop = session, asyncio.get_running_loop()
            early, self._early = self._early, []
        for what in early:
            self._loop.call_soon(self._tell, what)

    def _tell(self, what: str) -> None:
        if self._session is not None:
            self._session.notice(Cue(CueKind.NEWS, what))
