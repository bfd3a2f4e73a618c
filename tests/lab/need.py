"""What a test needs beyond Python, and what becomes of it where that is missing."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest


def missing(what: str) -> NoReturn:
    """Skips the test, or fails it in CI, where everything is there or something is wrong."""
    if os.environ.get("CI"):
        pytest.fail(f"{what}, and CI needs it", pytrace=False)
    pytest.skip(what)


def program(name: str) -> str:
    """The path of a program of the system; Debian keeps servers in /usr/sbin, which a user's PATH leaves out."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    return found or missing(f"{name} is not installed")
