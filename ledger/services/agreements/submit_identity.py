"""Hand in identity papers; the lender's staff check them (DESIGN section 5). Another provider would hand in its signed result."""

import base64
from dataclasses import dataclass
from hashlib import sha256

from ledger.core.agreements.identity import LOCAL_PROVIDER, Paper, PaperFile, check_files
from ledger.core.agreements.states import OPEN_FOR_SIGNATURE, State, not_open
from ledger.core.log.directory import format_instant
from ledger.core.log.permissions import TABLE, Action
from ledger.core.log.staff_news import News
from ledger.errors import Conflict, InvalidInput
from ledger.services.agreements.acting import record_key
from ledger.services.agreements.browser import require_session
from ledger.services.agreements.view import AgreementView, load_agreement
from ledger.services.context import Act, Stores
from ledger.services.staff_news import Waiting, tell_staff
from ledger.storage.database import Connection
from ledger.storage.frames import seal
from ledger.storage.identity import SubmissionRow, insert_submission, submissions_of
from ledger.storage.person_addresses import holders_of
from signing.canonical import encode
from signing.errors import DocumentRefused
from signing.pdf.inspect import Limits, inspect

PAPERS_HEADER = b"tally/identity-papers/v1\n"  # followed by the submission's id
_PDF = "application/pdf"
_LIMITS = Limits(max_pages=20)  # both sides of a paper, and a booklet
_HARMLESS = (
    frozenset(  # what a scanner does and a contract may not: text under the picture, a signature of the scanner's
        {"pdf.hidden-content", "pdf.already-signed", "pdf.field-looks", "pdf.cannot-be-sealed"}
    )
)
MOST_SUBMISSIONS = 5  # by one signer: after that the lender talks to them


@dataclass(frozen=True, kw_only=True)
class Papers:
    paper: Paper
    files: tuple[bytes, ...]


def submit_identity(stores: Stores, act: Act, agreement_id: str, session_token: str, papers: Papers) -> str:
    """Keep the papers, encrypted under the agreement's key, for staff to check; return the submission's id.

    Enrols nothing by itself. Raises NotAllowed, InvalidInput("identity.files"), Conflict("identity.waiting" |
    "identity.too-many" | "agreement.not-open").
    """
    files = check_files(papers.files)
    _check_pdfs(files)
    view = stores.database.read(lambda tx: load_agreement(tx, act.principal, agreement_id, Action.CEREMONY_STEP))
    if view.state not in OPEN_FOR_SIGNATURE | {State.COMPLETE}:
        raise not_open(view.state)
    submission_id, data = act.new_id(), _bundle(files)
    name = f"identity/{act.random(20).hex()}"
    sealed = seal(record_key(stores, view).key, data, header=PAPERS_HEADER + submission_id.encode())
    stores.objects.put(name, sealed)

    def work(tx: Connection) -> str:
        session = require_session(tx, session_token, act.now)
        _check_earlier(tx, agreement_id, act.principal.id)
        row = _row(act, view, papers.paper, _Kept(submission_id, session.row.id, name, sha256(data).digest()))
        insert_submission(tx, row)
        officers = holders_of(tx, row.institution_id, [*TABLE[Action.IDENTITY_DECIDE]])
        tell_staff(tx, act, _waiting(row), officers)
        return submission_id

    return stores.database.write(work)


def _check_pdfs(files: tuple[PaperFile, ...]) -> None:
    """Raise InvalidInput("identity.files") for a PDF that acts, is locked, or cannot be read within the limits: staff open it."""
    for file in files:
        if file.media_type != _PDF:
            continue
        try:
            inspect(file.data, _LIMITS)
        except DocumentRefused as error:
            if set(error.codes) - _HARMLESS:
                raise InvalidInput(
                    "identity.files",
                    f"the papers were not understood: {error.message}; or hand in a picture",
                    field="files",
                ) from error


def _bundle(files: tuple[PaperFile, ...]) -> bytes:
    return encode(
        {"files": [{"media_type": file.media_type, "data": base64.b64encode(file.data).decode()} for file in files]}
    )


def _waiting(row: SubmissionRow) -> Waiting:
    return Waiting(news=News.IDENTITY, institution_id=row.institution_id, subject_id=row.agreement_id, cause=row.id)


@dataclass(frozen=True)
class _Kept:
    submission_id: str
    session_id: str
    object_name: str
    digest: bytes


def _row(act: Act, view: AgreementView, paper: Paper, kept: _Kept) -> SubmissionRow:
    return SubmissionRow(
        id=kept.submission_id,
        agreement_id=view.row.id,
        signer_id=act.principal.id,
        session_id=kept.session_id,
        institution_id=view.row.institution_id,
        provider=LOCAL_PROVIDER,
        paper=paper,
        object_name=kept.object_name,
        sha256=kept.digest,
        submitted_at=format_instant(act.now),
    )


def _check_earlier(tx: Connection, agreement_id: str, signer_id: str) -> None:
    earlier = submissions_of(tx, agreement_id, signer_id)
    if any(row.decided_entry is None for row in earlier):
        raise Conflict("identity.waiting", "your papers are being checked; a message is sent when that is done")
    if len(earlier) >= MOST_SUBMISSIONS:
        raise Conflict("identity.too-many", "papers were handed in often enough; talk to the lender")
