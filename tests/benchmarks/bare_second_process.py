"""A second process that does nothing but hand on: what comes down its pipe makes it write Stop, and an answer goes up. With no
link, gate or guard in it, it is what any guardian must cost at least."""

from __future__ import annotations

import asyncio
import os
import sys

from bleak import BleakClient

CONTROL_POINT = "00002ad9-0000-1000-8000-00805f9b34fb"
STOP = bytes.fromhex("0801")
READY, ANSWERED = b"r", b"a"


async def main(address: str) -> None:
    client, over = BleakClient(address), asyncio.Event()
    loop, writes = asyncio.get_running_loop(), set[asyncio.Task[None]]()

    def tell(_sender: object, _octets: bytearray) -> None:
        os.write(1, ANSWERED)

    await client.connect()
    await client.start_notify(CONTROL_POINT, tell)
    control_point = client.services.get_characteristic(CONTROL_POINT)
    assert control_point is not None

    def hear() -> None:
        if os.read(0, 4096):
            write = asyncio.create_task(client.write_gatt_char(control_point, STOP, response=True))
            writes.add(write)
            write.add_done_callback(writes.discard)
        else:
            loop.remove_reader(0)
            over.set()

    loop.add_reader(0, hear)
    os.write(1, READY)
    await over.wait()
    await client.disconnect()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
