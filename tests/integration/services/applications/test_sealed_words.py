"""Words about people at rest: in no column and no file in clear, gone with the application's key, and never taken from an edited row."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ledger.core.applications.decide import Verdict
from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.errors import LedgerError
from ledger.services.applications.escalate import escalate
from ledger.services.applications.lapse import lapse
from ledger.services.applications.queue import queue
from ledger.services.applications.read import read
from ledger.services.applications.report_condition import Evidence, report_condition
from ledger.services.applications.review import review
from ledger.services.applications.tell import Telling, tell
from ledger.services.applications.verify_material import verify_material
from ledger.services.applications.withdraw import withdraw
from ledger.services.log.sequence import Turn, sequence
from ledger.storage.vault_fields import erase_record
from signing.canonical import Json
from support.approvals import Desk, cn_identity
from support.insider import edit
from support.stage import WORKER, refused

CONDITION = "her brother Zhao Lei stands surety"
REASON = "I am married to the applicant"
GROUND = "lost her post at the mill"
SOURCE = "asked the neighbour Frau Blum"
MESSAGE = "sms-to-13800138000"
BROUGHT = "deed of Zhao Lei"
WORDS = (CONDITION, REASON, GROUND, SOURCE, MESSAGE, BROUGHT, "林小雨", "amount=CNY 80,000.00")


def sequenced(desk: Desk) -> None:
    sequence(desk.ledger.stores, desk.ledger.log, desk.ledger.signers, Turn(holder="test", now=desk.now))


def conditional(desk: Desk) -> str:
    """Return a loan approved under a condition."""
    loan = desk.apply()
    desk.submit(loan)
    desk.say("Olga", loan, conditions=(CONDITION,))
    desk.say("Rita", loan)
    return loan


def test_no_free_text_about_a_person_lies_in_clear(desk: Desk, tmp_path: Path) -> None:
    stores, loan = desk.ledger.stores, conditional(desk)
    brought = Evidence(sha256=b"\x06" * 32, what=BROUGHT)
    report_condition(stores, desk.act("Otto"), loan, 0, brought)
    other, third = (desk.apply(identity=cn_identity(place)) for place in (200, 201))
    told: dict[str, Json] = {
        "material": "income",
        "sha256": None,
        "source": SOURCE,
        "result": "confirmed",
        "note": SOURCE,
    }
    verify_material(stores, desk.act("Rita"), other, told)
    desk.submit(other)
    desk.say("Olga", other, Verdict.RETURN, conditions=(CONDITION,), reason=REASON)
    telling = Telling(message_id=MESSAGE, channel="sms", status="delivered", until=date(2026, 12, 24))
    tell(stores, desk.act("Otto"), other, telling)
    withdraw(stores, desk.act("Otto"), other, ground=GROUND, evidence_sha256=b"\x07" * 32)
    desk.submit(third)
    desk.say("Olga", third, Verdict.COUNTER, conditions=("amount=CNY 80,000.00",), reason=REASON)
    sequenced(desk)
    stores.database.empty_write_ahead()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(loan.encode() in path.read_bytes() for path in files)  # the search finds what is there
    found = [(word, path.name) for path in files for word in WORDS if word.encode() in path.read_bytes()]
    assert found == []
    assert desk.replayed().is_clean


def test_what_was_decided_is_still_told_to_whoever_may_know(desk: Desk) -> None:
    loan = conditional(desk)
    told = read(desk.ledger.stores, desk.act("Olga"), loan)
    assert [getattr(said.words, "conditions", None) for said in told.decisions] == [(CONDITION,), ()]
    assert [item.text for item in told.conditions] == [CONDITION]
    assert review(desk.ledger.stores, desk.act("Olga"), loan).decisions[0].conditions == (CONDITION,)


@pytest.mark.parametrize("rows_too", [True, False])
def test_after_its_key_nothing_of_an_application_is_readable(desk: Desk, rows_too: bool) -> None:  # noqa: FBT001  # a parameter
    stores, loan = desk.ledger.stores, conditional(desk)
    sequenced(desk)
    stores.record_keys.destroy(loan, at="2026-11-25T00:00:00.000Z")
    if rows_too:
        stores.database.write(lambda tx: erase_record(tx, loan))
    code = "application.erased" if rows_too else "record-key.destroyed"
    refused(lambda: desk.said_of(loan), code)
    refused(lambda: read(stores, desk.act("Olga"), loan), code)
    refused(lambda: review(stores, desk.act("Olga"), loan), code)
    report = desk.replayed()
    assert (report.findings, report.decisions) == ((), 0)


@pytest.mark.parametrize("column", ["decider_id", "nonce", "entry_id"])
def test_words_are_not_taken_for_another_row(desk: Desk, column: str) -> None:
    loan, other = conditional(desk), desk.apply(identity=cn_identity(200))
    desk.submit(other)
    decided = desk.say("Olga", other).entry_id
    values = {"decider_id": desk.people["Hans"].principal.id, "nonce": b"\x00" * 32, "entry_id": decided}
    if column == "entry_id":
        edit(desk, column, "moved-away", other)
        edit_first(desk, loan, decided)
    else:
        edit(desk, column, values[column], other)
        loan = other
    with pytest.raises(LedgerError) as no:
        desk.said_of(loan)
    assert no.value.code == "application.altered"


def test_a_rule_sets_ruling_is_held_against_its_row(desk: Desk) -> None:
    desk.automate()
    loan = desk.apply(amount=4_000_000)
    desk.submit(loan)
    (said,) = desk.said_of(loan)
    assert said.words == "approve"
    edit(desk, "nonce", b"\x00" * 32, loan)
    refused(lambda: desk.said_of(loan), "application.altered")


def edit_first(desk: Desk, loan: str, entry_id: str) -> None:
    statement = "UPDATE decision SET entry_id = ? WHERE entry_id = (SELECT min(entry_id) FROM decision WHERE application_id = ?)"
    desk.ledger.stores.database.write(lambda tx: tx.exec_driver_sql(statement, (entry_id, loan)))


@pytest.mark.parametrize("rows_too", [True, False])
def test_an_erased_application_waits_for_nobody(desk: Desk, rows_too: bool) -> None:  # noqa: FBT001  # a parameter
    stores = desk.ledger.stores
    desk.later(seconds=1)
    two = DEFAULT_POLICY.paths["two"]
    steps = (replace(two.steps[0], escalates_to="department-head"), *two.steps[1:])
    desk.enforce(replace(DEFAULT_POLICY, paths={**DEFAULT_POLICY.paths, "two": replace(two, steps=steps)}).to_json())
    gone, returned, kept = (desk.apply(identity=cn_identity(place)) for place in (300, 301, 302))
    for loan in (gone, returned, kept):
        desk.submit(loan)
    desk.say("Olga", returned, Verdict.RETURN, conditions=(CONDITION,))
    telling = Telling(message_id=MESSAGE, channel="sms", status="delivered", until=date(2026, 11, 30))
    tell(stores, desk.act("Otto"), returned, telling)
    sequenced(desk)
    for loan in (gone, returned):
        stores.record_keys.destroy(loan, at="2026-11-25T00:00:00.000Z")
        if rows_too:
            stores.database.write(lambda tx, loan=loan: erase_record(tx, loan))  # type: ignore[misc]  # bound per turn
    desk.later(days=30)
    worker = desk.ledger.act(WORKER, now=desk.now)
    assert escalate(stores, worker) == 1  # the one that was kept
    assert (escalate(stores, worker), lapse(stores, worker)) == (0, 0)
    assert [item.row.id for item in queue(stores, desk.act("Hans"))] == [kept]
    assert [item.row.id for item in queue(stores, desk.act("Olga"))] == [kept]
