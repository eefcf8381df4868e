"""What the cryptographic containers (CMS) of a seal and of its time stamps must hold, before anything is computed.

Promises: one signer, signed attributes with content type, digest and signing certificate (RFC 5035), nothing enveloped in a
seal, SHA-2 at every place where a digest is named, keys of at least 2048 (RSA) or 256 bits (curves).
Leaves to others: whether digests and signatures hold, and whom to trust (sealed_time).
"""

from collections.abc import Iterator

from asn1crypto import cms, tsp, x509
from asn1crypto.algos import DigestAlgorithm
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from signing.pdf.child.findings import Findings

DIGESTS = frozenset({"sha256", "sha384", "sha512"})
_SIGNATURES = frozenset(f"{digest}_{kind}" for digest in DIGESTS for kind in ("rsa", "ecdsa")) | {
    "rsassa_pss",
    "ed25519",
}
_ATTRIBUTES = frozenset({"content_type", "message_digest"})
_SEAL_BINDING = frozenset({"signing_certificate_v2"})
# RFC 3161 itself asks for the older one, which names the authority's certificate by SHA-1; every digest of content is SHA-2 still.
_STAMP_BINDING = frozenset({"signing_certificate", "signing_certificate_v2"})
_LEAST_BITS = {"rsa": 2048, "ec": 256}
_FIXED_CURVES = frozenset({"ed25519"})


def check_containers(signatures: tuple[EmbeddedPdfSignature, ...], findings: Findings) -> None:
    """Check the container of each signature object and of every time stamp inside one."""
    for signature in signatures:
        enveloped = signature.signed_data["encap_content_info"]
        is_seal = signature.sig_object_type != "/DocTimeStamp"
        if is_seal:
            check_detached(enveloped, findings)
        check_container(signature.signed_data, _SEAL_BINDING if is_seal else _STAMP_BINDING, findings)
        for token in tokens_within(signature):
            check_container(token, _STAMP_BINDING, findings)


def tokens_within(signature: EmbeddedPdfSignature) -> Iterator[cms.SignedData]:
    """Yield the time-stamp tokens that one signature carries as unsigned attributes."""
    attributes = signature.signer_info["unsigned_attrs"] or ()
    found = (one["values"] for one in attributes if one["type"].native == "signature_time_stamp_token")
    yield from (value["content"] for values in found for value in values)


def check_detached(enveloped: cms.ContentInfo, findings: Findings) -> None:
    if enveloped["content_type"].native != "data":
        findings.add("sealed.malformed", "expected a detached signature over data")
    if enveloped["content"].native is not None:
        findings.add("sealed.enveloped-content", "the signature carries content of its own")


def check_container(container: cms.SignedData, binding: frozenset[str], findings: Findings) -> None:
    if len(container["signer_infos"]) != 1:
        findings.add("sealed.malformed", f"{len(container['signer_infos'])} signers in one signature")
        return
    signer = container["signer_infos"][0]
    _check_attributes(signer, binding, findings)
    for digest in _digests(container, signer):
        _check_digest(digest, findings)
    check_algorithm(signer["signature_algorithm"], findings)
    enclosed = [one.chosen for one in container["certificates"] or ()]
    for certificate in (one for one in enclosed if isinstance(one, x509.Certificate)):
        check_key(certificate, findings)


def _check_attributes(signer: cms.SignerInfo, binding: frozenset[str], findings: Findings) -> None:
    names = [attribute["type"].native for attribute in signer["signed_attrs"] or ()]
    if not names:
        findings.add("sealed.no-signed-attributes")
    elif not binding & set(names):
        findings.add("sealed.no-signing-certificate")
    elif not set(names) >= _ATTRIBUTES or len(names) != len(set(names)):
        findings.add("sealed.malformed", "signed attributes are missing or double")


def _digests(container: cms.SignedData, signer: cms.SignerInfo) -> Iterator[str]:
    yield from (algorithm["algorithm"].native for algorithm in container["digest_algorithms"])
    yield signer["digest_algorithm"]["algorithm"].native
    for attribute in signer["signed_attrs"] or ():
        if attribute["type"].native == "signing_certificate_v2":
            for value in attribute["values"]:
                yield from (named["hash_algorithm"]["algorithm"].native for named in value["certs"])
    enveloped = container["encap_content_info"]
    if enveloped["content_type"].native == "tst_info" and isinstance(enveloped["content"].parsed, tsp.TSTInfo):
        yield enveloped["content"].parsed["message_imprint"]["hash_algorithm"]["algorithm"].native


def _check_digest(name: str, findings: Findings) -> None:
    if name not in DIGESTS:
        findings.add("sealed.weak-algorithm", f"digest {name}")


def check_algorithm(algorithm: cms.SignedDigestAlgorithm, findings: Findings) -> None:
    name = algorithm["algorithm"].native
    if name in {"rsassa_pkcs1v15", "ecdsa"}:  # the digest is named apart and checked there
        return
    if name not in _SIGNATURES:
        findings.add("sealed.weak-algorithm", f"signature {name}")
    elif name == "rsassa_pss":
        inner: DigestAlgorithm = algorithm["parameters"]["hash_algorithm"]
        _check_digest(inner["algorithm"].native, findings)


def check_key(certificate: x509.Certificate, findings: Findings) -> None:
    key = certificate.public_key
    least = _LEAST_BITS.get(key.algorithm)
    if least is None and key.algorithm not in _FIXED_CURVES:
        findings.add("sealed.weak-algorithm", f"a key for {key.algorithm}")
    elif least is not None and key.bit_size < least:
        findings.add("sealed.weak-algorithm", f"a key of {key.bit_size} bits ({key.algorithm})")
    if certificate.self_signed == "no" and not _is_strong(certificate):
        findings.add("sealed.weak-algorithm", "a certificate signed with an old digest")


def _is_strong(certificate: x509.Certificate) -> bool:
    return certificate["signature_algorithm"]["algorithm"].native in _SIGNATURES
