"""The signature objects of a sealed PDF: every one there is, the one field that shows it, and the bytes it covers.

Promises: counts objects, not fields; an object without a field, in two fields, or of an unknown kind is a finding; a byte
range is accepted only when its gap is exactly the hexadecimal string of the signature itself.
Leaves to others: what the signatures are worth (sealed_time), what changed between revisions (sealed_changes).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from signing.pdf.child.findings import Findings, Refused

SEAL_FORM = "/ETSI.CAdES.detached"
STAMP_FORM = "/ETSI.RFC3161"

_MAX_SIGNATURES = 64  # one seal and an archive time stamp every few years: more is a way to make us work
_HEXADECIMAL = re.compile(rb"<(?:[0-9A-Fa-f]{2})+>\Z")
_LINE_END = re.compile(rb"[\r\n]{0,2}\Z")
_NO_CHANGES = 1
_LONG_FORM = 0x80  # DER: from here on, the number of bytes that hold the length


@dataclass(frozen=True)
class Signatures:
    """The seal and its archive time stamps, oldest first."""

    seal: EmbeddedPdfSignature
    stamps: tuple[EmbeddedPdfSignature, ...]

    @property
    def last(self) -> EmbeddedPdfSignature:
        return self.stamps[-1] if self.stamps else self.seal


def find_signatures(pdf: pikepdf.Pdf, reader: PdfFileReader, findings: Findings) -> Signatures:
    """Return the seal and its stamps; raise Refused where there is no one seal to speak of."""
    objects = set(_signature_objects(pdf))
    if not objects:
        raise Refused("sealed.missing", "no signature object")
    if len(objects) > _MAX_SIGNATURES:
        raise Refused("sealed.several", f"{len(objects)} signature objects")
    shown = [field.sig_field.raw_get("/V").reference for field in reader.embedded_signatures]
    if len(set(shown)) != len(shown):
        findings.add("sealed.shared-object", "one signature object in two fields")
    hidden = objects - {(reference.idnum, reference.generation) for reference in shown}
    if hidden:
        findings.add("sealed.hidden-signature", f"object {min(hidden)[0]} is in no field that both parsers know")
    return _sorted_out(reader, findings)


def _sorted_out(reader: PdfFileReader, findings: Findings) -> Signatures:
    distinct = {field.sig_field.raw_get("/V").reference: field for field in reader.embedded_signatures}
    seals = [field for field in distinct.values() if field.sig_object_type != "/DocTimeStamp"]
    stamps = [field for field in distinct.values() if field.sig_object_type == "/DocTimeStamp"]
    if not seals:
        raise Refused("sealed.missing", "time stamps only")
    if len(seals) > 1:
        findings.add("sealed.several", f"{len(seals)} signatures")
    if stamps and min(stamp.signed_revision for stamp in stamps) <= seals[-1].signed_revision:
        findings.add("sealed.several", "a time stamp from before the seal")
    return Signatures(seals[-1], tuple(sorted(stamps, key=lambda stamp: stamp.signed_revision)))


def _signature_objects(pdf: pikepdf.Pdf) -> Iterator[tuple[int, int]]:
    for value in pdf.objects:
        if isinstance(value, pikepdf.Dictionary) and (
            "/ByteRange" in value or value.get("/Type") in {pikepdf.Name.Sig, pikepdf.Name.DocTimeStamp}
        ):
            yield value.objgen


def check_seal_form(reader: PdfFileReader, signatures: Signatures, findings: Findings) -> None:
    """Refuse a seal that is no certification without allowed changes, or that speaks another dialect than PAdES."""
    if signatures.seal.sig_object.get("/SubFilter") != SEAL_FORM:
        findings.add("sealed.dialect", f"expected {SEAL_FORM}")
    for stamp in signatures.stamps:
        if stamp.sig_object.get("/SubFilter") != STAMP_FORM:
            findings.add("sealed.dialect", f"expected {STAMP_FORM}")
    certified = None
    if "/Perms" in reader.root:  # indexing follows a reference; another kind of thing there is an error of form
        certified = reader.root["/Perms"].get_value_as_reference("/DocMDP", optional=True)
    if certified != signatures.seal.sig_field.raw_get("/V").reference or signatures.seal.docmdp_level is None:
        findings.add("sealed.not-certified", "the seal is no certification of the document")
    elif signatures.seal.docmdp_level.value != _NO_CHANGES:
        findings.add("sealed.not-certified", "the certification allows changes")


def check_coverage(data: bytes, signatures: Signatures, findings: Findings) -> bool:
    """Check every byte range; return whether the last signature covers all bytes of the file."""
    for signature in (signatures.seal, *signatures.stamps):
        if not _is_exact(data, signature):
            findings.add("sealed.byte-range", f"of {printable_name(signature)}")
            return False
    covered = covered_length(signatures.last)
    if covered == len(data):
        return True
    findings.add("sealed.bytes-after", f"{len(data) - covered} bytes after the last signature or time stamp")
    return False


def covered_length(signature: EmbeddedPdfSignature) -> int:
    return int(signature.byte_range[2]) + int(signature.byte_range[3])


def printable_name(signature: EmbeddedPdfSignature) -> str:
    return f"{str(signature.sig_object_type)[1:]} in revision {signature.signed_revision}"


def _is_exact(data: bytes, signature: EmbeddedPdfSignature) -> bool:
    numbers = [int(number) for number in signature.byte_range if isinstance(number, int)]
    if len(numbers) != 4 or len(signature.byte_range) != 4:  # noqa: PLR2004 - two offsets, two lengths
        return False
    start, before, after, rest = numbers
    if start != 0 or not 0 < before < after < after + rest <= len(data) or rest <= 0:
        return False
    gap = data[before:after]
    if not _HEXADECIMAL.match(gap) or bytes.fromhex(gap[1:-1].decode()) != signature.pkcs7_content:
        return False
    if gap not in {gap.lower(), gap.upper()} or any(signature.pkcs7_content[_length(signature.pkcs7_content) :]):
        return False  # room that nothing covers, for whoever comes later
    end = data[: after + rest].rfind(b"%%EOF")
    return end > after and bool(_LINE_END.match(data[end + 5 : after + rest]))


def _length(container: bytes) -> int:
    """Return the length of the container itself (DER), without the zeros that fill the room kept for it."""
    first = container[1]
    if first < _LONG_FORM:
        return 2 + first
    count = first - _LONG_FORM
    return 2 + count + int.from_bytes(container[2 : 2 + count], "big")
