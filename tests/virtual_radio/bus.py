"""A private message bus: one dbus-daemon that nobody else talks to."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import pytest
from dbus_fast.aio import MessageBus

_CONFIGURATION: Final = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow own="*"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>
</busconfig>
"""


async def leave(bus: MessageBus) -> None:
    """Disconnect, and wait until that is done; a bus that died has already ended it, or the write that found it dead has."""
    bus.disconnect()
    with suppress(EOFError, OSError):
        await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]  # dbus-fast leaves this one untyped


@contextmanager
def private_bus(folder: Path) -> Iterator[str]:
    """Run a bus whose socket lies in `folder`; yields its address for DBUS_SYSTEM_BUS_ADDRESS. Skips without a daemon."""
    program = shutil.which("dbus-daemon")
    if program is None:
        pytest.skip("dbus-daemon is missing: apt-get install dbus")
    configuration = folder / "bus.conf"
    configuration.write_text(_CONFIGURATION.format(socket=folder / "bus"), encoding="utf-8")
    command = [program, f"--config-file={configuration}", "--nofork", "--nopidfile", "--print-address=1"]
    complaints = folder / "complaints"
    with complaints.open("w") as log, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as daemon:
        assert daemon.stdout is not None
        try:
            address = daemon.stdout.readline().strip()
            assert address, complaints.read_text(encoding="utf-8")
            yield address
        finally:
            daemon.terminate()
