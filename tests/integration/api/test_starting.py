"""What an installation refuses to start with, each with its code (DESIGN section 10: refuse to start rather than guess)."""

import threading
from pathlib import Path

import pytest
from pydantic import ValidationError

from api.commands.chain_status import read_status
from api.settings import Settings
from api.wiring import ids
from api.wiring.first_start import ensure_chain, ensure_verifier
from api.wiring.installation import Installation, open_installation
from ledger.errors import Conflict, LedgerError, Unavailable
from ledger.services.log.anchor_parties import Turn
from ledger.services.log.bind_chain import bind_chain
from ledger.services.log.deploy_registry import deploy_registry
from ledger.storage.migrate import migrate
from signing.errors import KeyUnavailable
from support.anvil import running_anvil
from support.live_service import HOME, PASSPHRASE, Service, running_service, settings_in

RICH = 10**20  # wei


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An installation that was started once."""
    settings = settings_in(tmp_path_factory.mktemp("started-once"))
    with running_service(settings, work=False) as running:
        assert running.nobody().get("/readyz").status_code == 200
    return settings


def _refusal(settings: Settings, *, make: bool = False) -> str:
    try:
        open_installation(settings, make=make).close()
    except (LedgerError, KeyUnavailable) as error:
        return error.code
    return "started"


def test_a_folder_that_was_never_started_is_refused(tmp_path: Path) -> None:
    assert _refusal(settings_in(tmp_path, key_passphrase="")) == "keys.missing"
    assert _refusal(settings_in(tmp_path)) == "key.missing"


def test_a_started_installation_opens_again(home: Settings) -> None:
    assert _refusal(home) == "started"


def test_signature_verifier_is_deployed_once_and_said_where(service: Service) -> None:
    pause = threading.Event()
    for _ in range(100):  # the worker of the service may have the sender's nonces just now
        ensure_verifier(service.here)
        first = read_status(service.here).signature_verifier
        if first.startswith("0x") or pause.wait(0.05):
            break
    ensure_verifier(service.here)
    assert first.startswith("0x")
    assert read_status(service.here).signature_verifier == first


def test_an_unmigrated_database_is_refused(home: Settings, tmp_path: Path) -> None:
    empty = home.model_copy(update={"database": f"sqlite:///{tmp_path / 'empty.db'}"})
    assert _refusal(empty) == "database.unmigrated"
    migrate(empty.database_url)
    assert _refusal(empty) == "started"


def test_a_database_of_another_kind_is_refused(home: Settings) -> None:
    assert _refusal(home.model_copy(update={"database": "mysql://x/y"})) == "database.url"


def test_a_wrong_passphrase_is_refused(home: Settings) -> None:
    wrong = Settings(**{**home.model_dump(), "key_passphrase": "another"})
    assert _refusal(wrong) == "key.wrong-passphrase"


@pytest.mark.parametrize("name", ["sender.json", "record-keys.json", "search.json", "pseudonyms.json"])
def test_a_missing_key_file_is_refused(home: Settings, name: str) -> None:
    file = home.keys_folder / name
    kept = file.read_bytes()
    mode = file.stat().st_mode
    file.unlink()
    try:
        assert _refusal(home) == "key.missing"
    finally:
        file.write_bytes(kept)
        file.chmod(mode)


@pytest.mark.parametrize("name", ["institution.json", "log.json", "cosigner.json"])
def test_a_missing_key_of_an_institution_is_refused_before_anything_is_served(home: Settings, name: str) -> None:
    file = home.keys_folder / HOME / name
    kept = file.read_bytes()
    mode = file.stat().st_mode
    file.unlink()
    try:
        with pytest.raises(KeyUnavailable) as refused, running_service(home):
            pytest.fail("it started without one of its keys")
        assert refused.value.code == "key.missing"
        assert name in refused.value.message
    finally:
        file.write_bytes(kept)
        file.chmod(mode)


def test_a_second_process_on_the_same_embedded_chain_is_refused(service: Service) -> None:
    with pytest.raises(Conflict) as refused:
        open_installation(service.settings)
    assert refused.value.code == "chain.already-open"


def test_a_chain_id_other_than_the_bound_one_is_refused(home: Settings) -> None:
    with pytest.raises(Unavailable) as refused, running_service(home.model_copy(update={"chain_id": 1}), work=False):
        pytest.fail("it started on a chain that it was told not to use")
    assert refused.value.code == "chain.wrong-id"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "70000"),
        ("chain", "ftp://x"),
        ("threads", "1"),
        ("finality", "soon"),
        ("log_level", "loud"),
        ("answer_seconds", "0"),
    ],
)
def test_a_setting_out_of_bounds_is_refused_by_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ValidationError) as refused:
        settings_in(tmp_path, **{name: value})
    assert name in str(refused.value).lower()


def test_a_passphrase_is_not_shown_where_settings_are_printed(tmp_path: Path) -> None:
    assert PASSPHRASE not in repr(settings_in(tmp_path))
    assert PASSPHRASE not in str(settings_in(tmp_path).model_dump())


def test_a_node_that_is_gone_degrades_the_service_and_another_chain_is_refused(tmp_path: Path) -> None:
    with running_anvil() as node:
        settings = settings_in(tmp_path, chain=node.url, finality="0")
        here = open_installation(settings, make=True)
        with pytest.raises(Unavailable) as unbound:
            ensure_chain(here)
        assert unbound.value.code == "chain.unbound"
        node.give(here.keyring.sender(make=True).address, RICH)
        _deploy(here, node.mine)
        here.close()
        with running_anvil("--chain-id", "4242") as other:
            with pytest.raises(Unavailable) as wrong, running_service(settings.model_copy(update={"chain": other.url})):
                pytest.fail("it started on another chain")
            assert wrong.value.code == "chain.wrong-id"
    with running_service(settings) as running:
        assert running.administrator().post("/v1/people", json={"name": "Written Meanwhile"}).status_code == 201
        ready = running.nobody().get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
        chain = next(check for check in ready.json()["checks"] if check["name"] == "chain:alpha")
        assert not chain["ok"]


def _deploy(here: Installation, mine: object) -> None:
    assert callable(mine)
    turn = Turn(now=ids.now(), holder="test", policy=here.anchor_policy("UTC"))
    for _ in range(5):
        deployed = deploy_registry(here.stores, here.client, here.sender(), turn)
        if deployed is not None:
            bind_chain(here.stores, here.client, deployed, ids.now())
            return
        mine()
    pytest.fail("the registry was not deployed")
