"""What was run, what it cost, and what to run next. Nothing here moves a belt."""
