"""A session as a pure state machine: `Engine.step(now, inputs) -> Step`."""
