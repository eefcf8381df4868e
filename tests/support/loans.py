"""Loan contracts as clients send them: a small PDF, terms, parties with keys of every suite, and their signatures."""

import base64
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx2

from signing.algorithms import Suite
from signing.envelope import Signature
from signing.keys.signer import EvmSigner, Signer, open_signer
from signing.statement import Statement, parse_statement
from signing.typed_data import typed_digest
from support.live_service import Caller
from support.small_pdfs import small_pdf

TERMS: Mapping[str, Any] = {
    "product": "personal-instalment",
    "amount": {"currency": "CNY", "minor": "12000000"},
    "term_months": 24,
    "annual_rate": "4.85",
}


@dataclass(frozen=True)
class Party:
    """One signer with the key that stays with it."""

    role: str
    name: str
    key: Signer | EvmSigner

    def to_json(self) -> dict[str, Any]:
        return {"role": self.role, "name": self.name, "key": self.key.public.to_json()}

    def sign(self, statement: Statement) -> Signature:
        data = statement.to_bytes()
        key = self.key
        value = key.sign_digest(typed_digest(*statement.typed_data())) if isinstance(key, EvmSigner) else key.sign(data)
        return Signature(key.public.suite, key.public.key_id, value)


def party(role: str = "borrower", suite: Suite = Suite.ED25519, name: str = "Lin Xiaoyu") -> Party:
    return Party(role, name, open_signer(suite, secrets.token_bytes(32), purpose="signer"))


def pdf() -> bytes:
    """Return a PDF that no other test has."""
    mark = secrets.token_hex(16)
    return small_pdf(lambda made: made.docinfo.__setitem__("/Subject", mark))


def agreement_of(*parties: Party, terms: Mapping[str, Any] = TERMS) -> dict[str, Any]:
    return {"terms": dict(terms), "signers": [one.to_json() for one in parties], "send": True}


@dataclass(frozen=True)
class Loan:
    """An agreement on record, as its officer sees it."""

    officer: Caller
    id: str
    entry: str
    document: bytes
    parties: tuple[Party, ...]
    signer_ids: tuple[str, ...]
    created: dict[str, Any]

    @property
    def path(self) -> str:
        return f"/v1/agreements/{self.id}"

    def statement(self, place: int = 0) -> Statement:
        answer = self.officer.get(f"{self.path}/statements/{self.signer_ids[place]}")
        assert answer.status_code == 200, answer.text
        return parse_statement(base64.b64decode(answer.json()["statement"]))

    def submit(self, statement: Statement | bytes, signature: Signature, *, key: str | None = None) -> httpx2.Response:
        data = statement if isinstance(statement, bytes) else statement.to_bytes()
        return self.officer.post(f"{self.path}/signatures", key=key, json=signature_body(data, signature))

    def sign(self, place: int = 0) -> httpx2.Response:
        statement = self.statement(place)
        return self.submit(statement, self.parties[place].sign(statement))

    def sign_changed(self, change: Callable[[Statement], Statement], place: int = 0) -> httpx2.Response:
        """Sign a statement that the service did not issue."""
        statement = change(self.statement(place))
        return self.submit(statement, self.parties[place].sign(statement))


def signature_body(statement: bytes, signature: Signature) -> dict[str, Any]:
    return {"statement": base64.b64encode(statement).decode(), "signature": signature.to_json()}


def loan(officer: Caller, *parties: Party) -> Loan:
    """Put a new loan contract on record."""
    parties, document = parties or (party(),), pdf()
    answer = officer.create(document, agreement_of(*parties))
    assert answer.status_code == 201, answer.text
    created = answer.json()
    read = officer.get(created["location"])
    assert read.status_code == 200, read.text
    signer_ids = tuple(line["id"] for line in read.json()["signers"])
    return Loan(officer, created["id"], created["entry"], document, parties, signer_ids, created)


__all__ = ["TERMS", "Loan", "Party", "agreement_of", "loan", "party", "pdf", "replace", "signature_body"]
