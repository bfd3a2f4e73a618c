"""Which release of an SDK will run: the lock that is installed from, a pin, or the newest release that is admitted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mcplint.dependencies.compatible import BROUGHT, asked_for, compatible, held_back_by, holder
from mcplint.dependencies.locks import renewal, repeated_requirement
from mcplint.dependencies.needs import Needs, needs, requirements_for
from mcplint.facts.dependencies import Locked, Requirement
from mcplint.knowledge.ranges import admitted_releases
from mcplint.knowledge.sdk import DATE, fact, newest_with, release
from mcplint.knowledge.sdk_packages import PYTHON_PACKAGES
from mcplint.model import DeadPin, Install, Sdk
from mcplint.project.tree import Tree
from mcplint.text.source import Edit, Span
from mcplint.values import UNKNOWN, EditSite, Label, Value

# What a shell takes for a file to write to, where a requirement in a command has no quotes.
_REDIRECTED = re.compile(r">=[0-9][0-9.]*(?=[\s;&|]|$)")
TASKS = ("pydocket", "fastmcp-tasks")


class Decision(NamedTuple):
    """Releases that may be installed, why, and whether a lock or a pin says so; `site`: where it is spelled.

    `doubt`: another package of which nothing is known, and which may hold it at an older major version.
    """

    versions: tuple[str, ...]
    trace: tuple[Label, ...]
    exact: bool
    site: EditSite | None = None
    doubt: Label | None = None


def sdk(package: str, installs: tuple[Install, ...], tree: Tree, folder: str = "", dotted: str = "") -> Sdk:
    """The SDK `package` as it will be installed by those commands, or in the project of a folder where there are none.

    `dotted`: what the program imports of it. Where the newest release that is admitted does not have that, `version` is
    the newest one that has, and `installed` tells what will be there.
    """
    wanted = needs(tree, installs, folder)
    decision = _decide(package, wanted)
    if not decision or not decision.versions:
        trace = decision.trace if decision else _silence(package, wanted)
        return Sdk(package, Value(None, trace))
    installed = Value(decision.versions, decision.trace, decision.site)
    bound = _cap_site(package, wanted)
    admitted = _value(_from_requirements(package, wanted)) if wanted.locked else installed
    taken = admitted.only or decision.versions[0]
    repeated, relock = repeated_requirement(package, bound, taken, tree) if bound else (None, "")
    pin = _pin_site(decision, wanted)
    return Sdk(
        package,
        installed if decision.exact else _releases_with_import(package, installed, dotted),
        decision.exact,
        installed=installed,
        admitted=admitted,
        bound=bound,
        repeated=repeated,
        relock=renewal(pin.span.source.path, tree) if pin else relock,
        pin=pin,
        doubt=decision.doubt,
        oldest=next(reversed(asked_for(package, wanted)), None),
        mcp=installed if package == "mcp" else _value(_decide("mcp", wanted)),
        starlette=_value(_exact("starlette", wanted)),
        sse_starlette=_value(_exact("sse-starlette", wanted)),
        uvicorn=_value(_exact("uvicorn", wanted)),
        tasks=_tasks(wanted),
        dead=tuple(_dead_pins(package, decision.versions[0], wanted, tree)) if len(decision.versions) == 1 else (),
    )


# Packages that hold neither pydantic nor an SDK below a release.
_HARMLESS = frozenset(
    (
        *("mcp", "fastmcp", "fastmcp-slim", "httpx", "requests", "aiohttp", "uvicorn", "starlette", "python-dotenv"),
        *("click", "rich", "typer", "pyyaml", "anyio", "aiofiles", "jinja2", "beautifulsoup4", "lxml", "pydantic"),
        *("pytest", "ruff", "mypy", "black", "pytest-asyncio", "hatchling", "setuptools"),
    )
)


def _dead_pins(package: str, version: str, wanted: Needs, tree: Tree) -> Iterator[DeadPin]:
    """What kills the release that is installed, where no lock and no requirement holds it back."""
    from mcplint.knowledge.dead_pins import dead_releases

    for cause in dead_releases(package, version):
        if cause.dependency == "mcp":
            decision = _decide("mcp", wanted)
            held = decision is None or not all((release(each) or (0,)) >= (2,) for each in decision.versions or ("0",))
        else:
            whole = bool(wanted.locked or wanted.decider(package)) or any(each.hashed for each in wanted.requirements)
            held = whole or _may_be_held(cause.dependency, wanted)
        if not held and not wanted.elsewhere:
            sure = all(each.name in _HARMLESS for each in wanted.requirements)
            pin = tuple(_add_pin(package, f"{cause.dependency}<{cause.since}", wanted))
            yield DeadPin(*cause, sure, pin, renewal(pin[0].span.source.path, tree) if pin else "")


def _may_be_held(package: str, wanted: Needs) -> bool:
    """Whether any requirement or constraint may hold a package back."""
    asked = (*requirements_for(package, wanted.requirements), *requirements_for(package, wanted.constraints))
    return any(each.specifier is None or re.search(r"<|~=|(?<![>!])=", each.specifier) for each in asked)


def _add_pin(package: str, pin: str, wanted: Needs) -> Iterator[Edit]:
    """What puts one more requirement behind that of a package."""
    asked = requirements_for(package, wanted.requirements)
    if len(asked) != 1 or asked[0].hashed:
        return
    source, start, end = asked[0].span
    begin = source.text.rfind("\n", 0, start) + 1
    line = source.text[begin:].partition("\n")[0]
    last = begin + len(line.rstrip("\r"))
    if source.path.endswith((".txt", ".in")):
        yield Edit(Span(source, last, last), f"\n{pin}")
    elif source.path.endswith("pyproject.toml") and source.text[end : end + 1] == '"' == source.text[start - 1 : start]:
        indent, comma = source.text[begin : start - 1], source.text[end + 1 : end + 2] == ","
        if indent.strip() or source.text[end + 1 + comma : last].partition("#")[0].strip():
            yield Edit(Span(source, end + 1, end + 1), f', "{pin}"')
            return
        if not comma:  # then it is the last one
            yield Edit(Span(source, end + 1, end + 1), ",")
        yield Edit(Span(source, last, last), f'\n{indent}"{pin}"{"," * comma}')


def _tasks(wanted: Needs) -> bool | None:
    """Whether the `tasks` extra of fastmcp, or what it brings, is installed."""
    asked = any(each.name in TASKS or "tasks" in each.extras for each in wanted.requirements)
    if asked or any(entry.name in TASKS for entry in wanted.locked):
        return True
    return None if wanted.elsewhere else False


def _value(decision: Decision | None) -> Value[str]:
    return Value(decision.versions or None, decision.trace, decision.site) if decision else UNKNOWN


def _cap_site(package: str, wanted: Needs) -> EditSite | None:
    """Where the requirement for a package would be capped, None where it is pinned or capped, or nothing names it."""
    for requirement in requirements_for(package, wanted.requirements):
        open_ = requirement.specifier == "" or (">" in (requirement.specifier or "") and not _is_capped(requirement))
        span = requirement.range
        redirected = _REDIRECTED.match(span.source.text, span.end) if span and not span.text else None
        if open_ and span and redirected and not span.source.text[requirement.span.start - 1].strip():
            whole = Span(span.source, requirement.span.start, redirected.end())
            return EditSite(whole, f'"{whole.text},', '"')
        if open_ and span and span.text == requirement.specifier:
            return EditSite(span._replace(start=span.end), "," if span.text else "")
    return None


def _decide(package: str, wanted: Needs) -> Decision | None:
    """What is decided for a package, None where nothing asks for it."""
    return _locked(package, wanted) or _from_requirements(package, wanted) or _from_other_sdk(package, wanted)


def _exact(package: str, wanted: Needs) -> Decision | None:
    """What a lock or a pin says of a package, whichever it is."""
    pins = [requirement for requirement in requirements_for(package, wanted.requirements) if _pinned(requirement)]
    return _locked(package, wanted) or (_pin(package, pins, _steps(package, wanted)) if pins else None)


def _locked(package: str, wanted: Needs) -> Decision | None:
    entries = [entry for entry in wanted.locked if entry.name == package and not _is_outdated(entry, wanted)]
    if not entries:
        return None
    before = _steps(entries[0].span.source.path, wanted)
    notes = [Label(entry.span, f"{entry.span.source.path} pins {package} {entry.version}") for entry in entries]
    pins = [pin for pin in requirements_for(package, wanted.requirements) if _pinned(pin) and _in_command(pin, wanted)]
    if pins:
        return _pin(package, pins, (*before, *notes))
    site = EditSite(entries[0].span) if len(entries) == 1 else None
    return Decision(tuple(dict.fromkeys(entry.version for entry in entries)), (*before, *notes), True, site)


def _is_outdated(entry: Locked, wanted: Needs) -> bool:
    """Whether a lock file does not fit what is asked for, and is brought up to date where it is installed from."""
    if entry.span.source.path not in wanted.rewritten:
        return False
    ranges = ",".join(filter(None, (each.specifier for each in requirements_for(entry.name, wanted.requirements))))
    fitting = admitted_releases(entry.name, ranges) if entry.name in PYTHON_PACKAGES else None
    return (
        bool(fitting)
        and entry.version in (admitted_releases(entry.name, "") or ())
        and entry.version not in (fitting or ())
    )


def _from_requirements(package: str, wanted: Needs) -> Decision | None:
    """What the requirements that name the package admit."""
    asked = requirements_for(package, wanted.requirements)
    if not asked:
        return None
    before = (*_passed_over(package, wanted), *_steps(package, wanted))
    if package in wanted.elsewhere or any(requirement.specifier is None for requirement in asked):
        elsewhere = next((r for r in asked if r.specifier is None), asked[0])
        return Decision((), (*before, Label(elsewhere.span, f"{package} is not installed from an index here")), False)
    constraints = requirements_for(package, wanted.constraints)
    pins = [requirement for requirement in (*asked, *constraints) if _pinned(requirement)]
    if pins:
        return _pin(package, pins, before)
    notes = tuple(
        Label(r.range if r.range and r.range.text else r.span, f"requires `{_text(r)}`") for r in (*asked, *constraints)
    )
    ranges = [requirement.specifier or "" for requirement in (*asked, *constraints)]
    return _newest(package, ranges, wanted, (*before, *notes[:-1]), notes[-1].span, _all_of(package, asked))


def _newest(
    package: str, ranges: Iterable[str], wanted: Needs, before: tuple[Label, ...], span: Span, text: str
) -> Decision:
    """The newest release that the ranges and the other SDKs of the project admit."""
    if decided := wanted.decider(package):
        return Decision((), (*before, decided), False)
    fitting = admitted_releases(package, ",".join(filter(None, ranges)))
    if fitting is None:
        return Decision((), (*before, Label(span, f"`{text}` is not a range that mcplint understands")), False)
    before = (*before, *held_back_by(package, fitting[:1], wanted))
    chosen = next(compatible(package, fitting, wanted), None)
    if chosen is None:
        why = f"no release of {package} that is known as of {DATE} satisfies `{text}` and the other requirements"
        return Decision((), (*before, Label(span, why)), False)
    why = f"{package} {chosen} is the newest release that `{text}` allows as of {DATE}"
    if chosen != fitting[0]:
        why = f"{package} {chosen} is the newest release as of {DATE} that `{text}` and the other requirements allow"
    held = holder(package, chosen, fitting, wanted)
    if held and held.known:
        why += f", or {' or '.join(held.before)}, which `{held.requirement.name}` may hold it at"
        return Decision((chosen, *held.before), (*before, Label(span, why)), False)
    doubt = Label(held.requirement.span, f"what `{held.requirement.name}` requires is not known") if held else None
    return Decision((chosen,), (*before, Label(span, why)), False, doubt=doubt)


def _from_other_sdk(package: str, wanted: Needs) -> Decision | None:
    """The release that comes along with another SDK which requires it."""
    for other in BROUGHT.get(package, ()):
        decision = _decide(other, wanted)
        if not decision or not decision.versions:
            continue
        if package == "fastmcp":
            return decision
        range_ = fact(other, decision.versions[0], f"requires.{package}")
        if isinstance(range_, str):
            last = decision.trace[-1].span
            brings = f"fastmcp {decision.versions[0]} requires {package}{range_}"
            if decided := wanted.decider(other):
                return Decision((), (*decision.trace, decided), False)
            ranges = [range_, *(r.specifier or "" for r in requirements_for(package, wanted.constraints))]
            return _newest(package, ranges, wanted, decision.trace, last, brings)
    return None


def _pin(package: str, pins: list[Requirement], before: tuple[Label, ...]) -> Decision:
    """What exact requirements say; several where they disagree, as with environment markers."""
    versions = tuple(dict.fromkeys(_pinned(pin) for pin in pins))
    notes = tuple(Label(pin.range or pin.span, f"pins {package} {_pinned(pin)}") for pin in pins)
    site = _version_site(versions[0], pins[0].range) if len(pins) == 1 else None
    return Decision(versions, (*before, *notes), True, site)


def _version_site(version: str, span: Span | None) -> EditSite | None:
    """Where a version is spelled in a range, if it is."""
    if not span or (start := span.text.find(version)) < 0:
        return None
    return EditSite(Span(span.source, span.start + start, span.start + start + len(version)))


def _pin_site(decision: Decision, wanted: Needs) -> EditSite | None:
    """Where a pin spells its version, None where a lock file or a hash beside it would no longer fit another one."""
    site = decision.site
    if site is None or site.span.source.path in {entry.span.source.path for entry in wanted.locked}:
        return None
    behind = site.span.source.text[site.span.end :]
    return None if re.match(r"(?:[^\n\\]|\\\r?\n)*--hash", behind) else site


def _pinned(requirement: Requirement) -> str:
    """The one version that a requirement admits, or nothing."""
    text = (requirement.specifier or "").strip()
    version = text.removeprefix("===" if text.startswith("===") else "==").strip()
    exact = text.startswith("==") and "*" not in text and "," not in text
    return version if exact else ""


def _is_capped(requirement: Requirement) -> bool:
    return bool(_pinned(requirement)) or "<" in (requirement.specifier or "")


def _in_command(requirement: Requirement, wanted: Needs) -> bool:
    return any(requirement.span.source.path == step.span.source.path for step in wanted.steps)


def _text(requirement: Requirement) -> str:
    return f"{requirement.name}{requirement.specifier or ''}"


def _all_of(package: str, asked: Iterable[Requirement]) -> str:
    """What requirements of a package ask for together: the narrowest of them alone, where it admits no more."""
    fitting = {_text(each): admitted_releases(package, each.specifier or "") for each in asked}
    narrowest = min(fitting, key=lambda text: len(fitting[text] or ()))
    least = set(fitting[narrowest] or ())
    wider = all(least <= set(each or ()) for each in fitting.values())
    return narrowest if least and wider else " and ".join(fitting)


def _steps(key: str, wanted: Needs) -> tuple[Label, ...]:
    """The command that installs a package, or from a lock file: that which asks for it, else the first."""
    return (wanted.by[key],) if key in wanted.by else wanted.steps[:1]


def _passed_over(package: str, wanted: Needs) -> Iterator[Label]:
    passed = [(entry, "but nothing installs from it here") for entry in wanted.passed_over]
    passed += [
        (entry, "which does not fit what is asked for") for entry in wanted.locked if _is_outdated(entry, wanted)
    ]
    for entry, why in passed:
        if entry.name == package:
            yield Label(entry.span, f"{entry.span.source.path} pins {package} {entry.version}, {why}")


def _silence(package: str, wanted: Needs) -> tuple[Label, ...]:
    if wanted.unread:
        return (wanted.unread,)
    return tuple(Label(step.span, f"{step.text}, but nothing of that names {package}") for step in wanted.steps[:1])


def _releases_with_import(package: str, installed: Value[str], dotted: str) -> Value[str]:
    """The releases of a value that have what the program imports, else the newest known one that has."""
    name = f"import.{dotted}"
    options = installed.options or ()
    there = tuple(each for each in options if fact(package, each, name) is not False) if dotted else options
    if len(there) == len(options):
        return installed
    having = there[0] if len(there) == 1 else newest_with(package, name)
    if not having or len(there) > 1:
        return installed
    lacking = ", ".join(each for each in options if each not in there)
    newest = "" if there else ", the newest that has it"
    why = f"{package} {lacking} has no {dotted}, so {package} {having} is assumed{newest}"
    last = installed.trace[-1]
    return Value((having,), (*installed.trace, Label(last.span, why)))
