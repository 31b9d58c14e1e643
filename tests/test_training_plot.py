"""A recorded session in the terminal, and as a table."""

from __future__ import annotations

import csv
import io

import pytest

from treadctl.training.csv_file import COLUMNS, to_csv
from treadctl.training.plot import plot
from treadctl.training.samples import Sample


def sample(second: int, grade: int | None, speed: int | None = 900, heart: int | None = None, steps: int | None = None) -> Sample:
    return Sample(second, "running", 0, grade, speed, -20, 900, heart, steps, float(second), 2.5 * second, 0.0, 0.0)


def test_grade_hangs_and_speed_stands_beneath() -> None:
    told = [sample(second, -20 if 60 <= second < 180 else 0) for second in range(240)]
    assert plot(told, 46) == [
        " 0 % │▔▔▔▔▔▔▔▔▔▔████████████████████▔▔▔▔▔▔▔▔▔▔",
        "  -2 │          ████████████████████          ",
        "  9.0│████████████████████████████████████████",
        " km/h│████████████████████████████████████████",
        "  min└┴─────────┴─────────┴─────────┴────────┴",
        "      0         1         2         3        4",
    ]


def test_what_nobody_measured_has_no_row_and_what_was_measured_has() -> None:
    bare = plot([sample(second, -20) for second in range(120)], 60)
    full = plot([sample(second, -20, heart=140 + second // 20, steps=172) for second in range(120)], 60)
    assert len(full) == len(bare) + 4
    assert any(line.startswith("  145│") for line in full)
    assert any(line.startswith("  bpm│") for line in full)
    assert any(line.startswith("  spm│") for line in full)


def test_a_second_that_nobody_told_stays_open_and_is_never_level() -> None:
    line = plot([sample(second, None if second < 60 else 0, None if second < 60 else 900) for second in range(120)], 46)[0]
    assert line == " 0 % │" + " " * 20 + "▔" * 20


def test_a_short_decline_still_shows_in_a_long_session() -> None:
    lines = plot([sample(second, -60 if second == 1800 else 0) for second in range(3600)], 60)
    assert any("█" in line or "▀" in line for line in lines if line.startswith("  -6"))


@pytest.mark.parametrize("seconds", [1, 7, 35, 61, 4000])
@pytest.mark.parametrize("width", [0, 40, 80, 120])
def test_any_length_fits_any_width(seconds: int, width: int) -> None:
    lines = plot([sample(second, -30) for second in range(seconds)], width, "mph")
    assert max(len(line) for line in lines) <= max(40, width)


def test_nothing_recorded_is_said() -> None:
    assert plot([], 80) == ["no second of it was recorded"]


def test_csv_leaves_open_what_was_not_told() -> None:
    rows = list(csv.reader(io.StringIO(to_csv([sample(0, -25, 805), sample(1, None, None), sample(2, 15, 900, 140, 171)]))))
    assert tuple(rows[0]) == COLUMNS
    first, second, third = (dict(zip(rows[0], row, strict=True)) for row in rows[1:])
    assert (first["grade_percent"], first["speed_kmh"], first["step"]) == ("-2.5", "8.05", "1")
    assert (second["grade_percent"], second["speed_kmh"], second["heart_rate_bpm"]) == ("", "", "")
    assert (third["grade_percent"], third["heart_rate_bpm"], third["step_rate_spm"]) == ("1.5", "140", "171")
