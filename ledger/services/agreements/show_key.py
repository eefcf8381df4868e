"""A wallet that signed an earlier contract of this lender signs in another: its holder shows it, and the agreement says so (DESIGN section 5).

Promises: a key counts for a party only once its holder proved, in that party's own session, to have it; what the registry says of the
key stays as it was enrolled. Leaves to others: that proof (enrol_pen), revoking.
"""

from collections.abc import Iterator

from ledger.core.agreements.ceremony import move
from ledger.core.agreements.states import Move
from ledger.core.log.entry import read_trusted_entry
from ledger.core.log.keys import OwnerKind, ProofGrade, Purpose, read_enrolment
from ledger.errors import Conflict
from ledger.services.agreements.acting import Doing
from ledger.services.agreements.standing import ceremony_of, check_clock
from ledger.services.agreements.view import AgreementView
from ledger.services.context import Act, Stores, Written
from ledger.services.opening import open_fields
from ledger.services.recording import record
from ledger.storage.database import Connection
from ledger.storage.enrolled_keys import EnrolledKeyRow
from ledger.storage.log import EntryRow, PendingRow, entries_of_subject, entry_by_id, pending_by_id, waiting_of_subject
from ledger.storage.vault_fields import fields_of_entry
from signing.algorithms import Suite

_TYPE = f"agreement.{Move.KEY_SHOWN}"


def record_shown_key(tx: Connection, stores: Stores, act: Act, doing: Doing, listed: EnrolledKeyRow) -> Written:
    """Queue `agreement.key-shown` for the acting signer; the key's id is the resource.

    Raises Conflict("key.enrolled") for what is no customer's wallet, Conflict("key.other-owner") for that of somebody whose identity was
    checked (it signs where that identity is named), Conflict("key.revoked" | "agreement.not-open"), Unavailable("clock.behind").
    """
    check_clock(doing.view, act.now)
    move(ceremony_of(doing.view), Move.KEY_SHOWN)
    if (listed.suite, listed.owner_kind, listed.purpose) != (Suite.EIP712, OwnerKind.CUSTOMER, Purpose.SIGN):
        raise Conflict("key.enrolled", "this key was enrolled before; make a new one")
    if listed.revoked_entry is not None:
        raise Conflict(
            "key.revoked", "this key was revoked and signs no more; enrol another and fetch a fresh statement"
        )
    if _grade(tx, listed) is not ProofGrade.CODE_ONLY:
        raise Conflict("key.other-owner", "this key is that of a person whose identity was checked; here it is not")
    event = doing.event(Move.KEY_SHOWN, {"signer": act.principal.id, "key": listed.key_id})
    return record(tx, stores, act, event).written(listed.key_id)


def _grade(tx: Connection, listed: EnrolledKeyRow) -> ProofGrade:
    row = entry_by_id(tx, listed.enrolled_entry) or pending_by_id(tx, listed.enrolled_entry)
    if row is None:
        raise Conflict("key.other-owner", "this key has no enrolment in the log; the operator should run `tally audit`")
    return read_enrolment(read_trusted_entry(row.data).public).grade


def shown_keys(tx: Connection, stores: Stores, view: AgreementView, signer_id: str, record_key: bytes) -> Iterator[str]:
    """Yield the ids of the keys that a party showed in this agreement."""
    subject = (view.log.id, "agreement", view.row.id)
    rows: list[EntryRow | PendingRow] = [*entries_of_subject(tx, *subject), *waiting_of_subject(tx, *subject)]
    for row in rows:
        if read_trusted_entry(row.data).type == _TYPE:
            keys = {view.document.record_id: record_key}
            told = open_fields(stores, fields_of_entry(tx, row.entry_id), keys=keys)
            if told["signer"].value == signer_id:
                yield str(told["key"].value)
