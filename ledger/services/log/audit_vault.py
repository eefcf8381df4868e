"""Audit of the vault: every sealed field opened and held against the commitment in its entry.

Promises: a field that does not open under its record's key, opens to something else, or is missing without its key having
been destroyed, is a finding; a value is handed on only after its commitment was recomputed. DESIGN section 3.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ledger.core.blacklist.steps import EVENTS
from ledger.core.log.audit_entry import Placed
from ledger.core.log.audit_findings import Finding, Gathered, Note
from ledger.core.log.audit_shown import DIFFERS, NOTHING, show
from ledger.core.log.commitment import SALT_BYTES
from ledger.core.log.entry import Entry
from ledger.errors import VerificationFailed
from ledger.services.context import Stores
from ledger.storage.audit_reads import vault_of
from ledger.storage.database import Connection
from ledger.storage.record_keys import KeyState, RecordKeys
from ledger.storage.vault import unseal_field
from signing.canonical import Json
from signing.envelope import tagged_hash

KEPT_KEYS = 10_000  # a subject's entries come together, so a key is rarely asked for again; a bound on memory
SHARED_FIELDS: Mapping[str, tuple[str, ...]] = {
    "agreement.created": ("document",),
    "agreement.sent": ("document",),
    "agreement.signed": ("document",),
    "agreement.sealed": ("sealed",),
    "agreement.seal-renewed": ("sealed",),
    "listing.proposed": ("statement",),
    **dict.fromkeys(EVENTS.values(), ("statement",)),
    "blacklist.subject-answered": ("request", "answer"),
}
OWN_RECORD = frozenset(
    {
        "institution",
        "person",
        "agreement",
        "application",
        "delegation",
        "key",
        "listing",
        "policy",
        "ruleset",
        "subject-request",
        "webhook",
    }
)  # kinds whose fields are sealed under the subject's own key

Values = dict[str, Json]
_Row = tuple[str, object, object, object]


@dataclass
class Vault:
    """Opens fields for one part of an audit, and remembers record keys."""

    tx: Connection
    record_keys: RecordKeys
    gathered: Gathered
    _states: dict[str, KeyState | None] = field(default_factory=dict)

    @classmethod
    def of(cls, tx: Connection, stores: Stores, gathered: Gathered) -> "Vault":
        return cls(tx, stores.record_keys, gathered)

    def open(self, entries: Sequence[Placed], *, but: Collection[str] = ()) -> dict[str, Values]:
        """Return the opened values by entry id and field, `but` fields of these names; what does not hold is a finding and absent."""
        rows: dict[str, list[_Row]] = {}
        for row in vault_of(self.tx, [placed.entry.id for placed in entries]):
            rows.setdefault(row[0], []).append(row)
        self._load(entries, rows)
        if but:
            rows = {name: [row for row in some if row[1] not in but] for name, some in rows.items()}
        return {placed.entry.id: self._open(placed, rows.get(placed.entry.id, []), but) for placed in entries}

    def _load(self, entries: Sequence[Placed], rows: Mapping[str, list[_Row]]) -> None:
        wanted = {record_of(placed.entry) for placed in entries if placed.entry.private or placed.entry.id in rows}
        wanted |= {row[2] for some in rows.values() for row in some if isinstance(row[2], str)}
        missing = [record for record in wanted if record is not None and record not in self._states]
        if len(self._states) + len(missing) > KEPT_KEYS:
            self._states.clear()
            missing = [record for record in wanted if record is not None]
        if not missing:
            return
        found = self.record_keys.states(missing)
        for record in missing:
            state = self._states[record] = found.get(record)
            self._judge_key(record, state)

    def _judge_key(self, record: str, state: KeyState | None) -> None:
        if state is None or state.is_altered:
            code = "record-key.missing" if state is None else "record-key.altered"
            found = NOTHING if state is None else DIFFERS
            self.gathered.find(
                Finding(
                    code=code,
                    kind="record_key",
                    id=show("record_id", record),
                    field="wrapped",
                    expected="the record's key",
                    found=found,
                )
            )
        elif state.destroyed_at is not None:
            self.gathered.note(
                Note(
                    "record.erased", "record_key", show("record_id", record), f"declared erased at {state.destroyed_at}"
                )
            )

    def _open(self, placed: Placed, rows: Iterable[_Row], but: Collection[str]) -> Values:
        entry, values = placed.entry, Values()
        committed: dict[str, Json] = {
            **entry.private,
            **{name: entry.public.get(name) for name in SHARED_FIELDS.get(entry.type, ())},
        }
        record = record_of(entry)
        for _, name, sealed_under, sealed in rows:
            self.gathered.counts["vault fields"] += 1
            commitment = committed.pop(name, None) if isinstance(name, str) else None
            if not isinstance(name, str) or not isinstance(commitment, str):
                self._find(placed, ("row.without-entry", name, "field"), NOTHING, f"field {show('field', name)}")
                continue
            if record is not None and sealed_under != record:
                self._find(placed, ("row.differs", name, "record_id"), record, show("record_id", sealed_under))
            owner = record if record is not None else sealed_under
            self._open_field(placed, name, commitment, (owner, sealed), values)
        for name, commitment in committed.items():
            if name in but:
                continue
            self._missing(placed, name, commitment, self._states.get(record) if record is not None else None)
        return values

    def _open_field(
        self, placed: Placed, name: str, commitment: str, row: tuple[object, object], values: Values
    ) -> None:
        owner, sealed = row
        state = self._states.get(owner) if isinstance(owner, str) else None
        if state is None or state.key is None:
            self._find(placed, ("vault.no-key", name, "sealed"), commitment, "no key of its record")
            return
        try:
            plain = unseal_field(
                state.key, sealed if isinstance(sealed, bytes) else b"", entry_id=placed.entry.id, field=name
            )
        except VerificationFailed as error:
            self._find(placed, ("vault.altered", name, "sealed"), commitment, error.code)
            return
        salt, value = plain[:SALT_BYTES], plain[SALT_BYTES:]
        found = tagged_hash("commitment", placed.entry.id.encode(), name.encode(), salt, value).hex()
        if found != commitment:
            self._find(placed, ("vault.commitment-differs", name, "value"), commitment, found)
            return
        try:
            values[name] = json.loads(value)  # the commitment was recomputed: these are the bytes that were encoded
        except ValueError:
            self._find(placed, ("vault.altered", name, "value"), "JSON", DIFFERS)

    def _missing(self, placed: Placed, name: str, commitment: Json, state: KeyState | None) -> None:
        if state is None or state.destroyed_at is None:
            self._find(placed, ("vault.missing", name, "row"), str(commitment), NOTHING)

    def _find(self, placed: Placed, place: tuple[str, object, str], expected: str, found: str) -> None:
        code, name, column = place
        self.gathered.find(
            Finding(
                code=code,
                kind="vault_field",
                id=f"{placed.entry.id}/{show('field', name)}",
                field=column,
                expected=expected,
                found=found,
                log=placed.log.origin,
                index=placed.index,
            )
        )


def record_of(entry: Entry) -> str | None:
    """Return the record whose key seals an entry's fields; None where the kind of subject does not say."""
    return entry.subject.id if entry.subject.kind in OWN_RECORD else None
