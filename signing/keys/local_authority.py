"""A certificate authority, time-stamp authority and revocation service for laptops, demonstrations and tests, made by certomancer.

Promises: keys that follow from one secret of the installation and never leave this process; every certificate says in its
names that it is local and not independent; the clock is an argument. It answers what a seal needs (time stamps, OCSP, CRL)
in process, by the addresses that its certificates carry.
Leaves to others: keeping the secret and the certificates it has issued, and any claim to be believed: it proves the
mechanism, not the time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final, cast

import certomancer.default_plugins  # noqa: F401  # registers the profiles named below
from asn1crypto import keys as asn1_keys
from asn1crypto import ocsp, tsp, x509
from certomancer.registry import ArchLabel, CertLabel, KeyLabel, PKIArchitecture, ServiceLabel
from certomancer.registry.entities import EntityRegistry
from certomancer.registry.keys import AsymKey, KeySet
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from signing.keys.sealed_file import SECRET_BYTES

ADDRESS: Final = "http://local-authority.invalid"  # RFC 2606: nobody can ever answer there but we, in process
TIME_STAMP_URL: Final = f"{ADDRESS}/tally/tsa/time-stamps"
# Names in X.509 have at most 64 bytes.
ORGANIZATION: Final = "Tallystick local test, not independent 本地测试"
TIME_STAMP_NAME: Final = "Local test time stamp, not independent 非独立"

ROOT, TIME_STAMPS, RESPONDER = "root", "time-stamps", "responder"

_ARCH = "tally"
_EC_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_FIRST_SERIAL = 0x1000
_BACKDATED = timedelta(hours=1)  # a clock a little behind ours still accepts what we issue
_LABEL_ROLES: Final = {
    ROOT: "Local test root 本地测试根证书",
    TIME_STAMPS: TIME_STAMP_NAME,
    RESPONDER: "Local test OCSP",
}


@dataclass(frozen=True, kw_only=True)
class Lifetimes:
    """How many days each kind of certificate lasts; tests of renewal shorten them."""

    root: int = 20 * 365
    time_stamps: int = 10 * 365
    responder: int = 10 * 365
    leaf: int = 5 * 365


@dataclass(frozen=True)
class Revocation:
    """Since when a certificate of this authority no longer counts, and why (an RFC 5280 reason)."""

    since: datetime
    reason: str = "key_compromise"


@dataclass(frozen=True)
class Subject:
    """Whom a certificate names, and its public key (SubjectPublicKeyInfo, DER)."""

    name: str
    public_key_info: bytes


class _Keys:
    """The keys of the authority, each derived from its secret, and public keys of those it certifies, as certomancer asks for them."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._known: dict[str, AsymKey] = {}

    def add_public(self, label: str, public_key_info: bytes) -> None:
        self._known[label] = AsymKey(public=asn1_keys.PublicKeyInfo.load(public_key_info))

    def __getitem__(self, label: KeyLabel) -> "_Pair":
        return _Pair(self.get_asym_key(label))

    def get_asym_key(self, label: KeyLabel) -> AsymKey:
        name = str(label)
        if name not in self._known:
            self._known[name] = self._derive(name)
        return self._known[name]

    def get_private_key(self, label: KeyLabel) -> asn1_keys.PrivateKeyInfo:
        return self.get_asym_key(label).private

    def _derive(self, name: str) -> AsymKey:
        expanded = HKDFExpand(SHA256(), SECRET_BYTES + 16, b"tally/local-authority/v1|" + name.encode())
        scalar = int.from_bytes(expanded.derive(self._secret), "big") % (_EC_ORDER - 1) + 1
        key = ec.derive_private_key(scalar, ec.SECP256R1())
        private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return AsymKey(asn1_keys.PublicKeyInfo.load(public), asn1_keys.PrivateKeyInfo.load(private))


@dataclass(frozen=True)
class _Pair:
    pair: AsymKey

    @property
    def public_key_info(self) -> asn1_keys.PublicKeyInfo:
        return self.pair.public

    @property
    def private_key_info(self) -> asn1_keys.PrivateKeyInfo | None:
        return self.pair.private


class LocalAuthority:
    """The authority, open: it issues certificates, stamps times and says which certificates it has revoked."""

    def __init__(
        self,
        secret: bytes,
        *,
        clock: Callable[[], datetime],
        certificates: Mapping[str, bytes] = MappingProxyType({}),
        lifetimes: Lifetimes = Lifetimes(),
    ) -> None:
        """Open the authority with what it has issued before (`certificates` by label), or as a new one."""
        self._keys = _Keys(secret)
        self._clock = clock
        self._lifetimes = lifetimes
        self._issued: dict[str, x509.Certificate] = {}
        self._subjects: dict[str, str] = dict(_LABEL_ROLES)
        self.revoked: dict[str, Revocation] = {}
        for label, data in certificates.items():
            self._remember(label, data)
        for label in _LABEL_ROLES:
            self._certificate(label)

    def __repr__(self) -> str:
        return f"<LocalAuthority of {len(self._issued)} certificates>"

    @property
    def root(self) -> bytes:
        """The root certificate (DER): what a trust policy names to believe this authority."""
        return self._dump(ROOT)

    @property
    def certificates(self) -> dict[str, bytes]:
        """Every certificate issued so far, by label (DER): what must be kept to open the same authority again."""
        return {label: self._dump(label) for label in self._issued}

    def issue(self, label: str, subject: Subject) -> bytes:
        """Return the certificate (DER) of this label, issuing it for this key when there is none yet."""
        if label not in self._issued:
            self._subjects[label] = subject.name
            self._keys.add_public(label, subject.public_key_info)
        return self._certificate(label)

    def time_stamp(self, request: bytes) -> bytes:
        """Return the RFC 3161 response to a request (both DER)."""
        stamper = self._architecture().service_registry.summon_timestamper(ServiceLabel(TIME_STAMPS), self._now())
        response: bytes = stamper.request_tsa_response(tsp.TimeStampReq.load(request)).dump()
        return response

    def certificate_status(self, request: bytes) -> bytes:
        """Return the OCSP response to a request (both DER)."""
        responder = self._architecture().service_registry.summon_responder(ServiceLabel(RESPONDER), self._now())
        response: bytes = responder.build_ocsp_response(ocsp.OCSPRequest.load(request)).dump()
        return response

    def revocation_list(self) -> bytes:
        """Return the newest certificate revocation list (DER)."""
        listed: bytes = self._architecture().service_registry.get_crl(ServiceLabel(ROOT), self._now()).dump()
        return listed

    def answer(self, url: str, body: bytes) -> bytes | None:
        """Return what this authority answers at one of its own addresses, None for any other address."""
        path = url.removeprefix(ADDRESS) if url.startswith(ADDRESS) else ""
        if path.startswith(f"/{_ARCH}/tsa/"):
            return self.time_stamp(body)
        if path.startswith(f"/{_ARCH}/ocsp/"):
            return self.certificate_status(body)
        return self.revocation_list() if path.startswith(f"/{_ARCH}/crls/") else None

    def _now(self) -> datetime:
        return self._clock().astimezone(UTC).replace(microsecond=0)

    def _remember(self, label: str, data: bytes) -> None:
        certificate = x509.Certificate.load(data)
        self._issued[label] = certificate
        self._subjects[label] = certificate.subject.native["common_name"]
        if label not in _LABEL_ROLES:
            self._keys.add_public(label, certificate.public_key.dump())

    def _certificate(self, label: str) -> bytes:
        if label not in self._issued:
            self._issued[label] = self._architecture(label).get_cert(CertLabel(label))
        return self._dump(label)

    def _dump(self, label: str) -> bytes:
        data: bytes = self._issued[label].dump()
        return data

    def _architecture(self, new: str | None = None) -> PKIArchitecture:
        """Return certomancer's view of this authority, with the certificates issued so far and `new` to be issued."""
        labels = dict.fromkeys([*self._issued, *([new] if new else [])])
        defaults = {"country_name": "CN", "organization_name": ORGANIZATION}
        return PKIArchitecture(
            ArchLabel(_ARCH),
            key_set=cast("KeySet", self._keys),
            entities=_ENTITIES({label: {"common_name": self._subjects[label]} for label in labels}, defaults),
            cert_spec_config={label: self._specification(label) for label in labels},
            service_config=_SERVICES,
            external_url_prefix=ADDRESS,
            cert_cache={CertLabel(label): certificate for label, certificate in self._issued.items()},
        )

    def _specification(self, label: str) -> dict[str, Any]:
        issued = self._issued.get(label)
        start = issued.not_valid_before if issued else self._now() - _BACKDATED
        days = getattr(self._lifetimes, label.replace("-", "_"), self._lifetimes.leaf)
        serial = issued.serial_number if issued else _FIRST_SERIAL + len(self._issued)
        specification: dict[str, Any] = {
            "subject": label,
            "issuer": ROOT,
            "serial": serial,
            "validity": {"valid_from": start.isoformat(), "valid_to": (start + timedelta(days=days)).isoformat()},
            **_profile(label),
        }
        if label in self.revoked:
            revoked = self.revoked[label]
            specification["revocation"] = {"revoked_since": revoked.since.isoformat(), "reason": revoked.reason}
        return specification


_ENTITIES: Any = EntityRegistry  # its constructor carries no types
_SERVICES: Final = {
    "ocsp": {RESPONDER: {"for-issuer": ROOT, "responder-cert": RESPONDER, "validity-period": {"days": 7}}},
    "crl-repo": {ROOT: {"for-issuer": ROOT, "simulated-update-schedule": "PT1H"}},
    "time-stamping": {TIME_STAMPS: {"signing-cert": TIME_STAMPS, "certs-to-embed": [ROOT]}},
}


def _profile(label: str) -> dict[str, Any]:
    if label == ROOT:
        params = {"max-path-len": 0, "crl-repo": ROOT, "ocsp-service": RESPONDER}
        return {"profiles": [{"id": "simple-ca", "params": params}]}
    if label == RESPONDER:
        return {"profiles": ["ocsp-responder"]}
    if label == TIME_STAMPS:
        usage = {"id": "key_usage", "critical": True, "smart-value": _smart("key-usage", ["digital_signature"])}
        purpose = {"id": "extended_key_usage", "critical": True, "value": ["time_stamping"]}
        return {"extensions": [usage, purpose]}
    return {"profiles": ["digsig-commitment"]}


def _smart(schema: str, params: object) -> dict[str, object]:
    return {"schema": schema, "params": params}
