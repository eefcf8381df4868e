"""Rule sets: the table by which a machine decides what the policy leaves to it (DESIGN section 6).

Promises: data, read strictly from `tally/rule-set/v1`; the cells are those of the policy, and nothing in them is run as code. The
first rule that fits is the one that rules; what none covers is ruled by `otherwise`. The hash names exactly one table.
Leaves to others: when it is asked and who put it into force (services), and what its ruling does (automated).
"""

from dataclasses import dataclass
from enum import StrEnum

from ledger.core.applications.main_unit import currency_code
from ledger.core.applications.policy import MAX_ROWS, Span, When, parse_span, parse_when, when_json
from ledger.core.applications.policy_check import Case, fits
from ledger.core.log.fields import Fields
from ledger.errors import InvalidInput
from signing.canonical import Json, encode
from signing.envelope import tagged_hash

TAG = "tally/rule-set/v1"
OTHERWISE = "otherwise"  # the row's id where no rule fitted
ROLE = "rule-set"  # under which a rule set decides; no person can hold it
_CODE = "ruleset.invalid"
_NAMES = frozenset({"tag", "name", "version", "currency", "rules", "otherwise"})
_MAX_MONTHS = 600


class Ruling(StrEnum):
    """What a rule set says of a case."""

    APPROVE = "approve"
    DECLINE = "decline"
    REFER = "refer"  # people decide, on the policy's strictest path


@dataclass(frozen=True)
class Rule:
    """One row: these cases, with these terms in months, get that ruling."""

    id: str
    when: When
    term_months: Span
    ruling: Ruling


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """All that a rule set looks at; `case.amount` is the amount of all linked applications together."""

    case: Case
    term_months: int

    def to_json(self) -> dict[str, Json]:
        return {
            "product": self.case.product,
            "amount": str(self.case.amount),
            "grade": self.case.grade,
            "listed": self.case.listed,
            "collateral_fall": self.case.collateral_fall,
            "term_months": self.term_months,
        }

    def sha256(self) -> bytes:
        """Return the 32-byte hash that an automated decision names: tagged SHA-256 ("rule-inputs")."""
        return tagged_hash("rule-inputs", encode(self.to_json()))


@dataclass(frozen=True)
class Fired:
    """Which row ruled, and how."""

    row: str
    ruling: Ruling


@dataclass(frozen=True, kw_only=True)
class RuleSet:
    """A whole table, one version of it."""

    name: str
    version: int
    currency: str
    rules: tuple[Rule, ...]
    otherwise: Ruling

    def to_json(self) -> dict[str, Json]:
        return {
            "tag": TAG,
            "name": self.name,
            "version": self.version,
            "currency": self.currency,
            "rules": [_rule_json(rule) for rule in self.rules],
            "otherwise": self.otherwise.value,
        }

    def sha256(self) -> bytes:
        """Return the 32-byte hash that automated decisions bind: tagged SHA-256 ("rule-set") over the canonical JSON."""
        return tagged_hash("rule-set", encode(self.to_json()))

    def rule(self, inputs: Inputs) -> Fired:
        """Return the first rule that fits; `otherwise` where none does."""
        for rule in self.rules:
            if fits(rule.when, inputs.case) and rule.term_months.holds(inputs.term_months):
                return Fired(rule.id, rule.ruling)
        return Fired(OTHERWISE, self.otherwise)


def parse_rule_set(value: Json) -> RuleSet:
    """Return the rule set of `tally/rule-set/v1` JSON; raise InvalidInput("ruleset.invalid") that names the place."""
    fields = Fields(value, _NAMES, where="rule_set", code=_CODE)
    if fields.text("tag") != TAG:
        raise _invalid("tag", f'expected "{TAG}"')
    rule_set = RuleSet(
        name=fields.text("name"),
        version=fields.integer("version", least=1),
        currency=fields.parsed("currency", currency_code),
        rules=fields.many("rules", _rule, least=1, most=MAX_ROWS),
        otherwise=fields.one_of("otherwise", Ruling),
    )
    ids = [rule.id for rule in rule_set.rules]
    if len({*ids, OTHERWISE}) != len(ids) + 1:
        raise _invalid("rules", f'expected an id of its own for each rule, none of them "{OTHERWISE}"')
    return rule_set


def _rule(value: Json) -> Rule:
    fields = Fields(value, frozenset({"id", "when", "term_months", "ruling"}), where="rule", code=_CODE)
    return Rule(
        id=fields.text("id"),
        when=fields.parsed("when", parse_when),
        term_months=fields.parsed("term_months", lambda item: parse_span(item, _months)),
        ruling=fields.one_of("ruling", Ruling),
    )


def _months(value: Json) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MAX_MONTHS:
        raise InvalidInput("field.malformed", f"expected a whole number of months from 0 to {_MAX_MONTHS}")
    return value


def _rule_json(rule: Rule) -> Json:
    months: dict[str, Json] = {"over": rule.term_months.over, "up_to": rule.term_months.up_to}
    return {"id": rule.id, "when": when_json(rule.when), "term_months": months, "ruling": rule.ruling.value}


def _invalid(name: str, message: str) -> InvalidInput:
    return InvalidInput(_CODE, f"rule_set.{name}: {message}", field=f"rule_set.{name}")
