"""`treadctl profile`: the runner's own numbers, shown or changed."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileOptions:
    """What can be changed, and where."""

    name: str | None = None
    """Who runs."""
    easy: str | None = None
    """Easy pace on the level, at which you can talk: '9 km/h', '5.6 mph' or '6:40 /km'. Declines are never run faster."""
    walk: str | None = None
    """Walking pace, written likewise."""
    cadence: int | None = None
    """Steps a minute (both feet) at easy pace on the level."""
    ceiling: str | None = None
    """The steepest you want to be given, such as -5. Never below -10."""
    units: str | None = None
    """km/h or mph."""
    mass: float | None = None
    """Body mass in kg; only used to show loads."""
    declines_done: int | None = None
    """Decline sessions behind you; in the first two the step-rate target is gentler."""
    focus: str | None = None
    """The form cue you work on, such as arms-low; it goes before any workout's own. '' for none."""
    diagonal_feet: bool | None = None
    """Also be told the advanced cue for the steep (A2.5); on a narrow belt it can trip you."""
    tap: Annotated[bool, Parameter(negative=())] = False
    """Find your step rate without a foot pod: tap each right footfall for fifteen seconds."""
    voice: str | None = None
    """How much is spoken from now on: quiet, coach, chatty, or off."""
    volume: int | None = None
    """Of voice and metronome, 0 to 100."""
    rate: int | None = None
    """Of the voice, in words a minute, 100 to 300."""
    metronome: bool | None = None
    """Whether a beat leads your feet on declines."""
    file: Path | None = None
    """Another file than this platform's own."""


_NOTHING: Final = ProfileOptions()
_RUNNERS: Final = ("name", "easy", "walk", "cadence", "ceiling", "units", "mass", "declines_done", "focus", "diagonal_feet")
_LOUDSPEAKERS: Final = ("voice", "volume", "rate", "metronome")


def profile(*, asked: Annotated[ProfileOptions, Parameter(name="*")] = _NOTHING) -> int:
    """Show the runner's own numbers; with options, change them first."""
    changes = _said(asked, *_RUNNERS)
    rate = WORDS_PER_MIN if asked.rate is None else asked.rate
    check_sound(VOICES[0] if asked.voice is None else asked.voice, asked.volume or 0, rate)
    if asked.tap and asked.cadence is not None:
        raise BadInput("--tap finds the step rate that --cadence says: use one of them")
    if asked.tap:
        changes["cadence"] = tapped(time.monotonic).steps_per_min
    where = asked.file or profile_path()
    runner = CAUTIOUS if changes and not where.exists() else choose_runner(asked.file)
    if changes:
        try:
            runner = replace(runner, **_fields(changes))
            print(f"written to {save_profile(runner, where)}")
        except (BadInput, ProfileError, ValueError) as error:
            raise BadInput(f"{error}; nothing is changed") from error
    print("\n".join([*_lines(runner, where), _sound_line(_keep_sound(_said(asked, *_LOUDSPEAKERS)))]))
    return Exit.DONE


def _said(asked: ProfileOptions, *names: str) -> dict[str, Any]:
    """Those of these options that were given."""
    return {name: value for name in names if (value := getattr(asked, name)) is not None}


def _keep_sound(changes: dict[str, Any]) -> Gear:
    """How sessions sound from now on, beside the treadmill: it is this computer's loudspeaker."""
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
