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
mock treadmills: `treadmill()`, `treadmill("decline-6", "deck-stuck@30+20", seed=3)`. docs/testing.md shows more.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

from treadctl.clock import PacedClock
from treadctl.engine.words import Key
from treadctl.mock.console import Console
from treadctl.mock.faults import Fault, FaultKind, parse_fault
from treadctl.mock.memory import MemoryRadio
from treadctl.mock.presets import DEFAULT, PRESETS, Preset
from treadctl.mock.treadmill import MockTreadmill
from treadctl.simulate import Plan, Simulation

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
    "make_treadmill",
    "parse_fault",
]


class MakeTreadmill(Protocol):
    """What the fixture `treadmill` is: call it for a treadmill, as often as you need one."""

    def __call__(self, preset: str = ..., *faults: str, seed: int = ...) -> MockTreadmill:
        """A treadmill of that preset, on which these faults happen; the same seed gives the same bytes."""


def make_treadmill(preset: str = DEFAULT.name, *faults: str, seed: int = 0) -> MockTreadmill:
    """A mock treadmill by the name of its preset, with faults as on the command line, like `drop-link@60`."""
    return MockTreadmill(PRESETS[preset], seed=seed, faults=[parse_fault(fault) for fault in faults])


if TYPE_CHECKING or find_spec("pytest") is not None:  # this module is of use without pytest too
    import pytest

    @pytest.fixture
    def treadmill() -> MakeTreadmill:
        """Makes mock treadmills, each by a preset's name, faults as text, and a seed."""
        return make_treadmill
