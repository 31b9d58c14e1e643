"""One file per screen. A screen gets a `View` a few times a second and draws it; keys go to the host."""
