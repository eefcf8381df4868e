"""How one signature on an agreement is taken, in three stages: look at the record, check what was signed, write (DESIGN section 5).

Promises: only `write` changes anything, and it looks again at whatever may have moved since `look`. Leaves to others: in which
transactions the stages run, of one signature (`sign`) or of many (`sign_together`).
"""

from dataclasses import dataclass

from ledger.core.agreements.binding import AgreementFacts, check_binding, find_signer
from ledger.core.agreements.parties import Signer
from ledger.core.agreements.states import State, after_signature
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Action
from ledger.errors import Conflict, VerificationFailed
from ledger.services.agreements.create import document_value
from ledger.services.agreements.pens import check_pen_allowed, enrolled_pen, require_active
from ledger.services.agreements.standing import require_may_sign
from ledger.services.agreements.view import AgreementView, load_agreement, open_signers, seen_again
from ledger.services.context import Act, Stores, Written
from ledger.services.once import earlier_of, remember_answer
from ledger.services.recording import Event, RecordKey, record
from ledger.storage import agreements as rows
from ledger.storage.database import Connection
from ledger.storage.enrolled_keys import EnrolledKeyRow, key_by_id
from ledger.storage.log import leaf_hash_of_subject, subject_head
from ledger.storage.logs import checkpoint_of_size
from ledger.storage.turns import PEOPLE, share_turn
from signing.algorithms import Suite
from signing.envelope import Signature
from signing.statement import Statement, parse_statement
from signing.verify import check_statement_signature
from signing.webauthn import check_origin


@dataclass(frozen=True, kw_only=True)
class NewSignature:
    """What a client sends: the exact statement bytes that were signed, and the signature."""

    statement: bytes
    signature: Signature
    chain_id: int
    origins: frozenset[str] = frozenset()  # of our pages, on which a passkey may be used


@dataclass(frozen=True)
class Signing:
    """One signature that somebody hands in."""

    act: Act
    agreement_id: str
    new: NewSignature


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What the record says about a signature before it is checked."""

    statement: Statement
    view: AgreementView
    listed: EnrolledKeyRow | None  # the registry's word on the key

    @property
    def record_id(self) -> str:
        return self.view.document.record_id


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A signature that holds."""

    statement: Statement
    signer: Signer
    is_enrolled: bool  # the key stands in the registry and not in the agreement
    new: NewSignature
    record: RecordKey
    seen: AgreementView


def look(tx: Connection, signing: Signing) -> Written | Looked:
    """Return what the same request wrote before; else the agreement and the registry's word on the key.

    The head and checkpoint that the signer saw have been held against the record.
    """
    if earlier := earlier_of(tx, signing.act):
        return earlier
    statement = parse_statement(signing.new.statement)
    view = load_agreement(tx, signing.act.principal, signing.agreement_id, Action.AGREEMENT_SIGN)
    if leaf_hash_of_subject(tx, view.log.id, "agreement", view.row.id, statement.head.n) != statement.head.leaf:
        raise VerificationFailed(
            "statement.wrong-head", "the statement names a history of this agreement that the record does not have"
        )
    seen = checkpoint_of_size(tx, view.log.id, statement.checkpoint.size)
    if seen is None or seen.root != statement.checkpoint.root:
        raise VerificationFailed(
            "statement.wrong-checkpoint", "the statement names a checkpoint that this log never signed"
        )
    return Looked(statement=statement, view=view, listed=key_by_id(tx, view.row.institution_id, statement.key_id))


def check(stores: Stores, signing: Signing, looked: Looked, key: bytes) -> Checked:
    """Return the signature, having held it against the agreement, opened with its record's `key`."""
    statement, view, listed, new = looked.statement, looked.view, looked.listed, signing.new
    enrolled = enrolled_pen(stores, view, listed, statement.signer, key) if listed else None
    signer = find_signer(open_signers(key, view), statement, enrolled)
    check_binding(statement, _facts(view, new.chain_id), signing.act.now)
    check_pen_allowed(signer, signer.pen.suite)
    check_statement_signature(statement, new.signature, signer.pen)
    if signer.pen.suite is Suite.WEBAUTHN:
        check_origin(new.signature.value, new.origins)
    is_enrolled = all(row.key_id != signer.pen.key_id for row in view.signers)
    record_key = RecordKey(looked.record_id, key)
    return Checked(statement=statement, signer=signer, is_enrolled=is_enrolled, new=new, record=record_key, seen=view)


def _facts(view: AgreementView, chain_id: int) -> AgreementFacts:
    return AgreementFacts(
        id=view.row.id,
        document_sha256=view.document.sha256,
        document_bytes=view.document.byte_length,
        terms_sha256=view.row.terms_sha256,
        chain_id=chain_id,
        log_origin=view.log.origin,
    )


def write(tx: Connection, stores: Stores, signing: Signing, checked: Checked) -> Written:
    """Store the signature and queue its entry."""
    act, agreement_id = signing.act, signing.agreement_id
    # One signature of an agreement at a time: whoever comes second counts the first, so that the last one completes it.
    subject_head(tx, checked.seen.log.id, "agreement", agreement_id, lock=True)
    view = seen_again(tx, checked.seen)
    if rows.nonce_used(tx, checked.statement.nonce):
        raise Conflict("statement.nonce-used", "this statement was used before; fetch a fresh one and sign that")
    share_turn(tx, PEOPLE, view.row.institution_id)
    if listed := key_by_id(tx, view.row.institution_id, checked.statement.key_id):
        require_active(listed)
    require_may_sign(tx, checked.record.key, view, checked.signer.id, act)
    state = after_signature(view.state, signed=len(view.signatures) + 1, signers=len(view.signers))
    event = Event(
        type="agreement.signed",
        log=view.log,
        subject_kind="agreement",
        subject_id=agreement_id,
        role=checked.signer.role,
        record=checked.record,
        shared={"document": document_value(view.document.sha256, view.document.byte_length)},
        private={
            "statement": checked.new.statement.decode("utf-8"),
            "signature": checked.new.signature.to_json(),
            "signer": checked.signer.id,
            **({"key": checked.signer.pen.to_json()} if checked.is_enrolled else {}),
        },
    )
    recorded = record(tx, stores, act, event)
    rows.insert_signature(tx, _row(act, agreement_id, checked, recorded.entry_id))
    _move(tx, view, state, recorded.entry_id)
    written = recorded.written(agreement_id)
    remember_answer(tx, act, written)
    return written


def _row(act: Act, agreement_id: str, checked: Checked, entry_id: str) -> rows.SignatureRow:
    return rows.SignatureRow(
        agreement_id=agreement_id,
        signer_id=checked.signer.id,
        nonce=checked.statement.nonce,
        statement=checked.new.statement,
        suite=checked.new.signature.suite,
        signature=checked.new.signature.value,
        entry_id=entry_id,
        signed_at=format_instant(act.now),
    )


def _move(tx: Connection, view: AgreementView, state: State, entry_id: str) -> None:
    rows.change_state(tx, rows.StateRow(view.row.id, state, entry_id), expected=view.state)
