"""What several test files stand on: a private message bus and a virtual radio on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from virtual_radio.bus import private_bus
from virtual_radio.world import World, virtual_radio


@pytest.fixture(scope="session")
def bus_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with private_bus(tmp_path_factory.mktemp("bus")) as address:
        yield address


@pytest_asyncio.fixture
async def world(bus_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus_address)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))  # where the locks are kept
    async with virtual_radio(bus_address) as world:
        yield world
