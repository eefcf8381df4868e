"""Full terms of a loan, as JSON: the example of docs/formats/terms.md, and what typesetting tests vary."""

from signing.canonical import Json

FULL_TERMS: dict[str, Json] = {
    "product": "small-business",
    "amount": {"currency": "CNY", "minor": "80000000"},
    "term_months": 24,
    "annual_rate": "4.85",
    "repayment": {
        "method": "equal-principal",
        "every_months": 3,
        "day_count": "actual/360",
        "drawdown": "2026-12-01",
        "first_due": "2027-02-28",
        "business_days": "modified-following",
    },
    "late_rate": "7.275",
    "fees": [
        {"kind": "appraisal", "amount": {"currency": "CNY", "minor": "200000"}, "charged": "at-drawdown"},
        {"kind": "service", "amount": {"currency": "CNY", "minor": "5000"}, "charged": "each-instalment"},
    ],
    "purpose": "采购生产设备 (production equipment)",
    "guarantee": {"kind": "joint", "months": 36, "limit": {"currency": "CNY", "minor": "100000000"}},
    "collateral": [
        {
            "kind": "equipment",
            "description": "CNC lathe CK6150, No. 2024-0871",
            "owner": "杭州衡石机械有限公司",
            "value": {"currency": "CNY", "minor": "36000000"},
        }
    ],
}


def terms(**changes: Json) -> dict[str, Json]:
    """Return the full terms with some members exchanged; None leaves one out."""
    changed = FULL_TERMS | changes
    return {name: value for name, value in changed.items() if value is not None}


def repayment(**changes: Json) -> dict[str, Json]:
    """Return the member `repayment` with some of its members exchanged; None leaves one out."""
    usual = FULL_TERMS["repayment"]
    changed = (dict(usual) if isinstance(usual, dict) else {}) | changes
    return {name: value for name, value in changed.items() if value is not None}
