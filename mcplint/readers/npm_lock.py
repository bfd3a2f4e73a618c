"""Reads the lock files of npm, pnpm, yarn and bun: which release of a package is installed for whom.

These files are large and only a few of their packages matter, so they are searched and not parsed.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mcplint.facts.node import NodeLock, NodeLocked, NodePeer
from mcplint.findings import Unreadable
from mcplint.text.source import Source, Span

NAMES = (
    r"@modelcontextprotocol/[\w.-]+|@hono/(?:node-server|mcp)|fastmcp|mcp-framework|xmcp|mcp-handler|@vercel/mcp-adapter"
    r"|zod|express|fastify|dotenv|supergateway|mcp-proxy|typescript|@nestjs/platform-fastify|compression"
    r"|tsup|tsdown|shx|rimraf|husky|esbuild|vite|rollup|tsx|ts-node|copyfiles|cpy-cli|tsc-alias|concurrently|cross-env"
    r"|@nestjs/cli|@vercel/ncc|webpack|webpack-cli|@swc/cli|npm-run-all|del-cli|lefthook|simple-git-hooks"
)
"""The packages that rules and programs ask for."""
_VERSION = r"(\d+\.\d+\.\d++[\w.+-]*+)"
_DEVELOPMENT = re.compile(r'[^{}]{0,900}?"dev":\s*true')
_ENTRY = re.compile(r'^    "(?:node_modules/((?:@[^/"\n]+/)?[^/"\n]+)|[^"\n]*)": \{\r?$', re.M)
_OWN_VERSION = re.compile(rf'^      "version": "{_VERSION}"', re.M)
_RANGE = re.compile(r'^        "([^"\n]+)": "([^"\n]+)"', re.M)
_OPTIONAL = re.compile(r'^        "([^"\n]+)": \{\s*"optional": true', re.M)
_CONFLICT = r"(?m)^(?:<{7}|>{7}) "


def read(source: Source) -> NodeLock:
    """The packages of a lock file that matter, each with the folder whose `node_modules` it is installed in."""
    text, kind = source.text, posixpath.basename(source.path)
    if ("<<<<<<<" in text or ">>>>>>>" in text) and (conflict := re.search(_CONFLICT, text)):
        raise Unreadable(Span(source, conflict.start(), conflict.end()), "an unresolved merge conflict")
    form = _FORMS.get(kind)
    return NodeLock(kind, tuple(form(source)) if form else (), tuple(_peers(source)) if form is _npm else ())


def _peers(source: Source) -> Iterator[NodePeer]:
    """What the packages at the top want of each other; one that a package brings itself is not wanted."""
    text = source.text
    if '"peerDependencies"' not in text:
        return
    heads = list(_ENTRY.finditer(text))
    ends = [*(head.start() for head in heads[1:]), len(text)]
    bodies = {head[1]: (head.end(), end) for head, end in zip(heads, ends, strict=False) if head[1]}
    versions = {name: found for name, body in bodies.items() if (found := _OWN_VERSION.search(text, *body))}
    for name, body in bodies.items():
        wanted = list(_table("peerDependencies", _RANGE, text, body))
        spared = {each[1] for each in _table("dependencies", _RANGE, text, body)} if wanted else set()
        spared |= {each[1] for each in _table("peerDependenciesMeta", _OPTIONAL, text, body)} if wanted else set()
        for each in wanted:
            there = versions.get(each[1])
            if there and name in versions and each[1] not in spared:
                spans = Span(source, *each.span(2)), Span(source, *there.span(1))
                yield NodePeer(name, versions[name][1], each[1], each[2], spans[0], there[1], spans[1])


def _table(kind: str, form: re.Pattern[str], text: str, body: tuple[int, int]) -> Iterator[re.Match[str]]:
    """The entries of a table in the body of a package."""
    start = text.find(f'\n      "{kind}": {{', *body)
    end = text.find("\n      }", start, body[1]) if start >= 0 else -1
    return form.finditer(text, start, end) if end >= 0 else iter(())


def _npm(source: Source) -> Iterator[NodeLocked]:
    """`"node_modules/zod": {"version": "3.25.76"`; a nested one belongs to the package that it is in."""
    text = source.text
    for found in re.finditer(rf'"((?:[^"\s]*/)?)node_modules/({NAMES})":\s*\{{', text):
        version = re.compile(rf'[^{{}}]{{0,400}}?"version":\s*"{_VERSION}"').match(text, found.end())
        if version:
            development = _DEVELOPMENT.match(text, version.end()) is not None
            span = Span(source, *version.span(1))
            yield NodeLocked(found[2], version[1], found[1].rstrip("/"), span, development=development)
    if '"lockfileVersion": 1' in text:
        for found in re.finditer(rf'(?m)^    "({NAMES})":\s*\{{\s*"version":\s*"{_VERSION}"', text):
            yield NodeLocked(found[1], found[2], "", Span(source, *found.span(2)))


def _pnpm(source: Source) -> Iterator[NodeLocked]:
    """The importers of a `pnpm-lock.yaml`, each with what its `node_modules` holds."""
    text = source.text
    head = re.search(r"(?m)^importers:[ \t]*$", text)
    end = re.compile(r"(?m)^packages:|^snapshots:|^catalogs:").search(text, head.end() if head else 0)
    folder, start = "", head.end() if head else 0
    version = rf"[ \t]*{_VERSION}|\s+specifier:[^\n]*+\s++version:[ \t]*{_VERSION}"
    pattern = rf"(?m)^  (\S[^\n]*?):[ \t]*$|^ {{2,8}}'?({NAMES})'?:(?:{version})"
    for found in re.compile(pattern).finditer(text, start, end.start() if end else len(text)):
        if found[1] is not None:
            folder = found[1].strip("'\"") if head else ""
        else:
            group = 3 if found[3] else 4
            yield NodeLocked(found[2], found[group], "" if folder == "." else folder, Span(source, *found.span(group)))


def _yarn(source: Source) -> Iterator[NodeLocked]:
    """`"zod@^3.0.0, zod@^3.1.0":` and its version, in the forms of yarn 1 and of later ones."""
    text = source.text
    pattern = rf'(?m)^"?({NAMES})@([^\n]*):[ \t]*\r?\n[ \t]+"?version"?:?[ \t]+"?{_VERSION}'
    for found in re.finditer(pattern, text):
        yield NodeLocked(found[1], found[3], "", Span(source, *found.span(3)), found[0].split("\n")[0])


def _bun(source: Source) -> Iterator[NodeLocked]:
    """`"zod": ["zod@3.25.76", …]`; a nested one has the names of those that it is in before its own."""
    for found in re.finditer(rf'(?m)^[ \t]*"([^"\n]*)":[ \t]*\["({NAMES})@{_VERSION}"', source.text):
        if found[1] == found[2]:
            yield NodeLocked(found[2], found[3], "", Span(source, *found.span(3)))


_FORMS = {
    "package-lock.json": _npm,
    "npm-shrinkwrap.json": _npm,
    "pnpm-lock.yaml": _pnpm,
    "yarn.lock": _yarn,
    "bun.lock": _bun,
}
