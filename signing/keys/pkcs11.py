"""Private keys in a PKCS#11 device (an HSM, a smart card, SoftHSM2): they sign there and never leave it.

Promises: signatures in the one accepted encoding of their suite, as keys in files make them: the device's s is lowered, a wallet's v
is found, and each signature is verified before it is handed out, so that a failing device never signs nonsense into the record.
One thread speaks to the device, for its sessions are no one's else; a process that was forked opens its own.
Leaves to others: making keys in the device and its backups (the vendor's tools), and which key lives where (settings).
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, NoReturn, TypeVar

import pkcs11
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.exceptions import PKCS11Error, UserAlreadyLoggedIn

from signing.algorithms import (
    SECP256K1_ORDER,
    PublicKey,
    Suite,
    address_of,
    check_ed25519,
    check_secp256k1,
    recover_address,
)
from signing.errors import KeyUnavailable, SigningError
from signing.p256 import lowered

SECP256K1: Final = bytes.fromhex("06052b8104000a")  # the curves as the device names them (object identifiers, DER)
P256: Final = bytes.fromhex("06082a8648ce3d030107")

_OCTETS: Final = 0x04  # a point stands in an OCTET STRING
_UNCOMPRESSED: Final = 0x04
_POINT_BYTES: Final = 65

Result = TypeVar("Result")


@dataclass
class Device:
    """One token of one device, opened when it is first needed. A key's label is "<owner>-<purpose>": one key, one purpose."""

    module: str
    token: str
    pin: str = field(repr=False)
    _thread: ThreadPoolExecutor = field(init=False, repr=False)
    _session: Any = field(default=None, init=False, repr=False)  # the library's own class
    _pid: int = field(default=0, init=False, repr=False)

    def __post_init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "tally-pkcs11")

    def signer(self, owner: str, purpose: str) -> "DeviceSigner":
        """Return the Ed25519 or secp256k1 key with this label; raise KeyUnavailable: key.device, key.missing, key.wrong-suite."""
        label = f"{owner}-{purpose}"
        return DeviceSigner(self, label, purpose, self.run(lambda session: _public(session, label)))

    def wallet(self, owner: str, purpose: str) -> "DeviceEvmSigner":
        """Return the secp256k1 key with this label as an Ethereum account; raises as `signer`."""
        signer = self.signer(owner, purpose)
        if signer.public.suite is not Suite.SECP256K1:
            raise _unusable(f"{owner}-{purpose}", "a secp256k1 key")
        return DeviceEvmSigner(self, signer.label, purpose, signer.public)

    def seal(self, owner: str) -> "DeviceSealKey":
        """Return the P-256 or RSA key of an owner's seal; raises as `signer`."""
        label = f"{owner}-seal"
        return DeviceSealKey(self, label, self.run(lambda session: _seal_public(session, label)))

    def run(self, work: Callable[[Any], Result]) -> Result:
        """Do something with the open session, on the device's own thread; raise KeyUnavailable("key.device")."""
        if self._pid != os.getpid():
            self._thread, self._session, self._pid = ThreadPoolExecutor(1, "tally-pkcs11"), None, os.getpid()
        try:
            return self._thread.submit(lambda: work(self._opened())).result()
        except (PKCS11Error, OSError, RuntimeError) as error:
            self._session = None  # a card that was pulled, a device that restarted: opened anew at the next signature
            raise KeyUnavailable(
                "key.device",
                f"the PKCS#11 device does not answer as it should ({type(error).__name__}); see TALLY_PKCS11_MODULE",
            ) from error

    def _opened(self) -> Any:  # noqa: ANN401  # the library's own class
        if self._session is None:
            token = pkcs11.lib(self.module).get_token(token_label=self.token)
            try:
                self._session = token.open(user_pin=self.pin)
            except UserAlreadyLoggedIn:  # a login is the whole process's: another session of ours did it
                self._session = token.open()
        return self._session


@dataclass(frozen=True)
class _Held:
    """A key that stays in the device."""

    device: Device = field(repr=False)
    label: str

    def __reduce__(self) -> NoReturn:
        raise TypeError("expected a key of a device to stay with it: open the device again instead of pickling its key")

    def _raw(self, data: bytes, mechanism: Mechanism) -> bytes:
        return self.device.run(lambda session: bytes(_private(session, self.label).sign(data, mechanism=mechanism)))


@dataclass(frozen=True)
class DeviceSigner(_Held):
    """Signs bytes as `signing.keys.signer.Signer` does: Ed25519, or secp256k1 over SHA-256 with the lower s."""

    purpose: str
    public: PublicKey

    def sign(self, message: bytes) -> bytes:
        if self.public.suite is Suite.ED25519:
            signature = self._raw(message, Mechanism.EDDSA)
            _verified(lambda: check_ed25519(self.public.raw, message, signature))
            return signature
        signature = _low(self._raw(sha256(message).digest(), Mechanism.ECDSA), SECP256K1_ORDER)
        _verified(lambda: check_secp256k1(self.public.raw, message, signature))
        return signature


@dataclass(frozen=True)
class DeviceEvmSigner(_Held):
    """Signs digests as `signing.keys.signer.EvmSigner` does: r, s and v, the lower s."""

    purpose: str
    curve_key: PublicKey

    @property
    def address(self) -> bytes:
        return address_of(self.curve_key.raw)

    @property
    def public(self) -> PublicKey:
        return PublicKey(Suite.EIP712, self.address)

    def sign_digest(self, digest: bytes) -> bytes:
        """Return the signature of a 32-byte digest; v is the one under which it recovers to this account."""
        compact = _low(self._raw(digest, Mechanism.ECDSA), SECP256K1_ORDER)
        for v in (27, 28):
            signature = compact + bytes([v])
            if _recovers(digest, signature, self.address):
                return signature
        raise _nonsense()


@dataclass(frozen=True)
class DeviceSealKey(_Held):
    """Signs what a seal covers, as `signing.keys.seal_key.SealKey` says: ECDSA in DER, or RSA PKCS #1 v1.5, over SHA-256."""

    _key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey

    @property
    def public_key_info(self) -> bytes:
        return self._key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, message: bytes) -> bytes:
        try:
            if isinstance(self._key, rsa.RSAPublicKey):
                signature = self._raw(message, Mechanism.SHA256_RSA_PKCS)
                self._key.verify(signature, message, padding.PKCS1v15(), SHA256())
            else:
                signature = _der(lowered(self._raw(sha256(message).digest(), Mechanism.ECDSA)))
                self._key.verify(signature, message, ec.ECDSA(SHA256()))
        except InvalidSignature as error:
            raise _nonsense() from error
        return signature


def _private(session: Any, label: str) -> Any:  # noqa: ANN401  # the library's own classes
    return _found(session, ObjectClass.PRIVATE_KEY, label)


def _found(session: Any, kind: ObjectClass, label: str) -> Any:  # noqa: ANN401  # the library's own classes
    keys = list(session.get_objects({Attribute.CLASS: kind, Attribute.LABEL: label}))
    if len(keys) != 1:
        raise KeyUnavailable(
            "key.missing", f"expected one key with the label {label} in the PKCS#11 device, found {len(keys)}"
        )
    return keys[0]


def _public(session: Any, label: str) -> PublicKey:  # noqa: ANN401  # the library's own classes
    key = _found(session, ObjectClass.PUBLIC_KEY, label)
    if key.key_type is KeyType.EC_EDWARDS:
        return PublicKey(Suite.ED25519, _content(key[Attribute.EC_POINT]))
    if key.key_type is KeyType.EC and bytes(key[Attribute.EC_PARAMS]) == SECP256K1:
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256K1(), _content(key[Attribute.EC_POINT]))
        return PublicKey(Suite.SECP256K1, point.public_bytes(Encoding.X962, PublicFormat.CompressedPoint))
    raise _unusable(label, "an Ed25519 or secp256k1 key")


def _seal_public(session: Any, label: str) -> ec.EllipticCurvePublicKey | rsa.RSAPublicKey:  # noqa: ANN401  # as above
    key = _found(session, ObjectClass.PUBLIC_KEY, label)
    if key.key_type is KeyType.RSA:
        numbers = (int.from_bytes(key[name], "big") for name in (Attribute.PUBLIC_EXPONENT, Attribute.MODULUS))
        return rsa.RSAPublicNumbers(*numbers).public_key()
    if key.key_type is KeyType.EC and bytes(key[Attribute.EC_PARAMS]) == P256:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _content(key[Attribute.EC_POINT]))
    raise _unusable(label, "a P-256 or RSA key")


def _content(point: bytes) -> bytes:
    """Return a point out of its OCTET STRING; some devices leave that away."""
    data = bytes(point)
    is_bare = len(data) == _POINT_BYTES and data[0] == _UNCOMPRESSED
    return data if is_bare or data[:1] != bytes([_OCTETS]) or len(data) != data[1] + 2 else data[2:]


def _low(compact: bytes, order: int) -> bytes:
    s = int.from_bytes(compact[32:], "big")
    return compact[:32] + min(s, order - s).to_bytes(32, "big")


def _der(compact: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature  # noqa: PLC0415  # seals only

    return encode_dss_signature(int.from_bytes(compact[:32], "big"), int.from_bytes(compact[32:], "big"))


def _recovers(digest: bytes, signature: bytes, address: bytes) -> bool:
    try:
        return recover_address(digest, signature) == address
    except SigningError:
        return False


def _verified(check: Callable[[], None]) -> None:
    try:
        check()
    except SigningError as error:
        raise _nonsense() from error


def _nonsense() -> KeyUnavailable:
    return KeyUnavailable("key.device", "the PKCS#11 device made a signature that does not hold; nothing was signed")


def _unusable(label: str, expected: str) -> KeyUnavailable:
    return KeyUnavailable("key.wrong-suite", f"expected {expected} under the label {label} in the PKCS#11 device")
