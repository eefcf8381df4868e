"""The policy table: strict reading, one hash, every case covered once."""

from dataclasses import replace

import pytest

from ledger.core.applications.default_policy import DEFAULT_POLICY, SHIPPED, WITHOUT_CHECK
from ledger.core.applications.policy import Fresh, Policy, Row, Span, StepKind, When, parse_policy
from ledger.core.applications.policy_check import Case, check_policy, find_defects, path_for
from ledger.errors import InvalidInput
from signing.canonical import Json
from support.policies import unchecked


def case(amount: int, grade: str = "B", *, listed: bool = False, fall: int = 0) -> Case:
    return Case(product="personal-instalment", amount=amount, grade=grade, listed=listed, collateral_fall=fall)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        (case(5_000_000, "A"), "automatic"),
        (case(5_000_000, "C"), "two"),
        (case(5_000_001), "two"),
        (case(20_000_000), "two"),
        (case(20_000_001), "three"),
        (case(100_000_000), "three"),
        (case(100_000_001), "committee"),
        (case(1, "D"), "committee"),
        (case(1, "E"), "committee"),
        (case(1, fall=3_000), "automatic"),
        (case(1, fall=3_001), "committee"),
        (case(1, listed=True), "committee"),
    ],
)
def test_default_policy_sends_a_case_where_the_plan_says(given: Case, path: str) -> None:
    assert path_for(DEFAULT_POLICY, given)[0] == path


def test_default_policy_covers_every_case_once() -> None:
    assert find_defects(DEFAULT_POLICY) == []


@pytest.mark.parametrize("given", [replace(case(1), product="car"), case(1, "Z")])
def test_input_outside_the_table_takes_the_strictest_path(given: Case) -> None:
    assert path_for(DEFAULT_POLICY, given) == ("committee", "outside")


def test_policy_survives_its_own_json() -> None:
    again = parse_policy(DEFAULT_POLICY.to_json())
    assert again == DEFAULT_POLICY
    assert again.sha256() == DEFAULT_POLICY.sha256()


def test_missing_row_is_named_with_an_example() -> None:
    gap = replace(DEFAULT_POLICY, rows=tuple(row for row in DEFAULT_POLICY.rows if row.id != "upper"))
    with pytest.raises(
        InvalidInput,
        match=r"CNY 200,000\.01, grade A, personal-instalment, no listing found, collateral not down: nothing covers it .row middle misses it by its “amount up to” alone",
    ) as refused:
        check_policy(gap)
    assert refused.value.code == "policy.gap"


def test_overlapping_rows_are_named_with_an_example() -> None:
    extra = Row(
        "extra", When(amount=Span(up_to=1), grades=("A",), listed=(False,), collateral_fall=Span(up_to=0)), "two"
    )
    with pytest.raises(
        InvalidInput, match=r"^CNY 0.01, grade A, personal-instalment, .*: rows small-good and extra both cover it"
    ) as refused:
        check_policy(replace(DEFAULT_POLICY, rows=(*DEFAULT_POLICY.rows, extra)))
    assert refused.value.code == "policy.overlap"


def changed(**changes: object) -> dict[str, object]:
    return {**DEFAULT_POLICY.to_json(), **changes}


def row(**when: object) -> list[object]:
    plain = DEFAULT_POLICY.to_json()["rows"][0]["when"]  # type: ignore[index,call-overload]  # the shape is known here
    return [{"id": "one", "when": {**plain, **when}, "path": "two"}]  # type: ignore[dict-item]


def paths(**step: object) -> dict[str, object]:
    plain = DEFAULT_POLICY.to_json()["paths"]["committee"]  # type: ignore[index,call-overload]  # the shape is known here
    return {"committee": {**plain, "steps": [{**plain["steps"][0], **step}]}}  # type: ignore[index,call-overload,dict-item]


@pytest.mark.parametrize(
    ("given", "place"),
    [
        (changed(tag="tally/policy/v2"), "policy.tag"),
        (changed(strictest="none"), "policy.strictest"),
        (changed(grades=["A", "A"], rows=row(grades=["*"])), "policy.grades"),
        (changed(rows=row(grades=["Z"])), "policy.rows[0].when.grades"),
        (changed(rows=row() + row()), "policy.rows[1].id"),
        (changed(rows=row(amount={"over": "9", "up_to": "1"})), "policy.rows"),
        (changed(rows=row(amount={"over": 9, "up_to": None})), "policy.rows"),
        (changed(rows=row(amount={"over": "09", "up_to": None})), "policy.rows"),
        (changed(rows=row(collateral_fall={"over": 10_001, "up_to": None})), "policy.rows"),
        (changed(rows=row(listed=[1])), "policy.rows"),
        (changed(paths={}), "policy.paths"),
        (changed(paths=paths(kind="oracle")), "policy.paths"),
        (changed(paths=paths(quorum=6)), "policy.paths"),
        (changed(paths=paths(kind="person")), "policy.paths"),
    ],
)
def test_refusal_names_the_place(given: dict[str, object], place: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_policy(given)  # type: ignore[arg-type]  # wrong on purpose
    assert refused.value.field == place


def test_third_party_data_and_automatic_paths_are_read() -> None:
    path = replace(DEFAULT_POLICY.paths["automatic"], third_party=(Fresh("credit-report", 30),), check_minutes=None)
    again = parse_policy(replace(DEFAULT_POLICY, paths={**DEFAULT_POLICY.paths, "automatic": path}).to_json())
    assert again.paths["automatic"] == path
    assert path.begins_automatic
    assert not again.paths["committee"].begins_automatic


@pytest.mark.parametrize("change", [{"role": "boss"}, {"role": "auditor"}, {"escalates_to": "boss"}])
def test_step_that_nobody_could_decide_is_refused(change: dict[str, str]) -> None:
    two = DEFAULT_POLICY.paths["two"]
    path = replace(two, steps=(replace(two.steps[0], **change), *two.steps[1:]))  # type: ignore[arg-type]  # the cases name its fields
    with pytest.raises(InvalidInput) as refused:
        find_defects(replace(DEFAULT_POLICY, paths={**DEFAULT_POLICY.paths, "two": path}))
    assert refused.value.code == "policy.role"


def test_gap_over_several_products_is_named_once() -> None:
    rows = tuple(row for row in DEFAULT_POLICY.rows if row.id != "large")
    found = find_defects(replace(DEFAULT_POLICY, rows=rows))
    assert len(found) == len({(defect.near, defect.case.amount) for defect in found})


def test_only_so_many_defects_are_named() -> None:
    rows = tuple(Row(f"r{place}", When(amount=Span(2 * place, 2 * place + 1)), "two") for place in range(30))
    assert len(find_defects(replace(DEFAULT_POLICY, rows=rows))) == 20


def test_table_with_too_many_cells_is_refused() -> None:
    rows = tuple(Row(f"r{place}", When(amount=Span(place, place + 1)), "two") for place in range(200))
    wide = replace(
        DEFAULT_POLICY, rows=rows, products=tuple(f"p{place}" for place in range(60)), grades=tuple("ABCDEFGHIJ")
    )
    with pytest.raises(InvalidInput) as refused:
        check_policy(wide)
    assert refused.value.code == "policy.too-large"


def test_check_passes_a_whole_table() -> None:
    check_policy(DEFAULT_POLICY)


def test_rule_set_comes_first_and_never_on_the_strictest_path() -> None:
    automatic, two = DEFAULT_POLICY.paths["automatic"], DEFAULT_POLICY.paths["two"]
    late = replace(two, steps=(*two.steps, *automatic.steps))
    for policy, place in (
        (replace(DEFAULT_POLICY, paths={**DEFAULT_POLICY.paths, "two": late}), "policy.paths.two"),
        (replace(DEFAULT_POLICY, strictest="automatic"), "policy.strictest"),
    ):
        with pytest.raises(InvalidInput) as refused:
            parse_policy(policy.to_json())
        assert refused.value.field == place


@pytest.mark.parametrize("currency", ["cny", "人民币", "CNY ", "CN", ""])
def test_policy_in_a_currency_that_no_application_can_name_is_refused(currency: str) -> None:
    """It would be in force, and refuse every loan."""
    with pytest.raises(InvalidInput) as refused:
        parse_policy({**DEFAULT_POLICY.to_json(), "currency": currency})
    assert refused.value.field == "policy.currency"


@pytest.mark.parametrize("name", ["", " a", "a;b", "a\nb", "=1+1", "-a", "*a", "x" * 61])
def test_name_that_a_cell_of_a_spreadsheet_would_not_hold_unchanged_is_refused(name: str) -> None:
    value: dict[str, Json] = {**DEFAULT_POLICY.to_json(), "branches": [name]}
    with pytest.raises(InvalidInput, match=r"policy\.branches"):
        parse_policy(value)


def test_defect_says_which_kind_it_is() -> None:
    gap = replace(DEFAULT_POLICY, rows=DEFAULT_POLICY.rows[:-1])
    overlap = replace(DEFAULT_POLICY, rows=(*DEFAULT_POLICY.rows, replace(DEFAULT_POLICY.rows[0], id="again")))
    assert {defect.code for defect in find_defects(gap)} == {"policy.gap"}
    assert {defect.code for defect in find_defects(overlap)} == {"policy.overlap"}


def test_step_that_escalates_survives_its_own_json_and_others_do_not_name_it() -> None:
    two = DEFAULT_POLICY.paths["two"]
    steps = tuple(replace(step, escalates_to=None) for step in two.steps)
    policy = replace(DEFAULT_POLICY, paths={"two": replace(two, steps=steps), "three": DEFAULT_POLICY.paths["three"]})
    rows = tuple(replace(row, path="two") for row in policy.rows)
    policy = replace(policy, strictest="two", rows=rows)
    assert parse_policy(policy.to_json()) == policy
    told = policy.to_json()["paths"]
    assert "escalates_to" not in str(told["two"])  # type: ignore[index,call-overload]  # its shape is known
    assert "escalates_to" in str(told["three"])  # type: ignore[index,call-overload]


@pytest.mark.parametrize(("path", "role"), [("two", "officer"), ("committee", "risk")])
def test_step_does_not_escalate_to_itself_nor_a_committee_at_all(path: str, role: str) -> None:
    changed = DEFAULT_POLICY.paths[path]
    steps = (replace(changed.steps[0], escalates_to=role), *changed.steps[1:])
    policy = replace(DEFAULT_POLICY, paths={**DEFAULT_POLICY.paths, path: replace(changed, steps=steps)})
    with pytest.raises(InvalidInput, match="escalates_to"):
        parse_policy(policy.to_json())


@pytest.mark.parametrize("policy", SHIPPED.values(), ids=SHIPPED)
def test_shipped_policies_cover_every_case_and_rely_on_checked_applicants_only(policy: Policy) -> None:
    check_policy(policy)
    assert parse_policy(policy.to_json()) == policy


def test_row_for_the_unlisted_whose_path_asks_for_no_check_is_refused() -> None:
    two = replace(DEFAULT_POLICY.paths["two"], check_minutes=None)
    blind = replace(DEFAULT_POLICY, paths={**DEFAULT_POLICY.paths, "two": two})
    with pytest.raises(InvalidInput, match="row small-plain is for applicants of whom no listing was found") as refused:
        check_policy(blind)
    assert (refused.value.code, refused.value.field) == ("policy.unchecked", "paths.two.check_minutes")
    check_policy(unchecked(blind))


def test_without_a_check_nothing_is_decided_by_a_machine() -> None:
    names = {
        path_for(WITHOUT_CHECK, case(amount, "A", listed=listed))[0]
        for amount in (1, 5_000_000)
        for listed in (False, True)
    }
    assert names == {"two"}


def test_each_step_that_single_people_decide_escalates() -> None:
    steps = [step for path in DEFAULT_POLICY.paths.values() for step in path.steps if step.kind is StepKind.PERSON]
    assert all(step.escalates_to not in {None, step.role} for step in steps)
