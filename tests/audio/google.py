"""Google's side of gTTS: a local proxy that answers for translate.google.* as Google does.

The library under test is the real one, unpatched: it connects through HTTPS_PROXY, asks for
a tunnel to Google, shakes hands with our certificate, and posts Google's remote procedure
call. What comes back is put together here in Google's form.
"""

import base64
import io
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import lameenc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.audio.hummer import RATE, hummed, recorded

RPC = "jQ1olc"
RPC_PATH = "/_/TranslateWebserverUi/data/batchexecute"


@dataclass(frozen=True)
class Asked:
    """One call that reached Google."""

    host: str
    text: str
    language: str


@dataclass
class Google:
    """What was asked, and what to answer: a status or a kind, in turn; the last one for ever."""

    answers: list[int | str] = field(default_factory=lambda: ["audio"])
    asked: list[Asked] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    def next_answer(self) -> int | str:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def mp3_of(text: str) -> bytes:
    """An MP3 as Google sends them: bare MPEG-2 frames at 24 kHz, 32 kbit/s."""
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_channels(1)
    encoder.set_in_sample_rate(RATE)
    encoder.set_out_sample_rate(24_000)
    encoder.set_bit_rate(32)
    return bytes(encoder.encode(recorded(hummed(text)).pcm)) + bytes(encoder.flush())


def _reply(payload: str | None) -> bytes:
    inner = None if payload is None else json.dumps([payload], separators=(",", ":"))
    rows = [["wrb.fr", RPC, inner, None, None, None, "generic"], ["di", 57], ["e", 4, None, 9]]
    chunk = json.dumps(rows, separators=(",", ":"))
    return f")]}}'\n\n{len(chunk) + 2}\n{chunk}\n".encode()


BODIES: dict[str, Callable[[str], bytes]] = {
    "audio": lambda text: _reply_with(mp3_of(text)),
    "no audio": lambda _text: _reply(None),
    "another page": lambda _text: b"<!doctype html><title>Before you continue to Google</title>",
    "nothing": lambda _text: b"",
    "zero bytes": lambda _text: _reply_with(b""),
    "not base64": lambda _text: _reply("A"),
    "no MP3": lambda _text: _reply_with(b"This is no sound. " * 99),
    "no UTF-8": lambda _text: b"\xff\xfe" * 99,
    "cut MP3": lambda text: _reply_with(mp3_of(text)[: len(mp3_of(text)) // 3]),
}
"""What Google says with status 200, right and wrong."""


def _reply_with(mp3: bytes) -> bytes:
    return _reply(base64.b64encode(mp3).decode())


class _Proxy(BaseHTTPRequestHandler):
    """Takes CONNECT, then speaks TLS and HTTP as the host asked for."""

    google: Google
    context: ssl.SSLContext
    timeout = 10
    host = ""

    def do_CONNECT(self) -> None:
        self.host = self.path.partition(":")[0]
        self.send_response(200)
        self.end_headers()
        tunnel = self.context.wrap_socket(self.connection, server_side=True)
        self.connection = tunnel
        self.rfile = tunnel.makefile("rb")
        self.wfile = tunnel.makefile("wb", buffering=0)
        self.close_connection = False
        self.handle_one_request()
        self.close_connection = True
        for end in (self.rfile, self.wfile, tunnel):
            end.close()
        self.wfile = io.BytesIO()  # what handles requests flushes it once more

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        assert self.path == RPC_PATH
        [[[rpc, parameters, *_]]] = json.loads(form["f.req"][0])
        assert rpc == RPC
        text, language, *_ = json.loads(parameters)
        self.google.asked.append(Asked(self.host, text, language))
        answer = self.google.next_answer()
        if answer == "hang":
            self.google.released.wait(10)
            return
        if answer == "hang up":
            return
        status, body = (answer, b"busy") if isinstance(answer, int) else (200, BODIES[answer](text))
        with suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep the test's output quiet."""


def _certificate(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "translate.google.com")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = folder / "google.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


@contextmanager
def serving_google(folder: Path) -> Iterator[tuple[Google, str]]:
    """Run Google, and give it with the address of the proxy that leads to it."""
    google = Google()
    handler = type("Proxy", (_Proxy,), {"google": google, "context": _certificate(folder)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield google, f"http://127.0.0.1:{server.server_port}"
    finally:
        google.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
