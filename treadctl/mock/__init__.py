"""A treadmill that does not exist: belt and deck physics, an FTMS server around them, and seeded faults.

It speaks bytes only, so nothing that drives it can skip the codec or the gate, and it has no clock: same seed and same
calls, same bytes. `treadmill.MockTreadmill` is the machine, `memory.MemoryRadio` the air between it and a link.
"""
