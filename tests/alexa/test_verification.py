"""The door: what Alexa sends is let in, all else is refused, and by its own name.

CASES is data: the README's table of refusals is made from it.
"""

import base64
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import Certificate, load_pem_x509_certificates
from cryptography.x509.verification import Store
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import EnvironHeaders

from skill.alexa.admission import WrongSkillError, check_application
from skill.alexa.certificates import (
    MAX_AGE,
    MAX_CERTIFICATES,
    MAX_CHAIN_BYTES,
    MAX_FETCHES,
    MAX_KEYS,
    REFRESH_AFTER,
    RETRY_AFTER,
    CertificatesUnavailableError,
    CertificateUrlError,
    ChainFetcher,
    UntrustedCertificatesError,
    certifi_roots,
    normalise_url,
    read_chain,
)
from skill.alexa.verification import (
    REPEATED_EVENTS,
    SIGNATURE_HEADER,
    URL_HEADER,
    NotFromAlexaError,
    SignatureError,
    SignatureHeaderError,
    TimestampError,
    Verifier,
    check_timestamp,
)
from skill.coaching.values import replace, value_class
from tests.simulators.amazon import (
    DAY,
    ROOT,
    SIGNER,
    URL,
    Amazon,
    Party,
    intermediate,
    issue,
    party,
    pem,
    with_sha1,
)

NOW = datetime(2026, 1, 5, 6, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
SKILL = "amzn1.ask.skill.11111111-2222-3333-4444-555555555555"
OTHER_SKILL = "amzn1.ask.skill.99999999-2222-3333-4444-555555555555"
SECRET = "Atza|a-runners-access-token"  # noqa: S105
USER = "amzn1.ask.account.ARUNNER"
ENVELOPE = {
    "version": "1.0",
    "session": {
        "application": {"applicationId": SKILL},
        "user": {"userId": USER, "accessToken": SECRET},
    },
    "context": {"System": {"application": {"applicationId": SKILL}, "user": {"userId": USER}}},
    "request": {
        "type": "IntentRequest",
        "timestamp": "2026-01-05T06:30:00Z",
        "intent": {"name": "Größe"},
    },
}
BODY = json.dumps(ENVELOPE, ensure_ascii=False).encode()
ABSENT = object()


@value_class
class Request:
    """What arrives at the door, and when."""

    headers: tuple[tuple[str, str], ...]
    body: bytes = BODY
    now: datetime = NOW


Make = Callable[[Amazon], Request]


class Case(NamedTuple):
    """A refusal: its name, how the request is made, and the error it gets."""

    name: str
    make: Make
    error: type[NotFromAlexaError]


def knock(verifier: Verifier, request: Request) -> None:
    """Do all that the web door does, the headers being what a WSGI server makes of them."""
    environ: dict[str, str] = {}
    for name, value in request.headers:
        variable = f"HTTP_{name.upper().replace('-', '_')}"
        environ[variable] = f"{environ[variable]},{value}" if variable in environ else value
    verifier.verify(EnvironHeaders(environ), request.body, request.now)
    document = json.loads(request.body)
    check_timestamp(document, request.now)
    check_application(document, SKILL)


# How requests are made


def signed(text: bytes = BODY, **how: Any) -> Make:
    """Make a request as Alexa does, or sign it some other way."""
    return lambda amazon: Request(tuple(amazon.sign(text, **how).items()), text)


def with_url(text: str) -> Make:
    return signed(url=text)


def with_signature(text: str) -> Make:
    return lambda _: Request(((URL_HEADER, URL), (SIGNATURE_HEADER, text)))


def respelled(change: Callable[[str], str]) -> Make:
    """Send a true signature in another spelling."""
    return lambda amazon: with_signature(change(amazon.sign(BODY)[SIGNATURE_HEADER]))(amazon)


def with_headers(change: Callable[[dict[str, str]], list[tuple[str, str]]]) -> Make:
    return lambda amazon: Request(tuple(change(amazon.sign(BODY))))


def with_body(change: Callable[[bytes], bytes]) -> Make:
    """Change the body after it was signed."""
    return lambda amazon: replace(signed()(amazon), body=change(BODY))


def with_envelope(changes: dict[str, Any]) -> Make:
    """Sign an envelope with the values at these paths changed, or taken out."""
    changed = deepcopy(ENVELOPE)
    for path, value in changes.items():
        *steps, last = path.split(".")
        place: Any = changed
        for step in steps:
            place = place[step]
        if value is ABSENT:
            del place[last]
        else:
            place[last] = value
    return signed(json.dumps(changed).encode())


def at(now: datetime, make: Make | None = None) -> Make:
    """Let a request arrive at another time."""
    return lambda amazon: replace((make or signed())(amazon), now=now)


def replayed(make: Make) -> Make:
    """Send a request, with its id, that was sent in the very same words before."""
    return lambda amazon: replace(
        with_envelope({"request.requestId": "amzn1.echo-api.request.1"})(amazon),
        now=make(amazon).now,
    )


def with_chain(
    make_chain: Callable[[Amazon], list[Certificate] | bytes], signer: Party | None = None
) -> Make:
    """Publish other certificates where Amazon's would be."""

    def make(amazon: Amazon) -> Request:
        amazon.publish(make_chain(amazon))
        return signed(signer=signer)(amazon)

    return make


def flipped(content: bytes, bit: int) -> bytes:
    """Change one bit."""
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def self_signed(amazon: Amazon) -> list[Certificate]:
    return [issue(party(SIGNER), party(SIGNER), amazon.valid, names=[SIGNER])]


def under_another_root(amazon: Amazon) -> list[Certificate]:
    """Make a chain with every name right, under a root that nobody trusts."""
    root = party(ROOT, impostor=True)
    return [
        amazon.chain()[0],
        issue(intermediate(), root, amazon.valid_long, authority=True),
        issue(root, root, amazon.valid_long, authority=True),
    ]


def under_a_server(amazon: Amazon) -> list[Certificate]:
    """Let the holder of an honest server certificate issue one in Amazon's name."""
    server = party("www.example.com")
    honest = issue(server, intermediate(), amazon.valid, names=["www.example.com"])
    forged = issue(party(SIGNER), server, amazon.valid, names=[SIGNER])
    return [forged, honest, amazon.chain()[1]]


def intermediate_expired(amazon: Amazon) -> list[Certificate]:
    expired = issue(intermediate(), party(ROOT), EXPIRED, authority=True)
    return [amazon.chain()[0], expired]


def sha1_signer(amazon: Amazon) -> list[Certificate]:
    signer, above = amazon.chain()
    return [with_sha1(signer, intermediate()), above]


def sha1_intermediate(amazon: Amazon) -> list[Certificate]:
    signer, above = amazon.chain()
    return [signer, with_sha1(above, party(ROOT))]


def pem_of(certificate: Certificate, changes: dict[bytes, bytes]) -> bytes:
    """Write a certificate with some of its bytes replaced by as many others."""
    content = certificate.public_bytes(Encoding.DER)
    for old, new in changes.items():
        assert len(old) == len(new)
        assert old in content
        content = content.replace(old, new)
    return ssl.DER_cert_to_PEM_cert(content).encode()


def with_broken_signer(changes: dict[bytes, bytes]) -> Make:
    return with_chain(lambda amazon: pem_of(amazon.chain()[0], changes) + pem(amazon.chain()[1:]))


S3 = "https://s3.amazonaws.com"
WEAK = party(SIGNER, bits=1024)
ELLIPTIC = Party(SIGNER, ec.generate_private_key(ec.SECP256R1()))
EXPIRED = (NOW - 300 * DAY, NOW - SECOND)
NOT_YET = (NOW + SECOND, NOW + 300 * DAY)
EVENT = {"request.type": "AlexaSkillEvent.SkillEnabled"}
UNLISTED_EVENT = {"request.type": "AlexaSkillEvent.ProactiveSubscriptionChanged"}
GARBAGE = b"-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n"

# The tables. The first rows of each kind are those that Amazon's certification sends.

HEADERS = {
    "certificate URL missing": with_headers(lambda sent: list(sent.items())[1:]),
    "certificate URL empty": with_url(""),
    "signature missing": with_headers(lambda sent: list(sent.items())[:1]),
    "signature empty": with_signature(""),
    "signature not base64": with_signature("this is no signature"),
    "signature twice": with_headers(lambda sent: [*sent.items(), *list(sent.items())[1:]]),
    "signature without padding": respelled(lambda text: text[:-1]),
    "signature after a blank": respelled(lambda text: f" {text}"),
    "signature with more after its end": respelled(lambda text: f"{text}AAAA"),
    "signature with unused bits set": respelled(
        lambda text: f"{text[:-3]}{chr(ord(text[-3]) + 1)}=="
    ),
    "signature in another alphabet": with_signature("ÄÖÜ="),
    "only the older Signature header, with SHA-1": with_headers(
        lambda sent: [(name.removesuffix("-256"), value) for name, value in sent.items()]
    ),
}
URLS = {
    "wrong host": "https://notamazon.com/echo.api/echo-api-cert.pem",
    "http": "http://s3.amazonaws.com/echo.api/echo-api-cert.pem",
    "folder in another case": f"{S3}/EcHo.aPi/echo-api-cert.pem",
    "wrong folder": f"{S3}/invalid.path/echo-api-cert.pem",
    "port 563": f"{S3}:563/echo.api/echo-api-cert.pem",
    "not a URL": "certificate",
    "no scheme": "//s3.amazonaws.com/echo.api/a.pem",
    "host goes on": "https://s3.amazonaws.com.example.com/echo.api/a.pem",
    "host ends in a dot": "https://s3.amazonaws.com./echo.api/a.pem",
    "host with a bucket": "https://echo.api.s3.amazonaws.com/echo.api/a.pem",
    "host an IPv4 address": "https://127.0.0.1/echo.api/a.pem",
    "host an IPv6 literal": "https://[2600:1fa0::1]/echo.api/a.pem",
    "user info, other host": "https://s3.amazonaws.com@example.com/echo.api/a.pem",
    "user info, right host": "https://user:word@s3.amazonaws.com/echo.api/a.pem",
    "port 80": f"{S3}:80/echo.api/a.pem",
    "port 0443": f"{S3}:0443/echo.api/a.pem",
    "port empty": f"{S3}:/echo.api/a.pem",
    "port no number": f"{S3}:https/echo.api/a.pem",
    "query": f"{URL}?versionId=1",
    "query empty": f"{URL}?",
    "fragment": f"{URL}#1",
    "percent-encoded dots": f"{S3}/echo.api/%2e%2e/mallory/a.pem",
    "percent-encoded slash": f"{S3}/echo.api/..%2fmallory/a.pem",
    "percent-encoded letter": f"{S3}/%65cho.api/a.pem",
    "dots that lead elsewhere": f"{S3}/echo.api/../mallory/a.pem",
    "empty path segment": f"{S3}/echo.api//a.pem",
    "folder alone": f"{S3}/echo.api/",
    "folder goes on": f"{S3}/echo.apis/a.pem",
    "backslashes": f"{S3}\\echo.api\\a.pem",
    "blank before": f" {URL}",
    "blank within": f"{S3}/echo.api/a b.pem",
    "tab within": f"{S3}/echo.api/a\tb.pem",
    "NUL at the end": f"{URL}\0",
    "another alphabet": f"{S3}/echo.api/ä.pem",
    "a letter that is an s in capitals only": f"{S3}/echo.api/\N{LATIN SMALL LETTER LONG S}.pem",
    "longer than 256 characters": f"{S3}/echo.api/{'m' * 250}.pem",
    "twice": f"{URL},{URL}",
}
SIGNATURES = {
    "by another key": signed(signer=party("Mallory")),
    "of something else": with_signature(base64.b64encode(b"no signature").decode()),
    "with SHA-1": signed(algorithm=SHA1()),  # noqa: S303
    "truncated": respelled(lambda text: text[:-8]),
    "body changed by one bit": with_body(lambda content: flipped(content, 100)),
    "body truncated": with_body(lambda content: content[:-1]),
    "body with a blank more": with_body(lambda content: content + b" "),
    "body empty": with_body(lambda _: b""),
    "body spelled otherwise": with_body(lambda content: json.dumps(json.loads(content)).encode()),
}
CHAINS = {
    "expired": with_chain(lambda amazon: amazon.chain(valid=EXPIRED)),
    "not yet valid": with_chain(lambda amazon: amazon.chain(valid=NOT_YET)),
    "intermediate expired": with_chain(intermediate_expired),
    "no SAN, right common name": with_chain(lambda amazon: amazon.chain(names=[])),
    "another SAN": with_chain(lambda amazon: amazon.chain(names=["api.amazon.com"])),
    "SAN goes on": with_chain(lambda amazon: amazon.chain(names=[f"{SIGNER}.example.com"])),
    "wildcard SAN": with_chain(lambda amazon: amazon.chain(names=["*.amazon.com"])),
    "self-signed": with_chain(self_signed),
    "right SAN, untrusted root": with_chain(under_another_root),
    "issued by a server's certificate": with_chain(under_a_server),
    "intermediate missing": with_chain(lambda amazon: amazon.chain()[:1]),
    "wrong order, intermediate first": with_chain(lambda amazon: amazon.chain()[::-1]),
    "wrong order, root before intermediate": with_chain(
        lambda amazon: [amazon.chain()[0], amazon.root, amazon.chain()[1]]
    ),
    "too many": with_chain(lambda amazon: amazon.chain(intermediates=MAX_CERTIFICATES)),
    "too many bytes": with_chain(lambda amazon: pem(amazon.chain()) + b" " * MAX_CHAIN_BYTES),
    "signed with SHA-1": with_chain(sha1_signer),
    "intermediate signed with SHA-1": with_chain(sha1_intermediate),
    "RSA key of 1024 bits": with_chain(lambda amazon: amazon.chain(signer=WEAK), signer=WEAK),
    "elliptic key": with_chain(lambda amazon: amazon.chain(signer=ELLIPTIC)),
    "none": with_chain(lambda _: b""),
    "a web page": with_chain(lambda _: b"<html>Not found</html>"),
    "garbage as PEM": with_chain(lambda _: GARBAGE),
    "of an unknown version": with_broken_signer({b"\xa0\x03\x02\x01\x02": b"\xa0\x03\x02\x01\x63"}),
    "of an issuer whose name is no text": with_broken_signer(
        {b"\x0c\x13Amazon": b"\x03\x13Amazon"}
    ),
    "truncated": with_chain(lambda amazon: pem(amazon.chain())[:1000]),
}
TIMES = {
    "151 s ago": at(NOW + 151 * SECOND),
    "replayed after 151 s": replayed(at(NOW + 151 * SECOND)),
    "151 s ahead": at(NOW - 151 * SECOND),
    "missing": with_envelope({"request.timestamp": ABSENT}),
    "without a zone": with_envelope({"request.timestamp": "2026-01-05T06:30:00"}),
    "date alone": with_envelope({"request.timestamp": "2026-01-05"}),
    "a number": with_envelope({"request.timestamp": NOW.timestamp()}),
    "no time": with_envelope({"request.timestamp": "just now"}),
    "year 1": with_envelope({"request.timestamp": "0001-01-01T00:00:00+23:59"}),
    "no request": with_envelope({"request": []}),
    "no object": signed(b"[]"),
    "skill event, an hour and a second ago": at(NOW + HOUR + SECOND, with_envelope(EVENT)),
    "unlisted skill event, 151 s ago": at(NOW + 151 * SECOND, with_envelope(UNLISTED_EVENT)),
}
SKILLS = {
    "another's": with_envelope(
        {
            "context.System.application.applicationId": OTHER_SKILL,
            "session.application.applicationId": OTHER_SKILL,
        }
    ),
    "another's in the context": with_envelope(
        {"context.System.application.applicationId": OTHER_SKILL}
    ),
    "another's in the session": with_envelope({"session.application.applicationId": OTHER_SKILL}),
    "no text": with_envelope({"session.application.applicationId": [SKILL]}),
    "missing": with_envelope({"context": {}, "session": ABSENT}),
}
CASES = [
    *(Case(f"header: {name}", make, SignatureHeaderError) for name, make in HEADERS.items()),
    *(Case(f"URL: {name}", with_url(url), CertificateUrlError) for name, url in URLS.items()),
    *(Case(f"signature: {name}", make, SignatureError) for name, make in SIGNATURES.items()),
    Case(
        "certificates: nowhere to be found",
        with_url(f"{S3}/echo.api/nowhere.pem"),
        CertificatesUnavailableError,
    ),
    *(
        Case(f"certificates: {name}", make, UntrustedCertificatesError)
        for name, make in CHAINS.items()
    ),
    *(Case(f"time: {name}", make, TimestampError) for name, make in TIMES.items()),
    *(Case(f"skill: {name}", make, WrongSkillError) for name, make in SKILLS.items()),
]
WELCOME: dict[str, Make] = {
    "as Alexa sends it": signed(),
    "header names in another case": with_headers(
        lambda sent: [(name.lower(), value) for name, value in sent.items()]
    ),
    "both signature headers": with_headers(lambda sent: [*sent.items(), ("Signature", "old")]),
    "URL with port 443": with_url(URL.replace(".com/", ".com:443/")),
    "URL with dots": with_url(f"{S3}/echo.api/../echo.api/echo-api-cert-12.pem"),
    "URL with a dot": with_url(f"{S3}/./echo.api/./echo-api-cert-12.pem"),
    "URL with dots beyond the top": with_url(f"{S3}/../../echo.api/echo-api-cert-12.pem"),
    "URL with scheme and host in capitals": with_url(
        "HTTPS://S3.AMAZONAWS.COM/echo.api/echo-api-cert-12.pem"
    ),
    "chain with its root": with_chain(lambda amazon: [*amazon.chain(), amazon.root]),
    "chain of eight": with_chain(lambda amazon: amazon.chain(intermediates=MAX_CERTIFICATES - 1)),
    "chain with no intermediate": with_chain(lambda amazon: amazon.chain(intermediates=0)),
    "one SAN of several": with_chain(
        lambda amazon: amazon.chain(names=["*.amazon.com", "api.amazon.com", SIGNER])
    ),
    "certificate in its last second": with_chain(
        lambda amazon: amazon.chain(valid=(NOW - DAY, NOW))
    ),
    "sent 150 s ago": at(NOW + 150 * SECOND),
    "replayed within 150 s, which Alexa does herself": replayed(at(NOW + 150 * SECOND)),
    "sent 150 s ahead": at(NOW - 150 * SECOND),
    "time in another zone": with_envelope({"request.timestamp": "2026-01-05T15:30:00.25+09:00"}),
    "without a session": with_envelope({"session": ABSENT}),
    "without a context": with_envelope({"context": ABSENT}),
    "unknown properties": with_envelope({"request.new": {"a": [1]}, "newer": None}),
    **{
        f"{kind}, an hour ago": at(NOW + HOUR, with_envelope({"request.type": kind}))
        for kind in REPEATED_EVENTS
    },
}


@pytest.fixture
def amazon() -> Amazon:
    return Amazon(NOW)


@pytest.fixture
def verifier(amazon: Amazon) -> Verifier:
    return Verifier(amazon.fetch, amazon.roots)


@cache
def lasting() -> tuple[Amazon, Verifier]:
    """Return what the property tests share: they change nothing in it."""
    amazon = Amazon(NOW)
    return amazon, Verifier(amazon.fetch, amazon.roots)


# Who is refused, and who is let in


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_refused(case: Case, amazon: Amazon, verifier: Verifier):
    """A request that Alexa would not send is refused by the error that names why."""
    request = case.make(amazon)
    with pytest.raises(NotFromAlexaError) as refusal:
        knock(verifier, request)
    assert type(refusal.value) is case.error
    message = str(refusal.value)
    assert message.isprintable(), "a message is one line, whatever the request tried"
    assert SECRET not in message
    assert len(message) < 700


@pytest.mark.parametrize("make", WELCOME.values(), ids=WELCOME)
def test_let_in(make: Make, amazon: Amazon, verifier: Verifier):
    """A request as Alexa sends it, or may, is let in, the first time and the next."""
    request = make(amazon)
    knock(verifier, request)
    knock(verifier, request)
    assert len(amazon.fetched) == 1


def test_names_and_codes_differ():
    """Case names are unique, and so is each error's code: logs and the README rely on it."""
    assert len({case.name for case in CASES}) == len(CASES)
    errors = {NotFromAlexaError, *(case.error for case in CASES)}
    assert len({error.code for error in errors}) == len(errors)


def test_nothing_is_fetched_for_a_bad_header(amazon: Amazon, verifier: Verifier):
    """A bad URL or an unreadable signature costs no download."""
    for make in (*HEADERS.values(), *map(with_url, URLS.values())):
        with pytest.raises(NotFromAlexaError):
            knock(verifier, make(amazon))
    assert amazon.fetched == []


def test_only_given_roots_are_trusted(amazon: Amazon):
    """Amazon's signature is worth nothing to one who does not trust its root."""
    with pytest.raises(UntrustedCertificatesError):
        knock(Verifier(amazon.fetch, certifi_roots()), signed()(amazon))


def test_certifi_roots_are_many_and_have_amazons():
    """The roots of Amazon's real certificates are among those trusted, Starfield's too."""
    names = {root.subject.rfc4514_string().split(",")[0] for root in certifi_roots()}
    assert {
        "CN=Amazon Root CA 1",
        "CN=Starfield Services Root Certificate Authority - G2",
    } <= names


# Any at all

# The first example pays for keys that are made once.
patiently = settings(deadline=None)


@patiently
@given(bit=st.integers(0, len(BODY) * 8 - 1))
def test_any_changed_bit_of_the_body_is_refused(bit: int):
    """No single bit of the body is free to change."""
    amazon, verifier = lasting()
    with pytest.raises(SignatureError):
        knock(verifier, with_body(lambda content: flipped(content, bit))(amazon))


@patiently
@given(bit=st.integers(0, 344 * 8 - 1))
def test_any_changed_bit_of_the_signature_is_refused(bit: int):
    """No single bit of the signature header is free to change, those of its padding included."""
    amazon, verifier = lasting()
    with pytest.raises(NotFromAlexaError):
        knock(
            verifier,
            respelled(lambda text: flipped(text.encode(), bit).decode("latin-1"))(amazon),
        )


url_texts = st.text() | st.from_regex(
    r"(https?|HTTPS)://(s3\.amazonaws\.com|[^/]{0,9})(:[0-9]{0,4})?"
    r"(/|/echo\.api/|\.\.|\.|%2e|\\|[a-z@?#\[\] é\t\n\0]){0,8}",
    fullmatch=True,
)


@patiently
@given(url=url_texts, signature=st.text() | st.binary().map(lambda b: base64.b64encode(b).decode()))
def test_any_headers_are_refused_by_name(url: str, signature: str):
    """Whatever the headers say, the answer is a refusal, never a crash."""
    _, verifier = lasting()
    with pytest.raises(NotFromAlexaError):
        verifier.verify({URL_HEADER: url, SIGNATURE_HEADER: signature}, BODY, NOW)


@patiently
@given(url_texts | url_texts.map(lambda text: f"{S3}/echo.api/{text}"))
def test_any_accepted_url_is_amazons(text: str):
    """A URL that passes is in Amazon's folder, has one spelling, and nothing left to resolve."""
    with suppress(CertificateUrlError):
        url = normalise_url(text)
        assert url.startswith(f"{S3}/echo.api/")
        assert not {"", ".", ".."} & set(url.removeprefix(f"{S3}/").split("/"))
        assert normalise_url(url) == url


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@patiently
@given(
    envelope=json_values
    | st.fixed_dictionaries(
        {
            "request": json_values
            | st.fixed_dictionaries({"type": json_values, "timestamp": json_values}),
            "context": json_values | st.fixed_dictionaries({"System": json_values}),
            "session": json_values | st.fixed_dictionaries({"application": json_values}),
        }
    )
)
def test_any_envelope_is_refused_by_name(envelope: Any):
    """Whatever the envelope is made of, the checks on it refuse, never crash."""
    with pytest.raises(TimestampError):
        check_timestamp(envelope, NOW)
    with pytest.raises(WrongSkillError):
        check_application(envelope, SKILL)


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
@settings(patiently, max_examples=300)
@given(st.dictionaries(st.integers(0, 500), st.integers(1, 255), min_size=1, max_size=3))
def test_any_change_to_a_certificate_is_refused(changes: dict[int, int]):
    """A certificate whose signed part was changed is untrusted, however it breaks."""
    amazon, _ = lasting()
    signer, above = load_pem_x509_certificates(amazon.published[URL])
    content = bytearray(signer.tbs_certificate_bytes)
    for place, difference in changes.items():
        content[place] ^= difference
    armoured = pem_of(signer, {signer.tbs_certificate_bytes: bytes(content)}) + pem([above])
    with pytest.raises(UntrustedCertificatesError):
        read_chain(armoured, Store(amazon.roots), NOW)


# Keys kept


class Gate:
    """A certificate host that answers only when told to."""

    def __init__(self, amazon: Amazon, closed: Callable[[str], bool] = lambda _: True) -> None:
        self.amazon = amazon
        self.closed = closed
        self.opened = threading.Event()

    def fetch(self, url: str) -> bytes:
        content = self.amazon.fetch(url)
        if self.closed(url):
            self.opened.wait(10)
        return content


def numbered(amazon: Amazon, number: int) -> str:
    """Publish Amazon's chain at another URL too."""
    url = f"{S3}/echo.api/another-{number}.pem"
    amazon.publish(amazon.published[URL], url)
    return url


def eventually(condition: Callable[[], bool]) -> bool:
    """Wait for what happens in another thread."""
    deadline = time.monotonic() + 5
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.002)
    return condition()


def test_sixteen_threads_fetch_once(amazon: Amazon):
    """A first use from sixteen threads at once serves all of them, with one download."""
    gate = Gate(amazon)
    verifier = Verifier(gate.fetch, amazon.roots)
    request = signed()(amazon)
    ready = threading.Barrier(17)

    def arrive() -> None:
        ready.wait()
        knock(verifier, request)

    with ThreadPoolExecutor(16) as threads:
        served = [threads.submit(arrive) for _ in range(16)]
        ready.wait()
        assert eventually(lambda: len(amazon.fetched) == 1)
        gate.opened.set()
        for one in served:
            one.result()
    assert amazon.fetched == [URL]


def test_slow_download_holds_up_no_other_url(amazon: Amazon):
    """While one URL is awaited, requests by other URLs are served."""
    slow = numbered(amazon, 13)
    gate = Gate(amazon, closed=lambda url: url == slow)
    verifier = Verifier(gate.fetch, amazon.roots)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(knock, verifier, with_url(slow)(amazon))
        assert eventually(lambda: amazon.fetched == [slow])
        knock(verifier, signed()(amazon))
        knock(verifier, signed()(amazon))
        assert not waiting.done()
        gate.opened.set()
        waiting.result()


def test_patience_ends(amazon: Amazon):
    """A host that takes too long gets the request refused, and its late answer is still used."""
    gate = Gate(amazon)
    verifier = Verifier(gate.fetch, amazon.roots, patience_seconds=0.05)
    with pytest.raises(CertificatesUnavailableError, match=r"within 0\.05 s"):
        knock(verifier, signed()(amazon))
    gate.opened.set()

    def let_in() -> bool:
        with suppress(CertificatesUnavailableError):
            knock(verifier, signed()(amazon))
            return True
        return False

    assert eventually(let_in)
    assert amazon.fetched == [URL]


def test_downloads_at_once_are_bounded(amazon: Amazon):
    """Made-up URLs cannot start downloads without end, nor shut out a key in use."""
    gate = Gate(amazon, closed=lambda url: url != URL)
    verifier = Verifier(gate.fetch, amazon.roots)
    knock(verifier, signed()(amazon))
    made_up = [with_url(numbered(amazon, number))(amazon) for number in range(MAX_FETCHES + 1)]
    with ThreadPoolExecutor(MAX_FETCHES) as threads:
        waiting = [threads.submit(knock, verifier, request) for request in made_up[1:]]
        assert eventually(lambda: len(amazon.fetched) == 1 + MAX_FETCHES)
        with pytest.raises(CertificatesUnavailableError, match="under way"):
            knock(verifier, made_up[0])
        knock(verifier, signed()(amazon))
        gate.opened.set()
        for one in waiting:
            one.result()
    assert len(amazon.fetched) == 1 + MAX_FETCHES


def test_failure_is_remembered_briefly_and_alone(amazon: Amazon, verifier: Verifier):
    """A failed download is not repeated at once, does not touch other URLs, and is forgiven."""
    good = amazon.published.pop(URL)
    for _ in range(2):
        with pytest.raises(CertificatesUnavailableError, match="nothing is published"):
            knock(verifier, signed()(amazon))
    assert amazon.fetched == [URL]
    amazon.publish(good)
    knock(verifier, with_url(numbered(amazon, 13))(amazon))
    knock(verifier, at(NOW + RETRY_AFTER)(amazon))


def test_bad_chain_is_forgiven_too(amazon: Amazon, verifier: Verifier):
    """Once the right certificates are published, a bad chain seen before does no harm."""
    good = amazon.published[URL]
    with pytest.raises(UntrustedCertificatesError):
        knock(verifier, with_chain(self_signed)(amazon))
    amazon.publish(good)
    knock(verifier, at(NOW + RETRY_AFTER)(amazon))


def test_keys_are_bounded_and_the_oldest_goes(amazon: Amazon, verifier: Verifier):
    """Only so many keys are kept; the one not used for longest makes room."""
    urls = [numbered(amazon, number) for number in range(MAX_KEYS)]
    for url in urls:
        knock(verifier, with_url(url)(amazon))
    knock(verifier, with_url(urls[0])(amazon))
    knock(verifier, signed()(amazon))
    amazon.fetched.clear()
    knock(verifier, with_url(urls[0])(amazon))
    assert amazon.fetched == []
    knock(verifier, with_url(urls[1])(amazon))
    assert amazon.fetched == [urls[1]]


def test_failures_push_out_no_key(amazon: Amazon, verifier: Verifier):
    """However many made-up URLs arrive, the key in use stays."""
    knock(verifier, signed()(amazon))
    for number in range(3 * MAX_KEYS):
        with pytest.raises(CertificatesUnavailableError):
            knock(verifier, with_url(f"{S3}/echo.api/made-up-{number}")(amazon))
    knock(verifier, signed()(amazon))
    assert amazon.fetched.count(URL) == 1


def later(wait: timedelta) -> Make:
    """Make an honest request at a later time."""
    sent = (NOW + wait).isoformat()
    return at(NOW + wait, with_envelope({"request.timestamp": sent}))


def test_old_key_serves_while_it_is_fetched_anew(amazon: Amazon):
    """A key is looked up again in the background: nobody waits, even if the host is slow."""
    gate = Gate(amazon, closed=lambda _: len(amazon.fetched) > 1)
    verifier = Verifier(gate.fetch, amazon.roots)
    knock(verifier, signed()(amazon))
    knock(verifier, later(REFRESH_AFTER - SECOND)(amazon))
    assert amazon.fetched == [URL]
    try:
        knock(verifier, later(REFRESH_AFTER)(amazon))
        knock(verifier, later(REFRESH_AFTER)(amazon))
        assert eventually(lambda: amazon.fetched == [URL, URL])
    finally:
        gate.opened.set()


def test_host_may_be_away_for_hours_but_not_for_ever(amazon: Amazon, verifier: Verifier):
    """A key proved today outlives the host's absence, one proved yesterday is not trusted."""
    knock(verifier, signed()(amazon))
    amazon.published.clear()
    for _ in range(20):
        knock(verifier, later(REFRESH_AFTER)(amazon))
        time.sleep(0.002)
    assert amazon.fetched == [URL, URL]
    knock(verifier, later(MAX_AGE - SECOND)(amazon))
    with pytest.raises(CertificatesUnavailableError):
        knock(verifier, later(MAX_AGE + RETRY_AFTER)(amazon))


def test_key_ends_with_its_certificates(amazon: Amazon, verifier: Verifier):
    """A kept key is refused from the second its chain runs out, until Amazon renews it."""
    amazon.publish(amazon.chain(valid=(NOW - DAY, NOW + 60 * SECOND)))
    knock(verifier, later(60 * SECOND)(amazon))
    with pytest.raises(UntrustedCertificatesError):
        knock(verifier, later(61 * SECOND)(amazon))
    amazon.publish(amazon.chain())
    knock(verifier, later(61 * SECOND + RETRY_AFTER)(amazon))


def test_key_is_not_good_before_its_certificates(amazon: Amazon, verifier: Verifier):
    """A clock set back finds a kept key out of date before the last of its chain was made."""
    recent = issue(intermediate(), party(ROOT), (NOW - 60 * SECOND, NOW + DAY), authority=True)
    amazon.publish([amazon.chain()[0], recent])
    knock(verifier, signed()(amazon))
    knock(verifier, later(-60 * SECOND)(amazon))
    with pytest.raises(UntrustedCertificatesError):
        knock(verifier, later(-61 * SECOND)(amazon))


def test_key_proved_in_the_future_is_not_trusted_for_longer(amazon: Amazon, verifier: Verifier):
    """A clock once far ahead, then put right, does not lengthen the life of a key."""
    knock(verifier, signed()(amazon))
    amazon.published.clear()
    with pytest.raises(CertificatesUnavailableError):
        knock(verifier, later(-MAX_AGE)(amazon))


def test_one_who_joins_a_download_checks_the_dates_for_himself(amazon: Amazon):
    """Two threads that share a download may differ on what time it is."""
    gate = Gate(amazon)
    verifier = Verifier(gate.fetch, amazon.roots)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(knock, verifier, signed()(amazon))
        assert eventually(lambda: amazon.fetched == [URL])
        second = threads.submit(knock, verifier, later(400 * DAY)(amazon))
        time.sleep(0.05)
        gate.opened.set()
        first.result()
        with pytest.raises(UntrustedCertificatesError):
            second.result()


def test_broken_fetcher_is_not_hidden(amazon: Amazon):
    """A bug in a fetcher shows as what it is, and the next request tries again."""
    faults = [RuntimeError("a bug")]

    def fetch(url: str) -> bytes:
        if faults:
            raise faults.pop()
        return amazon.fetch(url)

    verifier = Verifier(fetch, amazon.roots)
    with pytest.raises(RuntimeError, match="a bug"):
        knock(verifier, signed()(amazon))
    knock(verifier, signed()(amazon))


# Downloads, from a host on this machine


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Make what a TLS server called localhost needs, and what its client needs."""
    amazon = Amazon()
    host = party("localhost")
    chain = issue(host, party(ROOT), amazon.valid, names=["localhost"])
    secret = host.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = tmp_path_factory.mktemp("host") / "host.pem"
    file.write_bytes(secret + pem([chain]))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cadata=pem(amazon.roots).decode())


Answer = Callable[[ssl.SSLSocket, bytes], None]


@contextmanager
def host(answer: Answer, tls: ssl.SSLContext) -> Iterator[int]:
    """Serve one connection in this way, on a port of its own."""

    def serve() -> None:
        with suppress(OSError):
            connection, _ = listening.accept()
            with connection, tls.wrap_socket(connection, server_side=True) as client:
                client.settimeout(10)
                answer(client, client.recv(4096))

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)
        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1]
    thread.join(10)
    assert not thread.is_alive()


def says(text: bytes) -> Answer:
    return lambda client, _: client.sendall(text)


def drips(client: ssl.SSLSocket, _: bytes) -> None:
    client.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        client.sendall(b"X: y\r\n")
        time.sleep(0.02)


def floods(client: ssl.SSLSocket, _: bytes) -> None:
    client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")
    while True:
        client.sendall(b"A" * 65536)


def is_silent(client: ssl.SSLSocket, _: bytes) -> None:
    client.recv(1)


def fetcher(port: int, tls: ssl.SSLContext) -> ChainFetcher:
    return ChainFetcher(host="localhost", port=port, tls=tls, seconds=0.5)


REDIRECT = b"HTTP/1.1 302 Found\r\nLocation: https://localhost/\r\nContent-Length: 0\r\n\r\n"
BAD_ANSWERS: dict[str, tuple[Answer, str]] = {
    "not found": (says(b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"), "status 404"),
    "redirect": (says(REDIRECT), "status 302"),
    "server error": (says(b"HTTP/1.1 503 Busy\r\n\r\n"), "status 503"),
    "truncated": (says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nno"), "IncompleteRead"),
    "no HTTP": (says(b"hello\r\n\r\n"), "BadStatusLine"),
    "nothing": (says(b""), "RemoteDisconnected"),
    "silence": (is_silent, "timed out"),
    "header by header for ever": (drips, "timed out|too long"),
    "10 GB": (floods, "longer than 65536 bytes"),
}


@pytest.mark.parametrize(
    "text",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nchain",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nchain\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\nchain",
    ],
    ids=["length", "chunked", "to the end"],
)
def test_download(text: bytes, trust: tuple[ssl.SSLContext, ssl.SSLContext]):
    """The fetcher asks for the URL's path, and returns what the host sends."""
    server, client = trust
    asked = []

    def answer(connection: ssl.SSLSocket, request: bytes) -> None:
        asked.append(request)
        connection.sendall(text)

    with host(answer, server) as port:
        assert fetcher(port, client)(URL) == b"chain"
    assert asked[0].startswith(b"GET /echo.api/echo-api-cert-12.pem HTTP/1.1\r\nHost: localhost\r")


@pytest.mark.parametrize(("answer", "why"), BAD_ANSWERS.values(), ids=BAD_ANSWERS)
def test_bad_download(answer: Answer, why: str, trust: tuple[ssl.SSLContext, ssl.SSLContext]):
    """Any answer but a whole, small and prompt 200 is refused in time, with its cause."""
    server, client = trust
    with host(answer, server) as port:
        begun = time.monotonic()
        with pytest.raises(CertificatesUnavailableError, match=why):
            fetcher(port, client)(URL)
        assert time.monotonic() - begun < 2


def test_download_from_a_host_that_is_not_trusted(trust: tuple[ssl.SSLContext, ssl.SSLContext]):
    """The host must prove its name to certifi's roots, or nothing is asked of it."""
    server, _ = trust
    with (
        host(says(b""), server) as port,
        pytest.raises(CertificatesUnavailableError, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        ChainFetcher(host="localhost", port=port)(URL)


def test_download_from_a_host_of_another_name(trust: tuple[ssl.SSLContext, ssl.SSLContext]):
    """A trusted certificate for another name does not serve."""
    server, client = trust
    with (
        host(says(b""), server) as port,
        pytest.raises(CertificatesUnavailableError, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        replace(fetcher(port, client), host="127.0.0.1")(URL)


def test_download_where_nobody_listens(trust: tuple[ssl.SSLContext, ssl.SSLContext]):
    """A closed port is a cause too."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(CertificatesUnavailableError, match="ConnectionRefusedError"):
        fetcher(port, trust[1])(URL)


def test_download_where_the_handshake_never_ends(trust: tuple[ssl.SSLContext, ssl.SSLContext]):
    """A host that accepts and says nothing at all is given up in time."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        begun = time.monotonic()
        with pytest.raises(CertificatesUnavailableError, match="timed out"):
            fetcher(port, trust[1])(URL)
    assert time.monotonic() - begun < 2


def test_real_hosts_address_is_the_default():
    """Left alone, the fetcher asks Amazon's host, and checks its certificate and name."""
    default = ChainFetcher()
    assert (default.host, default.port) == ("s3.amazonaws.com", 443)
    assert default.tls.verify_mode is ssl.CERT_REQUIRED
    assert default.tls.check_hostname
    assert default.seconds < 3
