"""Answer for a file, with a receipt that came along or, for those who may ask, with what the record holds (DESIGN sections 8 and 9)."""

from collections.abc import Callable
from dataclasses import dataclass

from ledger.chain.client import ChainClient
from ledger.core.evidence.answers import Report
from ledger.core.evidence.package import Package
from ledger.core.evidence.trust import TrustedPages, TrustPolicy
from ledger.core.evidence.trust_seals import TrustedSeals
from ledger.core.evidence.verify_file import (
    ConfirmedHeader,
    FileFacts,
    SealedFile,
    blocks_to_confirm,
    evidence_of,
    verify,
)
from ledger.core.log.permissions import Action, Grade, Principal, Resource, allowed, require
from ledger.errors import NotFound, Unavailable
from ledger.services.context import Act, Stores
from ledger.services.evidence.export_trust import export_trust
from ledger.services.evidence.issue_evidence import issue_evidence
from ledger.services.evidence.open_sealed import open_sealed
from ledger.storage.agreements import agreements_of_document, documents_with_digest
from ledger.storage.database import Connection
from ledger.storage.seals import agreement_of_version

SealRoots = Callable[[], TrustedSeals | None]  # the installation's own, asked only where the asker brought no policy


@dataclass(frozen=True, kw_only=True)
class Question:
    """A file, by its bytes or its hash and length, the receipt or evidence that came with it, and the asker's own trust policy.

    Only bytes can be looked into for a seal.
    """

    file: FileFacts | bytes
    material: bytes | None
    policy: TrustPolicy | None = None
    pages: tuple[TrustedPages, ...] = ()  # of this installation, for its own policy


def verify_upload(stores: Stores, client: ChainClient, act: Act, question: Question, seals: SealRoots) -> Report:
    """Return the ten answers.

    Without a receipt, and for a file that carries no evidence, the caller needs a role that may look documents up, so that nobody
    can ask whether we know one: raises NotAllowed, NotFound("document.unknown"); VerificationFailed where the material cannot be
    read.
    """
    policy = question.policy or export_trust(stores, finality=0, pages=question.pages, seals=seals())
    file = question.file
    looked_at = open_sealed(file, policy.seals, now=act.now) if isinstance(file, bytes) else file
    material = question.material
    if material is None and may_look_up(act.principal):
        material = _look_up(stores, act, looked_at.file if isinstance(looked_at, SealedFile) else looked_at)
    elif material is None and not (isinstance(looked_at, SealedFile) and looked_at.evidence):
        require(act.principal, Action.VERIFICATION_LOOKUP, Resource(act.principal.institution_id, Grade.PERSONAL))
    confirmed = confirm_headers(client, evidence_of(looked_at, material))
    return verify(looked_at, material, policy, now=act.now, confirmed=confirmed)


def may_look_up(principal: Principal) -> bool:
    """Say whether this caller may ask for a document by its bytes alone."""
    return allowed(principal, Action.VERIFICATION_LOOKUP, Resource(principal.institution_id, Grade.PERSONAL))


def confirm_headers(client: ChainClient, package: Package) -> dict[int, ConfirmedHeader]:
    """Return what the node says about the blocks the evidence rests on; nothing where it does not answer."""
    confirmed: dict[int, ConfirmedHeader] = {}
    try:
        for number in blocks_to_confirm(package):
            is_final = number <= client.block("finalized").number
            confirmed[number] = ConfirmedHeader(client.block(number).hash, is_final)
    except (NotFound, Unavailable):
        return confirmed
    return confirmed


def _look_up(stores: Stores, act: Act, file: FileFacts) -> bytes:
    agreement_id = stores.database.read(lambda tx: _agreement_of(tx, act.principal, file))
    if agreement_id is None:
        raise NotFound(
            "document.unknown",
            "your institution has no agreement over a file with this SHA-256; ask with its receipt instead",
        )
    return issue_evidence(stores, act, agreement_id).to_bytes()


def _agreement_of(tx: Connection, principal: Principal, file: FileFacts) -> str | None:
    found = documents_with_digest(tx, principal.institution_id, file.sha256)
    agreements = [row.id for document in found for row in agreements_of_document(tx, document.id)]
    sealed = [agreement for document in found if (agreement := agreement_of_version(tx, document.id))]
    return max([*agreements, *sealed], default=None)
