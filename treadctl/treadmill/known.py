"""All that is known of treadmills before one is met: profiles of models, and what was written down of single machines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from treadctl.safety import SpeedUnit
from treadctl.treadmill.own import OwnTreadmill, all_own, by_address, own_folder
from treadctl.treadmill.profile import UNKNOWN, MachineProfile, find_profile
from treadctl.treadmill.profile_file import load_profiles, own_profiles_folder, shipped, shipped_one
from treadctl.units import Grade

VIRTUAL: Final = "treadctl-virtual"
"""The profile of our own virtual treadmill."""


def _nothing(address: str) -> OwnTreadmill | None:
    return None


@dataclass(frozen=True, slots=True)
class Known:
    """What a connection looks a treadmill up in: `own` by its address, `profiles` by what it says of itself."""

    profiles: tuple[MachineProfile, ...] = ()
    own: Callable[[str], OwnTreadmill | None] = _nothing

    def profile(self, name: str, model: str = "", firmware: str = "", manufacturer: str = "") -> MachineProfile:
        """The profile that fits, or that of a machine nothing is known of."""
        return find_profile(name, model, firmware, manufacturer, self.profiles) or UNKNOWN


def known_here(profiles: Path | None = None, treadmills: Path | None = None) -> Known:
    """What comes along and what this computer's user wrote, all read now; raises MachineFileError."""
    owned = all_own(treadmills if treadmills is not None else own_folder())
    written = load_profiles(profiles if profiles is not None else own_profiles_folder())
    return Known((*written, *shipped()), lambda address: by_address(owned, address))


def known_mock(offset: Grade) -> Known:
    """For our own virtual treadmill, which stands as its preset says, whatever its address."""
    return Known((shipped_one(VIRTUAL),), lambda address: OwnTreadmill(address, offset=offset, speed_told=SpeedUnit.KMH))
