"""What concerns one signer alone: how to reach them, how old they are, for whom they act (DESIGN sections 3 and 5).

Promises: a value of these types has passed every rule; it is committed apart from the other parties' (one field per person),
so that it is shown to nobody but that person and the lender. Leaves to others: whether it is true (identity proofing).
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ledger.core.agreements.ceremony import ALL_STEPS, Step
from ledger.core.agreements.parties import Signer
from ledger.core.agreements.strict_fields import day_of, exactly, invalid, line_of
from ledger.core.log.mail_address import MAX_ADDRESS_CHARS, can_be_mailed
from ledger.errors import NotAllowed
from signing.canonical import Json

MIN_AGE = 18  # full capacity to contract: 《民法典》 Art. 17 and 18, and the age of majority nearly everywhere else
DEFAULT_ZONE = "Asia/Shanghai"
LANGUAGES = ("zh", "en")
EARLIEST_YEAR = 1900  # nobody alive was born before; a year of birth like 0190 is a slip

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_PHONE = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164
_ID_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9-]{3,31}")
_FIELDS = frozenset({"email", "phone", "birth_date", "zone", "language", "id_number", "proofing", "acts_for"})
_CODE = "signers.invalid"
_MAX_TEXT = 120


@dataclass(frozen=True, kw_only=True)
class Person:
    """A natural person who signs. `acts_for` names the organisation that a representative signs for."""

    email: str | None
    phone: str | None
    birth_date: date
    zone: str
    language: str
    id_number: str | None
    proofing: bool  # whether identity is proofed before signing
    acts_for: str | None

    def to_json(self) -> dict[str, Json]:
        return {
            "email": self.email,
            "phone": self.phone,
            "birth_date": self.birth_date.isoformat(),
            "zone": self.zone,
            "language": self.language,
            "id_number": self.id_number,
            "proofing": self.proofing,
            "acts_for": self.acts_for,
        }

    @property
    def steps(self) -> frozenset[Step]:
        """What this person goes through in the browser before signing."""
        return frozenset(Step) if self.proofing else frozenset(Step) - {Step.IDENTIFIED}


def needs_of(signer: Signer, person: Person | None) -> str:
    """Return the steps asked of a party before signing, as words in their order: none of one whose key is named."""
    if signer.key is not None or person is None:
        return ""
    return " ".join(step for step in ALL_STEPS if step in person.steps)


def person_field(place: int) -> str:
    """Return the name of the committed field that holds the particulars of the `place`-th signer, counted from 0."""
    return f"person_{place + 1}"


def parse_person(value: Json, field: str) -> Person:
    """Return the Person of a JSON object; raise InvalidInput("signers.invalid") naming the field.

    email or phone, and birth_date, must be there; zone, language, id_number, proofing (true) and acts_for may be left out.
    """
    if not isinstance(value, dict):
        raise invalid(field, "expected an object with email or phone, and birth_date", _CODE)
    unknown = sorted(set(value) - _FIELDS)
    if unknown:
        raise invalid(f"{field}.{unknown[0][:40]}", f"unknown field; expected only {', '.join(sorted(_FIELDS))}", _CODE)
    email = _optional(value.get("email"), _EMAIL, f"{field}.email", "an e-mail address")
    phone = _optional(value.get("phone"), _PHONE, f"{field}.phone", "a phone number such as +8613800138000")
    if email is None and phone is None:
        raise invalid(f"{field}.email", "expected an e-mail address or a phone number to reach this person", _CODE)
    return Person(
        email=email,
        phone=phone,
        birth_date=_date(value.get("birth_date"), f"{field}.birth_date"),
        zone=_zone(value.get("zone", DEFAULT_ZONE), f"{field}.zone"),
        language=_language(value.get("language", LANGUAGES[0]), f"{field}.language"),
        id_number=_optional(value.get("id_number"), _ID_NUMBER, f"{field}.id_number", "capitals, digits and dashes"),
        proofing=_boolean(value.get("proofing", True), f"{field}.proofing"),
        acts_for=_text(value.get("acts_for"), f"{field}.acts_for"),
    )


def person_value(signer_id: str, person: Person) -> Json:
    """Return the committed value that holds one person's particulars."""
    return {"signer": signer_id, "particulars": person.to_json()}


def person_of_value(value: Json) -> tuple[str, Person]:
    """Return whose particulars a committed value holds, and these; raise InvalidInput("signers.invalid")."""
    fields = exactly(value, ("signer", "particulars"), "person", _CODE)
    return str(fields["signer"]), parse_person(fields["particulars"], "person")


def split_people(value: Json, now: datetime) -> tuple[Json, tuple[Person | None, ...]]:
    """Return a list of signers without their `person` members, and these, read; raise InvalidInput("signers.invalid").

    A signer without a key needs a person to reach; one whose key is named may go without. Who is new has an address that mail can go to,
    and was born before `now`; what was put on record once is read as it is.
    """
    if not isinstance(value, list):
        return value, ()
    bare: list[Json] = []
    people: list[Person | None] = []
    for place, item in enumerate(value):
        fields = dict(item) if isinstance(item, dict) else item
        given = fields.pop("person", None) if isinstance(fields, dict) else None
        if given is None and isinstance(fields, dict) and fields.get("key") is None:
            raise invalid(f"signers[{place}].key", "expected a key, or a person to invite who brings one", _CODE)
        bare.append(fields)
        people.append(None if given is None else _newcomer(given, f"signers[{place}].person", now))
    return bare, tuple(people)


def _newcomer(value: Json, field: str, now: datetime) -> Person:
    person = parse_person(value, field)
    if person.email is not None and not can_be_mailed(person.email):
        raise invalid(
            f"{field}.email",
            "expected an e-mail address that mail servers take: no dot at an end, none beside another",
            _CODE,
        )
    if not date(EARLIEST_YEAR, 1, 1) <= person.birth_date <= local_day(person, now):
        raise invalid(f"{field}.birth_date", f"expected a day from {EARLIEST_YEAR} to today", _CODE)
    return person


def age_on(birth_date: date, day: date) -> int:
    """Return the age in whole years; somebody born on 29 February grows older on 1 March in other years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def local_day(person: Person, now: datetime) -> date:
    """Return the calendar day where the person is."""
    return now.astimezone(ZoneInfo(person.zone)).date()


def check_age(person: Person, now: datetime) -> None:
    """Raise NotAllowed("signer.under-age") unless the person is of age on this day in their own zone."""
    if age_on(person.birth_date, local_day(person, now)) < MIN_AGE:
        raise NotAllowed(
            "signer.under-age", f"a person signs from the age of {MIN_AGE} on; the lender has to void this agreement"
        )


def _optional(value: Json, pattern: re.Pattern[str], field: str, expected: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > MAX_ADDRESS_CHARS or not pattern.fullmatch(value):
        raise invalid(field, f"expected {expected}", _CODE)
    return value


def _date(value: Json, field: str) -> date:
    return day_of(value, field, "1990-05-17", _CODE)


def _zone(value: Json, field: str) -> str:
    try:
        return ZoneInfo(str(value)).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise invalid(field, "expected an IANA time zone such as Asia/Shanghai", _CODE) from error


def _language(value: Json, field: str) -> str:
    if value not in LANGUAGES:
        raise invalid(field, f"expected one of {', '.join(LANGUAGES)}", _CODE)
    return str(value)


def _boolean(value: Json, field: str) -> bool:
    if not isinstance(value, bool):
        raise invalid(field, "expected true or false", _CODE)
    return value


def _text(value: Json, field: str) -> str | None:
    return None if value is None else line_of(value, _MAX_TEXT, field, _CODE)
