"""People, paths and decisions for the tests of the approval rules."""

from datetime import UTC, datetime

from ledger.core.applications.decide import Actor, Decision, Delegation, Review, Verdict
from ledger.core.applications.default_policy import DEFAULT_POLICY

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
CONTENT = b"\x01" * 32
OFFICER, RISK, HEAD = (
    Actor(id=name, roles=frozenset({role}))
    for name, role in (("o", "officer"), ("r", "risk"), ("h", "department-head"))
)


def review(name: str, **more: object) -> Review:
    facts = {
        "content_sha256": CONTENT,
        "path": DEFAULT_POLICY.paths[name],
        "amount": 1_000_000,
        "currency": "CNY",
        **more,
    }
    return Review(**facts)  # type: ignore[arg-type]  # the tests name its fields


def says(  # noqa: PLR0913  # a decision's parts
    actor: Actor,
    verdict: Verdict = Verdict.APPROVE,
    *,
    content: bytes = CONTENT,
    at: datetime = NOW,
    conditions: tuple[str, ...] = (),
    in_place_of: str | None = None,
) -> Decision:
    return Decision(
        actor=actor, verdict=verdict, content_sha256=content, at=at, conditions=conditions, in_place_of=in_place_of
    )


def member(name: str, *more: str) -> Actor:
    return Actor(id=name, roles=frozenset({"committee", *more}))


def delegate(until: datetime, limit: int, currency: str = "CNY") -> Actor:
    return Actor(id="d", roles=frozenset(), delegations=(Delegation("o", "officer", until, limit, currency),))
