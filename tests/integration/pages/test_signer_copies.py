"""What each party takes home: its own openings and no other's, and a copy fetched again with its own key, never with a code alone."""

import hashlib

from ledger.core.evidence.package import parse_package
from ledger.services.agreements.prove_self import KIND
from signing.envelope import tagged_bytes
from signing.keys.software_pens import SoftwarePasskey
from signing.registration import decoded
from support.ceremonies import ceremony, person
from support.live_service import Service
from support.signer_desk import Desk, covered


def presence(desk: Desk, pen: SoftwarePasskey) -> dict[str, object]:
    """Return what this passkey answers to the page that asks who is there."""
    nonce = desk.http.post(f"{desk.base}/again/challenge", json={}).json()["nonce"]
    digest = hashlib.sha256(tagged_bytes(KIND, decoded(nonce))).digest()
    return {"nonce": nonce, "credential": pen.request_answer(digest)}


def test_each_party_gets_its_own_openings_and_gets_them_again_with_its_own_key_only(service: Service) -> None:
    made = ceremony(service, person("borrower", "林小雨"), person("guarantor", "王芳"))
    desks = [Desk(service, made, place) for place in (0, 1)]
    assert [desk.sign().status_code for desk in desks] == [200, 200]
    covered(service, made.id)
    for desk, own, other in zip(desks, made.addresses, made.addresses[::-1], strict=True):
        package = parse_package(desk.http.get(f"{desk.base}/openings").content)
        assert own in package.to_bytes().decode()
        assert other not in package.to_bytes().decode()
        shown = [opening.field for receipt in package.receipts for opening in receipt.openings]
        assert shown.count("statement") == 2  # everybody can check that all have signed

    made.let_another_code_go()
    again = Desk(service, made)  # whoever has the telephone number now: a new link, and the code
    refused = again.http.get(f"{again.base}/openings", headers={"Accept": "application/json"})
    assert (refused.status_code, "session.not-proved" in refused.text) == (403, True)
    assert again.refusal("again/passkey", presence(again, desks[1].pen)) == "session.not-proved"
    answer = presence(again, desks[0].pen)
    for wrong in (None, "x", 5, [], ["a"]):
        assert again.refusal("again/passkey", {**answer, "credential": wrong}) == "pen.malformed"
    assert again.refusal("again/passkey", answer) == ""
    assert again.refusal("again/passkey", answer) == "passkey.challenge-used"
    assert made.addresses[0] in again.http.get(f"{again.base}/openings").text
    for desk in (*desks, again):
        desk.http.close()
