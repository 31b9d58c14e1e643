"""The screens, in Textual. They show what the session says and send it keys; they decide nothing."""
