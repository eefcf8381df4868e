"""`tally trust`: write the policy that an installation states about itself, and read one before believing it."""

from pathlib import Path
from typing import Annotated

import typer

from api.commands.connection import AsJson, Force, Url, connected_anonymously
from api.commands.files import STANDARD, read_file, write_file
from api.commands.outcome import note, say, say_json
from api.commands.tables import facts, table
from ledger.core.evidence.trust import MAX_BYTES, TrustPolicy, parse_trust
from signing.canonical import decode

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, no_args_is_help=True, help="Export and inspect trust policies."
)


@app.command()
def export(
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="Where to write; - for standard output.")
    ] = Path("trust.json"),
    *,
    force: Force = False,
    url: Url = None,
) -> None:
    """Write the trust policy that the service states about itself."""
    with connected_anonymously(url) as client:
        data = client.get_bytes("/v1/trust")
    policy = parse_trust(data)
    write_file(output, data, force=force)
    if output != STANDARD:
        note(f"Wrote {output}: {len(policy.logs)} log(s), requires {_required(policy)}.")
        note(
            f"It is the operator's own word. Before relying on it, compare the keys had by another way: tally trust show {output}"
        )


@app.command()
def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A trust policy; - for standard input.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Say which logs, witnesses, chain and keys a policy believes."""
    data = read_file(file, most=MAX_BYTES)
    policy = parse_trust(data)
    if as_json:
        say_json(decode(data))
        return
    say(facts(_head(policy)))
    say(
        "\n"
        + table(("LOG", "OF", "KEY"), [(log.origin, log.institution_name, log.key.encode()) for log in policy.logs])
    )
    if policy.witnesses:
        rows = [(witness.name, witness.organisation, witness.key.encode()) for witness in policy.witnesses]
        say("\n" + table(("WITNESS", "OF", "KEY"), rows))
    if policy.institution_keys:
        say(
            "\n"
            + table(
                ("INSTITUTION", "KEY"), [(pinned.institution, pinned.key.key_id) for pinned in policy.institution_keys]
            )
        )


def _head(policy: TrustPolicy) -> list[tuple[str, str]]:
    lines = [
        ("Requires", _required(policy)),
        ("Witnesses", f"{policy.quorum} of {len(policy.witnesses)}" if policy.witnesses else "none"),
    ]
    chain = policy.chain
    if chain is None:
        lines.append(("Chain", "none"))
    else:
        finality = f"{chain.finality} blocks deep" if chain.finality else "the chain's own finality"
        lines.append(("Chain", f"{chain.chain_id}, {len(chain.headers)} block(s) pinned, final means {finality}"))
        lines.append(("Registry", f"0x{chain.registry.hex()}"))
    lines += [
        ("Checkpoint", f"{pinned.origin} at {pinned.size} entries: {pinned.root.hex()}")
        for pinned in policy.checkpoints
    ]
    if policy.self_operated:
        lines.append(("Operated", "self-operated, not independent"))
    return lines


def _required(policy: TrustPolicy) -> str:
    return ", ".join(name.label for name in sorted(policy.required))
