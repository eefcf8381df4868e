"""How much a file becomes when it is decoded and drawn, counted without keeping any of it.

Promises: compressed streams are inflated piece by piece and only counted; pictures are judged by the sizes that they claim, in
the PDF and in their own header.
Leaves to others: other encodings, which the caps of the process bound.
"""

import zlib
from collections.abc import Iterator

import pikepdf

from signing.pdf.child.findings import Findings

MAX_DECODED = 512 * 1024 * 1024  # of all streams together: a phone must be able to show the file
MAX_PIXELS = 150_000_000  # of one picture: A2 at 600 dpi has 139 million
_PIECE = 1 << 20
_INFLATING = frozenset({"/FlateDecode", "/Fl"})
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # JPEG: those that begin a frame
_MARKER = 0xFF
_JPEG2000_SIZES = b"\xff\x4f\xff\x51"  # a codestream begins with its sizes
_JBIG2_HEADER_BYTES, _UNKNOWN_HEIGHT = 19, 0xFFFFFFFF
_JBIG2_PAGE, _JBIG2_KIND = 48, 0x3F


def check_sizes(pdf: pikepdf.Pdf, findings: Findings) -> None:
    """Find streams that inflate beyond all use, and pictures beyond all pixels."""
    left = MAX_DECODED
    for value in pdf.objects:
        if isinstance(value, pikepdf.Stream):
            if value.get("/Subtype") == pikepdf.Name.Image and _pixels(value) > MAX_PIXELS:
                findings.add("pdf.too-many-pixels", f"{_pixels(value)} pixels in one picture")
            try:
                left -= inflated_length(value, left)
            except zlib.error as error:
                findings.add("pdf.malformed", f"a stream that does not inflate: {error}")
            if left <= 0:
                findings.add("pdf.inflates", f"more than {MAX_DECODED} bytes when decoded")
                return


def inflated_length(stream: pikepdf.Stream, most: int) -> int:
    """Return how many bytes the stream's inflating filters make of it, at most a little more than `most`."""
    pieces: Iterator[bytes] = iter((stream.read_raw_bytes(),))
    filters = filters_of(stream)
    for _ in range(_leading(filters)):
        pieces = _inflated(pieces)
    length = 0
    for piece in pieces:
        length += len(piece)
        if length > most:
            break
    return length


def first_bytes(stream: pikepdf.Stream, count: int) -> bytes:
    """Return the first decoded bytes, without decoding the rest where that can be had."""
    filters = filters_of(stream)
    if _leading(filters) < len(filters):
        return bytes(stream.read_bytes()[:count])
    pieces: Iterator[bytes] = iter((stream.read_raw_bytes(),))
    for _ in filters:
        pieces = _inflated(pieces)
    try:
        return next(pieces, b"")[:count]
    except zlib.error:  # that it does not inflate is found by its size
        return b""


def filters_of(stream: pikepdf.Stream) -> list[str]:
    found = stream.get("/Filter")
    return (
        [str(one) for one in found] if isinstance(found, pikepdf.Array) else [str(found)] if found is not None else []
    )


def _leading(filters: list[str]) -> int:
    return next((place for place, name in enumerate(filters) if name not in _INFLATING), len(filters))


def _inflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the inflated bytes in pieces."""
    inflater = zlib.decompressobj()
    for piece in pieces:
        waiting = piece
        while waiting and not inflater.eof:
            yield inflater.decompress(waiting, _PIECE)
            waiting = inflater.unconsumed_tail


def _pixels(image: pikepdf.Stream) -> int:
    claimed = [_area(image.get("/Width"), image.get("/Height")), _area(image.get("/W"), image.get("/H"))]
    return max(*claimed, _own_pixels(image))


def _area(width: object, height: object) -> int:
    return width * height if isinstance(width, int) and isinstance(height, int) else 0


def _own_pixels(image: pikepdf.Stream) -> int:
    """Return the area that the picture's own header claims, where it has one that we know."""
    kind = filters_of(image)[-1:]
    if kind in (["/DCTDecode"], ["/DCT"]) and len(filters_of(image)) == 1:
        return _jpeg_area(image.read_raw_bytes())
    if kind == ["/JPXDecode"]:
        return _jpeg2000_area(image.read_raw_bytes()[:4096])
    if kind in (["/CCITTFaxDecode"], ["/CCF"]):
        return _fax_area(image.get("/DecodeParms", image.get("/DP")))
    return _jbig2_area(image.read_raw_bytes()[:32]) if kind == ["/JBIG2Decode"] else 0


def _jpeg_area(data: bytes) -> int:
    place = 2
    while place + 9 <= len(data) and data[place] == _MARKER:
        marker, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4], "big")
        if marker in _FRAME_MARKERS:
            return int.from_bytes(data[place + 5 : place + 7], "big") * int.from_bytes(
                data[place + 7 : place + 9], "big"
            )
        place += 2 + length
    return 0


def _jpeg2000_area(data: bytes) -> int:
    _, boxed, size = data.partition(b"ihdr")
    _, coded, sizes = data.partition(_JPEG2000_SIZES)
    area = int.from_bytes(size[:4], "big") * int.from_bytes(size[4:8], "big") if boxed else 0
    return max(area, int.from_bytes(sizes[4:8], "big") * int.from_bytes(sizes[8:12], "big") if coded else 0)


def _fax_area(parameters: object) -> int:
    last = parameters[-1] if isinstance(parameters, pikepdf.Array) and len(parameters) else parameters
    return _area(last.get("/Columns"), last.get("/Rows")) if isinstance(last, pikepdf.Dictionary) else 0


def _jbig2_area(data: bytes) -> int:
    if len(data) < _JBIG2_HEADER_BYTES or data[4] & _JBIG2_KIND != _JBIG2_PAGE:
        return 0
    height = int.from_bytes(data[15:19], "big")
    return 0 if height == _UNKNOWN_HEIGHT else int.from_bytes(data[11:15], "big") * height
