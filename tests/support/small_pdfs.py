"""Small PDFs made on the spot, each with one defect or none."""

import warnings
import zlib
from collections.abc import Callable
from io import BytesIO

import pikepdf

MIB = 1024 * 1024


def small_pdf(change: Callable[[pikepdf.Pdf], None] = lambda _: None, *, pages: int = 1) -> bytes:
    """Return a plain PDF of empty pages after `change` was made to it."""
    with pikepdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        change(pdf)
        written = BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", pikepdf.PageCopyWarning
            )  # a field that the form does not list is wanted here
            pdf.save(written, deterministic_id=True)
        return written.getvalue()


def encrypted_pdf(*, user: str, owner: str) -> bytes:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        written = BytesIO()
        pdf.save(written, encryption=pikepdf.Encryption(user=user, owner=owner))
        return written.getvalue()


def raw_pdf(*objects: bytes) -> bytes:
    """Return a PDF of these object bodies, numbered from 1 (the catalogue), with a right cross-reference table."""
    body, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    trailer = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return bytes(body) + head + table + trailer


def raw_page(content: bytes, *more: bytes) -> bytes:
    """Return a PDF of one page whose content stream (object 4) is this object body."""
    catalogue, tree = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
    return raw_pdf(
        catalogue, tree, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<>>/Contents 4 0 R>>", content, *more
    )


def pages_pdf(count: int) -> bytes:
    """Return a PDF of so many empty pages, quickly."""
    kids = b" ".join(b"%d 0 R" % (3 + place) for place in range(count))
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<>>>>"
    tree = b"<</Type/Pages/Count %d/Kids[%b]>>" % (count, kids)
    return raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", tree, *[page] * count)


def inflating_pdf(mebibytes: int) -> bytes:
    """Return a PDF whose one stream grows a thousandfold when it is decoded; building it costs no such memory."""
    packer = zlib.compressobj(9)
    first = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = first + again * (mebibytes - 1) + packer.flush()
    return raw_page(b"<</Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (len(packed), packed))
