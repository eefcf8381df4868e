"""What a client sends to have a contract typeset: language, terms, lender, and each signer with what is printed of it.

Promises: every text that will be printed is on one line and of bounded length. Leaves to others: what a signer is beside what is
printed (parties), whether the terms fit the template (template).
"""

from dataclasses import dataclass

from ledger.core.agreements.parties import SignerRole
from ledger.core.agreements.strict_fields import exactly, invalid
from ledger.core.agreements.terms import Terms, parse_terms, printable
from signing.canonical import Json

_CODE = "signers.invalid"
_DRAFT_CODE = "draft.invalid"
_REQUIRED = ("language", "terms", "lender", "signers")


@dataclass(frozen=True, kw_only=True)
class PrintedParty:
    """A party as the contract shows it; `representative` is the person who signs where the party is an organisation."""

    role: str
    name: str
    identifier: str
    address: str
    representative: str | None = None

    def to_json(self) -> dict[str, Json]:
        return {
            "role": self.role,
            "name": self.name,
            "identifier": self.identifier,
            "address": self.address,
            "representative": self.representative,
        }


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A request for a typeset contract; `signers` is what remains of each signer without its printed part, not yet looked at."""

    language: str
    terms: Terms
    lender: PrintedParty
    parties: tuple[PrintedParty, ...]
    roles: tuple[SignerRole, ...]
    signers: Json


def parse_draft(value: Json) -> Draft:
    """Return the Draft of a JSON object; raise InvalidInput naming the field."""
    fields = exactly(value, _REQUIRED, "draft", _DRAFT_CODE)
    signers = fields["signers"]
    if not isinstance(signers, list) or not signers:
        raise invalid("signers", "expected a list of signers", _CODE)
    read = [_signer(item, f"signers[{place}]") for place, item in enumerate(signers)]
    lender = exactly(fields["lender"], ("name", "identifier", "address"), "lender", _DRAFT_CODE)
    officers = [party.name for role, party, _ in read if role is SignerRole.LENDER]
    return Draft(
        language=printable(fields["language"], "language", _DRAFT_CODE),
        terms=parse_terms(fields["terms"]),
        lender=PrintedParty(
            role=SignerRole.LENDER,
            name=printable(lender["name"], "lender.name", _DRAFT_CODE),
            identifier=printable(lender["identifier"], "lender.identifier", _DRAFT_CODE),
            address=printable(lender["address"], "lender.address", _DRAFT_CODE),
            representative=", ".join(officers) or None,
        ),
        parties=tuple(party for role, party, _ in read if role is not SignerRole.LENDER),
        roles=tuple(role for role, _, _ in read),
        signers=[rest for _, _, rest in read],
    )


def _signer(value: Json, field: str) -> tuple[SignerRole, PrintedParty, Json]:
    if not isinstance(value, dict):
        raise invalid(field, "expected an object", _CODE)
    rest = dict(value)
    try:
        role = SignerRole(str(rest.get("role")))
    except ValueError as error:
        raise invalid(f"{field}.role", f"expected one of {', '.join(SignerRole)}", _CODE) from error
    name = printable(rest.get("name"), f"{field}.name", _CODE)
    if role is SignerRole.LENDER and "printed" not in rest:
        return role, PrintedParty(role=role, name=name, identifier="", address=""), rest
    printed = exactly(
        rest.pop("printed", None), ("identifier", "address"), f"{field}.printed", _CODE, optional=("name",)
    )
    organisation = printable(printed["name"], f"{field}.printed.name", _CODE) if "name" in printed else None
    party = PrintedParty(
        role=role,
        name=organisation or name,
        identifier=printable(printed["identifier"], f"{field}.printed.identifier", _CODE),
        address=printable(printed["address"], f"{field}.printed.address", _CODE),
        representative=name if organisation else None,
    )
    return role, party, rest
