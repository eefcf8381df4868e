"""Requests for certificates of one-time keys, and the authority's answers."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256K1, SECP256R1, EllipticCurve, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from signing.algorithms import Suite
from signing.errors import InvalidEncoding, SigningError
from signing.keys.local_authority import LocalAuthority, Subject
from signing.one_time import MAX_CERTIFICATE, MAX_REQUEST, check_certificate, public_key_info, read_request

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Lin Xiaoyu")])
AUTHORITY = LocalAuthority(bytes(32), clock=lambda: NOW)


def request(curve: EllipticCurve | None = None, name: x509.Name | None = None, *, extended: bool = False) -> bytes:
    builder = x509.CertificateSigningRequestBuilder().subject_name(name or x509.Name([]))
    if extended:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    made = builder.sign(generate_private_key(curve or SECP256R1()), SHA256())
    return made.public_bytes(Encoding.DER)


def refusal(work: Callable[[], object]) -> str:
    with pytest.raises(SigningError) as caught:
        work()
    return caught.value.code


def test_request_names_a_key_and_nobody() -> None:
    assert read_request(request()).suite is Suite.P256


@pytest.mark.parametrize(
    "data",
    [request(name=NAME), request(extended=True), request(SECP256K1()), request()[:-1] + b"\x00"],
    ids=["a name", "an extension", "another curve", "another signature"],
)
def test_request_that_says_more_or_is_of_another_key_is_refused(data: bytes) -> None:
    assert refusal(lambda: read_request(data)) in {"one-time.request-refused", "one-time.malformed-request"}


def test_request_of_another_kind_of_key_is_refused() -> None:
    made = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(Ed25519PrivateKey.generate(), None)
    assert refusal(lambda: read_request(made.public_bytes(Encoding.DER))) == "one-time.request-refused"


@pytest.mark.parametrize("data", [b"", b"\x30\x00", b"x" * (MAX_REQUEST + 1)])
def test_bytes_that_are_no_request_are_refused(data: bytes) -> None:
    with pytest.raises(InvalidEncoding) as caught:
        read_request(data)
    assert caught.value.code == "one-time.malformed-request"


def test_certificate_of_the_key_passes_while_it_is_valid() -> None:
    data = request()
    certificate = AUTHORITY.issue("one-time-1", Subject("One-time key", public_key_info(data)))
    key = read_request(data)
    check_certificate(certificate, key, NOW)
    for moment in (NOW - timedelta(days=1), NOW + timedelta(days=9999)):
        assert refusal(lambda at=moment: check_certificate(certificate, key, at)) == "one-time.certificate-refused"  # type: ignore[misc]  # bound per turn


@pytest.mark.parametrize("data", [b"", b"no certificate", b"x" * (MAX_CERTIFICATE + 1), AUTHORITY.root])
def test_answer_that_is_no_certificate_of_the_key_is_refused(data: bytes) -> None:
    key = read_request(request())
    assert refusal(lambda: check_certificate(data, key, NOW)) == "one-time.certificate-refused"
