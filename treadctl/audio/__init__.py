"""What is heard: a voice for the cues, a beat for the feet. It decides nothing about belts and never keeps the engine waiting."""
