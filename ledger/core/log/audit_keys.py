"""What the log says of one key: its row in the registry, and under what it is found (DESIGN sections 5 and 8).

Promises: each column follows from `key.enrolled` and `key.revoked`; a value that was erased is passed over.
Leaves to others: the institution's signature on each entry (audit_directory).
"""

from collections.abc import Mapping

from ledger.core.log.audit_projection import Projection, Told, World, text_of
from ledger.core.log.audit_rows import UNTOLD, Value
from ledger.core.log.keys import Enrolment, read_enrolment
from ledger.errors import InvalidInput
from signing.canonical import Json


def key_enrolled(projection: Projection, told: Told, world: World) -> None:
    """Expect the row of an enrolment and those that find it."""
    entry = told.placed.entry
    try:
        enrolment = read_enrolment(entry.public)
    except InvalidInput as error:
        projection.object_to(told, "entry.malformed", "key", expected="an enrolment", found=error.code)
        return
    if enrolment.key.key_id != entry.subject.id:
        projection.object_to(told, "entry.contradicts", "key", expected=entry.subject.id, found=enrolment.key.key_id)
    projection.expect("enrolled_key", told, _row(told, enrolment))
    if "found_by" not in told.values:
        projection.untold.add("blind_index")
    for kind, value in _findings(told.values.get("found_by")):
        row = {"subject_kind": entry.subject.kind, "subject_id": entry.subject.id, "entry_id": entry.id}
        projection.expect(
            "blind_index",
            told,
            {"institution_id": entry.institution, "kind": kind, "digest": world.blind(kind, value), **row},
        )


def key_revoked(projection: Projection, told: Told, _world: World) -> None:
    """Mark the row of the key that was enrolled before."""
    entry = told.placed.entry
    values: dict[str, Value] = {
        "revoked_entry": entry.id,
        "revoked_ground": text_of(entry.public.get("ground")),
        "revoked_since": text_of(entry.public["since"]) if "since" in entry.public else None,
    }
    if not projection.amend("enrolled_key", told, (entry.subject.id, entry.institution), values):
        projection.object_to(told, "entry.contradicts", "type", expected="an enrolled key", found="none")


def _row(told: Told, enrolment: Enrolment) -> dict[str, Value]:
    entry, values = told.placed.entry, told.values
    owner, device = _object(values.get("owner")), _object(values.get("device"))
    return {
        "key_id": enrolment.key.key_id,
        "owner_kind": text_of(owner.get("kind")),
        "owner_id": text_of(owner.get("id")),
        "institution_id": entry.institution,
        "suite": enrolment.key.suite.value,
        "public_key": enrolment.key.raw,
        "purpose": enrolment.purpose.value,
        "credential_id": _credential(device, is_passkey="device" in entry.private),
        "enrolled_entry": entry.id,
        "enrolled_at": entry.at,
        "revoked_entry": None,
        "revoked_ground": None,
        "revoked_since": None,
    }


def _credential(device: Mapping[str, Json], *, is_passkey: bool) -> Value:
    credential = device.get("credential")
    if not is_passkey:
        return None
    try:
        return bytes.fromhex(credential) if isinstance(credential, str) else UNTOLD
    except ValueError:
        return UNTOLD


def _findings(value: Json) -> list[tuple[str, str]]:
    pairs = value if isinstance(value, list) else []
    return [(str(pair[0]), str(pair[1])) for pair in pairs if isinstance(pair, list) and len(pair) == 2]  # noqa: PLR2004  # kind and value


def _object(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}
