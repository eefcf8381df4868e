"""A key ceremony by files among three institutions, and one evaluator as a process of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from api.cli import run
from api.commands.ceremony_folder import PLAN, Own, take_step
from api.wiring.co_located import share_file
from ledger.core.blacklist.epochs import parse_signed_epoch
from ledger.core.blacklist.signed import payload, read_json
from ledger.core.log.permissions import Role
from ledger.errors import Conflict, LedgerError
from ledger.partner.doors import HttpEvaluators
from signing.canonical import encode
from signing.keys.evaluators import load_share
from signing.oprf.protocol import blind, finalize
from signing.oprf.threshold import MODE, check_part, combine
from support.blacklist_service import HONEST, BlacklistService
from support.consortium import EVALUATORS, plan_of, signer
from support.live_service import HOME, PASSPHRASE
from support.oprf import scalar_named

TALLY = (sys.executable, "-c", "from api.cli import main; main()")
SECONDS = 30


def own(folder: Path, index: int) -> Own:
    home = folder / f"home-{index}"
    home.mkdir(exist_ok=True)
    return Own(EVALUATORS[index], home, PASSPHRASE.encode())


def test_three_institutions_make_a_key_by_exchanging_files(tmp_path: Path) -> None:
    folder = tmp_path / "exchanged"
    folder.mkdir()
    (folder / PLAN).write_bytes(payload(plan_of(2)))
    first = [take_step(folder, own(tmp_path, index)).done for index in (1, 2, 3)]
    assert first[0] == "round one: yours is in the folder; waiting for evaluators 2, 3"
    for _ in range(2):
        for index in (1, 2, 3):
            take_step(folder, own(tmp_path, index))
    signed = parse_signed_epoch(read_json((folder / "epoch.json").read_bytes(), "x.y"))
    shares = {
        index: load_share(
            tmp_path / f"home-{index}" / f"share-{signed.epoch.id.hex()[:16]}-{index}.json",
            epoch=signed.epoch.id,
            passphrase=PASSPHRASE.encode(),
        )
        for index in (1, 3)
    }
    blinded = [blind(MODE, b"subject", scalar_named("blind"))]
    parts = [share.evaluate(blinded, bytes(32)) for share in shares.values()]
    for part in parts:
        check_part(part, blinded, signed.epoch.share_keys)
    assert finalize(b"subject", scalar_named("blind"), combine(parts, 2)[0])
    assert run(["evaluator", "show", str(folder)]) == 0
    assert run(["evaluator", "judge", str(folder)]) == 0
    assert not list(tmp_path.glob("home-*/ceremony-*"))[1:], "seeds are destroyed once the epoch is whole"


def test_a_step_with_a_key_that_is_not_in_the_plan_is_refused(tmp_path: Path) -> None:
    (tmp_path / PLAN).write_bytes(payload(plan_of(2)))
    stranger = replace(own(tmp_path, 1), signer=signer("stranger"))
    with pytest.raises(LedgerError) as error:
        take_step(tmp_path, stranger)
    assert error.value.code == "dkg.not-in-plan"


@contextmanager
def node(blacklist: BlacklistService, folder: Path, index: int) -> Iterator[str]:
    """`tally evaluator run` on a free port, with its own database and the share of one evaluator."""
    service = blacklist.service
    here, epoch_id = service.here, blacklist.epoch.id
    files = {
        "epoch.json": service.nobody().get(f"/v1/blacklist/epochs/{epoch_id.hex()}").content,
        "members.json": encode(
            {
                "tag": "tally/blacklist-members/v1",
                "registry": blacklist.home.policy.registries[0].to_json(),
                "members": [
                    {"institution": name, "key": key.to_json(), "quota": 300}
                    for name, key in sorted(blacklist.home.policy.institutions.items())
                ],
            }
        ),
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,  # noqa: TID251  # a child needs its PATH
        "TALLY_DATA": str(folder / "data"),
        "TALLY_PORT": str(port),
        "TALLY_KEY_PASSPHRASE": PASSPHRASE,
        "TALLY_TOKEN": service.person(Role.PARTNER, institution=HOME).token,
    }
    arguments = ["evaluator", "run", "--epoch", str(folder / "epoch.json"), "--members", str(folder / "members.json")]
    arguments += ["--share", str(share_file(here, epoch_id, index)), "--registry", service.url]
    arguments += ["--key", str(here.keyring.folder / f"evaluator-{index}.json")]
    with (folder / "node.log").open("wb") as log:
        process = subprocess.Popen([*TALLY, *arguments], env=environment, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(process, url, folder / "node.log")
        yield url
    finally:
        process.terminate()
        process.wait(SECONDS)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    for _ in range(SECONDS * 10):
        assert process.poll() is None, log.read_text()
        try:
            if httpx2.get(f"{url}/livez").status_code == 200:
                return
        except httpx2.HTTPError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())


def test_an_evaluator_apart_answers_like_one_beside_and_refuses_likewise(
    blacklist: BlacklistService, tmp_path: Path
) -> None:
    checker = blacklist.neighbour
    with node(blacklist, tmp_path, 3) as url, httpx2.Client(base_url=url) as apart:
        beside = checker.evaluators.addresses[1]
        mixed = replace(checker, evaluators=HttpEvaluators({1: beside, 3: apart}))
        (result,) = mixed.check(HONEST)
        assert [answer.record.evaluator for answer in result.receipt.answers] == [1, 3]
        with pytest.raises(Conflict) as error:
            mixed.evaluators.answer(3, result.receipt.request.to_bytes())
        assert error.value.code == "check.replayed"
        assert apart.post("/v1/blacklist/evaluators/3/answers", content=b"{").status_code == 422
        assert (
            apart.post("/v1/blacklist/evaluators/2/answers", content=result.receipt.request.to_bytes()).status_code
            == 422
        )
