"""The policies that Tallystick ships: CNY, per applicant group (issue of decisions: DESIGN section 6).

`DEFAULT_POLICY`: up to 50,000 at grade A or B with a clean check: automatic. Up to 200,000: officer and risk. Up to 1,000,000: officer,
risk and department head. Above, or grade D or E, or collateral revalued more than 30 % down, or a listing found: a committee of five,
quorum four, majority, veto of risk. Linked applications within 90 days are added up. A check counts by its receipt only.
`WITHOUT_CHECK`: the same for a lender that is in no consortium. Nobody knows of a listing there, so nothing is decided automatically.
"""

from collections.abc import Mapping
from dataclasses import replace

from ledger.core.applications.policy import Path, Policy, Row, Span, Step, StepKind, When

_AUTOMATIC_UP_TO, _TWO_UP_TO, _THREE_UP_TO = 5_000_000, 20_000_000, 100_000_000  # fen
_FALL = 3_000  # 30.00 %
_GOOD, _PLAIN, _WEAK = ("A", "B"), ("A", "B", "C"), ("D", "E")
_LITTLE = Span(up_to=_FALL)
_CHECK_MINUTES = 15
_COMMITTEE_CHECK_MINUTES = 24 * 60  # a committee sits for days, and looks at whoever is listed anyway

_AUTOMATIC = Step(kind=StepKind.AUTOMATIC, role="rule-set", due_business_days=0)
_OFFICER = Step(kind=StepKind.PERSON, role="officer", escalates_to="department-head")
_RISK = Step(kind=StepKind.PERSON, role="risk", escalates_to="committee")  # not to those who sell
_HEAD = Step(kind=StepKind.PERSON, role="department-head", escalates_to="committee")
_COMMITTEE = Step(
    kind=StepKind.COMMITTEE,
    role="committee",
    due_business_days=5,
    size=5,
    quorum=4,
    veto=("risk",),
    chair_casts=True,
)


def _path(*steps: Step, minutes: int = _CHECK_MINUTES) -> Path:
    return Path(steps=steps, attachments=("identity",), check_minutes=minutes)


DEFAULT_POLICY = Policy(
    name="default",
    currency="CNY",
    products=("personal-instalment", "small-business"),
    grades=("A", "B", "C", "D", "E"),
    branches=("*",),
    link_days=90,
    strictest="committee",
    paths={
        "automatic": _path(_AUTOMATIC),
        "two": _path(_OFFICER, _RISK),
        "three": _path(_OFFICER, _RISK, _HEAD),
        "committee": _path(_COMMITTEE, minutes=_COMMITTEE_CHECK_MINUTES),
    },
    rows=(
        Row(
            "small-good",
            When(amount=Span(up_to=_AUTOMATIC_UP_TO), grades=_GOOD, listed=(False,), collateral_fall=_LITTLE),
            "automatic",
        ),
        Row(
            "small-plain",
            When(amount=Span(up_to=_AUTOMATIC_UP_TO), grades=("C",), listed=(False,), collateral_fall=_LITTLE),
            "two",
        ),
        Row(
            "middle",
            When(amount=Span(_AUTOMATIC_UP_TO, _TWO_UP_TO), grades=_PLAIN, listed=(False,), collateral_fall=_LITTLE),
            "two",
        ),
        Row(
            "upper",
            When(amount=Span(_TWO_UP_TO, _THREE_UP_TO), grades=_PLAIN, listed=(False,), collateral_fall=_LITTLE),
            "three",
        ),
        Row("large", When(amount=Span(over=_THREE_UP_TO)), "committee"),
        Row("weak", When(amount=Span(up_to=_THREE_UP_TO), grades=_WEAK), "committee"),
        Row(
            "fallen",
            When(amount=Span(up_to=_THREE_UP_TO), grades=_PLAIN, collateral_fall=Span(over=_FALL)),
            "committee",
        ),
        Row(
            "listed",
            When(amount=Span(up_to=_THREE_UP_TO), grades=_PLAIN, listed=(True,), collateral_fall=_LITTLE),
            "committee",
        ),
    ),
)


def _without_check(policy: Policy) -> Policy:
    """Return the policy for a lender without a blacklist: no check is asked for, and none relied on."""
    kept = [row for row in policy.rows if row.when.listed != (True,) and row.id not in {"small-good", "small-plain"}]
    either = [replace(row, when=replace(row.when, listed=(False, True))) for row in kept]
    rows = [
        replace(row, when=replace(row.when, amount=Span(up_to=_TWO_UP_TO))) if row.id == "middle" else row
        for row in either
    ]
    paths = {name: replace(path, check_minutes=None) for name, path in policy.paths.items() if name != "automatic"}
    return replace(policy, name="default-without-check", paths=paths, rows=tuple(rows))


WITHOUT_CHECK = _without_check(DEFAULT_POLICY)

SHIPPED: Mapping[str, Policy] = {policy.name: policy for policy in (DEFAULT_POLICY, WITHOUT_CHECK)}
