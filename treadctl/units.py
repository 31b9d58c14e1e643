"""Speed and grade as exact integers in the units of the wire.

Both are `int` subclasses: comparing and journalling them costs nothing, and mypy refuses a bare `int` where one is
asked for. Text becomes an integer once, through `Decimal`; nothing here, and nothing on the way to the wire, is a float.
"""

from __future__ import annotations

import re
from decimal import Decimal
from operator import index
from typing import Final

_KMH_PER_MPH: Final = Decimal("1.609344")
_KM: Final = {"km": Decimal(1), "mi": _KMH_PER_MPH, "mile": _KMH_PER_MPH}
_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"  # Decimal is exact for as many digits as this, and not for any number of them
_RATE = re.compile(rf"(?P<n>{_NUMBER})\s*(?P<unit>km/h|kmh|kph|mph)", re.ASCII)
_PACE = re.compile(r"(?P<min>[0-9]{1,3}):(?P<s>[0-5][0-9])\s*(?:min)?\s*/\s*(?P<unit>km|mi|mile)", re.ASCII)
_PERCENT = re.compile(rf"(?P<n>[+-]?{_NUMBER})\s*%?", re.ASCII)


class UnitError(ValueError):
    """Text that is not a speed or a grade; the message says what would be one."""


class Speed(int):
    """Belt speed in 0.01 km/h, 0 … 65535 (FTMS v1.0 §4.4.1.2)."""

    __slots__ = ()

    def __new__(cls, hundredths: int) -> Speed:
        if not 0 <= index(hundredths) <= 0xFFFF:
            raise ValueError(f"speed of {hundredths} x 0.01 km/h does not fit 0 … 65535")
        return int.__new__(cls, hundredths)

    @classmethod
    def parse(cls, text: str) -> Speed:
        """Read `9 km/h`, `5.6 mph`, `6:40 /km` or `10:43 /mi`; what falls between two wire steps becomes the slower one."""
        plain = text.strip().lower()
        if rate := _RATE.fullmatch(plain):
            kmh = Decimal(rate["n"]) * (_KMH_PER_MPH if rate["unit"] == "mph" else 1)
        elif (pace := _PACE.fullmatch(plain)) and (seconds := int(pace["min"]) * 60 + int(pace["s"])):
            kmh = Decimal(3600) * _KM[pace["unit"]] / seconds
        else:
            raise UnitError(f"{text!r} is not a speed; write it like '9 km/h', '5.6 mph' or '6:40 /km'")
        if kmh > 655:
            raise UnitError(f"{text!r} is faster than any belt")
        return cls(int(kmh * 100))

    @property
    def mps(self) -> float:
        """Metres per second, for distances and step lengths; never for a command."""
        return self / 360

    def text(self, unit: str = "km/h") -> str:
        """`9.0 km/h`, or with unit `mph` `5.6 mph`."""
        value = Decimal(int(self)) / 100
        if unit == "mph":
            return f"{value / _KMH_PER_MPH:.1f} mph"
        return f"{value:.1f} km/h" if self % 10 == 0 else f"{value:.2f} km/h"

    def __str__(self) -> str:
        return self.text()


class Grade(int):
    """Inclination in 0.1 %, −32768 … 32767; negative falls away in front of the runner (FTMS v1.0 §4.4.1.5)."""

    __slots__ = ()

    def __new__(cls, tenths: int) -> Grade:
        if not -0x8000 <= index(tenths) <= 0x7FFF:
            raise ValueError(f"grade of {tenths} x 0.1 % does not fit −32768 … 32767")
        return int.__new__(cls, tenths)

    @classmethod
    def parse(cls, text: str) -> Grade:
        """Read `-4.5` or `-4.5 %`; finer than a tenth of a percent is an error, for there is no such byte."""
        match = _PERCENT.fullmatch(text.strip())
        if not match:
            raise UnitError(f"{text!r} is not a grade; write it like -4.5 (percent, downhill is negative)")
        tenths = Decimal(match["n"]) * 10
        if tenths % 1:
            raise UnitError(f"{text!r} is finer than a treadmill can be told; use tenths of a percent, like -4.5")
        if abs(tenths) > 1000:
            raise UnitError(f"{text!r} is steeper than any deck")
        return cls(int(tenths))

    @property
    def fraction(self) -> float:
        """Rise over run, for heights and energy; never for a command."""
        return self / 1000

    def __str__(self) -> str:
        tenths = int(self)
        sign = "-" if tenths < 0 else "+" if tenths > 0 else ""
        return f"{sign}{abs(tenths) // 10}.{abs(tenths) % 10} %"


LEVEL: Final = Grade(0)


def milder(a: Grade, b: Grade) -> Grade:
    """Whichever of two grades is nearer to level; on the two sides of level, level itself lies between them."""
    return sorted((a, b, LEVEL))[1]


def steeper_by(to: Grade, reference: Grade) -> int:
    """How much steeper (0.1 %, never negative) a deck gets by going from `reference` to `to`, up or down alike."""
    return max(0, to - max(0, reference), min(0, reference) - to)


def clock(seconds: float) -> str:
    """`4:05` or `1:02:03`."""
    whole = int(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
