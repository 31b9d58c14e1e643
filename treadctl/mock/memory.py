"""A radio without air: the `Radio` that a link needs, straight onto a `MockTreadmill`. The mock's only file with asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from treadctl.clock import Clock
from treadctl.mock.treadmill import AttError, MockTreadmill
from treadctl.safety import Cleared
from treadctl.treadmill.gatt import LinkError, Trouble

Receive = Callable[[int, bytes], None]


class MemoryRadio:
    """One connection to a mock treadmill, in memory. One task sleeps until the mock has something to say and hands it on."""

    def __init__(self, treadmill: MockTreadmill, clock: Clock) -> None:
        self._treadmill = treadmill
        self._clock = clock
        self._receivers: dict[int, Receive] = {}
        self._on_lost: Callable[[str], None] | None = None
        self._pump: asyncio.Task[None] | None = None
        self._nap: asyncio.Task[None] | None = None

    async def connect(self, on_lost: Callable[[str], None]) -> str:
        """Open the link; returns the model name. A second central, or one out of reach, is not let in."""
        try:
            self._treadmill.connect(self._clock.now())
        except ConnectionError as error:
            raise LinkError(Trouble.NOT_FOUND, str(error)) from None
        self._on_lost = on_lost
        self._pump = asyncio.create_task(self._run())
        return self._treadmill.preset.model

    async def characteristics(self) -> frozenset[int]:
        """What the mock offers."""
        self._must_be_up()
        return self._treadmill.characteristics

    async def read(self, characteristic: int) -> bytes:
        """The value of one characteristic."""
        self._must_be_up()
        try:
            return self._treadmill.read(characteristic)
        except AttError as error:
            raise _rejected(error) from None

    async def subscribe(self, characteristic: int, receive: Receive) -> None:
        """Switch on notifications or indications."""
        self._must_be_up()
        try:
            self._treadmill.subscribe(characteristic)
        except AttError as error:
            raise _rejected(error) from None
        self._receivers[characteristic] = receive
        self._wake()

    async def write(self, cleared: Cleared) -> None:
        """Write what the gate cleared."""
        self._must_be_up()
        try:
            self._treadmill.write(cleared.characteristic, cleared.payload, self._clock.now())
        except AttError as error:
            raise _rejected(error) from None
        finally:
            self._wake()

    async def disconnect(self) -> None:
        """Close. The belt goes on as it was."""
        self._on_lost = None
        pump, self._pump = self._pump, None
        if pump is None:
            return
        pump.cancel()
        await asyncio.wait({pump})
        if self._treadmill.link_up:
            self._treadmill.disconnect(self._clock.now())

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            now = self._clock.now()
            for packet in self._treadmill.advance(now):
                # Through the loop, so that a receiver that raises is reported there and does not end the radio.
                loop.call_soon(self._hand_on, packet.uuid, packet.payload)
            if not self._treadmill.link_up:
                loop.call_soon(self._lose)
                return
            await self._sleep_until(self._treadmill.next_event())

    async def _sleep_until(self, due: float) -> None:
        self._nap = asyncio.create_task(self._clock.sleep(max(0.0, due - self._clock.now())))
        try:
            await asyncio.wait({self._nap})
        finally:
            self._nap.cancel()

    def _wake(self) -> None:
        if self._nap:
            self._nap.cancel()

    def _hand_on(self, characteristic: int, payload: bytes) -> None:
        if self._on_lost and characteristic in self._receivers:
            self._receivers[characteristic](characteristic, payload)

    def _lose(self) -> None:
        on_lost, self._on_lost = self._on_lost, None
        if on_lost:
            on_lost("the mock dropped the link")

    def _must_be_up(self) -> None:
        if not self._treadmill.link_up or self._pump is None:
            raise LinkError(Trouble.LOST)


def _rejected(error: AttError) -> LinkError:
    return LinkError(Trouble.REJECTED, str(error), att_error=error.code)
