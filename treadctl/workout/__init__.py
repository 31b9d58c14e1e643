"""What a person plans: workouts, where they are found, and the runner's own numbers."""
