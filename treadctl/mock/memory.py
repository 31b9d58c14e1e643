"""A radio without air: the `Radio` that a link or a sensor needs, straight onto a mock of the device."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from treadctl.clock import Clock, wait
from treadctl.mock.treadmill import AttError, Packet
from treadctl.safety import Cleared
from treadctl.treadmill.gatt import LinkError, Trouble

Receive = Callable[[int, bytes], None]


class Named(Protocol):
    """What a mock is built to be."""

    @property
    def model(self) -> str:
        """What it calls itself."""


class Peripheral(Protocol):
    """A mock of a device, as one central sees it: `MockTreadmill`, `MockFeet`, `MockHeart`. Errors as `MockTreadmill`'s."""

    @property
    def preset(self) -> Named:
        """What it is built to be."""

    @property
    def link_up(self) -> bool:
        """Whether a central is connected."""

    @property
    def characteristics(self) -> frozenset[int]:
        """What it offers."""

    def connect(self, now: float) -> None:
        """A central connects."""

    def disconnect(self, now: float) -> None:
        """The central leaves."""

    def read(self, uuid: int) -> bytes:
        """The value of a characteristic."""

    def subscribe(self, uuid: int, on: bool = True) -> None:
        """Switch notifications or indications on or off."""

    def write(self, uuid: int, payload: bytes, now: float) -> None:
        """Write with response."""

    def advance(self, now: float) -> Sequence[Packet]:
        """Let everything happen up to `now`; what was sent since."""

    def next_event(self) -> float:
        """When to advance next."""


class MemoryRadio:
    """One connection to a mock, in memory. One task sleeps until the mock has something to say and hands it on."""

    def __init__(self, treadmill: Peripheral, clock: Clock) -> None:
        self._treadmill = treadmill
        self._clock = clock
        self._receivers: dict[int, Receive] = {}
        self._on_lost: Callable[[str], None] | None = None
        self._pump: asyncio.Task[None] | None = None
        self._stirred = asyncio.Event()

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
        except (AttError, ConnectionError) as error:
            raise _failed(error) from None

    async def subscribe(self, characteristic: int, receive: Receive) -> None:
        """Switch on notifications or indications."""
        self._must_be_up()
        try:
            self._treadmill.subscribe(characteristic)
        except (AttError, ConnectionError) as error:
            raise _failed(error) from None
        self._receivers[characteristic] = receive
        self._stirred.set()

    async def write(self, cleared: Cleared) -> None:
        """Write what the gate cleared."""
        self._must_be_up()
        try:
            self._treadmill.write(cleared.characteristic, cleared.payload, self._clock.now())
        except (AttError, ConnectionError) as error:  # the link may break at this very moment of the mock's time
            raise _failed(error) from None
        finally:
            self._stirred.set()

    async def write_unanswered(self, cleared: Cleared) -> None:
        """Write what the gate cleared, and hear nothing of how that was taken."""
        try:
            await self.write(cleared)
        except LinkError as error:
            if error.trouble is not Trouble.REJECTED:
                raise

    async def pair(self) -> None:
        """The mock trusts everybody."""

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
        try:
            while self._treadmill.link_up:
                for packet in self._treadmill.advance(self._clock.now()):
                    # Through the loop, so that a receiver that raises is reported there and does not end the radio.
                    loop.call_soon(self._hand_on, packet.uuid, packet.payload)
                if self._treadmill.link_up:
                    await wait(self._clock, self._stirred, self._treadmill.next_event() - self._clock.now())
            loop.call_soon(self._lose, "the mock dropped the link")
        except Exception as error:  # noqa: BLE001 - a mock that breaks is a link that is lost, and is told as one
            loop.call_soon(self._lose, f"the mock failed: {error!r}")

    def _hand_on(self, characteristic: int, payload: bytes) -> None:
        if self._on_lost and characteristic in self._receivers:
            self._receivers[characteristic](characteristic, payload)

    def _lose(self, why: str) -> None:
        on_lost, self._on_lost = self._on_lost, None
        if on_lost:
            on_lost(why)

    def _must_be_up(self) -> None:
        if not self._treadmill.link_up or self._pump is None:
            raise LinkError(Trouble.LOST)


def _failed(error: AttError | ConnectionError) -> LinkError:
    if isinstance(error, AttError):
        return LinkError(Trouble.REJECTED, str(error), att_error=error.code)
    return LinkError(Trouble.LOST, str(error))
