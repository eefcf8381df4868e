"""Read one attachment; the reading is an entry of the access log (DESIGN sections 6 and 9)."""

from hashlib import sha256

from ledger.core.applications.grades import purpose_of
from ledger.core.log.permissions import Action
from ledger.errors import NotFound, VerificationFailed
from ledger.services.applications.attach import ATTACHMENT_HEADER
from ledger.services.applications.reading import note_reading
from ledger.services.applications.seeing import require_personal
from ledger.services.applications.view import load_application
from ledger.services.context import Act, Stores
from ledger.storage.evidence import AttachmentRow, attachment_by_id
from ledger.storage.frames import unseal


def read_attachment(stores: Stores, act: Act, application_id: str, attachment_id: str) -> tuple[AttachmentRow, bytes]:
    """Return row and bytes; raise NotFound("attachment.unknown"), NotAllowed ("permission.grade"), VerificationFailed("document.altered")."""
    view = stores.database.read(lambda tx: load_application(tx, act.principal, application_id, Action.APPLICATION_READ))
    row = stores.database.read(lambda tx: attachment_by_id(tx, attachment_id))
    if row is None or row.application_id != application_id:
        raise NotFound("attachment.unknown", "this application has no such attachment; read it for the ids of its own")
    purpose = purpose_of(act.principal, None)
    stores.database.read(lambda tx: require_personal(tx, act, view))
    key = stores.record_keys.get(application_id)
    data = unseal(key, stores.objects.get(row.object_name), header=ATTACHMENT_HEADER + row.id.encode())
    if sha256(data).digest() != row.sha256:
        raise VerificationFailed(
            "document.altered", f"expected SHA-256 {row.sha256.hex()}, the stored bytes give another"
        )
    stores.database.write(lambda tx: note_reading(tx, stores, act, view, purpose))
    return row, data
