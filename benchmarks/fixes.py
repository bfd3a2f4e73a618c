"""What all fixes make of real projects: whether it parses, finds nothing new and is left alone by the next run.

    python benchmarks/fixes.py FOLDER… [--patch FILE]

Each folder is a project. A copy of it gets `--fix` and then `--unsafe-fixes`, notes included; every file that changed
is read by the format's own tool where that is installed here (Python, node, nginx, uv; else PyYAML, JSON and TOML),
findings are counted before and after, and a second run must change nothing. What was changed is written to FILE as a
patch, to be judged by eye. Exits with 1 where something is wrong.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import yaml

HTTP = "events {{}}\npid {folder}/pid;\nhttp {{ access_log off; {text} }}\n"
HOST = re.compile(r"(\bproxy_pass\s+https?://|(?:^|[{;])\s*server\s+)([a-z][\w.-]*)(?=[:/;\s])", re.M)
NOT_HERE = re.compile(
    r"^\s*(?:ssl_\w+|include|user|load_module|auth_basic_user_file|access_log|error_log|pid)\b.*;", re.M
)


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def mcplint(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(folder, sys.executable, "-m", "mcplint", "--pedantic", *arguments)


def findings(folder: Path) -> Counter[tuple[str, str]]:
    """How many findings of each rule there are in each file, but notes."""
    found = json.loads(mcplint(folder, "--format", "json", "--exit-zero").stdout)["findings"]
    return Counter((each["rule"], each["path"]) for each in found)


def nginx(text: str) -> str:
    """What nginx says against a text, in which no name has to be looked up and no file to be there."""
    upstreams = set(re.findall(r"\bupstream\s+(\S+)", text))
    text = HOST.sub(
        lambda found: found[0] if "proxy_pass" in found[1] and found[2] in upstreams else f"{found[1]}127.0.0.1",
        NOT_HERE.sub("", text),
    )
    text = re.sub(r"\blisten\s+([^;]*?)\s*\bssl\b", r"listen \1", text)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "nginx.conf"
        path.write_text(text if re.search(r"^\s*http\s*\{", text, re.M) else HTTP.format(folder=folder, text=text))
        said = run(path.parent, "nginx", "-t", "-q", "-p", folder, "-c", str(path), "-e", f"{folder}/log")
    return re.sub(r" in \S+$", "", said.stderr.replace(folder, ""), flags=re.M) if said.returncode else ""


def complaint(path: Path, text: str) -> str:
    """What the format's own tool says against a text; empty where it takes it, or where none is here."""
    try:
        match path.suffix:
            case ".py":
                ast.parse(text)
            case ".json":
                json.loads(text)
            case ".toml" | ".lock":
                tomllib.loads(text)
            case ".yaml" | ".yml":
                list(yaml.safe_load_all(text))
            case ".conf" if shutil.which("nginx"):
                return nginx(text)
            case ".js" | ".mjs" | ".cjs" if shutil.which("node"):
                return run(path.parent, "node", "--check", str(path)).stderr
    except (SyntaxError, ValueError, yaml.YAMLError) as error:
        return str(error)
    return ""


def stale(folder: Path, lock: str) -> str:
    """What uv says of a lock file that was changed along with its project."""
    said = run(folder / Path(lock).parent, "uv", "lock", "--check") if shutil.which("uv") else None
    return said.stderr if said and said.returncode else ""


def wrong(project: Path, folder: Path) -> Iterator[str]:
    """What is wrong with a project, copied to a folder, after all fixes."""
    before = findings(folder)
    for flag in ("--fix", "--unsafe-fixes"):
        yield from (line for line in mcplint(folder, flag, "--exit-zero").stderr.splitlines() if "not fixed" in line)
    for path in run(folder, "git", "diff", "--name-only").stdout.splitlines():
        old, new = ((each / path).read_text(encoding="utf-8", errors="replace") for each in (project, folder))
        said = complaint(folder / path, new)
        if said and said != complaint(project / path, old):
            yield f"{path}: {said}"
        if path.endswith("uv.lock") and (said := stale(folder, path)) and not stale(project, path):
            yield f"{path}: {said}"
    for (rule, path), count in (findings(folder) - before).items():
        yield f"{path}: {count} more of {rule}"
    if again := mcplint(folder, "--unsafe-fixes", "--diff", "--exit-zero").stdout:
        yield f"a second run changes more:\n{again}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--patch", type=Path)
    given = parser.parse_args()
    patches, troubles = [], 0
    for project in map(Path.resolve, given.folders):
        with tempfile.TemporaryDirectory() as parent:
            folder = Path(parent) / project.name
            shutil.copytree(project, folder, symlinks=True, ignore=shutil.ignore_patterns(".git"))
            run(folder, "git", "init", "-q")
            if (project / ".git" / "config").is_file():
                shutil.copy(project / ".git" / "config", folder / ".git" / "config")
            run(folder, "git", "add", "-A")
            found = list(wrong(project, folder))
            patch = run(folder, "git", "diff").stdout
        patches.append(patch)
        troubles += len(found)
        print(f"{project.name}: {len(re.findall('^@@ ', patch, re.M))} hunks", *found, sep="\n  ", flush=True)
    hunks = sum(len(re.findall("^@@ ", patch, re.M)) for patch in patches)
    print(f"{len(patches)} projects, {hunks} hunks, {troubles} wrong")
    if given.patch:
        given.patch.write_text("".join(patches), encoding="utf-8")
    return int(troubles > 0)


if __name__ == "__main__":
    sys.exit(main())
