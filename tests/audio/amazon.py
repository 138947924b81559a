"""Amazon's side of Polly: a local server that answers the SynthesizeSpeech call as AWS does.

The library under test is the real one, unpatched: it finds the server through the setting
that every AWS tool knows, signs its request, and posts it as REST and JSON. Sound comes back
in chunks, without a length; errors come with their code in a header.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.audio.google import mp3_of

SPEECH_PATH = "/v1/speech"
ERRORS = {
    "ThrottlingException": (400, "Rate exceeded"),
    "ServiceFailureException": (500, "An internal error has occurred"),
    "TextLengthExceededException": (400, "Maximum text length has been exceeded"),
    "AccessDeniedException": (403, "User: runner is not authorized to perform polly:Synthesize"),
    "UnrecognizedClientException": (403, "The security token included in the request is invalid."),
    "EngineNotSupportedException": (400, "This voice does not support the selected engine: neural"),
}


@dataclass
class Amazon:
    """What was asked, and what to answer, in turn: an error's code or a kind; the last for ever."""

    answers: list[str] = field(default_factory=lambda: ["audio"])
    asked: list[dict[str, str]] = field(default_factory=list)

    def next_answer(self) -> str:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class _Polly(BaseHTTPRequestHandler):
    amazon: Amazon
    protocol_version = "HTTP/1.1"
    timeout = 10

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert self.path == SPEECH_PATH
        assert self.headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=")
        self.amazon.asked.append(asked)
        answer = self.amazon.next_answer()
        with suppress(OSError):
            if answer in ERRORS:
                self._refuse(answer)
            elif answer == "hang up":
                self.close_connection = True
            else:
                self._speak(asked["Text"], answer)

    def _refuse(self, code: str) -> None:
        status, message = ERRORS[code]
        body = json.dumps({"message": message}).encode()
        self.send_response(status)
        self.send_header("x-amzn-ErrorType", f"{code}:http://internal.amazon.com/coral/")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _speak(self, text: str, kind: str) -> None:
        mp3 = mp3_of(text)
        body = {"audio": mp3, "broken off": mp3, "cut MP3": mp3[: len(mp3) // 3]}.get(kind, b"")
        self.send_response(200)
        self.send_header("Content-Type", "audio/mpeg")
        self.send_header("x-amzn-RequestCharacters", str(len(text)))
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for start in range(0, len(body), 4096):
            chunk = body[start : start + 4096]
            self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            if kind == "broken off":
                self.close_connection = True
                return
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_: object) -> None:
        """Keep the test's output quiet."""


@contextmanager
def serving_polly() -> Iterator[tuple[Amazon, str]]:
    """Run Polly, and give it with its address."""
    amazon = Amazon()
    handler = type("Polly", (_Polly,), {"amazon": amazon})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield amazon, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
