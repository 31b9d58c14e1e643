"""The program that makes the beat heard: `python -m treadctl.audio.clicker`, a process of its own beside the session's.

It alone knows miniaudio. A sound system can crash, hang or write over a terminal, and a device asks for samples when it
likes; none of that shares a process, a lock or a screen with what drives a belt. Wishes come in as lines; what goes out is
`beat AT EVERY` for each beat (monotonic seconds when it is heard, and until the next), `device NAME` and `silent WHY`.
Without a device it keeps the beat all the same, for the eyes, and looks for one again. It ends when its input does.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator, Sequence
from typing import Final, Protocol

from treadctl.audio.beat import RATE_HZ, Beat, Pulse, Wish

RETRY_S: Final = 30.0
"""A device that is not there is looked for this often, at most. Ours."""
GONE_AFTER_S: Final = 2.0
"""A device that asks for no sound for so long has vanished."""
TURN_S: Final = 0.05
BUFFER_MS: Final = 60
"""Long enough for a busy computer, short enough that ducking and muting are at once."""

Sound = Generator[bytes, int, None]


class Device(Protocol):
    """An open device that asks a generator for sound."""

    backend: str

    def start(self, sound: Sound) -> None:
        """Ask it for sound from now on."""

    def close(self) -> None:
        """Let go of it."""


class Clicker:
    """A beat, and a device for it where there is one. The device's thread asks for sound; `turn` does the rest."""

    def __init__(
        self,
        beat: Beat,
        open_device: Callable[[Sound], Device],
        say: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._beat = beat
        self._clock = clock
        self._open_device = open_device
        self._say = say
        self._lock = threading.Lock()
        self._device: Device | None = None
        self._wanted = False
        self._retry_at = float("-inf")
        self._asked_at = 0.0
        self._origin: float | None = None  # when the first sample is heard
        self._told_at = float("-inf")

    def heed(self, line: str) -> None:
        """A wish came in; what is none is left out."""
        with contextlib.suppress(ValueError), self._lock:
            wish = Wish.read(line)
            self._beat.heed(wish)
            self._wanted = wish.spm is not None

    def turn(self, now: float) -> None:
        """Look after the device, keep the beat without one, and tell of beats."""
        if self._device is None and self._wanted and now >= self._retry_at:
            self._open(now)
        if self._device is not None and now - self._asked_at > GONE_AFTER_S:
            self._lose(now, "the sound device has vanished")
        if self._device is None:
            self._keep_time(now)
        for beat in self._new_beats():
            self._say(f"beat {beat.at_s:.4f} {beat.every_s:.4f}")

    def close(self) -> None:
        """Let go of the device."""
        if self._device is not None:
            self._device.close()
            self._device = None

    def _open(self, now: float) -> None:
        self._asked_at = now
        self._retry_at = now + RETRY_S
        try:
            self._device = self._open_device(_primed(self._sound()))
        except Exception as error:  # noqa: BLE001 - there are as many reasons as sound systems, and one reaction
            self._say(f"silent there is no sound device ({error.args[0] if error.args else error})")
            return
        self._say(f"device {self._device.backend}")

    def _lose(self, now: float, why: str) -> None:
        self.close()
        self._retry_at = now + RETRY_S
        self._say(f"silent {why}")

    def _sound(self) -> Sound:
        """What a device asks for: it sends a number of frames and gets them."""
        frames = yield b""
        while True:
            with self._lock:
                now = self._clock()
                self._asked_at = now
                self._origin = now + BUFFER_MS / 1000 - self._beat.rendered / RATE_HZ
                block = self._beat.render(frames).tobytes()
            frames = yield block

    def _keep_time(self, now: float) -> None:
        with self._lock:
            if self._origin is None:
                self._origin = now - self._beat.rendered / RATE_HZ
            due = int((now - self._origin) * RATE_HZ) - self._beat.rendered
            if due > RATE_HZ:  # it slept, or has only just begun: nobody needs the beats in between
                self._origin += due / RATE_HZ
            elif due > 0:
                self._beat.render(due)

    def _new_beats(self) -> Sequence[Pulse]:
        with self._lock:
            origin = self._origin or 0.0
            new = [beat for beat in self._beat.beats if beat.at_s > self._told_at]
        if new:
            self._told_at = new[-1].at_s
        return [beat._replace(at_s=origin + beat.at_s) for beat in new]


def open_miniaudio(*, null: bool) -> Callable[[Sound], Device]:
    """How to open this computer's default device, or miniaudio's own that is none, for tests."""

    def opened(sound: Sound) -> Device:
        import miniaudio  # a part in C: what keeps it from loading is a reason to be silent, and no more

        backends = [miniaudio.Backend.NULL] if null else [b for b in miniaudio.Backend if b is not miniaudio.Backend.NULL]
        device: Device = miniaudio.PlaybackDevice(
            output_format=miniaudio.SampleFormat.SIGNED16,
            nchannels=1,
            sample_rate=RATE_HZ,
            buffersize_msec=BUFFER_MS,
            backends=backends,
            app_name="treadctl",
        )
        device.start(sound)
        return device

    return opened


def _primed(sound: Sound) -> Sound:
    next(sound)
    return sound


def main(argv: Sequence[str]) -> int:
    """Run until the input ends. Arguments: volume in percent, 1 or 2 pitches, and `null` for no sound at all."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    volume, pitches, *rest = argv
    beat = Beat(volume=int(volume), two_feet=pitches == "2")
    clicker = Clicker(beat, open_miniaudio(null="null" in rest), _say)
    ended = threading.Event()
    threading.Thread(target=_read, args=(clicker, ended), daemon=True).start()
    while not ended.wait(TURN_S):
        clicker.turn(time.monotonic())
    clicker.close()
    return 0


def _read(clicker: Clicker, ended: threading.Event) -> None:
    with contextlib.suppress(OSError):
        for line in sys.stdin:
            clicker.heed(line)
    ended.set()


def _say(line: str) -> None:
    with contextlib.suppress(OSError):  # nobody listens any more, and so the input is about to end
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
