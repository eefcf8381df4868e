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
from types import ModuleType
from typing import Final, NoReturn, cast

from api.commands.files import STANDARD, hash_file, read_file
from api.commands.outcome import note, say, say_json
from api.commands.progress import progress
from api.commands.report_text import report_text
from api.commands.tables import facts
from api.commands.verify_check import Asking, is_about_a_check, is_subject_access, verify_check, verify_subject_access
from ledger.core.evidence import package, trust
from ledger.core.evidence.answers import Language, Report
from ledger.core.evidence.sealed_file import looks_sealed
from ledger.core.evidence.trust import TrustPolicy, parse_trust
from ledger.core.evidence.verify_file import (
    NOTHING_CONFIRMED,
    ConfirmedHeader,
    FileFacts,
    SealedFile,
    evidence_of,
    verify,
)
from ledger.errors import InvalidInput

TRUST_FILE: Final = Path("trust.json")
_BESIDE: Final = (".evidence.json", ".receipt.json")
MOST_SEALED_BYTES: Final = 50 << 20  # what the inspection of a sealed file accepts
_BAR_BYTES: Final = 64 << 20  # a file below this is hashed before a bar could be read

_EPILOG = """\
FILE may be `-` (standard input), and so may RECEIPT. Without --receipt, FILE.evidence.json or FILE.receipt.json beside
FILE is taken; contract.pdf may also have contract.evidence.json. A sealed PDF carries evidence of its own, with commitments only:
what lies beside it opens them, and its seal is a separate answer. Without --trust, the file named by TALLY_TRUST, else
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

    file: FileFacts | SealedFile
    receipt_path: Path | None
    material: bytes | None
    trust_path: Path
    policy: TrustPolicy
    policy_sha256: bytes


def app(*, args: Sequence[str], prog_name: str) -> None:
    """Run the command and end with its exit code."""
    options = read_options(args, prog_name)
    if is_subject_access(options.file):
        sys.exit(verify_subject_access(options.file, options.trust, as_json=options.as_json))
    if options.receipt is not None and is_about_a_check(options.receipt):
        asking = Asking(options.rpc, options.offline)
        sys.exit(verify_check(options.file, options.receipt, options.trust, asking, as_json=options.as_json))
    given = read_given(options)
    if options.offline:
        # Without cffi pycryptodome loads its Keccak by ctypes: a dozen hashes need no C parser, which takes 20 ms to load.
        sys.modules.setdefault("cffi", cast("ModuleType", None))
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
    receipt_path = options.receipt or find_beside(options.file)
    trust_path = options.trust or _own_policy(environment)
    if options.file == STANDARD == receipt_path:
        raise InvalidInput("verify.options", "standard input is either the file or its receipt: name the other one")
    policy = read_file(trust_path, most=trust.MAX_BYTES)
    parsed = parse_trust(policy)
    material = read_file(receipt_path, most=package.MAX_BYTES) if receipt_path else None
    file = _read(options.file, parsed)
    if material is None and not (isinstance(file, SealedFile) and file.evidence):
        raise _no_receipt(options.file)
    return Given(
        file=file,
        receipt_path=receipt_path,
        material=material,
        trust_path=trust_path,
        policy=parsed,
        policy_sha256=hashlib.sha256(policy).digest(),
    )


def find_beside(file: Path) -> Path | None:
    """Return the receipt or evidence that lies beside a file under the usual names, None where there is none."""
    return next((path for path in _names_beside(file) if path.is_file()), None)


def _names_beside(file: Path) -> list[Path]:
    stems = [file.name] if file != STANDARD else []
    stems += [file.stem] if file.suffix else []
    return [file.with_name(stem + ending) for stem in stems for ending in _BESIDE]


def _no_receipt(file: Path) -> InvalidInput:
    names = ", ".join(path.name for path in _names_beside(file))
    looked = f" (looked for {names} beside it)" if names else ""
    message = f"expected the receipt or evidence of {file}{looked}; name it with --receipt, or fetch it with `tally receipt get`"
    return InvalidInput("verify.no-receipt", message)


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


def _read(path: Path, policy: TrustPolicy) -> FileFacts | SealedFile:
    """Return the facts of a file; those of its seal too where it claims to have one."""
    size = path.stat().st_size if path.is_file() else None
    with progress("Hashing", size, unit="bytes", shown=size is None or size >= _BAR_BYTES) as advance:
        hashed = hash_file(path, advance, keep=MOST_SEALED_BYTES)
    facts = FileFacts(hashed.sha256, hashed.length)
    if hashed.kept is None or not looks_sealed(hashed.kept):
        return facts
    from ledger.services.evidence.open_sealed import open_sealed  # noqa: PLC0415  # the inspector, only for a sealed file

    return open_sealed(hashed.kept, policy.seals, now=datetime.now(UTC))  # noqa: TID251  # a command reads the clock


def _ask(options: Options, given: Given) -> Mapping[int, ConfirmedHeader]:
    from api.commands.verify_online import ask_chain  # noqa: PLC0415  # web3 and the settings, only where a node is asked

    asked = ask_chain(given.policy, evidence_of(given.file, given.material), options.rpc)
    note(asked.note)
    return asked.confirmed


def facts_of(file: FileFacts | SealedFile) -> FileFacts:
    """Return hash and length of the file as it was read."""
    return file.file if isinstance(file, SealedFile) else file


def _evidence_line(given: Given) -> str:
    inside = "inside the sealed file" if isinstance(given.file, SealedFile) and given.file.evidence else ""
    return " and ".join(part for part in (str(given.receipt_path or ""), inside) if part)


def _print(options: Options, given: Given, report: Report) -> None:
    if options.as_json:
        say_json(report.to_json())
        return
    name = "standard input" if options.file == STANDARD else str(options.file)
    say(
        facts(
            [
                ("File", f"{name}, {facts_of(given.file).byte_length:,} bytes"),
                ("Evidence", _evidence_line(given)),
                ("Trust", f"{given.trust_path}, SHA-256 {given.policy_sha256.hex()}"),
            ]
        )
    )
    say("\n" + report_text(report, options.language))
