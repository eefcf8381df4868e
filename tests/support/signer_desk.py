"""A person's browser without a screen: the signing pages over plain HTTP, with a passkey made of software."""

import base64
import hashlib
import secrets
import threading

import httpx2

from signing.keys.signer import EvmSigner
from signing.keys.software_pens import SoftwarePasskey
from signing.registration import decoded
from signing.statement import parse_statement
from signing.typed_data import typed_digest
from signing.wallet import possession
from support.ceremonies import READING_CODE, Ceremony
from support.live_service import Service

HTML = {"Accept": "text/html"}


class Desk:
    """A browser that has read the contract, and stands before the pens."""

    def __init__(self, service: Service, made: Ceremony, place: int = 0) -> None:
        self.service, self.made, self.place = service, made, place
        self.http = httpx2.Client(base_url=service.url, headers=HTML, follow_redirects=True, timeout=30)
        self.base = self.http.post(made.link(place)).url.path
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

    def sign(self) -> httpx2.Response:
        """Enrol a passkey and sign with it; return what the page is told."""
        self.http.post(
            f"{self.base}/read", data={"sha256": hashlib.sha256(self.made.document).hexdigest(), "page_seconds": "2"}
        )
        options = self.http.post(f"{self.base}/key/options", json={}).json()["publicKey"]
        origin = self.service.here.public_url
        self.pen = pen = SoftwarePasskey(secrets.token_bytes(32), rp_id=options["rp"]["id"], origin=origin)
        credential = pen.creation_answer(decoded(options["challenge"]))
        self.http.post(f"{self.base}/key", json={"kind": "passkey", "credential": credential})
        issued = self.http.post(f"{self.base}/statement", json={"pen": "passkey"}).json()
        answer = pen.request_answer(bytes.fromhex(issued["sha256"]))
        body = {"pen": "passkey", "statement": issued["statement"], "credential": answer}
        headers = {"Accept": "application/json", "Accept-Language": "zh"}
        return self.http.post(f"{self.base}/signature", json=body, headers=headers)

    def wallet(self, wallet: EvmSigner) -> dict[str, object]:
        asked = self.http.post(f"{self.base}/key/wallet", json={}).json()
        challenge = bytes.fromhex(asked["challenge"])
        shown = possession(self.made.id, self.made.signer_ids[self.place], challenge, self.service.here.chain_id)
        assert asked["typed_data"]["primaryType"] == "WalletEnrolment"
        value = wallet.sign_digest(typed_digest(*shown)).hex()
        return {"kind": "wallet", "challenge": asked["challenge"], "account": wallet.public.raw.hex(), "value": value}

    def sign_with(self, wallet: EvmSigner) -> httpx2.Response:
        """Sign with a wallet that the lender knows as this person's; return what the page is told."""
        read = {"sha256": hashlib.sha256(self.made.document).hexdigest(), "page_seconds": "2"}
        self.http.post(f"{self.base}/read", data=read)
        issued = self.http.post(f"{self.base}/statement", json={"pen": "wallet"}).json()
        value = wallet.sign_digest(
            typed_digest(*parse_statement(base64.b64decode(issued["statement"])).typed_data())
        ).hex()
        body = {"pen": "wallet", "statement": issued["statement"], "value": value}
        return self.http.post(f"{self.base}/signature", json=body, headers={"Accept": "application/json"})


def covered(service: Service, agreement_id: str) -> None:
    """Wait until a checkpoint covers the signatures."""
    for _ in range(600):
        if service.officer().get(f"/v1/agreements/{agreement_id}/evidence").status_code == 200:
            return
        threading.Event().wait(0.05)
