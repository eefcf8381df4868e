"""Loan contracts that people sign on pages: parties without keys, their invitation links and codes, as they would receive them.

Promises: links and codes are those of the service's own outbox; nothing of the ceremony is skipped.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledger.core.agreements.invitation import INVITATION_LIFE, token_hash
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import VISITOR
from ledger.messages.console import read_outbox
from ledger.services.agreements.browser import INVITATION
from ledger.storage.sessions import InvitationRow, insert_invitation
from support.live_service import Service
from support.loans import TERMS, pdf

READING_CODE = "TK4729"


def person(role: str, name: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401  # any field of a person
    """Return a party who is invited and brings a key of its own."""
    given = {
        "email": f"{secrets.token_hex(4)}@example.com",
        "phone": None,
        "birth_date": "1990-05-17",
        "zone": "Asia/Shanghai",
        "language": "zh",
        "id_number": None,
        "proofing": False,
        "acts_for": None,
    }
    order = changes.pop("order", 1)
    return {"role": role, "name": name, "order": order, "person": given | changes}


@dataclass(frozen=True)
class Ceremony:
    """An agreement that was sent to people."""

    service: Service
    id: str
    document: bytes
    signer_ids: tuple[str, ...]

    def link(self, place: int = 0) -> str:
        """Return a fresh invitation link for a party."""
        return f"/sign/{self._token(place)}"

    def _token(self, place: int) -> str:
        here, token = self.service.here, secrets.token_bytes(32).hex()
        act = here.act(VISITOR)
        at, until = format_instant(act.now), format_instant(act.now + INVITATION_LIFE)
        row = InvitationRow(act.new_id(), self.id, self.signer_ids[place], token_hash(INVITATION, token), at, until)
        here.stores.database.write(lambda tx: insert_invitation(tx, row))
        return token

    def code(self) -> str:
        """Return the newest code that left the service."""
        messages = [one for one in read_outbox(self.service.settings.data / "outbox") if one.kind == "code"]
        return next(word for word in messages[-1].body.replace("，", " ").replace(".", " ").split() if word.isdigit())


def ceremony(service: Service, *parties: Mapping[str, Any], document: bytes | None = None) -> Ceremony:
    """Put a contract on record and send it."""
    made, officer = document or pdf(), service.officer()
    agreement = {"terms": dict(TERMS), "signers": list(parties), "reading_code": READING_CODE, "send": True}
    answer = officer.create(made, json.dumps(agreement))
    assert answer.status_code == 201, answer.text
    read = officer.get(answer.json()["location"]).json()
    return Ceremony(service, answer.json()["id"], made, tuple(line["id"] for line in read["signers"]))
