"""`python -m treadctl`."""

from treadctl.cli import main

if __name__ == "__main__":
    main()
