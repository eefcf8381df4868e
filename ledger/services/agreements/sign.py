"""Take one party's signature on an agreement: check what it binds, check the signature, store and log it (DESIGN section 5)."""

from dataclasses import dataclass

from ledger.core.agreements.binding import AgreementFacts, check_binding, find_signer
from ledger.core.agreements.parties import Signer
from ledger.core.agreements.states import State, after_signature
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Action
from ledger.errors import Conflict, VerificationFailed
from ledger.services.agreements.create import document_value
from ledger.services.agreements.pens import check_pen_allowed, enrolled_pen
from ledger.services.agreements.standing import require_may_sign
from ledger.services.agreements.view import AgreementView, load_agreement, open_signers, seen_again
from ledger.services.context import Act, Stores, Written
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.services.recording import Event, RecordKey, record
from ledger.storage import agreements as rows
from ledger.storage.database import Connection
from ledger.storage.enrolled_keys import EnrolledKeyRow, key_by_id
from ledger.storage.log import leaf_hash_of_subject, subject_head
from ledger.storage.logs import checkpoint_of_size
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


@dataclass(frozen=True, kw_only=True)
class _Checked:
    statement: Statement
    signer: Signer
    is_enrolled: bool  # the key stands in the registry and not in the agreement
    new: NewSignature
    record: RecordKey
    seen: AgreementView


def sign(stores: Stores, act: Act, agreement_id: str, new: NewSignature) -> Written:
    """Store the signature and queue its `agreement.signed` entry; the same request again returns the first answer.

    Raises NotFound, NotAllowed; InvalidEncoding (statement.…); InvalidInput, VerificationFailed, Conflict with the codes of
    `core.agreements.binding`; VerificationFailed (signature.…, passkey.…); Conflict("statement.nonce-used" |
    "signature.exists" | "key.revoked"); NotAllowed("signer.pen"); what `standing.require_may_sign` raises.
    """
    if earlier := find_earlier(stores, act):
        return earlier
    statement = parse_statement(new.statement)
    view, listed = stores.database.read(lambda tx: _look(tx, act, agreement_id, statement))
    record = RecordKey(view.document.record_id, stores.record_keys.get(view.document.record_id))
    enrolled = enrolled_pen(stores, view, listed, statement.signer, record.key) if listed else None
    signer = find_signer(open_signers(record.key, view), statement, enrolled)
    check_binding(statement, _facts(view, new.chain_id), act.now)
    check_pen_allowed(signer, signer.pen.suite)
    check_statement_signature(statement, new.signature, signer.pen)
    if signer.pen.suite is Suite.WEBAUTHN:
        check_origin(new.signature.value, new.origins)
    is_enrolled = all(row.key_id != signer.pen.key_id for row in view.signers)
    checked = _Checked(statement=statement, signer=signer, is_enrolled=is_enrolled, new=new, record=record, seen=view)
    return write_once(stores, act, lambda tx: _write(tx, stores, act, agreement_id, checked))


def _look(
    tx: Connection, act: Act, agreement_id: str, statement: Statement
) -> tuple[AgreementView, EnrolledKeyRow | None]:
    """Return the agreement and the registry's word on the key, having held the head and checkpoint that the signer saw against the record."""
    view = load_agreement(tx, act.principal, agreement_id, Action.AGREEMENT_SIGN)
    if leaf_hash_of_subject(tx, view.log.id, "agreement", view.row.id, statement.head.n) != statement.head.leaf:
        raise VerificationFailed(
            "statement.wrong-head", "the statement names a history of this agreement that the record does not have"
        )
    seen = checkpoint_of_size(tx, view.log.id, statement.checkpoint.size)
    if seen is None or seen.root != statement.checkpoint.root:
        raise VerificationFailed(
            "statement.wrong-checkpoint", "the statement names a checkpoint that this log never signed"
        )
    return view, key_by_id(tx, statement.key_id)


def _facts(view: AgreementView, chain_id: int) -> AgreementFacts:
    return AgreementFacts(
        id=view.row.id,
        document_sha256=view.document.sha256,
        document_bytes=view.document.byte_length,
        terms_sha256=view.row.terms_sha256,
        chain_id=chain_id,
        log_origin=view.log.origin,
    )


def _write(tx: Connection, stores: Stores, act: Act, agreement_id: str, checked: _Checked) -> Written:
    # One signature of an agreement at a time: whoever comes second counts the first, so that the last one completes it.
    subject_head(tx, checked.seen.log.id, "agreement", agreement_id, lock=True)
    view = seen_again(tx, checked.seen)
    if rows.nonce_used(tx, checked.statement.nonce):
        raise Conflict("statement.nonce-used", "this statement was used before; fetch a fresh one and sign that")
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


def _row(act: Act, agreement_id: str, checked: _Checked, entry_id: str) -> rows.SignatureRow:
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
