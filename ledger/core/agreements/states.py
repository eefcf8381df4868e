"""The states of an agreement and what moves it from one to the next (DESIGN section 5).

Promises: a pure table; what is absent is refused. `complete` is reached from `sealing` alone, and that from `signed` alone.
Leaves to others: who may move it and when (ceremony), recording the move (services).
"""

from collections.abc import Mapping
from enum import StrEnum

from ledger.errors import Conflict


class State(StrEnum):
    """Where an agreement stands."""

    DRAFT = "draft"
    APPROVING = "approving"
    SENT = "sent"
    VIEWED = "viewed"
    SIGNING = "signing"
    SIGNED = "signed"
    SEALING = "sealing"
    COMPLETE = "complete"
    DECLINED = "declined"
    EXPIRED = "expired"
    VOIDED = "voided"


class Move(StrEnum):
    """What happens to an agreement, as the last word of its entry's type; signatures aside, which count."""

    SUBMITTED = "submitted"
    SENT = "sent"
    REMINDED = "reminded"
    VIEWED = "viewed"
    IDENTIFIED = "identified"
    CONSENTED = "consented"
    READ = "read"
    KEY_SHOWN = "key-shown"
    AUTHORITY_ATTACHED = "authority-attached"
    SIGNER_REPLACED = "signer-replaced"
    DECLINED = "declined"
    EXPIRED = "expired"
    VOID_PROPOSED = "void-proposed"
    VOIDED = "voided"
    SEALING = "sealing"
    SEALED = "sealed"
    SEAL_RENEWED = "seal-renewed"
    DELIVERED = "delivered"


OPEN_FOR_SIGNATURE = frozenset({State.SENT, State.VIEWED, State.SIGNING})
ENDED = frozenset({State.DECLINED, State.EXPIRED, State.VOIDED})

_STAYS = {state: state for state in OPEN_FOR_SIGNATURE}
_BEFORE_SENDING = {State.DRAFT: State.DRAFT, State.APPROVING: State.APPROVING}
_UNSIGNED = (State.DRAFT, State.APPROVING, *OPEN_FOR_SIGNATURE)

TABLE: Mapping[Move, Mapping[State, State]] = {
    Move.SUBMITTED: {State.DRAFT: State.APPROVING},
    Move.SENT: {State.DRAFT: State.SENT, State.APPROVING: State.SENT},
    Move.REMINDED: _STAYS,
    Move.VIEWED: {**_STAYS, State.SENT: State.VIEWED},
    Move.IDENTIFIED: {**_STAYS, State.COMPLETE: State.COMPLETE},  # again, to fetch a copy
    Move.CONSENTED: _STAYS,
    Move.READ: _STAYS,
    Move.KEY_SHOWN: _STAYS,
    Move.AUTHORITY_ATTACHED: {**_BEFORE_SENDING, **_STAYS},
    Move.SIGNER_REPLACED: {**_BEFORE_SENDING, **_STAYS},
    Move.DECLINED: dict.fromkeys(OPEN_FOR_SIGNATURE, State.DECLINED),
    Move.EXPIRED: dict.fromkeys(OPEN_FOR_SIGNATURE, State.EXPIRED),
    Move.VOID_PROPOSED: {State.SIGNING: State.SIGNING},
    Move.VOIDED: dict.fromkeys(_UNSIGNED, State.VOIDED),
    Move.SEALING: {State.SIGNED: State.SEALING, State.SEALING: State.SEALING},
    Move.SEALED: {State.SEALING: State.COMPLETE},
    Move.SEAL_RENEWED: {State.COMPLETE: State.COMPLETE},
    Move.DELIVERED: {State.COMPLETE: State.COMPLETE},
}


def after(state: State, move: Move) -> State:
    """Return the state after a move; raise Conflict when the table has no such move.

    Codes: "agreement.not-open" for what needs an agreement that is out for signature, else "agreement.wrong-state".
    """
    row = TABLE[move]
    if state in row:
        return row[state]
    if row.keys() == OPEN_FOR_SIGNATURE:
        raise not_open(state)
    wanted = ", ".join(sorted(row))
    raise Conflict("agreement.wrong-state", f"this agreement is {state}; expected one of {wanted}: read it again")


def after_signature(state: State, *, signed: int, signers: int) -> State:
    """Return the state once `signed` of `signers` have signed; raise Conflict when it no longer takes signatures."""
    if state not in OPEN_FOR_SIGNATURE:
        raise not_open(state)
    return State.SIGNED if signed == signers else State.SIGNING


def not_open(state: State) -> Conflict:
    """Return the refusal of an agreement that takes no signature: not sent yet, signed already, or ended."""
    if state in (State.DRAFT, State.APPROVING):
        return Conflict("agreement.not-sent", f"this agreement is {state}; it takes signatures once it was sent")
    return Conflict("agreement.not-open", f"this agreement is {state}; it takes no further signature")
