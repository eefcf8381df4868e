"""What may have happened since the last time stamp of a sealed file: its certificate ended, or a key was reported as stolen.

Promises: only lists that the certificate's issuer signed are believed; a reason that is missing or unknown counts as a
compromised key; a list that is out of date, or none, is "not checked", never "good".
Leaves to others: fetching lists, and what was embedded (sealed_time).
"""

from dataclasses import dataclass
from datetime import datetime

from asn1crypto import crl
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from signing.pdf.child.findings import Findings
from signing.pdf.child.question import Question
from signing.pdf.child.sealed_time import SKEW, Judged

# RFC 5280 reasons that say nothing against what was signed before; the registry of keys has the same ones (a test compares them).
ORDERLY = frozenset({"affiliation_changed", "cessation_of_operation", "superseded", "privilege_withdrawn"})


@dataclass(frozen=True)
class Revocation:
    """What the newest list says of one certificate: `good`, `revoked` (why, since when) or `not-checked`."""

    state: str
    reason: str | None = None
    since: datetime | None = None


def check_later(
    judged: list[Judged], known: list[asn1_x509.Certificate], question: Question, findings: Findings
) -> Revocation:
    """Judge the seal and its time stamps by the given lists and time; return what they say of the seal's certificate."""
    issuers = [*question.roots.seal, *question.roots.time_stamps, *known]
    proven = [one.at for one in judged[1:]]
    if any(at is not None and at > question.at + SKEW for at in proven):
        findings.add("sealed.time-order", "a time stamp is later than the time of checking")
    last = judged[-1]
    if last.kind == "archive" and last.certificate.not_valid_after < question.at:
        findings.add("sealed.archive-expired", f"since {last.certificate.not_valid_after.isoformat()}")
    states = [_look_up(one.certificate, issuers, question) for one in judged]
    for state, one, later in zip(states, judged, [*proven, None], strict=True):
        _judge(state, one, later or _own_time(one, state), findings)
    return states[0]


def _own_time(one: Judged, state: Revocation) -> datetime | None:
    """Return the time that a last time stamp may claim for itself: none when its own key is compromised (RFC 3161, 4)."""
    return one.at if one.kind != "seal" and state.reason in ORDERLY else None


def _judge(state: Revocation, one: Judged, proven: datetime | None, findings: Findings) -> None:
    if state.state == "revoked" and (proven is None or state.since is None or proven >= state.since):
        findings.add("sealed.revoked", f"the {one.kind} certificate: {state.reason}")


def _look_up(
    certificate: asn1_x509.Certificate, issuers: list[asn1_x509.Certificate], question: Question
) -> Revocation:
    found = Revocation("not-checked")
    for data in question.revocation_lists:
        listed = crl.CertificateList.load(data)
        if not any(is_by(issuer, certificate, data) for issuer in issuers):
            continue
        entry = _entry(listed, certificate.serial_number)
        if entry is not None:
            return revoked(entry)
        until = listed["tbs_cert_list"]["next_update"].native
        if until is not None and until >= question.at:
            found = Revocation("good")
    return found


def is_by(issuer: asn1_x509.Certificate, certificate: asn1_x509.Certificate, listed: bytes) -> bool:
    if issuer.subject != certificate.issuer:
        return False
    try:
        key = x509.load_der_x509_certificate(issuer.dump()).public_key()
        return x509.load_der_x509_crl(listed).is_signature_valid(key)  # type: ignore[arg-type]  # a key of another kind: TypeError
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False


def _entry(listed: crl.CertificateList, serial: int) -> crl.RevokedCertificate | None:
    for entry in listed["tbs_cert_list"]["revoked_certificates"]:
        if entry["user_certificate"].native == serial:
            return entry
    return None


def revoked(entry: crl.RevokedCertificate) -> Revocation:
    reason = entry.crl_reason_value.native if entry.crl_reason_value is not None else "unspecified"
    since: datetime = entry["revocation_date"].native
    stated = entry.invalidity_date_value
    if reason not in ORDERLY and stated is not None:
        since = min(since, stated.native)
    return Revocation("revoked", reason, since)
