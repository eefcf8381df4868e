"""Lists and single reads of agreements ask one table: what a reader is listed they may read, and nobody else may."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.core.agreements.states import State
from ledger.core.log.permissions import Principal, Role
from ledger.errors import LedgerError
from ledger.services.agreements.find import Search, find
from ledger.services.agreements.read import read
from ledger.services.agreements.void import void
from support.ledgers import INSTITUTION
from support.stage import OFFICER, Stage, party

NAME = Search(kind="name", value="Ann Lee")
READERS = [
    *(Principal(role, INSTITUTION, frozenset({role}), "person") for role in Role),
    Principal("nobody", INSTITUTION, frozenset(), "person"),
    Principal("two", INSTITUTION, frozenset({Role.RISK, Role.AUDITOR}), "person"),
    Principal("stranger", "another", frozenset(Role), "person"),
]


@pytest.fixture
def made(stage: Stage) -> list[str]:
    """Return a draft, one that is out and one that was withdrawn, all with one party."""
    draft, sent, voided = (stage.agreement(party(name="Ann Lee"), send=send) for send in (False, True, True))
    void(stage.stores, stage.act(OFFICER), voided, "no longer wanted")
    return [draft, sent, voided]


def listed(stage: Stage, reader: Principal, search: Search) -> set[str]:
    try:
        return {row.id for row in find(stage.stores, stage.act(reader), search)}
    except LedgerError:
        return set()


def test_list_and_single_read_agree(stage: Stage, made: list[str]) -> None:
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(READERS), st.sampled_from(made))
    def agree(reader: Principal, agreement: str) -> None:
        try:
            shown = read(stage.stores, stage.act(reader), agreement)
        except LedgerError:
            shown = None
        assert (agreement in listed(stage, reader, Search())) is (shown is not None)
        assert (agreement in listed(stage, reader, NAME)) is (shown is not None and shown.particulars is not None)
        for state in State:
            is_there = agreement in listed(stage, reader, Search(state=state))
            assert is_there is (shown is not None and shown.view.state is state)

    agree()
    assert {len(listed(stage, reader, Search())) for reader in READERS} == {0, 3}
