"""What a signed statement must bind before it counts as a signature on an agreement (DESIGN section 5).

Promises: a statement over other bytes, other terms, another person, chain or log, or one that is out of date, is refused
with a code that says which. Leaves to others: the signature itself (signing.verify) and the uniqueness of the nonce (storage).
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from ledger.core.agreements.consent import CONSENT_SHA256
from ledger.core.agreements.parties import Signer
from ledger.errors import Conflict, InvalidInput, VerificationFailed
from signing.algorithms import PublicKey
from signing.statement import Statement

MAX_VALIDITY = timedelta(days=30)  # a statement signed and kept back for longer no longer speaks for its signer


@dataclass(frozen=True, kw_only=True)
class AgreementFacts:
    """What the record says about an agreement, against which a statement is held."""

    id: str
    document_sha256: bytes
    document_bytes: int
    terms_sha256: bytes
    chain_id: int
    log_origin: str


def find_signer(signers: tuple[Signer, ...], statement: Statement, enrolled: PublicKey | None = None) -> Signer:
    """Return the signer the statement names, with the key that it names: the party's own, or the one enrolled since.

    Raises InvalidInput("statement.wrong-signer") if that is none of the parties, or another key.
    """
    for signer in signers:
        if signer.id == statement.signer:
            key = signer.key or enrolled
            if key and (signer.role.value, key.key_id) == (statement.role, statement.key_id):
                return signer if signer.key else replace(signer, key=key)
            break
    raise InvalidInput(
        "statement.wrong-signer",
        "the statement names a signer, role or key that this agreement does not have; fetch the statement anew and sign that one",
    )


def check_binding(statement: Statement, facts: AgreementFacts, now: datetime) -> None:
    """Raise unless the statement is about exactly this agreement, its bytes and terms, on this chain and log, and in date."""
    checks = (
        (statement.agreement == facts.id, "statement.wrong-agreement", "another agreement"),
        (statement.document_sha256 == facts.document_sha256, "statement.wrong-document", "other document bytes"),
        (statement.document_bytes == facts.document_bytes, "statement.wrong-document", "another document length"),
        (statement.terms_sha256 == facts.terms_sha256, "statement.wrong-terms", "other terms"),
        (statement.consent_sha256 == CONSENT_SHA256, "statement.wrong-consent", "another consent text"),
        (statement.chain_id == facts.chain_id, "statement.wrong-chain", "another chain"),
        (statement.log == facts.log_origin, "statement.wrong-log", "another log"),
    )
    for holds, code, what in checks:
        if not holds:
            raise VerificationFailed(code, f"the signed statement is about {what} than recorded; nothing was stored")
    expires_at = datetime.fromisoformat(statement.expires_at)
    if expires_at <= now.astimezone(UTC):
        raise Conflict(
            "statement.expired", f"the statement expired at {statement.expires_at}; fetch a fresh one and sign that"
        )
    if expires_at - now > MAX_VALIDITY:
        raise InvalidInput("statement.too-long", f"a statement may be valid for at most {MAX_VALIDITY.days} days")
