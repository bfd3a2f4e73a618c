"""What rules claim of Node itself: of the port that it is given, and of signals where it is process 1."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from pathlib import Path

import pytest
from pages import RULES

from tests.lab import need, nginx

pytestmark = pytest.mark.xdist_group("npm")

LISTEN = """
const server = require("http").createServer();
server.LISTEN;
server.on("listening", () => { console.log(JSON.stringify(server.address())); process.exit(); });
"""
WAIT = "require('http').createServer().listen(0, () => console.log('ready'));"
HANDLE = "process.on('SIGTERM', () => process.exit());"
VALUES = {"no value": None, "empty": "", "abc": "abc"}


def fates() -> list[tuple[str, str, str]]:
    """The rows of the page's table: a program, the value of PORT, and what becomes of it."""
    rows = re.findall(r"^\| `(listen\(.+\))` \| (.+) \| (.+) \| (.+) \|$", RULES["fragile-port"].page, re.M)
    assert len(rows) == 4
    return [(row[0].replace("\\|", "|"), *pair) for row in rows for pair in zip(VALUES, row[1:], strict=True)]


@pytest.mark.parametrize(("program", "value", "fate"), fates())
def test_what_node_listens_on(program: str, value: str, fate: str, tmp_path: Path) -> None:
    port = nginx.free_port()
    text = LISTEN.replace("LISTEN", program.replace("3000", str(port)))
    env = {name: told for name, told in os.environ.items() if name != "PORT"}
    if VALUES[value] is not None:
        env["PORT"] = VALUES[value]
    node = need.program("node")
    done = subprocess.run([node, "-e", text], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60)
    if fate == "ends":
        assert done.returncode and "ERR_SOCKET_BAD_PORT" in done.stderr
    elif fate == "a file":
        assert done.stdout.strip() == '"abc"'
    else:
        found = re.search(r'"port":(\d+)', done.stdout)
        assert found and (int(found[1]) == port) == (fate == "3000")


@pytest.mark.parametrize(("program", "ends"), [(WAIT, False), (HANDLE + WAIT, True)])
def test_a_signal_for_node_as_process_1(program: str, ends: bool) -> None:
    command = [need.program("unshare"), "-r", "-p", "-f", "--kill-child", need.program("node"), "-e", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as outer:
        assert outer.stdout and outer.stdout.readline() == "ready\n"
        children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children").read_text().split()
        os.kill(int(children[0]), signal.SIGTERM)
        until = time.monotonic() + (30 if ends else 2)
        while outer.poll() is None and time.monotonic() < until:
            time.sleep(0.1)
        gone = outer.poll() is not None
        outer.kill()
    assert gone is ends
