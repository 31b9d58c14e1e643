"""Locks between processes: one treadmill has one holder, and the adapter is scanned and connected by one at a time.

BlueZ lets two programs share one link without a word, so that two could drive one belt; and most adapters refuse a second
connect while one is under way (bleak issue 1036). The kernel frees the locks of a process that was killed. They hold between
programs of one user that are ours; another app on the same computer knows nothing of them.
"""

from __future__ import annotations

import asyncio
import re
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from filelock import BaseFileLock, FileLock, Timeout
from platformdirs import user_runtime_path

from treadctl.treadmill.gatt import LinkError, Trouble

LOOK_AGAIN_S: Final = 0.05
"""Between two looks at a lock that somebody else holds; a kernel's lock tells nobody when it is free."""

_NOT_IN_A_NAME: Final = re.compile("[^0-9a-z]+")


def hold(address: str) -> BaseFileLock:
    """The treadmill at this address is ours until the lock is released; somebody else's raises LinkError at once."""
    lock = _lock("treadmill-" + _NOT_IN_A_NAME.sub("-", address.lower()))
    if not _taken(lock):
        raise LinkError(Trouble.IN_USE, address)
    return lock


@asynccontextmanager
async def turn(at_most_s: float) -> AsyncIterator[None]:
    """Scan or connect in here; waits for those who came before, at most so long."""
    lock = _lock("adapter")
    try:
        async with asyncio.timeout(at_most_s):
            while not _taken(lock):  # noqa: ASYNC110  # no event tells of a lock in the kernel
                await asyncio.sleep(LOOK_AGAIN_S)
    except TimeoutError as error:
        raise LinkError(Trouble.IN_USE, "the Bluetooth adapter") from error
    try:
        yield
    finally:
        lock.release()


def _lock(name: str) -> BaseFileLock:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a system without XDG_RUNTIME_DIR: the folder that it takes instead will do
            folder = user_runtime_path("treadctl", appauthor=False, ensure_exists=True)
        return FileLock(folder / f"{name}.lock", thread_local=False, fallback_to_soft=False)
    except OSError as error:
        raise LinkError(Trouble.NO_LOCK, str(error)) from error


def _taken(lock: BaseFileLock) -> bool:
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    except OSError as error:
        raise LinkError(Trouble.NO_LOCK, str(error)) from error
    return True
