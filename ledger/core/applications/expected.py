"""What the log says of applications, policies, rule sets and delegations: their rows, to be held against the tables.

Promises: each row follows from its subject's entries and their opened fields; values that were erased are passed over. Leaves to
others: reading (services), comparing (core.log.audit_rows), and whether decisions were allowed (replay). DESIGN sections 6 and 8.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence

from ledger.core.applications.application import Application
from ledger.core.applications.expected_figures import expect_figures
from ledger.core.applications.expected_life import LIFE
from ledger.core.applications.expected_review import HANDLERS, expect_escalation, expect_sitting
from ledger.core.applications.expected_rows import content_of, move_row, state_of, version_row
from ledger.core.applications.policy import parse_policy
from ledger.core.applications.rule_set import parse_rule_set
from ledger.core.log.audit_directory import blind_row, check_directory_signature
from ledger.core.log.audit_projection import Projection, Told, World, text_of
from ledger.core.log.audit_rows import UNTOLD, Value
from signing.canonical import Json, encode
from signing.decision import DecisionStatement, parse_decision
from signing.errors import SigningError


def project_applications(history: Sequence[Told], world: World) -> Projection:
    """Return the rows that the entries of one application, policy, rule set or delegation make."""
    projection = Projection()
    for told in history:
        check_directory_signature(projection, told, world)
        handler = _HANDLERS.get(told.type)
        if handler is not None:
            handler(projection, told, world)
    expect_figures(projection, history, world)
    return projection


def _created(projection: Projection, told: Told, world: World) -> None:
    entry, content = told.placed.entry, content_of(projection, told)
    author = text_of(told.values.get("author"))
    projection.expect(
        "application",
        told,
        {
            "id": entry.subject.id,
            "institution_id": entry.institution,
            "number": content.number if content else UNTOLD,
            "branch": content.branch if content else UNTOLD,
            "author_id": author,
            "created_entry": entry.id,
            "created_at": entry.at,
        },
    )
    version_row(projection, told, content)
    projection.expect("application_state", told, {"application_id": entry.subject.id, **state_of(projection, told, "")})
    for kind, value in dict.fromkeys(_findable(told.values, content)):
        projection.expect("blind_index", told, blind_row(told, world, kind, value))


def _submitted(projection: Projection, told: Told, world: World) -> None:
    del world
    move_row(projection, told, submitted=told.placed.entry.id)


def _decided(projection: Projection, told: Told, world: World) -> None:
    del world
    entry, signature = told.placed.entry, told.values.get("signature")
    automated = told.values.get("automated")
    text = told.values.get("statement") if automated is None else automated
    statement = None if isinstance(automated, str) else _statement(projection, told, text)
    parts: Mapping[str, Json] = signature if isinstance(signature, dict) else {}
    projection.expect(
        "decision",
        told,
        {
            "entry_id": entry.id,
            "application_id": entry.subject.id,
            "version": _number(entry.public.get("version")),
            "decider_id": statement.decider if statement else text_of(entry.public.get("rule_set")),
            "nonce": statement.nonce if statement else _digest(automated),
            "suite": text_of(parts.get("suite")),
            "decided_at": entry.at,
        },
    )
    move_row(projection, told)


def _digest(automated: Json) -> Value:
    return hashlib.sha256(automated.encode()).digest() if isinstance(automated, str) else UNTOLD


def _seated(projection: Projection, told: Told, world: World) -> None:
    del world
    expect_sitting(projection, told)
    move_row(projection, told)


def _escalated(projection: Projection, told: Told, world: World) -> None:
    del world
    expect_escalation(projection, told)
    move_row(projection, told)


def _statement(projection: Projection, told: Told, text: Json) -> DecisionStatement | None:
    if not isinstance(text, str):
        return None
    try:
        return parse_decision(text.encode())
    except SigningError as error:
        projection.object_to(told, "entry.malformed", "statement", expected="a decision", found=error.code)
        return None


def _proposed(projection: Projection, told: Told, world: World) -> None:
    del world
    entry, policy = told.placed.entry, told.values.get("policy")
    known = None if policy is None else parse_policy(policy)
    projection.expect(
        "policy",
        told,
        {
            "id": entry.subject.id,
            "institution_id": entry.institution,
            "name": known.name if known else UNTOLD,
            "sha256": bytes.fromhex(str(entry.public.get("policy_sha256"))),
            "content": encode(known.to_json()).decode() if known else UNTOLD,
            "valid_from": text_of(entry.public.get("valid_from")),
            "author_id": text_of(told.values.get("author")),
            "proposed_entry": entry.id,
            "published_entry": None,
            "published_at": None,
        },
    )


def _published(projection: Projection, told: Told, world: World) -> None:
    del world
    entry = told.placed.entry
    values: dict[str, Value] = {"published_entry": entry.id, "published_at": entry.at}
    if not projection.amend("policy", told, (entry.subject.id,), values):
        projection.object_to(told, "entry.contradicts", "type", expected="policy.proposed first", found=told.type)


def _rules_proposed(projection: Projection, told: Told, world: World) -> None:
    del world
    entry, value = told.placed.entry, told.values.get("rule_set")
    known = None if value is None else parse_rule_set(value)
    projection.expect(
        "rule_set",
        told,
        {
            "id": entry.subject.id,
            "institution_id": entry.institution,
            "name": known.name if known else UNTOLD,
            "version": known.version if known else UNTOLD,
            "sha256": bytes.fromhex(str(entry.public.get("rule_set_sha256"))),
            "content": encode(known.to_json()).decode() if known else UNTOLD,
            "valid_from": text_of(entry.public.get("valid_from")),
            "author_id": text_of(told.values.get("author")),
            "proposed_entry": entry.id,
            "public_key": None,
            "published_entry": None,
            "published_at": None,
        },
    )


def _rules_published(projection: Projection, told: Told, world: World) -> None:
    del world
    entry = told.placed.entry
    key = encode(entry.public.get("key")).decode()
    values: dict[str, Value] = {"public_key": key, "published_entry": entry.id, "published_at": entry.at}
    if not projection.amend("rule_set", told, (entry.subject.id,), values):
        projection.object_to(told, "entry.contradicts", "type", expected="ruleset.proposed first", found=told.type)


def _findable(values: Mapping[str, Json], content: Application | None) -> list[tuple[str, str]]:
    found = [("number", content.number)] if content else []
    people = values.get("people")
    for person in people if isinstance(people, list) else []:
        found += _of_person(person)
    return found


def _of_person(person: Json) -> list[tuple[str, str]]:
    if not isinstance(person, dict):
        return []
    identity = person.get("identity")
    known = f"{identity.get('kind')}:{identity.get('value')}" if isinstance(identity, dict) else ""
    named = [
        ("name", person.get("name")),
        ("identity", known),
        ("phone", person.get("phone")),
        ("applicant", person.get("id")),
    ]
    return [(kind, value) for kind, value in named if isinstance(value, str) and value]


def _number(value: Json) -> Value:
    return value if isinstance(value, int) else UNTOLD


_HANDLERS: Mapping[str, Callable[[Projection, Told, World], None]] = {
    "application.created": _created,
    "application.submitted": _submitted,
    "application.decided": _decided,
    "application.sitting-named": _seated,
    "application.escalated": _escalated,
    **HANDLERS,
    **LIFE,
    "policy.proposed": _proposed,
    "policy.published": _published,
    "ruleset.proposed": _rules_proposed,
    "ruleset.published": _rules_published,
}
