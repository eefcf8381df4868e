"""How an act on an agreement becomes an entry: loaded once to see whether it may be, and again under the subject's lock.

Promises: acts on one agreement come one after another; each decides on what the one before left. Leaves what an act means to
its service.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ledger.core.log.permissions import Action, Role
from ledger.services.agreements.standing import signer_row
from ledger.services.agreements.view import AgreementView, load_agreement
from ledger.services.context import Act, Stores, Written
from ledger.services.once import find_earlier, remember_answer, write_once
from ledger.services.recording import Event, RecordKey
from ledger.storage.database import Connection
from ledger.storage.log import subject_head
from signing.canonical import Json

STAFF_ROLE, MACHINE_ROLE = "officer", "operator"


@dataclass(frozen=True, kw_only=True)
class Doing:
    """An act on one agreement that becomes an entry: on what, under which record key, in which role."""

    view: AgreementView
    record: RecordKey
    role: str

    def event(self, kind: str, private: dict[str, Json], shared: dict[str, Json] | None = None) -> Event:
        """Return the event `agreement.<kind>`."""
        return Event(
            type=f"agreement.{kind}",
            log=self.view.log,
            subject_kind="agreement",
            subject_id=self.view.row.id,
            role=self.role,
            record=self.record,
            shared=shared or {},
            private=private,
        )


Work = Callable[[Connection, Doing], Written]


def perform(stores: Stores, act: Act, agreement_id: str, action: Action, work: Work) -> Written:
    """Run `work` on the agreement as it is under its lock; the same request again returns the first answer.

    Raises NotFound("agreement.unknown"), NotAllowed, Conflict("signer.replaced"), and what `work` raises.
    """
    if earlier := find_earlier(stores, act):
        return earlier
    seen = stores.database.read(lambda tx: load_agreement(tx, act.principal, agreement_id, action))
    key = record_key(stores, seen)

    def run(tx: Connection) -> Written:
        subject_head(tx, seen.log.id, "agreement", agreement_id, lock=True)
        view = load_agreement(tx, act.principal, agreement_id, action)
        written = work(tx, Doing(view=view, record=key, role=role_of(act, view)))
        remember_answer(tx, act, written)
        return written

    return write_once(stores, act, run)


def record_key(stores: Stores, view: AgreementView) -> RecordKey:
    """Return the key that opens and seals the agreement's fields; raises what the key store raises."""
    return RecordKey(view.document.record_id, stores.record_keys.get(view.document.record_id))


def role_of(act: Act, view: AgreementView) -> str:
    """Return in which role somebody acts on this agreement: a party in its own, staff in theirs."""
    if act.principal.kind == "signer":
        return signer_row(view, act.principal.id).role
    held = act.principal.roles
    return STAFF_ROLE if Role.OFFICER in held or not held else min(held)
