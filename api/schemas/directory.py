"""Bodies of the directory's routes: people, roles, API keys."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.schemas.strict_request import Id
from ledger.core.log.permissions import Role

Name = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=False)]


class StrictBody(BaseModel):
    """An unknown field, a number for a string or a string for a number is refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class NewPerson(StrictBody):
    name: Name
    roles: Annotated[list[Annotated[Role, Field(strict=False)]], Field(max_length=len(Role), default_factory=list)]


class NewRole(StrictBody):
    role: Annotated[Role, Field(strict=False)]


class NewDepartment(StrictBody):
    department: Annotated[str, StringConstraints(min_length=1, max_length=63)]


class NewAddress(StrictBody):
    email: Annotated[str, StringConstraints(min_length=1, max_length=254)] | None


class NewApiKey(StrictBody):
    principal_id: Id
