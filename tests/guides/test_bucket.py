"""The bucket of guides over real HTTP: what it is asked, what it takes, what it refuses."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from skill.aws.credentials import Credentials
from skill.guides.bucket import S3Bucket
from skill.guides.published import FOREVER, Published
from skill.ports import ShelfError
from tests.simulators.s3 import REGION, S3, serving_s3

CONTENT = b"a guide " * 20_000
FILE = Published.of("pre-run", "mp3", CONTENT)
KEYS = {"AWS_ACCESS_KEY_ID": "AKIACOACH", "AWS_SECRET_ACCESS_KEY": "of the coach"}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": "arn:aws:s3:::*/made/*",
        }
    ],
}


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    with serving_s3() as served:
        yield served


def soon(seconds: float = 5) -> float:
    return time.monotonic() + seconds


def bucket_of(s3: S3, keys: dict[str, str] = KEYS) -> closing[S3Bucket]:
    """The bucket as the service sees it."""
    return closing(S3Bucket(s3.bucket, REGION, Credentials(keys), s3.endpoint))


def bucket_at(endpoint: str) -> closing[S3Bucket]:
    """A bucket at another server's."""
    return closing(S3Bucket("guides", REGION, Credentials(KEYS), endpoint))


def test_what_was_put_is_there_as_it_was_meant(s3):
    """The content, its type, and leave to be cached for ever; and when it was written is told."""
    with bucket_of(s3) as bucket:
        assert bucket.written("made/a.mp3", soon()) is None
        bucket.put("made/a.mp3", FILE, CONTENT, soon())
        written = bucket.written("made/a.mp3", soon())
    assert abs(written - datetime.now(UTC)) < timedelta(seconds=30)
    file = s3.file("made/a.mp3")
    assert file["Body"] == CONTENT
    assert (file["ContentType"], file["CacheControl"]) == ("audio/mpeg", FOREVER)


def test_requests_are_signed_and_may_do_what_the_policy_says(s3):
    """Amazon's own library finds the signatures right; leave to read and write is enough."""
    with s3.permitted(POLICY) as keys, bucket_of(s3, keys) as bucket:
        assert bucket.written("made/b_h45.mp3", soon()) is None
        bucket.put("made/b_h45.mp3", FILE, CONTENT, soon())
        assert bucket.written("made/b_h45.mp3", soon())


@pytest.mark.parametrize(
    ("key", "secret", "why"),
    [
        ("guides/a.mp3", None, "HTTP 403, AccessDenied: Access Denied"),
        ("made/a.mp3", "a wrong one", "HTTP 403, SignatureDoesNotMatch"),
    ],
)
def test_a_refusal_is_told_with_its_reason(s3, key, secret, why):
    """What the policy or the signature does not allow is refused, and Amazon's words say why."""
    with s3.permitted(POLICY) as keys:
        given = {**keys, "AWS_SECRET_ACCESS_KEY": secret or keys["AWS_SECRET_ACCESS_KEY"]}
        with bucket_of(s3, given) as bucket, pytest.raises(ShelfError, match=why):
            bucket.put(key, FILE, CONTENT, soon())


def test_the_digest_of_the_content_is_signed():
    """It goes along with the content, so S3 can keep nothing else under that signature."""
    with answering([(200, b"")]) as (endpoint, heard), bucket_at(endpoint) as bucket:
        bucket.put("made/a.mp3", FILE, CONTENT, soon())
    assert heard[0]["x-amz-content-sha256"] == FILE.sha256
    assert "host;x-amz-content-sha256;x-amz-date" in heard[0]["authorization"]


def test_a_busy_bucket_is_asked_again():
    """What S3 cannot do for the moment is tried again, and done."""
    slow_down = b"<Error><Code>SlowDown</Code><Message>Please reduce your rate</Message></Error>"
    busy_twice = [(503, slow_down), (500, b""), (200, b"")]
    with answering(busy_twice) as (endpoint, heard), bucket_at(endpoint) as bucket:
        bucket.put("made/a.mp3", FILE, CONTENT, soon())
    assert len(heard) == 3


@pytest.mark.parametrize("answers", [[(503, b"")], [None], []], ids=["503", "hung up", "silent"])
def test_a_bucket_out_of_reach_is_told_in_time(answers):
    """Whatever it does instead of answering, by the deadline there is an error."""
    started = time.monotonic()
    with (
        answering(answers) as (endpoint, _),
        bucket_at(endpoint) as bucket,
        pytest.raises(ShelfError, match="PUT in bucket 'guides'"),
    ):
        bucket.put("made/a.mp3", FILE, CONTENT, soon(0.6))
    assert time.monotonic() - started < 2


def test_a_bucket_that_takes_it_too_slowly_is_given_up_in_time():
    """A large guide that trickles away does not hold the answer up for longer than it may."""
    content = bytes(20_000_000)
    started = time.monotonic()
    with (
        answering([(200, b"")], bytes_each_ms=4096) as (endpoint, _),
        bucket_at(endpoint) as bucket,
        pytest.raises(ShelfError, match="PUT in bucket 'guides'"),
    ):
        bucket.put("made/a.mp3", Published.of("a", "mp3", content), content, soon(0.6))
    assert time.monotonic() - started < 2


def test_without_credentials_it_says_so(s3):
    """No keys, no request: the error says where keys were looked for."""
    with bucket_of(s3, {}) as bucket, pytest.raises(ShelfError, match="AWS_ACCESS_KEY_ID"):
        bucket.written("made/a.mp3", soon())


@contextmanager
def answering(answers: list, *, bytes_each_ms: int = 0) -> Iterator[tuple[str, list]]:
    """Serve these answers in turn, the last for ever: None hangs up; with none, say nothing.

    Bodies are taken at once, or so many bytes a millisecond.
    """
    heard, over = [], threading.Event()
    left = list(answers)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            heard.append({name.lower(): value for name, value in self.headers.items()})
            length = int(self.headers["Content-Length"])
            while bytes_each_ms and length > 0 and not over.is_set():
                length -= len(self.rfile.read(min(length, bytes_each_ms)) or b" " * length)
                time.sleep(0.001)
            self.rfile.read(length)
            if not left:
                over.wait()
                self.close_connection = True
                return
            answer = left.pop(0) if len(left) > 1 else left[0]
            if answer is None:
                self.close_connection = True
                return
            status, body = answer
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", heard
        finally:
            over.set()
            server.shutdown()
            thread.join()
