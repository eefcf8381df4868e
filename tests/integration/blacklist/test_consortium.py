"""The blacklist's chain side: versions on record, members by the contract's word, the commands that propose and vote."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from api.cli import run
from api.commands.evaluator_members import parse_members
from api.commands.verify_list import version_on_record
from api.settings import Settings
from api.wiring import ids
from api.wiring.consortium import consortium_turn, found_consortium, own_card, root_keys
from api.wiring.first_start import InstitutionOrder, ensure_chain, ensure_institution
from api.wiring.installation import Installation, open_installation
from ledger.chain import blacklist_registry
from ledger.chain import consortium as contract
from ledger.chain.client import ChainClient
from ledger.chain.faults import Reverted
from ledger.core.blacklist.consortium import ChainMember, Place, proposal_digest, vote_digest
from ledger.core.blacklist.policy import parse_check_policy
from ledger.core.log.permissions import Role
from ledger.errors import InvalidInput, LedgerError, NotAllowed, NotFound, Unavailable, VerificationFailed
from ledger.partner.endorsing import endorse_epoch, endorse_version
from ledger.services.blacklist.act_in_consortium import Deed, act_in_consortium
from ledger.services.blacklist.join_consortium import join_consortium
from ledger.services.blacklist.known import signed_version
from ledger.services.blacklist.publish_roots import RootState, publish_roots
from ledger.services.blacklist.watch_consortium import watch_consortium
from ledger.storage.blacklist import EpochRow, epochs
from ledger.storage.chain_setup import setup_transactions
from ledger.storage.consortium import ConsortiumRow, consortium_of_installation, newest_on_chain
from ledger.storage.token_tree import newest_versions, version_numbered
from signing.canonical import Json, encode
from signing.keys.signer import EvmSigner
from support.blacklist_service import HONEST, BlacklistService
from support.chains import evm_key
from support.consortium import signer
from support.live_service import HOME, NEIGHBOUR, settings_in

PATIENCE, PAUSE_SECONDS = 200, 0.05  # others of this process send too, and versions are a second apart


@dataclass(frozen=True)
class Chain:
    """The chain side of a running service."""

    blacklist: BlacklistService
    row: ConsortiumRow

    @property
    def here(self) -> Installation:
        return self.blacklist.service.here

    @property
    def epoch(self) -> EpochRow:
        rows = self.here.stores.database.read(epochs)
        return next(row for row in rows if row.id == self.blacklist.epoch.id)

    def publish(self, client: ChainClient | None = None) -> RootState:
        keys = replace(root_keys(self.here), cadence_seconds=1)
        turn = consortium_turn(self.here, ids.new_id())
        return publish_roots(self.here.stores, client or self.here.client, keys, turn, self.epoch)

    def on_record(self) -> int:
        return self.here.stores.database.read(lambda tx: newest_on_chain(tx, self.epoch.id))

    def propose(self, kind: contract.Kind, member: ChainMember) -> int:
        number = contract.proposals(self.here.client, self.row.consortium) + 1
        deadline = self.here.client.block("latest").timestamp + 3600
        change = contract.change_hash(kind, member)
        digest = proposal_digest(self.place, number=number, change=change, deadline=deadline)
        signature = self.here.keyring.consortium("voter").sign_digest(digest)
        data = contract.propose_data(kind, member, deadline=deadline, signature=signature)
        until(lambda: self.act(Deed(f"propose:{number}", lambda: data)))
        return number

    def vote_data(self, number: int, voter: EvmSigner) -> bytes:
        digest = vote_digest(self.place, number=number, in_favour=True)
        return contract.vote_data(number, in_favour=True, signature=voter.sign_digest(digest))

    def vote(self, number: int, voter: EvmSigner) -> None:
        until(lambda: self.act(Deed(f"vote:{number}", lambda: self.vote_data(number, voter))))

    def enact(self, number: int) -> None:
        until(lambda: self.act(Deed(f"enact:{number}", lambda: contract.enact_data(number))))
        watch_consortium(self.here.stores, self.here.client, ids.now())

    def decide(self, kind: contract.Kind, member: ChainMember) -> None:
        """Propose and enact, while this institution is the only member."""
        self.enact(self.propose(kind, member))

    @property
    def place(self) -> Place:
        return Place(self.here.chain_id, self.row.consortium)

    def act(self, deed: Deed) -> bool:
        turn = consortium_turn(self.here, ids.new_id())
        return act_in_consortium(self.here.stores, self.here.client, self.here.sender(), turn, deed)


def until(step: Callable[[], object]) -> None:
    pause = threading.Event()
    assert any(step() or pause.wait(PAUSE_SECONDS) for _ in range(PATIENCE)), "this never came to be"


@pytest.fixture(scope="module")
def chain(blacklist: BlacklistService) -> Chain:
    here, holder = blacklist.service.here, ids.new_id()
    until(lambda: found_consortium(here, [own_card(here)], holder))
    row = here.stores.database.read(consortium_of_installation)
    assert row is not None
    return Chain(blacklist, row)


class Silent:
    """A node that takes no transactions."""

    def __init__(self, client: ChainClient) -> None:
        self.client = client

    def request(self, method: str, arguments: list[Json]) -> Json:
        if method == "eth_sendRawTransaction":
            raise Unavailable("chain.unreachable", "the node is away")
        return self.client._node.request(method, arguments)  # noqa: SLF001  # the real node behind


def test_versions_come_on_record_though_the_chain_was_away_when_they_were_signed(chain: Chain) -> None:
    until(lambda: chain.publish() is RootState.NOTHING_NEW)
    away = ChainClient(Silent(chain.here.client), confirmations=0)

    def is_signed_in_vain() -> bool:
        try:
            if chain.publish(away) is RootState.NOTHING_NEW:
                chain.blacklist.publish()  # the one before came too soon after its predecessor
        except Unavailable as error:
            return error.code == "chain.unreachable"
        return False

    until(is_signed_in_vain)
    newest = chain.here.stores.database.read(lambda tx: newest_versions(tx, chain.epoch.id, limit=1))[0]
    purpose = f"blacklist:version:{chain.epoch.id.hex()[:16]}:{newest.number}"
    (kept,) = chain.here.stores.database.read(lambda tx: setup_transactions(tx, purpose))
    until(lambda: chain.publish() is RootState.NOTHING_NEW and chain.on_record() == newest.number)
    assert chain.here.client.receipt(kept.transaction_hash) is not None
    assert blacklist_registry.root(chain.here.client, chain.row.registry, chain.epoch.id, newest.number) == newest.root
    assert blacklist_registry.root(chain.here.client, chain.row.registry, chain.epoch.id, newest.number + 1) is None


def test_versions_endpoint_says_how_far_they_are_on_record(chain: Chain) -> None:
    found = chain.blacklist.home.registry.get(f"epochs/{chain.epoch.id.hex()}/versions")
    assert json.loads(found)["chain"] == {
        "chain_id": chain.here.chain_id,
        "registry": f"0x{chain.row.registry.hex()}",
        "consortium": f"0x{chain.row.consortium.hex()}",
        "final": chain.on_record(),
        "cadence": 600,
    }


def test_verifier_asks_a_node_whether_the_chain_has_the_very_version(chain: Chain) -> None:
    rpc = f"{chain.blacklist.service.url}/rpc"
    believed = parse_check_policy(chain.blacklist.home.registry.get("policy")).chain
    assert believed is not None
    row = chain.here.stores.database.read(lambda tx: version_numbered(tx, chain.epoch.id, chain.on_record()))
    assert row is not None
    version = signed_version(row).record
    assert version_on_record(believed, version, rpc).answer == "yes"
    assert version_on_record(believed, replace(version, root=b"\x07" * 32), rpc).answer == "no"
    assert version_on_record(believed, replace(version, number=10**6), rpc).answer == "not checked"
    assert version_on_record(replace(believed, registry=chain.row.consortium), version, rpc).answer == "no"
    with pytest.raises(VerificationFailed, match="another history"):
        version_on_record(replace(believed, genesis=bytes(32)), version, rpc)


def test_institution_that_left_may_not_check_and_one_that_came_back_may(chain: Chain) -> None:
    neighbour, voter = chain.blacklist.neighbour, evm_key("neighbour's voter")
    card = replace(
        own_card(chain.here),
        institution=chain.blacklist.service.institutions[NEIGHBOUR].id,
        voter=voter.address,
        signer=evm_key("neighbour's signer").address,
        key=signer("neighbour", "blacklist-partner").public.raw,
    )
    chain.decide(contract.Kind.ADMIT, card)
    assert neighbour.check(HONEST)  # it is answered; other tests may have listed the subject
    number = chain.propose(contract.Kind.REMOVE, contract.removal(card.institution))
    with pytest.raises(Reverted, match="ConsortiumNoMajority"):  # two members now, of whom one voted
        chain.act(Deed(f"enact:{number}", lambda: contract.enact_data(number)))
    chain.vote(number, voter)
    with pytest.raises(Reverted, match="ConsortiumAlreadyVoted"):
        chain.act(Deed(f"vote:{number}:again", lambda: chain.vote_data(number, voter)))
    chain.enact(number)
    with pytest.raises(LedgerError) as refused:
        neighbour.check(HONEST)
    assert "not a member" in refused.value.message
    chain.decide(contract.Kind.ADMIT, card)
    assert neighbour.check(HONEST)  # it is answered; other tests may have listed the subject


def test_with_two_members_a_version_waits_for_the_others_endorsement(chain: Chain) -> None:
    joint, checker = evm_key("neighbour's signer"), chain.blacklist.neighbour
    assert len(contract.members(chain.here.client, chain.row.consortium)) == 2
    until(lambda: chain.publish() is RootState.WAITING or not chain.blacklist.publish())
    believed = parse_check_policy(checker.registry.get("policy")).chain
    assert believed is not None
    given = endorse_version(believed, checker.synced(), joint.sign_digest)
    epoch = endorse_epoch(believed, chain.blacklist.epoch, 600, joint.sign_digest)
    assert json.loads(checker.registry.post("endorsements", epoch, once=ids.new_id())) == {"is_new": True}
    stranger = {**given, "signature": evm_key("stranger").sign_digest(bytes(32)).hex()}
    with pytest.raises(NotAllowed, match="no member's signature"):
        checker.registry.post("endorsements", stranger, once=ids.new_id())
    with pytest.raises(NotFound):
        checker.registry.post("endorsements", {**given, "version": 10**6}, once=ids.new_id())
    with pytest.raises(InvalidInput):
        checker.registry.post("endorsements", {**given, "signature": "00" * 65}, once=ids.new_id())

    def endorsed() -> bool:
        newest = checker.synced()
        answer = checker.registry.post(
            "endorsements", endorse_version(believed, newest, joint.sign_digest), once=ids.new_id()
        )
        is_again = json.loads(answer) == {"is_new": False}
        chain.publish()
        return is_again and chain.on_record() == newest.version.record.number

    until(endorsed)


def test_endorse_command_signs_what_the_own_copy_has(
    chain: Chain, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    service = chain.blacklist.service
    values = {
        "DATA": str(service.settings.data),
        "URL": service.url,
        "TOKEN": service.person(Role.PARTNER, institution=HOME).token,
        "INSTITUTION_CODE": HOME,
        "KEY_PASSPHRASE": service.settings.key_passphrase.get_secret_value(),
    }
    for name, value in values.items():
        monkeypatch.setenv(f"TALLY_{name}", value)
    assert run(["blacklist", "policy", "--force"]) == 0
    capsys.readouterr()
    assert run(["consortium", "endorse", "--json"]) == 0
    signed = json.loads(capsys.readouterr().out)
    newest = chain.here.stores.database.read(lambda tx: newest_versions(tx, chain.epoch.id, limit=1))[0].number
    assert {"purpose": "blacklist", "epoch": 1, "version": newest} in signed
    assert run(["consortium", "endorse"]) == 0


def test_address_without_the_contracts_is_refused(chain: Chain) -> None:
    stores, client = chain.here.stores, chain.here.client
    with pytest.raises(VerificationFailed, match="another contract"):
        join_consortium(stores, client, chain.row.consortium, ids.now())
    assert join_consortium(stores, client, chain.row.registry, ids.now()).consortium == chain.row.consortium


def test_commands_show_members_propose_vote_and_enact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = settings_in(tmp_path)
    prepare(settings)
    for name, value in (
        ("DATA", str(tmp_path)),
        ("INSTITUTION_CODE", HOME),
        ("KEY_PASSPHRASE", settings.key_passphrase.get_secret_value()),
    ):
        monkeypatch.setenv(f"TALLY_{name}", value)

    def tally(*arguments: str) -> dict[str, object]:
        assert run([*arguments]) == 0, capsys.readouterr().err
        return dict(json.loads(capsys.readouterr().out))

    card = tmp_path / "card.json"
    assert run(["consortium", "card", "-o", str(card), "--role", "checker"]) == 0
    newcomer = json.loads(card.read_text()) | {"institution": "bank-b", "voter": "11" * 20, "signer": "22" * 20}
    (tmp_path / "b.json").write_bytes(encode(newcomer))
    capsys.readouterr()
    proposed = tally("consortium", "propose", "admit", str(tmp_path / "b.json"), "--json")
    assert (proposed["number"], proposed["in_favour"], proposed["needed"]) == (1, 1, 1)
    assert tally("consortium", "enact", "1", "--json")["enacted"] is True
    shown = tally("consortium", "list", "--json")
    assert len(list(shown["members"])) == 2  # type: ignore[call-overload]  # a list, as the next line reads it
    assert run(["consortium", "vote", "1"]) != 0
    assert "ConsortiumEnacted" in capsys.readouterr().err
    run(["chain", "status", "--json"])
    status = json.loads(capsys.readouterr().out)
    assert (status["consortium"], status["lists"]) == (shown["consortium"], [])
    assert run(["registry", "admit", "bank-c"]) != 0
    assert "member.no-key" in capsys.readouterr().err
    assert run(["registry", "admit", "bank-b", "--quota", "5"]) == 0
    assert run(["registry", "members", "-o", str(tmp_path / "members.json")]) == 0
    kept = parse_members((tmp_path / "members.json").read_bytes()).members
    assert {name: one.quota for name, one in kept.items()} == {"bank-b": 5}


def prepare(settings: Settings) -> None:
    """Make an installation with a consortium of one, and close it."""
    here = open_installation(settings, make=True)
    try:
        ensure_institution(here, InstitutionOrder(code=HOME, name="Alpha Lender", zone="Asia/Shanghai"))
        ensure_chain(here)
        holder = ids.new_id()
        until(lambda: found_consortium(here, [own_card(here)], holder))
    finally:
        here.close()
