"""The voice on real processes: small programs that speak, dawdle, hang and die in the place of a speech program.

Each writes what it was given into a file, a line when it begins and a line when it has spoken. Nothing here waits by guess:
a test waits until what it is about has happened, and fails after a generous time.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from treadctl.audio import speech as speech_module
from treadctl.audio.speech import Speech, Utterance, Verdict
from treadctl.audio.voice import Voice
from treadctl.audio.words import Chattiness
from treadctl.coaching import wording
from treadctl.coaching.cues import Cue, CueKind
from treadctl.units import Grade

PATIENCE_S = 20.0
SPEAKS = "print('spoke', text, file=log, flush=True)"
SAFETY = Cue(CueKind.SAFETY, "link lost, look at the console")
FORM = Cue(CueKind.FORM, "look up at the mark")
NEWS = Cue(CueKind.NEWS, "warm-up, ten minutes")


class Room:
    """A voice with a program that behaves as told, and what came of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log"
        self.log.touch()
        self.told: list[str] = []
        self.bells = 0
        self.ducked: list[bool] = []
        self.changed = threading.Condition()

    def program(self, does: str, *, ahead: bool = False, lasts_s: float = 0.5) -> Speech:
        script = self.folder / "speech.py"
        script.write_text(
            f"import os, sys, time\nlog = open({str(self.log)!r}, 'a')\n"
            "print('started', os.getpid(), file=log, flush=True)\n"
            "text = sys.stdin.read().strip()\nprint('begun', text, file=log, flush=True)\n"
            f"time.sleep({lasts_s})\n{does}\n"
        )
        return Speech("a program", (sys.executable, "-I", "-S", str(script)), ahead=ahead)

    @contextmanager
    def voice(self, speech: Speech | None, chattiness: Chattiness = Chattiness.COACH) -> Iterator[Voice]:
        voice = Voice(speech, chattiness=chattiness, tell=self.told.append, bell=self._bell, ducks=self.ducked.append)
        voice.start()
        try:
            yield voice
        finally:
            voice.mute(True)
            voice.close()

    def _bell(self) -> None:
        self.bells += 1

    def lines(self, *kinds: str) -> list[str]:
        return [line for line in self.log.read_text().splitlines() if not kinds or line.split()[0] in kinds]

    def until(self, met: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not met():
            assert time.monotonic() < deadline, (self.lines(), self.told)
            time.sleep(0.01)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def test_a_cue_is_spoken_and_the_beat_steps_back_meanwhile(room: Room) -> None:
    with room.voice(room.program(SPEAKS)) as voice:
        voice.hear([wording.tipped(Grade(-40), "2 minutes")])
        room.until(lambda: room.ducked == [True, False])
    assert room.lines("spoke") == ["spoke now minus four, two minutes"]
    assert room.told == []


def test_a_more_urgent_cue_ends_the_other_program_at_once(room: Room) -> None:
    with room.voice(room.program(SPEAKS, lasts_s=10.0)) as voice:
        voice.hear([FORM])
        room.until(lambda: len(room.lines("begun")) == 1)
        begun = time.monotonic()
        voice.hear([SAFETY])
        room.until(lambda: len(room.lines("begun")) == 2)
        assert time.monotonic() - begun < 5, "the first would have gone on for ten seconds"
        pid = int(room.lines("started")[0].split()[1])
        room.until(lambda: not Path(f"/proc/{pid}").exists() if sys.platform == "linux" else True)
    assert room.lines("begun") == ["begun look up at the mark", "begun link lost, look at the console"]
    assert room.lines("spoke") == []


def test_muted_it_is_silent_at_once_and_says_nothing_late_when_it_may_speak_again(room: Room) -> None:
    with room.voice(room.program(SPEAKS, lasts_s=10.0)) as voice:
        voice.hear([FORM])
        room.until(lambda: len(room.lines("begun")) == 1)
        voice.mute(True)
        room.until(lambda: room.ducked == [True, False])
        voice.hear([SAFETY])
        voice.mute(False)
        voice.hear([NEWS])
        room.until(lambda: len(room.lines("begun")) >= 2)
    assert room.lines("begun")[-1] == "begun warm-up, ten minutes"
    assert room.lines("spoke") == []


def test_mute_ends_the_sound_itself_within_a_quarter_of_a_second(room: Room) -> None:
    """The program makes a sound for every hundredth of a second; after the key there is none any more."""
    sounds = "while True:\n    print('sound', time.monotonic(), file=log, flush=True)\n    time.sleep(0.01)"
    with room.voice(room.program(sounds, lasts_s=0.0)) as voice:
        voice.hear([SAFETY])
        room.until(lambda: len(room.lines("sound")) > 5)
        muted_at = time.monotonic()
        voice.mute(True)
        assert time.monotonic() - muted_at < 0.05, "whoever pressed the key waits for nothing"
        room.until(lambda: room.ducked == [True, False])
        last = float(room.lines("sound")[-1].split()[1])
        assert last - muted_at < 0.25
    assert float(room.lines("sound")[-1].split()[1]) == last


def test_a_program_that_will_not_leave_when_it_is_asked_is_killed(room: Room) -> None:
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    stubborn += "print('stays', file=log, flush=True)\ntime.sleep(100)"
    with room.voice(room.program(stubborn, lasts_s=0.0)) as voice:
        voice.hear([FORM])
        room.until(lambda: room.lines("stays") != [])
        pid = int(room.lines("started")[0].split()[1])
        voice.mute(True)
        room.until(lambda: not Path(f"/proc/{pid}").exists() if sys.platform == "linux" else room.ducked[-1:] == [False])


def test_three_that_die_in_a_row_and_speech_is_given_up_told_once_and_the_bell_rings_instead(room: Room) -> None:
    with room.voice(room.program("sys.exit(3)", lasts_s=0.0)) as voice:
        for number in range(3):
            voice.hear([NEWS])
            room.until(lambda number=number: len(room.lines("begun")) == number + 1 and len(room.ducked) == 2 * number + 2)  # type: ignore[misc]
        room.until(lambda: voice.trouble != "")
        voice.hear([SAFETY])
        room.until(lambda: room.bells == 1)
        voice.hear([FORM])
        voice.hear([SAFETY])
        room.until(lambda: room.bells == 2)
    assert room.told == ["speech is given up for this session: a program ended with error 3; the cues are on the screen"]
    assert len(room.lines("begun")) == 3


def test_a_program_that_hangs_is_killed_after_a_bound(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech_module, "HUNG_AFTER_S", 0.3)
    monkeypatch.setattr(speech_module, "HUNG_PER_CHARACTER_S", 0.0)
    with room.voice(room.program("", lasts_s=100.0)) as voice:
        for number in range(3):
            voice.hear([NEWS])
            room.until(lambda number=number: room.ducked == [True, False] * (number + 1))  # type: ignore[misc]
        room.until(lambda: room.told != [])
    assert room.told[0].startswith("speech is given up for this session: a program did not end within")


def test_a_program_that_is_gone_is_told_of_and_nothing_else_happens(room: Room) -> None:
    missing = Speech("espeak-ng", (str(room.folder / "missing"),))
    with room.voice(missing) as voice:
        for cue in (NEWS, FORM, SAFETY):
            voice.hear([cue])
        room.until(lambda: room.told != [])
    assert room.told == [
        "speech is given up for this session: espeak-ng does not work: No such file or directory; the cues are on the screen"
    ]


def test_without_a_speech_program_that_is_said_once_and_the_bell_rings_for_what_is_urgent(room: Room) -> None:
    with room.voice(None) as voice:
        for cue in (FORM, NEWS, SAFETY, wording.count(3)):
            voice.hear([cue])
        room.until(lambda: room.bells == 2)
    assert len(room.told) == 1
    assert room.told[0].startswith("no speech program is installed: ")


def test_a_program_that_never_reads_its_words_holds_nobody_up(room: Room) -> None:
    deaf = Speech("deaf", (sys.executable, "-I", "-S", "-c", "import time; time.sleep(100)"))
    with room.voice(deaf) as voice:
        begun = time.monotonic()
        for _ in range(1000):
            voice.hear([NEWS, FORM, SAFETY])
        assert time.monotonic() - begun < 2.0
        room.until(lambda: room.ducked[:1] == [True])
    assert room.told == []


def test_one_that_starts_slowly_is_started_ahead_and_the_same_program_speaks(room: Room) -> None:
    with room.voice(room.program(SPEAKS, ahead=True, lasts_s=0.5)) as voice:
        room.until(lambda: len(room.lines("started")) == 1)
        assert room.lines("begun") == []
        voice.hear([NEWS])
        room.until(lambda: len(room.lines("spoke")) == 1 and len(room.lines("started")) == 2)
    assert room.lines("begun") == ["begun warm-up, ten minutes"]


def test_on_the_way_out_the_last_words_are_said_to_their_end(room: Room) -> None:
    with room.voice(room.program(SPEAKS, lasts_s=0.3)) as voice:
        voice.hear([wording.stopped_confirmed(), wording.finished()])
        voice.close()
    assert room.lines("spoke") == ["spoke stopped", "spoke finished, well run"]


def test_a_quick_end_without_an_error_is_no_speech() -> None:
    """What espeak-ng does where there is no sound device: it ends at once, with 0."""
    quick = Speech("quick", (sys.executable, "-I", "-S", "-c", "pass"))
    for text, verdict in (("one", Verdict.UNCLEAR), ("now minus four, two minutes", Verdict.FAILED)):
        utterance = Utterance(quick)
        utterance.say(text, 0.0)
        utterance._process.wait(PATIENCE_S)
        assert utterance.ended(0.05) is verdict
    assert utterance.why == "quick ended too soon to have spoken; is there a sound device?"
    assert utterance.ended(0.54) is Verdict.SPOKEN
