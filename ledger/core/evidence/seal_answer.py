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
from ledger.core.evidence.key_answer import NO_REGISTRY, Registry
from ledger.core.evidence.records import Record
from ledger.core.evidence.sealed_file import SealedEvidence
from ledger.core.log.hashing import HASH_BYTES
from ledger.core.log.keys import Purpose
from ledger.core.log.revocation import Proven, RevocationList, Standing, judge
from ledger.errors import InvalidInput
from signing.algorithms import PublicKey, Suite

if TYPE_CHECKING:
    from signing.pdf.seal_inspection import SealInspection, Signed

LOCAL_MARK: Final = "Tallystick local test, not independent"  # signing.keys.local_authority.ORGANIZATION begins with it

_SEALED = "agreement.sealed"
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


def seal_reasons(
    sealed: SealedFile, records: Sequence[Record] = (), registry: Registry = NO_REGISTRY
) -> Iterator[Reason]:
    """Yield the reasons of answer 2 about the seal itself, and about its key by the registry's rule for every key."""
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
    valid = "seal.valid-with-more" if inspection.reasons else "seal.valid"  # what is left of the reasons came after it
    yield yes(valid, subject=seal.subject, at=seal.at.isoformat())
    if inspection.archive_expires is not None:
        yield yes("seal.archive-until", until=inspection.archive_expires.isoformat())
    revocation = inspection.revocation
    if revocation.state == "revoked" and revocation.since is not None:
        yield yes("seal.revoked-later", since=revocation.since.isoformat(), reason=revocation.reason or "unknown")
    yield from _registered(sealed, seal, records, registry)


def _registered(sealed: SealedFile, seal: "Signed", records: Sequence[Record], registry: Registry) -> Iterator[Reason]:
    """Judge a seal's key as the registry judges every key: at the seal's place in the log, and the time that its stamp proves."""
    places = [one.receipt.index for one in records if one.entry.type == _SEALED]
    if not places:
        return
    key_id = _key_of(seal).key_id
    history = registry.keys.get(key_id)
    if history is None:
        yield not_checked("seal.key-not-shown", key_id=key_id)
        return
    index = min(places)  # the seal was made before the first of them, whatever was renewed later
    if history.enrolment is None or history.enrolment.purpose is not Purpose.SEAL:
        yield no("seal.key-refused", key_id=key_id, cause=history.cause or "key.wrong-purpose")
        return
    known = RevocationList(history.revocation, reaches=history.is_logged and history.reach > index)
    standing = judge(known, Proven(index=index, by=None if _is_local(sealed) else seal.at))
    ground = history.revocation.ground.value if history.revocation else ""
    if standing is Standing.BAD:
        yield no("seal.key-revoked", key_id=key_id, ground=ground)
    elif standing in (Standing.UNPROVEN, Standing.NOT_CHECKED):
        yield not_checked("seal.key-not-checked", key_id=key_id)
    elif standing is Standing.GOOD_BEFORE:
        yield yes("seal.key-revoked-later", key_id=key_id, ground=ground)


def _key_of(seal: "Signed") -> PublicKey:
    return PublicKey(Suite.SPKI if len(seal.key) == HASH_BYTES else Suite.P256, seal.key)


def _is_local(sealed: SealedFile) -> bool:
    """Say whether the time stamps come from a local test authority: no clock but the operator's own."""
    stamps = [one for one in sealed.inspection.signed if one.kind != "seal"] if sealed.inspection else []
    says_local = sealed.evidence is not None and sealed.evidence.local_time_stamps
    return says_local or any(LOCAL_MARK in one.subject for one in stamps)


def seal_limits(sealed: SealedFile) -> Iterator[Reason]:
    """Yield what the seal does not prove, for answer 10."""
    inspection = sealed.inspection
    if _is_local(sealed):
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
