"""Tables of the seal: the versions of each sealed file, and the job that makes the first of them.

Promises: a version is append-only, names its entry, and its file is a document like any other, which the audit reads again; the
job is a current state and no evidence. Leaves the making to the services. DESIGN 5.
"""

from sqlalchemy import ForeignKey, Index

from ledger.storage.tables.schema import Rule, define, number, text

sealed_version = define(
    "sealed_version",
    Rule.APPEND_ONLY,
    text("agreement_id", ForeignKey("agreement.id"), key=True),
    number("version", key=True),
    text("document_id", ForeignKey("document.id")),
    number("contract_bytes"),  # the sealed file begins with so many bytes of the contract as signed
    text("sealed_at"),  # what the newest time stamp in the file says
    text("renew_before"),  # when the certificate behind that time stamp ends
    text("entry_id"),
    Index(None, "renew_before"),
    Index(None, "document_id"),
)

seal_job = define(
    "seal_job",
    Rule.ROLLING,
    text("agreement_id", ForeignKey("agreement.id"), key=True),
    text("wanted"),  # "seal", "renewal", or "nothing" when all is done
    number("attempts"),
    text("holder"),
    text("held_until"),
    text("next_at"),
    text("last_code", null=True),
    text("last_message", null=True),
    text("changed_at"),
    Index(None, "wanted", "next_at"),
)
