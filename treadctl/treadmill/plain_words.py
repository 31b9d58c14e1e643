"""What the octets of a treadmill or a sensor say, in words for a person: one line for each value or notification.

For `probe`, `record` and `replay`. Nothing is ever decided by these words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum, IntFlag
from typing import Final
from uuid import UUID

from treadctl.ftms import battery, control_point, feature, heart_rate, machine_status, ranges, training_status, treadmill_data
from treadctl.ftms import running_speed_cadence as rsc
from treadctl.ftms.assigned import (
    FITNESS_MACHINE_CONTROL_POINT,
    FITNESS_MACHINE_FEATURE,
    FITNESS_MACHINE_STATUS,
    SUPPORTED_INCLINATION_RANGE,
    SUPPORTED_SPEED_RANGE,
    TRAINING_STATUS,
    TREADMILL_DATA,
)
from treadctl.ftms.errors import ProtocolError
from treadctl.units import Speed, clock
from treadctl.workout.errors import printable

MODEL_NUMBER: Final = 0x2A24
SERIAL_NUMBER: Final = 0x2A25
FIRMWARE_REVISION: Final = 0x2A26
HARDWARE_REVISION: Final = 0x2A27
SOFTWARE_REVISION: Final = 0x2A28
MANUFACTURER_NAME: Final = 0x2A29

NAMES: Final = {
    MANUFACTURER_NAME: "maker",
    MODEL_NUMBER: "model",
    SERIAL_NUMBER: "serial number",
    HARDWARE_REVISION: "hardware",
    FIRMWARE_REVISION: "firmware",
    SOFTWARE_REVISION: "software",
    battery.LEVEL: "battery",
    heart_rate.MEASUREMENT: "heart rate",
    rsc.MEASUREMENT: "steps",
    FITNESS_MACHINE_FEATURE: "features",
    TREADMILL_DATA: "treadmill data",
    TRAINING_STATUS: "training status",
    SUPPORTED_SPEED_RANGE: "speed range",
    SUPPORTED_INCLINATION_RANGE: "inclination range",
    FITNESS_MACHINE_CONTROL_POINT: "control point",
    FITNESS_MACHINE_STATUS: "machine status",
}
"""Short names of the characteristics that treadctl knows (Assigned Numbers 2025-02-11)."""
STRINGS: Final = (MANUFACTURER_NAME, MODEL_NUMBER, SERIAL_NUMBER, HARDWARE_REVISION, FIRMWARE_REVISION, SOFTWARE_REVISION)
"""Device Information (0x180A), in the order in which a person wants it."""
_ABOUT_THE_RECORD: Final = frozenset({"more_data", "truncated", "reserved", "surplus"})


def name(characteristic: int) -> str:
    """`treadmill data`; an unknown one by its number."""
    return NAMES.get(characteristic) or (f"0x{characteristic:04X}" if characteristic <= 0xFFFF else str(UUID(int=characteristic)))


def in_words(characteristic: int, octets: bytes) -> str:
    """What these octets say; where they can't be read, that, with the octets."""
    say = _SAY.get(characteristic)
    if say is None:
        return octets.hex(" ")
    try:
        return say(octets)
    except ProtocolError as error:
        return f"cannot be read: {error}"


def feature_words(octets: bytes) -> tuple[str, str]:
    """What a machine says that it tells, and what it says that it can be told (FTMS v1.0 §4.3)."""
    found = feature.decode(octets)
    return _bits(found.tells), _bits(found.targets)


def fields(octets: bytes) -> tuple[str, ...]:
    """The names of the fields that one Treadmill Data record carries; none for what can't be read."""
    try:
        data = treadmill_data.decode(octets)
    except ProtocolError:
        return ()
    named = zip(data._fields, data, strict=True)
    return tuple(field for field, value in named if value is not None and field not in _ABOUT_THE_RECORD)


def _bits(flags: IntFlag) -> str:
    known = [_lower(bit) for bit in type(flags) if bit in flags]
    reserved = int(flags) & ~sum(bit.value for bit in type(flags))
    return ", ".join(known + ([f"reserved bits {reserved:#x}"] if reserved else [])) or "nothing"


def _lower(word: Enum) -> str:
    return word.name.lower().replace("_", " ")


def _data(octets: bytes) -> str:
    data = treadmill_data.decode(octets)
    return ", ".join(_parts(data)) or "no field"


def _parts(data: treadmill_data.TreadmillData) -> Iterator[str]:
    if data.speed is not None:
        yield str(data.speed)
    elif data.more_data:
        yield "more data"
    if data.grade is not None:
        yield str(data.grade)
    for value, unit in ((data.ramp_angle_tenths_deg, "ramp {} °"), (data.gain_down_tenths_m, "{} m down")):
        if value is not None:
            yield unit.format(f"{value / 10:.1f}")
    for number, unit in (
        (data.distance_m, "{} m"),
        (data.energy_kcal, "{} kcal"),
        (data.heart_rate_bpm, "{} bpm"),
        (data.power_w, "{} W"),
    ):
        if number is not None:
            yield unit.format(number)
    if data.elapsed_s is not None:
        yield clock(data.elapsed_s)
    if data.truncated:
        yield "cut short"
    if data.surplus:
        yield f"and {data.surplus.hex(' ')}"


def _feature(octets: bytes) -> str:
    tells, targets = feature_words(octets)
    return f"tells {tells}; takes {targets}"


def _speed_range(octets: bytes) -> str:
    belt = ranges.decode_speed_range(octets)
    return f"{belt.slowest} to {belt.fastest} in steps of {Speed(belt.step).text()}{'' if belt.usable else ': no usable range'}"


def _inclination_range(octets: bytes) -> str:
    deck = ranges.decode_inclination_range(octets)
    step = f"{deck.step // 10}.{deck.step % 10} %"
    return f"{deck.lowest} to {deck.highest} in steps of {step}{'' if deck.usable else ': no usable range'}"


def _training(octets: bytes) -> str:
    status = training_status.decode(octets)
    word = (
        _lower(status.training) if isinstance(status.training, training_status.Training) else f"reserved {status.training:#04x}"
    )
    text = printable((status.text or "").strip("\0 "))
    return f"{word}, {text!r}" if text else word


def _status(octets: bytes) -> str:
    event = machine_status.decode(octets)
    word = _lower(event.op) if isinstance(event.op, machine_status.Status) else f"reserved {event.op:#04x}"
    if event.value is None:
        return word
    value = _lower(event.value) if isinstance(event.value, Enum) else str(event.value)
    return f"{word}: {value}"


def _response(octets: bytes) -> str:
    response = control_point.decode_response(octets)
    try:
        asked = _lower(control_point.OpCode(response.op))
    except ValueError:
        asked = f"op code {response.op:#04x}"
    return f"{asked}: {response.outcome.value}"


def _string(octets: bytes) -> str:
    return printable(octets.decode("utf-8", errors="replace").strip("\0 ")) or "(empty)"


def _percent(octets: bytes) -> str:
    return f"{battery.decode(octets)} %"


def _heart(octets: bytes) -> str:
    beat = heart_rate.decode(octets)
    contact = {True: ", on the skin", False: ", not on the skin", None: ""}[beat.contact]
    return f"{beat.bpm} bpm{contact}"


def _steps(octets: bytes) -> str:
    pod = rsc.decode(octets)
    return f"{pod.speed}, {pod.cadence_per_min} a minute, {'running' if pod.running else 'walking'}"


_SAY: Final[dict[int, Callable[[bytes], str]]] = {
    TREADMILL_DATA: _data,
    FITNESS_MACHINE_FEATURE: _feature,
    SUPPORTED_SPEED_RANGE: _speed_range,
    SUPPORTED_INCLINATION_RANGE: _inclination_range,
    TRAINING_STATUS: _training,
    FITNESS_MACHINE_STATUS: _status,
    FITNESS_MACHINE_CONTROL_POINT: _response,
    battery.LEVEL: _percent,
    heart_rate.MEASUREMENT: _heart,
    rsc.MEASUREMENT: _steps,
    **dict.fromkeys(STRINGS, _string),
}
