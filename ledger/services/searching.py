"""That somebody looked for a person is an entry of the access log: who, why, by what, under which keyed hash, with how many hits.

Promises: no clear text: the term appears as its blind index, sealed like every other field. Leaves to others: the search.
"""

from dataclasses import dataclass

from ledger.errors import Unavailable
from ledger.services.context import Act, Stores
from ledger.services.recording import Event, RecordKey, record
from ledger.storage.database import Connection
from ledger.storage.logs import log_of_institution
from signing.canonical import Json

KIND = "search"


@dataclass(frozen=True, kw_only=True)
class Searched:
    """A search for a person: among what ("application", "agreement"), by what, under which hash, why, and how many were found."""

    among: str
    by: str
    digest: bytes
    hits: int
    purpose: str | None = None


def note_search(tx: Connection, stores: Stores, act: Act, searched: Searched) -> None:
    """Record a search of the principal's institution; raise Unavailable("institution.unknown") without an access log."""
    institution_id = act.principal.institution_id
    log = log_of_institution(tx, institution_id, "access")
    if log is None:
        raise Unavailable(
            "institution.unknown", "this institution has no access log here; reading personal data needs one"
        )
    told: dict[str, Json] = {
        "reader": act.principal.id,
        "by": searched.by,
        "term": searched.digest.hex(),
        "hits": searched.hits,
    }
    event = Event(
        type=f"{searched.among}.searched",
        log=log,
        subject_kind=KIND,
        subject_id=act.new_id(),
        role="reader",
        record=RecordKey(institution_id, stores.record_keys.get(institution_id)),
        private={**told, **({"purpose": searched.purpose} if searched.purpose else {})},
    )
    record(tx, stores, act, event)
