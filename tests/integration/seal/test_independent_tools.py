"""Programs that nobody here wrote agree: poppler, OpenSSL and qpdf on the file that the service sealed."""

import os
import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from ledger.core.evidence.trust import parse_trust
from support.sealed_loans import SealedLoan

NEEDED = ("pdfsig", "openssl", "qpdf", "pdfdetach")


@pytest.fixture(scope="module", autouse=True)
def _tools() -> None:
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if missing and os.environ.get("CI") == "true":  # noqa: TID251  # CI must not pass by skipping
        pytest.fail(f"missing: {missing}; run scripts/install_test_tools")
    if missing:
        pytest.skip(f"missing: {missing}; run scripts/install_test_tools")


def run(*command: object) -> str:
    ended = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout + ended.stderr


@pytest.fixture(scope="module")
def root(sealed: SealedLoan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of the trust policy, as OpenSSL reads it."""
    seals = parse_trust(sealed.trust.read_bytes()).seals
    assert seals is not None
    file = tmp_path_factory.mktemp("root") / "root.pem"
    file.write_bytes(x509.load_der_x509_certificate(seals.roots[0]).public_bytes(Encoding.PEM))
    return file


@pytest.fixture(scope="module")
def reader(sealed: SealedLoan) -> PdfFileReader:
    return PdfFileReader(BytesIO(sealed.data))


def covered(sealed: SealedLoan, signature: EmbeddedPdfSignature) -> bytes:
    """Return the bytes that a signature of the file is over."""
    start, length, again, rest = (int(number) for number in signature.byte_range)
    return sealed.data[start : start + length] + sealed.data[again : again + rest]


def test_qpdf_finds_nothing_wrong(sealed: SealedLoan) -> None:
    assert "No syntax or stream encoding errors found" in run("qpdf", "--check", sealed.file)


def test_poppler_says_that_the_signature_is_valid(sealed: SealedLoan) -> None:
    said = run("pdfsig", sealed.file)
    assert "Signature is Valid" in said
    assert "ETSI.CAdES.detached" in said
    assert "tallystick-evidence.json" in run("pdfdetach", "-list", sealed.file)


def test_openssl_verifies_the_seal(sealed: SealedLoan, reader: PdfFileReader, root: Path, tmp_path: Path) -> None:
    signature = reader.embedded_regular_signatures[0]
    cms, content = tmp_path / "seal.der", tmp_path / "content"
    cms.write_bytes(signature.pkcs7_content)
    content.write_bytes(covered(sealed, signature))
    options = ("-inform", "DER", "-in", cms, "-content", content, "-CAfile", root, "-binary", "-purpose", "any")
    assert "Verification successful" in run("openssl", "cms", "-verify", *options, "-out", os.devnull)


def test_openssl_verifies_the_archive_time_stamp(
    sealed: SealedLoan, reader: PdfFileReader, root: Path, tmp_path: Path
) -> None:
    stamp = reader.embedded_timestamp_signatures[0]
    token, content = tmp_path / "archive.der", tmp_path / "content"
    token.write_bytes(stamp.pkcs7_content)
    content.write_bytes(covered(sealed, stamp))
    said = run("openssl", "ts", "-verify", "-in", token, "-token_in", "-data", content, "-CAfile", root)
    assert "Verification: OK" in said


def test_openssl_verifies_the_time_stamp_inside_the_seal(reader: PdfFileReader, root: Path, tmp_path: Path) -> None:
    (signer,) = reader.embedded_regular_signatures[0].signed_data["signer_infos"]
    (attribute,) = [item for item in signer["unsigned_attrs"] if item["type"].native == "signature_time_stamp_token"]
    token, content = tmp_path / "inside.der", tmp_path / "signature"
    token.write_bytes(attribute["values"][0].dump())
    content.write_bytes(signer["signature"].native)
    said = run("openssl", "ts", "-verify", "-in", token, "-token_in", "-data", content, "-CAfile", root)
    assert "Verification: OK" in said
