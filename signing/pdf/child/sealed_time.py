"""Whether a seal holds, by the evidence inside the file alone: each signature judged at the time that the next one proves.

Promises: no network and no clock. The seal is judged at the time of its first archive time stamp, each archive time stamp at
the time of the next one, the last one at its own; certificates must chain to the given roots, with embedded revocation answers
that were fresh then. Since nothing later is looked at, the verdict is the same in ten years.
Leaves to others: the form of the containers (sealed_cms), changes (sealed_changes), what is newer than the last time stamp
(sealed_later). After ETSI EN 319 102-1.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from asn1crypto import cms, crl, ocsp, x509
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate, AdESPassed, AdESSubIndic
from pyhanko.sign.validation import ades, generic_cms
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError, SignatureValidationError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.policy_decl import (
    CertificateFetchingRule,
    LocalKnowledge,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
    bootstrap_validation_data_handlers,
)
from pyhanko.sign.validation.status import StandardCMSSignatureStatus
from pyhanko_certvalidator.context import CertValidationPolicySpec, ValidationDataHandlers
from pyhanko_certvalidator.fetchers.api import FetcherBackend
from pyhanko_certvalidator.ltv.poe import POEManager
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy, RevocationCheckingRule
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

from signing.pdf.child.findings import Findings
from signing.pdf.child.question import Question, Roots
from signing.pdf.child.sealed_cms import tokens_within
from signing.pdf.child.sealed_objects import Signatures

SKEW = timedelta(minutes=5)  # between the clocks of a time-stamp authority, an OCSP responder and a list

_CODES: dict[AdESSubIndic, str] = {
    AdESFailure.HASH_FAILURE: "sealed.altered",
    AdESFailure.SIG_CRYPTO_FAILURE: "sealed.altered",
    AdESFailure.FORMAT_FAILURE: "sealed.malformed",
    AdESFailure.REVOKED: "sealed.revoked",
    AdESIndeterminate.REVOKED_NO_POE: "sealed.revoked",
    AdESIndeterminate.REVOKED_CA_NO_POE: "sealed.revoked",
    AdESFailure.NOT_YET_VALID: "sealed.expired",
    AdESIndeterminate.NOT_YET_VALID: "sealed.expired",
    AdESIndeterminate.EXPIRED: "sealed.expired",
    AdESIndeterminate.OUT_OF_BOUNDS_NO_POE: "sealed.expired",
    AdESIndeterminate.OUT_OF_BOUNDS_NOT_REVOKED: "sealed.expired",
    # The chain is complete, but what is known of it does not decide: no answer on its revocation was fresh.
    AdESIndeterminate.CERTIFICATE_CHAIN_GENERAL_FAILURE: "sealed.no-revocation-evidence",
    AdESIndeterminate.TRY_LATER: "sealed.no-revocation-evidence",
    AdESIndeterminate.REVOCATION_OUT_OF_BOUNDS_NO_POE: "sealed.no-revocation-evidence",
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE: "sealed.weak-algorithm",
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE_NO_POE: "sealed.weak-algorithm",
}


@dataclass(frozen=True)
class Judged:
    """One signature or time stamp: whether it holds, when it was made by its own token, and by whom."""

    kind: str
    holds: bool
    at: datetime | None
    certificate: x509.Certificate


async def judge_in_time(
    signatures: Signatures, evidence: LocalKnowledge, question: Question, findings: Findings
) -> list[Judged]:
    """Return the verdicts on the seal, its own time stamp and the archive time stamps, in this order, oldest first.

    The time of checking counts only for a seal without any time stamp, which is a finding of its own.
    """
    spec = _specification(evidence, question.roots)
    token = next(tokens_within(signatures.seal), None)
    inner = [] if token is None else [token]
    times = [token_time(stamp.signed_data) for stamp in signatures.stamps]
    in_order = [*map(token_time, inner), *times]
    if in_order != sorted(in_order):
        findings.add("sealed.time-order", "a time stamp is older than the one before it")
    judged = [await _judge_seal(signatures.seal, spec, (times or in_order or [question.at])[0], findings)]
    judged += [Judged("signature", judged[0].holds, token_time(found), _signer(found)) for found in inner]
    for stamp, control in zip(signatures.stamps, [*times[1:], *times[-1:]], strict=True):
        judged.append(await _judge_archive(stamp, spec, control, findings))
    return judged


def token_time(token: cms.SignedData) -> datetime:
    enveloped = token["encap_content_info"]
    if enveloped["content_type"].native != "tst_info":
        raise SignatureValidationError("a time stamp without time-stamp information")
    time: datetime = enveloped["content"].parsed["gen_time"].native
    return time


async def _judge_seal(
    seal: EmbeddedPdfSignature, spec: SignatureValidationSpec, control: datetime, findings: Findings
) -> Judged:
    result = await ades.ades_with_time_validation(
        seal.signed_data,
        spec,
        timing_info=_moment(control),
        raw_digest=seal.compute_digest(),
        validation_data_handlers=_handlers(spec, control),
        status_cls=StandardCMSSignatureStatus,
    )
    holds = explain("the seal", result.ades_subindic, findings)
    return Judged("seal", holds, result.best_signature_time if holds else None, seal.signer_cert)


async def _judge_archive(
    stamp: EmbeddedPdfSignature, spec: SignatureValidationSpec, control: datetime, findings: Findings
) -> Judged:
    result = await ades.ades_timestamp_validation(
        stamp.signed_data,
        spec,
        stamp.compute_digest,
        timing_info=_moment(control),
        validation_data_handlers=_handlers(spec, control),
    )
    holds = explain("an archive time stamp", result.ades_subindic, findings)
    return Judged("archive", holds, token_time(stamp.signed_data), stamp.signer_cert)


def explain(what: str, verdict: AdESSubIndic, findings: Findings) -> bool:
    """Return whether a signature holds; where it does not, add our reason for the standard's indication."""
    if verdict is AdESPassed.OK:
        return True
    findings.add(_CODES.get(verdict, "sealed.untrusted"), f"{what}: {verdict}")
    return False


def _moment(control: datetime) -> ValidationTimingInfo:
    return ValidationTimingInfo(validation_time=control, best_signature_time=control, point_in_time_validation=True)


def _handlers(spec: SignatureValidationSpec, control: datetime) -> ValidationDataHandlers:
    """Return handlers for which "now" is the control time: what the file holds existed then, nothing else is known."""
    return bootstrap_validation_data_handlers(
        spec, timing_info=_moment(control), poe_manager_override=POEManager(current_dt_override=control)
    )


def _signer(token: cms.SignedData) -> x509.Certificate:
    return generic_cms.extract_certs_for_validation(token).signer_cert


def _specification(evidence: LocalKnowledge, roots: Roots) -> SignatureValidationSpec:
    return SignatureValidationSpec(
        cert_validation_policy=_policy(roots.seal),
        ts_cert_validation_policy=_policy(roots.time_stamps),
        revinfo_gathering_policy=RevocationInfoGatheringSpec(
            online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY,
            certificate_fetching_rule=CertificateFetchingRule.NEVER_FETCH,
            fetcher_backend=FetcherBackend(),  # the base class: it refuses to fetch anything
        ),
        local_knowledge=evidence,
    )


def _policy(anchors: tuple[x509.Certificate, ...]) -> CertValidationPolicySpec:
    declared = RevocationCheckingRule.CRL_OR_OCSP_REQUIRED
    return CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(list(anchors)),
        revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy(declared, declared)),
        time_tolerance=SKEW,
    )


def embedded_evidence(reader: PdfFileReader) -> LocalKnowledge:
    """Return the certificates, OCSP answers and revocation lists of the file's own security store."""
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return LocalKnowledge()
    answers = (found.get_object().read_data(DecodePurpose.OCSP_RESPONSE) for found in store.ocsps)
    lists = (found.get_object().read_data(DecodePurpose.CRL) for found in store.crls)
    return LocalKnowledge(
        known_ocsps=[one for data in answers for one in OCSPContainer.load_multi(ocsp.OCSPResponse.load(data))],
        known_crls=[CRLContainer(crl_data=crl.CertificateList.load(data)) for data in lists],
        known_certs=list(store.load_certs()),
    )
