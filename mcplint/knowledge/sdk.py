"""What the Python SDKs `mcp`, `fastmcp` and `fastmcp-slim` do, by release, and those of npm, written `npm:NAME`.

Names of facts and their values:

- `default.<setting>`: what holds where the program gives no value: `host`, `port`, `transport`, `sse_path`,
  `message_path`, `streamable_http_path`, `stateless_http`, `json_response`, `mount_path`.
- `slash.streamable-http`, `slash.sse`: "mounted" (answers below the path and a slash, the bare path is a redirect) or
  "exact" (answers the path as written, the other slash form is a redirect).
- `env.prefixes`: the prefixes whose variables decide a setting that the program leaves open, first match first; ()
  where the environment decides nothing. The variable is the prefix and the setting in capitals. `env.transport`:
  whether `FASTMCP_TRANSPORT` decides `run()`. `env.dotenv`: whether `.env` in the working directory counts;
  `env.dotenv_variable`: the variable that names another file ("" for none).
- `transport.<name>`: what `run("<name>")` serves: "stdio", "sse", "streamable-http", or "rejected".
- `<callable>.<keyword>`: "accepted", "ignored" (taken and dropped) or "rejected" (raises). Callables are listed in
  `sdk_arguments`. `settings.assign`: what becomes of `server.settings.host = …`.
- `import.<dotted name>`, `method.<name>` (of the server object), `lowlevel.<name>` (of the low-level `Server`): bool.
- `host_check`: who arms the Host and Origin check by default: "off" nobody, "constructor" a loopback `host` of the
  constructor, "app" a loopback `host` of `run()` or the app factory, "on" always.
- `sessions.idle_timeout`: seconds after which an idle session is dropped, 0 never. `sessions.unknown_status`: the
  answer to a session id of another process. `sessions.leak`: refused requests leave sessions behind.
  `sessions.sessionless_protocol`: clients of protocol 2026-07-28 are served without a session.
  `sessions.back_channel`: what a request to the client does in stateless mode: "hangs", "fails" or, either by
  release and kind of request, "unanswered".
  The value "mcp" means: as the `mcp` release underneath does.
- `tasks.extra`: whether `task=True` of a tool, resource or prompt needs the extra `tasks`.
- `stdio.stray_output`: where what a tool prints goes while stdio is served: "wire" (to the client) or "stderr".
- `stream.ping`: seconds between keep-alive comments on every event stream. `stream.no_buffering_header`: whether
  event streams carry `X-Accel-Buffering: no`. `status.get_endpoint`, `status.head_endpoint`: the answer to a bare
  GET or HEAD of the MCP endpoint. `body_limit`: bytes, 0 none. `sse.mounted_prefix`: whether the endpoint event
  carries the prefix that the SSE app is mounted under.
- `cli.…`: what `mcp run` and `fastmcp run` do. `requires.<package>`: the range that the release itself requires; of
  packages that are no SDK only the lowest release that it admits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from mcplint.knowledge.sdk_releases import DATE, RELEASES

__all__ = [
    "DATE",
    "fact",
    "facts",
    "newest",
    "newest_with",
    "release",
    "releases",
]

Key = tuple[int, ...]


def releases(package: str) -> tuple[str, ...]:
    """Every final release of a package up to `DATE`, oldest first; none of a package that is not an SDK."""
    if package.startswith("npm:"):
        from mcplint.knowledge import npm_releases

        return npm_releases.RELEASES.get(package, ())
    return RELEASES.get(package, ())


def newest(package: str) -> str:
    """The newest release of an SDK as of `DATE`."""
    return releases(package)[-1]


@lru_cache(10_000)
def fact(package: str, version: str, name: str) -> object | None:
    """What is known of a release under this name, or None.

    A release newer than the table counts as the newest one of its major version, a pre-release only where the
    releases around it agree.
    """
    bounds = _bounds(package, version)
    table = _table(_rows_of(package))
    values = {_value(table, name, bound) for bound in bounds}
    return values.pop() if len(values) == 1 else None


def facts(package: str, version: str) -> Mapping[str, object]:
    """All that is known of a release, by name."""
    known = ((name, fact(package, version, name)) for name in _table(_rows_of(package)))
    return {name: value for name, value in known if value is not None}


def newest_with(package: str, name: str) -> str | None:
    """The newest release that has what a fact of this name says (an import, a method), None where none has."""
    return next((version for version in reversed(releases(package)) if fact(package, version, name) is True), None)


@lru_cache(10_000)
def release(version: str) -> Key | None:
    """The numbers of a final release such as `1.12.3`, without trailing zeros; None for any other version."""
    parts = version.split(".")
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in parts):
        return None
    numbers = [int(part) for part in parts]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def _rows_of(package: str) -> str:
    return "fastmcp" if package == "fastmcp-slim" else package


def _value(table: Mapping[str, tuple[tuple[Key, Key, object], ...]], name: str, version: Key) -> object | None:
    """The fact of the first name that has one: itself, `import` parents that are missing, the rest `*` of its kind."""
    for candidate in _names(name):
        for since, until, value in table.get(candidate, ()):
            if since <= version <= until and (candidate == name or candidate.endswith("*") or value is False):
                return value
    return None


def _names(name: str) -> Iterator[str]:
    yield name
    if name.startswith("import."):
        parent = name.rpartition(".")[0]
        while parent != "import":
            yield parent
            parent = parent.rpartition(".")[0]
    else:
        yield f"{name.partition('.')[0]}.*"


def _bounds(package: str, version: str) -> tuple[Key, ...]:
    """The releases of the table whose facts hold for a version: itself, or its neighbours for a pre-release."""
    known = _keys(package)
    number = release(version)
    if number is None:
        return _neighbouring_releases(known, version)
    if not known or number <= known[-1]:
        return (number,)
    return known[-1:] if number[:1] == known[-1][:1] else ()


def _neighbouring_releases(known: tuple[Key, ...], version: str) -> tuple[Key, ...]:
    from packaging.version import Version

    try:
        parsed = Version(version)
    except ValueError:  # of a version, and of a number with more digits than Python reads
        return ()
    number = release(".".join(map(str, parsed.release))) or ()
    if not parsed.is_prerelease:
        return (number,)
    before = [key for key in known if key < number][-1:]
    after = [key for key in known if key >= number][:1]
    return (*before, *after) if before and after else ()


@cache
def _keys(package: str) -> tuple[Key, ...]:
    return tuple(release(version) or () for version in releases(package))


@cache
def _table(package: str) -> Mapping[str, tuple[tuple[Key, Key, object], ...]]:
    """The rows of a package by name, with the releases as numbers."""
    table: dict[str, list[tuple[Key, Key, object]]] = {}
    endless = (2**31,)
    if package.startswith("npm:"):
        from mcplint.knowledge import npm_sdk

        for name, owner, since, until, value, _ in npm_sdk.ROWS:
            if owner == package:
                table.setdefault(name, []).append((release(since) or (), release(until) or endless, value))
        return {name: tuple(rows) for name, rows in table.items()}
    from mcplint.knowledge import sdk_arguments, sdk_behaviour, sdk_names

    for rows in (sdk_behaviour.ROWS, sdk_names.ROWS):
        for name, owner, since, until, value, _ in rows:
            if owner == package:
                table.setdefault(name, []).append((release(since) or (), release(until) or endless, value))
    for callables, owner, since, until, keywords, fate, _ in sdk_arguments.ROWS:
        if owner == package:
            span = (release(since) or (), release(until) or endless, fate)
            for called in callables.split():
                for keyword in keywords.split():
                    table.setdefault(f"{called}.{keyword}", []).append(span)
    return {name: tuple(rows) for name, rows in table.items()}
