"""A class: one program on a room of treadmills. Words, clocks, lane and coach are pure; a bus carries them.

Nothing here has a way to move a belt that its own runner has not armed: a lane only presses keys and names wishes.
"""
