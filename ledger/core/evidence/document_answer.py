"""Answer 1: whether these are the bytes that were recorded.

Promises: "yes" only when every entry that names a document names exactly these bytes, and one of them is proven to be in
a trusted log. Leaves to others: whether the file is a well-formed PDF or carries signatures of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.core.evidence.answers import Answer, AnswerName, Reason, answer, no, not_checked, yes
from ledger.core.evidence.records import Record
from ledger.core.log.fields import Fields
from ledger.errors import InvalidInput
from signing.canonical import Json

FIELD = "document"
_HASH_BYTES = 32


@dataclass(frozen=True)
class FileFacts:
    """What identifies a file: the SHA-256 of its bytes and how many there are."""

    sha256: bytes
    byte_length: int


def answer_bytes(file: FileFacts, records: Sequence[Record]) -> Answer:
    reasons = [_judge(file, record) for record in records if FIELD in record.refused or FIELD in record.opened]
    return answer(AnswerName.BYTES, reasons or [not_checked("bytes.not-opened")])


def read_document(value: Json) -> FileFacts:
    """Return the facts of an opened `document` field; raise InvalidInput "document.malformed"."""
    fields = Fields(value, frozenset({"sha256", "bytes"}), where=FIELD, code="document.malformed")
    return FileFacts(fields.octets("sha256", _HASH_BYTES), fields.integer("bytes", least=1))


def _judge(file: FileFacts, record: Record) -> Reason:
    if FIELD in record.refused:
        return no("bytes.opening-differs", n=record.n)
    try:
        recorded = read_document(record.opened[FIELD])
    except InvalidInput:
        return no("bytes.malformed", n=record.n)
    if recorded != file:
        return no(
            "bytes.altered",
            n=record.n,
            expected_sha256=recorded.sha256.hex(),
            expected_bytes=recorded.byte_length,
            found_sha256=file.sha256.hex(),
            found_bytes=file.byte_length,
        )
    if not record.is_logged:
        return not_checked("bytes.record-unproven", n=record.n)
    return yes("bytes.identical", n=record.n, sha256=file.sha256.hex(), bytes=file.byte_length)
