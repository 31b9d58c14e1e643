"""Where it is kept what is known of single treadmills. Apart from `own`: to look whether there is anything needs no more."""

from __future__ import annotations

import re
from pathlib import Path

from platformdirs import user_config_path


def own_folder() -> Path:
    """Where these files are, on this platform."""
    return user_config_path("treadctl") / "treadmills"


def own_path(folder: Path, address: str) -> Path:
    """The file of the treadmill at this address."""
    return folder / f"{re.sub(r'[^0-9a-z]+', '-', address.strip().lower())}.yaml"
