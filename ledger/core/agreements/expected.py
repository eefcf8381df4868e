"""What the log says of one agreement: its rows, and every signature on it checked once more.

Promises: each row follows from the agreement's entries and their opened fields; each signature is verified under the key
that the `parties` commitment names, and must bind this agreement, a head and a checkpoint that exist; what happened must be
possible in the ceremony. Values that were erased are passed over. Leaves to others: reading (services) and comparing
(core.log.audit_rows). DESIGN sections 5 and 8.
"""

from collections.abc import Sequence

from ledger.core.agreements.expected_ceremony import Folding, follow
from ledger.core.agreements.expected_signature import (
    Created,
    check_signature,
    expect_document,
    hex_of,
    nonce_of,
    object_of,
)
from ledger.core.agreements.parties import read_signers
from ledger.core.agreements.people import Person, person_of_value
from ledger.core.agreements.states import State
from ledger.core.agreements.terms import parse_terms
from ledger.core.log.audit_directory import blind_row
from ledger.core.log.audit_projection import Projection, Told, World, text_of
from ledger.core.log.audit_rows import UNTOLD
from ledger.errors import InvalidInput


def project_agreement(history: Sequence[Told], world: World) -> Projection:
    """Return the rows that an agreement's entries make, and what is wrong with its signatures."""
    projection = Projection()
    folding: Folding | None = None
    for told in history:
        if told.type == "agreement.created":
            folding = Folding.begin(projection, _create(projection, told, world), world)
        elif not told.type.startswith("agreement."):
            continue
        elif folding is None:
            projection.object_to(told, "entry.contradicts", "type", expected="agreement.created first", found=told.type)
        else:
            follow(folding, told)
            if told.type == "agreement.signed":
                _sign(projection, told, folding.created)
                projection.findings += check_signature(told, folding.created, history, world)
    return projection


def _create(projection: Projection, told: Told, world: World) -> Created:
    created = _read(projection, told)
    entry = told.placed.entry
    expect_document(projection, told, created.document, created.file)
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
    state = {"agreement_id": entry.subject.id, "state": str(State.DRAFT), "changed_entry": entry.id}
    projection.expect("agreement_state", told, state)
    for kind, value in dict.fromkeys(_searchable(created)):
        projection.expect("blind_index", told, blind_row(told, world, kind, value))
    return created


def _read(projection: Projection, told: Told) -> Created:
    values = told.values
    people: dict[str, Person] = {}
    try:
        terms = parse_terms(values["terms"]) if "terms" in values else None
        signers = read_signers(values["parties"]) if "parties" in values else ()
        for name, value in values.items():
            if name.startswith("person_"):
                signer_id, person = person_of_value(value)
                people[signer_id] = person
    except InvalidInput as error:
        projection.object_to(
            told, "entry.malformed", error.field or "terms", expected="terms and parties", found=error.code
        )
        terms, signers = None, ()
    if not signers:
        projection.untold |= {"agreement_signer", "agreement_state", "signer_seat"}
    return Created(
        told=told,
        terms=terms,
        signers=signers,
        people=people,
        document=object_of(values.get("document")),
        file=object_of(values.get("file")),
    )


def _searchable(created: Created) -> list[tuple[str, str]]:
    number, digest = created.told.values.get("number"), created.document.get("sha256")
    named = [("number", number), ("document", digest), *(("name", signer.name) for signer in created.signers)]
    return [(kind, value) for kind, value in named if isinstance(value, str)]


def _sign(projection: Projection, told: Told, created: Created) -> None:
    entry, values = told.placed.entry, told.values
    statement, signature = values.get("statement"), object_of(values.get("signature"))
    if not isinstance(statement, str):
        projection.untold.add("agreement_signature")
    projection.expect(
        "agreement_signature",
        told,
        {
            "agreement_id": entry.subject.id,
            "signer_id": text_of(values.get("signer")),
            "nonce": nonce_of(statement),
            "statement": statement.encode() if isinstance(statement, str) else UNTOLD,
            "suite": text_of(signature.get("suite")),
            "signature": hex_of(signature.get("value")),
            "entry_id": entry.id,
            "signed_at": entry.at,
        },
    )
    if values.get("document", created.document) != created.document:
        projection.object_to(told, "entry.contradicts", "document", expected="the document created", found="another")
