"""Whose key signed a decision: the registry of keys as the log has it at each place.

Promises: a signature counts only by a signing key that was enrolled for the decider before, and that no revocation puts in doubt.
Leaves to others: what the decision says (replay).
"""

from dataclasses import dataclass, field

from ledger.core.applications.timeline import TrailEntry
from ledger.core.log.keys import ENROLLED, REVOKED, Enrolment, Purpose, read_enrolment
from ledger.core.log.revocation import Proven, Revocation, RevocationList, Standing, judge, read_revocation
from signing.decision import DecisionStatement
from signing.envelope import Signature
from signing.errors import SigningError
from signing.verify import check_statement_signature


@dataclass
class Signers:
    """Keys and their owners, filled entry by entry with `note`."""

    _keys: dict[str, tuple[Enrolment, str | None]] = field(
        default_factory=dict
    )  # key id: enrolment, owner (None: erased)
    _revoked: dict[str, Revocation] = field(default_factory=dict)

    def note(self, entry: TrailEntry) -> None:
        """Take in one entry of the registry; raise InvalidInput("key.malformed-entry")."""
        if entry.type == ENROLLED:
            owner = entry.values.get("owner")
            name = owner.get("id") if isinstance(owner, dict) else None
            self._keys[entry.subject] = (read_enrolment(entry.facts), name if isinstance(name, str) else None)
        elif entry.type == REVOKED:
            self._revoked[entry.subject] = read_revocation(
                entry.facts, recorded_at=entry.at.isoformat(), index=entry.index
            )

    def judge(self, statement: DecisionStatement, signature: Signature, entry: TrailEntry) -> str | None:
        """Return why a decision's signature does not count, None when it does."""
        enrolment, owner = self._keys.get(statement.key_id, (None, None))
        if enrolment is None or enrolment.purpose is not Purpose.SIGN:
            return "key.unknown"
        if owner is not None and owner != statement.decider:
            return "key.other-owner"
        is_known = entry.signed_by == enrolment.key and statement.key_id == enrolment.key.key_id
        try:
            if not is_known:
                check_statement_signature(statement, signature, enrolment.key)
        except SigningError as error:
            return error.code
        known = RevocationList(self._revoked.get(statement.key_id), reaches=True)
        standing = judge(known, Proven(index=entry.index, by=entry.at))
        return None if standing in {Standing.GOOD, Standing.GOOD_BEFORE} else f"key revoked: {standing}"
