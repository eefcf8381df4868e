"""Key files of an installation: each opened once, whoever asks; a missing or foreign one named."""

import threading
from pathlib import Path

import pytest

from api.wiring.keyring import Keyring, open_shared
from signing.errors import KeyUnavailable
from signing.keys.signer import AnySigner
from support.passphrases import DRAWN

PASSPHRASE = DRAWN.encode()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("keys")
    keyring = Keyring(made, PASSPHRASE)
    open_shared(keyring, make=True, with_sender=True)
    return made


def test_key_asked_for_by_many_threads_is_opened_once(folder: Path) -> None:
    keyring = Keyring(folder, PASSPHRASE)
    opened: list[AnySigner] = []
    threads = [threading.Thread(target=lambda: opened.append(keyring.sender())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened) == 4
    assert len({id(key) for key in opened}) == 1


def test_opened_key_outlives_its_file(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "sender.json"
    file.write_bytes((folder / "sender.json").read_bytes())
    file.chmod(0o600)
    keyring = Keyring(tmp_path, PASSPHRASE)
    first = keyring.sender()
    file.unlink()
    assert keyring.sender() is first


def test_missing_key_is_refused_and_looked_for_again(folder: Path, tmp_path: Path) -> None:
    keyring = Keyring(tmp_path, PASSPHRASE)
    with pytest.raises(KeyUnavailable, match="expected a key file") as refused:
        keyring.sender()
    assert refused.value.code == "key.missing"
    file = tmp_path / "sender.json"
    file.write_bytes((folder / "sender.json").read_bytes())
    file.chmod(0o600)
    assert keyring.sender().purpose == "sender"


def test_secret_under_another_passphrase_is_refused(folder: Path) -> None:
    with pytest.raises(KeyUnavailable) as refused:
        open_shared(Keyring(folder, b"another passphrase"), make=False, with_sender=False)
    assert refused.value.code == "key.wrong-passphrase"


def test_passphrase_does_not_show_in_the_text_of_a_keyring(folder: Path) -> None:
    assert PASSPHRASE.decode() not in repr(Keyring(folder, PASSPHRASE))
