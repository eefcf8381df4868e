"""The states of an agreement and what moves it from one to the next (DESIGN section 5).

Promises: a pure table; what is absent is refused. Leaves to others: recording the move.
"""

from enum import StrEnum

from ledger.errors import Conflict


class State(StrEnum):
    """Where an agreement stands."""

    SENT = "sent"
    SIGNING = "signing"
    SIGNED = "signed"


OPEN_FOR_SIGNATURE = frozenset({State.SENT, State.SIGNING})


def after_signature(state: State, *, signed: int, signers: int) -> State:
    """Return the state once `signed` of `signers` have signed; raise Conflict when it no longer takes signatures."""
    if state not in OPEN_FOR_SIGNATURE:
        raise Conflict("agreement.not-open", f"this agreement is {state}; it takes no further signature")
    return State.SIGNED if signed == signers else State.SIGNING
