"""Every member of every format exchanged for every kind of wrong value: a refusal with a code, never another error.

The tables below hold one whole value of each format that comes from outside; a new format gets a line.
"""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ledger.core.agreements.authority import parse_scope
from ledger.core.agreements.draft import parse_draft
from ledger.core.agreements.terms import parse_terms
from ledger.core.applications.application import parse_application, parse_blacklist_check, parse_third_party
from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.core.applications.default_rules import DEFAULT_RULES
from ledger.core.applications.evidence import parse_verification
from ledger.core.applications.policy import parse_policy
from ledger.core.applications.rule_set import parse_rule_set
from ledger.core.blacklist.checks import parse_signed_answer, parse_signed_request
from ledger.core.blacklist.epochs import parse_signed_epoch
from ledger.core.blacklist.policy import parse_check_policy, policy_bytes
from ledger.core.blacklist.receipts import parse_check_opening, parse_check_receipt
from ledger.core.evidence.trust import parse_trust
from ledger.core.log.receipt import parse_receipt
from ledger.errors import LedgerError
from signing.canonical import Json, decode
from signing.errors import SigningError
from support.applications import application, check, third_party
from support.consortium import CLEAN, PARTNER, REGISTRY, consortium, opening_of, receipt_about
from support.decisions import NOW
from support.drafts import guaranteed
from support.evidence_material import build
from support.loan_terms import FULL_TERMS
from support.receipts import receipt

WRONG: tuple[object, ...] = (
    None, True, 0, -1, 2**70, 1.5, "", " ", "\x00", "\ud800", "x" * 5000, "9" * 400, "１２", "2026-13-45T00:00:00.000Z", "2026-02-30",
    "99:99", "ff", [], ["a", None], [[]], {}, {"a": {"a": 1}},
)  # fmt: skip
GROUP = consortium()
CHECK = receipt_about(GROUP, CLEAN)

VALUES: dict[str, tuple[Callable[[Json], object], Json]] = {
    "application": (
        parse_application,
        application(checks=(check(),), third_party=(third_party(NOW, days=1),)).to_json(),
    ),
    "third party": (parse_third_party, third_party(NOW, days=1).to_json()),
    "blacklist check": (parse_blacklist_check, check().to_json()),
    "verification": (
        parse_verification,
        {"material": "identity", "sha256": "0a" * 32, "source": "police", "result": "confirmed", "note": "seen"},
    ),
    "policy": (parse_policy, DEFAULT_POLICY.to_json()),
    "rule set": (parse_rule_set, DEFAULT_RULES.to_json()),
    "terms": (parse_terms, dict(FULL_TERMS)),
    "draft": (parse_draft, guaranteed()),
    "scope of authority": (
        parse_scope,
        {
            "products": ["personal-instalment"],
            "limit": {"currency": "CNY", "minor": "100"},
            "valid_from": "2026-01-01",
            "valid_until": "2027-01-01",
        },
    ),
    "epoch": (parse_signed_epoch, GROUP.signed_epoch.to_json()),
    "check request": (parse_signed_request, CHECK.request.to_json()),
    "check answer": (parse_signed_answer, CHECK.answers[0].to_json()),
}
TEXTS: dict[str, tuple[Callable[[bytes], object], bytes]] = {
    "receipt": (parse_receipt, receipt().to_bytes()),
    "trust policy": (parse_trust, build().policy.to_bytes()),
    "check policy": (
        parse_check_policy,
        policy_bytes([GROUP.signed_epoch], [REGISTRY.public], [("inst-1", PARTNER.public)]),
    ),
    "check receipt": (parse_check_receipt, CHECK.to_bytes()),
    "check opening": (parse_check_opening, opening_of(GROUP, CHECK, CLEAN).to_bytes()),
}


def places(value: Json, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield where something stands, of a list only its first two members."""
    yield at
    if isinstance(value, dict):
        for name, member in value.items():
            yield from places(member, (*at, name))
    elif isinstance(value, list):
        for index, member in enumerate(value[:2]):
            yield from places(member, (*at, index))


def changed(whole: Json, at: tuple[str | int, ...], to: object) -> Json:
    if not at:
        return to  # type: ignore[return-value]  # a float is the point
    copied = copy.deepcopy(whole)
    target: Any = copied
    for step in at[:-1]:
        target = target[step]
    target[at[-1]] = to
    return copied


def escaped(parse: Callable[[], object]) -> str:
    """Return what came out that is no refusal of ours, empty when it was accepted or refused in order."""
    try:
        parse()
    except (LedgerError, SigningError):
        return ""
    except Exception as error:  # noqa: BLE001  # the point of the test
        return repr(error)
    return ""


@pytest.mark.parametrize("name", VALUES)
def test_wrong_member_of_a_value_is_refused_in_order(name: str) -> None:
    parse, whole = VALUES[name]
    found = {
        (at, str(wrong)[:30]): told
        for at in places(whole)
        for wrong in WRONG
        if (told := escaped(lambda at=at, wrong=wrong: parse(changed(whole, at, wrong))))  # type: ignore[misc]  # bound per turn
    }
    assert not found
    assert parse(whole) is not None


@pytest.mark.parametrize("name", TEXTS)
def test_wrong_member_of_a_text_is_refused_in_order(name: str) -> None:
    parse, text = TEXTS[name]
    whole = decode(text)
    found = {
        (at, str(wrong)[:30]): told
        for at in places(whole)
        for wrong in WRONG
        if (told := escaped(lambda at=at, wrong=wrong: parse(json.dumps(changed(whole, at, wrong), sort_keys=True, separators=(",", ":")).encode())))  # type: ignore[misc]  # bound per turn
    }  # fmt: skip
    assert not found
    assert parse(text) is not None
