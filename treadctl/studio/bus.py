"""The bus that lanes and coach need, and no more: publish, subscribe, a last will, and whether a message was kept. MQTT 3.1.1.

`memory_bus` carries it inside one process, with faults; `mqtt_bus` over a broker. The same tests hold both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

MOST_WAITING: Final = 256
"""Messages that wait for a broker that is gone; the oldest go first. A lane that comes back says how it is now. Ours."""
KEEPALIVE_S: Final = 5
"""A connection that is half open is noticed after 6.5 s with this; the usual 60 would be a minute and a half (measured)."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message. `retained` is whether the broker had kept it from an earlier time."""

    topic: str
    payload: bytes
    retained: bool


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker says for a client that dies; retained, at least once."""

    topic: str
    payload: bytes


Heard = Callable[[Arrived], None]
"""Called in the bus's own loop with each message."""
Linked = Callable[[bool, str], None]
"""Called in the bus's own loop when the broker is reached (subscriptions stand) or lost, and why."""


class Bus(Protocol):
    """One client's connection to a broker, for as long as `run` runs: it comes back by itself, and subscribes again."""

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool = False) -> None:
        """Send, soon. While the broker is gone QoS 1 waits, up to MOST_WAITING; QoS 0 is dropped. From the loop's thread only."""

    async def run(self) -> None:
        """Be connected until cancelled; then say goodbye, so that no last will is said."""

    async def flushed(self, within_s: float) -> bool:
        """Wait until all that was published with QoS 1 has reached the broker; false when it took longer."""
