"""Whatever is sent as terms: a refusal that names a field, or terms with a schedule, a cost and a contract; nothing else."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core.agreements.contract_facts import contract_facts, cost_of
from ledger.core.agreements.repayment import make_schedule
from ledger.core.agreements.terms import parse_terms
from ledger.errors import InvalidInput
from signing.canonical import encode
from support.drafts import contract, guaranteed
from support.loan_terms import FULL_TERMS

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.sampled_from(["0", "1", "999999999999999999", "0.000001", "999.999999", "bullet", "interest-only", "preceding"]),
    st.sampled_from(
        ["30/360", "actual/actual", "2026-12-02", "9000-12-31", "2024-02-29", "JPY", "at-drawdown", 1, 3, 600]
    ),
)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=2), st.dictionaries(st.text(max_size=4), SCALARS, max_size=2))


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:  # noqa: ANN401  # JSON of any form
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in items for place in places(item, (*path, key)))]


@st.composite
def changed(draw: st.DrawFn, whole: Any) -> Any:  # noqa: ANN401  # JSON of any form
    """Return a copy with up to three of its parts exchanged."""
    value: Any = copy.deepcopy(whole)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(places(value)))
        if not path:
            return draw(VALUES)
        target = value
        for step in path[:-1]:
            target = target[step]
        target[path[-1]] = draw(VALUES)
    return value


def refused_field(work: Callable[[], object]) -> str | None:
    """Return the field that a refusal names, or None where there was none; anything but a refusal passes through."""
    try:
        work()
    except InvalidInput as refused:
        return refused.field or "none named"
    return None


def check_terms(value: Any) -> None:  # noqa: ANN401  # JSON of any form
    terms = parse_terms(value)
    rows = make_schedule(terms.plan(), lambda day: day.isoweekday() < 6)
    assert cost_of(terms, rows).fees >= 0
    assert parse_terms(terms.to_json()) == terms
    assert encode(terms.to_json())
    assert sum(row.principal for row in rows) == terms.amount.minor


@pytest.mark.repeats
@settings(max_examples=400)
@given(changed(FULL_TERMS))
def test_terms_are_refused_by_name_or_make_a_schedule(value: Any) -> None:  # noqa: ANN401  # JSON of any form
    assert refused_field(lambda: check_terms(value)) != "none named"


@pytest.mark.repeats
@settings(max_examples=200)
@given(changed(guaranteed("zh-en")))
def test_drafts_are_refused_by_name_or_make_facts(value: Any) -> None:  # noqa: ANN401  # JSON of any form
    assert refused_field(lambda: contract_facts(contract(value), lambda _: True)) != "none named"
