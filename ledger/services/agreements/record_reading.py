"""Record that a signer was shown the whole document: which bytes, and how long each page was in view (DESIGN section 5)."""

from ledger.core.agreements.ceremony import Step
from ledger.core.agreements.reading import Reading, check_reading
from ledger.core.log.permissions import Action
from ledger.services.agreements.acting import Doing, perform
from ledger.services.agreements.stepping import record_step
from ledger.services.context import Act, Stores, Written
from ledger.storage.database import Connection


def record_reading(stores: Stores, act: Act, agreement_id: str, reading: Reading) -> Written:
    """Queue `agreement.read` with what the page reports; the times are facts, no gate.

    Raises Conflict("reading.other-document", or see ceremony.take_step), InvalidInput("reading.malformed" | "reading.incomplete").
    """

    def work(tx: Connection, doing: Doing) -> Written:
        check_reading(reading, doing.view.document.sha256, doing.view.document.pages)
        return record_step(tx, stores, act, doing, (Step.READ, {"reading": reading.to_json()}))

    return perform(stores, act, agreement_id, Action.CEREMONY_STEP, work)
