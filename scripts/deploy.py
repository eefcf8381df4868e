"""Deploy a contract: `ape run deploy --network ethereum:local:test [--account NAME]`; prints its address and code hash.

The code hash is what a trust policy pins; it is compared with the committed artifact before the address is printed.
"""

from __future__ import annotations

import json
from pathlib import Path

import click
from ape import accounts, chain
from ape.cli import ConnectedProviderCommand
from eth_utils.crypto import keccak

ARTIFACT = Path(__file__).resolve().parent.parent / "ledger" / "chain" / "artifacts" / "CheckpointRegistry.json"


@click.command(cls=ConnectedProviderCommand)
@click.option(
    "--account", default=None, help="Alias of the ape account that pays; on a test network the first test account."
)
def cli(account: str | None) -> None:
    """Deploy CheckpointRegistry from the committed artifact."""
    artifact = json.loads(ARTIFACT.read_text())
    sender = accounts.load(account) if account else accounts.test_accounts[0]
    creation = chain.provider.network.ecosystem.create_transaction(data=artifact["bytecode"])
    receipt = sender.call(creation)
    address = receipt.contract_address
    code = bytes(chain.provider.get_code(address))
    if code != bytes.fromhex(artifact["deployed_bytecode"][2:]):
        raise click.ClickException(f"the code at {address} is not the artifact's; expected it byte for byte")
    click.echo(f"CheckpointRegistry {address} on chain {chain.chain_id}, code hash 0x{keccak(code).hex()}")
