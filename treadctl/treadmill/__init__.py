"""The way to a treadmill: the link that speaks FTMS through the gate, and the radio under it."""
