"""The one permission table (DESIGN section 9): role × action × own institution × data grade, default deny.

Promises: whoever is not named here may not; a list and a single read ask the same question.
Leaves to others: who somebody is (api/auth) and which roles they hold (storage).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Literal

from ledger.errors import NotAllowed


class Role(StrEnum):
    """What a person or a program may be in an institution."""

    ADMINISTRATOR = "administrator"
    OFFICER = "officer"
    RISK = "risk"
    DEPARTMENT_HEAD = "department-head"
    COMMITTEE = "committee"
    AUDITOR = "auditor"
    OPERATOR = "operator"
    PARTNER = "partner"


class Grade(IntEnum):
    """How sensitive data is; a role sees up to its own grade."""

    PUBLIC = 0
    COMMERCIAL = 1
    PERSONAL = 2


class Action(StrEnum):
    """Everything a principal can ask for, one word per row of the table."""

    AGREEMENT_CREATE = "agreement.create"
    AGREEMENT_READ = "agreement.read"
    AGREEMENT_SEND = "agreement.send"
    AGREEMENT_SIGN = "agreement.sign"
    AGREEMENT_DECLINE = "agreement.decline"
    AGREEMENT_VOID = "agreement.void"
    CEREMONY_STEP = "ceremony.step"
    SIGNER_CHANGE = "signer.change"
    IDENTITY_READ = "identity.read"
    IDENTITY_DECIDE = "identity.decide"
    COPY_FETCH = "copy.fetch"
    WEBHOOK_READ = "webhook.read"
    WEBHOOK_CHANGE = "webhook.change"
    DOCUMENT_READ = "document.read"
    RECEIPT_READ = "receipt.read"
    VERIFICATION_LOOKUP = "verification.lookup"
    ENTRIES_READ = "entries.read"
    AUDIT_RUN = "audit.run"
    PERSON_READ = "person.read"
    PERSON_ADD = "person.add"
    ROLE_CHANGE = "role.change"
    API_KEY_CHANGE = "api_key.change"
    APPLICATION_CREATE = "application.create"
    APPLICATION_READ = "application.read"
    APPLICATION_DECIDE = "application.decide"
    SITTING_NAME = "sitting.name"
    EVIDENCE_ADD = "evidence.add"
    POLICY_READ = "policy.read"
    POLICY_CHANGE = "policy.change"
    DELEGATION_CHANGE = "delegation.change"
    FIGURES_READ = "figures.read"
    APPROVALS_AUDIT = "approvals.audit"
    KEY_READ = "key.read"
    STAFF_KEY_CHANGE = "staff_key.change"
    CUSTOMER_KEY_CHANGE = "customer_key.change"
    BLACKLIST_OPERATE = "blacklist.operate"
    BLACKLIST_READ = "blacklist.read"
    BLACKLIST_AUDIT = "blacklist.audit"
    LISTING_PROPOSE = "listing.propose"
    LISTING_STEP = "listing.step"
    SUBJECT_ASK = "subject.ask"


@dataclass(frozen=True)
class Principal:
    """Somebody or some program that acts for one institution; a signer acts for nobody but themselves, on one agreement."""

    id: str
    institution_id: str
    roles: frozenset[Role]
    kind: Literal["person", "program", "signer", "visitor"]
    agreement_id: str | None = None  # of a signer


VISITOR = Principal("visitor", "", frozenset(), "visitor")  # whoever opens a link, before the code


@dataclass(frozen=True)
class Resource:
    """What is acted upon: whose it is, how sensitive, and which agreement it belongs to."""

    institution_id: str
    grade: Grade
    agreement_id: str | None = None


_P, _C, _N = Grade.PERSONAL, Grade.COMMERCIAL, Grade.PUBLIC

# For each action: the roles that may, and the highest grade each may touch. What is absent is denied.
TABLE: Mapping[Action, Mapping[Role, Grade]] = {
    Action.AGREEMENT_CREATE: {Role.OFFICER: _P},
    Action.AGREEMENT_READ: {Role.OFFICER: _P, Role.AUDITOR: _P, Role.ADMINISTRATOR: _C},
    Action.AGREEMENT_SEND: {Role.OFFICER: _P},
    Action.AGREEMENT_SIGN: {Role.OFFICER: _P},
    Action.AGREEMENT_VOID: {Role.OFFICER: _P},
    Action.SIGNER_CHANGE: {Role.OFFICER: _P},
    Action.IDENTITY_READ: {Role.OFFICER: _P, Role.AUDITOR: _P},
    Action.IDENTITY_DECIDE: {Role.OFFICER: _P},
    Action.DOCUMENT_READ: {Role.OFFICER: _P, Role.AUDITOR: _P},
    Action.RECEIPT_READ: {Role.OFFICER: _P, Role.AUDITOR: _P},
    Action.VERIFICATION_LOOKUP: {Role.OFFICER: _P, Role.AUDITOR: _P},
    Action.ENTRIES_READ: {Role.AUDITOR: _C, Role.OPERATOR: _C},
    Action.AUDIT_RUN: {Role.AUDITOR: _P, Role.OPERATOR: _C},
    Action.PERSON_READ: {Role.ADMINISTRATOR: _P, Role.AUDITOR: _P},
    Action.PERSON_ADD: {Role.ADMINISTRATOR: _P},
    Action.ROLE_CHANGE: {Role.ADMINISTRATOR: _P},
    Action.API_KEY_CHANGE: {Role.ADMINISTRATOR: _P},
    Action.WEBHOOK_READ: {Role.ADMINISTRATOR: _P, Role.AUDITOR: _P},
    Action.WEBHOOK_CHANGE: {Role.ADMINISTRATOR: _P},
    Action.APPLICATION_CREATE: {Role.OFFICER: _P},
    Action.APPLICATION_READ: {
        Role.OFFICER: _P,
        Role.RISK: _P,
        Role.DEPARTMENT_HEAD: _P,
        Role.COMMITTEE: _P,
        Role.AUDITOR: _P,
        Role.ADMINISTRATOR: _N,
    },
    Action.APPLICATION_DECIDE: {
        Role.OFFICER: _C,
        Role.RISK: _C,
        Role.DEPARTMENT_HEAD: _C,
        Role.COMMITTEE: _C,
    },
    Action.EVIDENCE_ADD: {Role.OFFICER: _P, Role.RISK: _P},
    Action.SITTING_NAME: {Role.RISK: _C, Role.DEPARTMENT_HEAD: _C},
    Action.POLICY_READ: {
        Role.OFFICER: _P,
        Role.RISK: _P,
        Role.DEPARTMENT_HEAD: _P,
        Role.COMMITTEE: _P,
        Role.AUDITOR: _P,
        Role.ADMINISTRATOR: _P,
    },
    Action.POLICY_CHANGE: {Role.RISK: _C, Role.ADMINISTRATOR: _C},
    Action.DELEGATION_CHANGE: {Role.OFFICER: _C, Role.RISK: _C, Role.DEPARTMENT_HEAD: _C},
    Action.FIGURES_READ: {
        Role.RISK: _C,
        Role.DEPARTMENT_HEAD: _C,
        Role.COMMITTEE: _C,
        Role.AUDITOR: _C,
        Role.OPERATOR: _C,
        Role.ADMINISTRATOR: _C,
    },
    Action.APPROVALS_AUDIT: {Role.AUDITOR: _P},
    Action.KEY_READ: {Role.ADMINISTRATOR: _P, Role.OFFICER: _P, Role.AUDITOR: _P},
    Action.STAFF_KEY_CHANGE: {Role.ADMINISTRATOR: _P},
    Action.CUSTOMER_KEY_CHANGE: {Role.OFFICER: _P, Role.ADMINISTRATOR: _P},
    Action.BLACKLIST_OPERATE: {Role.OPERATOR: _C, Role.ADMINISTRATOR: _C},
    Action.BLACKLIST_READ: {
        Role.PARTNER: _C,
        Role.OFFICER: _C,
        Role.RISK: _C,
        Role.DEPARTMENT_HEAD: _C,
        Role.COMMITTEE: _C,
        Role.AUDITOR: _C,
        Role.OPERATOR: _C,
        Role.ADMINISTRATOR: _C,
    },
    Action.BLACKLIST_AUDIT: {Role.AUDITOR: _C, Role.OPERATOR: _C},
    Action.LISTING_PROPOSE: {Role.PARTNER: _C, Role.OFFICER: _C},
    Action.LISTING_STEP: {Role.PARTNER: _C, Role.OFFICER: _C, Role.RISK: _C},
    Action.SUBJECT_ASK: {Role.PARTNER: _C, Role.OFFICER: _C, Role.RISK: _C},
}

# What a signer may do, on their own agreement and nowhere else.
SIGNER_MAY = frozenset(
    {
        Action.AGREEMENT_READ,
        Action.DOCUMENT_READ,
        Action.CEREMONY_STEP,
        Action.AGREEMENT_SIGN,
        Action.AGREEMENT_DECLINE,
        Action.COPY_FETCH,
    }
)


def allowed(principal: Principal, action: Action, resource: Resource) -> bool:
    """Say whether the table lets `principal` do `action` on `resource`: own institution only, grade within the role's."""
    if principal.institution_id != resource.institution_id:
        return False
    if principal.kind == "signer":
        return principal.agreement_id is not None and (
            action in SIGNER_MAY and principal.agreement_id == resource.agreement_id
        )
    row = TABLE.get(action, {})
    return any(role in principal.roles and resource.grade <= grade for role, grade in row.items())


def require(principal: Principal, action: Action, resource: Resource) -> None:
    """Raise NotAllowed("permission.denied") unless the table allows it."""
    if not allowed(principal, action, resource):
        held = ", ".join(sorted(principal.roles)) or "none"
        needed = ", ".join(sorted(TABLE.get(action, {})))
        raise NotAllowed(
            "permission.denied",
            f"{action} needs one of the roles [{needed}] in the institution that owns it; your roles: {held}. "
            "Ask an administrator of your institution.",
        )
