"""Calls: tried again while there is time, on connections that are there, and ended in time."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from skill.aws import calls
from skill.aws.calls import ATTEMPTS, Answer, Caller
from skill.aws.credentials import Credentials
from skill.aws.errors import AwsError, TransientError, UnansweredError
from skill.aws.signature import Request
from skill.aws.trust import trusted_tls

KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example"}
ASKED = Request("POST", "/", {"Content-Type": "text/plain"}, b"are you there?")

Behaviour = Callable[["Handler", int], None]
"""What the server does with a request, which has this number, from 1 on."""


class Handler(BaseHTTPRequestHandler):
    """Does what its server is told to do, and notes who came by which connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        self.body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.came.append(self.client_address)
        self.server.behaviour(self, len(self.server.came))

    do_HEAD = do_PUT = do_POST  # noqa: N815 - the names that http.server looks for

    def answer(self, status: int = 200, body: bytes = b"yes", length: int | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.send_header("X-Told", "so")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def server(behaviour: Behaviour = lambda handler, _: handler.answer()) -> Iterator:
    """Run a server; its `came` has the address that each request came from."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        running.daemon_threads = True
        running.block_on_close = False
        running.behaviour, running.came = behaviour, []
        running.endpoint = f"http://127.0.0.1:{running.server_port}"
        threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True).start()
        yield running
        running.shutdown()


def caller(endpoint: str) -> closing[Caller]:
    """Return a caller of a server's."""
    return closing(Caller("dynamodb", "eu-west-1", endpoint, Credentials(KEYS)))


def whole(answer: Answer) -> Answer:
    """Take an answer as it is."""
    return answer


def unless_busy(answer: Answer) -> Answer:
    """Take an answer unless it may be another in a moment."""
    if answer.status == 503:
        raise TransientError("busy")
    return answer


def unless_forbidden(answer: Answer) -> Answer:
    """Take an answer unless it is a refusal for good."""
    if answer.status == 403:
        raise AwsError("forbidden")
    return answer


def soon(seconds: float = 5) -> float:
    return time.monotonic() + seconds


def closing_line(handler: Handler, _: int) -> None:
    handler.close_connection = True


class TestAnswers:
    def test_an_answer(self):
        """Status, headers in lower case, and the body; the request was signed and came whole."""
        with server() as running, caller(running.endpoint) as asking:
            answer = asking.call(ASKED, soon(), whole)
        assert (answer.status, answer.body) == (200, b"yes")
        assert answer.headers["x-told"] == "so"

    @pytest.mark.parametrize(("method", "body"), [("HEAD", b""), ("PUT", b"x" * 500_000)])
    def test_other_methods(self, method, body):
        """Nothing, or half a million bytes, go as well as a few."""
        seen = []

        def note(handler: Handler, _: int) -> None:
            seen.append((handler.command, handler.path, handler.body))
            handler.answer()

        with server(note) as running, caller(running.endpoint) as asking:
            asking.call(Request(method, "/a/b.mp3", {}, body), soon(), whole)
        assert seen == [(method, "/a/b.mp3", body)]

    def test_more_than_can_be_meant(self):
        """An answer beyond a megabyte is not read to its end, and not asked for again."""
        with (
            server(lambda handler, _: handler.answer(body=b"x" * 2_000_000)) as running,
            caller(running.endpoint) as asking,
        ):
            with pytest.raises(AwsError, match="more than 1048576 bytes"):
                asking.call(ASKED, soon(), whole)
            assert len(running.came) == 1


class TestTryingAgain:
    @pytest.mark.parametrize(
        "trouble",
        [
            lambda handler, _: handler.answer(503),
            closing_line,
            lambda handler, _: (handler.answer(length=99), closing_line(handler, 0)),
            lambda handler, _: (handler.wfile.write(b"nonsense\r\n\r\n"), closing_line(handler, 0)),
        ],
        ids=["refused for now", "hung up", "half an answer", "no HTTP"],
    )
    def test_what_passes(self, trouble):
        """What goes wrong twice and then right is right."""

        def behave(handler: Handler, number: int) -> None:
            trouble(handler, number) if number < 3 else handler.answer()

        with server(behave) as running, caller(running.endpoint) as asking:
            assert asking.call(ASKED, soon(), unless_busy).body == b"yes"
            assert len(running.came) == 3

    def test_what_stays(self):
        """It is tried so often and no more, and the last reason is told."""
        with server(lambda handler, _: handler.answer(503)) as running:
            with (
                caller(running.endpoint) as asking,
                pytest.raises(AwsError, match="busy, the last"),
            ):
                asking.call(ASKED, soon(), unless_busy)
            assert len(running.came) == ATTEMPTS

    @pytest.mark.parametrize("unanswered", [0, 1])
    def test_a_refusal_after_silence(self, unanswered):
        """Who is refused only after an attempt without an answer, is told that it may be done."""

        def behave(handler: Handler, number: int) -> None:
            closing_line(handler, number) if number <= unanswered else handler.answer(403)

        with server(behave) as running, caller(running.endpoint) as asking:
            with pytest.raises(AwsError, match="forbidden") as refused:
                asking.call(ASKED, soon(), unless_forbidden)
            assert type(refused.value) is (UnansweredError if unanswered else AwsError)
            assert len(running.came) == unanswered + 1

    def test_credentials_that_are_gone_after_silence(self):
        """So is who finds no credentials any more for the next attempt."""
        keys = dict(KEYS)

        def behave(handler: Handler, number: int) -> None:
            keys.clear()
            closing_line(handler, number)

        with server(behave) as running:
            asking = Caller("dynamodb", "eu-west-1", running.endpoint, Credentials(keys))
            with pytest.raises(UnansweredError, match="AWS_ACCESS_KEY_ID"):
                asking.call(ASKED, soon(), whole)
            assert len(running.came) == 1

    def test_nobody_listens(self):
        """A refused connection is an error within a second, naming host and reason."""
        started = time.monotonic()
        refused = pytest.raises(AwsError, match=r"^127\.0\.0\.1: .*refused")
        with caller("http://127.0.0.1:1") as asking, refused:
            asking.call(ASKED, soon(), whole)
        assert time.monotonic() - started < 1.5

    def test_no_credentials(self):
        """Without credentials nothing is sent, and it is not tried again."""
        with server() as running:
            asking = Caller("dynamodb", "eu-west-1", running.endpoint, Credentials({}))
            with pytest.raises(AwsError, match="AWS_ACCESS_KEY_ID"):
                asking.call(ASKED, soon(), whole)
            assert running.came == []


class TestConnections:
    def test_one_is_used_again(self):
        """Requests one after the other go over one connection."""
        with server() as running, caller(running.endpoint) as asking:
            for _ in range(3):
                asking.call(ASKED, soon(), whole)
            assert len(set(running.came)) == 1

    def test_one_that_lay_idle(self, monkeypatch):
        """What lay idle for long is not trusted: a function may have been frozen meanwhile."""
        with server() as running, caller(running.endpoint) as asking:
            asking.call(ASKED, soon(), whole)
            monkeypatch.setattr(calls, "IDLE_SECONDS", -1)
            asking.call(ASKED, soon(), whole)
            assert len(set(running.came)) == 2

    def test_one_that_the_other_side_has_closed(self):
        """A connection that was kept, and is gone, costs an attempt and not the answer."""
        ended = threading.Event()

        def behave(handler: Handler, number: int) -> None:
            handler.answer()
            if number == 1:
                handler.close_connection = True
                ended.set()

        with server(behave) as running, caller(running.endpoint) as asking:
            asking.call(ASKED, soon(), whole)
            assert ended.wait(2)
            assert asking.call(ASKED, soon(), whole).body == b"yes"
            assert len(set(running.came)) == 2

    def test_an_answer_that_says_it_is_the_last(self):
        """Where the other side will hang up, so do we."""

        def behave(handler: Handler, _: int) -> None:
            handler.send_response(200)
            handler.send_header("Connection", "close")
            handler.end_headers()
            handler.wfile.write(b"good-bye")

        with server(behave) as running, caller(running.endpoint) as asking:
            assert [asking.call(ASKED, soon(), whole).body for _ in range(2)] == [b"good-bye"] * 2
            assert len(set(running.came)) == 2

    def test_many_at_once(self):
        """Threads have a connection each, and leave no more behind than are worth keeping."""
        threads = [
            threading.Thread(target=lambda: [asking.call(ASKED, soon(), whole) for _ in range(5)])
            for _ in range(2 * calls.MOST_IDLE)
        ]
        with server() as running, caller(running.endpoint) as asking:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert len(running.came) == 5 * len(threads)

    def test_a_host_that_is_none(self):
        """A host that no address can be looked up for is an error like any other."""
        with caller("http://coach..invalid") as asking, pytest.raises(AwsError, match="not known"):
            asking.call(ASKED, soon(), whole)


class TestTime:
    def test_a_server_that_says_nothing(self, monkeypatch):
        """Its silence ends an attempt, and all of them end at the deadline."""
        monkeypatch.setattr(calls, "SILENCE_SECONDS", 0.2)
        waiting = threading.Event()
        with server(lambda *_: waiting.wait(5)) as running, caller(running.endpoint) as asking:
            started = time.monotonic()
            with pytest.raises(AwsError, match=r"timed out|no time is left"):
                asking.call(ASKED, soon(0.5), whole)
            assert 0.3 < time.monotonic() - started < 1
            assert 1 < len(running.came) <= 3
            waiting.set()

    def test_a_server_that_did_not_answer_the_last_time(self, monkeypatch):
        """It is given a moment, until it answers again; then it has all the time there is."""
        monkeypatch.setattr(calls, "SILENCE_SECONDS", 0.2)
        monkeypatch.setattr(calls, "DOUBT_SECONDS", 0.1)
        waiting, is_back = threading.Event(), threading.Event()

        def answer_once_back(handler: Handler, _: int) -> None:
            waiting.wait(0 if is_back.is_set() else 5)
            handler.answer()

        def seconds_of(asking: Caller) -> float:
            started = time.monotonic()
            with pytest.raises(AwsError):
                asking.call(ASKED, soon(0.6), whole)
            return time.monotonic() - started

        with server(answer_once_back) as running, caller(running.endpoint) as asking:
            first, second, third = (seconds_of(asking) for _ in range(3))
            assert max(second, third) < first / 2
            is_back.set()
            assert asking.call(ASKED, soon(), whole).status == 200
            is_back.clear()
            assert seconds_of(asking) > max(second, third)
            waiting.set()

    def test_one_that_refuses_is_there(self, monkeypatch):
        """Who answers, and be it that it is busy, has all the time there is at the next call."""
        monkeypatch.setattr(calls, "DOUBT_SECONDS", -1)
        with (
            server(lambda handler, _: handler.answer(503)) as running,
            caller(running.endpoint) as asking,
        ):
            for times in (1, 2):
                with pytest.raises(AwsError, match="busy"):
                    asking.call(ASKED, soon(), unless_busy)
                assert len(running.came) == times * ATTEMPTS

    def test_a_server_that_drips(self):
        """An answer that comes by the byte ends at the deadline all the same."""

        def drip(handler: Handler, _: int) -> None:
            handler.answer(body=b"", length=1_000)
            for _ in range(100):
                handler.wfile.write(b"x")
                time.sleep(0.02)

        with server(drip) as running, caller(running.endpoint) as asking:
            started = time.monotonic()
            with pytest.raises(AwsError):
                asking.call(ASKED, soon(0.3), whole)
            assert time.monotonic() - started < 0.8

    def test_a_line_that_takes_no_call(self, monkeypatch):
        """A connection that is not answered at all ends in time, too."""
        monkeypatch.setattr(calls, "SILENCE_SECONDS", 0.2)
        with socket.create_server(("127.0.0.1", 0), backlog=0) as deaf:
            port = deaf.getsockname()[1]
            full = [socket.socket() for _ in range(4)]
            for each in full:  # its queue is full after these
                each.setblocking(False)
                each.connect_ex(("127.0.0.1", port))
            with caller(f"http://127.0.0.1:{port}") as asking:
                started = time.monotonic()
                with pytest.raises(AwsError):
                    asking.call(ASKED, soon(0.5), whole)
                assert time.monotonic() - started < 1
            for each in full:
                each.close()

    def test_an_address_that_is_not_found_in_time(self, monkeypatch):
        """Looking up a name knows no time limit, and is not waited for beyond ours."""
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(1) or [])
        with caller("http://coach.invalid") as asking:
            started = time.monotonic()
            with pytest.raises(AwsError, match="not found in time"):
                asking.call(ASKED, soon(0.3), whole)
            assert time.monotonic() - started < 0.8

    def test_a_deadline_that_has_passed(self):
        """With no time left nothing is sent."""
        with server() as running, caller(running.endpoint) as asking:
            with pytest.raises(AwsError, match="no time is left"):
                asking.call(ASKED, soon(-1), whole)
            assert running.came == []


class TestTls:
    @pytest.fixture
    def secured(self, tmp_path) -> Iterator:
        """A server with a certificate for localhost, which lies in `certificate`."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .sign(key, hashes.SHA256())
        )
        file = tmp_path / "certificate.pem"
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(certificate.public_bytes(Encoding.PEM) + secret)
        with server() as running:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(file)
            running.socket = context.wrap_socket(running.socket, server_side=True)
            running.certificate = file
            trusted_tls.cache_clear()  # what is trusted is read once
            yield running
            trusted_tls.cache_clear()

    def test_a_certificate_of_one_we_trust(self, secured, monkeypatch):
        """A server that proves who it is, is asked."""
        monkeypatch.setattr(certifi, "where", lambda: str(secured.certificate))
        with caller(f"https://localhost:{secured.server_port}") as asking:
            assert asking.call(ASKED, soon(), whole).body == b"yes"

    def test_a_certificate_of_anybody(self, secured):
        """A server whose certificate nobody vouches for is told nothing."""
        refused = pytest.raises(AwsError, match="certificate verify failed")
        with caller(f"https://localhost:{secured.server_port}") as asking, refused:
            asking.call(ASKED, soon(), whole)
        assert secured.came == []

    def test_a_certificate_of_another_host(self, secured, monkeypatch):
        """A server that proves to be another one is told nothing."""
        monkeypatch.setattr(certifi, "where", lambda: str(secured.certificate))
        refused = pytest.raises(AwsError, match="certificate verify failed")
        with caller(f"https://127.0.0.1:{secured.server_port}") as asking, refused:
            asking.call(ASKED, soon(), whole)
        assert secured.came == []
