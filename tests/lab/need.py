"""What a test needs beyond Python and its packages, and what becomes of it where that is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest
from uv import find_uv_bin


def missing(what: str) -> NoReturn:
    """Skips the test, or fails it in CI, where everything is there or something is wrong."""
    if os.environ.get("CI"):
        pytest.fail(f"{what}, and CI needs it", pytrace=False)
    pytest.skip(what)


def program(name: str) -> str:
    """The path of a program of the system; Debian keeps servers in /usr/sbin, which a user's PATH leaves out."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    return found or missing(f"{name} is not installed")


def uv(*arguments: str | Path, folder: Path) -> str:
    """What uv prints when run in that folder; where it fails, the package index is taken to be out of reach."""
    outside = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "UV_PROJECT")}
    done = subprocess.run(
        [find_uv_bin(), *arguments], cwd=folder, env=outside, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    return done.stdout if done.returncode == 0 else missing(f"uv {arguments[0]} failed: {done.stderr.strip()[-600:]}")


def npm(*arguments: str, folder: Path) -> str:
    """What npm prints when run in that folder; where it fails, the package registry is taken to be out of reach."""
    done = subprocess.run(
        [program("npm"), *arguments], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300
    )
    return done.stdout if done.returncode == 0 else missing(f"npm {arguments[0]} failed: {done.stderr.strip()[-600:]}")
