"""Answer for a file, with a receipt that came along or, for those who may ask, with what the record holds (DESIGN sections 8 and 9)."""

from dataclasses import dataclass

from ledger.chain.client import ChainClient
from ledger.core.evidence.answers import Report
from ledger.core.evidence.trust import TrustedPages, TrustPolicy
from ledger.core.evidence.verify_file import ConfirmedHeader, FileFacts, blocks_to_confirm, verify
from ledger.core.log.permissions import Action, Grade, Principal, Resource, require
from ledger.errors import NotFound, Unavailable
from ledger.services.context import Act, Stores
from ledger.services.evidence.export_trust import export_trust
from ledger.services.evidence.issue_evidence import issue_evidence
from ledger.storage.agreements import agreements_of_document, documents_with_digest
from ledger.storage.database import Connection


@dataclass(frozen=True, kw_only=True)
class Question:
    """A file by its hash and length, the receipt or evidence package that came with it, and the asker's own trust policy."""

    file: FileFacts
    material: bytes | None
    policy: TrustPolicy | None = None
    pages: tuple[TrustedPages, ...] = ()  # of this installation, for its own policy


def verify_upload(stores: Stores, client: ChainClient, act: Act, question: Question) -> Report:
    """Return the ten answers.

    Without a receipt the caller needs a role that may look documents up, so that nobody can ask whether we know one: raises
    NotAllowed, NotFound("document.unknown"); VerificationFailed where the material cannot be read.
    """
    policy = question.policy or export_trust(stores, finality=0, pages=question.pages)
    material = question.material if question.material is not None else _look_up(stores, act, question.file)
    return verify(question.file, material, policy, now=act.now, confirmed=confirm_headers(client, material))


def confirm_headers(client: ChainClient, material: bytes) -> dict[int, ConfirmedHeader]:
    """Return what the node says about the blocks the material rests on; nothing where it does not answer."""
    confirmed: dict[int, ConfirmedHeader] = {}
    try:
        for number in blocks_to_confirm(material):
            is_final = number <= client.block("finalized").number
            confirmed[number] = ConfirmedHeader(client.block(number).hash, is_final)
    except (NotFound, Unavailable):
        return confirmed
    return confirmed


def _look_up(stores: Stores, act: Act, file: FileFacts) -> bytes:
    require(act.principal, Action.VERIFICATION_LOOKUP, Resource(act.principal.institution_id, Grade.PERSONAL))
    agreement_id = stores.database.read(lambda tx: _agreement_of(tx, act.principal, file))
    if agreement_id is None:
        raise NotFound(
            "document.unknown",
            "your institution has no agreement over a file with this SHA-256; ask with its receipt instead",
        )
    return issue_evidence(stores, act, agreement_id).to_bytes()


def _agreement_of(tx: Connection, principal: Principal, file: FileFacts) -> str | None:
    found = documents_with_digest(tx, principal.institution_id, file.sha256)
    agreements = (row for document in found for row in agreements_of_document(tx, document.id))
    return max((row.id for row in agreements), default=None)
