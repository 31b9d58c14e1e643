"""The metronome: a device that is there, is not, and vanishes; a process that dies; a session that notices none of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from short_session import Room, run_room

from treadctl.audio.beat import Beat, Wish
from treadctl.audio.clicker import Clicker, Sound
from treadctl.audio.listener import AudioListener
from treadctl.audio.metronome import Metronome
from treadctl.engine.snapshot import Ending

PATIENCE_S = 20.0
WISH = "120 - 100 0"


class FakeDevice:
    """A device that asks for sound when the test says so."""

    backend = "fake"

    def __init__(self, sound: Sound) -> None:
        self.sound = sound
        self.closed = False

    def start(self, sound: Sound) -> None:
        raise AssertionError("it was opened started")

    def close(self) -> None:
        self.closed = True


class Bench:
    """A clicker, a clock that the test moves, and a sound system that works or does not."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.said: list[str] = []
        self.works = True
        self.devices: list[FakeDevice] = []
        self.tries = 0
        self.clicker = Clicker(Beat(), self._open, self.said.append, lambda: self.now)

    def _open(self, sound: Sound) -> FakeDevice:
        self.tries += 1
        if not self.works:
            raise OSError("failed to init device", -401)
        self.devices.append(FakeDevice(sound))
        return self.devices[-1]

    def go_on(self, seconds: float, *, asks: bool = True) -> bytes:
        """Time passes, 50 ms at a time; the newest device asks for sound, or no longer does."""
        heard = b""
        for _ in range(round(seconds / 0.05)):
            self.now += 0.05
            if asks and self.devices and not self.devices[-1].closed:
                heard += self.devices[-1].sound.send(2400)
            self.clicker.turn(self.now)
        return heard

    def beats(self) -> list[tuple[float, float]]:
        found = []
        for line in self.said:
            kind, *numbers = line.split()
            if kind == "beat":
                found.append((float(numbers[0]), float(numbers[1])))
        return found


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_no_device_is_opened_before_there_is_a_beat(bench: Bench) -> None:
    bench.go_on(5)
    assert bench.tries == 0
    bench.clicker.heed(WISH)
    bench.go_on(1)
    assert bench.said[0] == "device fake"


def test_the_device_gets_the_beat_and_each_beat_is_told_once_with_the_moment_it_is_heard(bench: Bench) -> None:
    bench.clicker.heed(WISH)
    assert any(bench.go_on(3))
    beats = bench.beats()
    assert len(beats) == 6
    assert [round(later[0] - earlier[0], 3) for earlier, later in pairwise(beats)] == [0.5] * 5
    assert {every for _, every in beats} == {0.5}
    assert beats[0][0] == pytest.approx(1000.1 + 0.06, abs=0.06)


def test_without_a_device_the_beat_goes_on_for_the_eyes_and_one_is_looked_for_every_half_minute(bench: Bench) -> None:
    bench.works = False
    bench.clicker.heed(WISH)
    bench.go_on(29)
    assert bench.tries == 1
    assert bench.said.count("silent there is no sound device (failed to init device)") == 1
    assert len(bench.beats()) == pytest.approx(58, abs=1)
    bench.go_on(62)
    assert bench.tries == 4
    bench.works = True
    bench.go_on(30)
    assert bench.said.count("device fake") == 1


def test_a_device_that_vanishes_is_let_go_and_found_again_half_a_minute_later(bench: Bench) -> None:
    bench.clicker.heed(WISH)
    bench.go_on(5)
    bench.go_on(5, asks=False)
    assert bench.devices[0].closed
    assert bench.said.count("silent the sound device has vanished") == 1
    assert len(bench.beats()) > 13, "the beat for the eyes went on"
    bench.go_on(30)
    assert len(bench.devices) == 2
    assert any(bench.go_on(2))


@pytest.mark.parametrize("line", ["", "nonsense", "1 2 3", "a b c d", "\x00"])
def test_a_line_that_is_no_wish_is_left_out(bench: Bench, line: str) -> None:
    bench.clicker.heed(line)
    bench.go_on(1)
    assert bench.said == []


# --- real processes ----------------------------------------------------------------------------------------------------


class Told:
    def __init__(self) -> None:
        self.said: list[str] = []

    @contextmanager
    def metronome(self, *argv: str) -> Iterator[Metronome]:
        metronome = Metronome(tell=self.said.append, argv=(sys.executable, *argv), again_s=0.1)
        metronome.start()
        try:
            yield metronome
        finally:
            begun = time.monotonic()
            metronome.close()
            assert time.monotonic() - begun < 5

    def until(self, met: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not met():
            assert time.monotonic() < deadline, self.said
            time.sleep(0.01)


def test_a_real_clicker_beats_in_step_and_ends_with_us() -> None:
    told = Told()
    with told.metronome("-m", "treadctl.audio.clicker", "50", "1", "null") as metronome:
        assert metronome.phase_at(time.monotonic()) is None
        metronome.follow(Wish(180))
        told.until(lambda: metronome.phase_at(time.monotonic()) is not None)
        process = metronome._process
        assert process is not None
        now = time.monotonic()
        phase = metronome.phase_at(now)
        assert phase is not None
        assert 0 <= phase < 1
        metronome.duck(True)
        metronome.mute(True)
        told.until(lambda: metronome._written == Wish(180, None, 0, 0))
        metronome.follow(Wish(None, None, 0))
        assert metronome.phase_at(time.monotonic()) is None
    assert process.poll() is not None
    assert told.said == []


RECORDED = """
import sys, threading, time
from array import array
from treadctl.audio import clicker
clicker.GONE_AFTER_S = 0.3
class Device:
    backend = "a recorder"
    def __init__(self, sound):
        self.sound, self.open = sound, True
        threading.Thread(target=self.ask, daemon=True).start()
    def ask(self):
        begun = time.monotonic()
        while self.open and time.monotonic() - begun < VANISHES_S:
            block = array("h", self.sound.send(480))
            print(time.monotonic(), max(map(abs, block)), file=log, flush=True)
            time.sleep(0.01)
    def close(self):
        self.open = False
log = open(sys.argv[1], "a")
clicker.open_miniaudio = lambda null: Device
sys.exit(clicker.main(["100", "1"]))
"""
"""The real program, with a device that writes down how loud it is every 10 ms, and after a while asks for nothing any more."""


def recorded(vanishes_s: float) -> str:
    return RECORDED.replace("VANISHES_S", str(vanishes_s))


def test_mute_ends_the_beat_itself_within_a_quarter_of_a_second_and_the_eyes_go_on(tmp_path: Path) -> None:
    told, log = Told(), tmp_path / "log"

    def loud_at() -> list[float]:
        pairs = (line.split() for line in log.read_text().splitlines()[:-1])
        return [float(at) for at, peak in pairs if int(peak)]

    with told.metronome("-c", recorded(1000), str(log)) as metronome:
        metronome.follow(Wish(240))
        told.until(lambda: log.exists() and len(loud_at()) > 3)
        muted_at = time.monotonic()
        metronome.mute(True)
        assert time.monotonic() - muted_at < 0.05
        told.until(lambda: float(log.read_text().splitlines()[-2].split()[0]) > muted_at + 1.0)
        assert max(loud_at()) - muted_at < 0.25
        assert metronome.phase_at(time.monotonic()) is not None
        metronome.mute(False)
        told.until(lambda: max(loud_at()) > muted_at + 1.0)


def test_a_device_that_vanishes_in_a_session_is_told_of_and_nothing_else_changes(tmp_path: Path) -> None:
    told, log = Told(), tmp_path / "log"
    with told.metronome("-c", recorded(0.2), str(log)) as metronome:

        def with_beat() -> Room:
            room = Room()
            room.session.listen(AudioListener(None, metronome))
            room.session.listen(lambda now, inputs, step: metronome.follow(Wish(180)))
            return room

        sessions = [run_room(with_beat)]
        told.until(lambda: log.exists())
        while told.said == []:
            sessions.append(run_room(with_beat))
        sessions.append(run_room(with_beat))
        assert told.said == ["the metronome is silent: the sound device has vanished"]
        assert metronome.phase_at(time.monotonic()) is not None
    silent = run_room(Room)[1].words
    assert all((ending, room.words) == (Ending.FINISHED, silent) for ending, room in sessions)


def test_ducked_a_quarter_is_left_and_then_all_of_it_comes_back() -> None:
    metronome = Metronome()
    metronome.follow(Wish(180, 170, 100, 2000))
    metronome.duck(True)
    assert metronome._effective() == Wish(180, 170, 25, 100)
    metronome.duck(False)
    assert metronome._effective() == Wish(180, 170, 100, 2000)


def test_a_clicker_that_keeps_dying_is_given_up_after_three_times_told_once() -> None:
    told = Told()
    with told.metronome("-I", "-S", "-c", "print('device x')") as metronome:
        metronome.follow(Wish(180))
        told.until(lambda: told.said != [])
        metronome.follow(Wish(170))
        assert metronome.phase_at(time.monotonic()) is None
    assert told.said == ["the metronome is given up for this session: its program keeps ending"]


def test_a_clicker_that_cannot_start_is_told_of() -> None:
    said: list[str] = []
    metronome = Metronome(tell=said.append, argv=("/nowhere/clicker",), again_s=0.0)
    metronome.start()
    metronome.follow(Wish(180))
    metronome._thread.join(PATIENCE_S)
    assert said[0] == "the metronome cannot start: No such file or directory"
    metronome.close()


def test_a_clicker_that_neither_reads_nor_speaks_holds_nobody_up() -> None:
    told = Told()
    with told.metronome("-I", "-S", "-c", "import time; time.sleep(100)") as metronome:
        begun = time.monotonic()
        for number in range(20_000):
            metronome.follow(Wish(120 + number % 100))
        assert time.monotonic() - begun < 2
        told.until(lambda: metronome._process is not None)
