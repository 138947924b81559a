"""The keys Amazon signs requests with: downloads, proves and keeps their certificates.

Amazon names a certificate chain by URL in each request. A key is handed out only if the
URL is one of Amazon's, and the chain found there leads from echo-api.amazon.com to a
trusted root. Rules: Amazon's documentation, "Host a custom skill as a web service",
section "Verify that the request was sent by Alexa".

This module must not look at a request's body, and reads no wall clock: whoever asks for a
key says what time it is.
"""

import http.client
import io
import posixpath
import re
import socket
import ssl
import threading
import time
import warnings
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import TypeVar, cast

import certifi
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from skill.alexa.admission import NotFromAlexaError
from skill.aws.trust import trusted_tls
from skill.coaching.values import field, value_class

SIGNER = "echo-api.amazon.com"
HOST = "s3.amazonaws.com"
FOLDER = "/echo.api/"

MAX_URL_LENGTH = 256
MAX_CHAIN_BYTES = 64 * 1024
MAX_CERTIFICATES = 8  # Amazon sends four
MIN_RSA_BITS = 2048

FETCH_SECONDS = 2.5  # Alexa gives up after 8 s, and the coach wants to answer within 3 s
MAX_FETCHES = 16  # at once
MAX_KEYS = 16  # far more than Amazon uses at one time
REFRESH_AFTER = timedelta(hours=1)
MAX_AGE = timedelta(days=1)
RETRY_AFTER = timedelta(seconds=3)

# Whatever is not here (@ ? # % \ [ ] blanks, control characters, other alphabets) is how a
# URL can mean one thing to a check and another to a download.
_URL = re.compile(
    r"(?P<scheme>[a-z]+)://(?P<host>[a-z0-9.-]+)(?::(?P<port>[0-9]+))?(?P<path>/[a-z0-9._~/-]*)",
    re.IGNORECASE | re.ASCII,
)

_T = TypeVar("_T")

# What `cryptography` raised on a million chains with bytes changed at random.
_MALFORMED = (ValueError, TypeError, x509.InvalidVersion)


class CertificateUrlError(NotFromAlexaError):
    """The certificate URL is not one that Amazon would use."""

    code = "bad-certificate-url"


class CertificatesUnavailableError(NotFromAlexaError):
    """The certificates could not be downloaded; the next try may succeed."""

    code = "certificates-unavailable"


class UntrustedCertificatesError(NotFromAlexaError):
    """The certificates do not show that the key is Amazon's."""

    code = "untrusted-certificates"


@value_class
class SigningKey:
    """A key proved to be Amazon's, for as long as every certificate behind it is in date."""

    public_key: RSAPublicKey
    proved_at: datetime
    not_before: datetime
    not_after: datetime

    def age(self, now: datetime) -> timedelta:
        """How long ago the key was proved; a clock set back makes it no younger."""
        return abs(now - self.proved_at)

    def in_date(self, now: datetime) -> bool:
        """Whether every certificate from the signer's to the root is valid at `now`."""
        return self.not_before <= now <= self.not_after


@lru_cache(16)  # Amazon names the same one for months
def normalise_url(url: str) -> str:
    """Return the one spelling of Amazon's certificate URL, or raise CertificateUrlError.

    Scheme and host may be in any case (RFC 3986, and Amazon's own SDK), the folder may
    not; dot segments are resolved before the folder is looked at.
    """
    shown = repr(url[:MAX_URL_LENGTH])
    rule = f"it must be https://{HOST}{FOLDER}<file>, the port absent or 443"
    parts = _URL.fullmatch(url) if len(url) <= MAX_URL_LENGTH else None
    if parts is None:
        raise CertificateUrlError(f"the certificate URL {shown} is not a plain, short URL: {rule}")
    path = posixpath.normpath(parts["path"])
    for what, good in (
        ("scheme", parts["scheme"].lower() == "https"),
        ("host", parts["host"].lower() == HOST),
        ("port", parts["port"] in {None, "443"}),
        ("path", path.startswith(FOLDER) and "//" not in parts["path"]),
    ):
        if not good:
            raise CertificateUrlError(f"the certificate URL {shown} has a wrong {what}: {rule}")
    return f"https://{HOST}{path}"


def certifi_roots() -> list[x509.Certificate]:
    """Return the roots that Mozilla trusts, as certifi ships them."""
    with warnings.catch_warnings():
        # Some roots, Starfield's among them, carry the serial number 0, which is no longer
        # allowed: a newcomer must not have it, but these are trusted as they are.
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        return x509.load_pem_x509_certificates(certifi.contents().encode())


@value_class
class ChainFetcher:
    """Downloads a certificate chain: one GET, whose answer must be 200, whole, small and soon.

    Bytes and time are bounded over the whole answer, headers included, which neither
    http.client nor urllib3 does: their timeouts start anew with each byte. Hence the
    socket here, and http.client only to read what came.
    """

    host: str = HOST
    port: int = http.client.HTTPS_PORT
    tls: ssl.SSLContext = field(default_factory=trusted_tls)
    seconds: float = FETCH_SECONDS
    max_bytes: int = MAX_CHAIN_BYTES

    def __call__(self, url: str) -> bytes:
        """Return what is at a URL of `normalise_url`, or raise CertificatesUnavailableError."""
        deadline = time.monotonic() + self.seconds
        try:
            received = _Received(self._receive(url, deadline))
            answer = http.client.HTTPResponse(cast("socket.socket", received))
            answer.begin()
            if answer.status == http.HTTPStatus.OK:
                return answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise CertificatesUnavailableError(
                f"no certificates from {url}: {error!r}; a whole answer of at most"
                f" {self.max_bytes} bytes within {self.seconds} s was expected"
            ) from error
        raise CertificatesUnavailableError(
            f"no certificates from {url}: status {answer.status} where 200 was expected"
        )

    def _receive(self, url: str, deadline: float) -> bytes:
        path = url.removeprefix(f"https://{HOST}")
        request = f"GET {path} HTTP/1.1\r\nHost: {self.host}\r\nConnection: close\r\n\r\n"
        received = bytearray()
        with socket.create_connection((self.host, self.port), _remaining(deadline)) as plain:
            plain.settimeout(_remaining(deadline))
            with self.tls.wrap_socket(plain, server_hostname=self.host) as tls:
                tls.sendall(request.encode("ascii"))
                while piece := tls.recv(self.max_bytes):
                    received += piece
                    if len(received) > self.max_bytes:
                        raise OSError(f"the answer is longer than {self.max_bytes} bytes")
                    tls.settimeout(_remaining(deadline))
        return bytes(received)


@value_class
class _Received:
    """What HTTPResponse needs of a socket, over bytes already here."""

    answer: bytes

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self.answer)


def _remaining(deadline: float) -> float:
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("the answer took too long")
    return seconds


def read_chain(pem: bytes, trusted: Store, now: datetime) -> SigningKey:
    """Return the key of the first certificate in `pem`, or raise UntrustedCertificatesError.

    Each certificate must be followed by its issuer's ("composed of, in order", says
    Amazon), and the first must be for echo-api.amazon.com by its full name: a wildcard
    could be held by others at Amazon. SHA-1 signatures and certificates out of date are
    refused by the path validation of `cryptography`.
    """
    if len(pem) > MAX_CHAIN_BYTES:
        raise UntrustedCertificatesError(
            f"the chain has {len(pem)} bytes: at most {MAX_CHAIN_BYTES} are read"
        )
    try:
        return _proved(x509.load_pem_x509_certificates(pem), trusted, now)
    except _MALFORMED as error:
        raise UntrustedCertificatesError(
            f"the chain is not made of certificates: {error}"
        ) from error
    except VerificationError as error:
        raise UntrustedCertificatesError(
            f"the chain does not lead from {SIGNER} to a trusted root at {now}: {error}"
        ) from error


def _proved(chain: list[x509.Certificate], trusted: Store, now: datetime) -> SigningKey:
    if len(chain) > MAX_CERTIFICATES:
        raise UntrustedCertificatesError(
            f"the chain has {len(chain)} certificates: at most {MAX_CERTIFICATES} are read"
        )
    if any(below.issuer != above.subject for below, above in pairwise(chain)):
        raise UntrustedCertificatesError(
            "the chain is out of order: each certificate must be followed by its issuer's"
        )
    signer, *intermediates = chain
    verifier = PolicyBuilder().store(trusted).time(now).build_server_verifier(x509.DNSName(SIGNER))
    path = verifier.verify(signer, intermediates)
    names = signer.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    if SIGNER not in names.get_values_for_type(x509.DNSName):
        raise UntrustedCertificatesError(f"the certificate names {SIGNER} by a wildcard only")
    key = signer.public_key()
    if not isinstance(key, RSAPublicKey) or key.key_size < MIN_RSA_BITS:
        raise UntrustedCertificatesError(
            f"the certificate's key must be RSA with {MIN_RSA_BITS} bits or more"
        )
    return SigningKey(
        key,
        proved_at=now,
        not_before=max(certificate.not_valid_before_utc for certificate in path),
        not_after=min(certificate.not_valid_after_utc for certificate in path),
    )


@value_class
class _Failure:
    """What failed, without the exception itself, whose traceback would keep the download."""

    error: type[NotFromAlexaError]
    message: str
    failed_at: datetime


class SigningKeys:
    """The keys in use, by URL: bounded in number and age, one download per URL at a time.

    A key older than REFRESH_AFTER is still used while it is fetched anew in the background,
    so neither a slow nor an absent certificate host is noticed within MAX_AGE. Failures are
    remembered apart from keys, for RETRY_AFTER: made-up URLs push out no good key.
    """

    def __init__(
        self,
        fetch: Callable[[str], bytes],
        trusted_roots: Sequence[x509.Certificate],
        *,
        patience_seconds: float = FETCH_SECONDS,
    ) -> None:
        self._fetch = fetch
        self._trusted = Store(list(trusted_roots))
        self._patience_seconds = patience_seconds
        self._lock = threading.Lock()
        self._keys: OrderedDict[str, SigningKey] = OrderedDict()
        self._failures: OrderedDict[str, _Failure] = OrderedDict()
        self._loading: dict[str, Future[SigningKey]] = {}
        # Downloads run apart from those who wait for them: name resolution has no timeout.
        self._loaders = ThreadPoolExecutor(MAX_FETCHES, thread_name_prefix="alexa-certificates")

    def get(self, url: str, now: datetime) -> RSAPublicKey:
        """Return the key at a URL of `normalise_url`, waiting `patience_seconds` at most.

        Raises CertificatesUnavailableError or UntrustedCertificatesError.
        """
        with self._lock:
            key = self._keys.get(url)
            if key and key.in_date(now) and key.age(now) < MAX_AGE:
                self._keys.move_to_end(url)
                if key.age(now) >= REFRESH_AFTER:
                    with suppress(NotFromAlexaError):
                        self._start(url, now)
                return key.public_key
            loading = self._start(url, now)
        try:
            key = loading.result(self._patience_seconds)
        except TimeoutError:
            raise CertificatesUnavailableError(
                f"no certificates from {url} within {self._patience_seconds} s"
            ) from None
        if not key.in_date(now):
            raise UntrustedCertificatesError(
                f"the certificates at {url} are valid from {key.not_before} to"
                f" {key.not_after}, which {now} is not within"
            )
        return key.public_key

    def _start(self, url: str, now: datetime) -> "Future[SigningKey]":
        """Start the download, or join the one under way; raise what failed a moment ago."""
        if url in self._loading:
            return self._loading[url]
        failure = self._failures.get(url)
        if failure and abs(now - failure.failed_at) < RETRY_AFTER:
            raise failure.error(failure.message)
        if len(self._loading) >= MAX_FETCHES:
            raise CertificatesUnavailableError(
                f"{MAX_FETCHES} certificate downloads are under way: {url} has to wait"
            )
        loading = self._loading[url] = self._loaders.submit(self._load, url, now)
        return loading

    def _load(self, url: str, now: datetime) -> SigningKey:
        try:
            key = read_chain(self._fetch(url), self._trusted, now)
        except NotFromAlexaError as error:
            with self._lock:
                _remember(self._failures, url, _Failure(type(error), str(error), now))
            raise
        else:
            with self._lock:
                _remember(self._keys, url, key)
            return key
        finally:
            with self._lock:
                del self._loading[url]


def _remember(shelf: OrderedDict[str, _T], url: str, value: _T) -> None:
    shelf[url] = value
    shelf.move_to_end(url)
    if len(shelf) > MAX_KEYS:
        shelf.popitem(last=False)
