"""PDFs whose objects stand in a stream of objects, with an index and a cross-reference as a test wants them."""

from collections.abc import Mapping

_OBJECTS = (
    b"<</Type/Catalog/Pages 2 0 R/Extra 7 0 R>>",
    b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<>>>>",
)


def compressed_pdf(inside: bytes, places: Mapping[int, int], *, first: int = 8, count: int = 2) -> bytes:
    """Return a PDF whose objects of these numbers are said to be at these places of object 4, which holds `inside`."""
    stream = b"<</Type/ObjStm/N %d/First %d/Length %d>>stream\n%b\nendstream" % (count, first, len(inside), inside)
    body, entries = bytearray(b"%PDF-1.7\n"), {0: bytes(5) + b"\xff\xff"}
    for number, content in enumerate((*_OBJECTS, stream), start=1):
        entries[number] = b"\x01" + len(body).to_bytes(4, "big") + bytes(2)
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    start = len(body)
    entries[5] = b"\x01" + start.to_bytes(4, "big") + bytes(2)
    entries |= {number: b"\x02\0\0\0\x04" + place.to_bytes(2, "big") for number, place in places.items()}
    size = max(entries) + 1
    table = b"".join(entries.get(number, bytes(7)) for number in range(size))
    head = b"<</Type/XRef/Size %d/W[1 4 2]/Root 1 0 R/Length %d>>stream\n" % (size, len(table))
    return bytes(body) + b"5 0 obj\n" + head + table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % start
