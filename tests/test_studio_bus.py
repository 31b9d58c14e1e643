"""The bus, the same promises on three brokers: in memory, embedded amqtt, Mosquitto."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from studio_brokers import MOSQUITTO, Client, InMemory, Mosquitto, OverMqtt, RoomBroker, embedded, joined

from treadctl.studio.broker import BrokerOptions, BrokerProblem, BrokerProcess
from treadctl.studio.bus import Arrived, Will
from treadctl.studio.mqtt_bus import AddressProblem, BrokerAddress, MqttBus
from treadctl.studio.topics import heard_by_lane, mosquitto_acl
from treadctl.studio.users import Users, UsersProblem, password_line

pytestmark = pytest.mark.asyncio


@pytest.fixture(params=["memory", "embedded", "mosquitto"], scope="module")
def broker(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RoomBroker]:
    if request.param == "memory":
        yield InMemory()
    elif request.param == "embedded":
        with embedded() as process:
            process.options = BrokerOptions(port=process.port)
            yield OverMqtt(process.port, process.start, process.stop)
    else:
        if MOSQUITTO is None:
            pytest.skip("mosquitto is missing; apt install mosquitto")
        mosquitto = Mosquitto(tmp_path_factory.mktemp("mosquitto"))
        mosquitto.start()
        try:
            yield OverMqtt(mosquitto.port, mosquitto.start, mosquitto.stop)
        finally:
            mosquitto.stop()


def payloads(client: Client) -> list[bytes]:
    return [message.payload for message in client.heard]


async def test_what_is_published_arrives_once_in_order_and_not_as_kept(broker: RoomBroker) -> None:
    async with joined(broker, "a", "room0/+/x") as hearer, joined(broker, "b") as sayer:
        for number in range(20):
            sayer.bus.publish("room0/1/x", b"%d" % number, qos=1)
        sayer.bus.publish("room0/1/y", b"not subscribed to", qos=1)
        await hearer.until(lambda: len(hearer.heard) == 20)
        assert await sayer.bus.flushed(5)
    assert hearer.heard == [Arrived("room0/1/x", b"%d" % number, False) for number in range(20)]


async def test_what_is_kept_reaches_who_comes_later_and_says_that_it_was_kept(broker: RoomBroker) -> None:
    async with joined(broker, "b", "room1/online") as sayer:
        sayer.bus.publish("room1/online", b"yes", qos=1, retain=True)
        await sayer.until(lambda: bool(sayer.heard))
        async with joined(broker, "a", "room1/#") as late:
            await late.until(lambda: bool(late.heard))
            assert late.heard == [Arrived("room1/online", b"yes", True)]
        assert sayer.heard == [Arrived("room1/online", b"yes", False)]


async def test_who_dies_leaves_a_will_and_who_leaves_does_not(broker: RoomBroker) -> None:
    async with joined(broker, "a", "room2/+") as hearer:
        async with joined(broker, "b", "room2/none", will=Will("room2/b", b"gone")) as dying:
            broker.kill(dying)
            await hearer.until(lambda: payloads(hearer) == [b"gone"])
            await dying.leave()
        async with joined(broker, "c", "room2/none", will=Will("room2/c", b"gone too")) as leaving:
            await leaving.leave()
        async with joined(broker, "d", "room2/b") as late:
            await late.until(lambda: late.heard == [Arrived("room2/b", b"gone", True)])
    assert payloads(hearer) == [b"gone"]


async def test_a_broker_that_comes_back_is_found_and_subscribed_to_again(broker: RoomBroker) -> None:
    async with joined(broker, "a", "room3/x") as hearer, joined(broker, "b") as sayer:
        await broker.go_down()
        await sayer.until(lambda: not sayer.up)
        await hearer.until(lambda: not hearer.up)
        sayer.bus.publish("room3/x", b"said meanwhile, lost", qos=0)
        await broker.come_back()
        await hearer.until(lambda: hearer.up)
        await sayer.until(lambda: sayer.up)
        sayer.bus.publish("room3/x", b"after", qos=1)
        await hearer.until(lambda: payloads(hearer)[-1:] == [b"after"])
    assert payloads(hearer) == [b"after"]


async def test_what_was_to_arrive_waits_for_the_broker(broker: RoomBroker) -> None:
    async with joined(broker, "b", "room4/x") as sayer:
        await broker.go_down()
        await sayer.until(lambda: not sayer.up)
        sayer.bus.publish("room4/x", b"later", qos=1)
        await broker.come_back()
        await sayer.until(lambda: b"later" in payloads(sayer))


async def test_a_listener_that_fails_ends_no_connection(broker: RoomBroker, caplog: pytest.LogCaptureFixture) -> None:
    if isinstance(broker, InMemory):
        pytest.skip("in memory a failing listener is the test's own failure")
    async with joined(broker, "a", "room5/x") as hearer, joined(broker, "b") as sayer:
        hear, hearer.hear = hearer.hear, lambda message: 1 / 0  # type: ignore[assignment] # it fails
        hearer.bus._heard = hearer.hear  # type: ignore[attr-defined] # put in its place
        sayer.bus.publish("room5/x", b"1", qos=1)
        await hearer.until(lambda: "ZeroDivisionError" in caplog.text)
        hearer.bus._heard = hear  # type: ignore[attr-defined] # and back
        sayer.bus.publish("room5/x", b"2", qos=1)
        await hearer.until(lambda: payloads(hearer) == [b"2"])


# --- users and access, on both brokers --------------------------------------------------------------------------------------

WORDS = {"coach": "c0ach", "lane-7": "s3ven", "lane-8": "e1ght", "stranger": "x"}
BASE = "treadctl/v1/gym"


@pytest.fixture(params=["embedded", "mosquitto"], scope="module")
def guarded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("room")
    users, acl = folder / "users", folder / "acl"
    users.write_text("".join(password_line(user, word) + "\n" for user, word in WORDS.items()))
    if request.param == "embedded":
        with embedded(users=str(users), studio="gym") as process:
            yield process.port
        return
    if MOSQUITTO is None:
        pytest.skip("mosquitto is missing; apt install mosquitto")
    acl.write_text(mosquitto_acl(tuple(WORDS), "gym"))
    mosquitto = Mosquitto(folder, "allow_anonymous false", f"password_file {users}", f"acl_file {acl}")
    mosquitto.start()
    try:
        yield mosquitto.port
    finally:
        mosquitto.stop()


class As:
    """A broker, entered as one user."""

    def __init__(self, port: int, user: str, password: str) -> None:
        self.address = BrokerAddress(port=port, user=user, password=password)

    def bus(self, name: str, subscriptions: tuple[str, ...], client: Client, will: Will | None) -> MqttBus:
        return MqttBus(self.address, name, subscriptions, client.hear, client.link, will)

    def kill(self, client: Client) -> None:
        raise NotImplementedError

    go_down = come_back = OverMqtt.go_down


async def test_a_wrong_password_and_an_unknown_user_do_not_get_in(guarded: int) -> None:
    for user, password in (("coach", "s3ven"), ("nobody", "x"), ("coach", "")):
        client = Client(lambda me, u=user, p=password: As(guarded, u, p).bus("x", (), me, None))  # type: ignore[misc] # bound now
        client.task = asyncio.create_task(client.bus.run())
        await client.until(lambda c=client: bool(c.links))  # type: ignore[misc] # bound now
        assert client.links[0] == (False, "the broker does not know this user, or not with this password")
        await client.leave()


async def test_a_lane_speaks_for_itself_alone_and_never_as_the_coach(guarded: int) -> None:
    coach, seven, eight = (As(guarded, user, WORDS[user]) for user in ("coach", "lane-7", "lane-8"))
    async with (
        joined(coach, "coach", f"{BASE}/lane/+/+") as staff,
        joined(eight, "l8", *heard_by_lane("gym", 8)) as other,
        joined(seven, "l7", *heard_by_lane("gym", 7)) as lane,
    ):
        lane.bus.publish(f"{BASE}/coach/stop", b"forged", qos=1)
        lane.bus.publish(f"{BASE}/lane/8/state", b"forged", qos=1)
        lane.bus.publish(f"{BASE}/lane/7/state", b"mine", qos=1)
        await staff.until(lambda: bool(staff.heard))
        staff.bus.publish(f"{BASE}/coach/class", b"for consoles", qos=1, retain=True)
        staff.bus.publish(f"{BASE}/coach/say", b"hello", qos=1)
        await other.until(lambda: bool(other.heard))
        await lane.until(lambda: bool(lane.heard))
    assert payloads(staff) == [b"mine"]
    assert payloads(other) == payloads(lane) == [b"hello"]


@pytest.mark.parametrize("wanted", ["lane/+/+", "coach/class", "coach/+"])
async def test_a_lane_may_not_listen_to_another_nor_to_what_consoles_tell_each_other(guarded: int, wanted: str) -> None:
    seven = As(guarded, "lane-7", WORDS["lane-7"])
    client = Client(lambda me: seven.bus("l7", (f"{BASE}/{wanted}",), me, None))
    client.task = asyncio.create_task(client.bus.run())
    async with (
        joined(As(guarded, "lane-8", WORDS["lane-8"]), "l8") as eight,
        joined(As(guarded, "coach", WORDS["coach"]), "coach") as coach,
    ):
        for _ in range(3):
            eight.bus.publish(f"{BASE}/lane/8/ready", b"private", qos=1)
            coach.bus.publish(f"{BASE}/coach/class", b"for consoles", qos=1)
        assert await eight.bus.flushed(5)
        assert await coach.bus.flushed(5)
    await client.until(lambda: bool(client.links))
    await client.leave()
    assert client.heard == []


async def test_a_last_will_is_asked_about_too(tmp_path: Path) -> None:
    """amqtt asks nobody about a will's topic; Mosquitto does when the will is said."""
    users = tmp_path / "users"
    users.write_text(password_line("lane-7", WORDS["lane-7"]))
    with embedded(users=str(users), studio="gym") as process:
        seven = As(process.port, "lane-7", WORDS["lane-7"])
        client = Client(lambda me: seven.bus("l7", (), me, Will(f"{BASE}/lane/8/online", b"gone")))
        client.task = asyncio.create_task(client.bus.run())
        await client.until(lambda: bool(client.links))
        await client.leave()
        assert client.links[0][0] is False


# --- the embedded broker's process --------------------------------------------------------------------------------------------


async def test_a_port_in_use_is_said_as_that() -> None:
    with embedded() as first:
        second = BrokerProcess(BrokerOptions(port=first.port))
        with pytest.raises(BrokerProblem, match=f"cannot listen on 127.0.0.1 port {first.port}: Address already in use"):
            second.start()


async def test_a_broker_for_the_whole_net_without_users_is_refused() -> None:
    with pytest.raises(BrokerProblem, match="name its users"):
        BrokerOptions(host="0.0.0.0")


async def test_a_broker_ends_with_who_started_it() -> None:
    with embedded() as process:
        inner = process._process
        assert inner is not None
        assert inner.stdin is not None
        inner.stdin.close()  # what a parent's death does
        assert await asyncio.to_thread(inner.wait, 5) == 0
        assert process.pid is None


async def test_a_packet_as_long_as_no_word_of_ours_ends_that_connection_only() -> None:
    with embedded() as process:
        broker = OverMqtt(process.port, process.start, process.stop)
        async with joined(broker, "a", "room/x") as hearer, joined(broker, "b") as sayer:
            _, writer = await asyncio.open_connection("127.0.0.1", process.port)
            writer.write(bytes([0x10, 0xFF, 0xFF, 0xFF, 0x7F]) + b"x" * 1000)
            sayer.bus.publish("room/x", b"still here", qos=1)
            await hearer.until(lambda: payloads(hearer) == [b"still here"])
            writer.close()


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    today = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return paths


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # paho leaves a socket open when TLS fails
@pytest.mark.parametrize("kind", ["embedded", "mosquitto"])
async def test_tls_by_file(kind: str, tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    with contextlib.ExitStack() as stack:
        if kind == "embedded":
            port = stack.enter_context(embedded(certificate=str(certificate), key=str(key))).port
        elif MOSQUITTO is None:
            pytest.skip("mosquitto is missing; apt install mosquitto")
        else:
            mosquitto = Mosquitto(tmp_path, "allow_anonymous true", f"certfile {certificate}", f"keyfile {key}")
            stack.callback(mosquitto.stop)
            mosquitto.start()
            port = mosquitto.port
        address = BrokerAddress.parse(f"mqtts://localhost:{port}", ca=certificate)
        client = Client(lambda me: MqttBus(address, "a", ("room/x",), me.hear, me.link))
        client.task = asyncio.create_task(client.bus.run())
        await client.until(lambda: client.up)
        client.bus.publish("room/x", b"sealed", qos=1)
        await client.until(lambda: payloads(client) == [b"sealed"])
        await client.leave()
        stranger = Client(lambda me: MqttBus(BrokerAddress.parse(f"mqtts://localhost:{port}"), "b", (), me.hear, me.link))
        stranger.task = asyncio.create_task(stranger.bus.run())
        await stranger.until(lambda: bool(stranger.links))
        await stranger.leave()
        assert "certificate" in stranger.links[0][1].lower()


# --- addresses and users, with values -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("gym-pc", BrokerAddress("gym-pc", 1883)),
        ("gym-pc:1900", BrokerAddress("gym-pc", 1900)),
        ("mqtt://lane-7:a%40b@10.0.0.2", BrokerAddress("10.0.0.2", 1883, "lane-7", "a@b")),
        ("mqtts://gym-pc", BrokerAddress("gym-pc", 8883, tls=True)),
    ],
)
async def test_an_address_means_what_it_says(text: str, means: BrokerAddress) -> None:
    assert BrokerAddress.parse(text) == means


@pytest.mark.parametrize("text", ["http://gym", "mqtt://", "gym:port", "gym:99999", "mqtt://gym/topic"])
async def test_an_address_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(AddressProblem):
        BrokerAddress.parse(text)


async def test_an_address_never_shows_a_password() -> None:
    assert str(BrokerAddress.parse("mqtt://lane-7:secret@gym")) == "mqtt://gym:1883"


async def test_a_password_lets_in_its_own_user_only() -> None:
    users = Users("# the room\n" + password_line("coach", "a") + "\n" + password_line("lane-1", "b"))
    assert users.names == ("coach", "lane-1")
    assert users.lets_in("coach", "a")
    for user, password in (("coach", "b"), ("lane-1", "a"), ("", ""), (None, None), ("nobody", "a")):
        assert not users.lets_in(user, password)


@pytest.mark.parametrize("line", ["coach", "coach:plain", "coach:$7$0$YQ==$YQ==", "coach:$7$101$?$YQ==", "Co ach:$7$1$YQ==$YQ=="])
async def test_a_password_file_that_cannot_be_used_names_its_line(line: str) -> None:
    with pytest.raises(UsersProblem, match="line 2"):
        Users("\n" + line)
