"""P256VERIFY at 0x100, called as a contract would call it: through eth_call."""

from collections.abc import Iterator
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from ledger.chain.client import ChainClient
from support.chains import open_embedded

PRECOMPILE = (0x100).to_bytes(20, "big")
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
KEY = ec.derive_private_key(int.from_bytes(sha256(b"published test key: p256").digest(), "big"), ec.SECP256R1())
MESSAGE = b"what was signed"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChainClient]:
    with open_embedded(tmp_path_factory.mktemp("chain")) as chain:
        yield chain.client()


def words(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(32, "big") for number in numbers)


def good_input() -> bytes:
    r, s = decode_dss_signature(KEY.sign(MESSAGE, ec.ECDSA(SHA256())))
    point = KEY.public_key().public_numbers()
    return sha256(MESSAGE).digest() + words(r, s, point.x, point.y)


def test_signature_that_holds_is_one(client: ChainClient) -> None:
    assert client.call(PRECOMPILE, good_input()) == words(1)


def test_other_half_of_the_signature_holds_too_as_the_standard_says(client: ChainClient) -> None:
    data = good_input()
    s = int.from_bytes(data[64:96], "big")
    assert client.call(PRECOMPILE, data[:64] + words(ORDER - s) + data[96:]) == words(1)


@pytest.mark.parametrize("at", range(0, 160, 7))
def test_any_changed_byte_is_nothing(client: ChainClient, at: int) -> None:
    data = good_input()
    assert client.call(PRECOMPILE, data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]) == b""


@pytest.mark.parametrize("length", [0, 32, 159, 161, 320])
def test_input_of_another_length_is_nothing(client: ChainClient, length: int) -> None:
    assert client.call(PRECOMPILE, (good_input() * 2)[:length]) == b""


@pytest.mark.parametrize(("r", "s"), [(0, 1), (1, 0), (ORDER, 1), (1, ORDER), (2**256 - 1, 2**256 - 1)])
def test_number_out_of_range_is_nothing(client: ChainClient, r: int, s: int) -> None:
    assert client.call(PRECOMPILE, good_input()[:32] + words(r, s) + good_input()[96:]) == b""


def test_point_at_infinity_is_nothing(client: ChainClient) -> None:
    assert client.call(PRECOMPILE, good_input()[:96] + words(0, 0)) == b""
