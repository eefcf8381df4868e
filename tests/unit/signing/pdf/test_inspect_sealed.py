"""Sealed files through the process that reads them: honest ones pass, each kind of change is a reason with two answers."""

from datetime import timedelta
from hashlib import sha256

import pytest
from asn1crypto import x509

from signing.pdf.child.question import Question, Roots
from signing.pdf.child.sealed import judge_sealed
from signing.pdf.inspect_sealed import Answer, SealTrust, inspect_sealed
from support.in_turn import IN_TURN
from support.sealed_pdfs import CHECKED_AT, SEALED_AT, Sealer, contract, honest, sealer
from support.shared_data import pdfs

TRUST = SealTrust(roots=(sealer().root,))


def test_honest_sealed_file_passes_with_its_facts() -> None:
    found = inspect_sealed(honest(), TRUST, at=CHECKED_AT)

    assert found.reasons == ()
    assert found.passed
    assert (found.signature_valid, found.covers_whole_file, found.same_look) == (Answer.YES,) * 3
    assert (found.r0_length, found.r0_sha256) == (len(contract()), sha256(contract()).digest())
    assert found.level == "B-LTA"
    assert [one.kind for one in found.signed] == ["seal", "signature", "archive"]
    assert {one.at for one in found.signed} == {SEALED_AT}
    assert found.seal is not None
    assert found.seal.certificate_sha256 == sealer().certificate.sha256
    assert found.sha256 == sha256(honest()).digest()


def test_appended_byte_leaves_the_signature_valid_and_the_file_uncovered() -> None:
    found = inspect_sealed(honest() + b"%hello\n", TRUST, at=CHECKED_AT)

    assert [reason.code for reason in found.reasons] == ["pdf.trailing-data", "sealed.bytes-after"]
    assert (found.signature_valid, found.covers_whole_file) == (Answer.YES, Answer.NO)
    assert found.sha256 != sha256(honest()).digest()


def test_other_root_is_not_trusted() -> None:
    found = inspect_sealed(honest(), SealTrust(roots=(Sealer(2).root,)), at=CHECKED_AT)

    assert "sealed.untrusted" in {reason.code for reason in found.reasons}
    assert found.signature_valid is Answer.NO


def test_same_file_passes_years_later_until_its_archive_time_stamp_ends() -> None:
    assert inspect_sealed(honest(), TRUST, at=SEALED_AT + timedelta(days=9 * 365)).passed
    late = inspect_sealed(honest(), TRUST, at=SEALED_AT + timedelta(days=11 * 365))
    assert [reason.code for reason in late.reasons] == ["sealed.archive-expired"]


PUBLISHED = {
    "cfpb__mortgage_closing_forms.pdf": "sealed.missing",
    "pyhanko__form-update-original-ap-type-wrong.pdf": "sealed.several",
    "pyhanko__form-update-override-appearance-stream-sneaky.pdf": "sealed.not-certified",
    "pyhanko__minimal-aes256.pdf": "pdf.encrypted",
    "pyhanko__minimal-rc4.pdf": "pdf.encrypted",
    "pyhanko__minimal-signed-twice-no-sig-type.pdf": "sealed.several",
    "pyhanko__minimal-startxref-hopeless.pdf": "pdf.malformed",
    "pyhanko__minimal-two-pages.pdf": "sealed.missing",
    "pyhanko__one-byterange.pdf": "sealed.byte-range",
    "pyhanko__pdf-sig-with-econtent.pdf": "sealed.enveloped-content",
    "pyhanko__sig-no-signed-attrs.pdf": "sealed.no-signed-attributes",
    "safedocs__Dialect-StreamIsDict.pdf": "sealed.missing",
    "safedocs__Dual-startxref.pdf": "pdf.malformed",
    "safedocs__LinkAnnot-appearances.pdf": "sealed.missing",
    "safedocs__unicode-test-U2F874-correct.pdf": "pdf.encrypted",
    "verapdf__7.16-t01-pass-a.pdf": "sealed.missing",
    "verapdf__PDFA2b_veraPDF_test_suite_6-1-12-t01-pass-a.pdf": "sealed.hidden-signature",
    "verapdf__PDFA2b_veraPDF_test_suite_6-1-12-t02-fail-a.pdf": "sealed.no-signing-certificate",
}


@pytest.mark.parametrize(("name", "code"), PUBLISHED.items())
def test_published_file_is_refused_as_a_sealed_one_for_its_reason(name: str, code: str) -> None:
    data = (pdfs() / name).read_bytes()
    believed = (x509.Certificate.load(sealer().root),)
    in_process = judge_sealed(data, Question(Roots(believed, believed), (), CHECKED_AT, 500, None), IN_TURN)
    found = inspect_sealed(data, TRUST, at=CHECKED_AT)

    assert in_process["reasons"] == [[reason.code, reason.detail] for reason in found.reasons]

    assert code in {reason.code for reason in found.reasons}
    assert found.signature_valid is not Answer.YES


def test_every_published_file_has_a_verdict_here() -> None:
    assert {path.name for path in pdfs().glob("*.pdf")} == PUBLISHED.keys()
