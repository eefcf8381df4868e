"""Every reason for which a PDF is refused: an upload (`REASONS`), and a sealed file (`SEAL_REASONS`, beside those of an upload).

Promises: one line that says what was expected; docs/pdf-rules.md says why and what to do, and a test compares the two.
"""

from dataclasses import dataclass
from typing import Final

REASONS: Final = {
    "pdf.empty": "expected a PDF, got no bytes",
    "pdf.not-a-pdf": "expected a file that begins with %PDF-1.0 to %PDF-2.0",
    "pdf.too-large": "expected a smaller file",
    "pdf.trailing-data": "expected nothing before %PDF and nothing after the last %%EOF",
    "pdf.encrypted": "expected a PDF without a password or permissions: save it again without protection",
    "pdf.malformed": "expected a PDF that needs no repair: print or export it to PDF again",
    "pdf.two-readings": "expected a PDF that every reader understands in the same way: print or export it to PDF again",
    "pdf.page-size": "expected pages of 1 to 14,400 points in width and height, each with a size of its own",
    "pdf.no-pages": "expected at least one page",
    "pdf.too-many-pages": "expected fewer pages",
    "pdf.already-signed": "expected an unsigned PDF: upload the version from before it was signed",
    "pdf.active-content": "expected no scripts, programs, media, XFA or actions beyond links: print it to PDF again",
    "pdf.hidden-content": "expected that paper, screen and every setting show the same: print it to PDF again",
    "pdf.field-looks": "expected form fields and annotations that show what they hold, the same in every reader: print it to PDF again",
    "pdf.cannot-be-sealed": "expected a PDF that can be sealed once it is signed: print it to PDF again",
    "pdf.inflates": "expected a PDF that stays within 512 MiB when it is decoded: print it to PDF again",
    "pdf.too-many-pixels": "expected pictures of at most 150 million pixels: export with smaller pictures",
    "pdf.too-slow": "expected a PDF that can be read within the limits of time and memory: print it to PDF again",
    "pdf.not-inspected": "the inspector could not run, so nothing is known about the file: try again, then tell the operator",
}

# What is against a sealed file. "altered", "changed" and "bytes" concern the file, the others the seal.
SEAL_REASONS: Final = {
    "sealed.missing": "expected a seal, found none",
    "sealed.several": "expected one seal and after it only archive time stamps",
    "sealed.shared-object": "expected each signature in one field, found one object in two",
    "sealed.hidden-signature": "expected every signature in a field, found one in none or of an unknown kind",
    "sealed.not-certified": "expected a certification that allows no changes",
    "sealed.dialect": "expected PAdES: ETSI.CAdES.detached and ETSI.RFC3161",
    "sealed.malformed": "expected a seal in the form of the standard",
    "sealed.enveloped-content": "expected a signature over the file, found one that carries its own content",
    "sealed.no-signed-attributes": "expected signed attributes",
    "sealed.no-signing-certificate": "expected the signing certificate among the signed attributes",
    "sealed.weak-algorithm": "expected SHA-2 everywhere and keys of 2048 (RSA) or 256 bits",
    "sealed.byte-range": "expected a byte range that leaves out the signature itself and nothing else",
    "sealed.bytes-after": "expected the last signature or time stamp to cover the whole file",
    "sealed.altered": "expected the bytes that were sealed, found others",
    "sealed.untrusted": "expected certificates that lead to a trusted root",
    "sealed.revoked": "expected a certificate that was not revoked when it signed",
    "sealed.expired": "expected certificates that were valid when they signed",
    "sealed.no-revocation-evidence": "expected embedded revocation answers that were fresh when they were sealed in",
    "sealed.no-time-stamp": "expected an RFC 3161 time stamp in the seal",
    "sealed.no-archive-time-stamp": "expected an archive time stamp after the seal",
    "sealed.archive-expired": "expected an archive time stamp whose certificate is still valid: it was to be renewed before",
    "sealed.time-order": "expected time stamps in order and none from the future",
    "sealed.changed-before": "expected nothing between the contract and its seal but attachments",
    "sealed.changed-after": "expected nothing after the seal but archive time stamps",
    "sealed.looks-different": "expected the sealed file to look like the contract that was read",
}


@dataclass(frozen=True)
class Reason:
    """Why a file is refused: a code of the tables above, and what exactly was found (plain ASCII, may be empty)."""

    code: str
    detail: str

    @property
    def message(self) -> str:
        text = REASONS.get(self.code) or SEAL_REASONS[self.code]
        return f"{text} ({self.detail})" if self.detail else text
