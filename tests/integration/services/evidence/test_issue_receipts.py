"""Receipts of several entries made at once, over a real ledger."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete

from ledger.core.log.permissions import Principal, Role
from ledger.core.log.receipt import Receipt, verify_receipt
from ledger.errors import LedgerError, NotFound
from ledger.services.evidence.issue_receipt import issue_receipt
from ledger.services.evidence.issue_receipts import Answer, Asked, issue_receipts
from ledger.services.log.sequence import Turn, sequence
from ledger.services.log.tree import object_name
from ledger.storage.tables.log import checkpoint
from support.ledgers import NOW, Ledger, ledger_in, small_entries

TURN = Turn(holder="a", now=NOW)


@pytest.fixture
def ledger(tmp_path: Path, database_url: str) -> Iterator[Ledger]:
    """A small ledger whose directory entries are signed."""
    with ledger_in(tmp_path, database_url) as opened:
        sequence(opened.stores, opened.log, opened.signers, TURN)
        yield opened


def code_of(answer: Answer) -> str:
    return "" if isinstance(answer, Receipt) else answer.code


def test_each_receipt_verifies_and_is_the_one_that_is_issued_alone(ledger: Ledger) -> None:
    asked = [Asked(ledger.administrator, row.entry_id) for row in ledger.rows()]
    answers = issue_receipts(ledger.stores, asked)
    assert list(answers) == asked
    for one, row in zip(asked, ledger.rows(), strict=True):
        receipt = answers[one]
        assert isinstance(receipt, Receipt)
        assert verify_receipt(receipt, ledger.verifier).entry.id == row.entry_id
        assert receipt == issue_receipt(ledger.stores, ledger.act(), row.entry_id)


def test_one_that_cannot_be_had_does_not_keep_the_others_from_theirs(ledger: Ledger) -> None:
    good = ledger.rows()[0].entry_id
    (waiting,) = ledger.append(small_entries(1))
    stranger = replace(ledger.administrator, institution_id="lender-8")
    powerless = Principal("nobody", ledger.administrator.institution_id, frozenset({Role.PARTNER}), "program")
    answers = issue_receipts(
        ledger.stores,
        [
            Asked(ledger.administrator, good),
            Asked(stranger, good),
            Asked(powerless, good),
            Asked(ledger.administrator, waiting),
            Asked(ledger.administrator, "01936f2e-0000-7000-8000-000000000000"),
        ],
    )
    assert [code_of(answer) for answer in answers.values()] == [
        "", "entry.unknown", "permission.denied", "entry.pending", "entry.unknown"
    ]  # fmt: skip


def test_an_entry_with_its_index_but_no_checkpoint_is_still_pending(ledger: Ledger) -> None:
    ledger.append(small_entries(3))
    signed = len(ledger.rows())
    sequence(ledger.stores, ledger.log, ledger.signers, TURN)
    newest = ledger.rows()[-1].entry_id
    assert len(ledger.rows()) == signed + 3
    ledger.stores.database.write(lambda tx: _forget_checkpoint(tx, signed))
    asked = Asked(ledger.auditor().principal, newest)
    assert code_of(issue_receipts(ledger.stores, [asked])[asked]) == "entry.pending"


def _forget_checkpoint(tx: Connection, signed: int) -> None:
    """Leave the log as it is between giving indexes and signing."""
    place = " ON checkpoint" if tx.dialect.name == "postgresql" else ""
    tx.exec_driver_sql(f"DROP TRIGGER checkpoint_no_delete{place}")
    tx.execute(delete(checkpoint).where(checkpoint.c.log_id == 1, checkpoint.c.size > signed))


def test_a_tile_that_is_gone_is_told_for_each_entry_under_it(ledger: Ledger, tmp_path: Path) -> None:
    rows = ledger.rows()
    (tmp_path / "objects" / object_name(ledger.log.id, f"tile/0/000.p/{len(rows)}")).unlink()
    asked = [Asked(ledger.administrator, row.entry_id) for row in rows]
    assert {code_of(answer) for answer in issue_receipts(ledger.stores, asked).values()} == {"object.missing"}
    with pytest.raises(NotFound) as refused:
        issue_receipt(ledger.stores, ledger.act(), rows[0].entry_id)
    assert isinstance(refused.value, LedgerError)
    assert refused.value.code == "object.missing"
