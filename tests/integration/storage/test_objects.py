"""One conformity suite for the three stores: a local folder, S3 (moto's server) and memory."""

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from moto.server import ThreadedMotoServer

from ledger.errors import Conflict, InvalidInput, NotFound, Unavailable
from ledger.storage.objects import UPLOADS, Objects


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def s3_options(endpoint: str) -> dict[str, str]:
    return {
        "endpoint": endpoint,
        "access_key_id": "test",
        "secret_access_key": "test",
        "region": "us-east-1",
    }


@pytest.fixture(params=["file", "s3", "memory"])
def objects(request: pytest.FixtureRequest, tmp_path: Path) -> Objects:
    if request.param == "file":
        return Objects((tmp_path / "objects with space").as_uri())
    if request.param == "memory":
        return Objects("memory://")
    endpoint = request.getfixturevalue("s3_endpoint")
    bucket = f"bucket-{abs(hash(tmp_path))}"
    connection = HTTPConnection(urlsplit(endpoint).netloc)
    connection.request("PUT", f"/{bucket}")
    assert connection.getresponse().status == 200
    connection.close()
    return Objects(f"s3://{bucket}/some/prefix", options=s3_options(endpoint))


@pytest.mark.parametrize("data", [b"", b"bytes", bytes(3_000_000)], ids=len)
def test_what_was_put_is_got(objects: Objects, data: bytes) -> None:
    objects.put("tile/0/x001/234.p/5", data)
    assert objects.get("tile/0/x001/234.p/5") == data
    assert objects.exists("tile/0/x001/234.p/5")


def test_the_same_bytes_again_are_welcome_and_others_are_refused(objects: Objects) -> None:
    objects.put("a/b", b"one")
    objects.put("a/b", b"one")
    for other in (b"two", b"", b"one more"):
        with pytest.raises(Conflict) as error:
            objects.put("a/b", other)
        assert error.value.code == "object.differs"
    assert objects.get("a/b") == b"one"


def test_a_missing_object_is_missing(objects: Objects) -> None:
    objects.put("a/b", b"")
    for name in ("nothing", "a", "a/b2"):
        assert not objects.exists(name)
        with pytest.raises(NotFound) as error:
            objects.get(name)
        assert error.value.code == "object.missing"


def test_names_are_listed_in_order_by_folder(objects: Objects) -> None:
    for name in ("b/2", "a/1", "b/10", "c", "bb/1"):
        objects.put(name, b"x")
    assert objects.names() == ["a/1", "b/10", "b/2", "bb/1", "c"]
    assert objects.names("b") == ["b/10", "b/2"]
    assert objects.names("none") == []


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/etc/passwd",
        "../x",
        "a/../b",
        "a//b",
        "a/",
        ".hidden",
        "a/.b",
        "a\\b",
        "ä",
        "a b",
        "a\n",
        "a\x00b",
        "x" * 513,
        "uploading/x",
    ],
)
def test_a_name_outside_the_alphabet_is_refused_everywhere(objects: Objects, name: str) -> None:
    for act in (lambda: objects.put(name, b""), lambda: objects.get(name), lambda: objects.exists(name)):
        with pytest.raises(InvalidInput) as error:
            act()
        assert error.value.code == "object.name"
    assert objects.names() == []


def test_of_concurrent_writers_one_wins_and_the_others_are_told(objects: Objects) -> None:
    def put(number: int) -> int | None:
        try:
            objects.put("contested", bytes([number]) * 1000)
        except Conflict:
            return None
        return number

    with ThreadPoolExecutor(8) as pool:
        winners = [number for number in pool.map(put, range(8)) if number is not None]
    assert len(winners) == 1
    assert objects.get("contested") == bytes(winners) * 1000


def test_local_objects_survive_reopening_and_leave_no_half_written_file(tmp_path: Path) -> None:
    Objects(tmp_path.as_uri()).put("a/b", b"kept")
    again = Objects(tmp_path.as_uri())
    assert again.get("a/b") == b"kept"
    with contextlib.suppress(Conflict):
        again.put("a/b", b"other")
    assert list((tmp_path / UPLOADS).iterdir()) == []


def test_a_file_left_by_a_killed_upload_is_not_an_object(tmp_path: Path) -> None:
    objects = Objects(tmp_path.as_uri())
    (tmp_path / UPLOADS).mkdir()
    (tmp_path / UPLOADS / "abc").write_bytes(b"half")
    objects.put("a", b"whole")
    assert objects.names() == ["a"]


@pytest.mark.parametrize("url", ["", "objects", "file:relative", "file://host/x", "ftp://x/y", "s3://"])
def test_a_url_of_no_known_store_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput) as error:
        Objects(url)
    assert error.value.code == "object.url"


def test_an_s3_option_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InvalidInput) as error:
        Objects("s3://bucket", options={"no_such_option": "x"})
    assert error.value.code == "object.url"


def test_a_bucket_that_does_not_exist_is_unavailable_for_writing(s3_endpoint: str) -> None:
    objects = Objects("s3://no-such-bucket", options=s3_options(s3_endpoint))
    with pytest.raises((Unavailable, NotFound)):
        objects.put("a", b"x")


def test_a_local_folder_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    objects = Objects(tmp_path.as_uri())
    (tmp_path / "a").write_bytes(b"a file where a folder is needed")
    with pytest.raises(Unavailable) as error:
        objects.put("a/b", b"x")
    assert error.value.code == "object.unavailable"
