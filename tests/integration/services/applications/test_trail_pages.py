"""The trail is the same whether it is read here or ahead by another process."""

from functools import partial
from pathlib import Path

import pytest

from ledger.services.applications.trail_pages import DECIDED, read_pages, read_pages_ahead
from ledger.storage.log import size
from support.approvals import Desk
from support.audited import reopen


@pytest.fixture
def decided(desk: Desk) -> Desk:
    """A lender with one loan that two people approved."""
    loan = desk.apply()
    desk.submit(loan)
    desk.say("Olga", loan)
    desk.say("Rita", loan)
    assert desk.replayed().is_clean
    return desk


def test_pages_read_ahead_are_those_read_here(decided: Desk, tmp_path: Path) -> None:
    ledger = decided.ledger
    entries = ledger.stores.database.read(lambda tx: size(tx, ledger.log.id))
    here = list(read_pages(ledger.stores, ledger.log, entries))
    assert here == list(read_pages_ahead(partial(reopen, tmp_path), ledger.log, entries))
    assert sum(entry.type == DECIDED for page in here for entry in page.entries) == 2
    assert sum(len(page.decisions) for page in here) == 2
