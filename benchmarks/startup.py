"""How long mcplint takes, as a multiple of `python -c pass` measured in the same run.

    python benchmarks/startup.py [--rounds N] [--imports]

Installs mcplint from this checkout into a throw-away environment, compiled, and makes two small projects: 20 files with
a Dockerfile, compose, nginx and Python, and the same with a server.json; beside them stands what importing the
libraries for them takes alone. Every round runs every command once, so that a busy machine slows all of them alike.
Exits with 1 where a ratio of the fastest runs is over its limit.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections import Counter
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "notes-server-broken"
FILES = 20
# What is imported for the files of such a project besides mcplint itself: it can never take less.
LIBRARIES = "click, yaml, crossplane, dockerfile_parse"

MODULE = '''"""Notes of one kind."""

from __future__ import annotations

KIND = "{name}"


def count(texts: list[str], word: str = KIND) -> dict[str, int]:
    """How often the word occurs in each text."""
    return {{text: text.casefold().split().count(word) for text in texts if text}}


class Shelf:
    """Texts in the order in which they came."""

    def __init__(self, *texts: str) -> None:
        self.texts = list(texts)

    def find(self, word: str) -> list[str]:
        return [text for text in self.texts if word in text]
'''


class Command(NamedTuple):
    """What is run, in which folder, and how many times `python -c pass` it may take."""

    name: str
    arguments: list[str]
    folder: Path
    limit: float


class Run(NamedTuple):
    """Seconds that passed and seconds of processor time, children included, and the most memory it held, in MiB."""

    seconds: float
    processor: float
    memory: float


def install(folder: Path) -> Path:
    """The programs of a fresh environment with mcplint in it, installed from a wheel."""
    venv.create(folder, with_pip=True, symlinks=True)
    programs = folder / "bin"
    source = folder / "source"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".*", "build", "*.egg-info", "__pycache__", "tests"))
    subprocess.run([programs / "pip", "install", "--quiet", "--compile", source], check=True)
    return programs


def project(folder: Path, *, manifest: bool) -> Path:
    """A project of 20 files, in git as projects are; the last of them is the server.json or one more module."""
    shutil.copytree(
        EXAMPLE, folder, ignore=shutil.ignore_patterns("__pycache__", *([] if manifest else ["server.json"]))
    )
    package = folder / "src" / "notes_server"
    missing = FILES - sum(file.is_file() for file in folder.rglob("*"))
    names = [f"kind_{number}" for number in range(missing)]
    for name in names:
        (package / f"{name}.py").write_text(MODULE.format(name=name))
    server = package / "server.py"
    imports = f"from notes_server import {', '.join(names)}, store"
    server.write_text(server.read_text().replace("from notes_server import store", imports))
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


def run(command: Command) -> Run:
    """Runs the command once, its output thrown away."""
    start = time.perf_counter()
    process = subprocess.Popen(command.arguments, cwd=command.folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{command.name} ended with {process.returncode}")
    memory = usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024)
    return Run(seconds, usage.ru_utime + usage.ru_stime, memory)


def table(commands: list[Command], rounds: int) -> bool:
    """Measures and prints; whether every ratio is within its limit."""
    runs: dict[str, list[Run]] = {command.name: [] for command in commands}
    for _ in range(rounds):
        for command in commands:
            runs[command.name].append(run(command))
    baseline = runs[commands[0].name]
    print(f"{'':34}{'fastest':>10}{'ratio':>8}{'limit':>7}{'of medians':>12}{'of processor time':>19}{'memory':>10}")
    within = True
    for command in commands:
        measured = runs[command.name]
        fastest = min(run.seconds for run in measured)
        ratio = fastest / min(run.seconds for run in baseline)
        medians = median(run.seconds for run in measured) / median(run.seconds for run in baseline)
        processor = min(run.processor for run in measured) / min(run.processor for run in baseline)
        print(
            f"{command.name:34}{fastest * 1000:7.1f} ms{ratio:7.1f}x{command.limit:6.0f}x{medians:11.1f}x"
            f"{processor:18.1f}x{max(run.memory for run in measured):6.0f} MiB"
        )
        within &= ratio <= command.limit
    return within


def imports(commands: list[Command], python: Path, rounds: int = 12) -> None:
    """Prints which modules the time of importing goes to, per command: of each the fastest of several runs."""
    for command in commands:
        fastest: dict[str, int] = {}
        for _ in range(rounds):
            arguments = [str(python), "-X", "importtime", *command.arguments]
            done = subprocess.run(arguments, cwd=command.folder, capture_output=True, text=True)
            for line in done.stderr.splitlines():
                if line.startswith("import time:") and not line.endswith("imported package"):
                    own, _, name = (part.strip() for part in line.removeprefix("import time:").split("|"))
                    fastest[name] = min(int(own), fastest.get(name, sys.maxsize))
        packages: Counter[str] = Counter()
        for name, microseconds in fastest.items():
            packages[name.split(".")[0]] += microseconds
        print(f"\n{command.name}: {len(fastest)} modules, {sum(fastest.values()) / 1000:.1f} ms in importing them")
        print("by package:", ", ".join(f"{name} {spent / 1000:.1f}" for name, spent in packages.most_common(16)))
        ours = Counter({name: spent for name, spent in fastest.items() if name.startswith("mcplint.")})
        print("of mcplint:", ", ".join(f"{name[8:]} {spent / 1000:.1f}" for name, spent in ours.most_common(30)))


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=40)
    options.add_argument("--imports", action="store_true", help="also print which packages importing takes how long")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        programs = install(folder / "environment")
        python, mcplint = str(programs / "python"), str(programs / "mcplint")
        plain = project(folder / "plain", manifest=False)
        manifest = project(folder / "manifest", manifest=True)
        ours = [
            Command("mcplint --version", [mcplint, "--version"], folder, 5),
            Command("mcplint, 20 files", [mcplint, "check"], plain, 8),
            Command("mcplint, 20 files with server.json", [mcplint, "check"], manifest, 14),
        ]
        libraries = [
            Command("libraries of 20 files", [python, "-c", f"import {LIBRARIES}"], folder, 8),
            Command("the same and jsonschema", [python, "-c", f"import {LIBRARIES}, jsonschema"], folder, 14),
        ]
        within = table([Command("python -c pass", [python, "-c", "pass"], folder, 1), *ours, *libraries], given.rounds)
        if given.imports:
            imports(ours, programs / "python")
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
