"""Who hears a strength session: the voice, where a speech program is there, and else the terminal's bell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from treadctl.audio.speech import WORDS_PER_MIN
from treadctl.training.strength import Showing
from treadctl.training.strength_calls import DONE, Calls

OFF: Final = "off"


class Aloud:
    """Says what is to be done at each moment. Nothing waits for it. `rings` is whether the bell has to count instead."""

    def __init__(self, voice: str, volume: int, tell: Callable[[str], None], rate: int = WORDS_PER_MIN) -> None:
        """`tell` is given one sentence, once, when nothing can be spoken; it may come from another thread."""
        from treadctl.audio.speech import find_speech  # a tenth of a second, and a list or an explanation is silent
        from treadctl.audio.voice import Voice
        from treadctl.audio.words import Chattiness

        def trouble(what: str) -> None:
            tell(f"{what}, and the bell counts")

        speaks = voice != OFF
        speech = find_speech(volume=volume, words_per_min=rate)
        self._voice = Voice(speech, chattiness=Chattiness(voice), tell=trouble) if speaks else None
        self._calls = Calls()
        self._muted = False
        if self._voice is not None:
            self._voice.start()

    @property
    def rings(self) -> bool:
        """Whether nothing speaks, and nobody asked for silence."""
        return not self._muted and (self._voice is None or bool(self._voice.trouble))

    def hear(self, showing: Showing) -> None:
        """One moment of the session."""
        cue = self._calls.at(showing)
        if self._voice is not None and cue is not None:
            self._voice.hear([cue])

    def toggle(self) -> None:
        """Mute voice and bell at once, or be heard again."""
        self._muted = not self._muted
        if self._voice is not None:
            self._voice.mute(self._muted)

    def close(self, *, finished: bool) -> None:
        """The last word after the last set; silence at once for somebody who stopped."""
        if self._voice is None:
            return
        if finished:
            self._voice.hear([DONE])
        else:
            self._voice.mute(True)
        self._voice.close()
