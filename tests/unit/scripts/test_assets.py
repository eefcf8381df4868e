"""What assets.py accepts as obtained, and what it takes out of an archive."""

import base64
import hashlib
import io
import json
import sys
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from support.shared_data import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "scripts"))

import assets  # lies beside the other scripts, which are no package
from toolchain import ToolMissingError


def archive(folder: Path, files: dict[str, bytes]) -> Path:
    path = folder / "made.tgz"
    with tarfile.open(path, "w:gz") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def package(folder: Path, made: Path, *files: str) -> assets.Package:
    digest = base64.b64encode(hashlib.sha512(made.read_bytes()).digest()).decode()
    return assets.Package("@x/font", "1.0.0", f"sha512-{digest}", folder / "into", files)


def test_only_the_wanted_files_are_taken_and_vouched_for(tmp_path: Path) -> None:
    made = archive(tmp_path, {"package/a.otf": b"a", "package/maps/b": b"b", "package/big.woff2": b"c"})
    wanted = package(tmp_path, made, "a.otf", "maps/")
    assert assets.obtained(wanted) == ()
    assets.unpack(wanted, made, tmp_path / "staging")
    found = assets.obtained(wanted)
    assert sorted(path.relative_to(wanted.into).as_posix() for path in found) == ["a.otf", "maps/b"]
    assert not (wanted.into / "big.woff2").exists()


@pytest.mark.parametrize("change", ["altered", "missing", "other version", "other files"])
def test_files_that_are_not_as_they_were_fetched_do_not_count(tmp_path: Path, change: str) -> None:
    made = archive(tmp_path, {"package/a.otf": b"a"})
    wanted = package(tmp_path, made, "a.otf")
    assets.unpack(wanted, made, tmp_path / "staging")
    told = json.loads(wanted.marker.read_text())
    if change == "altered":
        (wanted.into / "a.otf").write_bytes(b"b")
    elif change == "missing":
        (wanted.into / "a.otf").unlink()
    elif change == "other version":
        wanted.marker.write_text(json.dumps({**told, "integrity": "sha512-x"}))
    else:
        wanted.marker.write_text(json.dumps({**told, "files": ["a.otf", "b.otf"]}))
    assert assets.obtained(wanted) == ()


def test_other_bytes_than_the_locked_ones_are_refused(tmp_path: Path) -> None:
    wanted = package(tmp_path, archive(tmp_path, {"package/a.otf": b"a"}), "a.otf")
    with pytest.raises(ToolMissingError, match=r"package-lock\.json"):
        assets.check_integrity(wanted, archive(tmp_path, {"package/a.otf": b"b"}))


@pytest.mark.parametrize("name", ["package/../../a.otf", "package//etc/a.otf"])
def test_a_path_that_leaves_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    made = archive(tmp_path, {name: b"a"})
    wanted = package(tmp_path, made, name.partition("/")[2])
    with pytest.raises(ToolMissingError, match="leaves its folder"):
        assets.unpack(wanted, made, tmp_path / "staging")


def test_a_file_that_the_package_lacks_is_named(tmp_path: Path) -> None:
    made = archive(tmp_path, {"package/a.otf": b"a"})
    with pytest.raises(ToolMissingError, match=r"has no b\.otf"):
        assets.unpack(package(tmp_path, made, "a.otf", "b.otf"), made, tmp_path / "staging")


def test_every_asset_is_locked_without_an_address() -> None:
    assert all(one.integrity.startswith("sha512-") for one in assets.listed())
    assert "resolved" not in (assets.ASSETS / "package-lock.json").read_text()


def test_names_of_other_packages_become_addresses_and_nothing_else_changes(tmp_path: Path) -> None:
    code = b"import { a } from '@x/other/a.js'; // see '@x/other/a.js'\nimport { b } from \"./b.js\";\n"
    made = archive(tmp_path, {"package/deep/a.js": code, "package/a.js": code})
    asked = replace(package(tmp_path, made, "a.js", "deep/"), imports=(("@x/other", tmp_path / "other"),))
    assets.unpack(asked, made, tmp_path / "staging")
    assert (asked.into / "a.js").read_bytes() == code.replace(b"from '@x/other/", b"from '../other/")
    assert (asked.into / "deep" / "a.js").read_bytes() == code.replace(b"from '@x/other/", b"from '../../other/")
    assert assets.obtained(asked)
    assert assets.obtained(replace(asked, imports=())) == ()
