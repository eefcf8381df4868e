"""The key of a seal in the institution's registry: enrolled before the first seal, shown in the evidence, no longer used once revoked."""

from datetime import timedelta

import pytest

from api.wiring.first_start import InstitutionOrder, ensure_institution
from ledger.core.evidence.package import parse_package
from ledger.core.log.entry import parse_entry
from ledger.core.log.keys import Purpose
from ledger.core.log.permissions import Principal, Role
from ledger.core.log.revocation import Ground
from ledger.errors import Unavailable
from ledger.services.enrolling import NewRevocation
from ledger.services.log.list_keys import list_keys
from ledger.services.log.revoke_key import revoke_key
from signing.keys.seal_key import registered_key
from support.live_service import Service
from support.sealed_loans import SealedLoan, codes


def test_evidence_shows_the_seal_s_key_and_the_verifier_has_nothing_against_it(sealed: SealedLoan) -> None:
    entries = [parse_entry(receipt.entry) for receipt in parse_package(sealed.evidence.read_bytes()).keys]
    of_seal = [entry for entry in entries if entry.public.get("purpose") == "seal"]
    assert [(entry.type, entry.subject.id.partition(":")[0]) for entry in of_seal] == [("key.enrolled", "p256")]
    status, report = sealed.verify()
    assert status == 0
    assert not [code for code in codes(report, "signatures") if code.startswith("seal.key")]


def test_revoked_seal_key_seals_no_more(service: Service) -> None:
    here = service.here
    other = ensure_institution(here, InstitutionOrder(code="GAMMA", name="Gamma Lender", zone="Asia/Shanghai"))
    administrator = Principal("administrator", other.id, frozenset({Role.ADMINISTRATOR}), "person")
    key = registered_key(here.seal_tools(other.id).key.public_key_info)
    here.seal_tools(other.id)  # enrolled once
    rows = list_keys(here.stores, here.act(administrator))
    assert [(row.key_id, row.purpose) for row in rows if row.purpose == Purpose.SEAL] == [(key.key_id, "seal")]
    since = here.now() - timedelta(days=1)
    new = NewRevocation(key_id=key.key_id, ground=Ground.COMPROMISED, since=since)
    revoke_key(here.stores, here.act(administrator), new, here.institution_key(other.id))
    with pytest.raises(Unavailable) as refused:
        here.seal_tools(other.id)
    assert refused.value.code == "seal.key-revoked"
