"""An application: what an applicant asks for, as the deciders see it, and its hash (DESIGN section 6).

Promises: a value of these types has been read strictly; its content hash names one version exactly, and each decision binds it.
Names, phones and numbers of people are not here: applicants appear under an id that is the same for the same person within the
institution (a keyed hash of the identity document), so that linked applications can be added up without clear text.
"""

import re
from dataclasses import dataclass

from ledger.core.applications.main_unit import currency_code
from ledger.core.applications.policy_check import Case
from ledger.core.log.fields import Fields, octets, string
from ledger.core.log.instants import instant_text
from ledger.errors import InvalidInput
from signing.canonical import Json, encode
from signing.envelope import tagged_hash

TAG = "tally/application/v1"
_CODE = "application.invalid"
MAX_PARTS = 40
MAX_APPLICANTS = 12
MAX_MONTHS = 600
HASH_BYTES = 32

_WORD = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
GRADE = re.compile(r"[A-Z][A-Z0-9+-]{0,7}")
_MINOR = re.compile(r"[1-9][0-9]{0,17}")


@dataclass(frozen=True)
class Applicant:
    """One person or firm behind the application; `id` is the institution's keyed hash of who that is, 64 hex digits."""

    id: str
    role: str


@dataclass(frozen=True)
class Collateral:
    """Something pledged, its value when it was accepted and when it was last looked at, in minor units."""

    kind: str
    value: int
    revalued: int | None

    @property
    def fall(self) -> int:
        """By how much it fell, in hundredths of a percent begun: what fell by more than 30 % is above 30.00; never below 0."""
        now = self.value if self.revalued is None else self.revalued
        return max(0, -((now - self.value) * 10_000 // self.value))


@dataclass(frozen=True)
class Attachment:
    """A document that came with the application."""

    kind: str
    sha256: bytes
    byte_length: int


@dataclass(frozen=True, kw_only=True)
class ThirdParty:
    """What was asked of a source outside, under which consent: hashes of request and answer, and how long the answer holds."""

    source: str
    consent_sha256: bytes
    request_sha256: bytes
    response_sha256: bytes
    fetched_at: str
    valid_until: str

    def to_json(self) -> dict[str, Json]:
        return {
            "source": self.source,
            "consent_sha256": self.consent_sha256.hex(),
            "request_sha256": self.request_sha256.hex(),
            "response_sha256": self.response_sha256.hex(),
            "fetched_at": self.fetched_at,
            "valid_until": self.valid_until,
        }


@dataclass(frozen=True, kw_only=True)
class BlacklistCheck:
    """A look-up in the shared blacklist: of whom, with what result, and which receipt proves it."""

    applicant: str
    listed: bool
    receipt_sha256: bytes
    checked_at: str

    def to_json(self) -> dict[str, Json]:
        return {
            "applicant": self.applicant,
            "listed": self.listed,
            "receipt_sha256": self.receipt_sha256.hex(),
            "checked_at": self.checked_at,
        }


@dataclass(frozen=True, kw_only=True)
class Application:
    """One version of an application; `corrects` is the content hash of the version before, None for the first."""

    number: str
    version: int
    corrects: bytes | None
    product: str
    currency: str
    amount: int
    term_months: int
    grade: str
    grading_standard: str
    branch: str
    channel: str
    terms_sha256: bytes
    applicants: tuple[Applicant, ...]
    collateral: tuple[Collateral, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    third_party: tuple[ThirdParty, ...] = ()
    checks: tuple[BlacklistCheck, ...] = ()

    def to_json(self) -> dict[str, Json]:
        return {
            "tag": TAG,
            "number": self.number,
            "version": self.version,
            "corrects": None if self.corrects is None else self.corrects.hex(),
            "product": self.product,
            "amount": {"currency": self.currency, "minor": str(self.amount)},
            "term_months": self.term_months,
            "grade": {"grade": self.grade, "standard": self.grading_standard},
            "branch": self.branch,
            "channel": self.channel,
            "terms_sha256": self.terms_sha256.hex(),
            "applicants": [{"id": item.id, "role": item.role} for item in self.applicants],
            "collateral": [_collateral_json(item) for item in self.collateral],
            "attachments": [_attachment_json(item) for item in self.attachments],
            "third_party": [item.to_json() for item in self.third_party],
            "checks": [item.to_json() for item in self.checks],
        }

    def sha256(self) -> bytes:
        """Return the 32-byte content hash: tagged SHA-256 ("application") over the canonical JSON."""
        return tagged_hash("application", encode(self.to_json()))

    def case(self, group_amount: int, *, listed: bool = False) -> Case:
        """Return what the policy looks at: `group_amount` is of all linked applications together, `listed` by checks that came later."""
        return Case(
            product=self.product,
            amount=group_amount,
            grade=self.grade,
            listed=listed or any(check.listed for check in self.checks),
            collateral_fall=max((item.fall for item in self.collateral), default=0),
        )


_FIELDS = frozenset(
    (
        "tag",
        "number",
        "version",
        "corrects",
        "product",
        "amount",
        "term_months",
        "grade",
        "branch",
        "channel",
        "terms_sha256",
        "applicants",
        "collateral",
        "attachments",
        "third_party",
        "checks",
    )
)


def parse_application(value: Json) -> Application:
    """Return the application of `tally/application/v1` JSON; raise InvalidInput("application.invalid") that names the place."""
    fields = Fields(value, _FIELDS, where="application", code=_CODE)
    if fields.text("tag") != TAG:
        raise _invalid("tag", f'expected "{TAG}"')
    currency, amount = fields.parsed("amount", parse_amount)
    grade, standard = fields.parsed("grade", _grade)
    application = Application(
        number=fields.text("number"),
        version=fields.integer("version", least=1),
        corrects=fields.optional("corrects", _hash),
        product=fields.parsed("product", _word),
        currency=currency,
        amount=amount,
        term_months=fields.integer("term_months", least=1),
        grade=grade,
        grading_standard=standard,
        branch=fields.text("branch"),
        channel=fields.parsed("channel", _word),
        terms_sha256=fields.octets("terms_sha256", HASH_BYTES),
        applicants=fields.many("applicants", _applicant, least=1, most=MAX_APPLICANTS),
        collateral=fields.many("collateral", _collateral, most=MAX_PARTS),
        attachments=fields.many("attachments", _attachment, most=MAX_PARTS),
        third_party=fields.many("third_party", parse_third_party, most=MAX_PARTS),
        checks=fields.many("checks", parse_blacklist_check, most=MAX_PARTS),
    )
    _check_whole(application)
    return application


def _check_whole(application: Application) -> None:
    if application.term_months > MAX_MONTHS:
        raise _invalid("term_months", f"expected at most {MAX_MONTHS} months")
    if (application.version == 1) != (application.corrects is None):
        raise _invalid(
            "corrects", "expected null for version 1, and from then on the content hash of the version before"
        )
    ids = [applicant.id for applicant in application.applicants]
    if len(set(ids)) != len(ids):
        raise _invalid("applicants", "expected each applicant once")
    if any(check.applicant not in ids for check in application.checks):
        raise _invalid("checks", "expected blacklist checks of the applicants of this application only")


def parse_amount(value: Json) -> tuple[str, int]:
    """Return currency and minor units of {"currency":"CNY","minor":"5000000"}; a number instead of text is refused."""
    fields = Fields(value, frozenset({"currency", "minor"}), where="amount", code=_CODE)
    currency = fields.parsed("currency", currency_code)
    minor = fields.parsed("minor", lambda item: _matching(item, _MINOR, 'minor units as a string, such as "5000000"'))
    return currency, int(minor)


def _grade(value: Json) -> tuple[str, str]:
    fields = Fields(value, frozenset({"grade", "standard"}), where="grade", code=_CODE)
    return fields.parsed("grade", lambda item: _matching(item, GRADE, "a grade such as B")), fields.text("standard")


def _applicant(value: Json) -> Applicant:
    fields = Fields(value, frozenset({"id", "role"}), where="applicant", code=_CODE)
    return Applicant(fields.octets("id", HASH_BYTES).hex(), fields.parsed("role", _word))


def _collateral(value: Json) -> Collateral:
    fields = Fields(value, frozenset({"kind", "value", "revalued"}), where="collateral", code=_CODE)
    return Collateral(fields.parsed("kind", _word), fields.parsed("value", _minor), fields.optional("revalued", _minor))


def _attachment(value: Json) -> Attachment:
    fields = Fields(value, frozenset({"kind", "sha256", "bytes"}), where="attachment", code=_CODE)
    return Attachment(
        fields.parsed("kind", _word), fields.octets("sha256", HASH_BYTES), fields.integer("bytes", least=1)
    )


def parse_third_party(value: Json) -> ThirdParty:
    """Return an envelope of third-party data; raise InvalidInput("application.invalid") that names the place."""
    names = frozenset(("source", "consent_sha256", "request_sha256", "response_sha256", "fetched_at", "valid_until"))
    fields = Fields(value, names, where="third_party", code=_CODE)
    return ThirdParty(
        source=fields.text("source"),
        consent_sha256=fields.octets("consent_sha256", HASH_BYTES),
        request_sha256=fields.octets("request_sha256", HASH_BYTES),
        response_sha256=fields.octets("response_sha256", HASH_BYTES),
        fetched_at=fields.parsed("fetched_at", instant_text),
        valid_until=fields.parsed("valid_until", instant_text),
    )


def parse_blacklist_check(value: Json) -> BlacklistCheck:
    """Return a look-up; raise InvalidInput("application.invalid") that names the place."""
    names = frozenset({"applicant", "listed", "receipt_sha256", "checked_at"})
    fields = Fields(value, names, where="check", code=_CODE)
    return BlacklistCheck(
        applicant=fields.octets("applicant", HASH_BYTES).hex(),
        listed=fields.boolean("listed"),
        receipt_sha256=fields.octets("receipt_sha256", HASH_BYTES),
        checked_at=fields.parsed("checked_at", instant_text),
    )


def _collateral_json(item: Collateral) -> Json:
    revalued = None if item.revalued is None else str(item.revalued)
    return {"kind": item.kind, "value": str(item.value), "revalued": revalued}


def _attachment_json(item: Attachment) -> Json:
    return {"kind": item.kind, "sha256": item.sha256.hex(), "bytes": item.byte_length}


def _hash(value: Json) -> bytes:
    return octets(value, HASH_BYTES)


def _minor(value: Json) -> int:
    return int(_matching(value, _MINOR, "minor units as a string"))


def _word(value: Json) -> str:
    return _matching(value, _WORD, "a lower-case word")


def _matching(value: Json, pattern: re.Pattern[str], expected: str) -> str:
    text = string(value)
    if not pattern.fullmatch(text):
        raise InvalidInput("field.malformed", f"expected {expected}")
    return text


def _invalid(name: str, message: str) -> InvalidInput:
    return InvalidInput(_CODE, f"application.{name}: {message}", field=f"application.{name}")
