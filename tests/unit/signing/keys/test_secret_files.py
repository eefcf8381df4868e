"""Secret files: made once for one purpose, opened only by their passphrase, and never taken for a key file."""

import stat
from pathlib import Path

import pytest

from signing.algorithms import Suite
from signing.canonical import Json, decode, encode
from signing.errors import KeyUnavailable
from signing.keys.files import create_key, load_key
from signing.keys.secret_files import SECRET_PURPOSES, create_secret, load_secret, read_secret_purpose
from support.passphrases import CHOSEN, DRAWN

PASSPHRASE = DRAWN.encode()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "search.json"


def test_a_secret_under_a_passphrase_that_a_person_chose_loads_again(path: Path) -> None:
    secret = create_secret(path, purpose="search", passphrase=CHOSEN.encode())
    assert read_members(path)["tag"] == "tally/secret-file/v1"
    assert load_secret(path, purpose="search", passphrase=CHOSEN.encode()) == secret
    assert load_refusal(path) == "key.wrong-passphrase"


@pytest.mark.parametrize("purpose", sorted(SECRET_PURPOSES))
def test_created_secret_loads_again(path: Path, purpose: str) -> None:
    secret = create_secret(path, purpose=purpose, passphrase=PASSPHRASE)

    assert len(secret) == 32
    assert load_secret(path, purpose=purpose, passphrase=PASSPHRASE) == secret
    assert read_secret_purpose(path) == purpose


def test_secret_file_is_private_canonical_and_does_not_show_the_secret(path: Path) -> None:
    secret = create_secret(path, purpose="search", passphrase=PASSPHRASE)
    members = read_members(path)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert members.keys() == {"tag", "purpose", "salt", "sealed"}
    assert members["tag"] == "tally/secret-file/v2"
    assert secret.hex() not in path.read_text()


def test_two_secrets_of_one_passphrase_differ(tmp_path: Path) -> None:
    first, second = (create_secret(tmp_path / name, purpose="search", passphrase=PASSPHRASE) for name in "ab")

    assert first != second


def test_existing_file_is_never_overwritten(path: Path) -> None:
    path.write_bytes(b"something")

    assert create_refusal(path) == "key.exists"
    assert path.read_bytes() == b"something"


def test_unknown_purpose_or_empty_passphrase_makes_no_file(path: Path) -> None:
    assert create_refusal(path, purpose="everything") == "key.wrong-purpose"
    assert create_refusal(path, passphrase=b"") == "key.no-passphrase"
    assert not path.exists()


def test_wrong_passphrase_purpose_or_place_is_refused(path: Path) -> None:
    create_secret(path, purpose="search", passphrase=PASSPHRASE)

    assert load_refusal(path, passphrase=PASSPHRASE + b"x") == "key.wrong-passphrase"
    assert load_refusal(path, passphrase=b"") == "key.no-passphrase"
    assert load_refusal(path, purpose="pseudonyms") == "key.wrong-purpose"
    assert load_refusal(path.with_name("missing")) == "key.missing"


def test_secret_renamed_to_another_purpose_does_not_open(path: Path) -> None:
    create_secret(path, purpose="search", passphrase=PASSPHRASE)
    path.write_bytes(encode({**read_members(path), "purpose": "pseudonyms"}))

    assert load_refusal(path, purpose="pseudonyms") == "key.wrong-passphrase"


@pytest.mark.parametrize("change", [{"tag": "tally/secret-file/v3"}, {"more": 1}, {"salt": "00"}, {"sealed": None}])
def test_file_in_another_form_is_refused(path: Path, change: dict[str, Json]) -> None:
    create_secret(path, purpose="search", passphrase=PASSPHRASE)
    path.write_bytes(encode({**read_members(path), **change}))

    assert load_refusal(path) == "key.malformed"


def test_key_file_and_secret_file_are_never_taken_for_each_other(path: Path, tmp_path: Path) -> None:
    create_secret(path, purpose="search", passphrase=PASSPHRASE)
    key = tmp_path / "log.json"
    create_key(key, purpose="log", suite=Suite.ED25519, passphrase=PASSPHRASE)

    assert load_refusal(key) == "key.malformed"
    with pytest.raises(KeyUnavailable) as caught:
        load_key(path, purpose="log", passphrase=PASSPHRASE)
    assert caught.value.code == "key.malformed"


def create_refusal(path: Path, *, purpose: str = "search", passphrase: bytes = PASSPHRASE) -> str:
    with pytest.raises(KeyUnavailable) as caught:
        create_secret(path, purpose=purpose, passphrase=passphrase)
    return caught.value.code


def load_refusal(path: Path, *, purpose: str = "search", passphrase: bytes = PASSPHRASE) -> str:
    with pytest.raises(KeyUnavailable) as caught:
        load_secret(path, purpose=purpose, passphrase=passphrase)
    return caught.value.code


def read_members(path: Path) -> dict[str, Json]:
    members = decode(path.read_bytes())
    assert isinstance(members, dict)
    return members
