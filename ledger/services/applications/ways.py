"""In which ways somebody may decide on an application right now: what `core.applications.decide` would take from them."""

from dataclasses import dataclass

from ledger.core.applications.decide import Actor, Decision, Verdict, acting_role, take
from ledger.errors import LedgerError
from ledger.services.applications.standing import Standing
from ledger.services.context import Act

ASKED = (Verdict.APPROVE, Verdict.DECLINE, Verdict.RETURN, Verdict.COUNTER, Verdict.RECUSE, Verdict.CLOSE)
_ANY_OFFER = ("term_months=1",)  # only whether a counter-offer may be made is asked


@dataclass(frozen=True)
class Way:
    """One way in which somebody may decide now: in which role, in whose place, saying what."""

    role: str
    in_place_of: str | None
    verdicts: tuple[Verdict, ...]


def ways_of(act: Act, actor: Actor, standing: Standing) -> tuple[Way, ...]:
    """Return each way in which at least one thing may be said: in the person's own role, and under each delegation."""
    places = [None, *sorted({item.holder for item in actor.delegations})]
    found = []
    for place in places:
        tried = [
            Decision(
                actor=actor,
                verdict=verdict,
                content_sha256=standing.review.content_sha256,
                at=act.now,
                conditions=_ANY_OFFER if verdict is Verdict.COUNTER else (),
                in_place_of=place,
            )
            for verdict in ASKED
        ]
        allowed = [decision for decision in tried if _may(standing, decision)]
        if allowed:
            role = acting_role(standing.review, standing.progress, allowed[0])
            found.append(Way(role, place, tuple(decision.verdict for decision in allowed)))
    return tuple(found)


def _may(standing: Standing, decision: Decision) -> bool:
    try:
        take(standing.review, standing.progress, decision)
    except LedgerError:
        return False
    return True
