from pathlib import Path

import pytest

from api.wiring.keyring import open_keyring, write_private
from ledger.errors import Unavailable


def test_a_keyring_under_a_given_passphrase_has_its_folder_made(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "keys"
    keyring = open_keyring(folder, "given", make=True)
    assert keyring.passphrase == b"given"
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_first_start_makes_a_passphrase_that_only_the_owner_reads(tmp_path: Path) -> None:
    made = open_keyring(tmp_path / "keys", "", make=True)
    assert (tmp_path / "keys" / "passphrase").stat().st_mode & 0o777 == 0o600
    assert open_keyring(tmp_path / "keys", "", make=False) == made


def test_a_keyring_without_a_passphrase_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as refused:
        open_keyring(tmp_path / "keys", "", make=False)
    assert refused.value.code == "keys.missing"
    assert not (tmp_path / "keys").exists()


def test_a_private_file_is_never_written_over(tmp_path: Path) -> None:
    write_private(tmp_path / "token", "first")
    with pytest.raises(FileExistsError):
        write_private(tmp_path / "token", "second")
    assert (tmp_path / "token").read_text() == "first\n"
