"""Deployments whose files are spoilt at random: none of them is a mistake of mcplint, hangs or takes much memory.

python tests/filefuzz.py SEED INPUTS [FOLDER ...]

The files come from this repository's own deployments, and from real ones below the folders. An input is one spoilt
file; each run is handed some, and those kinds of file come first that had the fewest.
"""

from __future__ import annotations

import resource
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from random import Random
from types import FrameType
from typing import NamedTuple

import pages

from mcplint.engine import fix
from mcplint.engine import lint as engine
from mcplint.engine.catalogue import Catalogue
from mcplint.findings import Diagnostic
from mcplint.project.config import Config
from mcplint.project.kinds import KINDS, kind
from mcplint.project.load import decode
from mcplint.project.tree import Tree
from mcplint.text.source import Source

ROOT = Path(__file__).parent.parent
OWN = (ROOT / "tests" / "fixtures", ROOT / "examples")
RULES = Catalogue()
SECONDS, MEGABYTES = 5, 500
LONGEST = 12_000
MOST_REAL = 400
# A kind whose files nobody reads has nothing to break.
READ = [row.name for row in KINDS if row.name not in ("other", "declaration")]
# A file of each kind where neither the deployments here nor the folders have one.
SPARE = {
    "app.json": '{"name": "a", "env": {"PORT": {"value": "8000"}}, "formation": {"web": {"quantity": 2}}}\n',
    "Pipfile": '[packages]\nmcp = "==1.27.1"\n[requires]\npython_version = "3.12"\n',
    "Pipfile.lock": '{"_meta": {"requires": {}}, "default": {"mcp": {"version": "==1.27.1"}}, "develop": {}}\n',
    "setup.cfg": "[metadata]\nname = a\n[options]\ninstall_requires =\n    mcp>=1.2\n[options.entry_points]\n"
    "console_scripts =\n    a = server:main\n",
    "kustomization.yaml": "resources: [deployment.yaml]\nimages:\n  - name: a\n    newTag: b\n"
    "configMapGenerator:\n  - name: c\n    literals: [A=1]\n",
    "Makefile": "run: build\n\tpython server.py\nbuild:\n\tdocker build -t a .\n",
    "mcplint.toml": '[deployment]\nreplicas = 2\n[ignore]\n"*.py" = ["root-user"]\n',
    "entrypoint.sh": '#!/bin/sh\nset -e\nif [ "$1" = serve ]; then shift; fi\nexec python server.py "$@"\n',
    "railway.toml": '[deploy]\nstartCommand = "python server.py"\nhealthcheckPath = "/health"\n',
    "fastmcp.json": '{"source": {"path": "server.py", "entrypoint": "mcp"}, "deployment": {"transport": "http"}}\n',
    "package.json": '{"name": "a", "bin": {"a": "dist/index.js"}, "mcpName": "io.github.a/a", "version": "1.0.0"}\n',
    "a.service": "[Service]\nExecStart=/usr/bin/python /srv/server.py\nEnvironment=A=1\nUser=a\n",
    "Procfile": "web: uvicorn server:app --host 0.0.0.0 --port $PORT\n",
    "lighttpd.conf": 'server.port = 80\nvar.a = "b"\ninclude "c.conf"\n$HTTP["url"] =^ "/mcp" {\n'
    '    proxy.header = ( "map-urlpath" => ( "/mcp" => "/" ) )\n'
    '    proxy.server = ( "" => ( ( "host" => var.a, "port" => 8000 ) ) )\n} else {\n    server.tag += "x"\n}\n',
    "traefik.toml": '[http.routers.a]\nrule = "PathPrefix(`/mcp`)"\nservice = "a"\n'
    '[[http.services.a.loadBalancer.servers]]\nurl = "http://a:8000"\n',
    "README.md": "# A\n\n<!-- mcp-name: io.github.a/a -->\n",
}
ODD = (
    "",
    " ",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "\0",
    "\ufeff",
    "\u202e",
    "\x1b[31m",
    "é",
    "日本",
    "\ud7ff",
    "\U0001f600",
    "\u2028",
)
ODD += ("'", '"', "`", "\\", "#", "$", "${", "${A:-", "$(", "$((", "{{", "}}", "{", "}", "[", "]", "(", ")", "<<EOF")
ODD += (":", "::", ";", ",", "=", "==", "&&", "||", "|", "*", "**", "?", "!", "%", "@", "&a", "*a", "<<: *a", "~", "-")
ODD += (
    "0",
    "-1",
    "65536",
    "1e999",
    "9" * 40,
    "0x" + "f" * 30,
    "nan",
    "true",
    "null",
    "None",
    "../..",
    "/",
    "//",
    "http://[",
)
ODD += ("a" * 300, "[" * 60, "{" * 60, "(" * 60, "- " * 60, "${A:-" * 60, "not " * 60)


class Hang(BaseException):
    """A run takes longer than it may."""


class Mistake(NamedTuple):
    """What mcplint did wrong, and over which files."""

    what: str
    files: dict[str, bytes]


class Seeds(NamedTuple):
    """What is spoilt: whole deployments, and files by the name of their kind, each with its usual name."""

    deployments: list[dict[str, bytes]]
    files: dict[str, list[tuple[str, bytes]]]


def seeds(folders: Iterable[Path] = ()) -> Seeds:
    """The deployments of this repository, and the real files below some folders."""
    whole = [folder for own in OWN for folder in sorted(own.iterdir()) if folder.is_dir()]
    deployments = [found for folder in whole if (found := dict(_files(folder)))]
    for page in sorted((ROOT / "tests" / "cases").glob("*.md")):
        cases = pages.cases(page.read_text(encoding="utf-8"))
        deployments += [{path: text.encode() for path, text in case.files.items()} for case in cases if case.files]
    files: dict[str, list[tuple[str, bytes]]] = {name: [] for name in READ}
    for path, data in (*SPARE.items(), *(item for files in deployments for item in files.items())):
        _sort_in(files, path, data.encode() if isinstance(data, str) else data)
    for folder in folders:
        found: dict[str, list[Path]] = {}
        for path in sorted(Path(folder).rglob("*")):
            row = kind(path.name)
            if row and row.name in files and path.is_file() and not path.is_symlink():
                found.setdefault(row.name, []).append(path)
        for paths in found.values():
            for path in paths[:: max(1, len(paths) // MOST_REAL)]:
                _sort_in(files, path.name, path.read_bytes()[:LONGEST])
    return Seeds(deployments, files)


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in ("expected.txt", "model.txt") and "__pycache__" not in path.parts:
            yield path.relative_to(folder).as_posix(), path.read_bytes()[:LONGEST]


def _sort_in(files: dict[str, list[tuple[str, bytes]]], path: str, data: bytes) -> None:
    row = kind(path)
    if row and row.name in files:
        files[row.name].append((path, data))


def spoilt(random: Random, data: bytes, other: bytes) -> bytes:
    """A file with a few changes; `other` is one of the same kind, of which parts are taken."""
    for _ in range(random.choice((1, 1, 1, 2, 3, 6))):
        data = random.choice(CHANGES)(random, data, other)
    return data[: 4 * LONGEST]


def _lines(random: Random, data: bytes, other: bytes) -> bytes:
    """Leaves out, doubles, swaps or takes over lines."""
    lines, others = data.splitlines(keepends=True) or [b""], other.splitlines(keepends=True) or [b""]
    at, end = sorted(random.choices(range(len(lines) + 1), k=2))
    start = random.randrange(len(others))
    taken = random.choice(
        (
            [],
            lines[at:end][:40] * random.choice((2, 3, 20)),
            others[start : start + random.randrange(1, 8)],
            [random.choice((b" ", b"  ", b"\t", b"# ", b"- ")) + line for line in lines[at:end]],
            lines[at:end][::-1],
        )
    )
    return b"".join([*lines[:at], *taken, *lines[end if random.random() < 0.7 else at :]])


def _word(random: Random, data: bytes, other: bytes) -> bytes:
    """Puts something odd, or a word of the other file, in place of a word."""
    words, others = data.split(b" "), other.split() or [b""]
    at = random.randrange(len(words))
    new = random.choice(ODD).encode("utf-8", "surrogatepass") if random.random() < 0.6 else random.choice(others)
    words[at] = random.choice((new, words[at] + new, new + words[at]))
    return b" ".join(words)


def _bytes(random: Random, data: bytes, other: bytes) -> bytes:
    """Puts something odd anywhere, in place of nothing or of some bytes."""
    at = random.randrange(len(data) + 1)
    end = at + random.choice((0, 0, 1, 1, 2, 9))
    new = random.choice(ODD).encode("utf-8", "surrogatepass") if random.random() < 0.8 else random.randbytes(2)
    return data[:at] + new + data[end:]


def _cut(random: Random, data: bytes, other: bytes) -> bytes:
    """Ends in the middle, or goes on with the end of the other file."""
    rest = other[random.randrange(len(other) + 1) :] if random.random() < 0.5 else b""
    return data[: random.randrange(len(data) + 1)] + rest


CHANGES = (_lines, _lines, _word, _word, _word, _bytes, _bytes, _cut)


def deployment(random: Random, known: Seeds, counted: Counter[str]) -> dict[str, bytes]:
    """Files of a deployment, about half of them spoilt, and spoilt ones of the kinds that had the fewest so far."""
    files = dict(random.choice(known.deployments))
    rare = dict(
        random.choice(known.files[name])
        for name in sorted(READ, key=lambda name: (counted[name], random.random()))[: random.randrange(1, 4)]
    )
    for path, data in (files | rare).items():
        row = kind(path)
        alike = known.files.get(row.name if row else "")
        if row and alike and (path in rare or random.random() < 0.5):
            counted[row.name] += 1
            changed = random.choice(alike)[1] if random.random() < 0.3 else data
            files[path] = spoilt(random, changed, random.choice(alike)[1])
    return files


def tree_of(files: Mapping[str, bytes]) -> Tree:
    """The files as they would be read from a disk."""
    return Tree(files, lambda path: Source(path, decode(path, files[path])[0]))


def look(tree: Tree) -> list[Diagnostic]:
    return engine.lint(tree, RULES, Config(pedantic=True))


def wrong(files: dict[str, bytes], mend: bool) -> str | None:
    """What mcplint does wrong over some files, None where nothing; `mend`: their fixes are made, too."""
    before = _memory()
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        tree = tree_of(files)
        found = look(tree)
        if mend:
            fix.fix(tree, look, unsafe=True)
        failed = [each.finding.message for each in found if each.rule == "internal-error"]
    except Hang:
        return f"takes more than {SECONDS} s\n{traceback.format_exc(limit=-12)}"
    except Exception:
        return traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    if failed:
        return failed[0]
    held = _memory()
    return f"holds {held:.0f} MB" if held > MEGABYTES > before else None


def _memory() -> float:
    """The most megabytes that were held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1 << 20)


def _hang(number: int, frame: FrameType | None) -> None:
    raise Hang


def mistakes(
    seed: int, inputs: int, folders: Iterable[Path] = (), counted: Counter[str] | None = None
) -> Iterator[Mistake]:
    """What mcplint does wrong over so many spoilt files; `counted`: how many there were of each kind."""
    signal.signal(signal.SIGPROF, _hang)
    random, known = Random(seed), seeds(folders)
    counted = Counter() if counted is None else counted
    while counted.total() < inputs:
        files = deployment(random, known, counted)
        what = wrong(files, random.random() < 0.03)
        if what:
            yield Mistake(what, files)


def smallest(mistake: Mistake) -> Mistake:
    """The same mistake over as few files and lines as possible, as far as that is told soon."""
    place, files = _place(mistake.what), mistake.files

    def same(less: dict[str, bytes]) -> bool:
        return _place(wrong(less, True) or wrong(less, False) or "") == place

    for path in list(files):
        less = {name: data for name, data in files.items() if name != path}
        files = less if same(less) else files
    for path in list(files):
        lines = files[path].splitlines(keepends=True)
        step = max(1, len(lines) // 2)
        while step and len(lines) < 2_000:
            at = 0
            while at < len(lines):
                fewer = lines[:at] + lines[at + step :]
                if same({**files, path: b"".join(fewer)}):
                    lines, files = fewer, {**files, path: b"".join(fewer)}
                else:
                    at += step
            step //= 2
    return mistake._replace(files=files)


def _place(what: str) -> str:
    """What tells two mistakes apart: the last lines, without numbers."""
    return "\n".join("".join(c for c in line if not c.isdigit()) for line in what.strip().splitlines()[-3:])


def main() -> int:
    seed, inputs, *folders = sys.argv[1:]
    counted: Counter[str] = Counter()
    seen: set[str] = set()
    started = time.process_time()
    for mistake in mistakes(int(seed), int(inputs), map(Path, folders), counted):
        if _place(mistake.what) not in seen:
            seen.add(_place(mistake.what))
            found = mistake if "takes more" in mistake.what or "holds" in mistake.what else smallest(mistake)
            print("=" * 80, mistake.what, sep="\n")
            for path, data in found.files.items():
                print("-" * 20, path, repr(data), flush=True)
    took = time.process_time() - started
    print(f"{counted.total()} inputs of {len(counted)} kinds, {took / 3600:.2f} h of CPU, {_memory():.0f} MB at most")
    print(len(seen), "mistakes")
    print(*(f"{name} {number}" for name, number in counted.most_common()), sep=", ")
    return bool(seen)


if __name__ == "__main__":
    sys.exit(main())
