"""What the releases of an SDK that may run do, and which requirement would bring another one."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mcplint.findings import Fix
from mcplint.knowledge.dead_pins import dead_releases
from mcplint.knowledge.sdk import fact, newest_with, release, releases
from mcplint.model.program import Endpoint, Import
from mcplint.model.servers import Sdk, Server
from mcplint.text.source import Edit
from mcplint.values import Value

_SENDS = r"\.(?:json|send|end|text)\("
_REFUSES = r"\b4\d\d\b|handleRequest|[nN]ot [aA]llowed"


def common_fact(sdk: Sdk, name: str) -> object | None:
    """What all releases of an SDK that may run say under this name, or None; "mcp" is looked up in the `mcp` below."""
    known = {fact(sdk.package or "", version, name) for version in sdk.version.options or ()}
    if known == {"mcp"}:
        known = {fact("mcp", version, name) for version in sdk.mcp.options or ()}
    return known.pop() if len(known) == 1 else None


def answered_path(server: Server) -> str | None:
    """The form of a server's path that it answers without a redirect, or None where that cannot be told."""
    path, transport = server.path.only, server.transport.only
    if not path or path == "/" or not server.endpoints_closed:
        return None
    form = "exact" if server.kind == "Server" else common_fact(server.sdk, f"slash.{transport}")
    return path if form == "exact" else path.rstrip("/") + "/" if form == "mounted" else None


def may_redirect(server: Server, path: str) -> bool:
    """Whether some release that may run sends a request for a server's path on to that with a slash behind it."""
    mounted = {
        fact(server.sdk.package or "", version, "slash.streamable-http") for version in server.sdk.version.options or ()
    }
    return "mounted" in mounted and server.kind != "Server" and not path.endswith("/")


def gets(endpoint: Endpoint, path: str, server: Server) -> bool:
    """Whether a route of the program's own answers a GET of a path; one of Express where its text says so itself."""
    if "GET" not in endpoint.methods or not server.matching.answers(endpoint.path, path):
        return False
    text = endpoint.span.text
    return not server.sdk.is_npm or bool(re.search(_SENDS, text) and not re.search(_REFUSES, text))


def missing_import(sdk: Sdk, versions: Value[str], imports: Iterable[Import]) -> Import | None:
    """The first import of an SDK that none of the releases has; one whose failure is caught does not count."""

    def lacks(name: str) -> bool:
        return versions.must(lambda version: fact(sdk.package or "", version, name) is False)

    own = (each for each in imports if not each.guarded and each.dotted.partition(".")[0] == sdk.package)
    return next((each for each in own if lacks(each.fact)), None)


def cap(sdk: Sdk, name: str, taken: Value[str], safe: bool = False) -> Fix | None:
    """An upper bound on the requirement, below the major version that is taken.

    None unless the newest release below it has what a fact of this name says: a bound would bring nothing back.
    """
    package = sdk.package or ""
    having = newest_with(package, name)
    if having is None:
        return None
    major = (release(having) or (0,))[0] + 1
    newest_below = [version for version in releases(package) if (release(version) or ()) < (major,)][-1]
    if newest_below != having or (release(taken.only or "0") or ()) < (major,):
        return None
    edits = sdk.edits_below(major)
    return Fix(f"require {package} below {major}", edits, safe and not sdk.relock, then=sdk.relock) if edits else None


def raised(sdk: Sdk, name: str, lacks: object = False) -> Fix | None:
    """A pin at the oldest release of the same major version and above it that no longer has `lacks` for a fact.

    One that lives with what today's builds bring along is not raised to one that does not.
    """
    package, pinned = sdk.package or "", release(sdk.installed.only or "")
    later = (version for version in releases(package) if pinned and (release(version) or ()) > pinned)
    same = (version for version in later if pinned and (release(version) or ())[:1] == pinned[:1])
    lives = not any(dead_releases(package, sdk.installed.only or ""))
    able = (version for version in same if fact(package, version, name) not in (lacks, None))
    having = next((version for version in able if not (lives and any(dead_releases(package, version)))), None)
    if having is None or sdk.pin is None:
        return None
    return Fix(f"require {package} {having}", (Edit(sdk.pin.span, having),), then=sdk.relock)
