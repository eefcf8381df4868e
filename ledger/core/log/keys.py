"""What an enrolment of a key says: whose key, for what, on whose word (docs/formats/key-registry.md).

Promises: the fields of a `key.enrolled` entry are made and read here and nowhere else; what names a person stands behind a
commitment. Leaves to others: proofing the person, revocation (`revocation`), recording (services/log).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ledger.errors import InvalidInput
from signing.algorithms import PublicKey, Suite
from signing.canonical import Json
from signing.errors import SigningError

SUBJECT_KIND = "key"
ENROLLED, REVOKED = "key.enrolled", "key.revoked"

_FACTS = frozenset({"key", "purpose", "pen", "proofing"})
_CODE = "key.malformed-entry"


class OwnerKind(StrEnum):
    """Who holds a key: staff of the institution, one of its customers, or the institution (or a firm) itself."""

    PERSON = "person"
    CUSTOMER = "customer"
    ORGANISATION = "organisation"


class Purpose(StrEnum):
    """What a key is for; one that signs in is never one that signs, and one that seals does neither."""

    SIGN = "sign"
    LOGIN = "login"
    SEAL = "seal"


_SERVES = {
    Purpose.SIGN: (frozenset(Suite) - {Suite.SPKI}, "a key that signs statements"),
    Purpose.LOGIN: (frozenset({Suite.WEBAUTHN}), "a passkey to sign in with"),
    Purpose.SEAL: (frozenset({Suite.P256, Suite.SPKI}), "a key on P-256 to seal with, or the hash of another kind"),
}


class KeyPen(StrEnum):
    """What kind of pen holds the key; a one-time key is the weaker one, and is called so wherever it appears."""

    PASSKEY = "passkey"
    WALLET = "wallet"
    ORGANISATION_KEY = "organisation-key"
    ONE_TIME_KEY = "one-time-key"


class ProofGrade(StrEnum):
    """On whose word a key is a person's."""

    LENDERS_WORD = "lenders-word"  # the institution proofed the identity by itself
    PROVIDER = "provider"  # an identity provider named in the entry did
    CODE_ONLY = "code-only"  # nothing but a code sent to a phone or a mailbox
    OWN_KEY = "own-key"  # an organisation's own key, enrolled by its administrator


@dataclass(frozen=True)
class Owner:
    kind: OwnerKind
    id: str

    def to_json(self) -> dict[str, Json]:
        return {"kind": self.kind.value, "id": self.id}


@dataclass(frozen=True, kw_only=True)
class Proofing:
    """Who proofed the owner: the provider's name, the grade, and the id of its result (an entry, a case number)."""

    provider: str
    grade: ProofGrade
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class Enrolment:
    """An enrolment as its entry's plain facts tell it."""

    key: PublicKey
    purpose: Purpose
    pen: KeyPen
    provider: str
    grade: ProofGrade

    @property
    def is_weak(self) -> bool:
        """Whether the key, or the word that it is a person's, is weaker than a passkey after proofing."""
        return self.pen is KeyPen.ONE_TIME_KEY or self.grade is ProofGrade.CODE_ONLY


def pen_of(suite: Suite) -> KeyPen:
    """Return the pen that a suite is used by."""
    pens = {Suite.WEBAUTHN: KeyPen.PASSKEY, Suite.P256: KeyPen.ONE_TIME_KEY, Suite.EIP712: KeyPen.WALLET}
    return pens.get(suite, KeyPen.ORGANISATION_KEY)


def pen_for(suite: Suite, purpose: Purpose) -> KeyPen:
    """Return the pen of a key that serves a purpose: a seal's key is the organisation's, whatever its curve."""
    return KeyPen.ORGANISATION_KEY if purpose is Purpose.SEAL else pen_of(suite)


def check_purpose(key: PublicKey, purpose: Purpose) -> None:
    """Raise InvalidInput("key.wrong-pen") for a key that cannot serve the purpose: people sign in with passkeys, a hash names a seal's key."""
    suites, wanted = _SERVES[purpose]
    if key.suite not in suites:
        raise InvalidInput("key.wrong-pen", f"expected {wanted}, got a key of {key.suite}", field="key")


def facts_of(enrolment: Enrolment) -> dict[str, Json]:
    """Return the plain facts of the entry: nothing in them names a person."""
    return {
        "key": enrolment.key.to_json(),
        "purpose": enrolment.purpose.value,
        "pen": enrolment.pen.value,
        "proofing": {"provider": enrolment.provider, "grade": enrolment.grade.value},
    }


def read_enrolment(facts: Mapping[str, Json]) -> Enrolment:
    """Return the enrolment of an entry's plain facts (others are passed over); raise InvalidInput("key.malformed-entry")."""
    proofing = facts.get("proofing")
    if not facts.keys() >= _FACTS or not isinstance(proofing, dict):
        raise InvalidInput(_CODE, f"expected an enrolment with {', '.join(sorted(_FACTS))}")
    try:
        return Enrolment(
            key=PublicKey.from_json(facts["key"]),
            purpose=Purpose(str(facts["purpose"])),
            pen=KeyPen(str(facts["pen"])),
            provider=str(proofing.get("provider", "")),
            grade=ProofGrade(str(proofing.get("grade", ""))),
        )
    except (ValueError, SigningError) as error:
        raise InvalidInput(_CODE, f"expected an enrolment of this version: {error}") from error
