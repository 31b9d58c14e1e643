"""The public face of the mock treadmill, for whoever develops against treadctl or against any treadmill that speaks FTMS.

A whole session at full speed, with keys and faults at the seconds you choose (this example is run by the tests):

    >>> from treadctl.testing import PRESETS, Key, Plan, Simulation, parse_fault
    >>> from treadctl.workout.library import load_named
    >>> from treadctl.workout.profile import Profile
    >>> plan = Plan(
    ...     load_named("first-descent"),
    ...     Profile(),
    ...     PRESETS["decline-10"],
    ...     seed=7,
    ...     faults=[parse_fault("late-ack@60=1.5")],
    ...     keys=[(6.0, Key.ARM), (90.0, Key.STOP)],
    ... )
    >>> simulation = Simulation(plan)
    >>> simulation.run().value
    'stopped by the runner'
    >>> simulation.treadmill.belt_speed
    0.0

With pytest, `pytest_plugins = ["treadctl.testing"]` in a `conftest.py` gives every test the fixture `treadmill`, which makes
mock treadmills: `treadmill()`, `treadmill("decline-6", "deck-stuck@30+20", seed=3)`. docs/testing.md shows more, with
`virtual_air` for apps that are written on bleak.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

from treadctl.clock import PacedClock
from treadctl.engine.words import Key
from treadctl.mock.console import Console
from treadctl.mock.faults import Fault, FaultKind, parse_fault
from treadctl.mock.memory import MemoryRadio
from treadctl.mock.presets import DEFAULT, PRESETS, Preset
from treadctl.mock.served import Watcher
from treadctl.mock.treadmill import MockTreadmill
from treadctl.simulate import Plan, Simulation

if TYPE_CHECKING:
    from treadctl.testing.air import VirtualAir

__all__ = [
    "PRESETS",
    "Console",
    "Fault",
    "FaultKind",
    "Key",
    "MakeTreadmill",
    "MemoryRadio",
    "MockTreadmill",
    "PacedClock",
    "Plan",
    "Preset",
    "Simulation",
    "Watcher",
    "make_treadmill",
    "parse_fault",
    "virtual_air",
]


class MakeTreadmill(Protocol):
    """What the fixture `treadmill` is: call it for a treadmill, as often as you need one."""

    def __call__(self, preset: str = ..., *faults: str, seed: int = ...) -> MockTreadmill:
        """A treadmill of that preset, on which these faults happen; the same seed gives the same bytes."""


def make_treadmill(preset: str = DEFAULT.name, *faults: str, seed: int = 0) -> MockTreadmill:
    """A mock treadmill by the name of its preset, with faults as on the command line, like `drop-link@60`."""
    return MockTreadmill(PRESETS[preset], seed=seed, faults=[parse_fault(fault) for fault in faults])


def virtual_air(
    *treadmills: MockTreadmill, scale: float = 1.0, latency_s: float = 0.01, watcher: Watcher | None = None
) -> AbstractAsyncContextManager[VirtualAir]:
    """A room of virtual treadmills for apps on bleak: `BleakScanner(backend=air.scanner)`, `BleakClient(…, backend=air.client)`.

    The treadmills' time goes `scale` times as fast as the wall's, up to 1000; a packet takes `latency_s` wall seconds from one
    radio to the other. `watcher` hears who connects and what is asked and answered. Needs `pip install 'treadctl[mock]'`.
    """
    from treadctl.testing.air import open_air  # Bumble is optional

    return open_air(treadmills or (make_treadmill(),), scale, latency_s, watcher)


if TYPE_CHECKING or find_spec("pytest") is not None:  # this module is of use without pytest too
    import pytest

    @pytest.fixture
    def treadmill() -> MakeTreadmill:
        """Makes mock treadmills, each by a preset's name, faults as text, and a seed."""
        return make_treadmill
