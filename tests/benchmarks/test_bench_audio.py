"""How late the engine's ticks are with voice and metronome on, beside the same sessions in silence.

The worst case is made up: something new to say every second, each time by a new process, and a beat all the while. Times and
ratios are printed and never asserted, for they belong to the machine; what is asserted is that there was something to hear.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial

import pytest

from treadctl.audio.listener import AudioListener
from treadctl.audio.metronome import Metronome
from treadctl.audio.speech import Speech
from treadctl.audio.voice import Voice
from treadctl.clock import RunningClock
from treadctl.coaching.cadence import CadenceTarget
from treadctl.coaching.cues import Cue, CueKind
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Step
from treadctl.engine.words import Input, StepRate
from treadctl.mock.memory import MemoryRadio
from treadctl.mock.presets import DEFAULT
from treadctl.mock.treadmill import MockTreadmill
from treadctl.session import Listener, Session
from treadctl.treadmill.connection import Connection
from treadctl.units import Grade
from treadctl.workout.library import load_named
from treadctl.workout.profile import Profile

SESSIONS = 20
SECONDS = 6.0
TICK_S = 0.25
SPEAKS = Speech("half a second", (sys.executable, "-I", "-S", "-c", "import sys, time; sys.stdin.read(); time.sleep(0.5)"))
TARGET = CadenceTarget(173, 176, 181, "+7 %")

pytestmark = pytest.mark.benchmark


def busy(audio: AudioListener) -> Listener:
    """A listener that has a step rate at every step, a beat to keep and a new cue every second."""
    said = 0

    def step(now: float, inputs: list[Input], step: Step) -> None:
        nonlocal said
        cues: tuple[Cue, ...] = ()
        if int(now) > said:
            said = int(now)
            cues = (Cue(CueKind.CHANGE, f"now minus {said}"),)
        running = step.snapshot._replace(cadence=TARGET, target_grade=Grade(-40), phase=Phase.RUNNING)
        audio(now, [*inputs, StepRate(165)], step._replace(cues=cues, snapshot=running))

    return step


async def late_s(*listeners: Listener) -> list[float]:
    """By how much each tick was late; one that came early, because something arrived, was not late."""
    late: list[float] = []
    tasks = []

    def watch() -> Callable[[float, list[Input], Step], None]:
        last = time.monotonic()

        def step(now: float, inputs: list[Input], step: Step) -> None:
            nonlocal last
            due, last = last + TICK_S, time.monotonic()
            late.append(max(0.0, last - due))

        return step

    for number in range(SESSIONS):
        clock = RunningClock()
        radio = MemoryRadio(MockTreadmill(DEFAULT, seed=number), clock)
        session = Session(load_named("first-descent"), Profile(), clock, partial(Connection, radio, clock))
        session.listen(watch())
        for listener in listeners if number == 0 else ():
            session.listen(listener)
        tasks.append(asyncio.create_task(session.run("mock")))
        await asyncio.sleep(TICK_S / SESSIONS)
    await asyncio.sleep(1.0)
    late.clear()
    await asyncio.sleep(SECONDS)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return late


def share(late: list[float], part: float) -> float:
    return sorted(late)[int(len(late) * part)] * 1000


def test_ticks_with_voice_and_metronome_beside_ticks_in_silence(capsys: pytest.CaptureFixture[str]) -> None:
    silent: list[float] = []
    loud: list[float] = []
    spoken: list[bool] = []
    for _ in range(2):  # taken in turns, so that a busy moment of this computer meets both
        gc.collect()
        silent += asyncio.run(late_s())
        metronome = Metronome(argv=(sys.executable, "-m", "treadctl.audio.clicker", "50", "1", "null"))
        with closing(AudioListener(Voice(SPEAKS, ducks=spoken.append), metronome)) as audio:
            audio.start()
            loud += asyncio.run(late_s(busy(audio)))
            assert metronome.phase_at(time.monotonic()) is not None
            assert audio.trouble == ""
    assert spoken.count(True) >= SECONDS
    p50, p99 = (share(loud, part) / max(share(silent, part), 1e-6) for part in (0.5, 0.99))
    with capsys.disabled():
        sys.stdout.write(
            f"\n  ticks late by {share(silent, 0.5):.2f} ms (p50) and {share(silent, 0.99):.2f} ms (p99) in silence, by "
            f"{share(loud, 0.5):.2f} and {share(loud, 0.99):.2f} ms with voice and metronome: {p50:.2f} and {p99:.2f} times\n"
            f"  the latest of {len(loud)} ticks: {max(loud) * 1000:.1f} ms, and {max(silent) * 1000:.1f} ms in silence\n"
        )
