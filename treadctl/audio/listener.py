"""The one that listens to a session for voice and metronome. It hands on and returns: it never waits, and lets nothing out."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from treadctl.audio.follow import Follow, beaten
from treadctl.audio.metronome import Metronome
from treadctl.audio.voice import Voice
from treadctl.engine.snapshot import Step
from treadctl.engine.words import Input, StepRate

_log = logging.getLogger(__name__)


class AudioListener:
    """Gives a session's cues to the voice and its step rates to the metronome, by the wall's time: sound takes real seconds.

    Either may be None. One that fails is told of in the log and left out.
    """

    def __init__(self, voice: Voice | None, metronome: Metronome | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._voice = voice
        self._metronome = metronome
        self._clock = clock
        self._follow = Follow()
        self._failed = False
        self.muted = False

    def start(self) -> None:
        """Begin; a speech program and the clicker are started when they are first needed."""
        for part in (self._voice, self._metronome):
            if part is not None:
                part.start()

    def __call__(self, now: float, inputs: list[Input], step: Step) -> None:
        """One step of the session."""
        if self._failed:
            return
        try:
            self._hand_on(inputs, step)
        except Exception as error:  # noqa: BLE001 - sound may fail in any way, and a session must not notice
            self._failed = True
            _log.error("treadctl: voice and metronome failed and are left out, the run goes on: %r", error)

    def mute(self, on: bool) -> None:
        """All sound off at once, or on again. From any thread."""
        self.muted = on
        for part in (self._voice, self._metronome):
            if part is not None:
                part.mute(on)

    def phase_at(self, now: float) -> float | None:
        """The beat for the eyes: how far into a step a moment of `time.monotonic` is; None while there is no beat."""
        return None if self._metronome is None else self._metronome.phase_at(now)

    @property
    def trouble(self) -> str:
        """What keeps sound from being heard; empty while nothing does."""
        return "; ".join(part.trouble for part in (self._voice, self._metronome) if part is not None and part.trouble)

    def close(self) -> None:
        """The voice may end its sentence; then both are ended."""
        for part in (self._metronome, self._voice):
            if part is not None:
                part.close()

    def _hand_on(self, inputs: list[Input], step: Step) -> None:
        if self._voice is not None and step.cues:
            self._voice.hear(step.cues)
        if self._metronome is None:
            return
        now = self._clock()
        for happened in inputs:
            if isinstance(happened, StepRate):
                self._follow.feet(happened.steps_per_min, now)
        self._metronome.follow(self._follow.wish(beaten(step.snapshot), now))
