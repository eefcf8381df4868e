"""The later life of an application as trails: as it may go, and past the rules, for the tests of the replay."""

from dataclasses import replace
from datetime import timedelta

from ledger.core.applications.offers import accept_offer, read_offer
from signing.canonical import Json
from support.trail import LOAN, Trail, in_review

OFFER = ("amount=CNY 80,000.00",)


def returned(status: str = "delivered") -> Trail:
    """Return a trail whose loan was given back to its applicant, who was told until the day after next."""
    trail = in_review()
    trail.say("olga", "return", "returned", conditions=("a payslip",))
    tell(trail, status)
    return trail


def tell(trail: Trail, status: str = "delivered") -> None:
    until = (trail.now + timedelta(days=2)).date().isoformat()
    told: dict[str, Json] = {"message": "m-1", "channel": "sms", "status": status, "until": until}
    trail.add("application.told", LOAN, told=told, recorder="otto")


def correct(trail: Trail, **changes: object) -> None:
    """Record a correction; `changes` spoil it."""
    before = trail.content
    facts = {"version": before.version + 1, "corrects": before.sha256(), "term_months": 12, **changes}
    trail.content = replace(before, **facts)  # type: ignore[arg-type]  # the tests name its fields
    trail.add("application.corrected", LOAN, application=trail.content.to_json(), author="otto")


def countered() -> Trail:
    trail = in_review()
    trail.say("olga", "counter", "countered", conditions=OFFER)
    return trail


def accept(trail: Trail, **changes: object) -> None:
    taken = accept_offer(trail.content, read_offer(OFFER), b"\x05" * 32)
    trail.content = replace(taken, **changes)  # type: ignore[arg-type]  # the tests name its fields
    trail.add("application.accepted", LOAN, application=trail.content.to_json(), author="otto")


def conditional() -> Trail:
    trail = in_review()
    trail.say("olga", conditions=("insurance",))
    trail.say("rita", moved="approved-with-conditions", conditions=("deed",))
    return trail


def report(trail: Trail, place: Json = 0, reporter: Json = "otto") -> None:
    trail.add("application.condition-reported", LOAN, {"condition": place}, reporter=reporter)


def meet(trail: Trail, place: Json = 0, checker: Json = "rita") -> None:
    trail.add("application.condition-met", LOAN, {"condition": place}, checker=checker)


def lapse(trail: Trail, days: int) -> Trail:
    trail.now += timedelta(days=days)
    trail.add("application.lapsed", LOAN)
    return trail


def alone() -> Trail:
    """Have one person bring the evidence and check it."""
    trail = conditional()
    report(trail, reporter="rita")
    meet(trail)
    return trail


def other_offer() -> Trail:
    trail = countered()
    accept(trail, amount=9_000_000)
    return trail


def other_version() -> Trail:
    trail = in_review()
    correct(trail, version=3)
    return trail
