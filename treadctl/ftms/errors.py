"""The one way in which a decoder fails."""

from __future__ import annotations


class ProtocolError(Exception):
    """Octets from a treadmill that cannot be read at all: `data` as they came, `what` was expected of them."""

    def __init__(self, data: bytes, what: str) -> None:
        super().__init__(f"{what}, but got {data.hex(' ') or 'nothing'}")
        self.data = data
        self.what = what


def at_least(octets: int, data: bytes, what: str) -> None:
    """Raise unless `data` is long enough; surplus octets are a collector's to ignore (FTMP v1.0 §4.4.2)."""
    if len(data) < octets:
        raise ProtocolError(bytes(data), f"{what} takes {octets} octets or more")
