"""`treadctl profile`: the runner's own numbers, shown or changed."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Final

from cyclopts import Parameter

from treadctl.audio.speech import WORDS_PER_MIN
from treadctl.cli.errors import BadInput, Exit
from treadctl.cli.gear import Gear, kept_sound, my_gear, save_gear
from treadctl.cli.runner import choose_runner, slug_of
from treadctl.cli.sound import VOICES, check_sound
from treadctl.cli.tap import tapped
from treadctl.treadmill.profile_file import MachineFileError
from treadctl.units import Grade, Speed, UnitError
from treadctl.workout.profile import CAUTIOUS, Profile
from treadctl.workout.profile_file import ProfileError, profile_path, save_profile

_UNITS: Final = {"km/h": False, "mph": True}


def profile(
    *,
    name: str | None = None,
    easy: str | None = None,
    walk: str | None = None,
    cadence: int | None = None,
    ceiling: str | None = None,
    units: str | None = None,
    mass: float | None = None,
    declines_done: int | None = None,
    focus: str | None = None,
    diagonal_feet: bool | None = None,
    tap: Annotated[bool, Parameter(negative=())] = False,
    voice: str | None = None,
    volume: int | None = None,
    rate: int | None = None,
    metronome: bool | None = None,
    file: Path | None = None,
) -> int:
    """Show the runner's own numbers; with options, change them first.

    Parameters
    ----------
    name
        Who runs.
    easy
        Easy pace on the level, at which you can talk: '9 km/h', '5.6 mph' or '6:40 /km'. Declines are never run faster.
    walk
        Walking pace, written likewise.
    cadence
        Steps a minute (both feet) at easy pace on the level.
    ceiling
        The steepest you want to be given, such as -5. Never below -10.
    units
        km/h or mph.
    mass
        Body mass in kg; only used to show loads.
    declines_done
        Decline sessions behind you; in the first two the step-rate target is gentler.
    focus
        The form cue you work on, such as arms-low; it goes before any workout's own. '' for none.
    diagonal_feet
        Also be told the advanced cue for the steep (A2.5); on a narrow belt it can trip you.
    tap
        Find your step rate without a foot pod: tap each right footfall for fifteen seconds.
    voice
        How much is spoken from now on: quiet, coach, chatty, or off.
    volume
        Of voice and metronome, 0 to 100.
    rate
        Of the voice, in words a minute, 100 to 300.
    metronome
        Whether a beat leads your feet on declines.
    file
        Another file than this platform's own.
    """
    asked = {"name": name, "easy": easy, "walk": walk, "cadence": cadence, "ceiling": ceiling, "units": units, "mass": mass}
    changes: dict[str, Any] = {key: value for key, value in asked.items() if value is not None}
    named = {"declines_done": declines_done, "focus": focus, "diagonal_feet": diagonal_feet}
    changes |= {key: value for key, value in named.items() if value is not None}
    sound = {"voice": voice, "volume": volume, "rate": rate, "metronome": metronome}
    check_sound(VOICES[0] if voice is None else voice, volume or 0, WORDS_PER_MIN if rate is None else rate)
    if tap and cadence is not None:
        raise BadInput("--tap finds the step rate that --cadence says: use one of them")
    if tap:
        changes["cadence"] = tapped(time.monotonic).steps_per_min
    where = file or profile_path()
    runner = CAUTIOUS if changes and not where.exists() else choose_runner(file)
    if changes:
        try:
            runner = replace(runner, **_fields(changes))
            print(f"written to {save_profile(runner, where)}")
        except (BadInput, ProfileError, ValueError) as error:
            raise BadInput(f"{error}; nothing is changed") from error
    print("\n".join([*_lines(runner, where), _sound_line(_keep_sound(sound))]))
    return Exit.DONE


def _keep_sound(asked: dict[str, Any]) -> Gear:
    """How sessions sound from now on, beside the treadmill: it is this computer's loudspeaker."""
    changes = {key: value for key, value in asked.items() if value is not None}
    gear = replace(my_gear(), **changes)
    if changes:
        try:
            print(f"written to {save_gear(gear)}")
        except MachineFileError as error:
            raise BadInput(str(error)) from error
    return gear


def _sound_line(gear: Gear) -> str:
    loud, fast = kept_sound(None, None)
    beat = "no metronome" if gear.metronome is False else "metronome on declines"
    return f"sound           {gear.voice or 'coach'}, volume {loud}, {fast} words a minute, {beat}"


def _fields(changes: dict[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for key, value in changes.items():
        try:
            match key:
                case "easy":
                    fields |= {"easy": Speed.parse(value), "chosen": True}
                case "walk":
                    fields["walk"] = Speed.parse(value)
                case "ceiling":
                    fields["ceiling"] = Grade.parse(value)
                case "cadence":
                    fields["level_cadence_spm"] = value
                case "units":
                    fields["imperial"] = _UNITS[value]
                case "focus":
                    fields["focus"] = slug_of(value)
                case "mass":
                    fields["body_mass_kg"] = value
                case _:
                    fields[key] = value
        except UnitError as error:
            raise BadInput(f"--{key}: {error}") from error
        except KeyError as error:
            raise BadInput(f"--units: {value!r} is not a unit; write km/h or mph") from error
    return fields


def _measured(runner: Profile) -> list[str]:
    """What the foot pod has shown on the level, and on how many minutes it rests."""
    return [
        f"  measured      {band.steps:.0f} steps a minute at {band.speed.text(runner.unit)}, over {band.seconds / 60:.1f} minutes"
        for band in runner.level_steps
    ]


def _lines(runner: Profile, where: Path) -> list[str]:
    unit = runner.unit
    source = "" if runner.chosen else "   (nobody chose it: a careful default; set it with treadctl profile --easy '9 km/h')"
    return [
        f"name            {runner.name}",
        f"easy pace       {runner.easy.text(unit)}{source}",
        f"walking pace    {runner.walk.text(unit)}",
        f"step rate       {f'{runner.level_cadence_spm} steps a minute' if runner.level_cadence_spm else 'not known'}",
        *_measured(runner),
        f"working on      {runner.focus or 'nothing of your own: the workout says'}",
        f"steepest        {runner.ceiling}",
        f"body mass       {f'{runner.body_mass_kg:g} kg' if runner.body_mass_kg else 'not given'}",
        f"declines done   {runner.declines_done}",
        f"kept in         {where}",
    ]
