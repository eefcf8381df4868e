"""Another policy tried on past applications: counted by path, groups added up anew where the policy links over other days."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.core.applications.application import Applicant, Application
from ledger.core.applications.default_policy import DEFAULT_POLICY
from ledger.core.applications.dry_run import DryRun, Past, Period, dry_run
from ledger.core.applications.groups import Line, Lines, group_of
from ledger.core.applications.policy import Policy, Row, Span, When
from support.applications import ANN, BOB, application
from support.decisions import NOW

DAY = timedelta(days=1)
PERIOD = Period(since=NOW, until=NOW + 30 * DAY)


def past(
    name: str, amount: int, path: str, *, day: int = 1, people: tuple[str, ...] = (ANN,), **changes: object
) -> Past:
    content: Application = application(
        number=name, amount=amount, applicants=tuple(Applicant(person, "borrower") for person in people), **changes
    )
    return Past(
        application=name,
        content=content,
        submitted_at=NOW + day * DAY,
        path=path,
        group_amount=amount,
        link_days=DEFAULT_POLICY.link_days,
    )


def stricter() -> Policy:
    """The shipped policy with the committee from 150,000 on."""
    limit = 15_000_000
    rows = tuple(
        replace(row, when=replace(row.when, amount=Span(row.when.amount.over, limit)))
        if row.id == "middle"
        else replace(row, when=replace(row.when, amount=Span(limit, row.when.amount.up_to)), path="committee")
        if row.id == "upper"
        else row
        for row in DEFAULT_POLICY.rows
    )
    return replace(DEFAULT_POLICY, rows=rows)


def test_change_is_said_path_by_path_with_the_applications_that_moved() -> None:
    many = [
        past("A-1", 10_000_000, "two"),
        past("A-2", 16_000_000, "two", people=(BOB,)),
        past("A-3", 50_000_000, "three"),
        past("A-4", 4_000_000, "automatic"),
    ]
    tried = dry_run(stricter(), many, PERIOD)
    assert (tried.before, tried.after) == (
        {"two": 2, "three": 1, "automatic": 1},
        {"two": 1, "committee": 2, "automatic": 1},
    )
    assert [(each.number, each.before, each.after, each.row) for each in tried.moved] == [
        ("A-2", "two", "committee", "upper"),
        ("A-3", "three", "committee", "upper"),
    ]
    assert tried.sentences() == [
        "this change would have sent 2 more to committee",
        "this change would have sent 1 fewer to three",
        "this change would have sent 1 fewer to two",
    ]


def test_listing_that_a_later_check_found_counts() -> None:
    listed = replace(past("A-1", 4_000_000, "committee"), listed=True)
    assert dry_run(DEFAULT_POLICY, [listed], PERIOD).moved == ()


def test_policy_in_force_changes_nothing() -> None:
    tried = dry_run(DEFAULT_POLICY, [past("A-1", 10_000_000, "two")], PERIOD)
    assert tried.moved == ()
    assert tried.sentences() == ["this change would have sent as many to each path"]


def test_only_what_the_period_holds_and_the_policy_decides_is_counted() -> None:
    many = [
        past("A-1", 10_000_000, "two", day=-1),
        past("A-2", 10_000_000, "two", day=30),
        past("A-3", 10_000_000, "two", currency="USD"),
        past("A-4", 10_000_000, "two", branch="elsewhere"),
        past("A-5", 10_000_000, "two", branch="hangzhou"),
    ]
    tried = dry_run(replace(DEFAULT_POLICY, branches=("hangzhou",)), many, PERIOD)
    assert (tried.counted, tried.other_currency, tried.other_branch) == (1, 1, 1)


def test_application_submitted_again_counts_once_by_its_newest_submission() -> None:
    tried = dry_run(DEFAULT_POLICY, [past("A-1", 50_000_000, "three"), past("A-1", 10_000_000, "two", day=2)], PERIOD)
    assert tried.before == tried.after == {"two": 1}


def test_groups_are_added_up_anew_where_the_policy_links_over_other_days() -> None:
    many = [
        past("A-1", 12_000_000, "two", day=-60),
        past("A-2", 12_000_000, "two", people=(ANN, BOB)),
        past("A-3", 1_000_000, "two", people=(BOB,)),
    ]
    longer, shorter = (replace(DEFAULT_POLICY, link_days=days) for days in (100, 10))
    assert dry_run(longer, many, PERIOD).after == {"three": 2}
    assert dry_run(shorter, many, PERIOD).after == {"two": 2}


def test_only_what_stood_at_its_submission_is_added_up_with_an_application() -> None:
    longer = replace(DEFAULT_POLICY, link_days=100)
    later = [past("A-1", 12_000_000, "two", day=2), past("A-2", 12_000_000, "two", day=20)]
    assert dry_run(longer, later[::-1], PERIOD).after == {
        "two": 1,
        "three": 1,
    }  # nobody knew of the second at the first
    gone = replace(later[0], ended_at=NOW + 19 * DAY)
    assert dry_run(longer, [gone, later[1]], PERIOD).after == {"two": 2}
    assert dry_run(longer, [replace(gone, ended_at=NOW + 21 * DAY), later[1]], PERIOD).after == {"two": 1, "three": 1}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sets(st.sampled_from("abcde"), min_size=1), st.integers(0, 40)), min_size=1, max_size=8))
def test_lines_find_the_group_that_looking_at_all_finds(given: list[tuple[set[str], int]]) -> None:
    all_lines = [
        Line(
            application=f"A-{n}",
            applicants=frozenset(people),
            currency="CNY",
            amount=2**n,
            submitted_at=NOW + day * DAY,
        )
        for n, (people, day) in enumerate(given)
    ]
    lines = Lines()
    for line in all_lines:
        lines.put(line)
    for own in all_lines:
        assert lines.group_of(own, days=20) == group_of(own, all_lines, days=20)


def test_row_that_covers_nothing_is_outside() -> None:
    empty = replace(DEFAULT_POLICY, rows=(Row("none", When(grades=("E",)), "two"),))
    tried: DryRun = dry_run(empty, [past("A-1", 10_000_000, "two")], PERIOD)
    assert [(each.after, each.row) for each in tried.moved] == [("committee", "outside")]
