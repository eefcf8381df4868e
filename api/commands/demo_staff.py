"""The lender's people in the demonstration of approvals: each with an API key, and a software key of their own that signs decisions."""

import base64
import secrets
from dataclasses import dataclass

from api.commands.client import Client
from signing.algorithms import Suite
from signing.canonical import Json
from signing.envelope import Signature
from signing.keys.signer import EvmSigner, Signer, open_signer


@dataclass(frozen=True)
class Staff:
    """One person of the lender."""

    id: str
    name: str
    client: Client
    key: Signer

    def submit(self, loan: str) -> dict[str, Json]:
        return self.client.post(f"/v1/applications/{loan}/submissions", {})

    def say(self, loan: str, verdict: str = "approve", conditions: tuple[str, ...] = ()) -> dict[str, Json]:
        """Fetch what is to be signed, sign its exact bytes, send the decision; return the answer."""
        wanted: dict[str, Json] = {
            "verdict": verdict, "key_id": self.key.public.key_id, "conditions": list(conditions)
        }  # fmt: skip
        fresh = self.client.post(f"/v1/applications/{loan}/decision-statements", wanted)
        data = base64.b64decode(str(fresh["statement"]))
        signature = Signature(self.key.public.suite, self.key.public.key_id, self.key.sign(data))
        body: dict[str, Json] = {"statement": fresh["statement"], "signature": signature.to_json()}
        return self.client.post(f"/v1/applications/{loan}/decisions", body)


def hire(url: str, administrator: Client, name: str, *roles: str) -> Staff:
    """Add a person with these roles, an API key, and a signing key enrolled on the lender's word."""
    person = str(administrator.post("/v1/people", {"name": name, "roles": list(roles)})["id"])
    token = administrator.post("/v1/api-keys", {"principal_id": person})["token"]
    key = _fresh_key()
    enrolment: dict[str, Json] = {
        "owner": {"kind": "person", "id": person},
        "proofing": {"provider": "demonstration", "grade": "lenders-word"},
        "key": key.public.to_json(),
        "purpose": "sign",
    }
    administrator.post("/v1/keys", enrolment)
    return Staff(person, name, Client(url, str(token)), key)


def _fresh_key() -> Signer:
    key = open_signer(Suite.ED25519, secrets.token_bytes(32), purpose="signer")
    if isinstance(key, EvmSigner):
        raise TypeError  # the suite above is no wallet's
    return key
