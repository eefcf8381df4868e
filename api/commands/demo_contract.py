"""The loan of the demonstration: a personal instalment loan, in Chinese and English side by side."""

from collections.abc import Sequence
from datetime import date, timedelta

from api.commands.demo_parties import Party
from signing.canonical import Json

TEMPLATE = "personal-instalment"
_DAYS_TO_DRAWDOWN, _DAYS_TO_FIRST_DUE = 5, 35

BRIEF_TERMS: dict[str, Json] = {
    "product": TEMPLATE,
    "amount": {"currency": "CNY", "minor": "12000000"},
    "term_months": 24,
    "annual_rate": "4.85",
}


def demo_draft(parties: Sequence[Party], lender: str, today: date) -> dict[str, Json]:
    """Return the body of POST /v1/templates/personal-instalment/agreements, sent at once."""
    return _draft([_signer(party) for party in parties], lender, today)


def signing_draft(signers: Sequence[Json], lender: str, today: date) -> dict[str, Json]:
    """Return the body of a loan that has a guarantor, for signers as the service takes them."""
    return _draft(signers, lender, today, guarantee={"kind": "joint", "months": 36})


def _draft(signers: Sequence[Json], lender: str, today: date, **more: Json) -> dict[str, Json]:
    repayment: Json = {
        "method": "equal-instalment",
        "every_months": 1,
        "day_count": "30/360",
        "drawdown": (today + timedelta(days=_DAYS_TO_DRAWDOWN)).isoformat(),
        "first_due": (today + timedelta(days=_DAYS_TO_FIRST_DUE)).isoformat(),
        "business_days": "following",
    }
    terms: dict[str, Json] = {
        **BRIEF_TERMS,
        "repayment": repayment,
        "late_rate": "7.275",
        "fees": [{"kind": "arrangement", "amount": {"currency": "CNY", "minor": "60000"}, "charged": "at-drawdown"}],
        "purpose": "住房装修 (home improvement)",
        **more,
    }
    return {
        "language": "zh-en",
        "terms": terms,
        "lender": {
            "name": lender,
            "identifier": "91310000MA1FL0000X",
            "address": "上海市样例路1号 (1 Example Road, Shanghai)",
        },
        "signers": list(signers),
        "send": True,
    }


def _signer(party: Party) -> Json:
    if party.role == "lender":
        return party.to_json()
    printed: Json = {"identifier": "330106199203154417", "address": "杭州市样例巷22号 (22 Sample Lane, Hangzhou)"}
    return {**party.to_json(), "printed": printed}
