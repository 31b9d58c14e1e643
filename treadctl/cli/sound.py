"""Voice and metronome for a session, as they were asked for."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from typing import Final

from treadctl.audio.speech import FASTEST_WPM, SLOWEST_WPM, WORDS_PER_MIN
from treadctl.cli.errors import BadInput
from treadctl.coaching.cues import Cue
from treadctl.session import Listener

VOICES: Final = ("quiet", "coach", "chatty", "off")
LOUDNESS: Final = 60
"""Percent, when nobody says."""


def check_sound(voice: str, volume: int, rate: int = WORDS_PER_MIN) -> None:
    """Raise BadInput for what is no voice, no volume, or a rate at which nobody can listen."""
    if voice not in VOICES:
        raise BadInput(f"--voice {voice!r}: it is one of {', '.join(VOICES)}")
    if not 0 <= volume <= 100:
        raise BadInput(f"--volume {volume} is not between 0 and 100")
    if not SLOWEST_WPM <= rate <= FASTEST_WPM:
        raise BadInput(f"--rate {rate} is not between {SLOWEST_WPM} and {FASTEST_WPM} words a minute")


def ring() -> None:
    """The terminal's bell, where there is a terminal; straight on its descriptor, for another thread may be writing lines."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        if sys.stderr.isatty():
            os.write(sys.stderr.fileno(), b"\a")


class Sound:
    """A listener to give a session, a thing to mute, and a beat for the eyes; all of it does nothing where all is off."""

    def __init__(
        self, voice: str, volume: int, rate: int = WORDS_PER_MIN, *, metronome: bool, tell: Callable[[str], None]
    ) -> None:
        """`rate` is the voice's, in words a minute; `tell` is given one sentence about trouble, from another thread."""
        from treadctl.audio.listener import AudioListener  # a fifth of a second, and many sessions are silent
        from treadctl.audio.metronome import Metronome
        from treadctl.audio.speech import find_speech
        from treadctl.audio.voice import Voice
        from treadctl.audio.words import Chattiness

        ticks = Metronome(volume=volume, tell=tell) if metronome else None
        speaks = None
        if voice != "off":
            speech = find_speech(volume=volume, words_per_min=rate)
            ducks = ticks.duck if ticks is not None else lambda _: None
            speaks = Voice(speech, chattiness=Chattiness(voice), tell=tell, bell=self._ring, ducks=ducks)
        self.bell: Callable[[], object] = ring
        """What stands in for speech that is not there; a screen sets its own."""
        self.listener = AudioListener(speaks, ticks)
        self._voice = speaks

    def say(self, cue: Cue) -> None:
        """Something that comes from no session, aloud."""
        if self._voice is not None:
            self._voice.hear((cue,))

    def toggle(self) -> bool:
        """Mute, or be heard again; true when muted."""
        self.listener.mute(not self.listener.muted)
        return self.listener.muted

    def _ring(self) -> None:
        self.bell()

    @contextlib.contextmanager
    def on(self) -> Iterator[Listener]:
        """The listener, begun; on the way out it says its last words."""
        self.listener.start()
        try:
            yield self.listener
        finally:
            self.listener.close()
