"""Who or what the blacklist can name, in one spelling: the bytes from which a subject's token is made.

Promises: an identifier that breaks a rule gets no token and a message that says which rule; every accepted spelling of one
subject gives the same bytes. Leaves to others: the token itself (signing.oprf, core.blacklist.tokens).
docs/formats/subject.md.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from ledger.core.blacklist.identifiers_cn import identity_number, registration_number, social_credit_code
from ledger.core.blacklist.identifiers_contact import device, phone
from ledger.core.blacklist.identifiers_other import bank_card, document, name_and_birth, passport
from ledger.errors import InvalidInput
from signing.envelope import tagged_bytes


class Kind(StrEnum):
    """What sort of identifier it is."""

    IDENTITY = "cn-id"
    CREDIT_CODE = "cn-uscc"
    REGISTRATION = "cn-reg"
    PHONE = "phone"
    PASSPORT = "passport"
    CARD = "bank-card"
    DEVICE = "device"
    NAME = "name-birth"
    DOCUMENT = "document"


class Purpose(StrEnum):
    """What a shared key is for: each purpose has a key of its own, so that its tokens cannot be joined with another's."""

    BLACKLIST = "blacklist"
    DOCUMENTS = "documents"
    MULTI_LENDING = "multi-lending"  # reserved: no identifier is looked up under it yet


SOFT: Final = frozenset(
    {Kind.PHONE, Kind.DEVICE, Kind.NAME}
)  # change hands or are shared: never alone a ground to refuse

_RULES: Final[Mapping[Kind, Callable[[str, date], str]]] = {
    Kind.IDENTITY: identity_number,
    Kind.CREDIT_CODE: social_credit_code,
    Kind.REGISTRATION: registration_number,
    Kind.PHONE: phone,
    Kind.PASSPORT: passport,
    Kind.CARD: bank_card,
    Kind.DEVICE: device,
    Kind.NAME: name_and_birth,
    Kind.DOCUMENT: document,
}


@dataclass(frozen=True)
class Identifier:
    """One subject by one identifier, in its one spelling; it never shows in a repr."""

    kind: Kind
    value: str

    def __repr__(self) -> str:
        return f"<Identifier {self.kind}>"

    @property
    def is_soft(self) -> bool:
        """Whether it is only a hint: a hit on it is for a person to judge."""
        return self.kind in SOFT

    @property
    def purpose(self) -> Purpose:
        return Purpose.DOCUMENTS if self.kind is Kind.DOCUMENT else Purpose.BLACKLIST

    def to_bytes(self) -> bytes:
        """Return the canonical input: "tally/subject/v1", the kind and the value, a line each."""
        return tagged_bytes("subject", f"{self.kind}\n{self.value}".encode())


def parse_identifier(kind: str, text: str, today: date) -> Identifier:
    """Return the identifier that a person wrote; `today` bounds birth dates.

    Raises InvalidInput("identifier.kind"), or the code of the rule it breaks (cleaning.REASONS); no message repeats the text.
    """
    if kind not in set(Kind):
        raise InvalidInput("identifier.kind", f"expected one of {', '.join(Kind)}", field="kind")
    known = Kind(kind)
    return Identifier(known, _RULES[known](text, today))
