"""Which Bluetooth adapter is ours: of several the same one in every process, whatever a set's order says."""

from __future__ import annotations

import pytest
from bleak.backends.bluezdbus.manager import BlueZManager
from virtual_radio.world import World

from treadctl.clock import PacedClock
from treadctl.mock.over_the_air import OverTheAir
from treadctl.mock.presets import DEFAULT
from treadctl.mock.treadmill import MockTreadmill
from treadctl.treadmill.adapters import Adapter, adapters, preferred
from treadctl.treadmill.gatt import Heard
from treadctl.treadmill.radio import BleakRadio
from treadctl.treadmill.scanning import scan

MILL = "F0:0D:F1:7E:55:0C"


def adapter(name: str, *, powered: bool = True, central: bool = True) -> Adapter:
    return Adapter(name, "box", "02:00:00:00:00:01", powered, central, peripheral=True, links=0)


@pytest.mark.parametrize(
    ("found", "ours"),
    [
        ([], None),
        ([adapter("hci0", powered=False)], None),
        ([adapter("hci0", central=False)], None),
        ([adapter("hci1"), adapter("hci0")], "hci0"),
        ([adapter("hci10"), adapter("hci2")], "hci2"),
        ([adapter("hci0", powered=False), adapter("hci1")], "hci1"),
    ],
)
def test_the_first_by_number_that_is_on_and_can_connect_is_ours(found: list[Adapter], ours: str | None) -> None:
    assert preferred(found) == ours


@pytest.mark.asyncio
async def test_bluez_tells_which_there_are_and_what_they_hold(world: World) -> None:
    assert await adapters() == [Adapter("hci0", "virtual", "02:00:00:00:00:01", True, True, False, links=0)]


@pytest.mark.asyncio
async def test_where_nobody_answers_bleak_is_left_to_say_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere")
    assert await adapters() is None
    monkeypatch.setattr("sys.platform", "darwin")
    assert await adapters() is None


@pytest.mark.asyncio
async def test_of_two_adapters_the_first_is_taken_where_bleak_would_have_taken_the_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """bleak's choice is the order of a set of names, another in each process: here it is the one that hears nothing."""
    deaf = world.bluez.add_a_deaf_adapter()
    monkeypatch.setattr(BlueZManager, "get_default_adapter", lambda _self: f"/org/bluez/{deaf}")
    peripheral = OverTheAir(world.peripheral("mill", MILL), MockTreadmill(DEFAULT), PacedClock(50), "mill")
    await peripheral.start()
    heard: list[Heard] = []
    await scan(heard.append, 0.3)
    assert {one.address for one in heard} == {MILL}
    radio = BleakRadio(MILL)
    assert await radio.connect(lambda _why: None) == "mill"
    told = await adapters()
    assert told is not None
    assert [(one.name, one.links) for one in told] == [("hci0", 1), ("hci1", 0)]
    await radio.disconnect()
    await peripheral.stop()
