"""What somebody without Bumble is told: it is an optional part of treadctl, for those who put its mock on the air."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def asking_for_bumble() -> Iterator[None]:
    """An import of Bumble that fails in here says what to install."""
    try:
        yield
    except ImportError as error:
        raise ImportError(f"a treadmill on the air needs the package bumble: pip install 'treadctl[mock]' ({error})") from error
