"""Downhill running on a treadmill, done right: decline intervals over the Bluetooth Fitness Machine Service."""

__version__ = "0.1.0"
