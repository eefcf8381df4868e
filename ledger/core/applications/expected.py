"""What the log says of applications, policies and delegations: their rows, to be held against the tables.

Promises: each row follows from its subject's entries and their opened fields; values that were erased are passed over. Leaves to
others: reading (services), comparing (core.log.audit_rows), and whether decisions were allowed (replay). DESIGN sections 6 and 8.
"""

from collections.abc import Callable, Mapping, Sequence

from ledger.core.applications.application import Application, parse_application
from ledger.core.applications.policy import parse_policy
from ledger.core.applications.stands import read_stands
from ledger.core.log.audit_directory import blind_row
from ledger.core.log.audit_projection import Projection, Told, World, text_of
from ledger.core.log.audit_rows import UNTOLD, Value
from ledger.errors import InvalidInput
from signing.canonical import Json, encode
from signing.decision import DecisionStatement, parse_decision
from signing.errors import SigningError


def project_applications(history: Sequence[Told], world: World) -> Projection:
    """Return the rows that the entries of one application, policy or delegation make."""
    projection = Projection()
    for told in history:
        handler = _HANDLERS.get(told.type)
        if handler is not None:
            handler(projection, told, world)
    return projection


def _created(projection: Projection, told: Told, world: World) -> None:
    entry, content = told.placed.entry, _content(projection, told)
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
    _version(projection, told, content)
    projection.expect("application_state", told, {"application_id": entry.subject.id, **_state(projection, told, "")})
    for kind, value in dict.fromkeys(_findable(told.values, content)):
        projection.expect("blind_index", told, blind_row(told, world, kind, value))


def _version(projection: Projection, told: Told, content: Application | None) -> None:
    entry = told.placed.entry
    projection.expect(
        "application_version",
        told,
        {
            "application_id": entry.subject.id,
            "version": content.version if content else UNTOLD,
            "content_sha256": content.sha256() if content else UNTOLD,
            "author_id": text_of(told.values.get("author")),
            "entry_id": entry.id,
            "recorded_at": entry.at,
        },
    )


def _submitted(projection: Projection, told: Told, world: World) -> None:
    del world
    _moved(projection, told, submitted=told.placed.entry.id)


def _moved(projection: Projection, told: Told, *, submitted: str | None = None) -> None:
    key = (told.placed.entry.subject.id,)
    values = _state(projection, told, submitted)
    if not projection.amend("application_state", told, key, values):
        projection.object_to(told, "entry.contradicts", "type", expected="application.created first", found=told.type)


def _state(projection: Projection, told: Told, submitted: str | None) -> dict[str, Value]:
    changed: dict[str, Value] = {"changed_entry": told.placed.entry.id, "changed_at": told.placed.entry.at}
    if submitted is not None:
        changed["submitted_entry"] = submitted
    if "stands" not in told.values:
        return {
            **changed,
            **dict.fromkeys(("state", "version", "step", "waiting_for", "due_on", "policy_id", "path"), UNTOLD),
        }
    try:
        stands = read_stands(told.values["stands"])
    except InvalidInput as error:
        projection.object_to(told, "entry.malformed", error.field or "stands", expected="a state", found=error.code)
        return changed
    return {**changed, **vars(stands)}


def _decided(projection: Projection, told: Told, world: World) -> None:
    del world
    entry, text, signature = told.placed.entry, told.values.get("statement"), told.values.get("signature")
    statement = _statement(projection, told, text)
    parts: Mapping[str, Json] = signature if isinstance(signature, dict) else {}
    value = parts.get("value")
    projection.expect(
        "decision",
        told,
        {
            "entry_id": entry.id,
            "application_id": entry.subject.id,
            "version": _number(entry.public.get("version")),
            "decider_id": statement.decider if statement else UNTOLD,
            "nonce": statement.nonce if statement else UNTOLD,
            "statement": text.encode() if isinstance(text, str) else UNTOLD,
            "suite": text_of(parts.get("suite")),
            "signature": bytes.fromhex(value) if isinstance(value, str) else UNTOLD,
            "decided_at": entry.at,
        },
    )
    _moved(projection, told)


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


def _content(projection: Projection, told: Told) -> Application | None:
    value = told.values.get("application")
    if value is None:
        return None
    try:
        return parse_application(value)
    except InvalidInput as error:
        projection.object_to(
            told, "entry.malformed", error.field or "application", expected="an application", found=error.code
        )
        return None


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
    "policy.proposed": _proposed,
    "policy.published": _published,
}
