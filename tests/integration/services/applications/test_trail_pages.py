"""The trail is the same whether it is read here or ahead by another process."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from ledger.core.applications.timeline import TrailEntry
from ledger.services.applications.trail_pages import DECIDED, read_pages, read_pages_ahead
from ledger.services.applications.trail_signatures import signing_keys
from ledger.storage.log import size
from signing.canonical import Json
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
    ahead = list(read_pages_ahead(partial(reopen, tmp_path), ledger.log, entries))
    assert [page.decisions for page in here] == [page.decisions for page in ahead]
    unsigned = [replace(entry, signed_by=None) for page in ahead for entry in page.entries]
    assert unsigned == [entry for page in here for entry in page.entries]
    signed = [entry.signed_by for page in ahead for entry in page.entries if entry.type == DECIDED]
    assert signed == [decided.people[name].key.public for name in ("Olga", "Rita")]
    assert sum(len(page.decisions) for page in here) == 2


def test_key_is_named_only_where_the_signature_holds(decided: Desk) -> None:
    ledger = decided.ledger
    entries = ledger.stores.database.read(lambda tx: size(tx, ledger.log.id))
    made = [entry for page in read_pages(ledger.stores, ledger.log, entries) for entry in page.entries]
    decision = next(entry for entry in made if entry.type == DECIDED)
    text = str(decision.values["statement"])
    spoiled: tuple[dict[str, Json], ...] = (
        {**decision.values, "statement": text.replace("approve", "decline")},
        {**decision.values, "signature": {"suite": "ed25519"}},
        {name: value for name, value in decision.values.items() if name != "signature"},
        {**decision.values, "signature": _by_nobody(decision.values["signature"])},
    )

    def named(entry: TrailEntry, institution: str) -> list[str]:
        return list(ledger.stores.database.read(lambda tx: signing_keys(tx, institution, [entry])))

    assert named(decision, ledger.log.institution_id) == [decision.id]
    assert not named(decision, "another institution")
    for values in spoiled:
        assert not named(replace(decision, values=values), ledger.log.institution_id)


def _by_nobody(signature: Json) -> Json:
    assert isinstance(signature, dict)
    return {**signature, "key_id": f"ed25519:{'0' * 32}"}
