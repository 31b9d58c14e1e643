"""The screens of `treadctl run` at a lane of a class, and what a class adds to them."""
