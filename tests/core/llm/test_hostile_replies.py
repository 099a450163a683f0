"""Whatever bytes come back, the caller gets a reply or an error of the tree. Raw bytes, so not the faulty model."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from core.errors import ServiceError, WorkbenchError
from core.llm.cleaning import storable


@pytest.fixture(scope="module")
def raw_server() -> Iterator[Callable[[bytes], str]]:
    """Sets what a server sends to everybody, and returns its base URL."""
    listening = socket.create_server(("127.0.0.1", 0))
    replies = [b""]

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                connection.recv(65536)
                connection.sendall(replies[0])

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()

    def send(reply: bytes) -> str:
        replies[0] = reply
        return f"http://127.0.0.1:{listening.getsockname()[1]}/v1"

    yield send
    listening.close()


def http(body: bytes, content_type: str = "application/json", status: int = 200) -> bytes:
    head = f"HTTP/1.1 {status} X\r\ncontent-type: {content_type}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
    return head.encode() + body


BODIES = [
    b"", b"null", b"[]", b"1", b'"x"', b"{}", b"\xff\xfe{", b"[" * 100_000,
    b'{"choices": null}', b'{"choices": {}}', b'{"choices": [null]}', b'{"choices": [1]}', b'{"choices": [{}]}',
    b'{"choices": [{"message": 5}]}', b'{"error": "x"}', b'{"error": {"message": {"a": 1}}}',
]  # fmt: skip
REPLIES = [http(body) for body in BODIES]
REPLIES += [http(b"data: " + body + b"\n\ndata: [DONE]\n\n", "text/event-stream") for body in BODIES]
REPLIES += [http(body, "text/plain", 400) for body in BODIES]
REPLIES += [
    b"",
    b"garbage\r\n\r\n",
    b"\x16\x03\x01",
    b"HTTP/1.1 204 X\r\n\r\n{}",
    b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n{",
    b"HTTP/1.1 200 OK\r\nx: " + b"a" * 100_000 + b"\r\n\r\n",
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-type: application/json\r\n\r\nZZ\r\n",
    b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-type: application/json\r\ncontent-length: 3\r\n\r\nabc",
]


@pytest.mark.parametrize("streams", [False, True])
def test_any_reply_becomes_an_error_of_the_tree(connect, ask, raw_server, streams):
    connection = connect(timeout_s=1)
    for reply in REPLIES:
        connection_now = connect(base_url=raw_server(reply), id=connection.id, timeout_s=1)
        with pytest.raises(WorkbenchError) as caught:
            ask(connection_now, on_text=(lambda text: None) if streams else None)
        assert "probe" in str(caught.value), reply[:80]
        assert caught.value.partial.attempts == 1


def test_a_reply_of_many_megabytes_ends_early(connect, ask, raw_server):
    import gzip

    bomb = gzip.compress(b" " * 100_000_000)
    head = f"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-type: application/json\r\ncontent-length: {len(bomb)}\r\n\r\n"
    with pytest.raises(ServiceError, match="too large"):
        ask(connect(base_url=raw_server(head.encode() + bomb)))


def test_content_in_parts_is_joined_and_reasoning_left_out(connect, ask, raw_server):
    body = b'{"choices": [{"message": {"content": [{"type": "reasoning"}, {"type": "text", "text": "An"}, {"type": "text", "text": "n"}]}}]}'
    assert ask(connect(base_url=raw_server(http(body)))).text == "Ann"


def test_a_service_that_cannot_stream_answers_all_the_same(connect, ask, raw_server):
    pieces: list[str] = []
    body = b'{"choices": [{"message": {"content": "whole"}, "finish_reason": "stop"}]}'
    reply = ask(connect(base_url=raw_server(http(body))), on_text=pieces.append)
    assert (reply.text, pieces) == ("whole", ["whole"])


def test_a_stream_that_ends_without_its_end_is_no_whole_answer(connect, ask, raw_server):
    event = b'data: {"choices": [{"delta": {"content": "half"}}]}\n\n'
    with pytest.raises(ServiceError, match="in the middle of its answer") as caught:
        ask(connect(base_url=raw_server(http(event, "text/event-stream"))), on_text=lambda text: None)
    assert caught.value.partial.text == "half"


def test_what_no_database_takes_does_not_come_through(connect, ask, raw_server):
    body = rb'{"choices": [{"message": {"content": "a\u0000b\ud800c\ud83d\ude00"}, "finish_reason": "stop"}]}'
    assert ask(connect(base_url=raw_server(http(body)))).text == "a\ufffdb\ufffdc😀"
    assert storable("plain ümlaut 😀") == "plain ümlaut 😀"


def test_nor_does_it_in_a_parsed_value(connect, ask, raw_server):
    body = rb'{"choices": [{"message": {"content": "{\"a\": [\"x\\u0000\", \"\\ud800\"]}"}, "finish_reason": "stop"}]}'
    reply = ask(connect(base_url=raw_server(http(body))), response_schema={"type": "object"})
    assert reply.parsed == {"a": ["x\ufffd", "\ufffd"]}
