"""Bodies and answers of the routes of delegations."""

from typing import Annotated

from pydantic import Field, StringConstraints

from api.schemas.directory import StrictBody
from api.schemas.strict_request import Id
from ledger.core.log.permissions import Role
from ledger.storage.policies import DelegationRow


class Limit(StrictBody):
    """An amount in minor units of a currency."""

    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    minor: Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,17})$")]


class NewDelegationRequest(StrictBody):
    """Which of your roles, to whom, until when, up to which amount."""

    delegate: Id
    role: Annotated[Role, Field(strict=False)]
    until: Annotated[str, StringConstraints(max_length=40)]
    limit: Limit


def delegation_line(row: DelegationRow) -> dict[str, object]:
    return {
        "id": row.id,
        "holder": row.holder_id,
        "delegate": row.delegate_id,
        "role": row.role,
        "until": row.until,
        "limit": {"currency": row.currency, "minor": row.limit_minor},
        "is_revoked": row.revoked_entry is not None,
    }
