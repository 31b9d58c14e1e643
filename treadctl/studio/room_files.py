"""What `treadctl studio setup` writes: keys, users, access, a broker's configuration, a service for each lane. Pure.

Chance and files are its caller's. Nothing secret is in a file that others may read, and a lane's folder holds nothing that could
start or steer another lane.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Final

from pydantic import TypeAdapter, ValidationError

from treadctl.studio.signing import CoachKey
from treadctl.studio.topics import mosquitto_acl
from treadctl.studio.users import password_line

COACH: Final = "coach"
PLAN: Final = "room.json"
SECRET: Final = 0o600
PLAIN: Final = 0o644
RUNS: Final = 0o755


@dataclass(frozen=True, slots=True)
class RoomFile:
    """One file, by its path below the room's folder, and who may read it."""

    path: str
    text: str
    mode: int = PLAIN


@dataclass(frozen=True, slots=True)
class Certificates:
    """For TLS, as PEM: who vouches for the broker, its key to vouch with, and the broker's own."""

    authority: str
    authority_key: str
    broker: str
    broker_key: str


@dataclass(frozen=True, slots=True)
class RoomPlan:
    """A room. `etc` is where its files will lie on their computers; `tls` is whether there are certificates."""

    name: str
    lanes: int
    host: str
    port: int
    tls: bool = True
    etc: str = "/etc/treadctl"
    program: str = "/usr/local/bin/treadctl"

    @property
    def users(self) -> tuple[str, ...]:
        """Everybody who gets a password."""
        return COACH, *lane_users(range(1, self.lanes + 1))

    @property
    def broker(self) -> str:
        """The broker's address, as lanes and console are told it."""
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.host}:{self.port}"

    @property
    def text(self) -> str:
        """The plan itself, for when lanes are added."""
        return json.dumps(asdict(self), indent=1) + "\n"

    @classmethod
    def read(cls, text: str) -> RoomPlan:
        """The plan of a room that was made before; raises PlanProblem."""
        try:
            return TypeAdapter(RoomPlan).validate_json(text, strict=True)
        except ValidationError as error:
            raise PlanProblem(f"this is no room.json that treadctl studio setup wrote: {error.errors()[0]['msg']}") from None


class PlanProblem(ValueError):
    """A room's own file cannot be used."""


def lane_users(lanes: Iterable[int]) -> tuple[str, ...]:
    """The brokers' users of lanes."""
    return tuple(f"lane-{lane}" for lane in lanes)


def room_files(
    plan: RoomPlan, key: CoachKey, passwords: Mapping[str, str], salts: Mapping[str, bytes], made: Certificates | None
) -> tuple[RoomFile, ...]:
    """All files of a room; `passwords` and `salts` have one for each of the plan's users, `made` is None without TLS."""
    lines = [password_line(user, passwords[user], salts[user]) for user in plan.users]
    files = [
        RoomFile(PLAN, plan.text),
        RoomFile("READ-ME-FIRST.txt", "\n".join(what_to_do(plan)) + "\n"),
        RoomFile("coach/coach.key", key.text + "\n", SECRET),
        RoomFile("coach/password", passwords[COACH] + "\n", SECRET),
        RoomFile("coach/console.sh", _console(plan), RUNS),
        RoomFile("broker/passwords", "\n".join(lines) + "\n", SECRET),
        RoomFile("broker/acl", mosquitto_acl(plan.users, plan.name), SECRET),
        RoomFile("broker/mosquitto.conf", _mosquitto(plan)),
        RoomFile("broker/treadctl-broker.service", _broker_service(plan)),
        *_certificate_files(made),
    ]
    authority = made.authority if made is not None else None
    for lane in range(1, plan.lanes + 1):
        files += _lane_files(plan, lane, key.public.text, passwords[f"lane-{lane}"], authority)
    return tuple(files)


@dataclass(frozen=True, slots=True)
class Grown:
    """What more lanes are in files: `new` ones, lines that `appended` ones get at their end, and `anew` what has no secrets."""

    new: tuple[RoomFile, ...]
    appended: tuple[RoomFile, ...]
    anew: tuple[RoomFile, ...]


def more_lanes(
    plan: RoomPlan, lanes: range, public: str, passwords: Mapping[str, str], salts: Mapping[str, bytes], authority: str | None
) -> Grown:
    """Lanes that a room gets later; `plan` has them already. Of what exists only the broker's lists grow, at their end."""
    users = lane_users(lanes)
    new: list[RoomFile] = []
    for lane in lanes:
        new += _lane_files(plan, lane, public, passwords[f"lane-{lane}"], authority)
    lines = "".join(f"{password_line(user, passwords[user], salts[user])}\n" for user in users)
    appended = RoomFile("broker/passwords", lines, SECRET), RoomFile("broker/acl", f"\n{mosquitto_acl(users, plan.name)}", SECRET)
    anew = RoomFile("READ-ME-FIRST.txt", "\n".join(what_to_do(plan)) + "\n"), RoomFile(PLAN, plan.text)
    return Grown(tuple(new), appended, anew)


def named_lanes(lanes: range) -> str:
    """`lane 21`, `lanes 21 to 30`."""
    return f"lane {lanes[0]}" if len(lanes) == 1 else f"lanes {lanes[0]} to {lanes[-1]}"


def what_to_do_with_more(plan: RoomPlan, lanes: range) -> tuple[str, ...]:
    """What to copy after lanes were added."""
    etc = plan.etc
    return (
        f"The room {plan.name} has {plan.lanes} lanes now; new: {named_lanes(lanes)}. Nothing changes for those it had.",
        "",
        f"1. On the computer that is called {plan.host}, the broker learns of them:",
        f"     copy broker/passwords and broker/acl into {etc}/broker",
        f"     with Mosquitto:  sudo chown mosquitto: {etc}/broker/passwords {etc}/broker/acl",
        "                      sudo systemctl reload mosquitto       (nobody is thrown out by that)",
        f"     without it:      sudo chown treadctl: {etc}/broker/passwords {etc}/broker/acl",
        "                      sudo systemctl restart treadctl-broker  (between two classes)",
        *_each_treadmill(plan, lanes[0], 2),
    )


def what_to_do(plan: RoomPlan) -> tuple[str, ...]:
    """What to copy where, in the order in which it works."""
    etc = plan.etc
    return (
        f"The room {plan.name}: {plan.lanes} lanes, a broker at {plan.broker}.",
        "",
        f"0. Each of these computers needs {plan.program}; in a copy of its repository:",
        "     sudo python3 -m venv /opt/treadctl && sudo /opt/treadctl/bin/pip install .",
        f"     sudo ln -s /opt/treadctl/bin/treadctl {plan.program}",
        f"1. The broker, on the computer that is called {plan.host}:",
        f"     copy the folder broker to it, then:  sudo mkdir -p {etc} && sudo cp -r broker {etc}/",
        "     with Mosquitto:  sudo apt install mosquitto",
        f"                      sudo chown -R mosquitto: {etc}/broker",
        f"                      sudo cp {etc}/broker/mosquitto.conf /etc/mosquitto/conf.d/{plan.name}.conf",
        "                      sudo systemctl restart mosquitto",
        "     without it:      sudo useradd --system treadctl",
        f"                      sudo chown -R treadctl: {etc}/broker",
        f"                      sudo cp {etc}/broker/treadctl-broker.service /etc/systemd/system/",
        "                      sudo systemctl enable --now treadctl-broker",
        "2. The console, on the staff's computer:",
        "     copy the folder coach anywhere; run ./console.sh of it in a terminal",
        "     coach.key in it can offer and start classes: guard it like the room's door key.",
        *_each_treadmill(plan, min(7, plan.lanes), 3),
        "4. To rehearse a class without any treadmill: rehearse.sh in a lane's folder runs that lane with a mock.",
        "",
        "Nothing else goes anywhere. Keep this folder where only you can read it: more lanes are added in it.",
    )


def _each_treadmill(plan: RoomPlan, lane: int, number: int) -> tuple[str, ...]:
    etc = plan.etc
    return (
        f"{number}. Each treadmill, on the small computer beside it (one serves up to four); lane {lane}, for example:",
        "     sudo useradd --system --groups bluetooth,audio,input treadctl",
        f"     copy the folder lane-{lane} to it, then:  sudo mkdir -p {etc} && sudo cp -r lane-{lane} {etc}/",
        f"     treadctl studio find --lane {lane}       tells its address; write it into {etc}/lane-{lane}/lane.env",
        f"     sudo chown -R treadctl: {etc}/lane-{lane}",
        f"     sudo cp {etc}/lane-{lane}/treadctl-lane-{lane}.service /etc/systemd/system/",
        f"     sudo systemctl enable --now treadctl-lane-{lane}",
    )


def _lane_files(plan: RoomPlan, lane: int, public: str, password: str, authority: str | None) -> list[RoomFile]:
    folder = f"lane-{lane}"
    files = [
        RoomFile(f"{folder}/coach.pub", public + "\n"),
        RoomFile(f"{folder}/password", password + "\n", SECRET),
        RoomFile(f"{folder}/lane.env", _LANE_ENV.format(lane=lane)),
        RoomFile(f"{folder}/treadctl-{folder}.service", _lane_service(plan, lane)),
        RoomFile(f"{folder}/rehearse.sh", _rehearsal(plan, lane), RUNS),
    ]
    return files + ([RoomFile(f"{folder}/ca.crt", authority)] if authority is not None else [])


def _certificate_files(made: Certificates | None) -> list[RoomFile]:
    if made is None:
        return []
    return [
        RoomFile("broker/broker.crt", made.broker),
        RoomFile("broker/broker.key", made.broker_key, SECRET),
        RoomFile("coach/ca.crt", made.authority),
        RoomFile("ca.crt", made.authority),
        RoomFile("ca.key", made.authority_key, SECRET),
    ]


def _console(plan: RoomPlan) -> str:
    where = f"--broker {plan.broker}{' --ca ca.crt' if plan.tls else ''} --studio {plan.name}"
    return (
        "#!/bin/sh\n"
        "# The staff's console of this room. More of its options: treadctl studio coach --help\n"
        'cd "$(dirname "$0")" || exit 1\n'
        f'exec treadctl studio coach {where} --key coach.key --password-file password "$@"\n'
    )


def _rehearsal(plan: RoomPlan, lane: int) -> str:
    ca = " --ca ca.crt" if plan.tls else ""
    return (
        "#!/bin/sh\n"
        f"# Lane {lane} with a mock treadmill, on any computer that reaches the broker: nothing moves anywhere. With --arm its\n"
        "# runner says ready by themselves; without it the keys here are the runner's. End the lane's own service first.\n"
        'cd "$(dirname "$0")" || exit 1\n'
        f"exec treadctl studio lane --lane {lane} --mock --broker {plan.broker}{ca} --studio {plan.name} --coach-key coach.pub"
        ' --password-file password "$@"\n'
    )


def _mosquitto(plan: RoomPlan) -> str:
    folder = f"{plan.etc}/broker"
    tls = [f"certfile {folder}/broker.crt", f"keyfile {folder}/broker.key"] if plan.tls else []
    return "\n".join(
        [
            f"# Mosquitto for the room {plan.name}. Only the users below may enter, each on their own topics.",
            f"listener {plan.port}",
            *tls,
            "allow_anonymous false",
            f"password_file {folder}/passwords",
            f"acl_file {folder}/acl",
            "# Lanes and console say anew how things are when it is back.",
            "persistence false",
            "# The longest word, an offer, has 64 kB.",
            "max_packet_size 70000",
            "",
        ]
    )


def _broker_service(plan: RoomPlan) -> str:
    folder = f"{plan.etc}/broker"
    tls = f" --certificate {folder}/broker.crt --key {folder}/broker.key" if plan.tls else ""
    command = (
        f"{plan.program} studio broker --host 0.0.0.0 --port {plan.port} --users {folder}/passwords --studio {plan.name}{tls}"
    )
    return f"""\
[Unit]
Description=The broker of the room {plan.name}, for small rooms without Mosquitto
After=network-online.target
Wants=network-online.target

[Service]
User=treadctl
ExecStart={command}
Restart=always
RestartSec=1

[Install]
WantedBy=multi-user.target
"""


def _lane_service(plan: RoomPlan, lane: int) -> str:
    folder = f"{plan.etc}/lane-{lane}"
    ca = f" --ca {folder}/ca.crt" if plan.tls else ""
    command = (
        f"{plan.program} studio lane --lane {lane} --treadmill ${{TREADMILL}} --broker {plan.broker}{ca}"
        f" --password-file {folder}/password --studio {plan.name} --coach-key {folder}/coach.pub $OPTIONS"
    )
    return f"""\
[Unit]
Description=Lane {lane} of the room {plan.name}
After=network-online.target bluetooth.target
Wants=network-online.target

[Service]
User=treadctl
# Recordings and runners' own numbers are kept in /var/lib/treadctl.
StateDirectory=treadctl
Environment=HOME=/var/lib/treadctl
EnvironmentFile={folder}/lane.env
ExecStart={command}
Restart=always
RestartSec=2
# The first signal stops the belt; the program leaves when it is still.
TimeoutStopSec=60
# The guardian outlives the program by a Stop: systemd must not kill it along with it.
KillMode=process

[Install]
WantedBy=multi-user.target
"""


_LANE_ENV: Final = """\
# Lane {lane}. Its treadmill's Bluetooth address: treadctl studio find --lane {lane}
TREADMILL=
# More for treadctl studio lane, such as:  --keypad /dev/input/by-id/usb-...-event-kbd --guest --decline 10
OPTIONS=
"""
