"""Bytes to words and back: one file for each characteristic of the Fitness Machine Service (FTMS v1.0), named as there.

Decoders raise `ProtocolError` and nothing else, whatever the octets; numbers that the standard does not know are kept as
they are. Encoders stand beside them, for our commands and for the virtual treadmill. Nothing here knows a connection.
"""
