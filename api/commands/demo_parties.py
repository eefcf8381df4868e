"""The people of the demonstration: an officer with an API key, a borrower with a wallet, a lender with an organisation key.

Promises: their keys are made here, stay in the data folder and sign exactly the bytes that the service hands out.
"""

import base64
import secrets
from dataclasses import dataclass
from pathlib import Path

from api.commands.client import Client
from api.wiring.keyring import Keyring, write_private
from ledger.core.log.checkpoint import parse_checkpoint
from ledger.core.log.note import parse_note
from ledger.errors import NotAllowed
from signing.algorithms import Suite
from signing.canonical import Json
from signing.envelope import Signature
from signing.keys.signer import EvmSigner, Signer, open_signer
from signing.statement import parse_statement
from signing.typed_data import typed_digest

OFFICER_FILE = "officer.token"


@dataclass(frozen=True)
class Party:
    """One signer of the demonstration contract."""

    role: str
    name: str
    key: Signer | EvmSigner

    def to_json(self) -> dict[str, Json]:
        return {"role": self.role, "name": self.name, "key": self.key.public.to_json()}


def make_parties(keys: Keyring, code: str) -> tuple[Party, ...]:
    """Return a borrower with a fresh wallet, and the lender with the institution's own key."""
    wallet = open_signer(Suite.EIP712, secrets.token_bytes(32), purpose="signer")
    return (Party("borrower", "林𠮷 Lin Ji", wallet), lender_party(keys, code))


def lender_party(keys: Keyring, code: str) -> Party:
    """Return the lender, who signs with the institution's own key."""
    return Party("lender", "Demonstration Lender, loan office", keys.institution_signer(code))


def officer_client(url: str, administrator_token: str, folder: Path) -> Client:
    """Return a client with the officer's API key, adding the officer at the first demonstration."""
    file = folder / OFFICER_FILE
    if file.exists():
        client = Client(url, file.read_text(encoding="utf-8").strip())
        try:
            client.get("/v1/me")
        except NotAllowed:
            client.close()
            file.unlink()
        else:
            return client
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    administrator = Client(url, administrator_token)
    person = administrator.post("/v1/people", {"name": "Demo Officer", "roles": ["officer", "auditor"]})
    token = administrator.post("/v1/api-keys", {"principal_id": person["id"]})["token"]
    administrator.close()
    write_private(file, str(token))
    return Client(url, str(token))


def sign_as(client: Client, agreement_id: str, signer_id: str, party: Party) -> dict[str, Json]:
    """Fetch the party's statement, sign it with the party's own key, hand the signature in; return the answer."""
    return signed_statement(client, agreement_id, signer_id, party)[1]


def signed_statement(client: Client, agreement_id: str, signer_id: str, party: Party) -> tuple[str, dict[str, Json]]:
    """Sign as `sign_as` does; return the statement, in base64, and the service's answer."""
    fresh = client.get(f"/v1/agreements/{agreement_id}/statements/{signer_id}")
    data = base64.b64decode(str(fresh["statement"]))
    key = party.key
    value = (
        key.sign_digest(typed_digest(*parse_statement(data).typed_data()))
        if isinstance(key, EvmSigner)
        else key.sign(data)
    )
    signature = Signature(key.public.suite, key.public.key_id, value)
    body: dict[str, Json] = {"statement": fresh["statement"], "signature": signature.to_json()}
    return str(fresh["statement"]), client.post(f"/v1/agreements/{agreement_id}/signatures", body)


def place_of(answer: dict[str, Json]) -> str:
    """Return where an answer's entry stands in the log, in words."""
    receipt = answer.get("receipt")
    if not isinstance(receipt, dict):
        return "waiting for its checkpoint"
    note = parse_note(str(receipt["checkpoint"]).encode())
    return f"log index {receipt['index']}, tree size {parse_checkpoint(note.text.encode()).size}"
