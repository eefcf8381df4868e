"""Which fields of an application somebody sees: own institution, own tier, purpose (DESIGN section 9; docs/data-grades.md).

Promises: pure, and asked by lists, single reads and attachments alike, so that they cannot disagree. Personal fields are for who works
on this application, or audits: its authors, its deciders, the roles of its path, the members of its committee. Everybody else of the
institution whose role reads applications sees what it is about, not who is behind it. Leaves to others: recording who read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ledger.core.log.permissions import Action, Grade, Principal, Resource, Role, allowed
from ledger.errors import NotAllowed


class Purpose(StrEnum):
    """Why somebody reads personal fields; it is recorded with the reading."""

    PROCESSING = "processing"
    DECISION = "decision"
    CUSTOMER = "customer-request"
    AUDIT = "audit"


# For each role: why it may read personal fields, the usual purpose first.
PURPOSES: Mapping[Role, tuple[Purpose, ...]] = {
    Role.OFFICER: (Purpose.PROCESSING, Purpose.DECISION, Purpose.CUSTOMER),
    Role.RISK: (Purpose.DECISION,),
    Role.DEPARTMENT_HEAD: (Purpose.DECISION, Purpose.CUSTOMER),
    Role.COMMITTEE: (Purpose.DECISION,),
    Role.AUDITOR: (Purpose.AUDIT, Purpose.CUSTOMER),
}

# For each field of an application: how sensitive it is.
FIELDS: Mapping[str, Grade] = {
    "number": Grade.COMMERCIAL,
    "state": Grade.COMMERCIAL,
    "content": Grade.COMMERCIAL,
    "decisions": Grade.COMMERCIAL,
    "evidence": Grade.COMMERCIAL,
    "people": Grade.PERSONAL,
    "files": Grade.PERSONAL,  # the bytes of attachments; that one is listed, and its hash, is part of the content
}


@dataclass(frozen=True, kw_only=True)
class Involved:
    """Who has to do with one application: whose it is, who works on it, and which roles its path has."""

    institution_id: str
    people: frozenset[str]  # authors, deciders, members of its committees
    roles: frozenset[str]  # of its path, and those its steps escalate to; empty before it was handed in


def grade_of(principal: Principal, involved: Involved, delegated: frozenset[str] = frozenset()) -> Grade | None:
    """Return up to which grade somebody sees an application; None for who does not see it at all. `delegated`: roles given to them."""
    if not _may(principal, involved, Grade.COMMERCIAL):
        return None
    # A committee is the people named for it: the role alone is no reason to read who applies.
    tier = ({str(role) for role in principal.roles} | delegated) & involved.roles - {Role.COMMITTEE}
    works_on_it = principal.id in involved.people or bool(tier) or Role.AUDITOR in principal.roles
    return Grade.PERSONAL if works_on_it and _may(principal, involved, Grade.PERSONAL) else Grade.COMMERCIAL


def purpose_of(principal: Principal, asked: Purpose | None) -> Purpose:
    """Return why personal fields are read: as asked, or the usual one of the reader's roles; raise NotAllowed("permission.purpose")."""
    own = [purpose for role, purposes in PURPOSES.items() if role in principal.roles for purpose in purposes]
    if asked is None and own:
        return own[0]
    if asked is None or asked not in own:
        listed = ", ".join(dict.fromkeys(own)) or "none"
        raise NotAllowed("permission.purpose", f"expected a purpose of your roles: {listed}")
    return asked


def _may(principal: Principal, involved: Involved, grade: Grade) -> bool:
    return allowed(principal, Action.APPLICATION_READ, Resource(involved.institution_id, grade))
