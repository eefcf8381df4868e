"""What the entries of an agreement show about its parties and signatures.

Promises: only values whose commitments hold are read; what is not shown, altered or malformed becomes a reason of answer 2.
Leaves to others: whether signatures hold and fit one another (signature_answer).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ledger.core.agreements.parties import Signer, read_signers
from ledger.core.agreements.terms import parse_terms
from ledger.core.evidence.answers import Reason, no, not_checked
from ledger.core.evidence.answers_text import TEXTS
from ledger.core.evidence.document_answer import FIELD as DOCUMENT
from ledger.core.evidence.document_answer import FileFacts, read_document
from ledger.core.evidence.records import Record
from ledger.core.log.fields import string
from ledger.errors import LedgerError
from signing.algorithms import PublicKey
from signing.envelope import Signature
from signing.errors import SigningError
from signing.statement import Statement, parse_statement

_CREATED = "agreement.created"
_REPLACED = "agreement.signer-replaced"
_SIGNATURE_FIELDS = (DOCUMENT, "signature", "signer", "statement")


@dataclass(frozen=True)
class Signed:
    """An agreement.signed record whose parts could be read; `signer` is the one that the lender recorded.

    `key` is there where the agreement names none for this party: the one that was enrolled since.
    """

    record: Record
    document: FileFacts
    statement: Statement
    signature: Signature
    signer: str
    key: PublicKey | None = None


@dataclass(frozen=True)
class Agreement:
    """What the agreement.created record shows, with its parties as the newest replacement lists them, and the hash of its terms."""

    record: Record
    parties: tuple[Signer, ...]
    terms_sha256: bytes | None


def read_agreement(records: Sequence[Record]) -> Agreement | Reason:
    """Return the parties of the one agreement.created record at hand, or why there are none to go by."""
    created = [record for record in records if record.entry.type == _CREATED]
    if len(created) > 1:
        return no("signatures.parties-malformed", n=created[1].n)
    altered = next((name for record in created for name in ("parties", "terms") if name in record.refused), None)
    if altered is not None:
        return no("signatures.opening-differs", n=created[0].n, field=altered)
    if not created or "parties" not in created[0].opened:
        return not_checked("signatures.parties-not-opened")
    return _agreement(created[0], _newest_parties(records, created[0]))


def _newest_parties(records: Sequence[Record], created: Record) -> Record:
    """Return the record that lists the parties as they are: the newest replacement of a signer, else the creation."""
    replaced = [record for record in records if record.entry.type == _REPLACED and record.n > created.n]
    return max(replaced, key=lambda record: record.n, default=created)


def read_signed(record: Record) -> Signed | Reason:
    """Return the parts of an agreement.signed record, or why they cannot be had."""
    for name in _SIGNATURE_FIELDS:
        if name in record.refused:
            return no("signatures.opening-differs", n=record.n, field=name)
    missing = [name for name in _SIGNATURE_FIELDS if name not in record.opened]
    if missing:
        return not_checked("signatures.not-opened", n=record.n, fields=", ".join(missing))
    try:
        return Signed(
            record,
            read_document(record.opened[DOCUMENT]),
            parse_statement(string(record.opened["statement"]).encode()),
            Signature.from_json(record.opened["signature"]),
            string(record.opened["signer"]),
            PublicKey.from_json(record.opened["key"]) if "key" in record.opened else None,
        )
    except (LedgerError, SigningError) as error:
        return refusal(error, record.n)


def refusal(error: LedgerError | SigningError, n: int) -> Reason:
    """Return the "no" of a refused part: under its own code where people are told about it, else under a common one."""
    if error.code in TEXTS:
        return no(error.code, n=n)
    return no("signatures.refused", n=n, cause=error.code)


def _agreement(record: Record, listing: Record) -> Agreement | Reason:
    if "parties" in listing.refused:
        return no("signatures.opening-differs", n=listing.n, field="parties")
    if "parties" not in listing.opened:
        return not_checked("signatures.parties-not-opened")
    try:
        parties = read_signers(listing.opened["parties"])
        terms = parse_terms(record.opened["terms"]).sha256() if "terms" in record.opened else None
    except LedgerError:
        return no("signatures.parties-malformed", n=listing.n)
    if len({party.id for party in parties}) != len(parties):  # or one signature would stand for two people
        return no("signatures.parties-malformed", n=listing.n)
    return Agreement(record, parties, terms)
