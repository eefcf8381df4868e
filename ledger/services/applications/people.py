"""Who is behind an application: identified once, found again under a keyed hash, named only in the vault."""

from dataclasses import dataclass
from datetime import date

from ledger.core.applications.applicant_mail import LANGUAGES
from ledger.core.applications.application import Applicant
from ledger.core.blacklist.identifiers import parse_identifier
from ledger.core.log.fields import Fields, string
from ledger.core.log.mail_address import can_be_mailed
from ledger.errors import InvalidInput
from ledger.services.context import Stores
from ledger.storage.blind_index import blind
from signing.canonical import Json

_CODE = "application.people"
_NAMES = frozenset({"role", "name", "identity", "phone"})
_REACH = frozenset({"email", "language"})  # may be left out
MAX_NAME_CHARS = 120


@dataclass(frozen=True, kw_only=True)
class PersonBehind:
    """One applicant as the lender knows them; `id` is what the application shows instead."""

    id: str
    role: str
    name: str
    identity_kind: str
    identity: str
    phone: str | None
    email: str | None = None
    language: str = "zh"  # in which they are written to

    def applicant(self) -> Applicant:
        return Applicant(self.id, self.role)

    def to_json(self) -> dict[str, Json]:
        return {
            "id": self.id,
            "role": self.role,
            "name": self.name,
            "identity": {"kind": self.identity_kind, "value": self.identity},
            "phone": self.phone,
            **({"email": self.email, "language": self.language} if self.email else {}),
        }

    def findable(self) -> list[tuple[str, str]]:
        """Return under which (kind, value) the person's applications are found."""
        found = [("name", self.name), ("identity", f"{self.identity_kind}:{self.identity}")]
        return [*found, ("phone", self.phone)] if self.phone else found


def parse_people(stores: Stores, institution_id: str, value: Json, today: date) -> tuple[PersonBehind, ...]:
    """Return the people of a JSON list of {role, name, identity: {kind, value}, phone, email?, language?}; identifiers are checked and put in one spelling.

    Raises InvalidInput("application.people" | "identifier.…") that names the place.
    """
    if not isinstance(value, list) or not value:
        raise InvalidInput(_CODE, "people: expected a list of at least one applicant", field="people")
    return tuple(_person(stores, institution_id, item, f"people[{place}]", today) for place, item in enumerate(value))


def applicant_id(stores: Stores, institution_id: str, kind: str, identity: str) -> str:
    """Return the 64 hex digits under which one institution knows whom an identity document names."""
    return blind(stores.index_key, "applicant", f"{institution_id}:{kind}:{identity}").hex()


def _person(stores: Stores, institution_id: str, value: Json, where: str, today: date) -> PersonBehind:
    given = _REACH & value.keys() if isinstance(value, dict) else _REACH
    fields = Fields(value, _NAMES | given, where=where, code=_CODE)
    email = fields.optional("email", _address) if "email" in given else None
    language = fields.optional("language", _language) if "language" in given else None
    identity = Fields(
        fields.parsed("identity", lambda item: item), frozenset({"kind", "value"}), where=where, code=_CODE
    )
    kind, number = identity.text("kind"), parse_identifier(identity.text("kind"), identity.text("value"), today).value
    phone = fields.optional("phone", lambda item: parse_identifier("phone", string(item), today).value)
    return PersonBehind(
        id=applicant_id(stores, institution_id, kind, number),
        role=fields.text("role"),
        name=fields.text("name"),
        identity_kind=kind,
        identity=number,
        phone=phone,
        email=email,
        language=language or "zh",
    )


def _address(value: Json) -> str:
    text = string(value).strip()
    if not can_be_mailed(text):
        raise InvalidInput(_CODE, "expected a mail address such as name@example.com, or null")
    return text


def _language(value: Json) -> str:
    text = string(value)
    if text not in LANGUAGES:
        raise InvalidInput(_CODE, f"expected one of {', '.join(sorted(LANGUAGES))}")
    return text


@dataclass(frozen=True)
class Reachable:
    """An applicant who gave a mail address, and the language in which they are written to."""

    id: str
    email: str
    language: str


def reachable(people: Json) -> tuple[Reachable, ...]:
    """Return who of an application's people, as its entry tells them, gave a mail address."""
    told = [one for one in people if isinstance(one, dict)] if isinstance(people, list) else []
    return tuple(
        Reachable(str(one["id"]), str(one["email"]), str(one.get("language") or "zh"))
        for one in told
        if one.get("email")
    )
