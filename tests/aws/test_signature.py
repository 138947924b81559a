"""Signatures: Amazon's own library makes the same ones."""

from datetime import UTC, datetime
from string import ascii_letters, digits

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from skill.aws.signature import Keys, Request, digest, signed_headers

HOST = "dynamodb.eu-west-1.amazonaws.com"
SIGNERS = {"dynamodb": SigV4Auth, "s3": S3SigV4Auth}
WORDS = st.text(ascii_letters + digits, min_size=1, max_size=20)
SECRETS = st.text(ascii_letters + digits + "+/=", min_size=1)
KEYS = st.builds(Keys, st.just("AKIDEXAMPLE"), SECRETS, st.just("") | SECRETS)


def signed_by_amazon(
    request: Request, keys: Keys, region: str, service: str
) -> tuple[dict[str, str], datetime]:
    """Return the headers that Amazon's own library signs with, and when it thought it was."""
    theirs = AWSRequest(
        request.method, f"https://{HOST}{request.path}", dict(request.headers), request.body
    )
    credentials = Credentials(keys.access_key, keys.secret, keys.session_token or None)
    SIGNERS[service](credentials, service, region).add_auth(theirs)
    stamp = theirs.headers["X-Amz-Date"]
    return dict(theirs.headers), datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def requests(service: str) -> st.SearchStrategy[Request]:
    """Return requests as they are made to a service."""
    paths = st.just("/")
    if service == "s3":
        paths = st.lists(WORDS | st.just("a%20b"), max_size=3).map(
            lambda parts: f"/{'/'.join(parts)}"
        )

    def build(method: str, path: str, more: dict[str, str], body: bytes) -> Request:
        own = {"X-Amz-Content-Sha256": digest(body)} if service == "s3" else {}
        return Request(method, path, {"Host": HOST, **more, **own}, body)

    more = st.dictionaries(WORDS.map(lambda word: f"X-Amz-Meta-{word.lower()}"), WORDS, max_size=3)
    return st.builds(
        build, st.sampled_from(["POST", "HEAD", "PUT"]), paths, more, st.binary(max_size=100)
    )


@pytest.mark.parametrize("service", SIGNERS)
@given(st.data())
def test_the_same_as_amazons(service, data):
    """Whatever is asked, and by whom, our signature is the one that Amazon's library makes."""
    request, keys = data.draw(requests(service)), data.draw(KEYS)
    region = data.draw(st.sampled_from(["eu-west-1", "us-gov-east-1", "cn-north-1"]))
    theirs, now = signed_by_amazon(request, keys, region, service)
    ours = signed_headers(request, keys, region=region, service=service, now=now)
    assert ours["Authorization"] == theirs["Authorization"]
    assert ours.get("X-Amz-Security-Token") == theirs.get("X-Amz-Security-Token")


def test_any_time_zone():
    """A moment is signed as the same moment in UTC."""
    request, keys = Request("POST", "/", {"Host": HOST}), Keys("AKIDEXAMPLE", "example")
    moment = datetime.fromisoformat("2026-11-20T06:30:15+05:30")
    here, in_utc = (
        signed_headers(request, keys, region="eu-west-1", service="dynamodb", now=now)
        for now in (moment, moment.astimezone(UTC))
    )
    assert here == in_utc
    assert here["X-Amz-Date"] == "20261120T010015Z"


def test_keys_keep_their_secrets():
    """Neither secret nor token is seen where keys are written down."""
    assert "hush" not in repr(Keys("AKIDEXAMPLE", "hush", "hush"))
