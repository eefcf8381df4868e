"""The table of moves of an application."""

import pytest

from ledger.core.applications.states import ENDED, TABLE, Move, State, after
from ledger.errors import Conflict


def test_moves_follow_the_table() -> None:
    state = State.DRAFT
    for move in (
        Move.SUBMITTED,
        Move.RETURNED,
        Move.CORRECTED,
        Move.SUBMITTED,
        Move.APPROVED_WITH_CONDITIONS,
        Move.FULFILLED,
    ):
        state = after(state, move)
    assert state is State.APPROVED


@pytest.mark.parametrize("state", sorted(ENDED))
def test_nothing_follows_an_end(state: State) -> None:
    assert state not in TABLE
    with pytest.raises(Conflict, match="nothing more"):
        after(state, Move.SUBMITTED)


def test_refusal_names_what_may_happen_instead() -> None:
    with pytest.raises(Conflict, match="draft; from there: submitted, corrected, withdrawn, not approved") as refused:
        after(State.DRAFT, Move.APPROVED)
    assert refused.value.code == "application.not-open"


def test_what_is_corrected_or_offered_is_submitted_anew() -> None:
    assert after(State.IN_REVIEW, Move.CORRECTED) is State.DRAFT
    assert after(State.COUNTERED, Move.ACCEPTED) is State.DRAFT
