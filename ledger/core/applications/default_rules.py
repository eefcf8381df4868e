"""The rule set that Tallystick ships for the automatic tier of its default policy.

Up to 50,000 CNY of all linked applications together, no listing, collateral not down by more than 30 %: grade A up to five years,
grade B up to three. Everything else is referred to people; nothing is declined by a machine unless an institution says so.
"""

from ledger.core.applications.policy import Span, When
from ledger.core.applications.rule_set import Rule, RuleSet, Ruling

_MOST, _FALL = 5_000_000, 3_000  # fen, hundredths of a percent


def _clean(grade: str) -> When:
    return When(amount=Span(up_to=_MOST), grades=(grade,), listed=(False,), collateral_fall=Span(up_to=_FALL))


DEFAULT_RULES = RuleSet(
    name="small-loans",
    version=1,
    currency="CNY",
    rules=(
        Rule("grade-a", _clean("A"), Span(up_to=60), Ruling.APPROVE),
        Rule("grade-b", _clean("B"), Span(up_to=36), Ruling.APPROVE),
    ),
    otherwise=Ruling.REFER,
)
