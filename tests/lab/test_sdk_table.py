"""What the table of SDK knowledge says is what released packages do."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from mcplint.knowledge import sdk
from tests.lab.sdk import differences, measure

# The last release before and the first after each boundary that matters, and the newest of each line.
RELEASES = [
    *(("mcp", version) for version in ("1.9.0", "1.12.2", "1.12.3", "1.23.0", "1.27.1", "1.30.0", "2.3.0")),
    *(("fastmcp", version) for version in ("2.3.0", "2.14.7", "3.4.3", "3.4.11", "4.1.6")),
]
Measured = dict[tuple[str, str], Future[dict[str, Any]]]


@pytest.fixture(scope="module")
def measured() -> Iterator[Measured]:
    """The releases, two at a time: most of a measurement is waiting for a stream to say something."""
    with ThreadPoolExecutor(2) as pool:
        yield {release: pool.submit(measure, *release) for release in RELEASES}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("release", RELEASES, ids="==".join)
def test_the_table_agrees_with_the_release(measured: Measured, release: tuple[str, str]) -> None:
    found = measured[release].result()
    assert {"default.host", "env.prefixes", "host_check", "stream.ping", "constructor.host"} <= found.keys()
    assert differences(*release, found) == []


def test_a_difference_is_told() -> None:
    said = dict(sdk.facts("mcp", "1.27.1"))
    assert differences("mcp", "1.27.1", said) == []
    told = differences("mcp", "1.27.1", said | {"default.port": 1})
    assert told == ["default.port: the table says 8000, measured is 1"]
