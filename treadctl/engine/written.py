"""What was last written for one quantity, which is what the gate goes by, whatever the console did since."""

from __future__ import annotations

from typing import Final, Generic, TypeVar

from treadctl.engine.constants import GATE_REMEMBERS_S
from treadctl.units import Grade, Speed

_LONG_AGO: Final = float("-inf")
_Quantity = TypeVar("_Quantity", Speed, Grade)


class Written(Generic[_Quantity]):
    """The last belt speed or true grade that left; `value` is None once the gate has forgotten it."""

    def __init__(self) -> None:
        self.value: _Quantity | None = None
        self._at = _LONG_AGO

    def write(self, value: _Quantity, now: float) -> None:
        """This leaves now."""
        self.value, self._at = value, now

    def forget(self) -> None:
        """A command left with which the gate forgets it."""
        self.value = None

    def was_reached(self, lately: list[int], within: int) -> None:
        """Readings of the moment somebody else took over: if they show it there, to the gate it is history."""
        if self.value is not None and all(abs(shown - self.value) <= within for shown in lately):
            self._at = _LONG_AGO

    def counts(self, now: float) -> _Quantity | None:
        """What the gate may still measure from."""
        return self.value if now - self._at <= GATE_REMEMBERS_S else None
