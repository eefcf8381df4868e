"""How many signed statements a second go through HTTP, each answered with its receipt under a signed checkpoint.

Measured: POST …/signatures of statements prepared beforehand, from CLIENTS clients that each send the next as soon as they are answered,
against a real `tally up` with two HTTP processes (TALLY_PROCESSES=2), worker, embedded chain and anchoring on. The clients take
their share of the same processors. Beside: GET /livez from as many clients, which says what HTTP alone would take.
"""

from collections.abc import Sequence

from benchmarks.http import prepared
from benchmarks.load import Request, send_at_once
from benchmarks.measuring import Aim, Figure, Run, note, percentile, temporary_folder
from benchmarks.service import running

AIM = Aim(300, "least")
CLIENTS = 96  # as many as wait for a batch at 300 a second, and as many again
PROCESSES = 2
COUNT, QUICK_COUNT, WARM_COUNT = 6_000, 900, 400


def measure(run: Run) -> Sequence[Figure]:
    """Return signed statements per second; a request without its receipt is a failure."""
    count = QUICK_COUNT if run.quick else COUNT
    with temporary_folder() as folder, running(folder / "var", TALLY_PROCESSES=str(PROCESSES)) as service:
        signatures = prepared(service, WARM_COUNT + count)
        send_at_once(service.url, signatures[:WARM_COUNT], CLIENTS)
        before = service.cpu_seconds
        ours, seconds = send_at_once(service.url, signatures[WARM_COUNT:], CLIENTS)
        used = (service.cpu_seconds - before) / count * 1000
        note(f"the service used {used:.2f} ms of processor time for each, over all its processes")
        baseline, baseline_seconds = send_at_once(service.url, [Request.of("GET", "/livez", {})] * count, CLIENTS)
    if ours.errors or baseline.errors:
        message = f"expected a receipt for each, got {ours.errors} and {baseline.errors}"
        raise RuntimeError(message)
    note(f"half were answered within {percentile(ours.latencies, 0.5) * 1000:.0f} ms")
    return [
        Figure(
            name="signed statements through HTTP",
            value=count / seconds,
            unit="/s",
            baseline=count / baseline_seconds,
            baseline_name=f"GET /livez, {CLIENTS} clients",
            aim=AIM,
        )
    ]
