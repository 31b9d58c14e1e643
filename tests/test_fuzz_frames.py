"""A hundred thousand frames of nonsense, on each characteristic that a treadmill can speak on: nothing breaks, nothing moves.

Here engine and link take them without a loop; `test_fuzz_session.py` puts them into a whole session with a belt behind it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from treadctl.engine.engine import Engine
from treadctl.engine.phases import Phase
from treadctl.engine.words import Connected, Input, Key, Latched, Machine, Pressed, Tick
from treadctl.safety import Command, Deck, SetIncline, SetSpeed, Start
from treadctl.treadmill.link import Link
from treadctl.units import Grade, Speed
from treadctl.workout.library import load_named
from treadctl.workout.profile import Profile

CHARACTERISTICS = (0x2ACD, 0x2AD3, 0x2AD9, 0x2ADA)
FRAMES = 100_000
MACHINE = Machine("fuzz", Speed(80), Speed(2000), 10, Deck(Grade(-100), Grade(150), 5))


def nonsense(seed: int, frames: int, characteristics: tuple[int, ...] = CHARACTERISTICS) -> Iterator[tuple[int, bytes]]:
    """Any length, any octets; every other one is a plausible frame with some octets turned."""
    rng = random.Random(seed)
    plausible = [bytes.fromhex(text) for text in ("8c04640000000000000000000000", "800001", "0201", "030e33", "04")]
    for _ in range(frames):
        characteristic = rng.choice(characteristics)
        octets = bytearray(rng.choice(plausible) if rng.random() < 0.5 else rng.randbytes(rng.randrange(0, 40)))
        if octets and rng.random() < 0.7:
            octets[rng.randrange(len(octets))] = rng.randrange(256)
        yield characteristic, bytes(octets)


class Session:
    """Engine and link, without a loop: frames in, commands out, at given times."""

    def __init__(self) -> None:
        self.engine = Engine(load_named("first-descent"), Profile(ceiling=Grade(-100)))
        self.link = Link(MACHINE)
        self.written: list[bytes] = []
        self.asked: list[Command] = []
        self.step(0.0, Connected(MACHINE))

    def step(self, now: float, *inputs: Input) -> None:
        heard = self.link.happened()
        assert not any(isinstance(word, Latched) for word in heard), "the gate was asked for something illegal"
        step = self.engine.step(now, [*heard, *inputs, Tick()])
        for command in step.commands:
            self.asked.append(command)
            self.link.offer(command, now)
        while (cleared := self.link.take(now)) is not None:
            self.written.append(cleared.payload)


@pytest.mark.parametrize("speaks", CHARACTERISTICS)
def test_nothing_is_written_to_a_treadmill_that_nobody_armed_whatever_it_says(speaks: int) -> None:
    session = Session()
    for number, (characteristic, octets) in enumerate(nonsense(1, FRAMES, (speaks,))):
        now = 1.0 + number * 0.05
        session.link.received(characteristic, octets, now)
        if number % 5 == 0:
            session.step(now)
    assert (session.asked, session.written) == ([], [])


@pytest.mark.parametrize("seed", range(4))
def test_an_armed_session_survives_nonsense_and_asks_nothing_past_the_limits(seed: int) -> None:
    """Armed on a belt that was seen still; from there on every frame is nonsense, and a start needs a belt seen still."""
    session = Session()
    for second in range(8):
        session.link.received(0x2ACD, bytes.fromhex("08000000000000"), second * 1.0)
        session.step(second * 1.0)
    session.step(8.0, Pressed(Key.ARM))
    for number, (characteristic, octets) in enumerate(nonsense(10 + seed, FRAMES // 10)):
        now = 8.1 + number * 0.05
        session.link.received(characteristic, octets, now)
        if number % 5 == 0:
            session.step(now)
        if session.engine.phase in (Phase.HANDS_OFF, Phase.READY) and number % 997 == 0:
            session.step(now, Pressed(Key.ARM))
        if session.engine.ending is not None:
            break
    harder = [c for c in session.asked if isinstance(c, Start | SetSpeed | SetIncline)]
    assert all(c.speed <= 2000 for c in harder if isinstance(c, SetSpeed))
    assert all(c.grade >= -100 for c in harder if isinstance(c, SetIncline))
