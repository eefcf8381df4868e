"""Entries: the lines of the log, as canonical JSON whose exact bytes are hashed.

Promises: an entry that is read is in its one spelling, of a known version and shape; a type that this version does not
know still verifies, its meaning is "meaning unknown". No personal or commercial value stands in an entry, only commitments.
Leaves to others: what may follow what (agreements/rules.py, storage for n and prev). docs/formats/entry.md.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from ledger.core.log.commitment import SALT_BYTES, Opening, commit
from ledger.core.log.entry_shape import check_actor, check_entry, check_fields, check_subject
from ledger.errors import InvalidInput, VerificationFailed
from signing.canonical import Json, decode, encode
from signing.envelope import tagged_bytes
from signing.errors import InvalidEncoding

VERSION = 1
MAX_ENTRY_BYTES = 8192  # tlog-tiles allows 65,535; an entry holds commitments, not content
DIRECTORY_KIND = "directory"
SIGNATURE_FIELD = "signature"
UNKNOWN_MEANING = "meaning unknown"

ENTRY_TYPES: Mapping[str, str] = {
    "institution.opened": "An institution joined this log.",
    "person.added": "A person was added to the institution's directory.",
    "role.granted": "A person was given a role.",
    "role.revoked": "A role was taken from a person.",
    "key.enrolled": "A key was enrolled for a person or the institution.",
    "key.revoked": "A key was revoked, with the reason.",
    "apikey.issued": "A program was given an API key.",
    "apikey.revoked": "A program's API key was revoked.",
    "agreement.created": "A loan contract was recorded for signing.",
    "agreement.sent": "The loan contract was sent to its parties for signature.",
    "agreement.reminded": "A party was reminded to sign.",
    "agreement.viewed": "A party opened the loan contract, with a one-time code.",
    "agreement.identified": "A party's identity papers were checked, with the result.",
    "agreement.consented": "A party agreed to sign electronically.",
    "agreement.read": "A party was shown the whole loan contract.",
    "agreement.key-shown": "A party showed that it holds a key that the lender's registry knows from an earlier contract.",
    "agreement.authority-attached": "A power of attorney was attached for a party that signs for an organisation.",
    "agreement.signer-replaced": "Another person was put in a party's place.",
    "agreement.signed": "One party signed the loan contract.",
    "agreement.declined": "A party declined to sign.",
    "agreement.void-proposed": "A person of the lender proposed to void the loan contract.",
    "agreement.voided": "The loan contract was voided before it was complete.",
    "agreement.expired": "The loan contract was not signed in time.",
    "agreement.sealing": "All parties have signed; sealing began.",
    "agreement.sealed": "The signed loan contract was sealed.",
    "agreement.seal-renewed": "The archive time stamp of the sealed loan contract was renewed.",
    "agreement.delivered": "A party received the sealed loan contract.",
    "webhook.added": "A program's address was given events of this institution.",
    "webhook.removed": "A program's address gets no more events.",
    "application.created": "An application for a loan was entered.",
    "application.corrected": "A new version of an application replaced the one before.",
    "application.submitted": "An application was given to those who decide, on the path of the policy in force.",
    "application.sitting-named": "The committee for an application was named.",
    "application.decided": "Somebody, or a named set of rules, decided on an application.",
    "application.verified": "A material of an application was checked against a source.",
    "application.told": "The applicant was told what is still needed, and until when.",
    "application.condition-reported": "Somebody brought evidence that a condition of an approval is met.",
    "application.condition-met": "Another person checked that evidence: the condition is met.",
    "application.accepted": "The applicant took a counter-offer.",
    "application.withdrawn": "The applicant withdrew an application.",
    "application.lapsed": "An application ran out.",
    "application.read": "A person read who is behind an application (access log).",
    "policy.proposed": "A policy for approvals was proposed.",
    "policy.published": "A second person put a proposed policy into force.",
    "ruleset.proposed": "A version of a rule set was proposed.",
    "ruleset.published": "A second person put a proposed rule set into force, with the key it signs with.",
    "delegation.granted": "A role was delegated until a time and up to an amount.",
    "delegation.revoked": "A delegation was taken back.",
    "agreement.particulars-read": "A person or program read the terms and parties of an agreement (access log).",
    "application.searched": "A person searched applications for somebody (access log).",
    "agreement.searched": "A person searched agreements for somebody (access log).",
    "document.read": "A person read a document (access log).",
    "log.registered": "The log was registered with a CheckpointRegistry on a chain.",
    "blacklist.epoch-opened": "An epoch of the shared blacklist was opened, with a new key among its evaluators.",
    "blacklist.member-admitted": "An institution was admitted to the shared blacklist.",
    "blacklist.version": "A version of the blacklist was signed; it may be the same list as before.",
    "listing.proposed": "An institution proposed a listing on the shared blacklist.",
    "audit.finished": "An integrity audit was finished, with its result.",
}

_FIELDS = {"v", "type", "id", "at", "log", "institution", "actor", "subject", "public", "private"}
_ACTOR_FIELDS = {"id", "role"}
_SUBJECT_FIELDS = {"kind", "id", "n", "prev"}


@dataclass(frozen=True)
class Actor:
    """Who acted, under a pseudonym, in which role."""

    id: str
    role: str

    def __post_init__(self) -> None:
        check_actor(self.id, self.role)


@dataclass(frozen=True)
class Subject:
    """What the entry is about: its `n`-th event, `prev` the leaf hash of the one before (None at n = 1)."""

    kind: str
    id: str
    n: int
    prev: bytes | None

    def __post_init__(self) -> None:
        check_subject(self.kind, self.id, self.n, self.prev)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the log. `private` maps field names to commitments; one in `public` has its opening in every receipt."""

    type: str
    id: str
    at: str
    log: str
    institution: str
    actor: Actor
    subject: Subject
    public: Mapping[str, Json]
    private: Mapping[str, str]

    def __post_init__(self) -> None:
        check_entry(entry_type=self.type, entry_id=self.id, at=self.at, log=self.log, institution=self.institution)
        check_fields(self.public, self.private)

    @property
    def meaning(self) -> str:
        """One English sentence, or "meaning unknown" for a type of a later version."""
        return ENTRY_TYPES.get(self.type, UNKNOWN_MEANING)

    def to_bytes(self) -> bytes:
        """Return the bytes that are stored and hashed; raise InvalidInput("entry.too-large" | "entry.value")."""
        return _encode(_to_json(self))


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An entry before its commitments are made: `committed` and `private` hold values, `committed` ones stand in public."""

    type: str
    id: str
    at: str
    log: str
    institution: str
    actor: Actor
    subject: Subject
    public: Mapping[str, Json]
    committed: Mapping[str, Json]
    private: Mapping[str, Json]

    @property
    def salt_bytes(self) -> int:
        """How many random bytes `draft_entry` needs."""
        return SALT_BYTES * (len(self.committed) + len(self.private))


def draft_entry(draft: Draft, salts: bytes) -> tuple[Entry, tuple[Opening, ...]]:
    """Return the entry and the openings of its commitments, salted from `draft.salt_bytes` fresh random bytes.

    Raises InvalidInput("entry.salts", or the code of the rule that the entry breaks).
    """
    if len(salts) != draft.salt_bytes:
        raise InvalidInput("entry.salts", f"expected {draft.salt_bytes} random bytes, got {len(salts)}")
    if draft.public.keys() & draft.committed.keys():
        raise InvalidInput("entry.fields", "expected each field name once over public and committed")
    values = [*draft.committed.items(), *draft.private.items()]
    openings = tuple(
        Opening(field, salts[place * SALT_BYTES :][:SALT_BYTES], value) for place, (field, value) in enumerate(values)
    )
    commitments = [commit(entry_id=draft.id, field=item.field, salt=item.salt, value=item.value) for item in openings]
    named = list(zip((item.field for item in openings), commitments, strict=True))
    split = len(draft.committed)
    entry = Entry(
        type=draft.type, id=draft.id, at=draft.at, log=draft.log, institution=draft.institution, actor=draft.actor, subject=draft.subject,
        public={**draft.public, **dict(named[:split])}, private=dict(named[split:]),
    )  # fmt: skip
    return entry, openings


def parse_entry(data: bytes) -> Entry:
    """Return the entry of its exact bytes; raise VerificationFailed with the code of the rule that they break.

    Codes: "entry.too-large", "entry.not-canonical", "entry.version", "entry.fields", "entry.value".
    """
    _check_length(data)
    try:
        value = decode(data)
    except InvalidEncoding as error:
        raise VerificationFailed("entry.not-canonical", error.message) from error
    return _from_json(value)


def read_trusted_entry(data: bytes) -> Entry:
    """Return the entry of bytes whose leaf hash was checked just now: as `parse_entry`, without encoding them again."""
    _check_length(data)
    try:
        value = cast("Json", json.loads(data))
    except (ValueError, RecursionError) as error:
        raise VerificationFailed("entry.not-canonical", f"expected JSON: {error}") from error
    return _from_json(value)


def directory_payload(entry: Entry) -> bytes:
    """Return what the institution's key signs in a directory entry: its JCS without the public field "signature"."""
    return encode(
        _to_json(_with_public(entry, {name: value for name, value in entry.public.items() if name != SIGNATURE_FIELD}))
    )


def signed_part(entry: Entry) -> bytes:
    """Return the tagged bytes, "tally/directory/v1" and a newline, then the payload, that a directory signature covers."""
    return tagged_bytes(DIRECTORY_KIND, directory_payload(entry))


def with_signature(entry: Entry, signature: Mapping[str, Json]) -> Entry:
    """Return the directory entry carrying the signature (envelope.Signature.to_json) of its `signed_part`."""
    return _with_public(entry, {**entry.public, SIGNATURE_FIELD: dict(signature)})


def _with_public(entry: Entry, public: Mapping[str, Json]) -> Entry:
    return replace(entry, public=public)


def _encode(value: Json) -> bytes:
    try:
        data = encode(value)
    except InvalidEncoding as error:
        raise InvalidInput("entry.value", error.message) from error
    if len(data) > MAX_ENTRY_BYTES:
        raise InvalidInput("entry.too-large", f"expected an entry of at most {MAX_ENTRY_BYTES} bytes, got {len(data)}")
    return data


def _check_length(data: bytes) -> None:
    if len(data) > MAX_ENTRY_BYTES:
        raise VerificationFailed(
            "entry.too-large", f"expected an entry of at most {MAX_ENTRY_BYTES} bytes, got {len(data)}"
        )


def _to_json(entry: Entry) -> Json:
    subject, prev = entry.subject, entry.subject.prev
    return {
        "v": VERSION,
        "type": entry.type,
        "id": entry.id,
        "at": entry.at,
        "log": entry.log,
        "institution": entry.institution,
        "actor": {"id": entry.actor.id, "role": entry.actor.role},
        "subject": {
            "kind": subject.kind,
            "id": subject.id,
            "n": subject.n,
            "prev": None if prev is None else prev.hex(),
        },
        "public": dict(entry.public),
        "private": cast("dict[str, Json]", dict(entry.private)),
    }


def _from_json(value: Json) -> Entry:
    try:
        return _build(value)
    except InvalidInput as error:
        raise VerificationFailed(error.code, error.message, field=error.field) from error


def _build(value: Json) -> Entry:
    """Build the entry of decoded JSON. The casts are checked at once by the constructors, which refuse other types."""
    version = value.get("v") if isinstance(value, dict) else None
    if isinstance(version, bool) or version != VERSION:
        raise InvalidInput(
            "entry.version", f"expected an entry of version {VERSION}, got {str(version)[:40]}", field="v"
        )
    parts = _object(value, _FIELDS, "entry")
    actor = _object(parts["actor"], _ACTOR_FIELDS, "actor")
    subject = _object(parts["subject"], _SUBJECT_FIELDS, "subject")
    return Entry(
        type=cast("str", parts["type"]),
        id=cast("str", parts["id"]),
        at=cast("str", parts["at"]),
        log=cast("str", parts["log"]),
        institution=cast("str", parts["institution"]),
        actor=Actor(cast("str", actor["id"]), cast("str", actor["role"])),
        subject=Subject(
            cast("str", subject["kind"]), cast("str", subject["id"]), cast("int", subject["n"]), _prev(subject["prev"])
        ),
        public=_object(parts["public"], None, "public"),
        private=cast("dict[str, str]", _object(parts["private"], None, "private")),
    )


def _object(value: Json, fields: set[str] | None, name: str) -> dict[str, Json]:
    if not isinstance(value, dict):
        raise InvalidInput("entry.fields", f"{name}: expected an object, got {str(value)[:40]!r}", field=name)
    if fields is not None and value.keys() != fields:
        raise InvalidInput(
            "entry.fields",
            f"{name}: expected exactly {', '.join(sorted(fields))}, got {', '.join(sorted(value))[:200]}",
            field=name,
        )
    return value


def _prev(value: Json) -> bytes | None:
    if value is None:
        return None
    try:
        prev = bytes.fromhex(cast("str", value))
    except (TypeError, ValueError):
        prev = b""
    if prev.hex() != value:
        raise InvalidInput(
            "entry.value", "subject.prev: expected a leaf hash in lower-case hexadecimal", field="subject.prev"
        )
    return prev
