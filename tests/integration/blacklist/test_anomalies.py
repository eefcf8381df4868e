"""The report of enumeration patterns over real requests: a consent that comes again is seen, for auditors only."""

from dataclasses import replace

from ledger.core.blacklist.checks import CheckRequest, Item
from ledger.core.blacklist.signed import Signed
from ledger.core.blacklist.tokens import ask
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Role
from ledger.partner.asking import ask_evaluators
from support.blacklist_service import HONEST, BlacklistService
from support.consortium import STRETCH, sign, signer
from support.oprf import scalar_named


def test_a_consent_that_comes_again_is_reported_to_the_auditor(blacklist: BlacklistService) -> None:
    desk = blacklist.third.desk()
    one = Item(blinded=ask(HONEST, STRETCH, scalar_named("a")).blinded, applicant=bytes(32), consent=b"\x07" * 32)
    request = CheckRequest(
        epoch=desk.epoch.id,
        institution=desk.partner.institution,
        reason="portfolio",
        version=desk.view.version.record.number,
        root=desk.view.version.record.root,
        items=(one,) * 3,
        at=format_instant(desk.partner.now()),
        nonce=desk.partner.random(32),
    )
    for _ in range(2):
        request = replace(request, nonce=desk.partner.random(32))
        signed = Signed(request, sign(request, signer("third", "blacklist-partner")))
        ask_evaluators(desk.evaluators, desk.epoch, signed, [1, 2, 3])
    service = blacklist.service
    found = service.auditor().get("/v1/blacklist/anomalies").json()["items"]
    (reused,) = [one for one in found if one["pattern"] == "consent-reused"]
    assert (reused["institution"], reused["measured"]) == (desk.partner.institution, 6)
    quiet = service.auditor().get("/v1/blacklist/anomalies", params={"day": "2020-01-01"})
    assert quiet.json() == {"day": "2020-01-01", "items": []}
    assert service.person(Role.PARTNER).get("/v1/blacklist/anomalies").status_code == 403
