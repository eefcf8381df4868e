"""What a sealed file adds to the answers: two separate ones, never merged (DESIGN sections 5 and 8).

Promises: whether the bytes are those on record (answer 1) and whether the seal's signature is valid (answer 2) are said apart; a
seal that a strict rule refuses is a "no" whatever else holds; what could not be looked at is "not checked".
Leaves to others: inspecting the file (signing.pdf.inspect_sealed), and the other answers.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ledger.core.agreements.sealed import FIELD, SealedFacts, read_sealed
from ledger.core.evidence.answers import Reason, no, not_checked, yes
from ledger.core.evidence.document_answer import FIELD as DOCUMENT
from ledger.core.evidence.document_answer import FileFacts, read_document
from ledger.core.evidence.records import Record
from ledger.core.evidence.sealed_file import SealedEvidence
from ledger.errors import InvalidInput

if TYPE_CHECKING:
    from signing.pdf.seal_inspection import SealInspection

LOCAL_MARK: Final = "Tallystick local test, not independent"  # signing.keys.local_authority.ORGANIZATION begins with it

_UNDECIDED = frozenset({"pdf.not-inspected", "pdf.too-slow"})
_AFTER = frozenset({"sealed.bytes-after", "pdf.trailing-data"})


@dataclass(frozen=True, kw_only=True)
class SealedFile:
    """A file that claims to be sealed: facts of its first n bytes, the evidence inside it, and what the inspection found.

    `inspection` is None where the trust policy names no roots to inspect it by.
    """

    file: FileFacts
    prefix: Callable[[int], FileFacts]
    evidence: SealedEvidence | None
    inspection: "SealInspection | None"


def bytes_reasons(sealed: SealedFile, records: Sequence[Record]) -> Iterator[Reason]:
    """Yield the reasons of answer 1: the contract inside, the version that the file is, and what stands after the seal."""
    yield from (_contract(sealed, record) for record in records if DOCUMENT in record.refused | record.opened.keys())
    yield from _version(sealed, records)
    inspection = sealed.inspection
    if inspection is not None and (after := [item.code for item in inspection.reasons if item.code in _AFTER]):
        yield no("bytes.after-seal", causes=", ".join(after))


def seal_reasons(sealed: SealedFile) -> Iterator[Reason]:
    """Yield the reasons of answer 2 about the seal itself."""
    inspection = sealed.inspection
    if inspection is None:
        yield not_checked("seal.no-roots")
        return
    causes = [item.code for item in inspection.reasons if item.code not in _AFTER]
    if any(cause in _UNDECIDED for cause in causes):
        yield not_checked("seal.not-checked", causes=", ".join(causes))
        return
    seal = inspection.seal
    if causes or seal is None or seal.at is None or not seal.holds:
        yield no("seal.refused", causes=", ".join(causes) or "sealed.missing")
        return
    yield yes("seal.valid", subject=seal.subject, at=seal.at.isoformat())
    if inspection.archive_expires is not None:
        yield yes("seal.archive-until", until=inspection.archive_expires.isoformat())
    revocation = inspection.revocation
    if revocation.state == "revoked" and revocation.since is not None:
        yield yes("seal.revoked-later", since=revocation.since.isoformat(), reason=revocation.reason or "unknown")


def seal_limits(sealed: SealedFile) -> Iterator[Reason]:
    """Yield what the seal does not prove, for answer 10."""
    inspection = sealed.inspection
    says_local = sealed.evidence is not None and sealed.evidence.local_time_stamps
    if says_local or (inspection and any(LOCAL_MARK in one.subject for one in inspection.signed if one.kind != "seal")):
        yield not_checked("limits.local-time-stamp")
    if inspection is not None and inspection.revocation.state == "not-checked":
        yield not_checked("limits.seal-revocation")


def _contract(sealed: SealedFile, record: Record) -> Reason:
    if DOCUMENT in record.refused:
        return no("bytes.opening-differs", n=record.n)
    try:
        recorded = read_document(record.opened[DOCUMENT])
    except InvalidInput:
        return no("bytes.malformed", n=record.n)
    found = sealed.prefix(recorded.byte_length)
    if found != recorded:
        return no(
            "bytes.altered",
            n=record.n,
            expected_sha256=recorded.sha256.hex(),
            expected_bytes=recorded.byte_length,
            found_sha256=found.sha256.hex(),
            found_bytes=found.byte_length,
        )
    if not record.is_logged:
        return not_checked("bytes.record-unproven", n=record.n)
    return yes("bytes.contract-inside", n=record.n, sha256=found.sha256.hex(), bytes=found.byte_length)


def _version(sealed: SealedFile, records: Sequence[Record]) -> Iterator[Reason]:
    yield from (no("bytes.opening-differs", n=record.n) for record in records if FIELD in record.refused)
    shown = [record for record in records if FIELD in record.opened]
    try:
        versions = [(record, read_sealed(record.opened[FIELD])) for record in shown]
    except InvalidInput:
        yield no("bytes.malformed", n=shown[0].n)
        return
    if not versions:
        yield not_checked("bytes.seal-not-shown")
        return
    yield from _match(sealed.file, versions)


def _match(file: FileFacts, versions: Sequence[tuple[Record, SealedFacts]]) -> Iterator[Reason]:
    newest, newest_facts = max(versions, key=lambda pair: pair[1].version)
    for record, facts in versions:
        if FileFacts(facts.sha256, facts.byte_length) == file:
            if not record.is_logged:
                yield not_checked("bytes.record-unproven", n=record.n)
                return
            yield yes("bytes.sealed-version", n=record.n, version=facts.version, sha256=file.sha256.hex())
            if facts.version < newest_facts.version:
                yield yes("bytes.newer-version", n=newest.n, version=newest_facts.version)
            return
    yield no(
        "bytes.no-sealed-version",
        n=newest.n,
        version=newest_facts.version,
        expected_sha256=newest_facts.sha256.hex(),
        expected_bytes=newest_facts.byte_length,
        found_sha256=file.sha256.hex(),
        found_bytes=file.byte_length,
    )
