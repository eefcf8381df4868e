"""Open an agreement's terms and parties for whoever reads them; that staff or a program read them is an entry of the access log (DESIGN section 3)."""

from ledger.services.agreements.read_document import note_reading
from ledger.services.agreements.view import AgreementView, Particulars, may_see_particulars, open_particulars
from ledger.services.context import Act, Stores
from ledger.services.recording import RecordKey


def open_for(stores: Stores, act: Act, view: AgreementView) -> Particulars | None:
    """Return the particulars; None for a reader whose grade does not reach them. A signer reads what is their own: nothing is noted.

    Raises NotFound("agreement.erased"), Unavailable("institution.unknown").
    """
    if not may_see_particulars(act.principal, view):
        return None
    particulars = open_particulars(stores, view)
    if act.principal.kind != "signer":
        record_id = view.document.record_id
        key = RecordKey(record_id, stores.record_keys.get(record_id))
        stores.database.write(lambda tx: note_reading(tx, stores, act, view, key, what="agreement.particulars-read"))
    return particulars
