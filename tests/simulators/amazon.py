"""A little Amazon for the tests: certificate authority, certificate host, request signer.

    amazon = Amazon()
    verifier = Verifier(amazon.fetch, amazon.roots)
    verifier.verify(amazon.sign(body), body, amazon.now)

Its chain has the shape of the real one: a root, an intermediate, and a signing certificate
for echo-api.amazon.com. What a forger would do differently is an argument of `chain` or
`sign`, or is issued by hand with `issue`.
"""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from skill.alexa.certificates import CertificatesUnavailableError

URL = "https://s3.amazonaws.com/echo.api/echo-api-cert-12.pem"
DAY = timedelta(days=1)


class Party(NamedTuple):
    """One who has a name and a key."""

    name: str
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@cache
def party(name: str, *, impostor: bool = False, bits: int = 2048) -> Party:  # noqa: ARG001
    """Return the party of this name, or another of the same name.

    RSA keys take a while to make, so each party is made once a process.
    """
    return Party(name, rsa.generate_private_key(65537, bits))


ROOT = "Amazon Root CA 1"
SIGNER = "echo-api.amazon.com"


def issue(
    subject: Party,
    issuer: Party,
    valid: tuple[datetime, datetime],
    *,
    authority: bool = False,
    names: Sequence[str] = (),
) -> x509.Certificate:
    """Issue a certificate to another authority, or to a server of these names."""
    public_key = subject.key.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(_usage(authority=authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()),
            critical=False,
        )
    )
    if not authority:
        server = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        builder = builder.add_extension(server, critical=False)
    if names:
        alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        builder = builder.add_extension(alternatives, critical=False)
    return builder.sign(issuer.key, SHA256())


def with_sha1(certificate: x509.Certificate, issuer: Party) -> x509.Certificate:
    """Sign a certificate anew with SHA-1, which `cryptography` itself no longer does."""
    sha256_rsa, sha1_rsa = (bytes.fromhex(f"2a864886f70d0101{last}") for last in ("0b", "05"))
    content = certificate.tbs_certificate_bytes.replace(sha256_rsa, sha1_rsa)
    signature = issuer.key.sign(content, PKCS1v15(), SHA1())  # noqa: S303
    whole = certificate.public_bytes(Encoding.DER).replace(sha256_rsa, sha1_rsa)
    return x509.load_der_x509_certificate(whole.replace(certificate.signature, signature))


def pem(chain: Sequence[x509.Certificate]) -> bytes:
    """Write certificates as Amazon publishes them."""
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in chain)


class Amazon:
    """Publishes certificates and signs request bodies; everything is in date at `now`."""

    def __init__(self, now: datetime | None = None) -> None:
        self.now = now or datetime.now(UTC)
        self.valid = (self.now - 30 * DAY, self.now + 330 * DAY)
        self.valid_long = (self.now - 3000 * DAY, self.now + 3000 * DAY)
        self.root = issue(party(ROOT), party(ROOT), self.valid_long, authority=True)
        self.published: dict[str, bytes] = {URL: pem(self.chain())}
        self.fetched: list[str] = []

    @property
    def roots(self) -> list[x509.Certificate]:
        """The roots to trust: what certifi's are for the real Amazon."""
        return [self.root]

    def fetch(self, url: str) -> bytes:
        """Download what is published at a URL; each call is noted in `fetched`."""
        self.fetched.append(url)
        if url not in self.published:
            raise CertificatesUnavailableError(f"nothing is published at {url}")
        return self.published[url]

    def publish(self, chain: Sequence[x509.Certificate] | bytes, url: str = URL) -> None:
        """Publish a chain, or bytes that are none, in place of what is at the URL."""
        self.published[url] = chain if isinstance(chain, bytes) else pem(chain)

    def sign(
        self,
        body: bytes,
        *,
        url: str = URL,
        signer: Party | None = None,
        algorithm: HashAlgorithm | None = None,
    ) -> dict[str, str]:
        """Return the two headers that Alexa sends with this body."""
        key = (signer or party(SIGNER)).key
        signature = key.sign(body, PKCS1v15(), algorithm or SHA256())
        return {
            "SignatureCertChainUrl": url,
            "Signature-256": base64.b64encode(signature).decode(),
        }

    def chain(
        self,
        *,
        signer: Party | None = None,
        names: Sequence[str] = (SIGNER,),
        valid: tuple[datetime, datetime] | None = None,
        intermediates: int = 1,
    ) -> list[x509.Certificate]:
        """Return a signing certificate, followed by its intermediates, without the root."""
        issuers = [party(ROOT), *(intermediate(n) for n in range(1, intermediates + 1))]
        leaf = issue(signer or party(SIGNER), issuers[-1], valid or self.valid, names=names)
        above = [
            issue(subject, issuer, self.valid_long, authority=True)
            for issuer, subject in pairwise(issuers)
        ]
        return [leaf, *reversed(above)]


def intermediate(number: int = 1) -> Party:
    """Return an authority between the root and the signer; they share one key, for speed."""
    return Party(f"Amazon RSA 2048 M{number:02}", party("Amazon RSA 2048").key)


def _name(owner: Party) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, owner.name)])


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
