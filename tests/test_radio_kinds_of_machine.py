"""Machines that do not offer what the standard asks for: other writes, other subscriptions, vendors' own, pairing first."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from unittest.mock import patch

import pytest
import pytest_asyncio
from bumble.att import ATT_PDU, Bearer, Opcode
from bumble.gatt import Characteristic
from bumble.pairing import PairingConfig, PairingDelegate
from virtual_radio.notes import Notebook, Runner
from virtual_radio.scripted import Properties, Scripted
from virtual_radio.world import World

from treadctl.clock import RunningClock
from treadctl.safety import Unlock
from treadctl.treadmill.connection import Connection
from treadctl.treadmill.gatt import LinkError, Trouble
from treadctl.treadmill.known import known_mock
from treadctl.treadmill.radio import BleakRadio
from treadctl.units import LEVEL, Grade, Speed

ADDRESS = "F0:0D:F1:7E:55:05"
KINGSMITH = "d18d2c10-c44c-11e8-a355-529269fb1459"

asyncio_test = pytest.mark.asyncio


@pytest_asyncio.fixture
async def notes() -> Notebook:
    return Notebook()


@asynccontextmanager
async def connected(machine: Scripted, notes: Notebook) -> AsyncIterator[BleakRadio]:
    await machine.start()
    link = BleakRadio(ADDRESS)
    await link.connect(notes.on_lost)
    yield link
    await link.disconnect()
    await machine.stop()


@contextmanager
def arriving(machine: Scripted) -> Iterator[list[int]]:
    """What ATT brings the machine, in here."""
    came: list[int] = []
    server = machine.device.gatt_server
    receive = server.on_gatt_pdu

    def look(bearer: Bearer, pdu: ATT_PDU) -> None:
        came.append(pdu.op_code)
        receive(bearer, pdu)

    with patch.object(server, "on_gatt_pdu", look):
        yield came


def octets_written(machine: Scripted) -> list[bytes]:
    return [octets for _, octets in machine.writes]


@asyncio_test
async def test_a_write_without_response_arrives_though_the_machine_never_answers(world: World, notes: Notebook) -> None:
    written = {"2ad9": Properties.WRITE_WITHOUT_RESPONSE | Properties.INDICATE}
    machine = Scripted(world.peripheral("scripted", ADDRESS), written)
    async with connected(machine, notes) as link:
        await link.subscribe(0x2AD9, notes.receive)
        machine.on_write = answered_by(machine, "80 08 01")
        await link.write_unanswered(Runner().clear("08 01"))
        await notes.until(lambda: notes.answers() == [bytes.fromhex("800801")])
        assert octets_written(machine) == [bytes.fromhex("0801")]


@asyncio_test
@pytest.mark.parametrize(
    ("offered", "op_code"),
    [
        (Properties.WRITE_WITHOUT_RESPONSE, Opcode.ATT_WRITE_COMMAND),
        (Properties.WRITE, Opcode.ATT_WRITE_REQUEST),
        (Properties.WRITE | Properties.WRITE_WITHOUT_RESPONSE, Opcode.ATT_WRITE_REQUEST),
    ],
)
async def test_a_command_wants_a_response_wherever_that_is_offered_and_goes_without_elsewhere(
    world: World, notes: Notebook, offered: Properties, op_code: Opcode
) -> None:
    machine = Scripted(world.peripheral("scripted", ADDRESS), {"2ad9": offered | Properties.INDICATE})
    async with connected(machine, notes) as link:
        await link.subscribe(0x2AD9, notes.receive)
        machine.on_write = answered_by(machine, "80 00 01")
        with arriving(machine) as came:
            await link.write(Runner().clear("00"))
            await notes.until(lambda: notes.answers() == [bytes.fromhex("800001")])
    assert [one for one in came if one in (Opcode.ATT_WRITE_COMMAND, Opcode.ATT_WRITE_REQUEST)] == [op_code]


@asyncio_test
async def test_a_write_without_response_is_rejected_where_it_is_not_offered(world: World, notes: Notebook) -> None:
    machine = Scripted(world.peripheral("scripted", ADDRESS))
    async with connected(machine, notes) as link:
        with pytest.raises(LinkError, match="0x2AD9") as rejected:
            await link.write_unanswered(Runner().clear("08 01"))
        assert rejected.value.trouble is Trouble.REJECTED
        assert not machine.writes


@asyncio_test
@pytest.mark.parametrize("how", [Properties.NOTIFY, Properties.INDICATE, Properties.NOTIFY | Properties.INDICATE])
async def test_the_control_point_is_heard_whether_it_notifies_or_indicates(
    world: World, notes: Notebook, how: Characteristic.Properties
) -> None:
    machine = Scripted(world.peripheral("scripted", ADDRESS), {"2ad9": Properties.WRITE | how})
    async with connected(machine, notes) as link:
        await link.subscribe(0x2AD9, notes.receive)
        machine.on_write = answered_by(machine, "80 00 01")
        await link.write(Runner().clear("00"))
        await notes.until(lambda: notes.answers() == [bytes.fromhex("800001")])


@asyncio_test
async def test_a_vendors_characteristic_goes_by_its_128_bits_as_a_number(world: World, notes: Notebook) -> None:
    written = {"2ad9": Properties.WRITE | Properties.INDICATE, KINGSMITH: Properties.WRITE}
    machine = Scripted(world.peripheral("scripted", ADDRESS), written)
    async with connected(machine, notes) as link:
        offered = await link.characteristics()
        assert {0x2AD9, 0xD18D2C10_C44C_11E8_A355_529269FB1459} <= offered
        await link.write(Runner(Unlock.KINGSMITH_MC21).unlock(Unlock.KINGSMITH_MC21))
        assert octets_written(machine) == [bytes.fromhex("01000d00060b0f0d")]


@asyncio_test
async def test_an_unlock_that_this_machine_has_no_place_for_is_rejected_by_name(world: World, notes: Notebook) -> None:
    machine = Scripted(world.peripheral("scripted", ADDRESS))
    async with connected(machine, notes) as link:
        with pytest.raises(LinkError, match="0xD18D2C10C44C11E8A355529269FB1459") as rejected:
            await link.write(Runner(Unlock.KINGSMITH_MC21).unlock(Unlock.KINGSMITH_MC21))
        assert rejected.value.trouble is Trouble.REJECTED


# --- pairing ------------------------------------------------------------------------------------------------------------


def wants_pairing(world: World, accepts: bool = True) -> Scripted:
    """Its characteristics are for an encrypted link only. Just Works: neither has a display or keys."""
    encrypted = (
        Characteristic.Permissions.READABLE
        | Characteristic.Permissions.WRITEABLE
        | Characteristic.Permissions.READ_REQUIRES_ENCRYPTION
        | Characteristic.Permissions.WRITE_REQUIRES_ENCRYPTION
    )
    machine = Scripted(world.peripheral("scripted", ADDRESS), permissions=encrypted)
    machine.device.pairing_config_factory = lambda _link: PairingConfig(delegate=Asked(accepts))
    return machine


class Asked(PairingDelegate):
    def __init__(self, accepts: bool) -> None:
        super().__init__()
        self._accepts = accepts

    async def accept(self) -> bool:
        return self._accepts


@asyncio_test
async def test_a_device_that_wants_pairing_says_so_and_answers_once_paired(world: World, notes: Notebook) -> None:
    async with connected(wants_pairing(world), notes) as link:
        with pytest.raises(LinkError) as refused:
            await link.read(0x2ACC)
        assert refused.value.trouble is Trouble.NOT_PAIRED
        await link.pair()
        assert await link.read(0x2ACC) == bytes.fromhex("0c10000003000000")
        await link.pair()


@asyncio_test
async def test_a_connection_pairs_once_where_a_machine_wants_that_before_it_tells_anything(world: World) -> None:
    machine = wants_pairing(world)
    await machine.start()
    connection = Connection(BleakRadio(ADDRESS), RunningClock(), lambda _word: None, known_mock(LEVEL))
    told = await connection.open(ADDRESS)
    assert (told.slowest, told.fastest, told.deck.lowest) == (Speed(80), Speed(2000), Grade(-100))
    await connection.close()
    await machine.stop()


@asyncio_test
async def test_a_device_that_refuses_to_pair_is_told_with_what_to_do(world: World, notes: Notebook) -> None:
    async with connected(wants_pairing(world, accepts=False), notes) as link:
        with pytest.raises(LinkError, match="pairing mode") as refused:
            await link.pair()
        assert refused.value.trouble is Trouble.NOT_PAIRED


def answered_by(machine: Scripted, octets: str) -> Callable[[bytes], Awaitable[None]]:
    async def answer(_written: bytes) -> None:
        machine.say("2ad9", octets)

    return answer
