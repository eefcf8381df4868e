"""Enter an application for a loan: numbered, committed, findable by its people without clear text (DESIGN section 6)."""

from dataclasses import dataclass, replace

from ledger.core.applications.application import TAG, Application, parse_application
from ledger.core.applications.states import State
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import Action, Grade, Resource, require
from ledger.errors import InvalidInput
from ledger.services.applications.people import PersonBehind, parse_people
from ledger.services.applications.view import KIND
from ledger.services.context import Act, Stores, Written
from ledger.services.numbering import home, local_day, take_number
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.services.recording import Event, RecordKey, record
from ledger.storage import applications as rows
from ledger.storage.blind_index import blind
from ledger.storage.blind_indexes import BlindRow, insert_blind
from ledger.storage.database import Connection
from ledger.storage.directory import InstitutionRow
from ledger.storage.logs import LogRow
from signing.canonical import Json

MADE_HERE = frozenset({"tag", "number", "version", "corrects", "applicants"})  # of the content: not the client's to say


@dataclass(frozen=True, kw_only=True)
class NewApplication:
    """What a client sends: the content without what is made here, and the people behind it."""

    content: Json
    people: Json


@dataclass(frozen=True, kw_only=True)
class _Plan:
    application_id: str
    content: dict[str, Json]
    people: tuple[PersonBehind, ...]
    record: RecordKey
    institution: InstitutionRow
    log: LogRow


def create(stores: Stores, act: Act, new: NewApplication) -> Written:
    """Store the application as a draft and queue `application.created`.

    Raises NotAllowed, InvalidInput("application.…" | "identifier.…"), Conflict (idempotency), Unavailable.
    """
    require(act.principal, Action.APPLICATION_CREATE, Resource(act.principal.institution_id, Grade.PERSONAL))
    if earlier := find_earlier(stores, act):
        return earlier
    institution, log = stores.database.read(lambda tx: home(tx, act.principal.institution_id))
    people = parse_people(stores, institution.id, new.people, local_day(act, institution))
    content = content_fields(new.content)
    _check(content, people)  # before a key is made and a number is taken
    application_id = act.new_id()
    plan = _Plan(
        application_id=application_id,
        content=content,
        people=people,
        record=RecordKey(application_id, stores.record_keys.create(application_id)),
        institution=institution,
        log=log,
    )
    return write_once(stores, act, lambda tx: _write(tx, stores, act, plan))


def content_fields(value: Json) -> dict[str, Json]:
    """Return what a client may say of an application's content; raise InvalidInput("application.invalid")."""
    if not isinstance(value, dict):
        raise InvalidInput("application.invalid", "application: expected an object", field="application")
    for name in sorted(MADE_HERE & value.keys()):
        raise InvalidInput("application.invalid", f"application.{name}: this is made here, leave it out", field=name)
    return dict(value)


def numbered(content: dict[str, Json], people: tuple[PersonBehind, ...], number: str) -> Application:
    """Return the first version of an application; raise InvalidInput("application.invalid")."""
    applicants: list[Json] = [{"id": person.id, "role": person.role} for person in people]
    made: dict[str, Json] = {
        "tag": TAG,
        "number": number,
        "version": 1,
        "corrects": None,
        "applicants": applicants,
    }
    return parse_application({**content, **made})


def _check(content: dict[str, Json], people: tuple[PersonBehind, ...]) -> None:
    numbered(content, people, "0")


def _write(tx: Connection, stores: Stores, act: Act, plan: _Plan) -> Written:
    number = take_number(tx, act, plan.institution, KIND)
    content = numbered(plan.content, plan.people, number)
    state = _first_state(act, plan)
    event = Event(
        type="application.created",
        log=plan.log,
        subject_kind=KIND,
        subject_id=plan.application_id,
        role="officer",
        record=plan.record,
        facts={"version": 1},
        private={
            "application": content.to_json(),
            "author": act.principal.id,
            "people": [person.to_json() for person in plan.people],
            "stands": state.stands.to_json(),
        },
    )
    recorded = record(tx, stores, act, event)
    _insert_rows(tx, act, plan, content, recorded.entry_id)
    rows.insert_state(tx, replace(state, changed_entry=recorded.entry_id))
    _insert_search(tx, stores, plan, number, recorded.entry_id)
    written = recorded.written(plan.application_id)
    remember_answer(tx, act, written)
    return written


def _insert_rows(tx: Connection, act: Act, plan: _Plan, content: Application, entry_id: str) -> None:
    at, author = format_instant(act.now), act.principal.id
    rows.insert_application(
        tx,
        rows.ApplicationRow(
            plan.application_id, plan.institution.id, content.number, content.branch, author, entry_id, at
        ),
    )
    rows.insert_version(tx, rows.VersionRow(plan.application_id, 1, content.sha256(), author, entry_id, at))


def _first_state(act: Act, plan: _Plan) -> rows.StateRow:
    return rows.StateRow(
        application_id=plan.application_id,
        state=State.DRAFT,
        version=1,
        step=0,
        waiting_for="",
        due_on="",
        policy_id="",
        path="",
        submitted_entry="",
        changed_entry="",
        changed_at=format_instant(act.now),
    )


def _insert_search(tx: Connection, stores: Stores, plan: _Plan, number: str, entry_id: str) -> None:
    """Make the application findable by number, and by its people's names, documents, phones and ids."""
    found = [("number", number)]
    for person in plan.people:
        found += [*person.findable(), ("applicant", person.id)]
    for kind, value in dict.fromkeys(found):
        digest = blind(stores.index_key, kind, value)
        insert_blind(tx, BlindRow(plan.institution.id, kind, digest, KIND, plan.application_id, entry_id))
