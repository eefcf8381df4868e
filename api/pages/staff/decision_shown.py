"""What the pages of decisions show, as values: the queue's rows, every field of an application, its path, and what was decided."""

from collections.abc import Sequence
from typing import Any

from api.pages.customer.terms_card import Words, shown_money
from api.pages.staff.times import when
from api.pages.words import TEXTS
from ledger.core.agreements.currency import Money, written
from ledger.core.applications.application import Application, BlacklistCheck, Collateral
from ledger.core.applications.decide import Verdict
from ledger.core.applications.evidence import parse_verification
from ledger.core.applications.offers import read_offer
from ledger.core.applications.policy import Step, StepKind
from ledger.core.applications.requirements import Lack, Missing
from ledger.core.applications.rule_set import ROLE
from ledger.core.log.currencies import decimals
from ledger.services.applications.queue import Waiting
from ledger.services.applications.read import ApplicationRead, ToldEvidence
from ledger.services.applications.review import Reviewed, ToldDecision
from ledger.services.applications.seating import Seating
from ledger.services.applications.told_lately import ToldLately
from ledger.services.applications.ways import Way

Rows = tuple[tuple[str, str], ...]


def rows_shown(waiting: Sequence[Waiting], w: Words) -> list[dict[str, object]]:
    """Return the queue's rows: which application, why it waits for the reader, until when."""
    return [
        {
            "id": item.row.id,
            "number": item.row.number,
            "branch": item.row.branch,
            "role": office(item.ways[0].role if item.ways else item.state.waiting_for, w),
            "why": w(f"desk.why-{_why(item)}"),
            "due": item.state.due_on,
            "is_overdue": item.is_overdue,
        }
        for item in waiting
    ]


def _why(item: Waiting) -> str:
    if item.names_committee:
        return "seat"
    if item.is_escalated:
        return "escalated"
    if all(way.in_place_of for way in item.ways):
        return "delegated"
    return "vote" if item.is_committee else "own"


def office(role: str, w: Words) -> str:
    """Return a deciding role in the reader's language; a role that only a policy names is shown as it is."""
    return named("office", role, w)


def named(group: str, name: str, w: Words) -> str:
    """Return what a policy or an application names, in the reader's language; a lender's own word is shown as it is."""
    return w(f"{group}.{name}") if f"{group}.{name}" in TEXTS else name


def application_shown(found: ApplicationRead, w: Words) -> dict[str, Any]:
    """Return every field of the application's current version."""
    content, view, later = found.content, found.view, found.at_hand
    received = {row.sha256: row.id for row in found.attachments}
    return {
        "id": view.row.id,
        "number": view.row.number,
        "state": view.state.state,
        "due_on": view.state.due_on,
        "facts": _facts(content, w),
        "people": _people(found, w),
        "collateral": [_collateral(item, content.currency, w) for item in content.collateral],
        "attachments": [
            (named("attachment", item.kind, w), item.sha256.hex(), received.get(item.sha256))
            for item in content.attachments
        ],
        "third_party": [
            w(
                "desk.valid",
                source=named("source", item.source, w),
                at=when(item.fetched_at),
                until=when(item.valid_until),
            )
            for item in (*content.third_party, *later.third_party)
        ],
        "checks": [_check(item, w, proved=item in later.checks) for item in (*content.checks, *later.checks)],
        "verifications": [_verified(one, w) for one in found.evidence if one.row.kind == "verification"],
        "content_sha256": view.version.content_sha256.hex(),
        "terms_sha256": content.terms_sha256.hex(),
        "currency": content.currency,
        "minor": str(content.amount),
        "decimals": decimals(content.currency),
        "plain": written(content.amount, content.currency),
        "amount": shown_money(Money(content.currency, content.amount)),
        "months": content.term_months,
    }


def _check(item: BlacklistCheck, w: Words, *, proved: bool) -> tuple[str, str]:
    result = w("desk.listed" if item.listed else "desk.clean")
    return f"{result} · {w('desk.proved' if proved else 'desk.claimed')}", when(item.checked_at)


def _verified(one: ToldEvidence, w: Words) -> str:
    told = parse_verification(one.said)
    parts = (told.material, told.source, w(f"desk.result-{told.result}"), told.note, when(one.row.recorded_at))
    return " · ".join(part for part in parts if part)


def _facts(content: Application, w: Words) -> Rows:
    return (
        (w("desk.amount"), shown_money(Money(content.currency, content.amount))),
        (w("desk.product"), named("product", content.product, w)),
        (w("desk.term"), w("desk.months", count=content.term_months)),
        (w("desk.grade"), f"{content.grade} ({content.grading_standard})"),
        (w("desk.branch"), content.branch),
        (w("desk.channel"), named("channel", content.channel, w)),
        (w("desk.version"), str(content.version)),
    )


def _people(found: ApplicationRead, w: Words) -> Rows | None:
    """Return role and particulars of each applicant; None for a reader whose grade does not reach them."""
    if not isinstance(found.people, list):
        return None
    people = [one for one in found.people if isinstance(one, dict)]
    return tuple((named("role", str(one.get("role")), w), _particulars(one)) for one in people)


def _particulars(one: dict[str, Any]) -> str:
    identity = one.get("identity")
    number = identity.get("value") if isinstance(identity, dict) else None
    return " · ".join(str(part) for part in (one.get("name"), number, one.get("phone")) if part)


def _collateral(item: Collateral, currency: str, w: Words) -> tuple[str, str]:
    value = shown_money(Money(currency, item.value))
    return named("collateral", item.kind, w), w(
        "desk.fall", value=value, fall=f"{item.fall / 100:.2f}"
    ) if item.fall else value


def review_shown(found: ApplicationRead, reviewed: Reviewed, w: Words) -> dict[str, Any]:
    """Return policy and path with the step that is due, the committee, what was decided, and how the reader may decide."""
    policy, progress = reviewed.policy, reviewed.progress
    steps = reviewed.path.steps if reviewed.path else ()
    now = progress.step if progress else len(steps) if found.view.state.state.startswith("approved") else -1
    return {
        "policy": (named("policy", policy.name, w), policy.sha256.hex()) if policy else None,
        "path": named("path", found.view.state.path, w),
        "steps": [(_step(number, step, w), _place(number, now)) for number, step in enumerate(steps)],
        "is_committee": bool(progress and steps and steps[progress.step].kind is StepKind.COMMITTEE),
        "author": reviewed.names.get(found.view.row.author_id, "–"),
        "members": _members(reviewed, w),
        "decisions": [_decision(item, reviewed.names, w) for item in reviewed.decisions],
        "missing": [lack_shown(item, w) for item in reviewed.missing],
        "ways": [_way(way, reviewed.names, w) for way in reviewed.ways],
        "verdicts": list(dict.fromkeys(verdict.value for way in reviewed.ways for verdict in way.verdicts)),
    }


def lack_shown(item: Missing, w: Words) -> str:
    """Return in words one thing that an approval still misses."""
    group = {Lack.ATTACHMENT: "attachment", Lack.THIRD_PARTY: "source"}.get(item.lack)
    return w(f"lack.{item.lack}", name=named(group, item.name, w) if group else item.name, age=item.age)


def _step(number: int, step: Step, w: Words) -> str:
    text = w("desk.step", number=number + 1, role=office(step.role, w))
    parts = [text, *step.departments]
    if step.kind is StepKind.COMMITTEE:
        parts.append(w("desk.committee-size", size=step.size, quorum=step.quorum))
    elif step.count > 1:
        parts.append(w("desk.step-count", count=step.count))
    return " · ".join(parts)


def _place(number: int, now: int) -> str:
    return "done" if number < now else "now" if number == now else "later"


def _members(reviewed: Reviewed, w: Words) -> list[tuple[str, str, str]] | None:
    """Return each member's name, whether they take the chair, and what they have voted; None where no committee was named."""
    if reviewed.sitting is None or reviewed.progress is None:
        return None
    voted = {ballot.person: w(f"verdict.{ballot.vote}") for ballot in reviewed.progress.ballots}
    chair = reviewed.sitting.chair
    return [
        (
            reviewed.names.get(member, "–"),
            w("desk.chair") if member == chair else "",
            voted.get(member, w("desk.not-voted")),
        )
        for member in reviewed.sitting.members
    ]


def _decision(item: ToldDecision, names: dict[str, str], w: Words) -> dict[str, object]:
    place = item.in_place_of
    return {
        "verdict": w(f"verdict.{item.verdict}"),
        "kind": item.verdict,
        "by": item.name or ("" if item.role == ROLE else "–"),
        "role": office(item.role, w),
        "place": w("desk.in-place-of", name=names.get(place, "–")) if place else None,
        "conditions": _conditions(item, w),
        "reason": item.reason,
        "version": item.version,
        "at": when(item.at),
    }


def _conditions(item: ToldDecision, w: Words) -> list[str]:
    """Return in words what an approval hangs on, what a return asks for, or what a counter-offer offers."""
    if item.verdict != Verdict.COUNTER:
        label = w("desk.needed" if item.verdict == Verdict.RETURN else "desk.conditions")
        return [f"{label}: {line}" for line in item.conditions]
    offer = read_offer(item.conditions)
    amount = None if offer.currency is None or offer.amount is None else Money(offer.currency, offer.amount)
    parts = [
        "" if amount is None else shown_money(amount),
        "" if offer.term_months is None else w("desk.months", count=offer.term_months),
    ]
    return [f"{w('desk.offered')}: {', '.join(part for part in parts if part)}"]


def _way(way: Way, names: dict[str, str], w: Words) -> tuple[str, str]:
    role, place = office(way.role, w), way.in_place_of
    if place is None:
        return "", w("desk.as-self", role=role)
    return place, w("desk.as-other", role=role, name=names.get(place, "–"))


def telling_shown(found: ToldLately, w: Words) -> dict[str, object]:
    """Return what the applicant was told, the newest first, and whether mail can reach them."""
    waiting = [(w("tell.line", way=w("tell.email"), until=row.until), "", w("delivery.waiting")) for row in found.mails]
    told = [
        (
            f"{when(at)} · {w('tell.line', way=w(f'tell.{channel}') if f'tell.{channel}' in TEXTS else channel, until=until)}",
            "dead" if status == "failed" else "complete",
            w(f"tell.status-{status}"),
        )
        for at, channel, status, until in reversed(found.told)
    ]
    return {"can_mail": found.can_mail, "lines": waiting + told}


def seating_shown(found: Seating, w: Words) -> dict[str, object]:
    """Return how a committee is to be named: in words, how many, and from whom."""
    step = found.step
    rules = [w("desk.seat-rule", size=step.size, quorum=step.quorum)]
    if step.chair_casts:
        rules.append(w("desk.seat-casting"))
    if step.veto:
        rules.append(w("desk.seat-veto", role=", ".join(office(role, w) for role in step.veto)))
    return {
        "size": step.size,
        "rules": rules,
        "is_again": found.is_again,
        "is_short": len(found.candidates) < step.size,
        "candidates": [
            {"id": one.id, "name": one.name, "about": ", ".join(one.departments), "has_veto": one.has_veto}
            for one in found.candidates
        ],
    }
