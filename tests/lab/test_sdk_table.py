"""What the table of SDK knowledge says is what released packages do."""

from __future__ import annotations

import pytest

from mcplint.knowledge import sdk
from tests.lab.sdk import differences, measure

# The newest releases, and the last before and the first after each boundary that matters.
RELEASES = [
    *(("mcp", version) for version in ("1.30.0", "2.3.0")),
    *(("fastmcp", version) for version in ("3.4.11", "4.2.3")),
    *(("mcp", version) for version in ("1.9.0", "1.12.2", "1.12.3", "1.23.0", "1.27.1")),
    *(("fastmcp", version) for version in ("2.3.0", "2.14.7", "3.4.3")),
]


@pytest.mark.parametrize(("package", "version"), RELEASES)
def test_the_table_agrees_with_the_release(package: str, version: str) -> None:
    found = measure(package, version)
    assert {"default.host", "env.prefixes", "host_check", "stream.ping", "constructor.host"} <= found.keys()
    assert differences(package, version, found) == []


def test_a_difference_is_told() -> None:
    said = dict(sdk.facts("mcp", "1.27.1"))
    assert differences("mcp", "1.27.1", said) == []
    told = differences("mcp", "1.27.1", said | {"default.port": 1})
    assert told == ["default.port: the table says 8000, measured is 1"]
