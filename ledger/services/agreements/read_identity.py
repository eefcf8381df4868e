"""Look at handed-in identity papers in order to check them; the reading itself is an entry in the access log (DESIGN 5 and 9)."""

import base64
from dataclasses import dataclass

from ledger.core.agreements.identity import PaperFile
from ledger.core.agreements.people import Person
from ledger.core.log.permissions import Action
from ledger.errors import VerificationFailed
from ledger.services.agreements.acting import record_key
from ledger.services.agreements.read_document import note_reading
from ledger.services.agreements.standing import open_person
from ledger.services.agreements.stored_document import digest_of
from ledger.services.agreements.submissions import own_submission
from ledger.services.agreements.submit_identity import PAPERS_HEADER
from ledger.services.agreements.view import load_agreement
from ledger.services.context import Act, Stores
from ledger.storage.frames import unseal
from ledger.storage.identity import SubmissionRow
from signing.canonical import Json, decode


@dataclass(frozen=True, kw_only=True)
class IdentityPapers:
    """The papers, and what is on record about the person they must show."""

    row: SubmissionRow
    person: Person | None
    files: tuple[PaperFile, ...]


def read_identity(stores: Stores, act: Act, submission_id: str) -> IdentityPapers:
    """Return the papers; raise NotFound("identity.unknown"), NotAllowed, VerificationFailed("document.altered"), Unavailable."""
    row = stores.database.read(lambda tx: own_submission(tx, act.principal, Action.IDENTITY_READ, submission_id))
    view = stores.database.read(lambda tx: load_agreement(tx, act.principal, row.agreement_id, Action.IDENTITY_READ))
    key = record_key(stores, view)
    data = unseal(key.key, stores.objects.get(row.object_name), header=PAPERS_HEADER + row.id.encode())
    if digest_of(data) != row.sha256:
        raise VerificationFailed(
            "document.altered", f"expected SHA-256 {row.sha256.hex()}, the stored bytes give {digest_of(data).hex()}"
        )
    person = stores.database.read(lambda tx: open_person(tx, key.key, view, row.signer_id))
    stores.database.write(lambda tx: note_reading(tx, stores, act, view, key))
    return IdentityPapers(row=row, person=person, files=_files(decode(data)))


def _files(bundle: Json) -> tuple[PaperFile, ...]:
    items = bundle.get("files") if isinstance(bundle, dict) else None
    found = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return tuple(PaperFile(str(item["media_type"]), base64.b64decode(str(item["data"]))) for item in found)
