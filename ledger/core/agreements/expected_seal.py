"""What the log says of an agreement's sealed files: a document and a version for each `agreement.sealed` and `.seal-renewed`.

Promises: versions count from 1 without a gap; each row follows from the opened fields of its entry; what was erased is passed over.
Leaves to others: the agreement's state (expected), reading the files again (services). DESIGN section 8.
"""

from collections.abc import Mapping

from ledger.core.agreements.expected_signature import expect_document, object_of
from ledger.core.agreements.sealed import FIELD, SEALED, SealedFacts, read_sealed
from ledger.core.log.audit_projection import Projection, Told, text_of
from ledger.core.log.audit_rows import UNTOLD
from ledger.errors import InvalidInput
from signing.canonical import Json


def expect_sealed(projection: Projection, told: Told) -> None:
    """Add the rows of one sealed version; object to an entry that is not the version that must come next."""
    entry, facts, file = told.placed.entry, _facts(projection, told), object_of(told.values.get("file"))
    version = 1 + sum(row.table == "sealed_version" for row in projection.rows)
    if facts is None or not file:
        projection.untold |= {"sealed_version", "document"}
    if facts is not None and facts.version != version:
        found = str(facts.version)
        projection.object_to(told, "entry.contradicts", "sealed.version", expected=str(version), found=found)
    if (told.type == SEALED) != (version == 1):
        projection.object_to(told, "entry.contradicts", "type", expected="one seal, then renewals", found=told.type)
    document: Mapping[str, Json] = {"sha256": facts.sha256.hex(), "bytes": facts.byte_length} if facts else {}
    expect_document(projection, told, document, file)
    projection.expect(
        "sealed_version",
        told,
        {
            "agreement_id": entry.subject.id,
            "version": version,
            "document_id": text_of(file.get("id")),
            "contract_bytes": facts.contract_bytes if facts else UNTOLD,
            "sealed_at": facts.sealed_at if facts else UNTOLD,
            "renew_before": facts.renew_before if facts else UNTOLD,
            "entry_id": entry.id,
        },
    )


def _facts(projection: Projection, told: Told) -> SealedFacts | None:
    value: Json = told.values.get(FIELD)
    if value is None:
        return None
    try:
        return read_sealed(value)
    except InvalidInput as error:
        projection.object_to(told, "entry.malformed", FIELD, expected="facts of a sealed file", found=error.code)
        return None
