"""`treadctl studio setup`: what it writes, who may read it, and that both brokers and a lane take it as it is."""

from __future__ import annotations

import asyncio
import shlex
import ssl
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command_line import home, treadctl
from studio_brokers import MOSQUITTO, NEEDS_MOSQUITTO, Client, free_port

from treadctl.cli.errors import BadInput, Exit
from treadctl.cli.studio_coach import secret_key
from treadctl.cli.studio_room import choose_password, choose_public_key
from treadctl.cli.studio_setup import write_new
from treadctl.studio.broker import BrokerOptions, BrokerProcess
from treadctl.studio.certificates import certificates
from treadctl.studio.mqtt_bus import BrokerAddress, MqttBus
from treadctl.studio.room_files import Certificates, RoomFile, RoomPlan, room_files
from treadctl.studio.signing import CoachKey
from treadctl.studio.users import Users

__all__ = ["home"]

SECRETS = {"coach/coach.key", "coach/password", "broker/passwords", "broker/acl", "broker/broker.key", "ca.key"}
FAKE = Certificates("AUTHORITY", "AUTHORITY KEY", "BROKER", "BROKER KEY")
KEY = CoachKey.read("44" * 32)


def a_room(lanes: int = 3, certificates: Certificates | None = FAKE, **changed: str) -> dict[str, RoomFile]:
    plan = RoomPlan("north", lanes, "desk.local", 8883, certificates is not None, **changed)
    passwords = {user: f"password-of-{user}" for user in plan.users}
    files = room_files(plan, KEY, passwords, dict.fromkeys(plan.users, b"salt"), certificates)
    assert len({file.path for file in files}) == len(files)
    return {file.path: file for file in files}


def test_a_lanes_folder_has_what_its_program_needs_and_nothing_of_another_lane_or_of_the_coach() -> None:
    room = a_room()
    mine = {path: file for path, file in room.items() if path.startswith("lane-2/")}
    assert set(mine) == {
        *(f"lane-2/{name}" for name in ("ca.crt", "coach.pub", "lane.env", "password")),
        *("lane-2/rehearse.sh", "lane-2/treadctl-lane-2.service"),
    }
    assert mine["lane-2/coach.pub"].text.strip() == KEY.public.text
    assert mine["lane-2/password"].text == "password-of-lane-2\n"
    told = "".join(file.text for file in mine.values())
    for other in (KEY.text, "password-of-coach", "password-of-lane-1", "password-of-lane-3", "AUTHORITY KEY", "BROKER KEY"):
        assert other not in told


def test_what_is_secret_is_for_its_owner_alone_and_what_is_not_holds_no_secret() -> None:
    for path, file in a_room().items():
        secret = path in SECRETS or path.endswith("/password")
        assert (file.mode == 0o600) is secret, path
        if not secret:
            assert "password-of" not in file.text
            assert KEY.text not in file.text


def test_the_service_of_a_lane_is_the_command_that_there_is() -> None:
    text = a_room()["lane-2/treadctl-lane-2.service"].text
    assert "KillMode=process" in text, "or systemd kills the guardian with the program, and nobody stops the belt"
    command = next(line.removeprefix("ExecStart=") for line in text.splitlines() if line.startswith("ExecStart="))
    words = shlex.split(command)
    assert words[:7] == ["/usr/local/bin/treadctl", "studio", "lane", "--lane", "2", "--treadmill", "${TREADMILL}"]
    from dataclasses import fields

    from treadctl.cli.studio_lane import LaneOptions

    options = {word.removeprefix("--").replace("-", "_") for word in words if word.startswith("--")}
    assert options <= {field.name for field in fields(LaneOptions)}


def test_the_consoles_command_and_the_brokers_are_commands_that_there_are() -> None:
    from dataclasses import fields
    from inspect import signature

    from treadctl.cli.studio_broker import broker
    from treadctl.cli.studio_coach import coach
    from treadctl.cli.studio_lane import LaneOptions

    room = a_room()
    commands: dict[str, set[str]] = {
        "coach/console.sh": set(signature(coach).parameters),
        "broker/treadctl-broker.service": set(signature(broker).parameters),
        "lane-2/rehearse.sh": {field.name for field in fields(LaneOptions)},
    }
    for path, known in commands.items():
        options = {word.removeprefix("--").replace("-", "_") for word in room[path].text.split() if word.startswith("--")}
        assert options - {"help"} <= known, path


def test_without_tls_there_are_no_certificates_and_no_word_of_them() -> None:
    room = a_room(certificates=None)
    assert not [path for path in room if path.endswith((".crt", "ca.key", "broker.key"))]
    assert not [path for path, file in room.items() if "mqtts" in file.text or "certfile" in file.text or "--ca" in file.text]


def test_every_user_gets_in_with_their_own_password_only() -> None:
    users = Users(a_room(2)["broker/passwords"].text)
    assert set(users.names) == {"coach", "lane-1", "lane-2"}
    assert users.lets_in("lane-1", "password-of-lane-1")
    assert not users.lets_in("lane-1", "password-of-lane-2")


def test_the_command_writes_a_room_whose_parts_fit(tmp_path: Path, capsys: pytest.CaptureFixture[str], home: Path) -> None:
    folder = tmp_path / "north"
    code, out, err = treadctl(capsys, "studio", "setup", str(folder), "--lanes", "20", "--name", "north", "--host", "desk.local")
    assert (code, err) == (Exit.DONE, "")
    assert "broker at mqtts://desk.local:8883" in out
    assert "guard it like the room's door key" in out
    assert len(list(folder.glob("lane-*"))) == 20
    for path in folder.rglob("*"):
        name = str(path.relative_to(folder))
        secret = name in SECRETS or path.name == "password"
        if path.is_file():
            assert (stat.S_IMODE(path.stat().st_mode) & 0o077 == 0) is secret, name
    key = secret_key(folder / "coach" / "coach.key")
    assert choose_public_key(str(folder / "lane-20" / "coach.pub")).text == key.public.text
    users = Users.read(folder / "broker" / "passwords")
    assert users.lets_in("lane-20", choose_password(folder / "lane-20" / "password", "lane-20"))
    assert users.lets_in("coach", choose_password(folder / "coach" / "password", "coach"))


def test_nothing_is_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str], home: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    code, _, err = treadctl(capsys, "studio", "setup", str(tmp_path), "--lanes", "2", "--name", "north")
    assert code == Exit.BAD_INPUT
    assert "there is something in it already" in err
    assert [path.name for path in tmp_path.iterdir() if path != home] == ["mine.txt"]


def test_a_folder_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot be written"):
        write_new(tmp_path / "file" / "below", ())


# --- more lanes for a room that exists ---------------------------------------------------------------------------------


def setup(capsys: pytest.CaptureFixture[str], folder: Path, *more: str) -> tuple[int, str, str]:
    return treadctl(capsys, "studio", "setup", str(folder), *more)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def room(tmp_path: Path, capsys: pytest.CaptureFixture[str], home: Path) -> Path:
    folder = tmp_path / "north"
    assert setup(capsys, folder, "--lanes", "2", "--name", "north", "--host", "desk.local")[0] == Exit.DONE
    return folder


def test_lanes_are_added_to_a_room_and_everything_that_it_had_stays_as_it_was(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(room)
    code, out, err = setup(capsys, room, "--lanes", "4")
    after = contents(room)
    assert (code, err) == (Exit.DONE, "")
    assert "lanes 3 to 4 added" in out
    assert "sudo systemctl reload mosquitto" in out
    grew = {"broker/passwords", "broker/acl", "READ-ME-FIRST.txt", "room.json"}
    assert {path for path, content in before.items() if after[path] != content} == grew
    for path in ("broker/passwords", "broker/acl"):
        assert after[path].startswith(before[path].rstrip(b"\n")), path
        assert stat.S_IMODE((room / path).stat().st_mode) == 0o600
    assert {path.split("/")[0] for path in set(after) - set(before)} == {"lane-3", "lane-4"}


def test_a_lane_that_was_added_gets_in_hears_the_same_coach_and_trusts_the_same_broker(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    setup(capsys, room, "--lanes", "3", "--name", "north")
    setup(capsys, room, "--lanes", "4", "--host", "desk.local", "--port", "8883")
    users = Users.read(room / "broker" / "passwords")
    assert users.names == ("coach", "lane-1", "lane-2", "lane-3", "lane-4")
    for lane in range(1, 5):
        folder = room / f"lane-{lane}"
        assert users.lets_in(f"lane-{lane}", choose_password(folder / "password", f"lane-{lane}"))
        assert (folder / "coach.pub").read_text() == (room / "lane-1" / "coach.pub").read_text()
        assert (folder / "ca.crt").read_text() == (room / "ca.crt").read_text()
        assert "mqtts://desk.local:8883 --ca" in (folder / f"treadctl-lane-{lane}.service").read_text()
    acl = (room / "broker" / "acl").read_text()
    assert [line for line in acl.splitlines() if line.startswith("user")] == [f"user {name}" for name in users.names]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (("--lanes", "2"), "has 2 lanes already"),
        (("--lanes", "1"), "has 2 lanes already"),
        (("--lanes", "3", "--name", "south"), "has name north, and keeps it"),
        (("--lanes", "3", "--host", "other.local"), "has host desk.local, and keeps it"),
        (("--lanes", "3", "--port", "1884"), "has port 8883, and keeps it"),
        (("--lanes", "3", "--no-tls"), "has tls True, and keeps it"),
    ],
)
def test_what_a_room_cannot_become_is_refused_and_nothing_is_changed(
    room: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], says: str
) -> None:
    before = contents(room)
    code, _, err = setup(capsys, room, *more)
    assert code == Exit.BAD_INPUT
    assert says in err
    assert contents(room) == before


@pytest.mark.parametrize(
    ("path", "content", "says"),
    [
        ("room.json", "{}", "no room.json that treadctl studio setup wrote"),
        ("room.json", None, "there is something in it already"),
        ("coach/coach.key", None, "No such file"),
        ("coach/coach.key", "not a key", "coach.key"),
        ("ca.crt", None, "No such file"),
        ("broker/passwords", None, "No such file"),
        ("broker/passwords", "lane-1", "line 1 of the password file"),
        ("lane-3/password", "left by an interrupted setup", "there is the folder lane-3 already"),
    ],
)
def test_a_room_that_is_not_whole_gets_no_lanes_and_says_what_is_wrong_with_it(
    room: Path, capsys: pytest.CaptureFixture[str], path: str, content: str | None, says: str
) -> None:
    (room / path).parent.mkdir(exist_ok=True)
    (room / path).unlink(missing_ok=True)
    if content is not None:
        (room / path).write_text(content)
    before = contents(room)
    code, _, err = setup(capsys, room, "--lanes", "3", "--name", "north")
    assert code == Exit.BAD_INPUT
    assert says in err
    assert contents(room) == before


def test_a_new_room_needs_a_name(tmp_path: Path, capsys: pytest.CaptureFixture[str], home: Path) -> None:
    code, _, err = setup(capsys, tmp_path / "new", "--lanes", "3")
    assert code == Exit.BAD_INPUT
    assert "a new room needs a name" in err
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--lanes", "0", "--name", "north"), "--lanes 0"),
        (("--lanes", "1000", "--name", "north"), "--lanes 1000"),
        (("--lanes", "2", "--name", "The North"), "studio's name"),
        (("--lanes", "2", "--name", "north", "--host", "a b"), "--host"),
        (("--lanes", "2", "--name", "north", "--port", "0"), "--port 0"),
    ],
)
def test_what_makes_no_sense_is_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], home: Path, arguments: tuple[str, ...], says: str
) -> None:
    code, _, err = treadctl(capsys, "studio", "setup", str(tmp_path / "new"), *arguments)
    assert code == Exit.BAD_INPUT
    assert says in err
    assert not (tmp_path / "new").exists()


def test_the_certificate_is_the_hosts_and_its_authority_can_vouch_for_nothing_beneath_it() -> None:
    from cryptography import x509

    made = certificates("north", "192.0.2.7", datetime(2026, 11, 22, tzinfo=UTC))
    broker, authority = (x509.load_pem_x509_certificate(text.encode()) for text in (made.broker, made.authority))
    names = broker.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(name.value) for name in names] == ["192.0.2.7", "localhost", "127.0.0.1"]
    broker.verify_directly_issued_by(authority)
    limits = authority.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert (limits.ca, limits.path_length) == (True, 0)


# --- both brokers take it as it is -----------------------------------------------------------------------------------------


@asynccontextmanager
async def a_broker(kind: str, folder: Path, port: int) -> AsyncIterator[None]:
    if kind == "embedded":
        files = {name: str(folder / "broker" / file) for name, file in (("users", "passwords"), ("certificate", "broker.crt"))}
        broker = BrokerProcess(BrokerOptions(port=port, studio="north", key=str(folder / "broker" / "broker.key"), **files))
        await asyncio.to_thread(broker.start)
        try:
            yield
        finally:
            await asyncio.to_thread(broker.stop)
        return
    assert MOSQUITTO is not None
    config = folder / "broker" / "mosquitto.conf"
    config.write_text(config.read_text() + "user root\n")  # or it could not read what is for its owner alone
    process = await asyncio.create_subprocess_exec(MOSQUITTO, "-c", str(config), stderr=asyncio.subprocess.PIPE)
    assert process.stderr is not None
    try:
        async with asyncio.timeout(10):
            said = b""
            while b"running" not in said:
                said += await process.stderr.readline()
        yield
    finally:
        process.kill()
        await process.communicate()
        assert b"rror" not in said, said


@pytest.mark.asyncio
@pytest.mark.parametrize("kind", ["embedded", pytest.param("mosquitto", marks=NEEDS_MOSQUITTO)])
async def test_lane_and_console_get_in_over_tls_each_on_their_own_topics(kind: str, tmp_path: Path) -> None:
    port = free_port()
    made = certificates("north", "127.0.0.1", datetime.now(UTC))
    plan = RoomPlan("north", 2, "127.0.0.1", port, etc=str(tmp_path))
    passwords = {user: f"password-of-{user}" for user in plan.users}
    write_new(tmp_path, room_files(plan, KEY, passwords, dict.fromkeys(plan.users, b"0123456789ab"), made))
    clients: list[Client] = []

    def joined(user: str, password: str, subscription: str) -> Client:
        ca = tmp_path / "lane-2" / "ca.crt"
        address = BrokerAddress("127.0.0.1", port, user, password, True, ca)
        client = Client(lambda me: MqttBus(address, user, (subscription,), me.hear, me.link))
        client.task = asyncio.create_task(client.bus.run())
        clients.append(client)
        return client

    async with a_broker(kind, tmp_path, port):
        try:
            coach = joined("coach", passwords["coach"], "treadctl/v1/north/lane/+/+")
            lane = joined("lane-2", passwords["lane-2"], "treadctl/v1/north/coach/say")
            thief = joined("lane-1", passwords["lane-2"], "treadctl/v1/north/coach/say")
            await coach.until(lambda: coach.up and lane.up and bool(thief.links))
            lane.bus.publish("treadctl/v1/north/lane/1/state", b"another's", qos=1)
            lane.bus.publish("treadctl/v1/north/coach/stop", b"forged", qos=1)
            lane.bus.publish("treadctl/v1/north/lane/2/state", b"mine", qos=1)
            coach.bus.publish("treadctl/v1/north/coach/say", b"hello", qos=1)
            await coach.until(lambda: bool(coach.heard) and bool(lane.heard))
            assert [message.payload for message in coach.heard] == [b"mine"]
            assert [message.payload for message in lane.heard] == [b"hello"]
            assert not thief.up
        finally:
            for client in clients:
                await client.leave()


def test_the_context_of_a_lane_trusts_this_rooms_authority_only(tmp_path: Path) -> None:
    made = certificates("north", "desk.local", datetime.now(UTC))
    (tmp_path / "ca.crt").write_text(made.authority)
    context = ssl.create_default_context(cafile=tmp_path / "ca.crt")
    assert len(context.get_ca_certs()) == 1
