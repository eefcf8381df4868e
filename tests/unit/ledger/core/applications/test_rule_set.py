"""Rule sets as data: read strictly, ruling by the first row that fits, and their statements equal bit for bit."""

from dataclasses import replace

import pytest

from ledger.core.applications.automated import KIND, Acting, Submitted, decide_by_rules, ruling_of
from ledger.core.applications.default_rules import DEFAULT_RULES
from ledger.core.applications.policy import Span, When
from ledger.core.applications.policy_check import Case
from ledger.core.applications.rule_set import Inputs, Rule, RuleSet, Ruling, parse_rule_set
from ledger.errors import InvalidInput
from signing.canonical import Json
from signing.envelope import tagged_bytes
from support.applications import application

CASE = Case(product="personal-instalment", amount=4_000_000, grade="B", listed=False)
ACTING = Acting(id="r-1", rule_set=DEFAULT_RULES, key_id="ed25519:" + "0" * 32)
SUBMITTED = Submitted(
    application="a-1", submission="e-1", content=application(), group_amount=4_000_000, policy_sha256=b"\x01" * 32
)


def ruled(months: int = 24, **changes: object) -> tuple[str, str]:
    fired = DEFAULT_RULES.rule(Inputs(case=replace(CASE, **changes), term_months=months))  # type: ignore[arg-type]  # its fields
    return fired.row, fired.ruling.value


@pytest.mark.parametrize(
    ("case", "months", "expected"),
    [
        ({}, 36, ("grade-b", "approve")),
        ({}, 37, ("otherwise", "refer")),
        ({"grade": "A"}, 60, ("grade-a", "approve")),
        ({"grade": "A"}, 61, ("otherwise", "refer")),
        ({"amount": 5_000_000}, 1, ("grade-b", "approve")),
        ({"amount": 5_000_001}, 1, ("otherwise", "refer")),
        ({"listed": True}, 1, ("otherwise", "refer")),
        ({"collateral_fall": 3_001}, 1, ("otherwise", "refer")),
    ],
)
def test_default_rules_at_their_bounds(case: dict[str, object], months: int, expected: tuple[str, str]) -> None:
    assert ruled(months, **case) == expected


def test_first_rule_that_fits_rules() -> None:
    first = Rule("first", When(), Span(), Ruling.DECLINE)
    rules = replace(DEFAULT_RULES, rules=(first, *DEFAULT_RULES.rules))
    assert rules.rule(Inputs(case=CASE, term_months=1)).row == "first"


def test_rule_set_reads_back_and_every_part_is_in_its_hash() -> None:
    assert parse_rule_set(DEFAULT_RULES.to_json()) == DEFAULT_RULES
    changed: list[RuleSet] = [
        replace(DEFAULT_RULES, version=2),
        replace(DEFAULT_RULES, name="x"),
        replace(DEFAULT_RULES, otherwise=Ruling.DECLINE),
        replace(DEFAULT_RULES, rules=DEFAULT_RULES.rules[:1]),
    ]
    assert len({DEFAULT_RULES.sha256(), *(rules.sha256() for rules in changed)}) == 5


def _rule(**changes: Json) -> Json:
    first = DEFAULT_RULES.to_json()["rules"]
    assert isinstance(first, list)
    assert isinstance(first[0], dict)
    return [{**first[0], **changes}]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"tag": "tally/rule-set/v2"}, "rule_set.tag"),
        ({"version": 0}, "rule_set.version"),
        ({"otherwise": "maybe"}, "rule_set.otherwise"),
        ({"rules": []}, "rule_set.rules"),
        ({"rules": _rule(id="otherwise")}, "rule_set.rules"),
        ({"rules": _rule(ruling="approve()")}, "rule_set.rules"),
        ({"rules": _rule(term_months={"over": 0.5, "up_to": None})}, "rule_set.rules"),
        ({"rules": _rule(term_months={"over": 601, "up_to": None})}, "rule_set.rules"),
        ({"rules": _rule(code="import os")}, "rule_set.rules"),
    ],
)
def test_refusal_names_the_place(changes: dict[str, Json], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_rule_set({**DEFAULT_RULES.to_json(), **changes})
    assert (refused.value.code, refused.value.field) == ("ruleset.invalid", field)


def test_equal_inputs_give_equal_bytes_and_every_input_is_bound() -> None:
    first = decide_by_rules(ACTING, SUBMITTED)
    assert decide_by_rules(ACTING, SUBMITTED).to_bytes() == first.to_bytes()
    others = [
        decide_by_rules(replace(ACTING, id="r-2"), SUBMITTED),
        decide_by_rules(ACTING, replace(SUBMITTED, submission="e-2")),
        decide_by_rules(ACTING, replace(SUBMITTED, group_amount=4_000_001)),
        decide_by_rules(ACTING, replace(SUBMITTED, content=application(channel="web"))),
    ]
    assert len({first.nonce, *(other.nonce for other in others)}) == 5


def test_ruling_is_read_from_the_statement_alone() -> None:
    assert ruling_of(decide_by_rules(ACTING, SUBMITTED).to_bytes()) is Ruling.APPROVE
    assert ruling_of(b"tally/decision/v1\n{}") is None
    for payload in (b"[]", b'{"ruling":"perhaps"}'):
        with pytest.raises(InvalidInput) as refused:
            ruling_of(tagged_bytes(KIND, payload))
        assert refused.value.code == "ruleset.statement"
