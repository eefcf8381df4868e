"""One-page PDFs written by hand: content, resources, catalogue and further objects as a test wants them."""

from support.small_pdfs import raw_pdf

HEAD = (b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>")


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (entries, len(content), content)


def form(content: bytes, resources: bytes = b"") -> bytes:
    return stream(content, b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<<%b>>" % resources)


def bare(content: bytes) -> bytes:
    """Return a form without resources of its own, as old programs wrote them."""
    return form(content).replace(b"/Resources<<>>", b"")


def page(content: bytes, *objects: bytes, resources: bytes = b"", more: bytes = b"", root: bytes = b"") -> bytes:
    """Return a PDF of one page with this content (object 4), further objects from 5 on, and more entries of page and catalogue."""
    entries = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<<%b>>%b>>" % (resources, more)
    return raw_pdf(b"<</Type/Catalog/Pages 2 0 R%b>>" % root, HEAD[1], entries, stream(content), *objects)
