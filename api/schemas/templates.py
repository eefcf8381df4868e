"""Bodies and answers of the template routes."""

from typing import Annotated, cast

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.directory import StrictBody
from api.schemas.strict_request import ApplicationName
from ledger.core.agreements.ceremony import DEFAULT_DAYS
from ledger.core.agreements.template import Template
from signing.canonical import Json

Object = dict[str, object]


class NewDraft(StrictBody):
    """What a contract is typeset from. Terms: docs/formats/terms.md; the rest: docs/templates.md."""

    language: Annotated[str, Field(max_length=20, description="zh, en or zh-en (side by side)")]
    terms: Annotated[
        Object, Field(description="as docs/formats/terms.md has them, with repayment, late_rate and purpose")
    ]
    lender: Annotated[Object, Field(description="the lender as printed: name, identifier, address")]
    signers: Annotated[
        list[Object],
        Field(
            max_length=50,
            description="as for POST /v1/agreements; each beside the lender's with `printed`: identifier, address, and name where the "
            "signer represents an organisation",
        ),
    ]

    def draft(self) -> Json:
        """Return what the core reads."""
        return cast("Json", self.model_dump(include={"language", "terms", "lender", "signers"}))


class NewTypesetAgreement(NewDraft):
    """A draft, and whether it is sent at once."""

    application: ApplicationName | None = None
    send: bool = False
    valid_days: Annotated[int, Field(ge=1, le=365)] = DEFAULT_DAYS


class TemplateLine(BaseModel):
    """One template: what it is for, and which terms and parties fit it."""

    model_config = ConfigDict(frozen=True)

    name: str
    title: dict[str, str]
    languages: list[str]
    methods: list[str]
    requires: list[str]
    allows: list[str]
    parties: Annotated[dict[str, list[int]], Field(description="role: [fewest, most]")]


def template_line(template: Template) -> TemplateLine:
    """Shape a template for its reader."""
    return TemplateLine.model_validate(template.to_json())
