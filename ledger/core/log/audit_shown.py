"""What a report may say of a column: one table, by the names of columns (docs/data-grades.md, "What an audit shows").

Promises: a value is shown only in a column that carries nothing about a person, and only where it has the column's own form: whoever
writes a name into a column of states is reported without it. Every column of text is in one of the two lists; a new one stays hidden
until somebody puts it there. Numbers and digests say nothing, and are shown. Leaves to others: comparing.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

DIFFERS: Final = "(value differs)"
NOTHING: Final = "nothing"
EMPTY: Final = "(empty)"
_DIGEST_BYTES = 32

_WORD = r"[a-z0-9][a-z0-9._:-]{0,99}"  # ids, states, roles, hashes in hex, codes
_INSTANT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)"
_FORMS: Final[Mapping[str, re.Pattern[str]]] = {  # and "file": shown as its size and digest only
    "word": re.compile(_WORD),
    "words": re.compile(rf"{_WORD}( {_WORD})*"),
    "ids": re.compile(rf'\[("{_WORD}"(,"{_WORD}")*)?\]'),
    "instant": re.compile(_INSTANT),
    "day": re.compile(r"\d{4}(-\d\d){0,2}"),
    "amount": re.compile(r"\d{1,40}"),
    "media type": re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,60}"),
    "origin": re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(/[a-z0-9._-]+)*"),
    "key": re.compile(rf"{_WORD}|[a-z0-9-]+(\.[a-z0-9-]+)+(/[a-z0-9._-]+)*|{_INSTANT}"),
    "rule": re.compile(r"[A-Z0-9{}:._/-]{1,60}"),
    "zone": re.compile(r"UTC|[A-Z][a-z]+(/[A-Za-z_+0-9-]{1,40}){1,2}"),
    "code": re.compile(r"[A-Z0-9]{2,20}"),
}

_NAMES: Final[Mapping[str, str]] = {
    "word": """
        actor agreement_id applicant application_id author_id branch cause chair_id channel decider_id delegate_id delivery department document_id
        endpoint_id entry_id event_id field holder_id id institution institution_id invitation_id key_id kind last_code listing_id moved
        object_name owner_id owner_kind paper path person_field person_id policy_id prev principal_id proposer_id provider published
        purpose record_id recorder_id reporter_id result revoked_ground role session_id signer signer_id stage state status step subject_id
        subject_kind suite to waiting_for wanted reader
        added_entry changed_entry consented_entry created_entry decided_entry enrolled_entry granted_entry identified_entry issued_entry
        joined_entry left_entry opened_entry proposed_entry published_entry read_entry received_entry recorded_entry removed_entry
        replaced_entry revoked_entry seated_entry sent_entry submitted_entry viewed_entry set_entry""",
    "words": "events needs",
    "ids": "members",
    "instant": """
        at changed_at confirmed_at created_at decided_at done_at due_at ended_at enrolled_at escalated_at expires_at held_until made_at
        named_at next_at opened_at proposed_at proved_at published_at recorded_at renew_before retry_at revoked_at revoked_since sealed_at
        seen_at sent_at set_at signed_at since submitted_at until used_at valid_from""",
    "day": "day due_on period",
    "amount": "balance_wei limit_minor",
    "media type": "media_type",
    "origin": "origin",
    "key": "key",
    "rule": "numbering_rule",
    "zone": "zone",
    "code": "code currency",
    "file": "calendar content public_key record",
}
SHOWN: Final[Mapping[str, str]] = {name: form for form, names in _NAMES.items() for name in names.split()}

HIDDEN: Final[Mapping[str, str]] = {
    "body": "what was sent to others",
    "bound_to": "names whose question a challenge is",
    "holder": "names a machine",
    "last_message": "what another service answered, in its words",
    "message": "what another service answered, in its words",
    "name": "words that staff chose",
    "number": "by the number of a contract or an application people are asked about it",
    "prefix": "the beginning of a secret",
    "reason": "words of whoever stopped or asked",
    "response": "what a client was answered",
    "route": "what a client asked for",
    "url": "may hold a secret of its owner",
}


def show(column: str, value: object) -> str:
    """Return what a report may say of a value: as it is where the column may be shown and the value has its form, else not at all."""
    if value is None:
        return NOTHING
    if isinstance(value, int):
        return str(value)
    if isinstance(value, bytes) and column not in HIDDEN:
        return value.hex() if len(value) <= _DIGEST_BYTES else _measured(value)
    form = SHOWN.get(column)
    return _text(form, value) if form is not None and isinstance(value, str) else DIFFERS


def _text(form: str, value: str) -> str:
    if form == "file":
        return _measured(value.encode("utf-8", "replace"))
    return (value or EMPTY) if not value or _FORMS[form].fullmatch(value) else DIFFERS


def _measured(data: bytes) -> str:
    return f"{len(data)} bytes, sha256 {sha256(data).hexdigest()}"
