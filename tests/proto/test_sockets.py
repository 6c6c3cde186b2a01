from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import zmq

from proto.codec import MAX_MESSAGE_BYTES
from proto.sockets import Bus, BusError, Subscription, publisher, subscriber

WAIT_MS = 20_000
Context = zmq.Context[zmq.Socket[bytes]]


@pytest.fixture
def context() -> Iterator[Context]:
    with zmq.Context() as context:
        yield context


@pytest.fixture(params=["ipc", "tcp"])
def bus(request: pytest.FixtureRequest, ipc_dir: Path, free_port: int) -> Bus:
    return Bus.parse(f"ipc://{ipc_dir}/capture" if request.param == "ipc" else f"tcp://127.0.0.1:{free_port}")


@pytest.mark.parametrize(
    "url", ["", "capture", "ipc://relative", "ipc:///" + "x" * 100, "tcp://host", "tcp://host:0", "tcp://host:99999",
            "tcp://:5550", "tcp://host:55/path", "udp://host:5550"],
)  # fmt: skip
def test_an_address_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(BusError, match=r"ipc://|tcp://|too long|expected"):
        Bus.parse(url)


def connected(context: Context, bus: Bus) -> tuple[zmq.Socket[bytes], zmq.Socket[bytes]]:
    """Return a publisher of a stream and a reader of it, once messages pass between them."""
    out, into = publisher(context), subscriber(context)
    into.connect(bus.resolve(bus.bind_stream(out, "door/annotated")))
    for _ in range(WAIT_MS // 10):
        out.send(b"hello")
        if into.poll(10):
            break
    while into.poll(50):
        into.recv()
    return out, into


def test_a_reader_gets_the_newest_only(context: Context, bus: Bus) -> None:
    out, into = connected(context, bus)
    with out, into:
        for number in range(1000):
            out.send(b"%d" % number)
        received: list[int] = []
        for number in range(1000, 1000 + WAIT_MS // 10):
            # libzmq may leave the last message of a conflated pipe lying until the next one is sent
            # (ypipe_conflate.hpp: flush and check_read race), which is why our publishers never fall silent.
            out.send(b"%d" % number)
            while into.poll(10):
                received.append(int(into.recv()))
            if received and received[-1] >= 999:
                break
        assert received[-1] >= 999, "the newest message never came"
        assert received == sorted(received)
        assert len(received) < 900


def test_a_reader_connects_again_to_a_publisher_that_was_restarted(context: Context, bus: Bus) -> None:
    out, into = connected(context, bus)
    with into:
        endpoint = out.getsockopt_string(zmq.LAST_ENDPOINT)
        out.close()
        with publisher(context) as again:
            bind_when_free(again, endpoint)
            for _ in range(WAIT_MS // 10):
                again.send(b"back")
                if into.poll(10):
                    break
            assert into.recv(zmq.NOBLOCK) == b"back"


def test_a_message_beyond_all_bounds_is_cut_off_and_the_next_one_heard(context: Context, bus: Bus) -> None:
    with publisher(context) as out:
        address = bus.resolve(bus.bind_stream(out, "door"))
        into = Subscription(context, address, patience=0.3)
        send_until_heard(out, into, b"hello")
        out.send(bytes(MAX_MESSAGE_BYTES + 1))
        assert into.receive(500) is None
        send_until_heard(out, into, b"next")
        into.close()


def test_a_reader_gets_over_another_program_at_its_address(context: Context, free_port: int) -> None:
    with socket.create_server(("127.0.0.1", free_port)) as stranger:
        into = Subscription(context, f"tcp://127.0.0.1:{free_port}", patience=0.3)
        connection, _ = stranger.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 20)
            assert into.receive(200) is None
    with publisher(context) as out:
        bind_when_free(out, f"tcp://127.0.0.1:{free_port}")
        send_until_heard(out, into, b"at last")
        into.close()


def bind_when_free(out: zmq.Socket[bytes], address: str) -> None:
    for _ in range(WAIT_MS // 20):
        try:
            out.bind(address)
        except zmq.ZMQError as error:
            assert error.errno == zmq.EADDRINUSE  # libzmq closes in the background
            out.poll(20)
        else:
            return
    pytest.fail(f"{address} never came free")


def send_until_heard(out: zmq.Socket[bytes], into: Subscription, message: bytes) -> None:
    """Send ``message``, numbered, until the newest one is heard: then none is left on its way."""
    for number in range(WAIT_MS // 20):
        newest = b"%s %d" % (message, number)
        out.send(newest)
        while (heard := into.receive(20)) is not None:
            if heard.bytes == newest:
                return
    pytest.fail(f"{message!r} was never heard")


def test_a_folder_that_is_not_there_is_named(context: Context) -> None:
    with publisher(context) as out, pytest.raises(BusError, match="/nowhere"):
        Bus.parse("ipc:///nowhere/capture").bind_directory(out)


def test_streams_of_one_bus_have_addresses_of_their_own(context: Context, bus: Bus) -> None:
    with publisher(context) as one, publisher(context) as two:
        assert bus.bind_stream(one, "a/raw") != bus.bind_stream(two, "a/annotated")
