"""Read a sealed version of an agreement; the reading itself is an entry in the access log (DESIGN sections 5 and 9)."""

from dataclasses import dataclass

from ledger.core.log.permissions import Action
from ledger.errors import Conflict, NotFound, VerificationFailed
from ledger.services.agreements.read_document import note_reading
from ledger.services.agreements.stored_document import open_document
from ledger.services.agreements.view import AgreementView, load_agreement
from ledger.services.context import Act, Stores
from ledger.services.recording import RecordKey
from ledger.storage.agreements import DocumentRow, document_by_id
from ledger.storage.database import Connection
from ledger.storage.seals import VersionRow, versions_of


@dataclass(frozen=True)
class SealedCopy:
    """The bytes of one version of the sealed file."""

    data: bytes
    version: VersionRow


def read_sealed_copy(stores: Stores, act: Act, agreement_id: str, version: int | None = None) -> SealedCopy:
    """Return the newest sealed version, or the one that is asked for, checked against its recorded SHA-256.

    Raises NotFound("seal.unknown-version"), Conflict("seal.not-ready") while there is none, and what `read_document` raises.
    """
    view, row, document = stores.database.read(lambda tx: _look(tx, act, agreement_id, version))
    key = RecordKey(document.record_id, stores.record_keys.get(document.record_id))
    data = open_document(stores, key.key, document)
    stores.database.write(lambda tx: note_reading(tx, stores, act, view, key))
    return SealedCopy(data, row)


def _look(
    tx: Connection, act: Act, agreement_id: str, version: int | None
) -> tuple[AgreementView, VersionRow, DocumentRow]:
    view = load_agreement(tx, act.principal, agreement_id, Action.DOCUMENT_READ)
    versions = versions_of(tx, agreement_id)
    if not versions:
        raise Conflict(
            "seal.not-ready",
            f"this agreement is {view.state}; it has a sealed file once it is complete: try again then",
        )
    row = versions[-1] if version is None else next((item for item in versions if item.version == version), None)
    if row is None:
        raise NotFound("seal.unknown-version", f"expected a version of 1 to {len(versions)}, got {version}")
    document = document_by_id(tx, row.document_id)
    if document is None:
        raise VerificationFailed(
            "agreement.incomplete", "rows of this agreement are missing; the operator should run `tally audit`"
        )
    return view, row, document
