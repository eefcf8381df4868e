"""What the log says of one agreement: its rows, and every signature on it checked once more.

Promises: each row follows from the agreement's entries and their opened fields; each signature is verified under the key
that the `parties` commitment names, and must bind this agreement, a head and a checkpoint that exist. Values that were
erased are passed over. Leaves to others: reading (services) and comparing (core.log.audit_rows). DESIGN sections 5 and 8.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.core.agreements.binding import AgreementFacts, check_binding, find_signer
from ledger.core.agreements.parties import Signer, read_signers
from ledger.core.agreements.states import State, after_signature
from ledger.core.agreements.terms import Terms, parse_terms
from ledger.core.log.audit_directory import blind_row
from ledger.core.log.audit_findings import Finding, show
from ledger.core.log.audit_projection import Projection, Told, World, text_of
from ledger.core.log.audit_rows import UNTOLD, Value
from ledger.errors import Conflict, InvalidInput, LedgerError
from signing.canonical import Json
from signing.envelope import Signature
from signing.errors import SigningError
from signing.statement import Statement, parse_statement
from signing.verify import check_statement_signature


@dataclass(frozen=True, kw_only=True)
class _Created:
    told: Told
    terms: Terms | None
    signers: tuple[Signer, ...]
    document: Mapping[str, Json]
    file: Mapping[str, Json]


def project_agreement(history: Sequence[Told], world: World) -> Projection:
    """Return the rows that an agreement's entries make, and what is wrong with its signatures."""
    projection = Projection()
    created: _Created | None = None
    signed = 0
    for told in history:
        if told.type == "agreement.created":
            created = _create(projection, told, world)
        elif told.type == "agreement.signed" and created is None:
            projection.object_to(told, "entry.contradicts", "type", expected="agreement.created first", found=told.type)
        elif told.type == "agreement.signed" and created is not None:
            signed += 1
            _sign(projection, told, created)
            _move(projection, told, signed, len(created.signers))
            projection.findings += _check_signature(told, created, history, world)
    return projection


def _create(projection: Projection, told: Told, world: World) -> _Created:
    created = _read(projection, told)
    entry = told.placed.entry
    _expect_document(projection, created)
    projection.expect(
        "agreement",
        told,
        {
            "id": entry.subject.id,
            "institution_id": entry.institution,
            "number": text_of(told.values.get("number")),
            "document_id": text_of(created.file.get("id")),
            "terms_sha256": created.terms.sha256() if created.terms else UNTOLD,
            "created_entry": entry.id,
            "created_at": entry.at,
        },
    )
    state = {"agreement_id": entry.subject.id, "state": str(State.SENT), "changed_entry": entry.id}
    projection.expect("agreement_state", told, state)
    _expect_signers(projection, created)
    for kind, value in dict.fromkeys(_searchable(created)):
        projection.expect("blind_index", told, blind_row(told, world, kind, value))
    return created


def _read(projection: Projection, told: Told) -> _Created:
    values = told.values
    try:
        terms = parse_terms(values["terms"]) if "terms" in values else None
        signers = read_signers(values["parties"]) if "parties" in values else ()
    except InvalidInput as error:
        projection.object_to(
            told, "entry.malformed", error.field or "terms", expected="terms and parties", found=error.code
        )
        terms, signers = None, ()
    if not signers:
        projection.untold |= {"agreement_signer", "agreement_state"}
    return _Created(
        told=told,
        terms=terms,
        signers=signers,
        document=_object(values.get("document")),
        file=_object(values.get("file")),
    )


def _expect_document(projection: Projection, created: _Created) -> None:
    entry, document, file = created.told.placed.entry, created.document, created.file
    projection.expect(
        "document",
        created.told,
        {
            "id": text_of(file.get("id")),
            "institution_id": entry.institution,
            "sha256": _hex(document.get("sha256")),
            "byte_length": _number(document.get("bytes")),
            "pages": _number(file.get("pages")),
            "media_type": text_of(file.get("media_type")),
            "object_name": text_of(file.get("object")),
            "record_id": entry.subject.id,
            "created_entry": entry.id,
        },
    )


def _expect_signers(projection: Projection, created: _Created) -> None:
    for place, signer in enumerate(created.signers):
        projection.expect(
            "agreement_signer",
            created.told,
            {
                "agreement_id": created.told.placed.entry.subject.id,
                "signer_id": signer.id,
                "ordinal": place,
                "role": str(signer.role),
                "key_id": signer.key.key_id,
                "suite": str(signer.key.suite),
                "public_key": signer.key.raw,
            },
        )


def _searchable(created: _Created) -> list[tuple[str, str]]:
    number, digest = created.told.values.get("number"), created.document.get("sha256")
    named = [("number", number), ("document", digest), *(("name", signer.name) for signer in created.signers)]
    return [(kind, value) for kind, value in named if isinstance(value, str)]


def _sign(projection: Projection, told: Told, created: _Created) -> None:
    entry, values = told.placed.entry, told.values
    statement, signature = values.get("statement"), _object(values.get("signature"))
    if not isinstance(statement, str):
        projection.untold.add("agreement_signature")
    projection.expect(
        "agreement_signature",
        told,
        {
            "agreement_id": entry.subject.id,
            "signer_id": text_of(values.get("signer")),
            "nonce": _nonce(statement),
            "statement": statement.encode() if isinstance(statement, str) else UNTOLD,
            "suite": text_of(signature.get("suite")),
            "signature": _hex(signature.get("value")),
            "entry_id": entry.id,
            "signed_at": entry.at,
        },
    )
    if values.get("document", created.document) != created.document:
        projection.object_to(told, "entry.contradicts", "document", expected="the document created", found="another")


def _move(projection: Projection, told: Told, signed: int, signers: int) -> None:
    if not signers:
        return
    before = State.SENT if signed == 1 else State.SIGNING if signed <= signers else State.SIGNED
    try:
        state = after_signature(before, signed=signed, signers=signers)
    except Conflict as error:
        projection.object_to(
            told, "entry.contradicts", "type", expected="an agreement open for signature", found=error.code
        )
        return
    key = (told.placed.entry.subject.id,)
    projection.amend("agreement_state", told, key, {"state": str(state), "changed_entry": told.placed.entry.id})


def _check_signature(told: Told, created: _Created, history: Sequence[Told], world: World) -> list[Finding]:
    values, check = told.values, Projection()
    text, signature = values.get("statement"), values.get("signature")
    if not isinstance(text, str) or signature is None or not created.signers:
        return []
    try:
        statement = parse_statement(text.encode())
        signer = find_signer(created.signers, statement)
        check_binding(statement, _facts(created, world, statement), datetime.fromisoformat(told.placed.entry.at))
        check_statement_signature(statement, Signature.from_json(signature), signer.key)
    except (LedgerError, SigningError) as error:
        check.object_to(told, "signature.refused", "signature", expected="a signature of the party", found=error.code)
        return check.findings
    if statement.signer != values.get("signer"):
        check.object_to(
            told, "entry.contradicts", "signer", expected=statement.signer, found=show("signer", values.get("signer"))
        )
    _check_seen(check, told, statement, history, world)
    return check.findings


def _facts(created: _Created, world: World, statement: Statement) -> AgreementFacts:
    entry, terms = created.told.placed.entry, created.terms
    digest, length = _hex(created.document.get("sha256")), _number(created.document.get("bytes"))
    return AgreementFacts(
        id=entry.subject.id,
        document_sha256=digest if isinstance(digest, bytes) else b"",
        document_bytes=length if isinstance(length, int) else 0,
        terms_sha256=terms.sha256() if terms else b"",
        chain_id=statement.chain_id if world.chain_id is None else world.chain_id,
        log_origin=entry.log,
    )


def _check_seen(check: Projection, told: Told, statement: Statement, history: Sequence[Told], world: World) -> None:
    """Hold what the signer saw against what was there: an earlier entry of this agreement, and a checkpoint of this log."""
    own = told.placed
    earlier = {
        item.placed.entry.subject.n: item.placed.leaf
        for item in history
        if item.placed.log == own.log and item.placed.entry.subject.n < own.entry.subject.n
    }
    head, seen = statement.head, statement.checkpoint
    if earlier.get(head.n) != head.leaf:
        found = earlier.get(head.n, b"").hex() or "no such entry before it"
        check.object_to(told, "signature.other-history", "statement.head", expected=head.leaf.hex(), found=found)
    root = world.root_at(own.log.id, seen.size)
    if root != seen.root:
        found = root.hex() if root else f"no checkpoint of size {seen.size}"
        check.object_to(told, "signature.other-history", "statement.checkpoint", expected=seen.root.hex(), found=found)


def _nonce(statement: Json) -> Value:
    try:
        return parse_statement(statement.encode()).nonce if isinstance(statement, str) else UNTOLD
    except SigningError:
        return UNTOLD


def _object(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _hex(value: Json) -> Value:
    try:
        return bytes.fromhex(value) if isinstance(value, str) else UNTOLD
    except ValueError:
        return UNTOLD


def _number(value: Json) -> Value:
    return value if isinstance(value, int) else UNTOLD
