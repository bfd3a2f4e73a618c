"""What rules claim of workers of Node: those that a program forks of itself and those of pm2 share a port."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.lab import need
from tests.lab.examples import trap
from tests.lab.servers import ContainerContext, modules, running

pytestmark = pytest.mark.xdist_group("npm")

FORKED = "a program of Node that forks itself"
ONE = "one worker, which is started again"
STATELESS = "workers of Node without sessions"
PM2 = "pm2 starts it in several processes"
APART = "pm2 starts programs that share no port"
RUNTIME = "node_modules/.bin/pm2-runtime"
ECOSYSTEM = [RUNTIME, "start", "ecosystem.config.cjs"]
LISTEN = 'app.listen(Number(process.env.MCPLINT_LAB_PORT), (e) => console.log(e ? "is refused" : "listens"))'
PING = {"jsonrpc": "2.0", "id": 2, "method": "ping"}


def answered(server: ContainerContext, count: int) -> list[int]:
    """What a client gets that opens a session and asks again once per process, each time on a new connection."""
    opened = server.initialize()
    session = {name: value for name, value in opened.headers.items() if name == "mcp-session-id"}
    return [opened.status, *(server.ask("POST", "/mcp", session, PING).status for _ in range(count))]


@pytest.mark.parametrize(
    ("heading", "command", "listening", "keeps"),
    [
        (FORKED, ["server.js"], 4, False),
        (ONE, ["server.js"], 1, True),
        (STATELESS, ["server.js"], 4, True),
        (PM2, ECOSYSTEM, 3, False),
        (PM2, [RUNTIME, "server.js", "-i", "2"], 2, False),
        (PM2, [RUNTIME, "server.js"], 1, True),
        (APART, ECOSYSTEM, 1, True),
    ],
)
def test_a_session_among_workers(heading: str, command: list[str], listening: int, keeps: bool, tmp_path: Path) -> None:
    modules("@modelcontextprotocol/sdk@1.30.0", "pm2@6.0.13", folder=tmp_path)
    files = trap("stateful-behind-balancer", heading)
    for path in files.keys() & {"server.js", "ecosystem.config.cjs"}:
        (tmp_path / path).write_text(files[path].replace("app.listen(3000)", LISTEN))
    (tmp_path / "package.json").write_text('{"name": "notes", "version": "1.0.0", "type": "module"}')
    pm2 = {"PM2_HOME": str(tmp_path / "pm2")}
    with running(Path(need.program("node")), command, tmp_path, pm2, 60) as server:
        end = time.monotonic() + 60
        while server.output.count("listens") < listening:
            assert time.monotonic() < end and server.exited is None, server.output
            time.sleep(0.1)
        statuses = answered(server, listening)
    assert statuses[0] == 200
    assert statuses[1] == (200 if keeps else 400), statuses
    assert not keeps or set(statuses) == {200}
