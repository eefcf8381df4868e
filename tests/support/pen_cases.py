"""One table of valid and broken signatures over one statement, which every implementation has to judge alike.

Promises: fixed keys; each broken case differs from its valid one in the thing that its name says, and names the refusal that the
Python verifier gives. Used by the unit tests, by the browser script (tests/e2e) and by SignatureVerifier (integration).
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from signing.algorithms import SECP256K1_ORDER, PublicKey, Suite, keccak256
from signing.envelope import Signature
from signing.keys.signer import EvmSigner
from signing.keys.software_pens import OneTimeKey, SoftwarePasskey
from signing.p256 import P256_ORDER, lowered
from signing.statement import Statement
from signing.statement_parts import Head, SeenCheckpoint
from signing.typed_data import typed_digest
from signing.webauthn import Assertion, challenge_of

CHAIN_ID = 31_337
RP_ID = "sign.lender.example"
ORIGIN = "https://sign.lender.example"
DECOY = b'"other_keys_can_be_added_here":"do not compare clientDataJSON against a template. See https://goo.gl/yabPex"'

PASSKEY = SoftwarePasskey(bytes(range(1, 33)), rp_id=RP_ID, origin=ORIGIN)
OTHER_PASSKEY = SoftwarePasskey(bytes(range(2, 34)), rp_id=RP_ID, origin=ORIGIN)
ONE_TIME = OneTimeKey(bytes(range(3, 35)))
WALLET = EvmSigner(bytes(range(4, 36)), purpose="signer")


@dataclass(frozen=True)
class Case:
    """A statement, a signature over it as it was handed in, and the code of its refusal (empty: it holds)."""

    name: str
    statement: Statement
    key: PublicKey
    signature: Signature
    refusal: str = ""
    origin: str = ORIGIN


def statement_for(key: PublicKey, **changes: object) -> Statement:
    facts: dict[str, object] = {
        "agreement": "0193b2a4-7c1e-7d2a-9f00-5a1b2c3d4e5f",
        "document_sha256": hashlib.sha256(b"the document").digest(),
        "document_bytes": 101_900,
        "terms_sha256": b"\x02" * 32,
        "consent_sha256": b"\x03" * 32,
        "signer": "王小明 s-1",
        "role": "borrower",
        "key_id": key.key_id,
        "head": Head(3, b"\x04" * 32),
        "checkpoint": SeenCheckpoint(512, b"\x05" * 32),
        "chain_id": CHAIN_ID,
        "log": "log.example/harbour",
        "nonce": b"\x06" * 32,
        "expires_at": "2026-11-30T15:04:05.123Z",
    }
    return Statement(**(facts | changes))  # type: ignore[arg-type]  # tests name real fields


STATEMENT = statement_for(PASSKEY.public)
MADE = PASSKEY.assertion(STATEMENT.digest)


def sealed(assertion: Assertion, key: SoftwarePasskey = PASSKEY) -> Signature:
    """Sign authenticator data and client data as they are: what a lying browser or authenticator would hand in."""
    signed = assertion.authenticator_data + hashlib.sha256(assertion.client_data).digest()
    made = key._key.sign(signed, ECDSA(SHA256(), deterministic_signing=True))  # noqa: SLF001  # the test is the authenticator
    r, s = decode_dss_signature(made)
    value = lowered(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return passkey_signature(replace(assertion, signature=value), key.public)


def passkey_signature(assertion: Assertion, key: PublicKey = PASSKEY.public) -> Signature:
    return Signature(Suite.WEBAUTHN, key.key_id, assertion.pack())


def cases(chain_id: int = CHAIN_ID) -> list[Case]:
    """Return the table; `chain_id` is of the chain that a wallet's signature is for."""
    return [*_passkey_cases(), *_one_time_cases(), *_wallet_cases(chain_id)]


def _passkey_cases() -> Iterator[Case]:
    for name, client, refusal in _client_data():
        yield _case(name, sealed(replace(MADE, client_data=client)), refusal)
    for name, data, refusal in _authenticator_data():
        yield _case(name, sealed(replace(MADE, authenticator_data=data)), refusal)
    yield from _whole_assertions()


def _case(name: str, signature: Signature, refusal: str = "", origin: str = ORIGIN) -> Case:
    return Case(f"passkey: {name}", STATEMENT, PASSKEY.public, signature, refusal, origin)


def _client_data() -> list[tuple[str, bytes, str]]:
    client, padded = MADE.client_data, challenge_of(STATEMENT.digest) + b"="
    end = client[:-1]
    nested = b',"x":{"type":"a,b}","y":[1,{}]},"origin"'
    return [
        ("a decoy member at the end", end + b"," + DECOY + b"}", ""),
        ("a decoy member first", b"{" + DECOY + b"," + client[1:], ""),
        ("a nested member in between", client.replace(b',"origin"', nested), ""),
        ("no crossOrigin, as older browsers", client.replace(b',"crossOrigin":false', b""), ""),
        ("another type", client.replace(b"webauthn.get", b"webauthn.create"), "passkey.wrong-type"),
        ("type of a payment", client.replace(b"webauthn.get", b"payment.get"), "passkey.wrong-type"),
        ("challenge with padding", client.replace(padded[:-1], padded), "passkey.wrong-challenge"),
        ("framed by another site", client.replace(b"false", b"true"), "passkey.cross-origin"),
        ("crossOrigin as text", client.replace(b"false", b'"false"'), "passkey.cross-origin"),
        ("a top origin", end + b',"topOrigin":"https://a.example"}', "passkey.cross-origin"),
        ("type twice", end + b',"type":"webauthn.get"}', "passkey.malformed"),
        ("origin missing", client.replace(b'"origin"', b'"origen"'), "passkey.malformed"),
        ("type hidden in another member", b'{"x":' + client + b"}", "passkey.malformed"),
        ("an escape", end + b',"x":"\\u0061"}', "passkey.malformed"),
        ("not closed", end, "passkey.malformed"),
        ("a bracket too many", end + b"]}", "passkey.malformed"),
        ("a bracket too few", end + b',"x":[}', "passkey.malformed"),
        ("a text without end", end + b',"x}', "passkey.malformed"),
        ("a member without value", end + b',"x"}', "passkey.malformed"),
        ("space before the members", b"{ " + client[1:], "passkey.malformed"),
        ("empty", b"{}", "passkey.malformed"),
        ("type is no text", client.replace(b'"webauthn.get"', b"7"), "passkey.malformed"),
        *_more_client_data(client),
    ]


def _more_client_data(client: bytes) -> list[tuple[str, bytes, str]]:
    end, challenge, page = client[:-1], challenge_of(STATEMENT.digest), ORIGIN.encode()
    return [
        ("an unknown member twice", end + b',"x":1,"x":2}', ""),
        ("a comma behind the last member", end + b",}", ""),
        ("the longest that is taken", end + b',"x":"' + b"a" * (1024 - len(client) - 7) + b'"}', ""),
        ("challenge twice", end + b',"challenge":"' + challenge + b'"}', "passkey.malformed"),
        ("another challenge behind the right one", end + b',"challenge":"AAAA"}', "passkey.malformed"),
        ("origin twice", end + b',"origin":"' + page + b'"}', "passkey.malformed"),
        ("crossOrigin twice", end + b',"crossOrigin":false}', "passkey.malformed"),
        ("type in the wrong case", client.replace(b'"type"', b'"Type"'), "passkey.malformed"),
        ("a space behind a colon", client.replace(b'"type":', b'"type": '), "passkey.malformed"),
        ("a byte order mark", b"\xef\xbb\xbf" + client, "passkey.malformed"),
        ("a line's end behind it", client + b"\n", "passkey.malformed"),
        (
            "challenge in hexadecimal",
            client.replace(challenge, STATEMENT.digest.hex().encode()),
            "passkey.wrong-challenge",
        ),
        ("challenge cut short", client.replace(challenge, challenge[:-1]), "passkey.wrong-challenge"),
        ("challenge empty", client.replace(challenge, b""), "passkey.wrong-challenge"),
        ("challenge is a number", client.replace(b'"' + challenge + b'"', b"7"), "passkey.malformed"),
        ("origin with a port", client.replace(page, page + b":8443"), "passkey.wrong-origin"),
        ("origin with a path", client.replace(page, page + b"/"), "passkey.wrong-origin"),
        ("origin over plain HTTP", client.replace(page, page.replace(b"https", b"http")), "passkey.wrong-origin"),
        ("origin of a longer name", client.replace(page, page + b".evil.example"), "passkey.wrong-origin"),
        ("origin empty", client.replace(page, b""), "passkey.malformed"),
        (
            "origin in other letters",
            client.replace(page, "https://sіgn.lender.example".encode()),
            "passkey.malformed",
        ),  # a Cyrillic letter
        ("crossOrigin of null", client.replace(b":false", b":null"), "passkey.cross-origin"),
        ("topOrigin of null", end + b',"topOrigin":null}', "passkey.cross-origin"),
        (
            "wrong type and no origin",
            _changed(client, b'"origin"', b'"origen"', b".get", b".create"),
            "passkey.wrong-type",
        ),
        (
            "framed and no challenge",
            _changed(client, b'"challenge"', b'"chalenge"', b"false", b"true"),
            "passkey.cross-origin",
        ),
    ]


def _changed(data: bytes, *pairs: bytes) -> bytes:
    for old, new in zip(pairs[::2], pairs[1::2], strict=True):
        data = data.replace(old, new)
    return data


def _authenticator_data() -> list[tuple[str, bytes, str]]:
    data = MADE.authenticator_data

    def flagged(flags: int) -> bytes:
        return data[:32] + bytes([flags]) + data[33:]

    return [
        ("synced to other devices", flagged(0x1D), ""),
        ("with extensions", flagged(0x85) + b"\xa1\x63abc\xf5", ""),
        ("another relying party", hashlib.sha256(b"evil.example").digest() + data[32:], "passkey.wrong-rp"),
        ("nobody present", flagged(0x04), "passkey.not-present"),
        ("nobody verified", flagged(0x01), "passkey.not-verified"),
        ("backed up and not eligible", flagged(0x15), "passkey.malformed"),
        ("a new credential in it", flagged(0x45), "passkey.malformed"),
        ("extensions without their flag", data + b"\xa0", "passkey.malformed"),
        ("the flag without extensions", flagged(0x85), "passkey.malformed"),
        ("no flag at all", flagged(0x00), "passkey.not-present"),
        ("a bit of the relying party flipped", bytes([data[0] ^ 1]) + data[1:], "passkey.wrong-rp"),
        ("extensions of the longest that is taken", flagged(0x85) + bytes(512 - 37), ""),
    ]


def _whole_assertions() -> Iterator[Case]:
    r, s = MADE.signature[:32], MADE.signature[32:]
    other, elsewhere = statement_for(PASSKEY.public, agreement="another"), statement_for(PASSKEY.public, chain_id=1)
    borrowed = sealed(MADE, OTHER_PASSKEY)
    yield _case("as a browser makes it", passkey_signature(MADE))
    yield _case("replayed for another agreement", sealed(PASSKEY.assertion(other.digest)), "passkey.wrong-challenge")
    yield _case("replayed from another chain", sealed(PASSKEY.assertion(elsewhere.digest)), "passkey.wrong-challenge")
    yield _case("another origin", passkey_signature(MADE), "passkey.wrong-origin", "https://evil.example")
    yield _case("by another passkey", borrowed, "signature.wrong-key")
    under_this_name = replace(borrowed, key_id=PASSKEY.public.key_id)
    yield _case("by another passkey under this name", under_this_name, "signature.invalid")
    for name, signature, refusal in (
        ("high s", twin(MADE.signature, P256_ORDER), "signature.not-low-s"),
        ("r of zero", bytes(32) + s, "signature.malformed"),
        ("s of zero", r + bytes(32), "signature.malformed"),
        ("r of the order", P256_ORDER.to_bytes(32, "big") + s, "signature.malformed"),
        ("s of the order", r + P256_ORDER.to_bytes(32, "big"), "signature.malformed"),
        ("r and s of all ones", b"\xff" * 64, "signature.malformed"),
        ("r and s of one", bytes(31) + b"\x01" + bytes(31) + b"\x01", "signature.invalid"),
        ("r and s changed places", lowered(s + r), "signature.invalid"),
        *((f"bit flipped in signature byte {place}", flip(place), "signature.invalid") for place in (0, 31, 40, 63)),
    ):
        yield _case(name, passkey_signature(replace(MADE, signature=signature)), refusal)
    counted = replace(MADE, authenticator_data=MADE.authenticator_data[:36] + b"\x01")
    yield _case("counter changed after signing", passkey_signature(counted), "signature.invalid")


def _one_time_cases() -> Iterator[Case]:
    statement = statement_for(ONE_TIME.public)
    yield from _plain("one-time key", statement, ONE_TIME.public, lambda made: ONE_TIME.sign(made.to_bytes()))


def _wallet_cases(chain_id: int) -> Iterator[Case]:
    def sign(statement: Statement) -> bytes:
        return WALLET.sign_digest(typed_digest(*statement.typed_data()))

    key, statement = WALLET.public, statement_for(WALLET.public, chain_id=chain_id)
    yield from _plain("wallet", statement, key, sign)
    value = sign(statement)
    yield Case(
        "wallet: the other v",
        statement,
        key,
        Signature(key.suite, key.key_id, _with(value, 55 - value[64])),
        "signature.invalid",
    )
    personal = keccak256(b"\x19Ethereum Signed Message:\n32" + typed_digest(*statement.typed_data()))
    made = Signature(key.suite, key.key_id, WALLET.sign_digest(personal))
    yield Case("wallet: signed as a message", statement, key, made, "signature.invalid")
    for v in (0, 1, 26, 29, 2 * chain_id % 221 + 35):
        name, changed = f"wallet: v of {v}", Signature(key.suite, key.key_id, _with(value, v))
        yield Case(name, statement, key, changed, "signature.malformed")


def _with(signature: bytes, v: int) -> bytes:
    return signature[:64] + bytes([v])


def _plain(name: str, statement: Statement, key: PublicKey, sign: Callable[[Statement], bytes]) -> Iterator[Case]:
    value, order = sign(statement), SECP256K1_ORDER if key.suite is Suite.EIP712 else P256_ORDER

    def case(what: str, changed: bytes, refusal: str = "") -> Case:
        return Case(f"{name}: {what}", statement, key, Signature(key.suite, key.key_id, changed), refusal)

    yield case("as it is made", value)
    yield case("for another agreement", sign(replace(statement, agreement="another")), "signature.invalid")
    yield case("for another chain", sign(replace(statement, chain_id=1)), "signature.invalid")
    yield case("for another document", sign(replace(statement, document_sha256=bytes(32))), "signature.invalid")
    yield case("high s", twin(value, order), "signature.not-low-s")
    yield case("r of zero", bytes(32) + value[32:], "signature.malformed")
    yield case("s of zero", value[:32] + bytes(32) + value[64:], "signature.malformed")
    yield case("r of the order", order.to_bytes(32, "big") + value[32:], "signature.malformed")
    yield case("s of the order", value[:32] + order.to_bytes(32, "big") + value[64:], "signature.malformed")
    yield case("r and s of all ones", b"\xff" * 64 + value[64:], "signature.malformed")
    yield case("r and s of one", bytes(31) + b"\x01" + bytes(31) + b"\x01" + value[64:], "signature.invalid")
    yield case("a signature of zeros", bytes(len(value)), "signature.malformed")
    yield case("for another time", sign(replace(statement, expires_at="2026-12-30T15:04:05.123Z")), "signature.invalid")
    yield case("bit flipped in s", value[:50] + bytes([value[50] ^ 1]) + value[51:], "signature.invalid")


def flip(place: int) -> bytes:
    value = bytearray(MADE.signature)
    value[place] ^= 0x01
    return bytes(value)


def twin(signature: bytes, order: int) -> bytes:
    """Return the other signature that the same key made without knowing: n - s, and the other v."""
    s = order - int.from_bytes(signature[32:64], "big")
    rest = bytes([55 - signature[64]]) if len(signature) > 64 else b""
    return signature[:32] + s.to_bytes(32, "big") + rest
