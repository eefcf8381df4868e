"""What the log says of the directory: institutions and their logs, people, roles, API keys, registrations, each as rows.

Promises: every directory entry carries its institution's signature; the rows follow from the entries alone. An entry type
without rows here makes none, so that a row which names it is a finding. DESIGN sections 3, 8 and 9.
"""

from collections.abc import Callable, Mapping, Sequence

from ledger.core.log.audit_findings import Finding
from ledger.core.log.audit_keys import key_enrolled, key_revoked
from ledger.core.log.audit_projection import Projection, Told, World, text_of
from ledger.core.log.audit_rows import UNTOLD, Value
from ledger.core.log.audit_shown import show
from ledger.core.log.entry import DIRECTORY_KIND, SIGNATURE_FIELD, Entry, directory_payload
from signing.algorithms import PublicKey
from signing.canonical import Json, encode
from signing.envelope import Signature
from signing.errors import SigningError
from signing.verify import check_bytes_signature

_BOUND = {"chain_id": "chain_id", "genesis": "genesis_hash", "registry": "registry", "code_hash": "code_hash"}
SIGNED_TYPES = frozenset(
    {
        "institution.opened",
        "person.added",
        "person.address-set",
        "role.granted",
        "role.revoked",
        "department.joined",
        "department.left",
        "key.enrolled",
        "key.revoked",
        "apikey.issued",
        "apikey.revoked",
        "webhook.added",
        "webhook.removed",
        "agreement.identified",
        "delegation.granted",
        "delegation.revoked",
        "policy.proposed",
        "policy.published",
        "ruleset.proposed",
        "ruleset.published",
    }
)


def institution_key(entry: Entry) -> PublicKey | None:
    """Return the key that an `institution.opened` entry names; None when it names none."""
    try:
        return PublicKey.from_json(entry.public.get("key"))
    except SigningError:
        return None


def check_directory_signature(projection: Projection, told: Told, world: World) -> None:
    """Add a finding unless a directory entry carries its institution's signature."""
    entry = told.placed.entry
    if entry.type not in SIGNED_TYPES:
        return
    key = world.institution_keys.get(entry.institution)
    if key is None:
        projection.object_to(
            told, "signature.no-key", SIGNATURE_FIELD, expected="the institution's key", found="no key"
        )
        return
    try:
        signature = Signature.from_json(entry.public.get(SIGNATURE_FIELD))
        check_bytes_signature(DIRECTORY_KIND, directory_payload(entry), signature, key)
    except SigningError as error:
        projection.object_to(told, "signature.refused", SIGNATURE_FIELD, expected=key.key_id, found=error.code)


def project_directory(history: Sequence[Told], world: World) -> Projection:
    """Return what the entries of one institution, person or log make."""
    projection = Projection()
    for told in history:
        check_directory_signature(projection, told, world)
        project = _PROJECT.get(told.type)
        if project is not None:
            project(projection, told, world)
    return projection


def _institution_opened(projection: Projection, told: Told, world: World) -> None:
    entry, facts = told.placed.entry, told.placed.entry.public
    key = institution_key(entry)
    projection.expect(
        "institution",
        told,
        {
            "id": entry.subject.id,
            "code": text_of(facts.get("code")),
            "numbering_rule": text_of(facts.get("numbering_rule")),
            "zone": text_of(facts.get("zone")),
            "calendar": encode(facts.get("calendar")).decode(),
            "key_id": key.key_id if key else UNTOLD,
            "public_key": encode(facts.get("key")).decode(),
            "opened_entry": entry.id,
        },
    )
    main: dict[str, Value] = {"id": told.placed.log.id, "origin": entry.log, "kind": "main"}
    _log(projection, told, world, main, (facts.get("log_key"), facts.get("log_address")))
    access: dict[str, Value] = {"id": UNTOLD, "origin": text_of(facts.get("access_log")), "kind": "access"}
    _log(projection, told, world, access, (facts.get("access_key"), facts.get("access_address")))


def _log(
    projection: Projection, told: Told, world: World, values: Mapping[str, Value], keys: tuple[Json, Json]
) -> None:
    entry = told.placed.entry
    row = {
        **values,
        "institution_id": entry.subject.id,
        "public_key": text_of(keys[0]),
        "evm_address": _bytes(keys[1]),
        "registry_log_id": world.registered.get(str(values["origin"])),
        "opened_at": entry.at,
    }
    projection.expect("log", told, row)


def _person_added(projection: Projection, told: Told, world: World) -> None:
    entry = told.placed.entry
    person = {"id": entry.subject.id, "institution_id": entry.institution, "added_entry": entry.id}
    projection.expect("person", told, person)
    name = told.values.get("name")
    if isinstance(name, str):
        projection.expect("blind_index", told, blind_row(told, world, "name", name))


def _address_set(projection: Projection, told: Told, _world: World) -> None:
    entry = told.placed.entry
    row = {"entry_id": entry.id, "institution_id": entry.institution, "person_id": entry.subject.id}
    projection.expect("person_address", told, row)


def blind_row(told: Told, world: World, kind: str, value: str) -> dict[str, Value]:
    """Return the row under which a subject is found by a value."""
    entry = told.placed.entry
    return {
        "institution_id": entry.institution,
        "kind": kind,
        "digest": world.blind(kind, value),
        "subject_kind": entry.subject.kind,
        "subject_id": entry.subject.id,
        "entry_id": entry.id,
    }


def _role_granted(projection: Projection, told: Told, _world: World) -> None:
    entry = told.placed.entry
    projection.expect(
        "role_grant",
        told,
        {
            "id": entry.id,
            "institution_id": entry.institution,
            "principal_id": entry.subject.id,
            "role": text_of(entry.public.get("role")),
            "granted_entry": entry.id,
            "revoked_entry": None,
        },
    )


def _role_revoked(projection: Projection, told: Told, _world: World) -> None:
    _revoke(projection, told, "role_grant", "role")


def _department_joined(projection: Projection, told: Told, _world: World) -> None:
    entry = told.placed.entry
    projection.expect(
        "department_member",
        told,
        {
            "id": entry.id,
            "institution_id": entry.institution,
            "principal_id": entry.subject.id,
            "department": text_of(entry.public.get("department")),
            "joined_entry": entry.id,
            "left_entry": None,
        },
    )


def _department_left(projection: Projection, told: Told, _world: World) -> None:
    _revoke(projection, told, "department_member", "department", end="left_entry")


def _api_key_issued(projection: Projection, told: Told, _world: World) -> None:
    entry = told.placed.entry
    projection.expect(
        "api_key",
        told,
        {
            "id": entry.id,
            "institution_id": entry.institution,
            "principal_id": entry.subject.id,
            "prefix": text_of(entry.public.get("prefix")),
            "secret_hash": _bytes(told.values.get("secret_hash")),
            "issued_entry": entry.id,
            "revoked_entry": None,
        },
    )


def _api_key_revoked(projection: Projection, told: Told, _world: World) -> None:
    _revoke(projection, told, "api_key", "prefix")


def _webhook_added(projection: Projection, told: Told, _world: World) -> None:
    entry = told.placed.entry
    projection.expect(
        "webhook_endpoint",
        told,
        {
            "id": entry.subject.id,
            "institution_id": entry.institution,
            "url": text_of(told.values.get("url")),
            "events": text_of(told.values.get("events")),
            "added_entry": entry.id,
            "removed_entry": None,
        },
    )


def _webhook_removed(projection: Projection, told: Told, _world: World) -> None:
    entry = told.placed.entry
    if not projection.amend("webhook_endpoint", told, (entry.subject.id,), {"removed_entry": entry.id}):
        projection.object_to(told, "entry.contradicts", "type", expected="webhook.added first", found=told.type)


def _revoke(projection: Projection, told: Told, table: str, column: str, *, end: str = "revoked_entry") -> None:
    """End the newest active row with the same value."""
    entry = told.placed.entry
    active = [
        row
        for row in projection.rows
        if (row.table, row.values.get(column), row.values.get(end)) == (table, entry.public.get(column), None)
    ]
    if not active:
        projection.object_to(told, "entry.contradicts", column, expected=f"an active {table}", found="none")
        return
    projection.amend(table, told, active[-1].key, {end: entry.id})


def _log_registered(projection: Projection, told: Told, world: World) -> None:
    placed, facts, binding = told.placed, told.placed.entry.public, world.binding
    for name, column in _BOUND.items():
        found = getattr(binding, name) if binding else None
        if facts.get(name) != found:
            projection.findings.append(
                Finding(
                    code="row.differs",
                    kind="chain_binding",
                    id="1",
                    field=column,
                    expected=show(column, facts.get(name)),
                    found=show(column, found),
                    log=placed.log.origin,
                    index=placed.index,
                )
            )


def _bytes(value: Json) -> Value:
    try:
        return bytes.fromhex(value) if isinstance(value, str) else UNTOLD
    except ValueError:
        return UNTOLD


_PROJECT: Mapping[str, Callable[[Projection, Told, World], None]] = {
    "institution.opened": _institution_opened,
    "person.added": _person_added,
    "person.address-set": _address_set,
    "role.granted": _role_granted,
    "role.revoked": _role_revoked,
    "department.joined": _department_joined,
    "department.left": _department_left,
    "key.enrolled": key_enrolled,
    "key.revoked": key_revoked,
    "apikey.issued": _api_key_issued,
    "apikey.revoked": _api_key_revoked,
    "log.registered": _log_registered,
    "webhook.added": _webhook_added,
    "webhook.removed": _webhook_removed,
}
