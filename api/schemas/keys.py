"""Bodies and answers of the key registry's routes."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.schemas.directory import StrictBody
from api.schemas.strict_request import Id
from ledger.core.log.keys import OwnerKind, ProofGrade, Purpose
from ledger.core.log.revocation import Ground
from ledger.storage.enrolled_keys import EnrolledKeyRow

KeyId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{1,16}:[0-9a-f]{32}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f]+$")]
Hex = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{2})+$", max_length=200)]


class PublicKeyValue(StrictBody):
    suite: Annotated[str, StringConstraints(max_length=16)]
    raw: Hex


class OwnerValue(StrictBody):
    """A customer without `id` is found by `identity`, or is a new one."""

    kind: Annotated[OwnerKind, Field(strict=False)]
    id: Id | None = None


class ProofingValue(StrictBody):
    provider: Text
    grade: Annotated[ProofGrade, Field(strict=False)]
    reference: Annotated[str, StringConstraints(max_length=120)] = ""


class NewEnrolment(StrictBody):
    key: PublicKeyValue
    purpose: Annotated[Purpose, Field(strict=False)] = Purpose.SIGN
    owner: OwnerValue
    proofing: ProofingValue
    identity: Text | None = None
    replaces: KeyId | None = None


class NewKeyRevocation(StrictBody):
    """`since` belongs to a compromise: a UTC time; without it every signature of the key is in doubt."""

    ground: Annotated[Ground, Field(strict=False)]
    since: Annotated[datetime | None, Field(strict=False)] = None


class KeyLine(BaseModel):
    model_config = ConfigDict(frozen=True)

    key_id: str
    owner: dict[str, str]
    purpose: str
    suite: str
    public: str
    enrolled_at: str
    entry: str
    revoked: dict[str, str | None] | None


def key_line(row: EnrolledKeyRow) -> KeyLine:
    """Shape one key of the registry."""
    revoked = {"entry": row.revoked_entry, "ground": row.revoked_ground, "since": row.revoked_since}
    return KeyLine(
        key_id=row.key_id,
        owner={"kind": row.owner_kind, "id": row.owner_id},
        purpose=row.purpose,
        suite=row.suite,
        public=row.public_key.hex(),
        enrolled_at=row.enrolled_at,
        entry=row.enrolled_entry,
        revoked=revoked if row.revoked_entry else None,
    )
