r"""The image installs dependencies without a lock

What is installed is decided when the image is built. Without a lock, every
build takes the newest releases that the requirements allow. A rebuild of
unchanged code is then a different program, and on the day a dependency
publishes a new major release (`mcp` 2 has no `mcp.server.fastmcp`) the image
builds and fails at import.

An install is locked if a lock file, hashes or exact releases decide: `uv sync
--locked` or `--frozen` (also `UV_LOCKED`, `UV_FROZEN`), `poetry install` and
`pdm sync` with their lock file, `pip install --require-hashes`, requirements
that are all `==`, a file written by `uv export`. A lock file that the build
itself makes with `uv lock` holds nothing back, and `uv add` resolves again
what it names.

Of npm, pnpm, yarn and bun only `npm ci`, `bun ci` and `--frozen-lockfile`
(`--immutable`) insist on the lock file: as measured, a plain install uses one
that fits and rewrites one that does not. Inside `docker build` pnpm and yarn
are no exception, as `CI` is not set there. `npm ci` also fails where there is
no lock file; `--frozen-lockfile` of yarn 1 and bun does not, nor does pnpm
where only `CI` is set: without the file they install the newest releases.

A plain `uv sync` uses `uv.lock` if there is one, but silently rewrites it if
it does not match `pyproject.toml`. If the lock file is in the image, the fix
adds `--locked`, not `--frozen`: as long as the lock file matches, both install
the same as before; once it does not, `--locked` fails the build, while
`--frozen` builds an image that lacks what is new and fails at start.

Steps that install the same project, such as `uv sync --no-install-project` and
a later `uv sync`, are one finding at the first of them.

A cap on a requirement holds back one package, a lock all of them. Where the
release that the install takes lacks what the program imports, that is an error
of `sdk-range-mismatch`, which tells of the install too. The cap that fixes it
leaves the install as it is, and this rule speaks then.

Not reported:

- for `pip`, `setuptools`, `wheel`, `uv` and other install tools;
- in a branch of a `RUN` that the build does not take, as its arguments and the
  files copied before it show; for npm and its like, also in one that it may
  not take;
- in stages whose environment the image does not take. Where it takes only a
  wheel, the install of that wheel counts: it resolves again what the wheel
  needs, whatever the lock of the stage that built it says.

See https://docs.astral.sh/uv/concepts/projects/sync/

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
COPY --from=ghcr.io/astral-sh/uv:0.9.7 /uv /bin/
WORKDIR /app
COPY pyproject.toml uv.lock server.py ./
RUN uv sync --no-dev
USER 10001
CMD ["/app/.venv/bin/python", "server.py"]
```
`pyproject.toml`
```toml
[project]
name = "notes"
version = "1.0.0"
dependencies = ["mcp>=1.27,<2"]
```
`uv.lock`
```
version = 1
requires-python = ">=3.12"

[[package]]
name = "mcp"
version = "1.27.1"
```
`server.py`
```python
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes")

if __name__ == "__main__":
    mcp.run()
```
```output
warning[unlocked-install]: `uv sync` rewrites a stale uv.lock instead of failing: neither --frozen nor --locked is given
 --> Dockerfile:5:5
  |
5 | RUN uv sync --no-dev
  |     ^^^^^^^^^^^^^^^^
  |        ---- neither --frozen nor --locked is given
  |
  = fix: add --locked, so that a stale lock file fails the build (--fix)
```
```diff
--- a/Dockerfile
+++ b/Dockerfile
@@ -2,6 +2,6 @@
 COPY --from=ghcr.io/astral-sh/uv:0.9.7 /uv /bin/
 WORKDIR /app
 COPY pyproject.toml uv.lock server.py ./
-RUN uv sync --no-dev
+RUN uv sync --locked --no-dev
 USER 10001
 CMD ["/app/.venv/bin/python", "server.py"]
```

## Good
`Dockerfile`
```dockerfile
FROM python:3.12-slim
COPY --from=ghcr.io/astral-sh/uv:0.9.7 /uv /bin/
WORKDIR /app
COPY pyproject.toml uv.lock server.py ./
RUN uv sync --locked --no-dev
USER 10001
CMD ["/app/.venv/bin/python", "server.py"]
```
"""

from collections.abc import Iterable

from mcplint import WARNING, Container, Edit, Finding, Fix, Label, Server, rule
from mcplint.model import Install, NodeInstall

QUOTES = "\"'"
INSTALLS = frozenset({"uv sync", "uv lock", "uv add", "uv pip", "uv tool", "pip", "pipx", "poetry", "pdm", "pipenv"})


@rule("unlocked-install", WARNING)
def check(part: Container | Server):
    container = part if isinstance(part, Container) else part.container
    if container is None or (isinstance(part, Container) and part.servers):
        return
    for install, *others in fixed_together(unlocked(container.installs)):
        more = [Label(each.span.head, "and so does this") for each in others]
        notes = (*install.locked.trace[:4], *more)
        yield Finding(message(install, others), install.span.head, notes, fix(install, others), cause=install.tool)
    if isinstance(part, Container) or part.sdk.is_npm:
        yield from by_node(container.node_installs)


def by_node(installs: tuple[NodeInstall, ...]) -> Iterable[Finding]:
    """The installs of npm, pnpm, yarn and bun that insist on no lock file, but for those that may find a made one."""
    makers = {each.package for each in installs if not (each.frozen or each.lock or each.lenient)}
    loose = (each for each in installs if each.certain and not each.frozen)
    for install in (each for each in loose if not (each.lenient and each.package in makers)):
        if install.lock:
            does = f"updates a stale {install.lock} instead of failing"
        elif install.kept:
            does = "resolves dependencies on every build: no lock file is copied in before it"
        else:
            does = "installs without a lock: it takes the newest releases that package.json allows"
        if install.lenient:
            does += f"; `{install.lenient}` fails for a stale lock file only, not for a missing one"
        yield Finding(f"`{install.command}` {does}", install.span.head, fix=frozen_install_fix(install))


def frozen_install_fix(install: NodeInstall) -> Fix | None:
    """The same install from a lock file that fits, where the image has one."""
    if not install.lock or not install.site:
        return None
    # bun's flag is for its own lock alone; older releases know no `bun ci`.
    by_npm = install.tool == "bun" and install.lock.endswith("package-lock.json")
    words = "ci" if install.tool == "npm" or by_npm else f"{install.site.span.text} --frozen-lockfile"
    return Fix(f"insist on the lock file: `{install.tool} {words}`", (Edit(install.site.span, words),), safe=True)


def fixed_together(installs: list[Install]) -> Iterable[list[Install]]:
    """The installs that one lock file would fix: all of pip's, and of another tool those of one project."""
    groups: dict[object, list[Install]] = {}
    for install in installs:
        same = install.tool, install.lock, bool(install.site), install.requirements or install.locked.trace
        group = groups.setdefault("pip" if by_pip(install) else same, [])
        if install.locked.trace not in [each.locked.trace for each in group]:
            group.append(install)
    return groups.values()


def by_pip(install: Install) -> bool:
    return install.tool not in ("uv sync", "uv lock", "poetry", "pdm", "pipenv")


def unlocked(installs: tuple[Install, ...]) -> list[Install]:
    """Those without a lock; a `uv lock` only where a sync keeps to what it writes."""
    loose = [each for each in installs if each.tool in INSTALLS and each.locked.must_be(False)]
    kept = {each.lock for each in installs if each.tool == "uv sync" and each.locked.must(bool)}
    return [each for each in loose if each.tool != "uv lock" or each.lock in kept]


def message(install: Install, others: list[Install]) -> str:
    traces = (each.locked.trace for each in (install, *others))
    named: dict[object, str] = {}
    for text in (unquoted(note.span.text) for trace in traces for note in trace):
        named.setdefault(requirement_key(text), text)
    loose = ", ".join(f"`{name}`" for name in list(named.values())[:3])
    if by_pip(install):
        newest = "the newest releases that {} allow" if len(named) > 1 else "the newest release that {} allows"
        return f"`{install.tool}` installs without a lock: it takes {newest.format(loose)}"
    if not install.lock:
        return f"`{install.tool}` re-resolves dependencies on every build: the image has no lock file of the project before it"
    if not install.site:
        return f"`{install.tool}` re-resolves dependencies on every build, despite {install.lock}"
    return (
        f"`{install.tool}` rewrites a stale {install.lock} instead of failing: neither --frozen nor --locked is given"
    )


def requirement_key(text: str) -> tuple[str, frozenset[str]]:
    """What a requirement asks for, however it is spelled: the name, and the ranges in any order."""
    plain = "".join(text.split())
    start = next((index for index, sign in enumerate(plain) if sign in "<>=!~"), len(plain))
    return plain[:start].lower().replace("_", "-"), frozenset(plain[start:].split(","))


def unquoted(text: str) -> str:
    """A requirement without the quotes around it; those of a key and its value belong to it."""
    inner = text.strip(QUOTES)
    return text if any(quote in inner for quote in QUOTES) else inner


def fix(install: Install, others: list[Install]) -> Fix | None:
    if install.tool != "uv sync" or not install.lock:
        return None
    sites = [each.site for each in (install, *others) if each.site]
    edits = tuple(Edit(site.span, f"{site.before}--locked{site.after}") for site in sites)
    return Fix("add --locked, so that a stale lock file fails the build", edits, safe=True) if edits else None
