"""What the warm process leaves out."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from signing.pdf.child.start import LEFT_OUT, Absent

ROOT = Path(__file__).resolve().parents[4]


def test_name_in_a_module_that_is_left_out_is_an_empty_class() -> None:
    absent = Absent(LEFT_OUT)

    assert isinstance(absent.BasicAuth | None, type(int | None))
    assert not vars(absent.ClientSession).keys() - vars(type("Empty", (), {})).keys()
    with pytest.raises(AttributeError):
        _ = absent.__path__


def test_warm_process_loads_no_http_client() -> None:
    program = """
import json, socket, sys
sys.path.insert(0, sys.argv[1])
from signing.pdf.child import start, zygote
def serve(control, tasks):
    control.detach()
    print(json.dumps([sorted(tasks), sorted(sys.modules)]))
zygote.serve = serve
ours, theirs = socket.socketpair()
sys.argv[1] = str(theirs.fileno())
start.main()
"""
    done = subprocess.run(  # our own interpreter and program
        [sys.executable, "-I", "-B", "-c", program, str(ROOT)], capture_output=True, check=True
    )
    tasks, modules = json.loads(done.stdout)

    assert tasks == ["sealed", "upload"]
    assert {"pyhanko.sign.validation.ades", "pikepdf", "pypdfium2"} <= set(modules)
    assert not [
        name for name in modules if name.split(".")[0] in {"requests", "yarl", "http"} or name.startswith("aiohttp.")
    ]
