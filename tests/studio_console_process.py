"""A console without a screen, as a program that can be killed: it does what it is told on its standard input, a word a line."""

from __future__ import annotations

import asyncio
import sys

from studio_room import KEY, PROGRAM

from treadctl.studio import coach, leading
from treadctl.studio.coach_agent import Button, CoachAgent, Pressed, over_broker
from treadctl.studio.mqtt_bus import BrokerAddress

WORDS = {
    "send": Pressed(Button.SEND, title="Hills", text=PROGRAM),
    "start": Pressed(Button.START),
    "next": Pressed(Button.NEXT),
    "stop": Pressed(Button.STOP_ALL),
}


async def main(name: str, port: int) -> None:
    agent = CoachAgent(name, "gym", KEY, over_broker(BrokerAddress(port=port)))
    running = asyncio.create_task(agent.run())
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while word := (await reader.readline()).decode().strip():
        agent.press(WORDS[word])
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


if __name__ == "__main__":
    leading.LISTEN_S, leading.LEASE_EVERY_S = 0.5, 1.0  # type: ignore[misc] # nobody else leads yet, and a loopback is quick
    coach.START_AHEAD_S = 6.0  # type: ignore[misc] # as above
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
