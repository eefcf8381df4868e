"""The local authority: same keys and certificates when opened again, time stamps and revocation that outsiders' code reads."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import crl, ocsp, tsp
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.ocsp import OCSPRequestBuilder
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from signing.keys.local_authority import (
    ADDRESS,
    RESPONDER,
    TIME_STAMP_NAME,
    TIME_STAMP_URL,
    TIME_STAMPS,
    Lifetimes,
    LocalAuthority,
    Revocation,
    Subject,
)

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
SEAL = "seal-DEMO"


def public_key_info() -> bytes:
    return (
        ec.derive_private_key(7, ec.SECP256R1())
        .public_key()
        .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )


@pytest.fixture
def authority() -> LocalAuthority:
    return LocalAuthority(bytes(32), clock=lambda: NOW)


def test_every_certificate_is_issued_by_the_root_and_says_that_it_is_local(authority: LocalAuthority) -> None:
    authority.issue(SEAL, Subject("Seal of the Demonstration Lender 示范贷款机构", public_key_info()))
    root = x509.load_der_x509_certificate(authority.root)
    for data in authority.certificates.values():
        certificate = x509.load_der_x509_certificate(data)
        certificate.verify_directly_issued_by(root)
        assert "not independent" in certificate.subject.rfc4514_string()


def test_the_time_stamp_certificate_may_only_stamp_times(authority: LocalAuthority) -> None:
    stamper = x509.load_der_x509_certificate(authority.certificates[TIME_STAMPS])
    usage = stamper.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert usage.critical
    assert list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]
    assert stamper.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == TIME_STAMP_NAME


def test_opened_again_it_is_the_same_authority(authority: LocalAuthority) -> None:
    sealed = authority.issue(SEAL, Subject("Seal", public_key_info()))
    again = LocalAuthority(bytes(32), clock=lambda: NOW + timedelta(days=9), certificates=authority.certificates)
    assert again.certificates == authority.certificates
    assert again.issue(SEAL, Subject("another name", b"")) == sealed


def test_another_secret_makes_another_root(authority: LocalAuthority) -> None:
    assert LocalAuthority(b"\1" * 32, clock=lambda: NOW).root != authority.root


def test_a_time_stamp_names_digest_nonce_and_the_time_of_the_clock(authority: LocalAuthority) -> None:
    digest = hashlib.sha256(b"document").digest()
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest}
    request = tsp.TimeStampReq({"version": 1, "message_imprint": imprint, "nonce": 77, "cert_req": True})
    response = tsp.TimeStampResp.load(authority.answer(TIME_STAMP_URL, request.dump()) or b"")
    token = response["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
    assert (token["message_imprint"]["hashed_message"].native, token["nonce"].native) == (digest, 77)
    assert token["gen_time"].native == NOW


@pytest.mark.parametrize("is_revoked", [False, True])
def test_a_certificate_is_reported_as_it_stands(authority: LocalAuthority, *, is_revoked: bool) -> None:
    sealed = x509.load_der_x509_certificate(authority.issue(SEAL, Subject("Seal", public_key_info())))
    if is_revoked:
        authority.revoked[SEAL] = Revocation(NOW - timedelta(hours=3))
    root = x509.load_der_x509_certificate(authority.root)
    request = OCSPRequestBuilder().add_certificate(sealed, root, hashes.SHA256()).build()
    answered = authority.answer(f"{ADDRESS}/tally/ocsp/{RESPONDER}", request.public_bytes(Encoding.DER))
    assert answered is not None
    status = ocsp.OCSPResponse.load(answered).response_data["responses"][0]["cert_status"]
    listed = crl.CertificateList.load(authority.answer(f"{ADDRESS}/tally/crls/root/latest.crl", b"") or b"")
    serials = [revoked["user_certificate"].native for revoked in listed["tbs_cert_list"]["revoked_certificates"]]
    assert status.name == ("revoked" if is_revoked else "good")
    assert serials == ([sealed.serial_number] if is_revoked else [])


@pytest.mark.parametrize("url", ["https://tsa.example/", f"{ADDRESS}/elsewhere", f"{ADDRESS}.example/tally/tsa/x"])
def test_it_answers_at_its_own_addresses_only(authority: LocalAuthority, url: str) -> None:
    assert authority.answer(url, b"") is None


def test_lifetimes_are_those_asked_for() -> None:
    short = LocalAuthority(bytes(32), clock=lambda: NOW, lifetimes=Lifetimes(time_stamps=30))
    stamper = x509.load_der_x509_certificate(short.certificates[TIME_STAMPS])
    assert stamper.not_valid_after_utc - stamper.not_valid_before_utc == timedelta(days=30)


def test_it_shows_no_key(authority: LocalAuthority) -> None:
    assert repr(authority) == "<LocalAuthority of 3 certificates>"
