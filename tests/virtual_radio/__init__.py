"""bleak's own Linux backend, unmodified, against a virtual treadmill over real ATT, on a machine without a radio.

    bleak -> D-Bus (a private dbus-daemon) -> org.bluez of our own -> Bumble central ~ virtual air ~ Bumble peripheral

`world.py` puts the parts together; `bus.py` starts the bus, `air.py` is the air, `objects.py` a D-Bus object tree, `bluez.py`
the adapter, `device.py` a device that it has heard, `gatt_objects.py` what that device offers. Not covered: pairing, macOS,
Windows, a real belt.
"""

import sys

import pytest

if sys.platform != "linux":
    pytest.skip("the virtual radio is for bleak's Linux backend", allow_module_level=True)
