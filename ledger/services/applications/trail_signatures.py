"""Under which keys the decisions of a page of the trail are signed, checked where the page is read.

Promises: a key is named only when the signature holds under it, over the very bytes of the statement. The registry's rows are not
believed: the replay compares each key with the one that the log has for the decider, and looks itself where none is named.
"""

from collections.abc import Iterable, Mapping

from ledger.core.applications.timeline import TrailEntry
from ledger.storage.database import Connection
from ledger.storage.enrolled_keys import key_by_id
from signing.algorithms import PublicKey, Suite
from signing.canonical import Json
from signing.decision import KIND
from signing.envelope import Signature
from signing.errors import SigningError
from signing.verify import check_bytes_signature


def signing_keys(tx: Connection, institution_id: str, entries: Iterable[TrailEntry]) -> dict[str, PublicKey]:
    """Return, by entry id, the keys under which the signatures of these entries' decisions hold."""
    rows: dict[str, PublicKey | None] = {}
    found = ((entry.id, _signing_key(tx, institution_id, rows, entry.values)) for entry in entries)
    return {name: key for name, key in found if key is not None}


def _signing_key(
    tx: Connection, institution_id: str, rows: dict[str, PublicKey | None], values: Mapping[str, Json]
) -> PublicKey | None:
    text, signature = values.get("statement"), values.get("signature")
    if not isinstance(text, str) or signature is None:
        return None
    try:
        given = Signature.from_json(signature)
        if given.key_id not in rows:
            row = key_by_id(tx, institution_id, given.key_id)
            rows[given.key_id] = PublicKey(Suite(row.suite), row.public_key) if row else None
        key = rows[given.key_id]
        if key is not None:
            check_bytes_signature(KIND, text.partition("\n")[2].encode(), given, key)
    except (SigningError, ValueError):
        return None
    return key
