"""Enrolling pens through the signing pages' JSON: a wallet that does not hold its account, a lost key that nobody proofed again."""

import secrets
from collections.abc import Iterator

import httpx2
import pytest

from signing.algorithms import Suite
from signing.keys.signer import EvmSigner, open_signer
from signing.keys.software_pens import SoftwarePasskey
from signing.registration import decoded
from signing.typed_data import typed_digest
from signing.wallet import possession
from support.ceremonies import READING_CODE, Ceremony, ceremony, person
from support.live_service import Service

HTML = {"Accept": "text/html"}


class Desk:
    """A browser that has read the contract, and stands before the pens."""

    def __init__(self, service: Service, made: Ceremony) -> None:
        self.service, self.made = service, made
        self.http = httpx2.Client(base_url=service.url, headers=HTML, follow_redirects=True, timeout=30)
        self.base = self.http.post(made.link(0)).url.path
        self.http.post(f"{self.base}/code", data={"code": made.code()})
        self.http.post(f"{self.base}/consent", data={"agree": "yes", "code": READING_CODE})

    def refusal(self, path: str, body: dict[str, object]) -> str:
        answer = self.http.post(f"{self.base}/{path}", json=body, headers={"Accept": "application/json"})
        return str(answer.json().get("code", "")) if answer.is_error else ""

    def passkey(self) -> dict[str, object]:
        """Return the answer of a passkey just made."""
        options = self.http.post(f"{self.base}/key/options", json={}).json()["publicKey"]
        origin = self.service.here.public_url
        made = SoftwarePasskey(secrets.token_bytes(32), rp_id=options["rp"]["id"], origin=origin)
        return {"kind": "passkey", "credential": made.creation_answer(decoded(options["challenge"]))}

    def wallet(self, wallet: EvmSigner) -> dict[str, object]:
        asked = self.http.post(f"{self.base}/key/wallet", json={}).json()
        challenge = bytes.fromhex(asked["challenge"])
        shown = possession(self.made.id, self.made.signer_ids[0], challenge, self.service.here.chain_id)
        assert asked["typed_data"]["primaryType"] == "WalletEnrolment"
        value = wallet.sign_digest(typed_digest(*shown)).hex()
        return {"kind": "wallet", "challenge": asked["challenge"], "account": wallet.public.raw.hex(), "value": value}


@pytest.fixture
def desk(service: Service) -> Iterator[Desk]:
    opened = Desk(service, ceremony(service, person("borrower", "林小雨")))
    yield opened
    opened.http.close()


def a_wallet() -> EvmSigner:
    wallet = open_signer(Suite.EIP712, secrets.token_bytes(32), purpose="signer")
    assert isinstance(wallet, EvmSigner)
    return wallet


def test_wallet_is_enrolled_once_and_only_by_its_own_account(desk: Desk) -> None:
    answer = desk.wallet(a_wallet())
    assert desk.refusal("key", {**answer, "account": a_wallet().public.raw.hex()}) == "wallet.not-held"
    assert desk.refusal("key", {**answer, "account": "00"}) == "pen.malformed"
    assert desk.refusal("key", {**answer, "value": "no"}) == "pen.malformed"
    assert desk.refusal("key", answer) == ""
    assert desk.refusal("key", answer) in {"passkey.challenge-used", "key.enrolled"}


def test_lost_key_is_not_replaced_on_the_code_s_word(desk: Desk) -> None:
    made = desk.http.post(f"{desk.base}/key", json=desk.passkey())
    assert made.status_code == 200, made.text
    assert desk.refusal("key", {**desk.passkey(), "replaces": made.json()["key_id"]}) == "key.not-proofed"


def test_papers_that_were_checked_before_the_key_was_made_do_not_replace_it(service: Service) -> None:
    made = ceremony(service, person("borrower", "林小雨", proofing=True, id_number="330106199203154417"))
    desk = Desk(service, made)
    picture = {"photo": ("id.png", b"\x89PNG\r\n\x1a\n" + bytes(40), "image/png")}
    desk.http.post(f"{desk.base}/identity", data={"kind": "passport"}, files=picture)
    officer = service.officer()
    papers = next(one["id"] for one in officer.get("/v1/identity").json()["items"] if one["agreement"] == made.id)
    officer.post(f"/v1/identity/{papers}/decisions", json={"accepted": True})
    desk.http.post(f"{desk.base}/consent", data={"agree": "yes", "code": READING_CODE})
    first = desk.http.post(f"{desk.base}/key", json=desk.passkey())
    assert first.status_code == 200, first.text
    assert desk.refusal("key", {**desk.passkey(), "replaces": first.json()["key_id"]}) == "key.not-proofed"
    desk.http.close()
