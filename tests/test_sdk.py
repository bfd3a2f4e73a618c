"""The table of what the SDKs do by release is whole, and is read as it is meant."""

from __future__ import annotations

from itertools import pairwise

import pytest

from mcplint.knowledge import sdk, sdk_arguments, sdk_behaviour, sdk_names

ROWS = [*sdk_behaviour.ROWS, *sdk_names.ROWS]
FATES = {"accepted", "ignored", "rejected"}


def ranges() -> dict[tuple[str, str], list[tuple[str, str]]]:
    """The ranges of every name of every package, arguments spelled out."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for name, package, since, until, *_ in ROWS:
        found.setdefault((package, name), []).append((since, until))
    for callables, package, since, until, keywords, *_ in sdk_arguments.ROWS:
        for called in callables.split():
            for keyword in keywords.split():
                found.setdefault((package, f"{called}.{keyword}"), []).append((since, until))
    return found


@pytest.mark.parametrize("package", ["mcp", "fastmcp", "fastmcp-slim"])
def test_releases_are_in_order_and_final(package: str) -> None:
    keys = [sdk.release(version) for version in sdk.releases(package)]
    assert all(keys) and keys == sorted(set(keys))
    assert sdk.newest(package) == sdk.releases(package)[-1]


def test_every_row_names_releases_that_exist() -> None:
    for (package, name), spans in ranges().items():
        for since, until in spans:
            assert {since, until or since} <= set(sdk.releases(package)), (package, name)


def test_no_two_rows_speak_of_one_release() -> None:
    for (package, name), spans in ranges().items():
        ends = sorted((sdk.release(since) or (), sdk.release(until) or (99,)) for since, until in spans)
        assert all(before[1] < after[0] for before, after in pairwise(ends)), (package, name)


def test_every_row_has_a_source_and_arguments_have_a_fate() -> None:
    assert all(row[-1] and isinstance(row[-1], str) for row in [*ROWS, *sdk_arguments.ROWS])
    assert {row[-2] for row in sdk_arguments.ROWS} <= FATES


@pytest.mark.parametrize(
    ("package", "version", "name", "value"),
    [
        ("mcp", "1.9.0", "default.host", "0.0.0.0"),
        ("mcp", "1.9.1", "default.host", "127.0.0.1"),
        ("mcp", "1.12.2", "env.prefixes", ("FASTMCP_",)),
        ("mcp", "1.12.3", "env.prefixes", ()),
        ("fastmcp", "2.7.1", "env.prefixes", ("FASTMCP_SERVER_",)),
        ("fastmcp", "2.14.0", "env.prefixes", ("FASTMCP_",)),
        ("mcp", "1.22.0", "host_check", "off"),
        ("mcp", "1.23.0", "host_check", "constructor"),
        ("mcp", "2.0.0", "host_check", "app"),
        ("fastmcp", "3.4.3", "host_check", "on"),
        ("fastmcp-slim", "3.4.3", "host_check", "on"),
        ("mcp", "1.27.1", "run.host", "rejected"),
        ("mcp", "2.3.0", "run.host", "accepted"),
        ("mcp", "2.3.0", "run_stdio.host", "ignored"),
        ("mcp", "1.12.2", "constructor.transport", "ignored"),
        ("mcp", "1.12.3", "constructor.transport", "rejected"),
        ("fastmcp", "3.0.0", "constructor.host", "rejected"),
        ("mcp", "2.3.0", "import.mcp.server.fastmcp.prompts.base", False),
        ("mcp", "1.30.0", "import.mcp.server.fastmcp.prompts.base", None),
        ("mcp", "1.30.0", "transport.http", "rejected"),
        ("mcp", "1.30.0", "transport.anything", "rejected"),
        ("mcp", "1.30", "sessions.idle_timeout", 1800),
        ("mcp", "1.30.0.post1", "sessions.idle_timeout", 1800),
        ("mcp", "2.4.0", "host_check", "app"),
        ("mcp", "3.0.0", "host_check", None),
        ("mcp", "2.0.0b1", "default.host", "127.0.0.1"),
        ("mcp", "2.0.0b1", "host_check", None),
        ("mcp", "junk", "default.host", None),
        ("mcp", "", "default.host", None),
        ("requests", "2.0", "default.host", None),
        ("mcp", "1.11.0", "slash.streamable-http", "mounted"),
        ("mcp", "1.12.0", "slash.streamable-http", "exact"),
    ],
)
def test_fact(package: str, version: str, name: str, value: object) -> None:
    assert sdk.fact(package, version, name) == value


def test_facts_are_those_that_are_known() -> None:
    known = sdk.facts("fastmcp", "4.2.3")
    assert known["default.port"] == 8000 and None not in known.values()
    assert sdk.newest_with("mcp", "import.mcp.server.fastmcp") == "1.30.0"
