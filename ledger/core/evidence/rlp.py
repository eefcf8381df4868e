"""Strict RLP: the encoding of Ethereum headers, accounts and trie nodes (Yellow Paper, appendix B).

Promises: `decode` accepts only the one canonical encoding of an item, whole, within limits; `encode` writes it.
Leaves to others: what the items mean.
"""

from typing import TypeAlias

from ledger.errors import VerificationFailed

Item: TypeAlias = "bytes | tuple[Item, ...]"

MAX_BYTES = 16 * 1024  # a branch node is 532 bytes, a header about 640; consortium headers carry validator lists
MAX_DEPTH = 5  # branch > extension > branch > leaf, each short enough to stand inside the other, and its strings
_SHORT = 55  # payloads up to here carry their length in the first byte
_STRING, _LIST = 0x80, 0xC0


def decode(data: bytes) -> Item:
    """Return the item that `data` is; raise VerificationFailed "rlp.malformed" for anything but its canonical bytes."""
    if len(data) > MAX_BYTES:
        raise _malformed(f"expected at most {MAX_BYTES} bytes, got {len(data)}")
    item, end = _item(data, 0, MAX_DEPTH)
    if end != len(data):
        raise _malformed(f"expected the item to end at byte {end}, got {len(data) - end} more bytes")
    return item


def encode(item: Item) -> bytes:
    """Return the canonical bytes of `item`."""
    if isinstance(item, bytes):
        return item if len(item) == 1 and item[0] < _STRING else _header(_STRING, len(item)) + item
    payload = b"".join(encode(child) for child in item)
    return _header(_LIST, len(payload)) + payload


def strings(item: Item, *, least: int, most: int) -> tuple[bytes, ...]:
    """Return `item` as a list of byte strings, `least` to `most` of them, or refuse."""
    if isinstance(item, bytes) or not least <= len(item) <= most:
        raise _malformed(f"expected a list of {least} to {most} fields")
    fields = tuple(field for field in item if isinstance(field, bytes))
    if len(fields) != len(item):
        raise _malformed("expected fields that are byte strings, got a list among them")
    return fields


def integer(field: bytes, *, max_bytes: int) -> int:
    """Return the unsigned integer of `field`: big-endian, no leading zero, zero as the empty string."""
    if len(field) > max_bytes or field[:1] == b"\x00":
        raise _malformed(f"expected an integer of at most {max_bytes} bytes without a leading zero")
    return int.from_bytes(field, "big")


def _item(data: bytes, start: int, depth: int) -> tuple[Item, int]:
    if depth == 0:
        raise _malformed(f"expected at most {MAX_DEPTH} levels of nesting")
    first = _slice(data, start, 1)[0]
    if first < _STRING:
        return data[start : start + 1], start + 1
    kind = _LIST if first >= _LIST else _STRING
    payload_start, length = _length(data, start, first - kind)
    payload = _slice(data, payload_start, length)
    end = payload_start + length
    if kind == _LIST:
        return _children(data, payload_start, end, depth - 1), end
    if length == 1 and payload[0] < _STRING:
        raise _malformed("expected a small byte to stand for itself, got it with a length")
    return payload, end


def _children(data: bytes, start: int, end: int, depth: int) -> tuple[Item, ...]:
    children: list[Item] = []
    while start < end:
        child, start = _item(data[:end], start, depth)
        children.append(child)
    return tuple(children)


def _length(data: bytes, start: int, size: int) -> tuple[int, int]:
    if size <= _SHORT:
        return start + 1, size
    digits = _slice(data, start + 1, size - _SHORT)
    length = int.from_bytes(digits, "big")
    if digits[0] == 0 or length <= _SHORT:
        raise _malformed("expected the shortest form of a length")
    return start + 1 + len(digits), length


def _slice(data: bytes, start: int, length: int) -> bytes:
    part = data[start : start + length]
    if len(part) != length:
        raise _malformed(f"expected {length} bytes at offset {start}, got {len(part)}")
    return part


def _header(kind: int, length: int) -> bytes:
    if length <= _SHORT:
        return bytes([kind + length])
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([kind + _SHORT + len(digits)]) + digits


def _malformed(reason: str) -> VerificationFailed:
    return VerificationFailed("rlp.malformed", f"this is not canonical RLP: {reason}")
