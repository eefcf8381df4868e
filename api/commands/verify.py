"""`tally verify`: ten answers about a file, its receipt and the reader's own trust policy (DESIGN section 8).

Promises: with --offline nothing is asked and nothing but the verifier is loaded, so a court expert can read what runs; exit codes
0 all required answers yes · 1 altered or invalid · 2 wrong use · 3 a required answer is not checked.
Leaves to others: every check (ledger.core.evidence), asking a node (verify_online).

Its options are read by argparse: typer loads pydantic for every argument, which alone takes the time this command may take.
"""

import hashlib
import os
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NoReturn

from api.commands.files import STANDARD, hash_file, read_file
from api.commands.outcome import note, say, say_json
from api.commands.progress import progress
from api.commands.report_text import report_text
from api.commands.tables import facts
from ledger.core.evidence import package, trust
from ledger.core.evidence.answers import Language, Report
from ledger.core.evidence.trust import TrustPolicy, parse_trust
from ledger.core.evidence.verify_file import NOTHING_CONFIRMED, ConfirmedHeader, FileFacts, verify
from ledger.errors import InvalidInput

TRUST_FILE: Final = Path("trust.json")
_BESIDE: Final = (".evidence.json", ".receipt.json")
_BAR_BYTES: Final = 64 << 20  # a file below this is hashed before a bar could be read

_EPILOG = """\
FILE may be `-` (standard input), and so may RECEIPT. Without --receipt, FILE.evidence.json or FILE.receipt.json beside
FILE is taken; contract.pdf may also have contract.evidence.json. Without --trust, the file named by TALLY_TRUST, else
./trust.json. A trust policy is yours, never the sender's: the report names the one that was used, with its SHA-256.

Exit codes: 0 every required answer is yes · 1 some answer is no · 2 wrong use · 3 a required answer is not checked.
"""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the command line asks for."""

    file: Path
    receipt: Path | None
    trust: Path | None
    rpc: str | None
    offline: bool
    as_json: bool
    language: Language


@dataclass(frozen=True, kw_only=True)
class Given:
    """What the answers rest on, read."""

    file: FileFacts
    receipt_path: Path
    material: bytes
    trust_path: Path
    policy: TrustPolicy
    policy_sha256: bytes


def app(*, args: Sequence[str], prog_name: str) -> None:
    """Run the command and end with its exit code."""
    options = read_options(args, prog_name)
    given = read_given(options)
    confirmed = NOTHING_CONFIRMED if options.offline else _ask(options, given)
    now = datetime.now(UTC)  # noqa: TID251  # a command is where the clock is read
    report = verify(given.file, given.material, given.policy, now=now, confirmed=confirmed)
    _print(options, given, report)
    sys.exit(report.exit_code)


def read_options(args: Sequence[str], prog_name: str = "tally verify") -> Options:
    """Return the options of a command line; wrong use ends the process with a message and exit code 2."""
    found = _parser(prog_name).parse_args(list(args), _Found())
    if found.rpc and found.offline:
        raise InvalidInput("verify.options", "--offline asks nobody and --rpc asks a node: give one of them")
    return Options(
        file=found.file,
        receipt=found.receipt,
        trust=found.trust,
        rpc=found.rpc,
        offline=found.offline,
        as_json=found.json,
        language=found.lang,
    )


class _Found(Namespace):
    """Where argparse puts what it found, with types."""

    file: Path
    receipt: Path | None
    trust: Path | None
    rpc: str | None
    offline: bool
    json: bool
    lang: Language


class _Parser(ArgumentParser):
    """Refuses as every other command does: one line with a code."""

    def error(self, message: str) -> NoReturn:
        raise InvalidInput("verify.options", f"{message}; see `{self.prog} --help`")


def _parser(prog_name: str) -> ArgumentParser:
    parser = _Parser(
        prog=prog_name,
        usage=f"{prog_name} [OPTIONS] FILE",
        description="Check a file against its receipt or evidence package; works offline.",
        epilog=_EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("file", metavar="FILE", type=Path, help="the file as you were given it")
    parser.add_argument("--receipt", metavar="FILE", type=Path, help="its receipt or evidence package")
    parser.add_argument(
        "--trust", metavar="FILE", type=Path, help="your trust policy: which logs, keys and chain you believe"
    )
    parser.add_argument("--rpc", metavar="URL", help="a chain node that you trust, asked whether blocks are final")
    parser.add_argument("--offline", action="store_true", help="ask nobody: no network, no service")
    parser.add_argument("--json", action="store_true", help="print the report as JSON (tally/report/v1)")
    parser.add_argument("--lang", choices=("en", "zh"), default="en", help="language of the report (en)")
    return parser


def read_given(options: Options, environment: Mapping[str, str] = os.environ) -> Given:  # noqa: TID251  # the settings would load pydantic
    """Read the three files and hash the first; raise InvalidInput: verify.no-receipt, verify.no-trust, file.*, trust.*."""
    receipt_path = options.receipt or _beside(options.file)
    trust_path = options.trust or _own_policy(environment)
    if options.file == STANDARD == receipt_path:
        raise InvalidInput("verify.options", "standard input is either the file or its receipt: name the other one")
    policy = read_file(trust_path, most=trust.MAX_BYTES)
    parsed = parse_trust(policy)
    material = read_file(receipt_path, most=package.MAX_BYTES)
    return Given(
        file=_file_facts(options.file),
        receipt_path=receipt_path,
        material=material,
        trust_path=trust_path,
        policy=parsed,
        policy_sha256=hashlib.sha256(policy).digest(),
    )


def _beside(file: Path) -> Path:
    stems = [file.name] if file != STANDARD else []
    stems += [file.stem] if file.suffix else []
    names = [file.with_name(stem + ending) for stem in stems for ending in _BESIDE]
    for path in names:
        if path.is_file():
            return path
    looked = f" (looked for {', '.join(path.name for path in names)} beside it)" if names else ""
    message = f"expected the receipt or evidence of {file}{looked}; name it with --receipt, or fetch it with `tally receipt get`"
    raise InvalidInput("verify.no-receipt", message)


def _own_policy(environment: Mapping[str, str]) -> Path:
    named = environment.get("TALLY_TRUST")
    if named:
        return Path(named)
    if TRUST_FILE.is_file():
        return TRUST_FILE
    message = (
        "expected a trust policy, the list of logs, keys and chain that you believe: name it with --trust or TALLY_TRUST, or keep it as "
        "./trust.json; `tally trust export` writes that of an installation"
    )
    raise InvalidInput("verify.no-trust", message)


def _file_facts(path: Path) -> FileFacts:
    size = path.stat().st_size if path.is_file() else None
    with progress("Hashing", size, unit="bytes", shown=size is None or size >= _BAR_BYTES) as advance:
        return FileFacts(*hash_file(path, advance))


def _ask(options: Options, given: Given) -> Mapping[int, ConfirmedHeader]:
    from api.commands.verify_online import ask_chain  # noqa: PLC0415  # web3 and the settings, only where a node is asked

    asked = ask_chain(given.policy, given.material, options.rpc)
    note(asked.note)
    return asked.confirmed


def _print(options: Options, given: Given, report: Report) -> None:
    if options.as_json:
        say_json(report.to_json())
        return
    name = "standard input" if options.file == STANDARD else str(options.file)
    say(
        facts(
            [
                ("File", f"{name}, {given.file.byte_length:,} bytes"),
                ("Evidence", str(given.receipt_path)),
                ("Trust", f"{given.trust_path}, SHA-256 {given.policy_sha256.hex()}"),
            ]
        )
    )
    say("\n" + report_text(report, options.language))
