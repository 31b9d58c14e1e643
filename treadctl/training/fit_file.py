"""A session as a FIT activity (FIT activity file): signed true grade, an altitude that really falls, laps, pauses.

fit-tool encodes it. It takes a tenth of a second to import and a second for an hour of session, so it is imported when asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from treadctl.training.activity import Activity, Moment, Span, activity_of
from treadctl.training.model import Done, Kind
from treadctl.training.samples import Sample
from treadctl.units import LEVEL, Speed
from treadctl.workout.model import Segment, SegmentKind, Workout

if TYPE_CHECKING:
    from fit_tool.message import Message

DEVELOPMENT: Final = 255
"""The manufacturer's number for whoever has none (FIT profile)."""
PRODUCT: Final = 1
PRODUCT_NAME: Final = "treadctl"
_EPOCH: Final = datetime(1989, 12, 31, tzinfo=UTC)
_MOST_METRES: Final = 0xFFFE
"""What a uint16 of metres holds; 0xFFFF says invalid."""


class NothingToExport(Exception):
    """A session whose belt never moved: there is no activity in it."""


def to_fit(done: Done, samples: Sequence[Sample], workout: Workout | None) -> bytes:
    """The whole file, CRC included; `workout` tells what each lap was for."""
    activity = activity_of(samples) if done.kind is Kind.RUN else None
    if activity is None:
        raise NothingToExport(f"session {done.id} has no moving belt in it, so there is no FIT activity to write")
    from fit_tool.fit_file_builder import FitFileBuilder

    builder = FitFileBuilder(auto_define=True)
    for message in _messages(done, activity, workout):
        builder.add(message)
    return bytes(builder.build_bytes())


def _messages(done: Done, activity: Activity, workout: Workout | None) -> Iterator[Message]:
    from fit_tool.profile.messages.device_info_message import DeviceInfoMessage
    from fit_tool.profile.messages.file_id_message import FileIdMessage
    from fit_tool.profile.profile_type import FileType

    about = {"manufacturer": DEVELOPMENT, "product": PRODUCT, "serial_number": done.id}
    begun = _at(done, 0)
    yield _filled(FileIdMessage(local_id=0), type=FileType.ACTIVITY, time_created=begun, product_name=PRODUCT_NAME, **about)
    yield _filled(DeviceInfoMessage(local_id=1), timestamp=begun, device_index=0, product_name=PRODUCT_NAME, **about)
    yield from _timed(done, activity)
    for index, lap in enumerate(activity.laps):
        yield _lap(done, lap, index, _step(workout, lap), index + 1 == len(activity.laps))
    yield _session(done, activity)
    yield _closing(done, activity)


def _timed(done: Done, activity: Activity) -> Iterator[Message]:
    """Records, and the timer's starts and stops around them, in the order of time."""
    from fit_tool.profile.messages.event_message import EventMessage
    from fit_tool.profile.messages.record_message import RecordMessage
    from fit_tool.profile.profile_type import Event, EventType

    start_m, distance_m = activity.start_altitude_m, 0.0
    moments = iter(activity.whole.moments)
    for start_s, stop_s in activity.runs:
        timer = {"event": Event.TIMER, "event_group": 0}
        yield _filled(EventMessage(local_id=2), timestamp=_at(done, start_s), event_type=EventType.START, **timer)
        for moment in moments:
            distance_m += moment.distance_m
            yield _record(RecordMessage(local_id=3), done, moment, start_m + moment.altitude_m, distance_m)
            if moment.sample.second == stop_s:
                break
        last = stop_s == activity.whole.end_s
        kind = EventType.STOP_ALL if last else EventType.STOP
        yield _filled(EventMessage(local_id=2), timestamp=_at(done, stop_s), event_type=kind, **timer)


def _record(message: Message, done: Done, moment: Moment, altitude_m: float, distance_m: float) -> Message:
    s = moment.sample
    return _filled(
        message,
        timestamp=_at(done, s.second),
        distance=distance_m,
        enhanced_altitude=altitude_m,
        grade=None if s.grade is None else s.grade / 10,
        enhanced_speed=None if s.speed is None else Speed(s.speed).mps,
        heart_rate=s.heart_rate_bpm,
        step_length=_step_length_mm(s),
        **_strides("cadence", "fractional_cadence", s.step_rate_spm),
    )


def _lap(done: Done, lap: Span, index: int, step: Segment | None, last: bool) -> Message:
    from fit_tool.profile.messages.lap_message import LapMessage
    from fit_tool.profile.profile_type import Event, EventType, LapTrigger, Sport, SubSport

    by_distance = step is not None and step.distance_m is not None
    trigger = LapTrigger.SESSION_END if last else LapTrigger.DISTANCE if by_distance else LapTrigger.TIME
    lengths = tuple(length for m in lap.moments if (length := _step_length_mm(m.sample)) is not None)
    return _filled(
        LapMessage(local_id=4),
        message_index=index,
        event=Event.LAP,
        event_type=EventType.STOP,
        sport=Sport.RUNNING,
        sub_sport=SubSport.TREADMILL,
        lap_trigger=trigger,
        intensity=None if step is None else _intensity(step.kind),
        workout_step_index=None if step is None else lap.segment,
        avg_step_length=_mean(lengths),
        **_summary(done, lap),
    )


def _session(done: Done, activity: Activity) -> Message:
    from fit_tool.profile.messages.session_message import SessionMessage
    from fit_tool.profile.profile_type import Event, EventType, SessionTrigger, Sport, SubSport

    return _filled(
        SessionMessage(local_id=5),
        message_index=0,
        event=Event.SESSION,
        event_type=EventType.STOP,
        sport=Sport.RUNNING,
        sub_sport=SubSport.TREADMILL,
        first_lap_index=0,
        num_laps=len(activity.laps),
        trigger=SessionTrigger.ACTIVITY_END,
        **_summary(done, activity.whole),
    )


def _closing(done: Done, activity: Activity) -> Message:
    from fit_tool.profile.messages.activity_message import ActivityMessage
    from fit_tool.profile.profile_type import Activity as ActivityType
    from fit_tool.profile.profile_type import Event, EventType

    end = done.begun + timedelta(seconds=activity.whole.end_s)
    return _filled(
        ActivityMessage(local_id=6),
        timestamp=_at(done, activity.whole.end_s),
        total_timer_time=activity.whole.timer_s,
        num_sessions=1,
        type=ActivityType.MANUAL,
        event=Event.ACTIVITY,
        event_type=EventType.STOP,
        local_timestamp=round((end.replace(tzinfo=UTC) - _EPOCH).total_seconds()),
    )


def _summary(done: Done, span: Span) -> dict[str, Any]:
    """The fields that laps and the session have in common."""
    speeds, hearts = span.told(lambda s: s.speed), span.told(lambda s: s.heart_rate_bpm)
    grades, rates = span.told(lambda s: s.grade), span.told(lambda s: s.step_rate_spm)
    stepping = [rate for rate in rates if rate]  # who stands on the rails has no cadence, and makes no strides
    falling = [grade for grade in grades if grade < LEVEL]
    rising = [grade for grade in grades if grade > LEVEL]
    cadence, steps = _mean(stepping), _mean(rates)
    return {
        "timestamp": _at(done, span.end_s),
        "start_time": _at(done, span.begin_s),
        "total_elapsed_time": span.elapsed_s,
        "total_timer_time": span.timer_s,
        "total_distance": span.distance_m,
        "total_ascent": min(round(span.ascent_m), _MOST_METRES),
        "total_descent": min(round(span.descent_m), _MOST_METRES),
        "enhanced_avg_speed": span.distance_m / span.timer_s,
        "enhanced_max_speed": Speed(max(speeds)).mps if speeds else None,
        "avg_heart_rate": None if not hearts else round(sum(hearts) / len(hearts)),
        "max_heart_rate": max(hearts, default=None),
        "avg_grade": _percent(grades),
        "avg_neg_grade": _percent(falling),
        "max_neg_grade": min(falling) / 10 if falling else None,
        "avg_pos_grade": _percent(rising),
        "max_pos_grade": max(rising) / 10 if rising else None,
        "total_cycles": None if steps is None else round(steps / 120 * span.timer_s),
        **_strides("avg_cadence", "avg_fractional_cadence", None if cadence is None else round(cadence)),
        **_strides("max_cadence", "max_fractional_cadence", max(rates, default=None)),
    }


def _strides(name: str, fraction: str, steps_per_minute: int | None) -> dict[str, float | None]:
    """Steps a minute of both feet as strides a minute and what is left over: 175 is 87 and a half."""
    if steps_per_minute is None:
        return {name: None, fraction: None}
    return {name: steps_per_minute // 2, fraction: steps_per_minute % 2 / 2}


def _step_length_mm(s: Sample) -> float | None:
    """How far one step carries; None unless speed and step rate were both measured."""
    return Speed(s.speed).mps * 60 / s.step_rate_spm * 1000 if s.speed and s.step_rate_spm else None


def _step(workout: Workout | None, lap: Span) -> Segment | None:
    return workout.segments[lap.segment] if workout is not None and 0 <= lap.segment < len(workout.segments) else None


def _intensity(kind: SegmentKind) -> object:
    from fit_tool.profile.profile_type import Intensity

    special = {
        SegmentKind.WARM_UP: Intensity.WARMUP,
        SegmentKind.COOL_DOWN: Intensity.COOLDOWN,
        SegmentKind.RECOVER: Intensity.RECOVERY,
    }
    return special.get(kind, Intensity.ACTIVE)


def _percent(grades: Sequence[int]) -> float | None:
    mean = _mean(grades)
    return None if mean is None else mean / 10


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _at(done: Done, second: int) -> int:
    """The time of a second of the session, as fit-tool takes it: milliseconds since 1970."""
    return round((done.begun.timestamp() + second) * 1000)


def _filled(message: Message, **fields: object) -> Message:
    """The message with these fields. What is None stays out of it, and is never zero; so does nonsense that a machine told and
    the format has no number for: one such second must not cost the file."""
    from fit_tool.exceptions import FitEncodingError

    for name, value in fields.items():
        if value is not None:
            with suppress(FitEncodingError):
                setattr(message, name, value)
    return message
