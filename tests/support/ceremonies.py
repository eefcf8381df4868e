"""Loan contracts that people sign on pages: parties without keys, the links and codes they receive, the contract they read.

Promises: the contract is typeset by the service; links and codes are those of the service itself; the reading code is read out of
the PDF, as a person would. Nothing of the ceremony is skipped.
"""

import json
import re
import secrets
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ledger.core.agreements.invitation import INVITATION_LIFE, token_hash
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import VISITOR
from ledger.messages.console import read_outbox
from ledger.services.agreements.browser import INVITATION
from ledger.storage.sessions import InvitationRow, insert_invitation
from ledger.storage.tables import messages as ceremony_tables
from support.drafts import draft
from support.live_service import Service
from support.loan_terms import repayment
from support.loans import TERMS, pdf

READING_CODE = "TK4729"
_PATIENCE = 20  # seconds until the worker has sent an invitation; it takes one


def person(role: str, name: str, *, order: int = 1, **changes: Any) -> dict[str, Any]:  # noqa: ANN401  # any field of a person
    """Return a party who is invited and brings a key of their own."""
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
    return {"role": role, "name": name, "order": order, "person": given | changes}


@dataclass(frozen=True)
class Ceremony:
    """An agreement that was sent to people."""

    service: Service
    id: str
    document: bytes
    signer_ids: tuple[str, ...]
    addresses: tuple[str, ...]

    def invitation(self, place: int = 0) -> str:
        """Return the path of the link that a party was sent."""
        waited = threading.Event()
        for _ in range(_PATIENCE * 20):
            for message in read_outbox(self.service.settings.data / "outbox"):
                if message.kind == "invitation" and message.address == self.addresses[place]:
                    return str(re.findall(r"/sign/[0-9a-f]{64}", message.body)[0])
            waited.wait(0.05)
        raise AssertionError(f"no invitation was sent to {self.addresses[place]}")

    def link(self, place: int = 0) -> str:
        """Return the path of a fresh link for a party, which replaces the one that was sent."""
        self.invitation(place)
        here, token = self.service.here, secrets.token_hex(32)
        act = here.act(VISITOR)
        at, until = format_instant(act.now), format_instant(act.now + INVITATION_LIFE)
        row = InvitationRow(act.new_id(), self.id, self.signer_ids[place], token_hash(INVITATION, token), at, until)
        here.stores.database.write(lambda tx: insert_invitation(tx, row))
        return f"/sign/{token}"

    def let_another_code_go(self) -> None:
        """Let a minute pass for the codes of this agreement: their times are set back in the database."""
        codes = ceremony_tables.one_time_code
        earlier = format_instant(datetime.now(UTC) - timedelta(minutes=2))  # noqa: TID251  # a minute of real time
        change = codes.update().where(codes.c.agreement_id == self.id).values(made_at=earlier)
        self.service.here.stores.database.write(lambda tx: tx.execute(change))

    def code(self) -> str:
        """Return the newest code that left the service."""
        messages = [one for one in read_outbox(self.service.settings.data / "outbox") if one.kind == "code"]
        found = re.findall(r"\b[0-9]{6}\b", messages[-1].body)
        assert found, messages[-1].body
        return str(found[0])


def ceremony(service: Service, *parties: dict[str, Any]) -> Ceremony:
    """Put a small uploaded contract on record and send it; its reading code is READING_CODE."""
    made, officer = pdf(), service.officer()
    agreement = {"terms": dict(TERMS), "signers": list(parties), "reading_code": READING_CODE, "send": True}
    answer = officer.create(made, json.dumps(agreement))
    return _sent(service, answer, parties)


def typeset_ceremony(service: Service, *parties: dict[str, Any]) -> Ceremony:
    """Let the service typeset a personal instalment loan, put it on record and send it."""
    today = datetime.now(UTC).date()  # noqa: TID251  # a loan is paid out after its contract is made
    drawdown, first_due = today + timedelta(days=5), today + timedelta(days=36)
    when = repayment(
        method="equal-instalment",
        every_months=1,
        day_count="30/360",
        drawdown=drawdown.isoformat(),
        first_due=first_due.isoformat(),
        business_days=None,
    )
    printed = {"identifier": "330106199203154417", "address": "杭州市样例巷22号"}
    signers = [one if one["role"] == "lender" else {**one, "printed": printed} for one in parties]
    order = {
        **draft("zh-en", repayment=when, guarantee={"kind": "joint", "months": 36}),
        "signers": signers,
        "send": True,
    }
    made = service.officer().post("/v1/templates/personal-instalment/agreements", json=order)
    return _sent(service, made, parties)


def _sent(service: Service, answer: Any, parties: tuple[dict[str, Any], ...]) -> Ceremony:  # noqa: ANN401  # an answer over HTTP
    assert answer.status_code == 201, answer.text
    path, officer = answer.json()["location"], service.officer()
    read, document = officer.get(path).json(), officer.get(f"{path}/document").content
    return Ceremony(
        service,
        answer.json()["id"],
        document,
        tuple(line["id"] for line in read["signers"]),
        tuple(one["person"]["email"] for one in parties),
    )


def printed_code(text: str) -> str:
    """Return the reading code in the text of a contract's last page."""
    after = text.partition("Reading code")[2]
    return str(re.findall(r"\b[A-Z0-9]{6}\b", re.sub(r"(?<=[A-Z0-9]) (?=[A-Z0-9]\b)", "", after))[0])
