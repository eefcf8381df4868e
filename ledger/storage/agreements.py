"""Rows of the agreements wing: documents, agreements, signers, signatures, and the current state.

Promises: an agreement is stored whole or not at all; its state changes only from the one its writer saw; a nonce is
used once. Leaves which step may follow to `core.agreements`. DESIGN 5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from sqlalchemy import Connection, bindparam, insert, update

from ledger.core.agreements.states import State
from ledger.errors import Conflict
from ledger.storage.blind_indexes import subjects_under
from ledger.storage.forms import Instant, one_of
from ledger.storage.kept import Kept
from ledger.storage.rows import changed, fetch_all, find_all, find_one, insert_new, page_size, select_rows, values_of
from ledger.storage.tables import agreements as table

END = "\U0010ffff"  # sorts after every id: the first page of a newest-first list


@dataclass(frozen=True)
class DocumentRow:
    id: str
    institution_id: str
    sha256: bytes
    byte_length: int
    pages: int
    media_type: str
    object_name: str
    record_id: str
    created_entry: str


@dataclass(frozen=True)
class AgreementRow:
    id: str
    institution_id: str
    number: str
    document_id: str
    terms_sha256: bytes
    created_entry: str
    created_at: Instant


@dataclass(frozen=True)
class ListedRow(AgreementRow):
    """An agreement as a list shows it: with its state."""

    state: Annotated[str, one_of(State)]


@dataclass(frozen=True)
class StateRow:
    agreement_id: str
    state: Annotated[str, one_of(State)]
    changed_entry: str


@dataclass(frozen=True)
class SignerRow:
    agreement_id: str
    signer_id: str
    ordinal: int
    role: str
    key_id: str
    suite: str
    public_key: bytes


@dataclass(frozen=True)
class SignatureRow:
    agreement_id: str
    signer_id: str
    nonce: bytes
    statement: bytes
    suite: str
    signature: bytes
    entry_id: str
    signed_at: Instant


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which agreements a page lists: in one state, found under a term (kind and digest of the blind index), below an id."""

    state: str | None = None
    term: tuple[str, bytes] | None = None
    before: str = END
    limit: int = 50


def insert_document(tx: Connection, row: DocumentRow) -> None:
    """Record a document; Conflict("document.exists") when its id or object name is taken."""
    if not insert_new(tx, table.document, values_of(row)):
        raise Conflict("document.exists", "expected a new document, got one whose id or object name is taken")


def document_by_id(tx: Connection, document_id: str) -> DocumentRow | None:
    return find_one(tx, DocumentRow, table.document, id=document_id)


def documents_with_digest(tx: Connection, institution_id: str, sha256: bytes) -> list[DocumentRow]:
    """Return the institution's documents with these bytes: several records may hold the same file."""
    return find_all(tx, DocumentRow, table.document, "id", institution_id=institution_id, sha256=sha256)


def documents(tx: Connection, *, after: str = "", limit: int = 500) -> list[DocumentRow]:
    """Return a page of all documents in the order of their ids, past `after`."""
    statement = select_rows(DocumentRow, table.document).where(table.document.c.id > after)
    return fetch_all(tx, DocumentRow, statement.order_by(table.document.c.id).limit(page_size(limit)))


def insert_agreement(tx: Connection, row: AgreementRow, signers: Sequence[SignerRow], state: str) -> None:
    """Store an agreement with its signers and first state; Conflict("agreement.exists") when id or number is taken."""
    if not insert_new(tx, table.agreement, values_of(row)):
        raise Conflict("agreement.exists", "expected a new agreement, got one whose id or number is taken")
    if signers:
        tx.execute(insert(table.agreement_signer), [values_of(signer) for signer in signers])
    tx.execute(insert(table.agreement_state), values_of(StateRow(row.id, state, row.created_entry)))


def agreement_by_id(tx: Connection, agreement_id: str) -> AgreementRow | None:
    return find_one(tx, AgreementRow, table.agreement, id=agreement_id)


def agreements_of_document(tx: Connection, document_id: str) -> list[AgreementRow]:
    return find_all(tx, AgreementRow, table.agreement, "id", document_id=document_id)


def agreements(tx: Connection, institution_id: str, wanted: Wanted) -> list[ListedRow]:
    """Return a page of an institution's agreements with their states, newest first."""
    of, state = table.agreement.c, table.agreement_state.c
    statement = (
        select_rows(AgreementRow, table.agreement)
        .add_columns(state.state)
        .join(table.agreement_state, state.agreement_id == of.id)
        .where(of.institution_id == institution_id, of.id < wanted.before)
    )
    if wanted.state is not None:
        statement = statement.where(state.state == wanted.state)
    if wanted.term is not None:
        statement = statement.where(of.id.in_(subjects_under(institution_id, *wanted.term, "agreement")))
    return fetch_all(tx, ListedRow, statement.order_by(of.id.desc()).limit(page_size(wanted.limit)))


def state_of(tx: Connection, agreement_id: str) -> StateRow | None:
    return find_one(tx, StateRow, table.agreement_state, agreement_id=agreement_id)


def change_state(tx: Connection, new: StateRow, *, expected: str) -> None:
    """Set the state from `expected` to the new one; Conflict("agreement.moved-on") when it is another by now."""
    values = {"of": new.agreement_id, "seen": expected, "state": new.state, "changed_entry": new.changed_entry}
    if not changed(tx, _CHANGE_STATE, values):
        raise Conflict("agreement.moved-on", f"expected the agreement in state {expected}: read it again")


def signers_of(tx: Connection, agreement_id: str) -> list[SignerRow]:
    """Return who must sign, in the agreement's order."""
    rows = table.agreement_signer
    return find_all(tx, SignerRow, rows, "ordinal", "signer_id", agreement_id=agreement_id)


def insert_signature(tx: Connection, row: SignatureRow) -> None:
    """Store a signature; Conflict("signature.exists") when this signer signed or the nonce was used before."""
    if not insert_new(tx, table.agreement_signature, values_of(row)):
        raise Conflict("signature.exists", "expected a first signature with a fresh nonce, got one used before")


def signatures_of(tx: Connection, agreement_id: str) -> list[SignatureRow]:
    """Return the signatures so far, in the order of their times."""
    rows = table.agreement_signature
    return find_all(tx, SignatureRow, rows, "signed_at", "signer_id", agreement_id=agreement_id)


def nonce_used(tx: Connection, nonce: bytes) -> bool:
    return find_one(tx, SignatureRow, table.agreement_signature, nonce=nonce) is not None


_CHANGE_STATE = Kept(
    update(table.agreement_state)
    .where(table.agreement_state.c.agreement_id == bindparam("of"), table.agreement_state.c.state == bindparam("seen"))
    .values(state=bindparam("state"), changed_entry=bindparam("changed_entry"))
)
