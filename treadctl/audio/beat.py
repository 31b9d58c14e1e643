"""The metronome's sound, sample by sample: pure, so that an hour of it can be rendered and measured in a second.

A beat is a whole number of parts, and each sample adds a whole number of them: nothing is rounded, so nothing drifts, and a
change of tempo changes how fast the parts add up and never how many there are, so no click is lost or doubled. The tempo and
the loudness move once every `CONTROL` samples, whatever the size of the blocks that a device asks for.
"""

from __future__ import annotations

import math
from array import array
from collections import deque
from dataclasses import dataclass
from typing import Final, NamedTuple

RATE_HZ: Final = 48_000
"""Samples a second; what nearly every device runs at by itself."""
CONTROL: Final = 480
"""Samples between two looks at tempo and loudness: 10 ms."""
SLOWEST_SPM: Final = 60
FASTEST_SPM: Final = 240
"""Steps a minute of a walk and of a sprint; beyond them a number is a mistake."""

RAMP_SHORTEST_S: Final = 30.0
RAMP_LONGEST_S: Final = 60.0
RAMP_S_PER_SPM: Final = 4.0
"""A step rate is led to the target in 30 to 60 s, longer where it has further to go. Ours."""

CLICK_S: Final = 0.03
ATTACK_S: Final = 0.002
DECAY_S: Final = 0.006
RIGHT_HZ: Final = 1000.0
LEFT_HZ: Final = 800.0
"""A short, soft tap: a tone that swells in 2 ms, so that it does not crack, and dies away in 30. Ours."""
PEAK: Final = 0.35
"""Of full scale, at full volume: speech and music above it stay clear, and nothing clips."""
INAUDIBLE: Final = 0.005

_PARTS_PER_BEAT: Final = 60_000 * RATE_HZ
_REMEMBERED: Final = 16

Samples = array  # of 16-bit integers, one channel


class Pulse(NamedTuple):
    """A beat that was: when, and how long until the next. In whatever seconds the one who asks counts."""

    at_s: float
    every_s: float

    def phase_at(self, t: float) -> float:
        """How far into its beat a moment is, 0 … 1; 0 is the click."""
        return ((t - self.at_s) / self.every_s) % 1.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of the beat from now on: a step rate, led up to from another, and a loudness to reach in some time."""

    spm: int | None = None
    from_spm: int | None = None
    loud_percent: int = 100
    over_ms: int = 0

    def line(self) -> str:
        """As one line, `176 165 100 2000`, with `-` for None."""
        fields = (self.spm, self.from_spm, self.loud_percent, self.over_ms)
        return " ".join("-" if field is None else str(field) for field in fields)

    @classmethod
    def read(cls, line: str) -> Wish:
        """The line, back; ValueError where it is none."""
        spm, from_spm, loud_percent, over_ms = line.split()
        return cls(_maybe(spm), _maybe(from_spm), int(loud_percent), int(over_ms))


class Beat:
    """A click for each step, at the wished step rate. `volume` is in percent; `two_feet` gives left and right a pitch each."""

    def __init__(self, *, volume: int = 50, two_feet: bool = False) -> None:
        scale = PEAK * max(0, min(100, volume)) / 100 * 32767
        self._clicks = [_click(hz, scale) for hz in ((RIGHT_HZ, LEFT_HZ) if two_feet else (RIGHT_HZ,))]
        self._foot = 0
        self._rest: Samples[int] = array("h")
        self._at = 0  # samples rendered so far
        self._parts = 0
        self._tempo = 0  # thousandths of a step a minute: parts added by each sample
        self._from = self._to = 0
        self._ramp = self._ramped = 0  # samples that the tempo's way takes, and has taken
        self._loud = self._loud_to = 0.0
        self._loud_step = 0.0
        self._beats: deque[tuple[int, int]] = deque(maxlen=_REMEMBERED)

    @property
    def rendered(self) -> int:
        """Samples so far."""
        return self._at

    @property
    def spm(self) -> float | None:
        """Its step rate now; None while there is none."""
        return self._tempo / 1000 if self._tempo else None

    @property
    def beats(self) -> tuple[Pulse, ...]:
        """The last few beats, oldest first, in seconds of rendered sound; loud or not."""
        return tuple(Pulse(at / RATE_HZ, _PARTS_PER_BEAT / tempo / RATE_HZ) for at, tempo in self._beats)

    def phase_at(self, t: float) -> float | None:
        """How far into its beat a moment of rendered sound is; None where there was no beat yet, or is none any more."""
        if not self._tempo:
            return None
        return next((beat.phase_at(t) for beat in reversed(self.beats) if beat.at_s <= t), None)

    def heed(self, wish: Wish) -> None:
        """Go on as wished. A beat that runs is led from where it is; one that begins, from `from_spm`."""
        self._loud_to = max(0, min(100, wish.loud_percent)) / 100
        steps = max(1, wish.over_ms * RATE_HZ // 1000 // CONTROL)
        self._loud_step = abs(self._loud_to - self._loud) / steps
        if wish.spm is None:
            self._tempo = self._to = 0
            self._beats.clear()
            return
        to = _tempo(wish.spm)
        if to == self._to:
            return
        if not self._tempo:
            self._tempo = _tempo(wish.spm if wish.from_spm is None else wish.from_spm)
            self._parts = _PARTS_PER_BEAT  # the first click is now
        self._from, self._to = self._tempo, to
        self._ramp, self._ramped = int(ramp_s(to - self._tempo) * RATE_HZ), 0

    def render(self, frames: int) -> Samples[int]:
        """The next so many samples."""
        block = array("h", bytes(2 * frames))
        _lay(block, 0, self._rest)
        self._rest = self._rest[frames:]
        done = 0
        while done < frames:
            n = frames - done
            if self._is_moving:
                if self._at % CONTROL == 0:
                    self._control()
                n = min(n, CONTROL - self._at % CONTROL)
            self._stretch(block, done, n)
            done += n
        return block

    @property
    def _is_moving(self) -> bool:
        return self._loud != self._loud_to or self._tempo != self._to

    def _control(self) -> None:
        way = self._loud_to - self._loud
        self._loud = self._loud_to if abs(way) <= self._loud_step else self._loud + math.copysign(self._loud_step, way)
        if self._tempo != self._to:
            self._ramped = min(self._ramp, self._ramped + CONTROL)
            self._tempo = self._from + (self._to - self._from) * self._ramped // self._ramp

    def _stretch(self, block: Samples[int], start: int, n: int) -> None:
        """Some samples of one tempo."""
        if self._tempo:
            while (ahead := max(0, -((self._parts - _PARTS_PER_BEAT) // self._tempo))) < n:
                self._parts -= _PARTS_PER_BEAT
                self._tap(block, start + ahead, self._at + ahead)
            self._parts += self._tempo * n
        self._at += n

    def _tap(self, block: Samples[int], index: int, at: int) -> None:
        self._beats.append((at, self._tempo))
        click = self._clicks[self._foot % len(self._clicks)]
        self._foot += 1
        if self._loud < INAUDIBLE:
            return
        if self._loud < 1.0:
            click = array("h", (round(sample * self._loud) for sample in click))
        _lay(block, index, click)
        self._rest = click[len(block) - index :]


def ramp_s(by_thousandths: int) -> float:
    """How long a tempo takes to change by so much (0.001 steps a minute)."""
    return max(RAMP_SHORTEST_S, min(RAMP_LONGEST_S, RAMP_S_PER_SPM * abs(by_thousandths) / 1000))


def _lay(block: Samples[int], index: int, samples: Samples[int]) -> None:
    """Lay sound into silence, as far as it fits. Clicks are 30 ms and at least 250 ms apart: none falls onto another."""
    part = samples[: len(block) - index]
    block[index : index + len(part)] = part


def _click(hz: float, scale: float) -> Samples[int]:
    shape = [_envelope(n / RATE_HZ) * math.sin(2 * math.pi * hz * n / RATE_HZ) for n in range(int(CLICK_S * RATE_HZ))]
    loudest = max(abs(value) for value in shape)
    return array("h", (round(scale * value / loudest) for value in shape))


def _envelope(t: float) -> float:
    """Swells like half a wave, dies away evenly, and is nothing at both ends."""
    swell = 0.5 - 0.5 * math.cos(math.pi * min(1.0, t / ATTACK_S))
    return swell * math.exp(-t / DECAY_S) * (1.0 - t / CLICK_S)


def _tempo(spm: int) -> int:
    return max(SLOWEST_SPM, min(FASTEST_SPM, spm)) * 1000


def _maybe(field: str) -> int | None:
    return None if field == "-" else int(field)
