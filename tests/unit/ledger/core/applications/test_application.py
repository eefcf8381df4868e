"""Applications: strict reading, the content hash, what the policy sees, what must be at hand, what counts together."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.core.applications.application import Application, Collateral, parse_application
from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.core.applications.groups import Line, group_of
from ledger.core.applications.policy import Fresh
from ledger.core.applications.requirements import Incomplete, Lack, missing, require_complete
from ledger.errors import InvalidInput
from support.applications import ANN, AT_HAND, BOB, application, check, third_party
from support.decisions import NOW

AUTOMATIC = DEFAULT_POLICY.paths["automatic"]


def json_of(**changes: object) -> dict[str, object]:
    return {**application().to_json(), **changes}


def test_application_survives_its_own_json() -> None:
    given = application(
        collateral=(Collateral("house", 100, 60),), third_party=(third_party(NOW, days=1),), checks=(check(),)
    )
    assert parse_application(given.to_json()) == given
    assert parse_application(given.to_json()).sha256() == given.sha256()


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"tag": "tally/application/v2"}, "application.tag"),
        ({"amount": {"currency": "CNY", "minor": 5.5}}, "application.amount"),
        ({"amount": {"currency": "yuan", "minor": "5"}}, "application.amount"),
        ({"amount": {"currency": "CNY", "minor": "05"}}, "application.amount"),
        ({"term_months": 601}, "application.term_months"),
        ({"version": 2}, "application.corrects"),
        ({"corrects": "00" * 32}, "application.corrects"),
        ({"applicants": [{"id": ANN, "role": "borrower"}] * 2}, "application.applicants"),
        (
            {
                "checks": [
                    {
                        "applicant": BOB,
                        "listed": False,
                        "receipt_sha256": "00" * 32,
                        "checked_at": "2026-11-23T09:59:00.000Z",
                    }
                ]
            },
            "application.checks",
        ),
        ({"grade": {"grade": "b", "standard": "1"}}, "application.grade"),
        ({"colour": "red"}, "application.colour"),
    ],
)
def test_refusal_names_the_place(changes: dict[str, object], place: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_application(json_of(**changes))  # type: ignore[arg-type]  # wrong on purpose
    assert refused.value.field == place


def test_any_changed_field_changes_the_content_hash() -> None:
    hashes = {application().sha256(), application(amount=2).sha256(), application(channel="web").sha256()}
    assert len(hashes) == 3


def test_policy_sees_the_group_the_worst_collateral_and_any_listing() -> None:
    given = application(
        collateral=(Collateral("car", 100, None), Collateral("house", 300, 199)), checks=(check(listed=True),)
    )
    case = given.case(7)
    assert (case.amount, case.listed, case.collateral_fall) == (7, True, 3_367)


@pytest.mark.parametrize(
    ("value", "revalued", "fall"),
    [
        (1_000_003, 700_003, 3_000),
        (1_000_003, 700_002, 3_001),
        (10, 7, 3_000),
        (682_724_429, 477_907_100, 3_001),
        (3, 1, 6_667),
    ],
)
def test_fall_of_collateral_is_never_rounded_down(value: int, revalued: int, fall: int) -> None:
    """Down by 30.00003 % is more than 30 %, and goes where the policy sends it."""
    assert Collateral("house", value, revalued).fall == fall


def test_collateral_that_gained_did_not_fall() -> None:
    assert Collateral("house", 100, 150).fall == 0


def complete() -> Application:
    return application(checks=(check(),))


def test_complete_application_misses_nothing() -> None:
    assert missing(AUTOMATIC, complete(), AT_HAND, NOW) == []
    require_complete(AUTOMATIC, complete(), AT_HAND, NOW)


def test_everything_missing_is_named() -> None:
    path = replace(AUTOMATIC, third_party=(Fresh("credit-report", 30),))
    with pytest.raises(
        Incomplete,
        match="kind identity; data of credit-report not older than 30 days; a blacklist check of applicant 1",
    ) as told:
        require_complete(path, application(attachments=()), replace(AT_HAND, checks=()), NOW)
    assert [one.lack for one in told.value.lacks] == list(Lack)


@pytest.mark.parametrize("late", [timedelta(minutes=16), -timedelta(minutes=3)])
def test_check_too_old_or_from_the_future_does_not_count(late: timedelta) -> None:
    assert len(missing(AUTOMATIC, application(), replace(AT_HAND, checks=(check(NOW - late),)), NOW)) == 1


def test_third_party_data_counts_until_it_runs_out() -> None:
    path = replace(AUTOMATIC, third_party=(Fresh("credit-report", 30),), check_minutes=None)
    for days, lines in ((1, 0), (31, 1)):
        assert len(missing(path, application(third_party=(third_party(NOW, days=days),)), AT_HAND, NOW)) == lines
    expired = replace(third_party(NOW, days=1), valid_until="2026-11-23T09:00:00.000Z")
    assert len(missing(path, application(third_party=(expired,)), AT_HAND, NOW)) == 1


def line(name: str, people: str, amount: int, *, days: int = 0, currency: str = "CNY") -> Line:
    return Line(
        application=name,
        applicants=frozenset(people),
        currency=currency,
        amount=amount,
        submitted_at=NOW - timedelta(days=days),
    )


def test_linked_applications_are_added_up_through_shared_people() -> None:
    others = [line("2", "bc", 20), line("3", "cd", 30), line("4", "x", 40), line("5", "a", 50, days=91)]
    group = group_of(line("1", "ab", 10), others, days=90)
    assert (group.applications, group.amount) == (("1", "2", "3"), 60)


def test_another_currency_is_named_and_not_added() -> None:
    group = group_of(line("1", "a", 10), [line("2", "a", 20, currency="USD")], days=90)
    assert (group.amount, group.other_currencies) == (10, ("USD",))
