"""Key files: created once, opened only by their passphrase, for their purpose, and unaltered."""

import os
import stat
from pathlib import Path

import pytest

from signing.algorithms import Suite
from signing.canonical import Json, decode, encode
from signing.errors import KeyUnavailable
from signing.keys.files import PURPOSES, create_key, load_key, read_public_key
from signing.keys.signer import EvmSigner, Secp256k1Signer
from support.passphrases import CHOSEN, DRAWN

PASSPHRASE = DRAWN.encode()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "institution.key"


def test_created_key_loads_again_and_signs_the_same(path: Path) -> None:
    created = create_key(path, purpose="cosigner", suite=Suite.EIP712, passphrase=PASSPHRASE)
    loaded = load_key(path, purpose="cosigner", passphrase=PASSPHRASE)

    assert isinstance(created, EvmSigner)
    assert isinstance(loaded, EvmSigner)
    assert loaded.sign_digest(bytes(32)) == created.sign_digest(bytes(32))
    assert read_public_key(path) == ("cosigner", created.public)


def test_a_key_under_a_passphrase_that_a_person_chose_loads_again(path: Path) -> None:
    created = create_key(path, purpose="log", suite=Suite.ED25519, passphrase=CHOSEN.encode())
    assert read_members(path)["tag"] == "tally/key-file/v1"
    assert load_key(path, purpose="log", passphrase=CHOSEN.encode()).public == created.public
    assert load_refusal(path) == "key.wrong-passphrase"


def test_key_file_is_private_canonical_and_holds_no_secret(path: Path) -> None:
    created = create_key(path, purpose="sender", suite=Suite.EIP712, passphrase=PASSPHRASE)
    members = read_members(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert members["tag"] == "tally/key-file/v2"
    assert isinstance(created, EvmSigner)
    assert created.dangerously_export().hex() not in path.read_text()


def test_two_keys_of_one_passphrase_share_nothing(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    for path in (first, second):
        assert isinstance(
            create_key(path, purpose="institution", suite=Suite.SECP256K1, passphrase=PASSPHRASE), Secp256k1Signer
        )

    assert all(read_members(first)[name] != read_members(second)[name] for name in ("public", "salt", "sealed"))


def test_existing_file_is_never_overwritten(path: Path) -> None:
    path.write_bytes(b"something")

    assert create_refusal(path) == "key.exists"
    assert path.read_bytes() == b"something"


def test_dangling_link_is_not_followed_when_creating(path: Path) -> None:
    path.symlink_to(path.with_name("elsewhere"))

    assert create_refusal(path) == "key.exists"
    assert not path.with_name("elsewhere").exists()


def test_folder_that_is_missing_is_refused(tmp_path: Path) -> None:
    assert create_refusal(tmp_path / "missing" / "log.key") == "key.not-written"
    assert load_refusal(tmp_path / "missing" / "log.key") == "key.missing"


@pytest.mark.parametrize(
    ("purpose", "suite"),
    [("everything", Suite.ED25519), ("log", Suite.EIP712), ("sender", Suite.ED25519), ("log-evm", Suite.SECP256K1)],
)
def test_suite_that_does_not_serve_the_purpose_is_refused(path: Path, purpose: str, suite: Suite) -> None:
    with pytest.raises(KeyUnavailable) as caught:
        create_key(path, purpose=purpose, suite=suite, passphrase=PASSPHRASE)

    assert caught.value.code == "key.wrong-purpose"
    assert not path.exists()


def test_every_purpose_has_a_suite() -> None:
    assert all(PURPOSES.values())


def test_empty_passphrase_is_refused(path: Path) -> None:
    for act in (create_key_without_passphrase, load_key_without_passphrase):
        with pytest.raises(KeyUnavailable) as caught:
            act(path)
        assert caught.value.code == "key.no-passphrase"
    assert not path.exists()


def test_wrong_passphrase_or_purpose_is_refused(path: Path) -> None:
    create_key(path, purpose="log", suite=Suite.ED25519, passphrase=PASSPHRASE)

    assert load_refusal(path, passphrase=PASSPHRASE + b"x") == "key.wrong-passphrase"
    assert load_refusal(path, purpose="witness") == "key.wrong-purpose"


def test_file_altered_to_another_purpose_suite_or_public_key_does_not_open(path: Path, tmp_path: Path) -> None:
    create_key(path, purpose="log", suite=Suite.ED25519, passphrase=PASSPHRASE)
    other = create_key(tmp_path / "other", purpose="log", suite=Suite.ED25519, passphrase=PASSPHRASE)
    whole = read_members(path)
    rewrite(path, {**whole, "purpose": "witness"})
    assert load_refusal(path, purpose="witness") == "key.wrong-passphrase"

    rewrite(path, {**whole, "public": other.public.raw.hex()})
    assert load_refusal(path) == "key.wrong-passphrase"


@pytest.mark.parametrize(
    "change",
    [
        {"tag": "tally/key-file/v3"},
        {"more": 1},
        {"suite": "rsa"},
        {"purpose": 7},
        {"public": "00"},
        {"salt": "00"},
        {"sealed": "00" * 12},
        {"sealed": None},
    ],
)
def test_file_in_another_form_is_refused(path: Path, change: dict[str, Json]) -> None:
    create_key(path, purpose="log", suite=Suite.ED25519, passphrase=PASSPHRASE)
    rewrite(path, {**read_members(path), **change})

    assert load_refusal(path) == "key.malformed"


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\x00" * 100, b"{}" + b" " * 5000])
def test_file_that_is_no_key_is_refused(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    path.chmod(0o600)

    assert load_refusal(path) == "key.malformed"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602])
def test_file_that_others_can_reach_is_refused_and_says_chmod(path: Path, mode: int) -> None:
    create_key(path, purpose="log", suite=Suite.ED25519, passphrase=PASSPHRASE)
    path.chmod(mode)
    with pytest.raises(KeyUnavailable, match="chmod 600") as caught:
        load_key(path, purpose="log", passphrase=PASSPHRASE)

    assert caught.value.code == "key.exposed"


def test_pipe_or_folder_in_place_of_a_file_is_refused_at_once(path: Path, tmp_path: Path) -> None:
    os.mkfifo(path)

    assert load_refusal(path) == "key.malformed"
    assert load_refusal(tmp_path) == "key.malformed"


def test_path_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to(loop)

    assert load_refusal(loop) == "key.unreadable"


def create_key_without_passphrase(path: Path) -> None:
    create_key(path, purpose="log", suite=Suite.ED25519, passphrase=b"")


def load_key_without_passphrase(path: Path) -> None:
    load_key(path, purpose="log", passphrase=b"")


def create_refusal(path: Path) -> str:
    with pytest.raises(KeyUnavailable) as caught:
        create_key(path, purpose="log", suite=Suite.ED25519, passphrase=PASSPHRASE)
    return caught.value.code


def load_refusal(path: Path, *, purpose: str = "log", passphrase: bytes = PASSPHRASE) -> str:
    with pytest.raises(KeyUnavailable) as caught:
        load_key(path, purpose=purpose, passphrase=passphrase)
    return caught.value.code


def read_members(path: Path) -> dict[str, Json]:
    members = decode(path.read_bytes())
    assert isinstance(members, dict)
    return members


def rewrite(path: Path, members: dict[str, Json]) -> None:
    path.write_bytes(encode(members))
