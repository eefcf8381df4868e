"""The sealed file that the service hands out: what it proves alone, with its openings, and after somebody touched it."""

import hashlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from ledger.core.evidence.package import parse_package
from ledger.core.evidence.sealed_file import NAME, find_evidence
from signing.keys.local_authority import ORGANIZATION
from signing.pdf.seal_names import EVIDENCE_NAME
from signing.statement import parse_statement
from support.live_service import Service
from support.sealed_loans import SealedLoan, codes


def test_the_first_bytes_are_what_each_party_signed(sealed: SealedLoan) -> None:
    package = parse_package(sealed.evidence.read_bytes())
    statements = [
        parse_statement(str(opening.value).encode())
        for receipt in package.receipts
        for opening in receipt.openings
        if opening.field == "statement"
    ]
    assert len(statements) == 2
    for statement in statements:
        prefix = sealed.data[: statement.document_bytes]
        assert prefix == sealed.loan.document
        assert hashlib.sha256(prefix).digest() == statement.document_sha256


def test_the_evidence_inside_holds_commitments_only(sealed: SealedLoan) -> None:
    found = find_evidence(sealed.data)
    assert found is not None
    assert NAME.decode() == EVIDENCE_NAME
    assert [receipt.openings for receipt in found.package.receipts] == [()] * len(found.package.receipts)
    text = found.to_bytes().decode()
    assert not any(word in text for word in ("Lin Xiaoyu", "personal-instalment", "12000000"))
    assert found.local_time_stamps


def test_the_file_alone_proves_its_place_in_log_and_chain(sealed: SealedLoan, tmp_path: Path) -> None:
    alone = tmp_path / "alone.pdf"
    alone.write_bytes(sealed.data)
    status, report = sealed.verify(alone)
    verdicts = {name: answer["verdict"] for name, answer in report["named"].items()}
    assert (verdicts["log"], verdicts["append-only"], verdicts["chain"]) == ("yes", "yes", "yes")
    assert (verdicts["bytes"], verdicts["signatures"]) == ("not_checked", "not_checked")
    assert "seal.valid" in codes(report, "signatures")
    assert "limits.local-time-stamp" in codes(report, "not-proved")
    assert status == 3


def test_with_its_openings_everything_required_is_yes(sealed: SealedLoan) -> None:
    status, report = sealed.verify()
    assert status == 0
    assert {"bytes.contract-inside", "bytes.sealed-version"} <= set(codes(report, "bytes"))
    assert {"signatures.valid", "seal.valid"} <= set(codes(report, "signatures"))


def append_byte(data: bytes) -> bytes:
    return data + b"x"


def add_annotation(data: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(data))
    note = generic.DictionaryObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
            generic.pdf_name("/Subtype"): generic.pdf_name("/Text"),
            generic.pdf_name("/Rect"): generic.ArrayObject(generic.NumberObject(n) for n in (0, 0, 20, 20)),
            generic.pdf_name("/Contents"): generic.pdf_string("paid in full"),
        }
    )
    writer.register_annotation(writer.root["/Pages"]["/Kids"].raw_get(0), writer.add_object(note))
    return written(writer)


def swap_page(data: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(data))
    page = writer.root["/Pages"]["/Kids"][0]
    page["/MediaBox"] = generic.ArrayObject(generic.NumberObject(n) for n in (0, 0, 100, 100))
    writer.update_container(page)
    return written(writer)


def change_look(data: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(BytesIO(data))
    content = generic.StreamObject(stream_data=b"1 0 0 rg 0 0 300 300 re f")
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(content)
    writer.update_container(page)
    return written(writer)


def written(writer: IncrementalPdfFileWriter) -> bytes:
    output = BytesIO()
    writer.write(output)
    return output.getvalue()


def flip_contract_bit(data: bytes) -> bytes:
    return data[:40] + bytes([data[40] ^ 1]) + data[41:]


@pytest.mark.parametrize("change", [append_byte, add_annotation, swap_page, change_look, flip_contract_bit])
def test_a_touched_file_is_refused_with_two_separate_answers(
    sealed: SealedLoan, change: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    touched = tmp_path / "touched.pdf"
    touched.write_bytes(change(sealed.data))
    status, report = sealed.verify(touched, receipt=sealed.evidence)
    assert status == 1
    assert report["named"]["bytes"]["verdict"] == "no"
    seal = [code for code in codes(report, "signatures") if code.startswith("seal.")]
    assert seal[0] == ("seal.valid-with-more" if change is append_byte else "seal.refused")


def test_a_touched_file_is_refused_even_without_its_openings(sealed: SealedLoan, tmp_path: Path) -> None:
    touched = tmp_path / "touched.pdf"
    touched.write_bytes(add_annotation(sealed.data))
    status, report = sealed.verify(touched)
    assert status == 1
    assert report["named"]["signatures"]["because"] == "seal.refused"


def test_the_file_says_that_its_time_stamps_are_local(sealed: SealedLoan) -> None:
    with pikepdf.open(BytesIO(sealed.data)) as pdf:
        seal = next(field for field in pdf.Root.AcroForm.Fields if str(field.T) == "TallystickSeal")
        assert "not independent" in str(seal.V.Reason)
    assert "not independent" in ORGANIZATION


def test_the_service_checks_an_upload_with_and_without_an_api_key(sealed: SealedLoan, service: Service) -> None:
    for caller, because in ((service.nobody(), "bytes.seal-not-shown"), (sealed.loan.officer, "bytes.contract-inside")):
        answer = caller.post("/v1/verifications", files={"file": ("sealed.pdf", sealed.data, "application/pdf")})
        assert answer.status_code == 200, answer.text
        assert answer.json()["answers"][0]["because"] == because


def test_the_page_checks_an_upload(sealed: SealedLoan, service: Service) -> None:
    files = {"file": ("sealed.pdf", sealed.data, "application/pdf")}
    answer = service.nobody().post("/verify", files=files, headers={"Accept-Language": "zh"})
    assert answer.status_code == 200
    assert "封印有效" in answer.text


def test_the_agreement_shows_its_seal(sealed: SealedLoan) -> None:
    seal = sealed.loan.officer.get(sealed.loan.path).json()["seal"]
    assert (seal["last_error"], seal["next_try_at"], len(seal["versions"])) == (None, None, 1)
    assert seal["versions"][0]["contract_bytes"] == len(sealed.loan.document)


def test_a_version_that_is_not_there_is_not_found(sealed: SealedLoan) -> None:
    answer = sealed.loan.officer.get(f"{sealed.loan.path}/sealed", params={"version": 2})
    assert (answer.status_code, answer.json()["code"]) == (404, "seal.unknown-version")
    assert sealed.loan.officer.get(f"{sealed.loan.path}/sealed", params={"version": 1}).content == sealed.data
