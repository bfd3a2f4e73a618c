"""Measures what a released SDK does: `python -m tests.lab.sdk --version mcp==1.27.1` prints it as JSON.

With `--compare`, prints where `mcplint.knowledge.sdk` says otherwise, and exits 1 where it does.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from mcplint.knowledge import sdk
from tests.lab import servers

PROBE = Path(__file__).parent / "probe.py"


def names(package: str) -> list[str]:
    """Every name that the table knows for some release of a package."""
    return sorted({name for version in sdk.releases(package) for name in sdk.facts(package, version)})


def measure(package: str, version: str) -> dict[str, Any]:
    """The facts of a release as they are measured, by name."""
    python = servers.environment(*servers.requirements(package, version))
    command = [str(python), str(PROBE), package, json.dumps(names(package))]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=180)
    if done.returncode:
        raise AssertionError(f"{package} {version} cannot be measured:\n{done.stderr[-3000:]}")
    return {name: _plain(value) for name, value in json.loads(done.stdout.splitlines()[-1]).items()}


def differences(package: str, version: str, measured: dict[str, Any]) -> list[str]:
    """Where the table says otherwise than what was measured."""
    found = []
    for name, value in measured.items():
        said = sdk.fact(package, version, name)
        if name.startswith("requires.") and isinstance(said, str):
            said = ",".join(sorted(said.split(",")))
            if said.startswith(">=") and "," not in said:
                value = next((clause for clause in str(value).split(",") if clause.startswith(">=")), value)
        if said is not None and said != value and not (said == "mcp" and isinstance(value, int)):
            found.append(f"{name}: the table says {said!r}, measured is {value!r}")
    return found


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--version", required=True, metavar="PACKAGE==VERSION")
    parser.add_argument("--compare", action="store_true")
    given = parser.parse_args()
    package, _, version = given.version.partition("==")
    measured = measure(package, version)
    if not given.compare:
        print(json.dumps(measured, indent=1, sort_keys=True))
        return 0
    found = differences(package, version, measured)
    print("\n".join(found) or f"{len(measured)} facts agree")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
