"""What `treadctl studio setup` writes: keys, users, access, a broker's configuration, a service for each lane. Pure.

Chance and files are its caller's. Nothing secret is in a file that others may read, and a lane's folder holds nothing that could
start or steer another lane.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from treadctl.studio.signing import CoachKey
from treadctl.studio.topics import mosquitto_acl
from treadctl.studio.users import password_line

COACH: Final = "coach"
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
    """A room to be made. `etc` is where its files will lie on their computers; without certificates there is no TLS."""

    name: str
    lanes: int
    host: str
    port: int
    certificates: Certificates | None = None
    etc: str = "/etc/treadctl"
    program: str = "/usr/local/bin/treadctl"

    @property
    def users(self) -> tuple[str, ...]:
        """Everybody who gets a password."""
        return COACH, *(f"lane-{lane}" for lane in range(1, self.lanes + 1))

    @property
    def broker(self) -> str:
        """The broker's address, as lanes and console are told it."""
        return f"{'mqtts' if self.certificates else 'mqtt'}://{self.host}:{self.port}"


def room_files(plan: RoomPlan, key: CoachKey, passwords: Mapping[str, str], salts: Mapping[str, bytes]) -> tuple[RoomFile, ...]:
    """All files of a room; `passwords` and `salts` have one for each of the plan's users."""
    lines = [password_line(user, passwords[user], salts[user]) for user in plan.users]
    files = [
        RoomFile("READ-ME-FIRST.txt", "\n".join(what_to_do(plan)) + "\n"),
        RoomFile("coach/coach.key", key.text + "\n", SECRET),
        RoomFile("coach/password", passwords[COACH] + "\n", SECRET),
        RoomFile("coach/console.sh", _console(plan), RUNS),
        RoomFile("broker/passwords", "\n".join(lines) + "\n", SECRET),
        RoomFile("broker/acl", mosquitto_acl(plan.users, plan.name), SECRET),
        RoomFile("broker/mosquitto.conf", _mosquitto(plan)),
        RoomFile("broker/treadctl-broker.service", _broker_service(plan)),
        *_certificate_files(plan),
    ]
    for lane in range(1, plan.lanes + 1):
        files += _lane_files(plan, lane, key.public.text, passwords[f"lane-{lane}"])
    return tuple(files)


def what_to_do(plan: RoomPlan) -> tuple[str, ...]:
    """What to copy where, in the order in which it works."""
    etc, lane = plan.etc, min(7, plan.lanes)
    return (
        f"The room {plan.name}: {plan.lanes} lanes, a broker at {plan.broker}.",
        "",
        f"1. The broker, on the computer that is called {plan.host}:",
        f"     copy the folder broker to {etc}/broker",
        "     with Mosquitto:  sudo apt install mosquitto",
        f"                      sudo chown -R mosquitto: {etc}/broker",
        f"                      sudo cp {etc}/broker/mosquitto.conf /etc/mosquitto/conf.d/{plan.name}.conf",
        "                      sudo systemctl restart mosquitto",
        "     without it:      sudo useradd --system treadctl",
        f"                      sudo chown -R treadctl: {etc}/broker",
        f"                      sudo cp {etc}/broker/treadctl-broker.service /etc/systemd/system/",
        "                      sudo systemctl enable --now treadctl-broker",
        "2. The console, on the staff's computer:",
        "     copy the folder coach anywhere; run console.sh in a terminal",
        "     coach.key in it can offer and start classes: guard it like the room's door key.",
        f"3. Each treadmill, on the small computer beside it (one serves up to four); lane {lane}, for example:",
        "     sudo useradd --system --groups bluetooth,audio,input treadctl",
        f"     copy the folder lane-{lane} to {etc}/lane-{lane}",
        f"     treadctl studio find --lane {lane}       tells its address; write it into {etc}/lane-{lane}/lane.env",
        f"     sudo chown -R treadctl: {etc}/lane-{lane}",
        f"     sudo cp {etc}/lane-{lane}/treadctl-lane-{lane}.service /etc/systemd/system/",
        f"     sudo systemctl enable --now treadctl-lane-{lane}",
        "",
        "Nothing else goes anywhere. Keep this folder where only you can read it.",
    )


def _lane_files(plan: RoomPlan, lane: int, public: str, password: str) -> list[RoomFile]:
    folder = f"lane-{lane}"
    files = [
        RoomFile(f"{folder}/coach.pub", public + "\n"),
        RoomFile(f"{folder}/password", password + "\n", SECRET),
        RoomFile(f"{folder}/lane.env", _LANE_ENV.format(lane=lane)),
        RoomFile(f"{folder}/treadctl-{folder}.service", _lane_service(plan, lane)),
    ]
    return files + ([RoomFile(f"{folder}/ca.crt", plan.certificates.authority)] if plan.certificates else [])


def _certificate_files(plan: RoomPlan) -> list[RoomFile]:
    made = plan.certificates
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
    where = f"--broker {plan.broker}{' --ca ca.crt' if plan.certificates else ''} --studio {plan.name}"
    return (
        "#!/bin/sh\n"
        "# The staff's console of this room. More of its options: treadctl studio coach --help\n"
        'cd "$(dirname "$0")" || exit 1\n'
        f'exec treadctl studio coach {where} --key coach.key --password-file password "$@"\n'
    )


def _mosquitto(plan: RoomPlan) -> str:
    folder = f"{plan.etc}/broker"
    tls = [f"certfile {folder}/broker.crt", f"keyfile {folder}/broker.key"] if plan.certificates else []
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
            "message_size_limit 70000",
            "",
        ]
    )


def _broker_service(plan: RoomPlan) -> str:
    folder = f"{plan.etc}/broker"
    tls = f" --certificate {folder}/broker.crt --key {folder}/broker.key" if plan.certificates else ""
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
    ca = f" --ca {folder}/ca.crt" if plan.certificates else ""
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
