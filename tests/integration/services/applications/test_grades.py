"""Lists and single reads ask one table: whoever finds an application by its people may read them, and nobody else."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.core.applications.committee import Sitting
from ledger.core.applications.grades import Purpose
from ledger.core.log.permissions import Principal, Role
from ledger.errors import LedgerError
from ledger.services.applications import find as find_service
from ledger.services.applications.find import Search, find
from ledger.services.applications.name_sitting import name_sitting
from ledger.services.applications.read import read
from ledger.services.opening import open_fields
from ledger.storage.blind_index import blind
from ledger.storage.log import subject_head, take_pending
from ledger.storage.logs import log_of_institution
from ledger.storage.vault_fields import fields_of_entry
from support.approvals import IDENTITY, Desk, cn_identity
from support.ledgers import INSTITUTION
from support.stage import refused

SEARCHED = b'"application.searched"'
NAME = Search(kind="name", value="林小雨")
STRANGER = Principal("stranger", "another", frozenset(Role), "person")


@pytest.fixture
def loans(desk: Desk) -> list[str]:
    """Return a draft, loans on three paths, and one with a committee named."""
    for name in ("M1", "M2", "M3", "M4", "M5", "M6"):
        desk.hire(name, Role.COMMITTEE)
    desk.hire("Ada", Role.AUDITOR)
    desk.hire("Adam", Role.ADMINISTRATOR)
    desk.hire("Both", Role.RISK, Role.COMMITTEE)
    identities = ("110101199003074514", "110101199003075517", "110101199003076018")
    draft, two, three, large = (
        desk.apply(),
        *(
            desk.apply(amount=amount, identity=identity)
            for amount, identity in zip((10_000_000, 50_000_000, 200_000_000), identities, strict=True)
        ),
    )
    for loan in (two, three, large):
        desk.submit(loan)
    members = tuple(desk.people[f"M{place}"].principal.id for place in range(1, 6))
    name_sitting(desk.ledger.stores, desk.act("Rita"), large, Sitting(members=members, chair=members[0]))
    return [draft, two, three, large]


def listed(desk: Desk, reader: Principal, search: Search) -> set[str]:
    try:
        return {found.row.id for found in find(desk.ledger.stores, desk.ledger.act(reader, now=desk.now), search)}
    except LedgerError:
        return set()


def people_read(desk: Desk, reader: Principal, loan: str) -> bool | None:
    """Return whether the people were shown; None where the application itself was not."""
    try:
        return read(desk.ledger.stores, desk.ledger.act(reader, now=desk.now), loan).people is not None
    except LedgerError:
        return None


def test_list_and_single_read_agree(desk: Desk, loans: list[str]) -> None:
    readers = [*(staff.principal for staff in desk.people.values()), STRANGER]

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(readers), st.sampled_from(loans))
    def agree(reader: Principal, loan: str) -> None:
        shown = people_read(desk, reader, loan)
        assert (loan in listed(desk, reader, Search())) is (shown is not None)
        assert (loan in listed(desk, reader, NAME)) is (shown is True)

    agree()


def test_own_tier_reads_the_people(desk: Desk, loans: list[str]) -> None:
    told = {
        name: [people_read(desk, desk.people[name].principal, loan) for loan in loans]
        for name in ("Otto", "Olga", "Rita", "Hans", "M1", "M6", "Both", "Ada", "Adam")
    }
    assert told == {
        "Otto": [True, True, True, True],  # entered all of them
        "Olga": [False, True, True, False],
        "Rita": [False, True, True, False],
        "Hans": [False, True, True, False],  # an officer's step escalates to him
        "M1": [False, False, False, True],
        "M6": [False, False, False, False],
        "Both": [False, True, True, False],
        "Ada": [True, True, True, True],
        "Adam": [None, None, None, None],
    }


def test_reading_people_is_an_entry_with_its_purpose(desk: Desk, loans: list[str]) -> None:
    stores, loan = desk.ledger.stores, loans[1]
    access = stores.database.read(lambda tx: log_of_institution(tx, INSTITUTION, "access"))
    assert access is not None
    refused(lambda: read(stores, desk.act("Rita"), loan, Purpose.AUDIT), "permission.purpose")
    read(stores, desk.act("Rita"), loan, Purpose.DECISION)
    read(stores, desk.act("M1"), loan)  # sees no people: nothing to record
    head = stores.database.read(lambda tx: subject_head(tx, access.id, "application", loan))
    assert head is not None
    assert head.n == 1


def test_search_for_a_person_is_an_entry_without_clear_text(desk: Desk, loans: list[str]) -> None:
    stores = desk.ledger.stores
    access = stores.database.read(lambda tx: log_of_institution(tx, INSTITUTION, "access"))
    assert access is not None

    def noted() -> list[dict[str, object]]:
        rows = stores.database.read(
            lambda tx: [
                fields_of_entry(tx, row.entry_id) for row in take_pending(tx, access.id, 500) if SEARCHED in row.data
            ]
        )
        return [{name: one.value for name, one in open_fields(stores, fields).items()} for fields in rows]

    assert len(listed(desk, desk.people["Rita"].principal, Search(kind="name", value=" 林　小雨"))) == len(loans[1:3])
    listed(desk, desk.people["Ada"].principal, Search(kind="identity", value=f"cn-id:{IDENTITY}"))
    listed(desk, desk.people["Rita"].principal, Search())  # no person is looked for
    listed(desk, desk.people["Rita"].principal, Search(kind="number", value="x"))
    refused(
        lambda: find(stores, desk.act("Rita"), Search(kind="name", value="x", purpose=Purpose.AUDIT)),
        "permission.purpose",
    )
    first, second = noted()
    assert first == {
        "reader": desk.people["Rita"].principal.id,
        "by": "name",
        "term": blind(stores.index_key, "name", "林小雨").hex(),
        "hits": 2,
        "purpose": "decision",
    }
    assert (second["by"], second["purpose"], second["hits"]) == ("identity", "audit", 1)
    assert desk.audited().is_clean


def test_own_application_of_a_common_name_is_found_among_those_of_others(desk: Desk) -> None:
    """Drafts are for their author alone: those that Otto entered take no place in what Olga finds, nor do they end her page."""
    stores = desk.ledger.stores
    numbers = iter(range(1, 400))

    def entered() -> str:
        return desk.apply(identity=cn_identity(next(numbers)), checked=False, attachments=[])

    otto, olga = desk.people["Otto"], desk.people["Olga"]
    older = [entered() for _ in range(3)]
    desk.people["Otto"] = olga
    mine = entered()
    desk.people["Otto"] = otto
    newer = [entered() for _ in range(3)]
    one = Search(kind="name", value="林小雨", limit=1)
    assert [found.row.id for found in find(stores, desk.act("Olga"), one)] == [mine]
    pages, before = [], None
    while page := find(stores, desk.act("Otto"), replace(one, limit=2, before=before)):
        pages += [found.row.id for found in page]
        before = pages[-1]
    assert pages == [*reversed(newer), *reversed(older)]


def test_look_for_a_common_name_ends(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find_service, "LOOKED_AT", 2)
    monkeypatch.setattr(find_service, "LOOKED_AT_ONCE", 1)
    for number in range(3):
        desk.apply(identity=cn_identity(number), checked=False, attachments=[])
    assert len(find(desk.ledger.stores, desk.act("Otto"), replace(NAME, limit=5))) == 2
