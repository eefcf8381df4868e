"""What an entry adds to the figures, what is made of them, and the rows that the audit holds them against."""

from dataclasses import replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from ledger.core.applications.expected_figures import FACTS, STAGES, expect_figures
from ledger.core.applications.figures import Stage, Told, fold
from ledger.core.applications.figures_report import Figures, Times, change, rate
from ledger.core.applications.stands import Stands
from ledger.core.log.audit_projection import Projection, World
from ledger.core.log.audit_projection import Told as AuditTold
from ledger.core.log.business_time import BusinessTime
from ledger.core.log.directory import Calendar
from ledger.core.log.entry import Subject
from signing.canonical import Json
from support.fixed_keys import ORIGIN
from support.told import INSTITUTION, after, told, world

CLOCK = BusinessTime(ZoneInfo("Asia/Shanghai"), Calendar())
OFFICER = Stands(
    state="in-review", version=1, step=0, waiting_for="officer", due_on="2026-11-25", policy_id="p-1", path="two"
)
RISK = replace(OFFICER, step=1, waiting_for="risk", due_on="2026-11-27")
DONE = replace(RISK, state="approved", waiting_for="", due_on="")
DRAFT = replace(OFFICER, state="draft", waiting_for="", due_on="", policy_id="", path="")


def entry(kind: str, at: str, stands: Stands, decider: str = "", *, automated: bool = False) -> Told:
    return Told(
        type=f"application.{kind}", at=f"2026-11-{at}.000Z", stands=stands, decider=decider, is_automated=automated
    )


def after_all(*entries: Told) -> tuple[Stage, list[dict[str, object]]]:
    stage: Stage | None = None
    facts = []
    for each in entries:
        stage, fact = fold(stage, each, CLOCK)
        facts.append(vars(fact))
    assert stage is not None
    return stage, facts


CREATED = entry("created", "23T01:00:00", DRAFT)
SUBMITTED = entry("submitted", "23T02:00:00", OFFICER)


def test_stage_is_timed_from_its_beginning_to_the_decision_that_ends_it() -> None:
    stage, facts = after_all(
        CREATED, SUBMITTED, entry("decided", "23T05:00:00", RISK, "olga"), entry("decided", "30T02:00:00", DONE, "rita")
    )
    assert [
        (fact["stage"], fact["ends"], fact["seconds"], fact["late"], fact["actor"], fact["moved"]) for fact in facts
    ] == [
        ("", 0, 0, 0, "", ""),
        ("", 0, 0, 0, "", "submitted"),
        ("officer", 1, 3 * 3600, 0, "olga", ""),
        ("risk", 1, (5 * 24 - 3) * 3600, 1, "rita", "approved"),
    ]
    assert (stage.state, stage.stage, stage.since) == ("approved", "", "2026-11-30T02:00:00.000Z")


def test_decision_that_leaves_the_stage_open_is_timed_and_ends_nothing() -> None:
    stage, facts = after_all(SUBMITTED, entry("decided", "23T05:00:00", OFFICER, "olga"))
    assert (facts[1]["ends"], facts[1]["seconds"], facts[1]["actor"]) == (0, 3 * 3600, "olga")
    assert stage.since == SUBMITTED.at


def test_rule_set_is_no_person_and_its_stage_has_a_time() -> None:
    rules = replace(OFFICER, waiting_for="rule-set", path="automatic")
    _, facts = after_all(
        entry("submitted", "23T02:00:00", rules), entry("decided", "23T02:00:00", DONE, automated=True)
    )
    assert (facts[1]["automated"], facts[1]["actor"], facts[1]["stage"], facts[1]["seconds"]) == (1, "", "rule-set", 0)


def test_submission_anew_begins_a_stage_anew() -> None:
    again = entry("submitted", "24T02:00:00", OFFICER)
    stage, facts = after_all(SUBMITTED, again)
    assert (stage.since, facts[1]["moved"]) == (again.at, "submitted")


def times(p50: int, total: int) -> Times:
    return Times(count=2, total=total, p50=p50, p90=p50, late=0)


def figures(**changes: object) -> Figures:
    usual: dict[str, object] = {
        "stages": {"officer": times(10, 20), "risk": times(5, 50)},
        "approvers": {},
        "moved": {"approved": 2, "approved-with-conditions": 1, "declined": 1, "returned": 1, "submitted": 6},
        "automated": {"approved": 1, "returned": 1},
        "waiting": {},
    }
    return Figures(**(usual | changes))  # type: ignore[arg-type]  # each test gives the parts it is about


def test_rates_are_shares_of_what_they_say() -> None:
    found = figures()
    assert (found.approval_rate, found.return_rate, found.automation_rate) == (
        Decimal("0.7500"),
        Decimal("0.1667"),
        Decimal("0.2500"),
    )
    assert found.bottleneck == "risk"


def test_nothing_decided_has_no_rate_and_no_bottleneck() -> None:
    empty = figures(stages={}, moved={}, automated={})
    assert set(empty.rates().values()) == {None}
    assert empty.bottleneck is None
    at_once = {"officer": Times(count=3, total=0, p50=0, p90=0, late=0)}
    assert replace(empty, stages=at_once).bottleneck is None  # decided on a day off: no business time went by
    assert rate(1, 0) is None


def test_two_periods_are_compared_where_both_have_something() -> None:
    before = figures(stages={"officer": times(4, 8)}, moved={**figures().moved, "declined": 3})
    assert change(before, figures()) == {
        "approval_rate": "+0.2500",
        "return_rate": "+0.0000",
        "automation_rate": "+0.0833",
        "officer.p50": "+6",
        "officer.p90": "+6",
        "risk.p50": None,
        "risk.p90": None,
    }
    assert change(figures(moved={}), figures())["approval_rate"] is None


FIRST = Subject("application", "a-1", 1, None)


def history(*changes: dict[str, Json]) -> list[AuditTold]:
    given: list[AuditTold] = []
    for values in changes:
        subject = after(given[-1].placed) if given else FIRST
        committed = dict.fromkeys(values, "00" * 32) if values else {"stands": "00" * 32}
        given.append(told("application.decided", values, subject=subject, private=committed))
    return given


def expected(given: list[AuditTold], **changes: object) -> Projection:
    asked: World = world(**{"folded": {ORIGIN: 10}, "business": {INSTITUTION: CLOCK}, **changes})
    projection = Projection()
    expect_figures(projection, given, asked)
    return projection


SAID: dict[str, Json] = {"stands": OFFICER.to_json(), "decider": "olga"}
THEN: dict[str, Json] = {"stands": DONE.to_json(), "automated": "{}"}


def test_each_entry_makes_a_fact_and_the_last_one_says_where_it_stands() -> None:
    found = expected(history(SAID, THEN)).rows
    assert [row.table for row in found] == [FACTS, STAGES, FACTS]
    assert [row.values["actor"] for row in found if row.table == FACTS] == ["olga", ""]
    assert next(row.values["state"] for row in found if row.table == STAGES) == "approved"


@pytest.mark.parametrize("changes", [{"folded": {}}, {"folded": {ORIGIN: 0}}])
def test_entry_that_was_not_taken_in_yet_makes_none(changes: dict[str, object]) -> None:
    assert expected(history(SAID), **changes) == Projection()


@pytest.mark.parametrize(
    ("given", "changes"),
    [
        (history({}), {}),  # erased: committed to, and not opened
        (history({"stands": {}}), {}),
        (history(SAID), {"business": {}}),
    ],
)
def test_what_is_no_longer_told_is_passed_over(given: list[AuditTold], changes: dict[str, object]) -> None:
    assert expected(given, **changes).untold == {FACTS, STAGES}


def test_entry_without_a_state_adds_nothing() -> None:
    assert expected(history({"note": "x"})) == Projection()
