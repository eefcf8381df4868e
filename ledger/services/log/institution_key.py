"""Directory entries carry a signature by the institution's own key: policy, role and key changes are signed (DESIGN section 3)."""

from dataclasses import dataclass

from ledger.core.log.entry import DIRECTORY_KIND, Entry, directory_payload, with_signature
from ledger.errors import NotFound, Unavailable
from ledger.services.recording import Finish
from ledger.storage.database import Connection
from ledger.storage.directory import PersonRow, person_by_id
from ledger.storage.logs import LogRow, log_of_institution
from signing.envelope import Signature, tagged_bytes
from signing.keys.signer import Signer


@dataclass(frozen=True)
class InstitutionKey:
    """The organisation key with which an institution signs changes of its own directory."""

    institution_id: str
    signer: Signer

    def finish(self) -> Finish:
        """Return the step that signs a directory entry before it is hashed."""
        return self._sign

    def _sign(self, entry: Entry) -> Entry:
        value = self.signer.sign(tagged_bytes(DIRECTORY_KIND, directory_payload(entry)))
        return with_signature(entry, Signature(self.signer.public.suite, self.signer.public.key_id, value).to_json())


def directory_log(tx: Connection, institution_id: str) -> LogRow:
    """Return the log that holds the institution's directory; raise Unavailable("institution.unknown")."""
    log = log_of_institution(tx, institution_id)
    if log is None:
        raise Unavailable(
            "institution.unknown",
            "this institution has no log here; the operator opens one with `tally db institution`",
        )
    return log


def known_person(tx: Connection, institution_id: str, person_id: str) -> PersonRow:
    """Return a person of this institution; raise NotFound("person.unknown")."""
    person = person_by_id(tx, person_id)
    if person is None or person.institution_id != institution_id:
        raise NotFound("person.unknown", "there is no such person in your institution; list them with GET /v1/people")
    return person
