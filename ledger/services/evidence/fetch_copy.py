"""A party fetches its copy: the sealed file, and the openings that are its own (DESIGN section 5)."""

from dataclasses import dataclass, replace

from ledger.core.agreements.copies import shown_to
from ledger.core.evidence.package import MAX_RECEIPTS, Package
from ledger.core.log.entry import parse_entry
from ledger.core.log.permissions import Action
from ledger.errors import NotFound
from ledger.services.agreements.acting import record_key
from ledger.services.agreements.browser import SignerSession
from ledger.services.agreements.own_proof import require_proof
from ledger.services.agreements.stored_document import open_document
from ledger.services.agreements.view import AgreementView, load_agreement
from ledger.services.context import Act, Stores
from ledger.services.evidence.issue_receipts import Found, Look, Making
from ledger.services.evidence.key_receipts import keys_of
from ledger.services.opening import unseal_opening
from ledger.storage.agreements import DocumentRow, document_by_id
from ledger.storage.database import Connection
from ledger.storage.log import entries_of_subject
from ledger.storage.seals import VersionRow, versions_of


@dataclass(frozen=True)
class SealedCopy:
    """The newest sealed version and its bytes."""

    version: VersionRow
    data: bytes


def fetch_sealed(stores: Stores, act: Act, session: SignerSession) -> SealedCopy:
    """Return the sealed file to its proved party; raise NotFound("seal.none"), NotAllowed("session.not-proved")."""
    agreement_id = session.row.agreement_id

    def look(tx: Connection) -> tuple[AgreementView, VersionRow, DocumentRow]:
        view = load_agreement(tx, act.principal, agreement_id, Action.COPY_FETCH)
        return view, *_sealed(tx, view)

    view, version, document = stores.database.read(look)
    require_proof(session, view)
    return SealedCopy(version, open_document(stores, record_key(stores, view).key, document))


def fetch_openings(stores: Stores, act: Act, session: SignerSession) -> Package:
    """Return the receipts of all entries with what this party may open, and nothing that is another's alone.

    Raises NotAllowed("session.not-proved"), Unavailable("entry.pending").
    """
    agreement_id, signer_id = session.row.agreement_id, session.row.signer_id

    def look(tx: Connection) -> tuple[AgreementView, list[Found], list[Found]]:
        view = load_agreement(tx, act.principal, agreement_id, Action.COPY_FETCH)
        entries = entries_of_subject(tx, view.log.id, "agreement", agreement_id)[:MAX_RECEIPTS]
        finding = Look(tx)
        found = [finding.covered(entry, view.log) for entry in entries]
        return view, found, keys_of(tx, view, max(found, key=lambda item: item.checkpoint.size))

    view, found, keys = stores.database.read(look)
    require_proof(session, view)
    key, making = record_key(stores, view).key, Making(stores)
    return Package(
        agreement_id,
        tuple(making.receipt(_own(key, signer_id, one)) for one in found),
        keys=tuple(making.receipt(one) for one in keys),
    )


def _own(key: bytes, signer_id: str, found: Found) -> Found:
    values = {row.field: unseal_opening(key, row).value for row in found.sealed}
    entry = parse_entry(found.entry.data)
    shown = shown_to(signer_id, entry.type, values) | entry.public.keys()  # what is public is opened in every receipt
    return replace(found, sealed=[row for row in found.sealed if row.field in shown])


def _newest(tx: Connection, view: AgreementView) -> VersionRow | None:
    versions = versions_of(tx, view.row.id)
    return versions[-1] if versions else None


def _sealed(tx: Connection, view: AgreementView) -> tuple[VersionRow, DocumentRow]:
    version = _newest(tx, view)
    document = document_by_id(tx, version.document_id) if version else None
    if version is None or document is None:
        raise NotFound("seal.none", "this agreement is not sealed yet; that takes seconds once all have signed")
    return version, document
