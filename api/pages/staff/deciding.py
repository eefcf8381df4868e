"""What the page's script says somebody is about to decide, read member by member; the rest is the services' to refuse."""

from collections.abc import Mapping
from typing import Any

from ledger.core.applications.decide import Verdict
from ledger.errors import InvalidInput
from ledger.services.applications.issue_decision import Wanted


def read_wanted(body: Mapping[str, Any], key_id: str) -> Wanted:
    """Return what is wanted; a decision that does not approve needs a reason. Raises InvalidInput("decision.form")."""
    verdict, reason = body.get("verdict"), str(body.get("reason") or "").strip() or None
    conditions, place = body.get("conditions"), body.get("in_place_of")
    if not isinstance(verdict, str) or verdict not in set(Verdict):
        raise InvalidInput("decision.form", "choose what you decide", field="verdict")
    if verdict not in {Verdict.APPROVE, Verdict.CLOSE} and reason is None:
        raise InvalidInput("decision.form", "write a reason: it is part of what you sign", field="reason")
    if not isinstance(conditions, list) or not all(isinstance(item, str) for item in conditions):
        raise InvalidInput("decision.form", "expected conditions, one a line", field="conditions")
    return Wanted(
        verdict=Verdict(verdict),
        key_id=key_id,
        conditions=tuple(item.strip() for item in conditions if item.strip()),
        in_place_of=place if isinstance(place, str) and place else None,
        reason=reason,
    )
