"""The voice: a thread with a small mailbox, and one speech process at a time. Nobody who gives it something ever waits for it.

A program that hangs is killed after a bound; after three failures in a row speech is given up for this session, told once.
Without speech the bell rings for what is urgent, and the screen has all of it anyway.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterable
from typing import Final

from treadctl.audio.speaker import Speaker, urgency
from treadctl.audio.speech import Speech, Utterance, Verdict, how_to_get_speech
from treadctl.audio.words import Chattiness, spoken, wanted
from treadctl.coaching.cues import Cue, CueKind

MAILBOX: Final = 32
"""Steps with cues that may lie unopened; more are dropped, for they would be stale."""
LOOK_EVERY_S: Final = 0.02
"""How often a speaking process is looked at. Ours."""
FAILURES: Final = 3
"""So many failures in a row, and speech is given up for the session."""
LAST_WORDS_S: Final = 4.0
"""On the way out, what is being said may be said to its end for so long: it is how the session ended. Ours."""
CLOSE_S: Final = LAST_WORDS_S + 2.0
"""Closing waits no longer than this."""

_log = logging.getLogger(__name__)

_Mail = tuple[float, tuple[Cue, ...]]


class Voice:
    """Says cues aloud. `hear`, `mute` and `close` may be called from any thread.

    `tell`, `bell` and `ducks` are called from the voice's thread: with one sentence about trouble, for each urgent cue that
    cannot be spoken, and with whether something is being spoken.
    """

    def __init__(
        self,
        speech: Speech | None,
        *,
        chattiness: Chattiness = Chattiness.COACH,
        tell: Callable[[str], None] = lambda _: None,
        bell: Callable[[], None] = lambda: None,
        ducks: Callable[[bool], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._speech = speech
        self._chattiness = chattiness
        self._tell, self._bell, self._ducks = tell, bell, ducks
        self._clock = clock
        self._speaker = Speaker(chattiness)
        self._mail: queue.Queue[_Mail] = queue.Queue(MAILBOX)
        self._now_speaking: Utterance | None = None
        self._ahead: Utterance | None = None
        self._failures = 0
        self._begun_at = float("inf")
        self._muted_at = float("-inf")
        self._closing = False
        self._until = 0.0
        self._thread = threading.Thread(target=self._run, name="voice", daemon=True)
        self.muted = False
        self.trouble = ""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def hear(self, cues: Iterable[Cue]) -> None:
        """Something came up. Returns at once, whatever the voice is doing."""
        with contextlib.suppress(queue.Full):
            self._mail.put_nowait((self._clock(), () if self.muted else tuple(cues)))

    def mute(self, on: bool) -> None:
        """Silence at once, whatever is being spoken; or speak again, from the next cue on."""
        if on:
            self._muted_at = self._clock()
        self.muted = on
        self.hear(())

    def close(self) -> None:
        """Let it say its last words and end its thread; waits for that, but not for long."""
        self._until = self._clock() + (0.0 if self.muted else LAST_WORDS_S)
        self._closing = True
        self.hear(())
        if self._thread.is_alive():
            self._thread.join(CLOSE_S)

    # --- the voice's own thread -----------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            if self._speech is None:
                self._give_up(f"no speech program is installed: {how_to_get_speech()}")
            self._prepare()
            while not self._closing or self._has_last_words():
                self._take()
                self._look()
                self._go_on()
        except Exception as error:  # noqa: BLE001 - whatever it is, it must end the voice alone
            _log.debug("the voice failed", exc_info=True)
            self._give_up(f"the voice failed: {error!r}")
        finally:
            self._hush()

    def _has_last_words(self) -> bool:
        return (self._now_speaking is not None or not self._mail.empty()) and self._clock() < self._until

    def _take(self) -> None:
        """Open the mailbox; wait for it only while nothing is being spoken."""
        try:
            at, cues = self._mail.get(timeout=LOOK_EVERY_S if self._now_speaking else None)
        except queue.Empty:
            return
        if self.muted or at <= self._muted_at:  # also what lay in the box while it was muted
            return
        if self._speech is None:
            if any(cue.kind <= CueKind.CHANGE and wanted(cue, self._chattiness) for cue in cues):
                self._bell()
            return
        for cue in sorted(cues, key=urgency):
            self._speaker.offer(cue, at)
            self._go_on()

    def _look(self) -> None:
        """See whether what is being spoken has ended."""
        if self._begun_at <= self._muted_at:
            self._hush()
        if self._now_speaking is None:
            return
        verdict = self._now_speaking.ended(self._clock())
        if verdict is None:
            return
        if verdict is Verdict.FAILED:
            self._failed(self._now_speaking.why)
        elif verdict is Verdict.SPOKEN:
            self._failures = 0
        self._now_speaking = None
        self._speaker.finished()
        self._ducks(False)

    def _go_on(self) -> None:
        """Begin what is to be said next; something less urgent that is being spoken is cut off."""
        while self._speech is not None and not self.muted and (cue := self._speaker.next(self._clock())) is not None:
            if self._now_speaking is not None:
                self._now_speaking.kill()
                self._now_speaking = None
            text = spoken(cue, self._chattiness)
            if text and self._begin(self._speech, text):
                self._ducks(True)
                return
            self._speaker.finished()
            self._ducks(False)

    def _begin(self, speech: Speech, text: str) -> bool:
        utterance, self._ahead = self._ahead, None
        try:
            if utterance is None or not utterance.waits:
                utterance = Utterance(speech)
            utterance.say(text, self._clock())
        except OSError as error:
            if utterance is not None:
                utterance.kill()
            self._failed(f"{speech.name} does not work: {error.strerror or error}")
            return False
        self._now_speaking, self._begun_at = utterance, self._clock()
        self._prepare()
        return True

    def _prepare(self) -> None:
        """Start a program that is slow to start before its words are known."""
        if self._speech is not None and self._speech.ahead:
            with contextlib.suppress(OSError):  # the next begin will fail in the same way, and count it
                self._ahead = Utterance(self._speech)

    def _failed(self, why: str) -> None:
        self._failures += 1
        if self._failures >= FAILURES:
            self._give_up(f"speech is given up for this session: {why}")

    def _give_up(self, why: str) -> None:
        self._speech = None
        self._speaker.hush()
        self.trouble = why
        with contextlib.suppress(Exception):
            self._tell(f"{why}; the cues are on the screen")

    def _hush(self) -> None:
        """End what is being spoken, and all that waits."""
        self._speaker.hush()
        for utterance in (self._now_speaking, self._ahead if self._closing else None):
            if utterance is not None:
                utterance.kill()
        self._now_speaking, self._begun_at = None, float("inf")
        with contextlib.suppress(Exception):
            self._ducks(False)
