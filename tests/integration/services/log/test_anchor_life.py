"""The whole life of an anchor, on the embedded chain and on anvil alike."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.chain import registry
from ledger.core.evidence.chain_proof import Registry, prove_head
from ledger.core.log.anchoring import log_subject_id
from ledger.core.log.receipt_chain import AnchorState
from ledger.errors import Conflict, InvalidInput, Unavailable, VerificationFailed
from ledger.services.log.anchor_fact import anchor_fact
from ledger.services.log.anchor_lane import take_lane
from ledger.services.log.bind_chain import Deployed, bind_chain, known_binding, require_binding
from ledger.services.log.register_log import Registering, register_log
from ledger.storage.log import take_pending
from support.chains import Account, open_embedded
from support.doors import Fate, FatedNode
from support.installation import Installation


class TestSetup:
    def test_registration_is_an_entry_of_the_log_itself(self, installation: Installation) -> None:
        rows = installation.stores.database.read(lambda tx: take_pending(tx, installation.log_id, 10))
        entry, binding = json.loads(rows[0].data), known_binding(installation.stores)
        assert binding is not None
        assert installation.log.registry_log_id is not None
        assert (entry["type"], entry["subject"]["id"]) == ("log.registered", log_subject_id(installation.log.origin))
        assert entry["public"] == {
            "chain_id": binding.chain_id,
            "genesis": binding.genesis_hash.hex(),
            "registry": binding.registry.hex(),
            "code_hash": binding.code_hash.hex(),
            "log_id": installation.log.registry_log_id.hex(),
        }

    def test_registering_again_sends_and_records_nothing(self, installation: Installation) -> None:
        nonce = installation.client.pending_nonce(installation.keys.sender.address)
        assert installation.register() == installation.log.registry_log_id
        installation.start()
        assert installation.client.pending_nonce(installation.keys.sender.address) == nonce
        assert len(installation.stores.database.read(lambda tx: take_pending(tx, installation.log_id, 10))) == 1

    def test_binding_to_an_account_without_the_contract_is_refused(self, installation: Installation) -> None:
        with pytest.raises(VerificationFailed) as caught:
            bind_chain(installation.stores, installation.client, Deployed(b"\x77" * 20), installation.now)
        assert caught.value.code == "chain.no-registry"

    def test_log_without_a_recovery_set_is_refused(self, on_embedded: Installation) -> None:
        registering = Registering(act=on_embedded.act, turn=on_embedded.turn, recovery=())
        other = replace(on_embedded.log, id=99)
        with pytest.raises(InvalidInput) as caught:
            register_log(on_embedded.stores, on_embedded.client, other, on_embedded.keys, registering)
        assert caught.value.code == "log-terms.malformed"


class TestLife:
    def test_grown_log_is_final_on_the_chain_with_a_proof_that_needs_no_node(self, installation: Installation) -> None:
        installation.add(3)
        installation.later(301)
        assert installation.anchor().signed
        for _ in range(3):
            installation.mine()
            installation.anchor()
        assert installation.states() == ["final"]
        log = installation.log
        fact = installation.stores.database.read(lambda tx: anchor_fact(tx, log, 2))
        assert fact is not None
        assert fact.proof is not None
        assert (fact.state, fact.size) == (AnchorState.FINAL, installation.head().size)
        head = prove_head(
            fact.proof.header_rlp,
            fact.proof.account_proof,
            fact.proof.storage_proofs,
            Registry(fact.registry, fact.proof.code_hash, fact.log_id),
        )
        assert (head.size, head.root) == (fact.size, installation.head().root)
        assert installation.health().is_well
        assert installation.health().final_size == fact.size

    def test_second_anchor_extends_the_first(self, installation: Installation) -> None:
        for number in (5, 300):
            installation.add(number)
            installation.later(301)
            installation.anchor()
            installation.mine()
            installation.anchor()
        assert installation.head().size == 306  # with the entry of the registration
        assert installation.states() == ["final", "final"]

    def test_log_without_growth_is_left_alone(self, installation: Installation) -> None:
        installation.add()
        installation.later(301)
        installation.anchor()
        installation.mine()
        installation.anchor()
        installation.later(10_000)
        assert installation.anchor().code == "anchor.nothing-new"
        assert len(installation.attempts()) == 1

    def test_signed_agreement_is_anchored_soon_and_others_wait(self, installation: Installation) -> None:
        installation.add()
        installation.later(3)
        progress = installation.anchor()
        assert (progress.signed, progress.code) == (False, "anchor.not-due")
        installation.add(type="agreement.signed")
        assert not installation.anchor().signed
        installation.later(2)
        assert installation.anchor().signed

    def test_log_that_the_registry_does_not_know_waits_and_says_so(self, unregistered: Installation) -> None:
        unregistered.add()
        unregistered.later(301)
        assert unregistered.anchor().code == "anchor.unregistered"
        trouble = unregistered.health().trouble
        assert trouble is not None
        assert trouble.code == "anchor.unregistered"
        assert unregistered.register() is not None
        unregistered.later(2)
        assert unregistered.anchor().signed
        assert unregistered.health().is_well

    def test_other_worker_is_kept_out_while_one_has_the_lane(self, on_embedded: Installation) -> None:
        on_embedded.add()
        on_embedded.later(301)
        lane = take_lane(on_embedded.stores, on_embedded.client, on_embedded.keys.sender, on_embedded.turn)
        assert lane is not None
        on_embedded.worker = "worker-2"
        assert on_embedded.anchor().code == "anchor.not-leading"
        on_embedded.later(16)  # the first worker is dead: its lease runs out
        assert on_embedded.anchor().signed
        with pytest.raises(Conflict) as caught:
            lane.write(lambda _: None)
        assert caught.value.code == "lease.lost"


class TestWrongChain:
    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"chain_id": 1}, "chain.wrong-id"),
            ({"genesis_hash": bytes(32)}, "chain.wrong-genesis"),
            ({"registry": b"\x77" * 20}, "chain.registry-missing"),
            ({"code_hash": bytes(32)}, "chain.registry-missing"),
        ],
    )
    def test_chain_that_differs_from_the_recorded_one_is_refused(
        self, on_embedded: Installation, change: dict[str, object], code: str
    ) -> None:
        binding = known_binding(on_embedded.stores)
        assert binding is not None
        require_binding(on_embedded.client, binding)
        with pytest.raises(Unavailable) as caught:
            require_binding(on_embedded.client, replace(binding, **change))  # type: ignore[arg-type]  # one field each
        assert caught.value.code == code

    def test_turn_on_another_chain_signs_nothing_and_says_so(self, on_embedded: Installation, tmp_path: Path) -> None:
        on_embedded.add()
        on_embedded.later(301)
        with open_embedded(tmp_path / "other", seed=b"other") as other:
            on_embedded.node = FatedNode(other, Fate())
            assert on_embedded.anchor().code == "chain.wrong-id"
        assert on_embedded.attempts() == []

    def test_second_registry_is_refused(self, on_anvil: Installation) -> None:
        account = Account(on_anvil.client, on_anvil.keys.sender, on_anvil.mine)  # type: ignore[arg-type]  # a digest signer is enough
        contract = account.send(None, registry.creation_code()).contract
        assert contract is not None
        with pytest.raises(Conflict) as caught:
            bind_chain(on_anvil.stores, on_anvil.client, Deployed(contract), on_anvil.now)
        assert caught.value.code == "chain.already-bound"

    def test_unbound_installation_says_what_to_run(self, unbound: Installation) -> None:
        with pytest.raises(Unavailable, match="tally chain deploy") as caught:
            unbound.register()
        assert caught.value.code == "chain.unbound"
