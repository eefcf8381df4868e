"""Making a passkey: what a browser is asked for, and what its answer must be before the key is enrolled (WebAuthn level 3, 7.1).

Promises: a key is handed on only after the library `webauthn` accepted the registration and our own rules for client data held: user
present and verified, ES256, this relying party, these origins, no frame of another site.
Leaves to others: whether the challenge was ours and fresh, who the person is. Imported by the service only: verifying does without.
"""

import base64
import binascii
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from webauthn import verify_registration_response
from webauthn.helpers import decode_credential_public_key
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.decode_credential_public_key import DecodedEC2PublicKey
from webauthn.helpers.exceptions import WebAuthnException

from signing.algorithms import PublicKey, Suite
from signing.canonical import Json
from signing.errors import InvalidEncoding, VerificationFailed
from signing.webauthn import RelyingParty, key_of, read_client_data

MAX_REGISTRATION: Final = 16_384  # characters of the answer: attestations carry certificates of a few kilobytes

_ES256: Final = COSEAlgorithmIdentifier.ECDSA_SHA_256
_TRANSPORTS: Final = frozenset({"usb", "nfc", "ble", "smart-card", "hybrid", "internal"})


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A passkey that was just made: its key, how its browser finds it, and what its maker says about it."""

    key: PublicKey
    credential_id: bytes
    challenge: bytes
    origin: str
    is_backup_eligible: bool
    is_backed_up: bool
    transports: tuple[str, ...]
    model: str  # AAGUID; all zeros where the maker does not tell
    attestation: str  # format; "none" where nothing vouches for the model

    def to_json(self) -> dict[str, Json]:
        """Return what an enrolment keeps about the device, behind a commitment."""
        return {
            "credential": self.credential_id.hex(),
            "origin": self.origin,
            "transports": list(self.transports),
            "model": self.model,
            "attestation": self.attestation,
        }


def creation_options(
    party: RelyingParty, *, challenge: bytes, user: tuple[bytes, str], known: Collection[bytes], discoverable: bool
) -> dict[str, Json]:
    """Return `PublicKeyCredentialCreationOptions` in JSON (bytes in base64url), as `navigator.credentials.create` takes them.

    `user` is a handle that names nobody and the name that the device shows; `known` are credentials not to be made twice.
    """
    handle, name = user
    return {
        "rp": {"id": party.id, "name": party.name},
        "user": {"id": encoded(handle), "name": name, "displayName": name},
        "challenge": encoded(challenge),
        "pubKeyCredParams": [{"type": "public-key", "alg": int(_ES256)}],
        "authenticatorSelection": {
            "residentKey": "required" if discoverable else "preferred",
            "requireResidentKey": discoverable,
            "userVerification": "required",
        },
        "excludeCredentials": [{"type": "public-key", "id": encoded(item)} for item in known],
        "attestation": "none",
        "timeout": 300_000,
    }


def request_options(party: RelyingParty, *, challenge: bytes, allowed: Collection[bytes]) -> dict[str, Json]:
    """Return `PublicKeyCredentialRequestOptions` in JSON; without `allowed` the person chooses among what the device holds."""
    return {
        "rpId": party.id,
        "challenge": encoded(challenge),
        "allowCredentials": [{"type": "public-key", "id": encoded(item)} for item in allowed],
        "userVerification": "required",
        "timeout": 300_000,
    }


def read_registration(answer: Mapping[str, Json], party: RelyingParty) -> Registered:
    """Return the passkey of a browser's answer (JSON, bytes in base64url).

    Raises InvalidEncoding("passkey.malformed-registration"), VerificationFailed("passkey.registration-refused" | "passkey.…").
    """
    response = answer.get("response")
    if not isinstance(response, dict):
        raise _malformed("an object with the member response")
    client = read_client_data(decoded(response.get("clientDataJSON")), "webauthn.create")
    challenge = decoded(client.challenge)
    text = json.dumps({**answer, "authenticatorAttachment": None, "response": dict(response)})
    if len(text) > MAX_REGISTRATION:
        raise _malformed(f"at most {MAX_REGISTRATION} characters")
    verified = _verified(text, challenge, party)
    key = decode_credential_public_key(verified.credential_public_key)
    if not isinstance(key, DecodedEC2PublicKey):  # pragma: no cover  # the library took ES256 only
        raise _refused("expected a key on P-256")
    return Registered(
        key=PublicKey(Suite.WEBAUTHN, key_of(party.id, key.x.rjust(32, b"\0") + key.y.rjust(32, b"\0"))),
        credential_id=verified.credential_id,
        challenge=challenge,
        origin=client.origin,
        is_backup_eligible=verified.credential_device_type == "multi_device",
        is_backed_up=verified.credential_backed_up,
        transports=_transports(response.get("transports")),
        model=verified.aaguid,
        attestation=str(getattr(verified.fmt, "value", verified.fmt)),
    )


def encoded(data: bytes) -> str:
    """Return base64url without padding, as browsers exchange bytes."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: Json) -> bytes:
    """Return the bytes of base64url text; raise InvalidEncoding("passkey.malformed-registration")."""
    if not isinstance(text, str) or len(text) > MAX_REGISTRATION:
        raise _malformed("bytes in base64url")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise _malformed("bytes in base64url") from error


def _verified(text: str, challenge: bytes, party: RelyingParty):  # type: ignore[no-untyped-def]  # noqa: ANN202  # the library's own class
    try:
        return verify_registration_response(
            credential=text,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=list(party.origins),
            require_user_verification=True,
            supported_pub_key_algs=[_ES256],
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise _refused(str(error)[:160]) from error  # the others are what its parsers let through


def _transports(value: Json) -> tuple[str, ...]:
    given = value if isinstance(value, list) else []
    return tuple(item for item in dict.fromkeys(map(str, given)) if item in _TRANSPORTS)


def _malformed(expected: str) -> InvalidEncoding:
    return InvalidEncoding(
        "passkey.malformed-registration", f"expected a new passkey as a browser answers it: {expected}"
    )


def _refused(why: str) -> VerificationFailed:
    return VerificationFailed("passkey.registration-refused", f"this passkey cannot be enrolled: {why}")
