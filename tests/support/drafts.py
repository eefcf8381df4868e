"""Drafts of contracts to be typeset, as JSON, and contracts out of them."""

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from ledger.core.agreements.contract_facts import Contract, contract_facts
from ledger.core.agreements.draft import parse_draft
from signing.algorithms import PublicKey, Suite
from signing.canonical import Json, encode
from signing.pdf.typeset import Typesetter
from support.loan_terms import repayment, terms

DATED = date(2026, 11, 26)
NONCE = bytes(range(32))
PERSONAL: Mapping[str, Json] = {
    "product": "personal-instalment",
    "amount": {"currency": "CNY", "minor": "12000000"},
    "repayment": repayment(
        method="equal-instalment", every_months=1, day_count="30/360", first_due="2027-01-01", business_days=None
    ),
    "guarantee": None,
    "collateral": None,
}


def signer(place: int = 1, role: str = "borrower", name: str = "林㛃𠮷", **changes: Json) -> dict[str, Json]:
    key = PublicKey(Suite.EIP712, bytes([place]) * 20)
    printed: Json = {"identifier": "330106199203154417", "address": "杭州市样例巷22号"}
    return {"role": role, "name": name, "key": cast("Json", key.to_json()), "printed": printed} | changes


def draft(language: str = "zh-en", *signers: dict[str, Json], **changes: Json) -> dict[str, Json]:
    """Return a personal loan; `changes` are of its terms."""
    return {
        "language": language,
        "terms": terms(**(dict(PERSONAL) | changes)),
        "lender": {"name": "Hengtong Finance 衡通", "identifier": "91310000MA1FL0000X", "address": "上海市样例路1号"},
        "signers": cast("Json", list(signers or (signer(),))),
    }


def guaranteed(language: str = "zh-en") -> dict[str, Json]:
    """Return a small-business loan of a firm, with two guarantors, collateral and fees."""
    firm: Json = {"identifier": "91330100MA2H00000Q", "address": "杭州市样例园3号", "name": "杭州衡石机械有限公司"}
    parties = (signer(1, name="陈𬭎", printed=firm), signer(2, "guarantor", "周䶮"), signer(3, "guarantor", "Zoë Łuk"))
    return {**draft(language, *parties), "terms": terms()}


def contract(value: "Json | Mapping[str, Json]", **changes: object) -> Contract:
    usual: dict[str, Any] = {
        "draft": parse_draft(dict(value) if isinstance(value, Mapping) else value),
        "dated": DATED,
        "number": "HT-2026-000117",
        "agreement": "0193b2a4-7c1e-7d2a-9f00-5a1b2c3d4e5f",
        "nonce": NONCE,
        "reading_code": "K7M42Q",
    }
    return Contract(**(usual | changes))


def typeset(made: Contract, template: str = "personal-instalment", typesetter: Typesetter | None = None) -> bytes:
    """Return the PDF of a contract, where every day is a business day."""
    facts = contract_facts(made, lambda _: True)
    return (typesetter or Typesetter()).contract(template, facts, encode(made.draft.terms.to_json()), made.dated)
