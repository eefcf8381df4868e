"""pyHanko's own validation of a sealed file, as its documentation has it: what strict verification is measured beside.

Promises: signature, time stamps and the archive time stamp (LTA) by the evidence in the file, no network; changes after the seal by its
default policy. Nothing is drawn, no object is compared with another parser's. Imports no more than that.
"""

import asyncio
from io import BytesIO

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY
from pyhanko.sign.validation import ades
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager


def validate(data: bytes, root: bytes) -> object:
    """Return pyHanko's report on the first signature of a file, believing one root (DER)."""
    policy = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build([x509.Certificate.load(root)]),
        revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
    )
    local = RevocationInfoGatheringSpec(online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY)
    inner = SignatureValidationSpec(cert_validation_policy=policy, revinfo_gathering_policy=local)
    spec = PdfSignatureValidationSpec(inner, diff_policy=DEFAULT_DIFF_POLICY)
    signature = PdfFileReader(BytesIO(data)).embedded_regular_signatures[0]
    return asyncio.run(ades.ades_lta_validation(signature, spec))
