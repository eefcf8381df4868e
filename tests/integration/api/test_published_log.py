"""/log/ read by an independent client, written here from the C2SP texts alone (tlog-tiles, tlog-checkpoint, signed-note)."""

import base64
import hashlib
import socket
from dataclasses import dataclass

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from support.live_service import Service
from support.loans import Loan, loan


@dataclass(frozen=True)
class TileClient:
    """Reads one log: a checkpoint under its key, leaf hashes from tiles, inclusion by recomputing the whole tree."""

    http: httpx2.Client
    name: str
    key: str

    def checkpoint(self) -> tuple[int, bytes]:
        answer = self.http.get(f"/log/{self.name}/checkpoint")
        text, _, signatures = answer.text.partition("\n\n")
        origin, size, root = text.split("\n")
        name, key_hash, material = self.key.split("+", 2)
        raw = base64.b64decode(material)
        assert (origin, raw[0]) == (name, 1)
        assert hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4].hex() == key_hash
        line = next(line for line in signatures.splitlines() if line.startswith(f"— {name} "))
        signature = base64.b64decode(line.rsplit(" ", 1)[1])
        assert signature[:4].hex() == key_hash
        Ed25519PublicKey.from_public_bytes(raw[1:]).verify(signature[4:], (text + "\n").encode())
        return int(size), base64.b64decode(root)

    def leaves(self, size: int) -> list[bytes]:
        data = b""
        for index in range((size + 255) // 256):
            width = min(256, size - 256 * index)
            suffix = "" if width == 256 else f".p/{width}"
            answer = self.http.get(f"/log/{self.name}/tile/0/{index:03}{suffix}")
            assert answer.status_code == 200, answer.text
            assert len(answer.content) == 32 * width
            data += answer.content
        return [data[start : start + 32] for start in range(0, len(data), 32)]


def _newest(size: int) -> str:
    """Return the place of the last tile of a tree of this size."""
    full, width = divmod(size, 256)
    return f"{full:03}.p/{width}" if width else f"{full - 1:03}"


def _root(hashes: list[bytes]) -> bytes:
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + _root(hashes[:split]) + _root(hashes[split:])).digest()


@pytest.fixture(scope="module")
def client(service: Service) -> TileClient:
    http = service.nobody().http
    key = next(line["key"] for line in http.get("/log").json()["items"] if line["name"] == "alpha")
    return TileClient(http, "alpha", key)


@pytest.fixture(scope="module")
def made(service: Service) -> Loan:
    return loan(service.officer())


def test_checkpoint_and_tiles_agree_and_hold_a_new_entry(client: TileClient, made: Loan) -> None:
    size, root = client.checkpoint()
    leaves = client.leaves(size)
    assert _root(leaves) == root
    receipt = made.created["receipt"]
    leaf = hashlib.sha256(b"\x00" + _entry_bytes(receipt)).digest()
    assert leaves[receipt["index"]] == leaf


def test_the_log_only_grows(client: TileClient, service: Service) -> None:
    size, root = client.checkpoint()
    before = client.leaves(size)
    loan(service.officer())
    later, _ = client.checkpoint()
    assert later > size
    assert client.leaves(later)[:size] == before
    assert _root(before) == root


def test_a_checkpoint_is_always_asked_for_and_a_tile_is_kept_for_ever(client: TileClient) -> None:
    size, _ = client.checkpoint()
    assert "no-cache" in client.http.get("/log/alpha/checkpoint").headers["cache-control"]
    assert "immutable" in client.http.get(f"/log/alpha/tile/0/{_newest(size)}").headers["cache-control"]
    assert "immutable" not in client.http.get("/log/alpha/tile/0/999").headers.get("cache-control", "")


def test_entry_bundles_need_credentials_and_hold_the_entries(service: Service, client: TileClient) -> None:
    size, _ = client.checkpoint()
    path = f"/log/alpha/tile/entries/{_newest(size)}"
    assert service.nobody().get(path).status_code == 401
    assert service.officer().get(path).status_code == 403
    bundle = service.auditor().get(path)
    assert bundle.status_code == 200
    data, entries = bundle.content, []
    while data:
        length = int.from_bytes(data[:2], "big")
        entries.append(data[2 : 2 + length])
        data = data[2 + length :]
    leaves = client.leaves(size)
    assert [hashlib.sha256(b"\x00" + entry).digest() for entry in entries] == leaves[-len(entries) :]


ATTEMPTS = (
    "/log/alpha/tile/../../beta/checkpoint",
    "/log/alpha/tile/0/../0/000.p/1",
    "/log/alpha/tile/%2e%2e/%2e%2e/ledger.db",
    "/log/alpha/tile/..%2f..%2f..%2fledger.db",
    "/log/alpha/tile//etc/passwd",
    "/log/alpha/tile/0/000.p/1/",
    "/log/alpha/tile/0/000%00",
    "/log/alpha/tile/00/000.p/1",
    "/log/alpha/tile/0/0000.p/1",
    "/log/alpha/tile/0/x000/000.p/1",
    "/log/alpha/tile/0/000.p/01",
    "/log/alpha/tile/0/000.p/256",
    "/log/alpha/tile/0/000.p/0",
    "/log/alpha/tile/0/000.p/-1",
    "/log/alpha/tile/64/000",
    "/log/alpha/tile/0/" + "x999/" * 50 + "999",
    "/log/alpha/tile/0/999",
    "/log/alpha/tile/entries",
    "/log/alpha/documents/x",
    "/log/ALPHA/checkpoint",
    "/log/alph%C3%A4/checkpoint",
    "/log/%00/checkpoint",
    "/log/alpha-access-access/checkpoint",
    "/log/../v1/people",
)


@pytest.mark.parametrize("path", ATTEMPTS)
def test_no_path_leads_out_of_the_published_tree(service: Service, path: str) -> None:
    status, head, body = _raw(service, path)
    assert status in (401, 404), (status, body)
    assert b"application/problem+json" in head
    assert b"passwd" not in body or b'"code"' in body


def test_a_hash_tile_is_not_served_as_a_bundle_nor_the_reverse(service: Service) -> None:
    auditor = service.auditor()
    for path in ("/log/alpha/tile/entries/0/000.p/1", "/log/alpha/tile/entries/../0/000.p/1"):
        assert auditor.get(path).status_code == 404


def _raw(service: Service, path: str) -> tuple[int, bytes, bytes]:
    """Send a request whose path no client library tidies up."""
    host, port = service.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        received = b""
        while chunk := connection.recv(65_536):
            received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1]), head, body


def _entry_bytes(receipt: dict[str, object]) -> bytes:
    entry = receipt["entry"]
    assert isinstance(entry, str)
    return entry.encode()
