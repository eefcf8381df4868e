"""The evidence inside a sealed file: found whatever stands around it, read strictly, bounded, without openings."""

import zlib
from dataclasses import replace

import pytest

from ledger.core.evidence.document_answer import FileFacts
from ledger.core.evidence.package import MAX_BYTES
from ledger.core.evidence.sealed_file import (
    SealedEvidence,
    contract_of,
    find_evidence,
    looks_sealed,
    parse_sealed,
    unopened,
)
from ledger.errors import VerificationFailed
from signing import canonical
from support.evidence_material import DOCUMENT, build

PACKAGE = build().package
CONTRACT = contract_of(DOCUMENT, len(DOCUMENT))
EVIDENCE = SealedEvidence(contract=CONTRACT, local_time_stamps=True, package=PACKAGE)
HEAD, END = b"\n1 0 obj\n<</Type/EmbeddedFile/Filter/FlateDecode>>\nstream\n", b"\nendstream\nendobj\n"


def attached(*contents: bytes) -> bytes:
    return DOCUMENT + b"".join(HEAD + content + END for content in contents)


def test_evidence_holds_commitments_only_and_comes_back() -> None:
    read = parse_sealed(EVIDENCE.to_bytes())
    assert read == replace(EVIDENCE, package=unopened(PACKAGE))
    assert all(receipt.openings == () for receipt in read.package.receipts)


@pytest.mark.parametrize("packed", [zlib.compress(EVIDENCE.to_bytes()), EVIDENCE.to_bytes()])
def test_evidence_is_found_packed_or_plain(packed: bytes) -> None:
    assert find_evidence(attached(packed)) == parse_sealed(EVIDENCE.to_bytes())


def test_the_newest_that_names_this_contract_counts() -> None:
    other = replace(EVIDENCE, contract=FileFacts(bytes(32), 3))
    newest = replace(EVIDENCE, local_time_stamps=False)
    found = find_evidence(attached(*(zlib.compress(item.to_bytes()) for item in (EVIDENCE, newest, other))))
    assert found is not None
    assert not found.local_time_stamps


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no zlib",
        zlib.compress(EVIDENCE.to_bytes())[:-9],
        zlib.compress(bytes(MAX_BYTES + 1)),
        zlib.compress(b"{}"),
        b"{",
    ],
)
def test_anything_else_is_no_evidence(content: bytes) -> None:
    assert find_evidence(attached(content)) is None


@pytest.mark.parametrize(
    "change", [{"tag": "tally/sealed/v2"}, {"more": 1}, {"contract": {}}, {"local_time_stamps": 1}, {"evidence": {}}]
)
def test_another_form_is_refused(change: dict[str, object]) -> None:
    value = canonical.decode(EVIDENCE.to_bytes())
    assert isinstance(value, dict)
    with pytest.raises(VerificationFailed) as refused:
        parse_sealed(canonical.encode({**value, **change}))  # type: ignore[dict-item]  # some are no JSON of ours on purpose
    assert refused.value.code == "sealed.malformed"


def test_what_is_no_canonical_json_is_refused() -> None:
    with pytest.raises(VerificationFailed):
        parse_sealed(b"{ }")


@pytest.mark.parametrize(
    ("data", "is_sealed"),
    [
        (b"%PDF-1.7 /ETSI.CAdES.detached", True),
        (b"%PDF-1.7 tallystick-evidence.json", True),
        (b"%PDF-1.7", False),
        (b"PK /ETSI.CAdES.detached", False),
    ],
)
def test_only_a_pdf_with_a_signature_or_evidence_claims_to_be_sealed(data: bytes, *, is_sealed: bool) -> None:
    assert looks_sealed(data) == is_sealed
