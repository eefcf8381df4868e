"""The verdict on a sealed file as the process writes it: believed in its own form only."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from signing.pdf.child.sealed_seal import key_of
from signing.pdf.inspect import Limits
from signing.pdf.inspect_sealed import Answer, SealInspection, SealTrust, inspect_sealed
from signing.pdf.sandbox import Ended, Warm
from signing.pdf.seal_inspection import AnotherForm, read_answer
from support.sealed_pdfs import CHECKED_AT, honest, sealer

BARE = SealInspection(reasons=(), sha256=bytes(32), byte_length=1)
TRUST = SealTrust(roots=(sealer().root,))
SIGNED = {
    "kind": "archive",
    "holds": True,
    "at": None,
    "subject": "a",
    "sha256": "00" * 32,
    "until": "2036-01-01T00:00:00+00:00",
    "key": "ab" * 64,
}
GOOD: dict[str, Any] = {
    "claimed_at": None,
    "covers_whole_file": True,
    "intact": True,
    "judged": [SIGNED],
    "level": "B-LTA",
    "pages": 2,
    "r0_length": 7,
    "r0_sha256": "00" * 32,
    "reasons": [],
    "revocation": "good",
    "revocation_reason": None,
    "revoked_since": None,
    "same_look": True,
}


def test_whole_answer_is_read() -> None:
    found = read_answer(BARE, GOOD)

    assert found.passed
    assert found.signature_valid is Answer.YES
    assert found.archive_expires == found.signed[0].until
    assert BARE.archive_expires is None
    assert BARE.seal is None
    assert found.seal == found.signed[0]
    assert found.signed[0].key == bytes.fromhex("ab" * 64)


@pytest.mark.parametrize(
    ("reasons", "intact", "valid"),
    [
        ([["sealed.altered", ""]], False, Answer.NO),
        ([["sealed.missing", ""]], None, Answer.NO),
        ([["pdf.malformed", ""]], None, Answer.NOT_CHECKED),
        ([["pdf.active-content", ""]], True, Answer.NOT_CHECKED),
        ([["sealed.bytes-after", ""], ["pdf.trailing-data", ""]], True, Answer.YES),
    ],
)
def test_signature_is_valid_only_when_nothing_speaks_against_it(
    reasons: Any,  # noqa: ANN401  # JSON
    intact: bool | None,  # noqa: FBT001  # three-valued
    valid: Answer,
) -> None:
    assert read_answer(BARE, {"reasons": reasons, "intact": intact}).signature_valid is valid


@pytest.mark.parametrize(
    "changed",
    [
        {"reasons": None},
        {"reasons": [["sealed.fine", ""]]},
        {"extra": 1},
        {"level": 7},
        {"pages": True},
        {"pages": -1},
        {"intact": 1},
        {"claimed_at": "yesterday"},
        {"claimed_at": "2026-01-01T00:00:00"},
        {"r0_sha256": "zz"},
        {"r0_sha256": "00"},
        {"judged": {}},
        {"judged": [7]},
        {"judged": [{**SIGNED, "kind": "other"}]},
        {"judged": [{**SIGNED, "until": None}]},
        {"judged": [{**SIGNED, "key": None}]},
        {"judged": [{**SIGNED, "key": "ab" * 63}]},
        {"judged": [{**SIGNED, "key": "no"}]},
        {"revocation": "fine"},
    ],
)
def test_answer_in_another_form_is_not_believed(changed: dict[str, Any]) -> None:
    with pytest.raises(AnotherForm):
        read_answer(BARE, {**GOOD, **changed})


def test_answer_without_reasons_must_be_whole() -> None:
    with pytest.raises(AnotherForm):
        read_answer(BARE, {"reasons": []})
    with pytest.raises(AnotherForm):
        read_answer(BARE, [])


def test_empty_and_large_files_are_refused_unread() -> None:
    assert codes(b"") == ["pdf.empty"]
    assert codes(honest(), Limits(max_bytes=10)) == ["pdf.too-large"]


def test_file_that_takes_too_long_is_refused_as_such() -> None:
    found = inspect_sealed(honest(), TRUST, at=CHECKED_AT, limits=Limits(seconds=0))

    assert [reason.code for reason in found.reasons] == ["pdf.too-slow"]
    assert found.signature_valid is Answer.NOT_CHECKED
    assert found.sha256 == sha256(honest()).digest()


def codes(data: bytes, limits: Limits | None = None) -> list[str]:
    found = inspect_sealed(data, TRUST, at=CHECKED_AT, limits=limits or Limits())
    return [reason.code for reason in found.reasons]


@pytest.mark.parametrize("written", [b"", b"[]", b'{"reasons":[]}'])
def test_answer_that_is_none_is_not_inspected(written: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signing.pdf.inspect_sealed.run", lambda *_: Ended(0, written))

    assert reasons() == ["pdf.not-inspected"]


def test_process_that_cannot_start_is_not_inspected(monkeypatch: pytest.MonkeyPatch) -> None:
    def unable(*_: object) -> Ended:
        raise FileNotFoundError(2, "no interpreter")

    monkeypatch.setattr("signing.pdf.inspect_sealed.run", unable)
    assert reasons() == ["pdf.not-inspected"]


def reasons() -> list[str]:
    trust = SealTrust(roots=(sealer().root,))
    return [one.code for one in inspect_sealed(honest(), trust, at=CHECKED_AT).reasons]


def test_process_of_a_parent_is_left_to_the_parent() -> None:
    warm = Warm()
    warm.close()
    assert warm.process is None


def test_key_of_another_kind_is_known_by_its_hash() -> None:
    key, day = rsa.generate_private_key(public_exponent=65537, key_size=2048), datetime(2026, 1, 1, tzinfo=UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Lender")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(day).not_valid_after(day + timedelta(days=1))
    made = builder.sign(key, SHA256()).public_bytes(Encoding.DER)
    info = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert key_of(asn1_x509.Certificate.load(made)) == sha256(info).digest()
    assert len(key_of(sealer().certificate)) == 64
