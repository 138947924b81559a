"""The web door: what is let in, what is handed out, and how everything else is refused."""

import io
import json
import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urljoin

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from skill.alexa.verification import Verifier
from skill.bootstrap import Service, build
from skill.coaching.errors import MissingCueError
from skill.coaching.values import replace
from skill.guides.frames import FRAME_BYTES, FRAME_MS, TAIL_FRAMES
from skill.settings import Settings
from skill.stores.memory import MemoryStore
from skill.web import FOREVER, FROM_ELSEWHERE, LARGEST_REQUEST, create_app
from tests.alexa.recorded import NAMES, SECRETS, recorded, with_value
from tests.simulators.amazon import Amazon

NOW = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
AMAZON = Amazon(NOW)
HARDENED = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"
ELSEWHERE = {"REMOTE_ADDR": "203.0.113.7"}

Opened = Callable[..., FlaskClient]


@pytest.fixture(scope="module")
def open_door(service: Service) -> Opened:
    """Open the door of a service of one's own, its settings changed by name."""

    def opened(store: MemoryStore | None = None, **changes: object) -> FlaskClient:
        settings = replace(service.settings, **changes)
        built = build(settings, store=store or MemoryStore(), clock=lambda: NOW)
        verifier = Verifier(AMAZON.fetch, AMAZON.roots)
        return create_app(settings, service=built, verifier=verifier).test_client()

    return opened


@pytest.fixture(scope="module")
def door(open_door: Opened) -> FlaskClient:
    """The door as the world finds it: signed requests only."""
    return open_door()


@pytest.fixture(scope="module")
def open_house(open_door: Opened) -> FlaskClient:
    """The door that takes unsigned requests from this machine, and serves no skill yet."""
    return open_door(unsigned=True, skill_id="")


def body_of(document: object) -> bytes:
    return json.dumps(document).encode()


def signed(door: FlaskClient, document: object, **more: object) -> TestResponse:
    """Send a document, or the bytes of none, as Alexa does."""
    body = document if isinstance(document, bytes) else body_of(document)
    return door.post("/alexa", data=body, headers=AMAZON.sign(body), **more)


def problem(response: TestResponse) -> tuple[int, str]:
    """Return status and code of a refusal, which has the form of all refusals."""
    assert response.content_type == "application/json"
    assert set(response.json) == {"error", "message"}
    assert "Traceback" not in response.text
    return response.status_code, response.json["error"]


class TestRequestsFromAlexa:
    @pytest.mark.parametrize("name", NAMES)
    def test_each_is_let_in(self, door, name):
        """Every recorded request, properly signed, is answered."""
        response = signed(door, recorded(name), environ_overrides=ELSEWHERE)
        assert response.status_code == 200
        assert response.content_type == "application/json"
        assert response.json["version"] == "1.0"

    def test_nothing_is_reordered_for_the_signature(self, door):
        """The signature is checked over the very bytes that came, however they are written."""
        body = json.dumps(recorded("launch"), indent=7, ensure_ascii=False).encode() + b"\n\n"
        assert signed(door, body).status_code == 200

    @pytest.mark.parametrize(
        "name", [name for name in NAMES if name.startswith("strewn_with_properties_")]
    )
    def test_unknown_properties(self, door, name):
        """A signed request strewn with properties nobody knows is answered like any other."""
        assert signed(door, recorded(name)).status_code == 200

    @pytest.mark.parametrize("padding", [0, -1])
    def test_up_to_the_largest(self, door, padding):
        """A request of 256 KiB, all of it, is let in."""
        body = body_of(recorded("launch"))
        assert signed(door, body.ljust(LARGEST_REQUEST + padding)).status_code == 200

    def test_a_skill_event_that_was_repeated(self, door):
        """A skill event may be an hour old, since Alexa repeats it until it is taken."""
        old = with_value(
            recorded("unknown_skill_enabled"), ("request", "timestamp"), "2026-11-20T05:31:00Z"
        )
        assert signed(door, old).status_code == 200

    def test_nobody_else_is_needed(self, open_door):
        """A service that takes unsigned requests from here still takes signed ones from afar."""
        door = open_door(unsigned=True)
        assert signed(door, recorded("launch"), environ_overrides=ELSEWHERE).status_code == 200


class TestRequestsFromOthers:
    @pytest.mark.parametrize(
        ("path", "value", "code"),
        [
            (("request", "timestamp"), "2026-11-20T06:27:29Z", "wrong-time"),
            (("request", "timestamp"), "2026-11-20T06:32:31Z", "wrong-time"),
            (("request", "timestamp"), "2026-11-20T06:30:00", "wrong-time"),
            (("request", "timestamp"), None, "wrong-time"),
            (("request",), None, "wrong-time"),
            (
                ("context", "System", "application", "applicationId"),
                "amzn1.ask.skill.another",
                "wrong-skill",
            ),
            (("session", "application", "applicationId"), "amzn1.ask.skill.another", "wrong-skill"),
        ],
        ids=["stale", "early", "no zone", "no time", "no request", "skill", "session's skill"],
    )
    def test_signed_but_not_for_now_or_us(self, open_door, path, value, code):
        """A signed request of another time or for another skill is refused by its code."""
        store = MemoryStore()
        response = signed(open_door(store), with_value(recorded("launch"), path, value))
        assert problem(response) == (400, code)
        assert not store.documents()

    def test_signed_but_altered(self, door):
        """One byte changed after signing is enough to be refused."""
        body = body_of(recorded("launch"))
        response = door.post("/alexa", data=body + b" ", headers=AMAZON.sign(body))
        assert problem(response) == (400, "wrong-signature")

    @pytest.mark.parametrize("left", [(), ("Signature-256",), ("SignatureCertChainUrl",)], ids=repr)
    def test_without_a_signature(self, door, left):
        """Without both headers a request is refused, from this machine too."""
        body = body_of(recorded("launch"))
        headers = {name: value for name, value in AMAZON.sign(body).items() if name in left}
        response = door.post("/alexa", data=body, headers=headers)
        assert problem(response) == (400, "bad-signature-header")

    def test_while_no_skill_is_served(self, open_door):
        """Before a skill exists even signed requests are refused, and what to set is named."""
        response = signed(open_door(skill_id=""), recorded("launch"))
        assert problem(response) == (400, "not-from-alexa")
        assert "GLUTE_COACH_SKILL_ID" in response.json["message"]

    def test_refusals_tell_nothing_of_the_request(self, door, caplog):
        """Neither the answer to a refused request nor the log repeats what it carried."""
        with caplog.at_level(logging.DEBUG):
            responses = [
                signed(door, with_value(recorded("launch"), ("request", "timestamp"), "now")),
                signed(door, with_value(recorded("launch"), ("context", "System", "user"), 7)),
                door.post("/alexa", data=body_of(recorded("launch"))),
                signed(door, body_of(recorded("launch"))[:-5]),
            ]
        assert [response.status_code for response in responses] == [400] * 4
        told = caplog.text + "".join(response.text for response in responses)
        assert not any(secret in told for secret in SECRETS)
        assert "Traceback" not in told
        assert len(caplog.records) == 4


class TestUnsignedRequests:
    @pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1"])
    def test_from_this_machine(self, open_house, address):
        """Unsigned requests are answered to this machine, if they are asked for."""
        response = open_house.post(
            "/alexa",
            data=body_of(recorded("launch")),
            environ_overrides={"REMOTE_ADDR": address},
        )
        assert response.status_code == 200
        assert "speak" in response.json["response"]["outputSpeech"]["ssml"]

    @pytest.mark.parametrize(
        "address", ["203.0.113.7", "10.0.0.7", "192.168.1.7", "fe80::7", "2001:db8::7", "", "unix"]
    )
    def test_from_elsewhere(self, open_house, address):
        """From any other machine they are refused, the next one included."""
        response = open_house.post(
            "/alexa",
            data=body_of(recorded("launch")),
            environ_overrides={"REMOTE_ADDR": address},
        )
        assert problem(response) == (400, "not-from-alexa")

    @pytest.mark.parametrize("header", [*FROM_ELSEWHERE, "X-FORWARDED-FOR", "origin"])
    @pytest.mark.parametrize("value", ["127.0.0.1", "", "https://evil.example"])
    def test_through_this_machine(self, open_house, header, value):
        """Through a proxy, a tunnel or a web page on this machine they are refused."""
        response = open_house.post(
            "/alexa", data=body_of(recorded("launch")), headers={header: value}
        )
        assert problem(response) == (400, "not-from-alexa")

    @pytest.mark.parametrize("header", ["Signature-256", "SignatureCertChainUrl"])
    def test_half_signed(self, open_door, header):
        """Whoever brings a signature header is held to it."""
        response = open_door(unsigned=True).post(
            "/alexa", data=body_of(recorded("launch")), headers={header: "x"}
        )
        assert response.status_code == 400

    def test_unless_asked_for(self, open_door):
        """By default unsigned requests are refused, from this machine too."""
        assert not Settings().unsigned
        response = open_door(unsigned=False).post("/alexa", data=body_of(recorded("launch")))
        assert response.status_code == 400


class TestBodies:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b" ",
            b"hello",
            b'{"version": "1.0"',
            b"{'version': '1.0'}",
            b"\xff\xfe\xfd",
            json.dumps(recorded("launch")).encode("utf-16"),
            json.dumps(recorded("launch")).encode("utf-32"),
            json.dumps(recorded("launch")).encode("utf-8-sig"),
            b'{"request": "\xe9"}',
            b"[" * 100_000,
            b'{"a":' * 40_000,
            b"9" * 5_000,
            b"version=1.0&request=LaunchRequest",
        ],
        ids=[
            *("empty", "blank", "text", "cut short", "single quotes", "bytes", "UTF-16", "UTF-32"),
            *("byte order mark", "Latin-1", "deep list", "deep object", "huge number", "form"),
        ],
    )
    @pytest.mark.parametrize("how", ["signed", "unsigned"])
    def test_no_json(self, door, open_house, body, how):
        """What is no JSON in UTF-8 is refused in a sentence, signed or not."""
        response = signed(door, body) if how == "signed" else open_house.post("/alexa", data=body)
        assert problem(response) == (400, "malformed-request")
        assert response.json["message"] == "the body is no JSON in UTF-8"

    @pytest.mark.parametrize(
        ("document", "sentence"),
        [
            (None, "the request takes an object, not NoneType"),
            ([], "the request takes an object, not list"),
            ({}, "request is missing"),
            ({"request": {"type": "LaunchRequest"}}, "context.System.user.userId is missing"),
            ({"request": {"type": ["LaunchRequest"]}}, "type takes text, not list"),
        ],
        ids=json.dumps,
    )
    def test_no_request(self, open_house, document, sentence):
        """JSON that is no request is refused by the place that is wrong."""
        response = open_house.post("/alexa", data=body_of(document))
        assert problem(response) == (400, "malformed-request")
        assert response.json["message"] == sentence

    @pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "", "x"])
    def test_any_content_type(self, open_house, kind):
        """The body is read as it is, whatever it says it is."""
        response = open_house.post(
            "/alexa", data=body_of(recorded("launch")), headers={"Content-Type": kind}
        )
        assert response.status_code == 200

    def test_nesting_that_nobody_reads(self, open_house):
        """A property nested 900 deep is read over, or refused: it never fails."""
        nested = "[" * 900 + "]" * 900
        body = json.dumps(recorded("launch"))[:-1] + f', "futureProperty": {nested}}}'
        assert open_house.post("/alexa", data=body).status_code in {200, 400}

    def test_many_slots(self, open_house):
        """An intent with 1,400 slots is answered."""
        document = recorded("intent_start_resolved")
        slots = document["request"]["intent"]["slots"]
        slots |= {f"slot{number}": {"name": f"slot{number}"} for number in range(1_400)}
        assert open_house.post("/alexa", data=body_of(document)).status_code == 200

    @pytest.mark.parametrize("size", [LARGEST_REQUEST + 1, 10 * LARGEST_REQUEST])
    @pytest.mark.parametrize("length_is_told", [True, False], ids=["length", "chunked"])
    def test_too_large(self, door, size, length_is_told):
        """More than 256 KiB is refused with the limit, whether its length is told or not."""
        body = b" " * size
        told = {"content_length": size} if length_is_told else {}
        response = door.post(
            "/alexa",
            input_stream=io.BytesIO(body),
            environ_overrides={"wsgi.input_terminated": True},
            **told,
        )
        assert problem(response) == (413, "request-entity-too-large")
        assert str(LARGEST_REQUEST) in response.json["message"]
        assert HARDENED.items() <= dict(response.headers).items()

    @pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE"])
    def test_wrong_method(self, door, method):
        """Only POST is for Alexa, and the refusal says so."""
        response = door.open("/alexa", method=method)
        assert response.status_code == 405
        assert response.allow.as_set() == {"post", "options"}


MP3 = "/guides/pre-run.mp3"
LASTING = {
    MP3: "audio/mpeg",
    "/guides/pre-run/0.mp3": "audio/mpeg",
    "/guides/pre-run.vtt": "text/vtt; charset=utf-8",
    "/guides/pre-run.json": "application/json+chapters",
    "/guides/feed.xml": "application/rss+xml; charset=utf-8",
    "/guides/cover.png": "image/png",
}


class TestGuides:
    @pytest.mark.parametrize("path", LASTING)
    def test_whole(self, door, path):
        """A file comes whole, with its type and length, and says that it can come in parts."""
        response = door.get(path)
        assert response.status_code == 200
        assert response.content_type == LASTING[path]
        assert int(response.headers["Content-Length"]) == len(response.data) > 0
        assert response.headers["Accept-Ranges"] == "bytes"
        assert door.get(path).data == response.data

    @pytest.mark.parametrize("plan_id", ["pre-run", "post-run_h45", "strength_r12_p5_brief"])
    def test_any_plan(self, door, service, plan_id):
        """The guide of any plan is what the editions make of it."""
        assert door.get(f"/guides/{plan_id}.mp3").data == service.editions.mp3(plan_id)

    def test_each_step(self, door, service):
        """Each step of a plan is a file of its own."""
        timeline = service.repertoire.timeline("post-run")
        for step in range(len(timeline.spans)):
            clip = door.get(f"/guides/post-run/{step}.mp3")
            assert clip.status_code == 200
            assert clip.data == service.library.clip(timeline, step)

    def test_the_rest_of_a_step(self, door, service):
        """From an offset in the guide on, a step has what is left of it, to the frame."""
        timeline = service.repertoire.timeline("post-run")
        for step, span in enumerate(timeline.spans):
            for start in (span.start, span.begin + 25, span.release, span.end - 1):
                clip = door.get(f"/guides/post-run/{step}.mp3?from={start}")
                assert clip.status_code == 200
                assert clip.content_type == "audio/mpeg"
                assert clip.data == service.library.clip(timeline, step, start)
                frames = (span.end - start // FRAME_MS * FRAME_MS) // FRAME_MS + TAIL_FRAMES
                assert len(clip.data) == (1 + frames) * FRAME_BYTES

    def test_the_rest_of_a_step_lasts_too(self, door, service):
        """It can be kept and asked for in parts as any other file, and is another one."""
        start = service.repertoire.timeline("post-run").spans[1].begin
        path = f"/guides/post-run/1.mp3?from={start}&v={service.library.digest}"
        response = door.get(path)
        assert response.headers["Cache-Control"] == FOREVER
        assert response.headers["ETag"] != door.get("/guides/post-run/1.mp3").headers["ETag"]
        assert door.get(path, headers={"Range": "bytes=0-143"}).data == response.data[:144]

    @pytest.mark.parametrize("path", LASTING)
    def test_head(self, door, path):
        """HEAD has the headers of GET, and nothing else."""
        got, asked = door.get(path), door.head(path)
        assert asked.status_code == 200
        assert asked.data == b""
        for name in ("Content-Length", "Content-Type", "ETag", "Accept-Ranges", "Cache-Control"):
            assert asked.headers[name] == got.headers[name]

    @pytest.mark.parametrize(
        ("asked", "start", "end"),
        [
            ("bytes=0-143", 0, 144),
            ("bytes=0-0", 0, 1),
            ("bytes=144-", 144, None),
            ("bytes=1000-1999", 1_000, 2_000),
            ("bytes=-144", -144, None),
            ("bytes=0-99999999999", 0, None),
            ("Bytes=0-9", 0, 10),
        ],
    )
    def test_a_range(self, door, asked, start, end):
        """A range comes byte for byte, and says which part of how much it is."""
        whole = door.get(MP3).data
        part = door.get(MP3, headers={"Range": asked})
        first, after, _ = slice(start, end).indices(len(whole))
        assert part.status_code == 206
        assert part.data == whole[start:end]
        assert part.content_type == "audio/mpeg"
        assert int(part.headers["Content-Length"]) == after - first
        assert part.headers["Content-Range"] == f"bytes {first}-{after - 1}/{len(whole)}"

    @given(st.data())
    def test_any_range(self, door, service, data):
        """Wherever a player goes on from, it gets the bytes from there."""
        whole = service.editions.mp3("pre-run")
        start = data.draw(st.integers(0, len(whole) - 1))
        end = data.draw(st.integers(start, len(whole) + 9))
        part = door.get(MP3, headers={"Range": f"bytes={start}-{end}"})
        assert part.status_code == 206
        assert part.data == whole[start : end + 1]

    def test_a_range_that_is_not_there(self, door):
        """A range behind the end is refused with the length there is."""
        length = len(door.get(MP3).data)
        response = door.get(MP3, headers={"Range": "bytes=99999999-"})
        assert problem(response) == (416, "requested-range-not-satisfiable")
        assert response.headers["Content-Range"] == f"bytes */{length}"

    @pytest.mark.parametrize(
        "asked",
        [
            *("seconds=1-2", "bytes=0-9,20-29", "bytes=0-0,-1", "bytes=-99999999999"),
            *("bytes=9-5", "bytes=a-b", "bytes=abc", "bytes=", "bytes=--1", "bytes", ""),
        ],
    )
    def test_a_range_we_do_not_serve(self, door, asked):
        """Another unit, several ranges, more than there is, or none at all: the whole file comes.

        RFC 9110, 14.2: an invalid range is ignored.
        """
        response = door.get(MP3, headers={"Range": asked})
        assert response.status_code == 200
        assert response.data == door.get(MP3).data

    def test_a_range_of_what_it_was(self, door):
        """A part is only put to a part of the same file; else the whole file comes."""
        etag = door.get(MP3).headers["ETag"]
        headers = {"Range": "bytes=0-143", "If-Range": etag}
        assert door.get(MP3, headers=headers).status_code == 206
        assert door.get(MP3, headers=headers | {"If-Range": '"old"'}).status_code == 200

    @pytest.mark.parametrize("path", LASTING)
    def test_what_has_not_changed(self, door, path):
        """Who has the file already is told so, and gets nothing."""
        first = door.get(path)
        again = door.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304
        assert again.data == b""
        assert again.headers["ETag"] == first.headers["ETag"]
        assert door.get(path, headers={"If-None-Match": '"old"'}).status_code == 200

    def test_what_has_changed(self, door, open_door):
        """Other content has another tag, even of one recording: the feed of another address."""
        moved = open_door(public_url="https://moved.example").get("/guides/feed.xml")
        assert moved.headers["ETag"] != door.get("/guides/feed.xml").headers["ETag"]
        tags = {door.get(path).headers["ETag"] for path in LASTING}
        assert len(tags) == len(LASTING)

    @pytest.mark.parametrize("path", LASTING)
    def test_how_long_it_lasts(self, door, service, path):
        """Under its recording's name a file may be kept for ever; else it is asked for again."""
        digest = service.library.digest
        assert door.get(f"{path}?v={digest}").headers["Cache-Control"] == FOREVER
        for other in ("", "?v=", "?v=old", f"?w={digest}"):
            assert door.get(path + other).headers["Cache-Control"] == "no-cache"

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
    @pytest.mark.parametrize("path", LASTING)
    def test_wrong_method(self, door, method, path):
        """Files can only be read."""
        response = door.open(path, method=method)
        assert problem(response) == (405, "method-not-allowed")
        assert response.allow.as_set() == {"get", "head", "options"}


class TestPlansThereAreNot:
    @pytest.mark.parametrize(
        ("plan_id", "sentence"),
        [
            ("banana", "there is no routine 'banana'; there are pre-run, post-run, "),
            ("PRE-RUN", "there is no routine 'PRE-RUN'"),
            ("pre-run.mp3", "there is no routine 'pre-run.mp3'"),
            ("pre-run_", "'' is no choice of a plan"),
            ("pre-run_x9", "'x9' is no choice of a plan"),
            ("pre-run_h9", "a hold takes 10 to 120 seconds, not 9"),
            ("pre-run_h121", "a hold takes 10 to 120 seconds, not 121"),
            ("pre-run_h0030", "'h0030' is no choice"),
            ("pre-run_h-30", "'h-30' is no choice"),
            ("pre-run_h\u0663\u0660", "is no choice"),
            ("pre-run_r31", "a set takes 1 to 30 repetitions, not 31"),
            ("pre-run_p2", "a repetition takes 3 to 8 seconds, not 2"),
            ("pre-run_brief_h30", "'pre-run_brief_h30' is written pre-run_h30_brief"),
            ("pre-run_h30_h40", "is written pre-run_h40"),
            ("pre-run_h" + "9" * 400, "is no choice"),
            ("pre-run_h" + "9" * 5_000, "a plan id has at most 700 characters, not 5009"),
            ("strength_r30_p8", " minutes; a plan runs at most 60"),
            ("strength_r28_p8", " seconds; a step runs at most 240"),
            ("a" * 500, f"there is no routine '{'a' * 40}…'"),
            ("%00", "there is no routine '\\x00'"),
            ("%0d%0aSet-Cookie:%20a=b", "there is no routine '\\r\\nSet-Cookie: a=b'"),
            ("<script>", "there is no routine '<script>'"),
            ("..", "there is no routine '..'"),
            ("..%5c..%5cpyproject", "there is no routine"),
            ("%ff%fe", "there is no routine"),
        ],
        ids=lambda text: ascii(text[:24]),
    )
    @pytest.mark.parametrize("ending", [".mp3", ".vtt", ".json", "/0.mp3"])
    def test_what_is_wrong_is_said(self, door, plan_id, sentence, ending):
        """A plan id that names nothing we coach is a sentence saying why, in few words."""
        response = door.get(f"/guides/{plan_id}{ending}")
        status, code = problem(response)
        assert status == 404
        assert code in {"bad-plan", "plan-too-long"}
        assert sentence in response.json["message"]
        assert len(response.json["message"]) < 250

    @pytest.mark.parametrize(
        "path",
        [
            "/guides/../pyproject.toml",
            "/guides/..%2f..%2fetc%2fpasswd.mp3",
            "/guides/%2e%2e/%2e%2e/etc/passwd",
            "/guides//etc/passwd.mp3",
            "/guides/pre-run",
            "/guides/pre-run.wav",
            "/guides/.mp3",
            "/guides/cover.jpg",
            "/guides/feed.xml/0.mp3",
            "/guides/pre-run/x.mp3",
            "/guides/pre-run/-1.mp3",
            "/guides/pre-run/1.5.mp3",
            "/guides/pre-run/0/0.mp3",
            f"/guides/pre-run/{'9' * 5_000}.mp3",
            "/static/x.js",
            "/favicon.ico/",
        ],
        ids=lambda path: path[:40],
    )
    def test_no_way_around(self, door, path):
        """Any other path leads nowhere: no file of this machine is served by its name."""
        assert door.get(path, follow_redirects=True).status_code == 404

    @pytest.mark.parametrize(
        "step", [9, 10, 999, 10**18, int("9" * 4_000)], ids=lambda n: str(n)[:9]
    )
    def test_a_step_there_is_not(self, door, step):
        """A step past the last is refused with the steps there are."""
        response = door.get(f"/guides/pre-run/{step}.mp3")
        assert problem(response) == (404, "bad-plan")
        assert response.json["message"] == "plan pre-run has steps 0 to 8, and no other"

    @pytest.mark.parametrize(
        "asked",
        [
            *("", "x", "-1", "-24", "1.5", "1e3", "+100000", "%20", "%00", "null", "0x10", "1_000"),
            *("\u0661\u0662\u0663", "%ff", "9" * 5_000, "nan", "inf", "100000%0a", "before", "end"),
        ],
        ids=lambda text: ascii(text[:9]),
    )
    def test_an_offset_there_is_not(self, door, service, asked):
        """An offset outside the step, or none at all, is refused with those there are."""
        span = service.repertoire.timeline("post-run").spans[1]
        asked = {"before": span.start - 1, "end": span.end}.get(asked, asked)
        response = door.get(f"/guides/post-run/1.mp3?from={asked}")
        assert problem(response) == (404, "bad-plan")
        sentence = (
            f"step 1 of plan post-run has the offsets {span.start} to {span.end - 1}, "
            "in whole milliseconds, not "
        )
        assert response.json["message"].startswith(sentence)
        assert len(response.json["message"]) < 250

    @given(st.text(st.characters(exclude_characters="/", exclude_categories=["Cs"]), min_size=1))
    def test_any_text(self, door, text):
        """Whatever stands in a plan's place, it is a plan or it is not: nothing fails."""
        response = door.get(f"/guides/{quote(text, safe='')}.mp3")
        assert response.status_code in {200, 404}


class TestTheRest:
    def test_the_address_itself_says_what_this_is(self, door):
        """Whoever opens the printed address finds the coach, and from there the guides."""
        page = door.get("/")
        assert page.status_code == 200
        assert page.mimetype == "text/html"
        found = re.findall(r'href="([a-z]+/?)"', page.text)
        assert set(found) == {"guides/", "history"}
        assert all(door.head(f"/{address}").status_code == 200 for address in found)

    @pytest.mark.parametrize(
        ("path", "status", "sentence"),
        [
            ("/nowhere", 404, "The requested URL was not found"),
            ("/guides/banana.mp3", 404, "There is no routine"),
            ("/a/b/c/", 404, "The requested URL was not found"),
            ("/alexa", 405, "The method is not allowed"),
        ],
    )
    def test_people_are_told_in_a_page(self, door, path, status, sentence):
        """A browser gets a page in our style that leads home, by any prefix; machines get JSON."""
        page = door.get(path, headers={"Accept": BROWSER})
        assert (page.status_code, page.mimetype) == (status, "text/html")
        assert f'<p class="lead">{sentence}' in page.text
        (home,) = re.findall(r'class="button" href="([^"]+)"', page.text)
        assert urljoin(f"https://coach.example/prefix{path}", home) == (
            "https://coach.example/prefix/"
        )
        style = door.get("/").headers["Content-Security-Policy"]
        assert page.headers["Content-Security-Policy"] == style
        for accept in ("*/*", "application/json", "audio/*", ""):
            told = door.get(path, headers={"Accept": accept})
            assert (told.status_code, told.mimetype) == (status, "application/json")
            assert told.headers["Vary"] == "Accept"

    def test_nothing_of_an_address_is_a_page(self, door):
        """What stands in an address is shown as it is, and short."""
        page = door.get("/guides/<b>x.mp3", headers={"Accept": BROWSER})
        assert "<b>" not in page.text
        assert len(door.get("/a" * 3000, headers={"Accept": BROWSER}).data) < 30_000

    def test_what_browsers_and_search_engines_look_for(self, door):
        """Our sign is where old browsers look; search engines have no guide joined for them."""
        icon = door.get("/favicon.ico")
        assert (icon.status_code, icon.mimetype) == (200, "image/svg+xml")
        assert len(icon.data) < 1000
        robots = door.get("/robots.txt")
        assert (robots.status_code, robots.mimetype) == (200, "text/plain")
        rules = robots.text.splitlines()
        assert rules[0] == "User-agent: *"
        assert "Disallow: /" in rules

    def test_health(self, door, service):
        """The service says that it runs, and with which recording."""
        response = door.get("/healthz")
        assert response.status_code == 200
        assert response.json == {"status": "ok", "recording": service.library.digest}

    @pytest.mark.parametrize(
        ("method", "path", "headers", "status"),
        [
            ("GET", "/healthz", {}, 200),
            ("GET", MP3, {}, 200),
            ("HEAD", MP3, {}, 200),
            ("GET", MP3, {"Range": "bytes=0-9"}, 206),
            ("GET", MP3, {"Range": "bytes=99999999-"}, 416),
            ("GET", MP3, {"If-None-Match": "*"}, 304),
            ("GET", "/guides/feed.xml", {}, 200),
            ("GET", "/guides/banana.mp3", {}, 404),
            ("GET", "/nowhere", {}, 404),
            ("GET", "/guides//pre-run.mp3", {}, 308),
            ("GET", "/alexa", {}, 405),
            ("OPTIONS", "/alexa", {}, 200),
            ("POST", "/alexa", {}, 400),
        ],
    )
    def test_every_answer_is_hardened(self, door, method, path, headers, status):
        """Whatever the answer is, browsers are told not to sniff, run or refer to anything."""
        response = door.open(path, method=method, headers=headers)
        assert response.status_code == status
        assert HARDENED.items() <= dict(response.headers).items()

    def test_answers_to_alexa_are_hardened(self, open_house):
        """An answer to Alexa carries the same headers, and is no page."""
        response = open_house.post("/alexa", data=body_of(recorded("launch")))
        assert HARDENED.items() <= dict(response.headers).items()

    @pytest.mark.parametrize(
        ("fault", "code"),
        [
            (MissingCueError("no cue is recorded for 'ready'"), "internal"),
            (ZeroDivisionError("a fault"), "internal-server-error"),
        ],
        ids=["known", "unknown"],
    )
    def test_faults_of_ours(self, service, fault, code, caplog):
        """A fault of ours is a plain 500 to the world; what it was stands in the log."""

        class Broken:
            def mp3(self, plan_id):  # noqa: ARG002
                raise fault

        app = create_app(service.settings, service=replace(service, editions=Broken()))
        with caplog.at_level(logging.ERROR):
            response = app.test_client().get(MP3)
        assert problem(response) == (500, code)
        assert str(fault) not in response.text
        assert HARDENED.items() <= dict(response.headers).items()
        assert str(fault) in caplog.text


def test_the_clock_is_the_tests():
    """What is recorded was recorded at the moment these tests take for now."""
    recorded_at = datetime.fromisoformat(recorded("launch")["request"]["timestamp"])
    assert abs(recorded_at - NOW) < timedelta(seconds=150)
