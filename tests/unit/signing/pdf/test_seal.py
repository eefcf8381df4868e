"""Sealing: the contract stays the prefix, evidence comes out again, the seal is B-LTA, and what is missing is a refusal."""

import hashlib
from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm

from signing.errors import DocumentRefused, ServiceUnavailable
from signing.keys.local_authority import ADDRESS, TIME_STAMP_URL, Lifetimes, LocalAuthority, Revocation
from signing.pdf.seal import renew, seal
from signing.pdf.seal_names import ARCHIVE_FIELD, EVIDENCE_NAME, SEAL_FIELD
from support.sealing import (
    DOWN_URL,
    EVIDENCE,
    SEAL_LABEL,
    TEXT,
    Switchboard,
    local_authority,
    now,
    seal_tools,
    sealed_pdf,
)
from support.small_pdfs import raw_pdf, small_pdf


def saved(*, linearize: bool = False, streams: bool = False) -> bytes:
    """Return a PDF in the form that another program may give it."""
    written, mode = BytesIO(), pikepdf.ObjectStreamMode
    with pikepdf.open(BytesIO(small_pdf())) as pdf:
        pdf.save(written, linearize=linearize, object_stream_mode=mode.generate if streams else mode.disable)
    return written.getvalue()


@pytest.mark.parametrize(
    "contract",
    [small_pdf(), small_pdf(pages=3), saved(linearize=True), saved(streams=True), small_pdf() + b"\n"],
    ids=["plain", "pages", "linearized", "object streams", "line after the end"],
)
def test_the_contract_stays_the_exact_prefix(contract: bytes) -> None:
    sealed = seal(contract, EVIDENCE, seal_tools(), TEXT)
    assert hashlib.sha256(sealed.data[: sealed.contract_bytes]).digest() == hashlib.sha256(contract).digest()
    with pikepdf.open(BytesIO(sealed.data), attempt_recovery=False) as pdf:
        assert not pdf.get_warnings()
        assert pdf.attachments[EVIDENCE_NAME].get_file().read_bytes() == EVIDENCE


def test_the_seal_certifies_allows_no_change_and_is_covered_to_the_last_byte() -> None:
    sealed = sealed_pdf()
    reader = PdfFileReader(BytesIO(sealed))
    (signature,), (archive,) = reader.embedded_regular_signatures, reader.embedded_timestamp_signatures
    assert signature.field_name == SEAL_FIELD
    assert signature.docmdp_level is MDPPerm.NO_CHANGES
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    (signer_info,) = signature.signed_data["signer_infos"]
    assert [item["type"].native for item in signer_info["unsigned_attrs"]] == ["signature_time_stamp_token"]
    assert archive.field_name == f"{ARCHIVE_FIELD}1"
    assert archive.byte_range[2] + archive.byte_range[3] == len(sealed)
    assert {"/Certs", "/OCSPs"} <= reader.root["/DSS"].keys()


def test_only_two_revisions_follow_the_contract() -> None:
    assert PdfFileReader(BytesIO(sealed_pdf())).xrefs.total_revisions == 3


def test_the_time_stamps_it_took_are_told_in_order() -> None:
    sealed = seal(small_pdf(), EVIDENCE, seal_tools(), TEXT)
    assert [stamp.url for stamp in sealed.time_stamps] == [TIME_STAMP_URL, TIME_STAMP_URL]
    assert all(abs(stamp.at - now()) < timedelta(minutes=1) for stamp in sealed.time_stamps)
    assert all("not independent" in stamp.name for stamp in sealed.time_stamps)


def test_the_second_authority_is_asked_when_the_first_is_down() -> None:
    tools = seal_tools(urls=(DOWN_URL, TIME_STAMP_URL))
    assert {stamp.url for stamp in seal(small_pdf(), EVIDENCE, tools, TEXT).time_stamps} == {TIME_STAMP_URL}


def test_no_time_stamp_is_no_seal() -> None:
    with pytest.raises(ServiceUnavailable) as refused:
        seal(small_pdf(), EVIDENCE, seal_tools(urls=(DOWN_URL,)), TEXT)
    assert refused.value.code == "seal.no-time-stamp"
    assert DOWN_URL in refused.value.message


def test_an_expired_seal_certificate_is_no_seal() -> None:
    short = Lifetimes(leaf=1)
    old = LocalAuthority(bytes([1]) * 32, clock=lambda: now() - timedelta(days=3), lifetimes=short)
    seal_tools(old)  # issues the certificate, three days ago
    today = LocalAuthority(bytes([1]) * 32, clock=now, certificates=old.certificates, lifetimes=short)
    with pytest.raises(ServiceUnavailable, match="expired") as refused:
        seal(small_pdf(), EVIDENCE, seal_tools(today), TEXT)
    assert refused.value.code == "seal.certificate"


def test_a_revoked_seal_certificate_is_no_seal() -> None:
    authority = local_authority()
    tools = seal_tools(authority)
    authority.revoked[SEAL_LABEL] = Revocation(now() - timedelta(minutes=5))
    with pytest.raises(ServiceUnavailable, match="revoked") as refused:
        seal(small_pdf(), EVIDENCE, tools, TEXT)
    assert refused.value.code == "seal.certificate"


def test_an_unknown_status_is_no_seal() -> None:
    authority = local_authority()
    nobody = {f"{ADDRESS}/tally/ocsp/responder": lambda _: b"", f"{ADDRESS}/tally/crls/root/latest.crl": lambda _: b""}
    with pytest.raises(ServiceUnavailable):
        seal(small_pdf(), EVIDENCE, seal_tools(authority, answers=nobody), TEXT)


FILLED = pikepdf.Dictionary(FT=pikepdf.Name.Sig, V=pikepdf.Dictionary(Type=pikepdf.Name.Sig))


@pytest.mark.parametrize("field", [pikepdf.Dictionary(FT=pikepdf.Name.Tx), FILLED], ids=["text", "filled"])
def test_a_contract_that_has_a_field_of_the_seals_name_is_refused(field: pikepdf.Dictionary) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        field.T = pikepdf.String(SEAL_FIELD)
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([pdf.make_indirect(field)]))

    with pytest.raises(DocumentRefused) as refused:
        seal(small_pdf(change), EVIDENCE, seal_tools(), TEXT)
    assert refused.value.code == "seal.document"


@pytest.mark.parametrize(
    "contract", [b"%PDF-1.7\nnothing", raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 0/Kids[]>>")]
)
def test_what_cannot_be_extended_is_refused(contract: bytes) -> None:
    with pytest.raises(DocumentRefused) as refused:
        seal(contract, EVIDENCE, seal_tools(), TEXT)
    assert refused.value.code == "seal.document"


def test_a_renewal_adds_one_archive_time_stamp_and_keeps_the_file_before_it() -> None:
    authority = local_authority()
    sealed = sealed_pdf(authority=authority)
    renewed = renew(sealed, seal_tools(authority), version=2)
    assert renewed.data.startswith(sealed)
    reader = PdfFileReader(BytesIO(renewed.data))
    assert [stamp.field_name for stamp in reader.embedded_timestamp_signatures] == [
        f"{ARCHIVE_FIELD}{n}" for n in (1, 2)
    ]
    newest = reader.embedded_timestamp_signatures[-1]
    assert newest.byte_range[2] + newest.byte_range[3] == len(renewed.data)
    assert len(renewed.time_stamps) == 1


def test_a_renewal_without_a_time_stamp_is_refused() -> None:
    authority = local_authority()
    with pytest.raises(ServiceUnavailable):
        renew(sealed_pdf(authority=authority), seal_tools(authority, urls=(DOWN_URL,)), version=2)


def test_only_a_pdf_can_be_renewed() -> None:
    with pytest.raises(DocumentRefused):
        renew(b"%PDF-1.7\nnothing", seal_tools(), version=2)


def test_a_seal_asks_each_authority_once() -> None:
    tools = seal_tools()
    seal(small_pdf(), EVIDENCE, tools, TEXT)
    assert isinstance(tools.web, Switchboard)
    assert [url.rsplit("/", 1)[-1] for url in tools.web.asked].count("time-stamps") == 2
    assert len(tools.web.asked) == 4
