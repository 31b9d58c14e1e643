"""The coach's console: a room of treadmills on one screen, read across the room, with a STOP ALL that nothing swallows."""
