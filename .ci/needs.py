"""Prints those of this project's optional requirements whose names are given, one a line, with the versions it asks for."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
every = {line for lines in project["optional-dependencies"].values() for line in lines}
for name in sys.argv[1:]:
    found = [line for line in sorted(every) if re.match(rf"{re.escape(name)}(?![\w-])", line)]
    sys.stdout.writelines(f"{line}\n" for line in found or [name])
