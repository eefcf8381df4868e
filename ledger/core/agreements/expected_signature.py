"""A recorded signature checked once more: under the key that the parties name, over what it must bind (DESIGN sections 5 and 8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.core.agreements.binding import AgreementFacts, check_binding, find_signer
from ledger.core.agreements.parties import Signer
from ledger.core.agreements.people import Person
from ledger.core.agreements.terms import Terms
from ledger.core.log.audit_findings import Finding
from ledger.core.log.audit_projection import Projection, Told, World, text_of
from ledger.core.log.audit_rows import UNTOLD, Value
from ledger.core.log.audit_shown import show
from ledger.errors import LedgerError
from signing.algorithms import PublicKey
from signing.canonical import Json
from signing.envelope import Signature
from signing.errors import SigningError
from signing.statement import Statement, parse_statement
from signing.verify import check_statement_signature


@dataclass(frozen=True, kw_only=True)
class Created:
    """What an agreement's creation says, with its parties and people as they are by now."""

    told: Told
    terms: Terms | None
    signers: tuple[Signer, ...]
    people: Mapping[str, Person]
    document: Mapping[str, Json]
    file: Mapping[str, Json]


def check_signature(told: Told, created: Created, history: Sequence[Told], world: World) -> list[Finding]:
    values, check = told.values, Projection()
    text, signature = values.get("statement"), values.get("signature")
    if not isinstance(text, str) or signature is None or not created.signers:
        return []
    try:
        statement = parse_statement(text.encode())
        signer = find_signer(created.signers, statement, _enrolled(values.get("key")))
        check_binding(statement, _facts(created, world, statement), datetime.fromisoformat(told.placed.entry.at))
        check_statement_signature(statement, Signature.from_json(signature), signer.pen)
    except (LedgerError, SigningError) as error:
        check.object_to(told, "signature.refused", "signature", expected="a signature of the party", found=error.code)
        return check.findings
    if statement.signer != values.get("signer"):
        check.object_to(
            told, "entry.contradicts", "signer", expected=statement.signer, found=show("signer", values.get("signer"))
        )
    _check_seen(check, told, statement, history, world)
    return check.findings


def _enrolled(value: Json) -> PublicKey | None:
    """Return the key that the entry names where the agreement names none: one of the registry, which has entries of its own."""
    return None if value is None else PublicKey.from_json(value)


def _facts(created: Created, world: World, statement: Statement) -> AgreementFacts:
    entry, terms = created.told.placed.entry, created.terms
    digest, length = hex_of(created.document.get("sha256")), number_of(created.document.get("bytes"))
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


def expect_document(projection: Projection, told: Told, document: Mapping[str, Json], file: Mapping[str, Json]) -> None:
    """Expect the row of a document that an entry puts on record: its committed name, and how we keep it."""
    entry = told.placed.entry
    projection.expect(
        "document",
        told,
        {
            "id": text_of(file.get("id")),
            "institution_id": entry.institution,
            "sha256": hex_of(document.get("sha256")),
            "byte_length": number_of(document.get("bytes")),
            "pages": number_of(file.get("pages")),
            "media_type": text_of(file.get("media_type")),
            "object_name": text_of(file.get("object")),
            "record_id": entry.subject.id,
            "created_entry": entry.id,
        },
    )


def hex_of(value: Json) -> Value:
    """Return bytes as a row holds them; UNTOLD where the log does not tell them."""
    try:
        return bytes.fromhex(value) if isinstance(value, str) else UNTOLD
    except ValueError:
        return UNTOLD


def number_of(value: Json) -> Value:
    return value if isinstance(value, int) else UNTOLD


def nonce_of(statement: Json) -> Value:
    """Return the nonce of a statement; UNTOLD where it cannot be read."""
    try:
        return parse_statement(statement.encode()).nonce if isinstance(statement, str) else UNTOLD
    except SigningError:
        return UNTOLD


def object_of(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}
