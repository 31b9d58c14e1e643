"""What a session has to do with sound: it hands on its steps, and whatever sound does, it does not notice."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from contextlib import closing

import pytest
from engine_bench import Bench, runner, segment, workout
from short_session import Room, run_room

from treadctl.audio.beat import Wish
from treadctl.audio.follow import beaten
from treadctl.audio.listener import AudioListener
from treadctl.audio.metronome import Metronome
from treadctl.audio.speech import Speech
from treadctl.audio.voice import Voice
from treadctl.coaching.cues import Cue
from treadctl.engine.snapshot import Ending
from treadctl.engine.words import Key, StepRate
from treadctl.workout.profile import Profile


class HeardVoice(Voice):
    def __init__(self) -> None:
        super().__init__(None)
        self.heard: list[str] = []

    def hear(self, cues: Iterable[Cue]) -> None:
        self.heard += [cue.words for cue in cues]


class FollowedMetronome(Metronome):
    def __init__(self) -> None:
        super().__init__()
        self.wishes: list[Wish] = []

    def follow(self, wish: Wish) -> None:
        if wish not in self.wishes[-1:]:
            self.wishes.append(wish)


class Broken(HeardVoice):
    def hear(self, cues: Iterable[Cue]) -> None:
        raise OSError("no sound today")


def who() -> Profile:
    at_home = runner()
    return Profile(easy=at_home.easy, walk=at_home.walk, ceiling=at_home.ceiling, chosen=True, level_cadence_spm=165)


def test_all_cues_reach_the_voice_and_a_decline_brings_the_beat() -> None:
    voice, metronome = HeardVoice(), FollowedMetronome()
    bench = Bench(workout(segment(60), segment(120, -40), segment(60)), who())
    listener = AudioListener(voice, metronome, clock=lambda: bench.now)
    bench.running()
    listener(bench.now, [], bench.step)
    said = len(bench.cues)
    for _ in range(4 * 240):
        bench.tick()
        listener(bench.now, [StepRate(166)], bench.step)
    assert voice.heard[-(len(bench.cues) - said) :] == bench.said()[said:]
    assert metronome.wishes == [Wish(None, None, 0, 0), Wish(173, 166, 100, 2000), Wish(None, None, 0, 0)]


def test_there_is_no_beat_on_the_level_nor_in_a_pause() -> None:
    bench = Bench(workout(segment(60), segment(120, -40), segment(60)), who()).running()
    assert beaten(bench.snapshot) is None
    bench.until(lambda: beaten(bench.snapshot) is not None)
    bench.press(Key.PAUSE)
    assert beaten(bench.snapshot) is None


def test_a_part_that_fails_is_left_out_and_nothing_gets_out(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench().running()
    bench.until(lambda: bool(bench.step.cues))
    listener = AudioListener(Broken(), None)
    for _ in range(3):
        listener(bench.now, [], bench.step)
    assert [record.getMessage() for record in caplog.records] == [
        "treadctl: voice and metronome failed and are left out, the run goes on: OSError('no sound today')"
    ]


def test_without_voice_and_metronome_it_is_nothing_at_all() -> None:
    bench = Bench().running()
    with closing(AudioListener(None, None)) as listener:
        listener.start()
        listener(bench.now, [], bench.step)
        listener.mute(True)
        assert listener.phase_at(0.0) is None
        assert listener.trouble == ""


def test_a_step_is_handed_on_at_once_whatever_the_programs_do() -> None:
    """Both programs hang; of four thousand steps, each with cues, half take less than a thousandth of a second."""
    sleeps = (sys.executable, "-I", "-S", "-c", "import time; time.sleep(100)")
    bench = Bench(workout(segment(60), segment(120, -40), segment(60)), who()).running()
    bench.until(lambda: bool(bench.step.cues) and beaten(bench.snapshot) is not None)
    listener = AudioListener(Voice(Speech("hangs", sleeps)), Metronome(argv=sleeps))
    listener.start()
    took = []
    for number in range(4000):
        begun = time.perf_counter()
        listener(bench.now, [StepRate(150 + number % 30)], bench.step)
        took.append(time.perf_counter() - begun)
    listener.mute(True)
    listener.close()
    assert sorted(took)[2000] < 0.001


@pytest.mark.parametrize(
    "program",
    [
        (sys.executable, "-I", "-S", "-c", "import time; time.sleep(100)"),
        (sys.executable, "-I", "-S", "-c", "raise SystemExit(1)"),
        (sys.executable, "-I", "-S", "-c", "pass"),
        ("/nowhere/a-program",),
    ],
    ids=["hangs", "dies", "quick", "missing"],
)
def test_a_session_runs_to_the_same_end_whatever_speech_and_beat_do(program: tuple[str, ...]) -> None:

    def with_sound() -> Room:
        room = Room()
        room.session.listen(audio)
        return room

    with closing(AudioListener(Voice(Speech("a program", program)), Metronome(argv=program))) as audio:
        audio.start()
        ending, loud = run_room(with_sound)
        audio.mute(True)
    assert ending is Ending.FINISHED
    assert loud.words == run_room(Room)[1].words
