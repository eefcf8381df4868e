"""The rows of what comes to an application in review, and of delegations, as the log tells them (see `expected`).

Promises: each row follows from one entry and its opened fields; erased values are passed over. DESIGN sections 6 and 8.
"""

from collections.abc import Mapping

from ledger.core.applications.decide import BEFORE_CURRENCIES
from ledger.core.log.audit_projection import Projection, Told, World, text_of
from ledger.core.log.audit_rows import UNTOLD, Value
from signing.canonical import Json, encode

EVIDENCE: Mapping[str, str] = {
    "application.verified": "verification",
    "application.data-fetched": "third-party",
    "application.checked": "check",
}


def expect_sitting(projection: Projection, told: Told) -> None:
    """Expect the row of a committee that was named."""
    entry, sitting = told.placed.entry, _object(told, "sitting")
    members = sitting.get("members")
    projection.expect(
        "sitting",
        told,
        {
            "entry_id": entry.id,
            "application_id": entry.subject.id,
            "version": _number(entry.public.get("version")),
            "members": encode(members).decode() if isinstance(members, list) else UNTOLD,
            "chair_id": text_of(sitting.get("chair")),
            "named_at": entry.at,
        },
    )


def expect_escalation(projection: Projection, told: Told) -> None:
    """Expect the row of a step that was escalated."""
    entry, escalation = told.placed.entry, _object(told, "escalation")
    projection.expect(
        "escalation",
        told,
        {
            "entry_id": entry.id,
            "application_id": entry.subject.id,
            "version": _number(entry.public.get("version")),
            "step": _number(escalation.get("step")),
            "role": text_of(escalation.get("role")),
            "due_on": text_of(escalation.get("due_on")),
            "escalated_at": entry.at,
        },
    )


def _attached(projection: Projection, told: Told, world: World) -> None:
    del world
    entry, attachment = told.placed.entry, _object(told, "attachment")
    digest = attachment.get("sha256")
    projection.expect(
        "attachment",
        told,
        {
            "id": text_of(attachment.get("id")),
            "application_id": entry.subject.id,
            "sha256": bytes.fromhex(digest) if isinstance(digest, str) else UNTOLD,
            "byte_length": _number(attachment.get("bytes")),
            "media_type": text_of(attachment.get("media_type")),
            "object_name": text_of(attachment.get("object")),
            "author_id": text_of(told.values.get("author")),
            "received_entry": entry.id,
        },
    )


def _evidence(projection: Projection, told: Told, world: World) -> None:
    del world
    entry = told.placed.entry
    projection.expect(
        "evidence",
        told,
        {
            "entry_id": entry.id,
            "application_id": entry.subject.id,
            "version": _number(entry.public.get("version")),
            "kind": EVIDENCE[told.type],
            "author_id": text_of(told.values.get("author")),
            "recorded_at": entry.at,
        },
    )


def _granted(projection: Projection, told: Told, world: World) -> None:
    del world
    entry, delegation = told.placed.entry, _object(told, "delegation")
    projection.expect(
        "delegation",
        told,
        {
            "id": entry.subject.id,
            "institution_id": entry.institution,
            "holder_id": text_of(delegation.get("holder")),
            "delegate_id": text_of(delegation.get("delegate")),
            "role": text_of(delegation.get("role")),
            "until": text_of(delegation.get("until")),
            "limit_minor": text_of(delegation.get("limit_minor")),
            "currency": text_of(delegation.get("currency", BEFORE_CURRENCIES)) if delegation else UNTOLD,
            "granted_entry": entry.id,
            "revoked_entry": None,
        },
    )


def _revoked(projection: Projection, told: Told, world: World) -> None:
    del world
    entry = told.placed.entry
    if not projection.amend("delegation", told, (entry.subject.id,), {"revoked_entry": entry.id}):
        projection.object_to(told, "entry.contradicts", "type", expected="delegation.granted first", found=told.type)


def _object(told: Told, name: str) -> Mapping[str, Json]:
    value = told.values.get(name)
    return value if isinstance(value, dict) else {}


def _number(value: Json) -> Value:
    return value if isinstance(value, int) else UNTOLD


HANDLERS = {
    "application.attached": _attached,
    **dict.fromkeys(EVIDENCE, _evidence),
    "delegation.granted": _granted,
    "delegation.revoked": _revoked,
}
