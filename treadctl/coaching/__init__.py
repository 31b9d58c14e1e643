"""What is said to a runner, and when: pure, deterministic, in words."""
