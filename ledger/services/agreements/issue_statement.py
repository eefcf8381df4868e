"""Make the statement that a signer is to sign: what, which bytes, who, after what (DESIGN section 5). Nothing is stored."""

from ledger.core.agreements.consent import CONSENT_SHA256
from ledger.core.agreements.states import OPEN_FOR_SIGNATURE, not_open
from ledger.core.log.directory import add_seconds
from ledger.core.log.permissions import Action
from ledger.errors import Conflict, NotFound, Unavailable
from ledger.services.agreements.pens import own_keys
from ledger.services.agreements.standing import require_self
from ledger.services.agreements.view import AgreementView, load_agreement
from ledger.services.context import Act, Stores
from ledger.storage.agreements import SignerRow
from ledger.storage.database import Connection
from ledger.storage.log import HeadRow, subject_head
from ledger.storage.logs import CheckpointRow, latest_checkpoint
from signing.statement import Statement
from signing.statement_parts import Head, SeenCheckpoint

VALID_SECONDS = 24 * 3600  # long enough to read a contract, short enough that the head it binds is recent


def issue_statement(  # noqa: PLR0913  # on what, who, with which key, for which chain
    stores: Stores, act: Act, agreement_id: str, signer_id: str, *, chain_id: int, key_id: str = ""
) -> Statement:
    """Return a fresh statement for one signer, binding the agreement's head and the newest checkpoint as they are now.

    `key_id` chooses among the keys that a party without a key of its own has enrolled; without it the newest is taken.
    Raises NotFound, NotAllowed("signer.not-yourself"), Conflict("agreement.not-open" | "signature.exists" | "signer.no-key"),
    Unavailable("log.no-checkpoint").
    """
    require_self(act.principal, signer_id)
    view, head, checkpoint = stores.database.read(lambda tx: _look(tx, act, agreement_id))
    signer = _find(view, signer_id)
    return Statement(
        agreement=view.row.id,
        document_sha256=view.document.sha256,
        document_bytes=view.document.byte_length,
        terms_sha256=view.row.terms_sha256,
        consent_sha256=CONSENT_SHA256,
        signer=signer.signer_id,
        role=signer.role,
        key_id=signer.key_id or _enrolled(stores, view, signer_id, key_id),
        head=Head(head.n, head.leaf_hash),
        checkpoint=SeenCheckpoint(checkpoint.size, checkpoint.root),
        chain_id=chain_id,
        log=view.log.origin,
        nonce=act.random(32),
        expires_at=add_seconds(act.now, VALID_SECONDS),
    )


def _enrolled(stores: Stores, view: AgreementView, signer_id: str, wanted: str) -> str:
    record_key = stores.record_keys.get(view.document.record_id)
    own = stores.database.read(lambda tx: own_keys(tx, stores, view, signer_id, record_key))
    found = next((row.key_id for row in own if wanted in ("", row.key_id)), None)
    if found is None:
        raise Conflict(
            "signer.no-key", "this person has no such key yet; it is enrolled on the signing page, after the code"
        )
    return found


def _look(tx: Connection, act: Act, agreement_id: str) -> tuple[AgreementView, HeadRow, CheckpointRow]:
    view = load_agreement(tx, act.principal, agreement_id, Action.AGREEMENT_SIGN)
    if view.state not in OPEN_FOR_SIGNATURE:
        raise not_open(view.state)
    head, checkpoint = subject_head(tx, view.log.id, "agreement", view.row.id), latest_checkpoint(tx, view.log.id)
    if head is None or checkpoint is None:
        raise Unavailable("log.no-checkpoint", "the log has no checkpoint yet; try again in a moment")
    return view, head, checkpoint


def _find(view: AgreementView, signer_id: str) -> SignerRow:
    signer = next((signer for signer in view.signers if signer.signer_id == signer_id), None)
    if signer is None:
        raise NotFound(
            "signer.unknown", "this agreement has no such signer; read the agreement for the ids of its signers"
        )
    if any(signature.signer_id == signer_id for signature in view.signatures):
        raise Conflict("signature.exists", "this signer has signed already")
    return signer
