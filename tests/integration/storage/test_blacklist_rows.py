"""The blacklist's life on SQLite and on PostgreSQL: the same steps make the same rows, which the audit finds clean."""

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import cast

from ledger.chain.client import ChainClient
from ledger.core.log.permissions import Principal, Role
from ledger.services.blacklist.report_anomalies import report_anomalies
from ledger.storage.evaluator_requests import EvaluatorRequestRow, insert_request
from support.audited import Audited
from support.audited_blacklist import EPOCH, fill_blacklist
from support.ledgers import INSTITUTION, ledger_in

AUDITOR = Principal("auditor-1", INSTITUTION, frozenset({Role.AUDITOR}), "person")


def request(audited: Audited, number: int, evaluator: int) -> EvaluatorRequestRow:
    at = audited.now + timedelta(seconds=10 * number)
    return EvaluatorRequestRow(
        epoch_id=EPOCH.epoch.id,
        evaluator=evaluator,
        nonce=bytes([number]) * 32,
        request_hash=bytes(32),
        institution_id="inst-1",
        reason="listing",
        items=1,
        day=at.date().isoformat(),
        at=f"{at:%Y-%m-%dT%H:%M:%S}.000Z",
    )


def test_every_step_and_report_works_on_both_databases(database_url: str, tmp_path: Path) -> None:
    with ledger_in(tmp_path, database_url) as ledger:
        audited = Audited(ledger, tmp_path, cast("ChainClient", None))  # no chain is asked
        fill_blacklist(audited)
        report = audited.audit()
        assert report.is_clean, report.findings
        for number in range(35):
            for evaluator in (1, 3):  # both of t answered: it counts once
                row = request(audited, number, evaluator)
                ledger.stores.database.write(partial(insert_request, row=row, marks=row.nonce[:8]))
        found = report_anomalies(ledger.stores, audited.act(AUDITOR), audited.now.date())
        assert [(one.pattern, one.measured) for one in found] == [("burst", 35), ("namings-without-listings", 35)]
