"""The evidence inside a sealed PDF: `tally/sealed/v1`, commitments only (docs/formats/sealed-document.md).

Promises: strict reading, bounded decoding, no PDF parser. Evidence proves itself by the log's signature and says which bytes it is
about, so it does not matter how it was found in the file: what does not verify counts for nothing.
Leaves to others: whether the seal holds (signing.pdf.inspect_sealed) and what the evidence proves (verify_file).
"""

import hashlib
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from ledger.core.evidence.document_answer import FileFacts
from ledger.core.evidence.package import MAX_BYTES, Package, parse_package
from ledger.core.log.fields import Fields
from ledger.core.log.receipt import Receipt
from ledger.errors import InvalidInput, VerificationFailed
from signing import canonical
from signing.canonical import Json
from signing.errors import InvalidEncoding

TAG: Final = "tally/sealed/v1"
NAME: Final = b"tallystick-evidence.json"  # signing.pdf.seal_names.EVIDENCE_NAME; a test compares them, for that module loads pyHanko
SEAL_MARK: Final = b"/ETSI.CAdES.detached"

_CODE = "sealed.malformed"
_HASH_BYTES = 32
_STREAM = re.compile(rb"/EmbeddedFile\b(?s:.{0,600}?)stream\r?\n")
_MAX_STREAMS = 64


@dataclass(frozen=True, kw_only=True)
class SealedEvidence:
    """What a sealed file says of itself: which contract it holds, and the receipts of the entries up to the seal, unopened."""

    contract: FileFacts
    local_time_stamps: bool
    package: Package

    def to_bytes(self) -> bytes:
        return canonical.encode(
            {
                "tag": TAG,
                "contract": {"sha256": self.contract.sha256.hex(), "bytes": self.contract.byte_length},
                "local_time_stamps": self.local_time_stamps,
                "evidence": canonical.decode(unopened(self.package).to_bytes()),
            }
        )


def unopened(package: Package) -> Package:
    """Return the package with commitments only."""
    return replace(package, receipts=_bare(package.receipts), keys=_bare(package.keys))


def _bare(receipts: tuple[Receipt, ...]) -> tuple[Receipt, ...]:
    return tuple(replace(receipt, openings=()) for receipt in receipts)


def parse_sealed(data: bytes) -> SealedEvidence:
    """Return the evidence of these exact canonical bytes; raise VerificationFailed (sealed.malformed, evidence.*, receipt codes)."""
    try:
        fields = Fields(
            canonical.decode(data),
            frozenset({"tag", "contract", "local_time_stamps", "evidence"}),
            where="sealed",
            code=_CODE,
        )
        if fields.text("tag") != TAG:
            raise VerificationFailed(_CODE, f'expected evidence of a sealed file with the tag "{TAG}"')
        return SealedEvidence(
            contract=fields.parsed("contract", _read_contract),
            local_time_stamps=fields.boolean("local_time_stamps"),
            package=fields.parsed("evidence", lambda value: parse_package(canonical.encode(value))),
        )
    except (InvalidInput, InvalidEncoding) as error:
        raise VerificationFailed(_CODE, f"expected the evidence of a sealed file: {error.message}") from error


def looks_sealed(data: bytes) -> bool:
    """Say whether a file claims to be a sealed contract: a PDF with a PAdES signature or with evidence of ours."""
    return data.startswith(b"%PDF-") and (SEAL_MARK in data or NAME in data)


def find_evidence(data: bytes) -> SealedEvidence | None:
    """Return the evidence attached to a file that begins with the contract it names; None when there is none."""
    for content in _attached(data):
        try:
            found = parse_sealed(content)
        except VerificationFailed:
            continue
        if contract_of(data, found.contract.byte_length) == found.contract:
            return found
    return None


def contract_of(data: bytes, length: int) -> FileFacts:
    """Return the facts of the first `length` bytes."""
    prefix = memoryview(data)[:length]
    return FileFacts(hashlib.sha256(prefix).digest(), len(prefix))


def _attached(data: bytes) -> Iterator[bytes]:
    """Yield what is attached, newest first, as far as it could be ours; nothing grows beyond the limit of evidence."""
    ends = [match.end() for match in _STREAM.finditer(data)][-_MAX_STREAMS:]
    for start in reversed(ends):
        content = data[start : start + MAX_BYTES]
        if content.startswith(b"{"):
            yield content[: content.find(b"\nendstream")].rstrip(b"\r")
            continue
        unpacking = zlib.decompressobj()
        try:
            unpacked = unpacking.decompress(content, MAX_BYTES)
        except zlib.error:
            continue
        if unpacking.eof:
            yield unpacked


def _read_contract(value: Json) -> FileFacts:
    fields = Fields(value, frozenset({"sha256", "bytes"}), where="contract", code=_CODE)
    return FileFacts(fields.octets("sha256", _HASH_BYTES), fields.integer("bytes", least=1))
