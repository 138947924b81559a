"""Credentials: from the environment, or lent by the container, and lent again in time."""

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from skill.aws import credentials as module
from skill.aws.credentials import Credentials
from skill.aws.errors import AwsError
from skill.aws.signature import Keys
from tests.simulators.credentials import TOKEN, ContainerCredentials

SECONDS = 2.0
SOON = timedelta(seconds=module.REFRESH_SECONDS - 1)
PAST = timedelta(seconds=-1)


class TestTheEnvironment:
    def test_keys_of_a_function(self):
        """Keys and token are those of the environment."""
        environment = {
            "AWS_ACCESS_KEY_ID": "ASIA1",
            "AWS_SECRET_ACCESS_KEY": "hush",
            "AWS_SESSION_TOKEN": "session",
        }
        assert Credentials(environment).keys(SECONDS) == Keys("ASIA1", "hush", "session")

    def test_lasting_keys(self):
        """A user's own keys have no token."""
        environment = {"AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "hush"}
        assert Credentials(environment).keys(SECONDS) == Keys("AKIA1", "hush", "")

    def test_it_is_looked_at_each_time(self):
        """Keys that were changed since are the ones that are used."""
        environment = {"AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "hush"}
        credentials = Credentials(environment)
        credentials.keys(SECONDS)
        environment["AWS_ACCESS_KEY_ID"] = "AKIA2"
        assert credentials.keys(SECONDS).access_key == "AKIA2"

    @pytest.mark.parametrize("environment", [{}, {"AWS_ACCESS_KEY_ID": "AKIA1"}])
    def test_none_at_all(self, environment):
        """Without keys and without an address that lends some, both are named."""
        with pytest.raises(AwsError, match=r"AWS_ACCESS_KEY_ID .*AWS_CONTAINER_CREDENTIALS"):
            Credentials(environment).keys(SECONDS)


class TestLentOnes:
    def test_they_are_used_until_they_near_their_end(self):
        """They are fetched once, and again only minutes before they expire."""
        with ContainerCredentials() as lender:
            credentials = Credentials(lender.environment)
            assert lender.asked == 0
            for _ in range(3):
                assert credentials.keys(SECONDS) == Keys("ASIALENT1", "lent", "session 1")
            assert lender.asked == 1
        with ContainerCredentials(SOON) as lender:
            credentials = Credentials(lender.environment)
            names = [credentials.keys(SECONDS).access_key for _ in range(3)]
        assert names == ["ASIALENT1", "ASIALENT2", "ASIALENT3"]

    def test_many_who_need_them_at_once(self):
        """Of many at one moment one fetches, and the others wait for it."""
        with ContainerCredentials() as lender, ThreadPoolExecutor(8) as pool:
            credentials = Credentials(lender.environment)
            fetched = list(pool.map(lambda _: credentials.keys(SECONDS).access_key, range(8)))
            assert lender.asked == 1
        assert set(fetched) == {"ASIALENT1"}

    def test_the_lender_is_away_for_a_moment(self, caplog):
        """Keys that are still good go on being used, and the lender is left alone for a while."""
        with ContainerCredentials(SOON) as lender:
            credentials = Credentials(lender.environment)
            credentials.keys(SECONDS)
            lender.answer = lambda _: (500, b"")
            with caplog.at_level(logging.WARNING):
                names = {credentials.keys(SECONDS).access_key for _ in range(3)}
            assert lender.asked == 2
        assert names == {"ASIALENT1"}
        assert [record.levelname for record in caplog.records] == ["WARNING"]

    def test_they_have_expired_and_the_lender_is_away(self):
        """Expired keys are never used."""
        with ContainerCredentials(PAST) as lender:
            credentials = Credentials(lender.environment)
            credentials.keys(SECONDS)
            lender.answer = lambda _: (500, b"")
            with pytest.raises(AwsError, match="HTTP 500"):
                credentials.keys(SECONDS)

    def test_a_token_in_a_file(self, tmp_path):
        """The token is read anew from its file each time: its owner changes it there."""
        file = tmp_path / "token"
        file.write_text("not yet\n")
        with ContainerCredentials() as lender:
            environment = {**lender.environment, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "unused"}
            environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = str(file)
            credentials = Credentials(environment)
            with pytest.raises(AwsError, match="HTTP 403"):
                credentials.keys(SECONDS)
            file.write_text(f"{TOKEN}\n")
            assert credentials.keys(SECONDS).access_key == "ASIALENT2"

    @pytest.mark.parametrize(
        "other",
        [
            {"Expiration": "soon"},
            {"Expiration": 1_795_000_000},
            {"Expiration": "2099-01-01T00:00:00"},
            {"AccessKeyId": ""},
            {"SecretAccessKey": None},
            {"Token": 7},
        ],
        ids=str,
    )
    def test_what_is_no_answer(self, other):
        """An answer without keys, token and expiry as they should be is refused."""
        with ContainerCredentials() as lender:
            lender.answer = lambda times: lender.lend(times, **other)
            with pytest.raises(AwsError, match="what was fetched as credentials is none"):
                Credentials(lender.environment).keys(SECONDS)

    @pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{}", b"<html>", b"\xff", b"[" * 9999])
    def test_what_is_no_json(self, body):
        """An answer that cannot be read is refused, and not written into the log."""
        refused = pytest.raises(AwsError, match="what was fetched as credentials is none")
        with ContainerCredentials(answer=lambda _: (200, body)) as lender, refused:
            Credentials(lender.environment).keys(SECONDS)

    @pytest.mark.parametrize(
        "uri",
        [
            "http://example.com/keys",
            "http://10.0.0.1/keys",
            "http://127.0.0.1.example.com/keys",
            "ftp://127.0.0.1/keys",
            "file:///etc/passwd",
            "nonsense",
        ],
    )
    def test_an_address_that_is_not_trusted(self, uri):
        """Keys are fetched over https, or from this machine and the container's own address."""
        environment = {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": uri,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": TOKEN,
        }
        with pytest.raises(AwsError, match="takes https, or an address of this machine's own"):
            Credentials(environment).keys(SECONDS)

    def test_a_token_that_is_none(self):
        """A token that would break the header is refused, and its text is told to nobody."""
        with ContainerCredentials() as lender:
            environment = lender.environment | {"AWS_CONTAINER_AUTHORIZATION_TOKEN": "a\r\nb: hush"}
            with pytest.raises(AwsError, match="holds what no header may") as refused:
                Credentials(environment).keys(SECONDS)
            assert lender.asked == 0
        assert "hush" not in str(refused.value)

    def test_a_lender_that_says_nothing(self):
        """However long it is silent, whoever waits is told in time; so is who waits for them."""
        waiting = threading.Event()
        with ContainerCredentials(answer=lambda _: (waiting.wait(5), (200, b""))[1]) as lender:
            credentials = Credentials(lender.environment)
            started = time.monotonic()
            with ThreadPoolExecutor(2) as pool:
                asked = [pool.submit(credentials.keys, 0.3) for _ in range(2)]
                for each in asked:
                    with pytest.raises(AwsError):
                        each.result()
            assert time.monotonic() - started < 1.5
            waiting.set()
