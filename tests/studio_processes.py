"""A class over a real broker, with lanes in processes of their own and a console's agent in this one, all in real time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from studio_room import KEY, PROGRAM

from treadctl.studio.coach_agent import STOP_ALL, Button, CoachAgent, over_broker
from treadctl.studio.coach_agent import Pressed as ButtonPressed
from treadctl.studio.messages import Report
from treadctl.studio.mqtt_bus import BrokerAddress


def quick_console(monkeypatch: pytest.MonkeyPatch, start_ahead_s: float) -> None:
    """Nobody else leads here, and a loopback is quick: half a second to lead, and so many from START CLASS to T0."""
    monkeypatch.setattr("treadctl.studio.leading.LISTEN_S", 0.5)
    monkeypatch.setattr("treadctl.studio.leading.LEASE_EVERY_S", 1.0)
    monkeypatch.setattr("treadctl.studio.coach.START_AHEAD_S", start_ahead_s)


class LanesProcess:
    """`treadctl studio lane --lanes …`, on mocks or a treadmill, with its keys on a pipe and its words in a file."""

    def __init__(self, lanes: str, address: BrokerAddress, folder: Path, *more: str, treadmill: str | None = None) -> None:
        self.log = folder / f"lanes-{lanes}.log"
        self.state = folder / f"state-{lanes}"
        command = [sys.executable, "-m", "treadctl", "studio", "lane", "--lanes", lanes, "--stdin", "--voice", "off"]
        command += ["--mock"] if treadmill is None else ["--treadmill", treadmill]
        command += ["--broker", str(address), "--studio", "gym", "--coach-key", KEY.public.text, *more]
        environment = {**os.environ, "HOME": str(folder), "XDG_STATE_HOME": str(self.state)}
        with self.log.open("wb") as said:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=said, stderr=said, start_new_session=True, env=environment
            )

    def keys(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def end(self) -> int:
        """Its keys end, so that it leaves; returns its exit code."""
        with contextlib.suppress(OSError):
            if self.process.stdin is not None:
                self.process.stdin.close()
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8")


@contextmanager
def lanes_process(
    lanes: str, address: BrokerAddress, folder: Path, *more: str, treadmill: str | None = None
) -> Iterator[LanesProcess]:
    process = LanesProcess(lanes, address, folder, *more, treadmill=treadmill)
    try:
        yield process
    finally:
        if process.process.poll() is None:
            process.process.kill()
            process.process.wait()
        if process.process.stdin is not None:
            with contextlib.suppress(OSError):
                process.process.stdin.close()


class Staff:
    """Somebody at a console. `heard` is all that lanes said."""

    def __init__(self, address: BrokerAddress, name: str = "c1") -> None:
        self.agent = CoachAgent(name, "gym", KEY, over_broker(address))
        self.heard: list[Report] = []
        self._hear = self.agent.coach.hear
        self.agent.coach.hear = self._note  # type: ignore[method-assign, assignment]
        self.task = asyncio.create_task(self.agent.run())

    def _note(self, *told: Any) -> Report | None:
        report = self._hear(*told)
        if report is not None:
            self.heard.append(report)
        return report

    @property
    def summary(self) -> str:
        return self.agent.coach.summary(self.agent.now())

    def press(self, button: Button, **what: Any) -> None:
        self.agent.press(ButtonPressed(button, **what))

    def stop_all(self) -> None:
        self.agent.press(STOP_ALL)

    def lost(self) -> tuple[int, ...]:
        return self.agent.coach.roster.lost(self.agent.now())

    def still(self) -> set[int]:
        now = self.agent.now()
        return {view.lane for view in self.agent.coach.roster if view.is_still(now, self.agent.coach.stopped_at or 0.0)}

    async def until(self, true: Callable[[], bool], within_s: float) -> float:
        """Wait for it; returns how long that took."""
        began = self.agent.now()
        try:
            async with asyncio.timeout(within_s):
                while not true():  # noqa: ASYNC110 - the room has no event of its own
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"not within {within_s} s: {self.summary}") from None
        return self.agent.now() - began

    async def offered(self, lanes: int, within_s: float = 30.0) -> None:
        """The console leads, all know the time, and have the program."""
        roster = self.agent.coach.roster

        def there() -> bool:
            states = [view.state for view in roster if view.state is not None and view.state.clock_bound_us is not None]
            return self.agent.coach.leads and len(states) >= lanes

        await self.until(there, within_s)
        self.press(Button.SEND, title="Hills", text=PROGRAM)
        await self.until(
            lambda: sum(view.state is not None and view.state.phase == "program offered" for view in roster) >= lanes, within_s
        )

    async def leave(self) -> None:
        await self.agent.leave()
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
