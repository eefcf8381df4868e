"""Typesetting, sealing, inspecting and verifying a contract, each beside the plain library on the same file in the same run.

Promises: both sides ask the same local authority over the same loopback socket and believe the same root; the first, cold run of each is
left out. Processor time counts every process that worked. Memory is the peak of a process of its own that did the work once.
"""

import gc
import hashlib
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path

import pikepdf
import psutil
import typst
from asn1crypto import keys, x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.signers.pdf_cms import SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.timestamps.requests_client import HTTPTimeStamper
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from api.wiring.authority_web import AuthorityWeb
from benchmarks import plain_validation
from benchmarks.measuring import ROOT, Aim, Figure, Run, median, note, percentile, seconds_of, temporary_folder
from signing.keys.local_authority import LocalAuthority, Subject
from signing.pdf.authorities import fetchers
from signing.pdf.inspect import inspect
from signing.pdf.inspect_sealed import SealTrust, inspect_sealed
from signing.pdf.seal import SealTools, seal
from support.authority_server import AuthorityServer, serving
from support.drafts import contract, draft, typeset
from support.sealing import TEXT, local_authority, now, seal_tools

EVIDENCE = b'{"tag":"tally/sealed/v1","filler":"' + b"0123456789abcdef" * 1500 + b'"}'
_PYHANKO = "pyHanko's LTA validation, nothing drawn"
PLAIN_PAGE = b"= Loan contract\n#lorem(600)"
_MEMORY = "import sys; sys.path[:1] = {path!r}\nfrom benchmarks.seal import {name}\n{name}()"

_COLD = """import sys; sys.path[:1] = {path!r}
data, root = open("sealed.pdf", "rb").read(), open("root", "rb").read()
{statement}"""
_STRICTLY = """from datetime import UTC, datetime
from signing.pdf.inspect_sealed import SealTrust, inspect_sealed
assert inspect_sealed(data, SealTrust(roots=(root,)), at=datetime.now(UTC)).passed"""
_PLAINLY = "from benchmarks.plain_validation import validate; validate(data, root)"


def measure(run: Run) -> list[Figure]:
    times = 5 if run.quick else 25
    authority = local_authority()
    made = typeset(contract(draft()))
    with serving(AuthorityServer(authority)) as server:
        tools, plain = tools_for(authority, server), PlainSealer(authority, server)
        sealed = seal(made, EVIDENCE, tools, TEXT).data
        note(f"a contract of {len(made):,} bytes, sealed {len(sealed):,}")
        ours, theirs = _both(times, lambda: seal(made, EVIDENCE, tools, TEXT), lambda: plain.seal(made))
    trust = SealTrust(roots=(authority.root,))
    digest = hashlib.sha256(made).digest()
    verify, plain_verify, verify_work, plain_work = _both_with_work(
        times,
        lambda: inspect_sealed(sealed, trust, at=now(), document=digest),
        lambda: plain_validation.validate(sealed, authority.root),
    )
    inspected, opened, inspected_work, opened_work = _both_with_work(times, lambda: inspect(made), lambda: _open(made))
    cold, plain_cold = _cold(sealed, authority.root, 3 if run.quick else 10)
    set_, plain_set = _both(times, lambda: typeset(contract(draft())), _plain_page)
    return [
        Figure(name="typeset a contract", value=set_, unit="s", baseline=plain_set, baseline_name="plain typst, a page"),
        Figure(name="seal (B-LTA), time", value=ours, unit="s", baseline=theirs, baseline_name="plain pyHanko", aim=Aim(1.3, "most", "ratio")),
        Figure(name="seal (B-LTA), aim in seconds", value=ours, unit="s", baseline=theirs, baseline_name="plain pyHanko", aim=Aim(0.5, "most")),
        Figure(name="inspect an upload", value=inspected, unit="s", baseline=opened, baseline_name="plain pikepdf, unchecked"),
        Figure(name="inspect an upload, processor time", value=inspected_work, unit="s", baseline=opened_work, baseline_name="plain pikepdf, unchecked"),
        Figure(name="verify strictly", value=verify, unit="s", baseline=plain_verify, baseline_name=_PYHANKO, aim=Aim(1.5, "most", "ratio")),
        Figure(name="verify strictly, processor time", value=verify_work, unit="s", baseline=plain_work, baseline_name=_PYHANKO),
        Figure(name="verify strictly, cold", value=cold, unit="s", baseline=plain_cold, baseline_name=_PYHANKO),
        *_memory(),
    ]  # fmt: skip


def tools_for(authority: LocalAuthority, server: AuthorityServer) -> SealTools:
    tools = seal_tools(authority, urls=[server.url])
    return SealTools(**{**vars(tools), "web": AuthorityWeb(timeout_seconds=10, local=authority.answer)})


class PlainSealer:
    """pyHanko as its documentation has it: B-LTA with its own HTTP time stamper; the same certificates and answers."""

    def __init__(self, authority: LocalAuthority, server: AuthorityServer) -> None:
        self._authority, self._url = authority, server.url
        self._root = x509.Certificate.load(authority.root)
        key = ec.derive_private_key(77, ec.SECP256R1())
        public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        certificate = x509.Certificate.load(authority.issue("plain", Subject("Plain", public)))
        store = SimpleCertificateStore()
        store.register(self._root)
        private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        self._signer = SimpleSigner(certificate, keys.PrivateKeyInfo.load(private), store)

    def seal(self, data: bytes) -> bytes:
        context = ValidationContext(
            trust_roots=[self._root],
            allow_fetching=True,
            revocation_mode="hard-fail",
            fetchers=fetchers(AuthorityWeb(timeout_seconds=10, local=self._authority.answer)),
        )
        metadata = PdfSignatureMetadata(
            field_name="Seal",
            md_algorithm="sha256",
            certify=True,
            docmdp_permissions=MDPPerm.NO_CHANGES,
            subfilter=SigSeedSubFilter.PADES,
            embed_validation_info=True,
            use_pades_lta=True,
            validation_context=context,
        )
        signer = PdfSigner(metadata, self._signer, timestamper=HTTPTimeStamper(self._url))
        return bytes(signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(data))).getvalue())


def _both(times: int, ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """Return both medians, taken in turn so that a busy moment falls on both."""
    ours(), theirs()
    pairs = [(seconds_of(ours), seconds_of(theirs)) for _ in range(times)]
    return median([pair[0] for pair in pairs]), median([pair[1] for pair in pairs])


def _both_with_work(
    times: int, ours: Callable[[], object], theirs: Callable[[], object]
) -> tuple[float, float, float, float]:
    """Return both medians by the clock, taken in turn, then the mean processor time of each with that of its processes."""
    ours(), theirs()
    gc.collect()
    gc.freeze()  # what this measure has loaded is no burden on the collector, which runs here in the plain library's turns
    seconds: tuple[list[float], list[float]] = ([], [])
    work = [0.0, 0.0]
    for _ in range(times):
        for which, task in enumerate((ours, theirs)):
            before = _processor_seconds()
            seconds[which].append(seconds_of(task))
            work[which] += _processor_seconds() - before
    gc.unfreeze()
    note("a tenth, half and nine tenths took at most " + ", ".join(map(_spread, seconds)))
    return median(seconds[0]), median(seconds[1]), work[0] / times, work[1] / times


def _cold(sealed: bytes, root: bytes, times: int) -> tuple[float, float]:
    """Return the median seconds of processes that do nothing else but verify one file, ours and the plain library's."""
    with temporary_folder() as folder:
        (folder / "sealed.pdf").write_bytes(sealed)
        (folder / "root").write_bytes(root)
        return _both(
            times, partial(_verify_in_process, _STRICTLY, folder), partial(_verify_in_process, _PLAINLY, folder)
        )


def _verify_in_process(statement: str, folder: Path) -> None:
    program = _COLD.format(path=[str(ROOT), str(ROOT / "tests")], statement=statement)
    subprocess.run([sys.executable, "-c", program], check=True, cwd=folder)


def _spread(seconds: list[float]) -> str:
    return " / ".join(f"{1000 * percentile(seconds, share):.0f}" for share in (0.1, 0.5, 0.9)) + " ms"


def _processor_seconds() -> float:
    """Return the processor time of this process, of those it started, and of those that have ended in them."""
    seconds = time.process_time()
    for child in psutil.Process().children():
        spent = child.cpu_times()
        seconds += spent.user + spent.system + spent.children_user + spent.children_system
    return seconds


def _open(data: bytes) -> None:
    with pikepdf.open(BytesIO(data)) as pdf:
        pdf.check_pdf_syntax()


def _plain_page() -> None:
    typst.compile(PLAIN_PAGE, format="pdf")


def _memory() -> Sequence[Figure]:
    """Return the peak memory of sealing in a process of its own, beside plain pyHanko in another."""
    ours, theirs = _peak("seal_once"), _peak("plain_once")
    return [Figure(name="seal, peak memory", value=ours, unit="MB", baseline=theirs, baseline_name="plain pyHanko")]


def _peak(name: str) -> float:
    program = _MEMORY.format(path=[str(ROOT), str(ROOT / "tests")], name=name)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    return float(done.stdout.split()[-1])


def seal_once() -> None:
    authority = local_authority()
    with serving(AuthorityServer(authority)) as server:
        seal(typeset(contract(draft())), EVIDENCE, tools_for(authority, server), TEXT)
    _say_peak()


def plain_once() -> None:
    authority = local_authority()
    with serving(AuthorityServer(authority)) as server:
        PlainSealer(authority, server).seal(typeset(contract(draft())))
    _say_peak()


def _say_peak() -> None:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
