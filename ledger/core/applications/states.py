"""The states of an application and what moves it from one to the next (DESIGN section 6).

Promises: a pure table; what is absent is refused. Leaves to others: who may ask for a move, and recording it.
"""

from collections.abc import Mapping
from enum import StrEnum

from ledger.errors import Conflict


class State(StrEnum):
    """Where an application stands."""

    DRAFT = "draft"
    IN_REVIEW = "in-review"
    RETURNED = "returned"
    COUNTERED = "countered"
    APPROVED = "approved"
    CONDITIONAL = "approved-with-conditions"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Move(StrEnum):
    """What may happen to an application; each is one entry `application.<move>`."""

    SUBMITTED = "submitted"
    CORRECTED = "corrected"
    RETURNED = "returned"
    COUNTERED = "countered"
    ACCEPTED = "accepted"  # the applicant takes a counter-offer: a new version, submitted and decided anew
    APPROVED = "approved"
    APPROVED_WITH_CONDITIONS = "approved-with-conditions"
    FULFILLED = "fulfilled"  # the last open condition was met
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


ENDED = frozenset({State.DECLINED, State.WITHDRAWN, State.LAPSED})
NOT_COUNTED = ENDED | {State.DRAFT}  # when linked applications are added up
WITH_APPLICANT = frozenset({State.RETURNED, State.COUNTERED})  # until a day, after which they lapse

TABLE: Mapping[State, Mapping[Move, State]] = {
    State.DRAFT: {
        Move.SUBMITTED: State.IN_REVIEW,
        Move.CORRECTED: State.DRAFT,
        Move.WITHDRAWN: State.WITHDRAWN,
    },
    State.IN_REVIEW: {
        Move.CORRECTED: State.DRAFT,  # its path hangs on what it says: it is submitted anew
        Move.RETURNED: State.RETURNED,
        Move.COUNTERED: State.COUNTERED,
        Move.APPROVED: State.APPROVED,
        Move.APPROVED_WITH_CONDITIONS: State.CONDITIONAL,
        Move.DECLINED: State.DECLINED,
        Move.WITHDRAWN: State.WITHDRAWN,
    },
    State.RETURNED: {
        Move.CORRECTED: State.RETURNED,
        Move.SUBMITTED: State.IN_REVIEW,
        Move.WITHDRAWN: State.WITHDRAWN,
        Move.LAPSED: State.LAPSED,
    },
    State.COUNTERED: {
        Move.ACCEPTED: State.DRAFT,
        Move.WITHDRAWN: State.WITHDRAWN,
        Move.LAPSED: State.LAPSED,
    },
    State.CONDITIONAL: {
        Move.FULFILLED: State.APPROVED,
        Move.WITHDRAWN: State.WITHDRAWN,
        Move.LAPSED: State.LAPSED,
    },
    State.APPROVED: {Move.WITHDRAWN: State.WITHDRAWN, Move.LAPSED: State.LAPSED},
}


def after(state: State, move: Move) -> State:
    """Return the state that follows; raise Conflict("application.not-open") naming what may happen instead."""
    moves = TABLE.get(state, {})
    if move not in moves:
        possible = ", ".join(moves) or "nothing more"
        raise Conflict("application.not-open", f"this application is {state}; from there: {possible}, not {move}")
    return moves[move]
