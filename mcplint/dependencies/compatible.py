"""Which releases of an SDK can be installed together with what else a project asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mcplint.dependencies.needs import Needs, asking
from mcplint.knowledge.ranges import admitted, reaches
from mcplint.knowledge.sdk import fact
from mcplint.knowledge.sdk_packages import PYTHON_PACKAGES
from mcplint.values import Label

# Who else brings an SDK along, and under which fact its range stands.
BROUGHT = {"mcp": ("fastmcp", "fastmcp-slim"), "fastmcp": ("fastmcp-slim",)}

# Packages some of whose newest releases keep `mcp` below 2, some not: which of both is installed depends on the order
# in which a resolver looks. langchain-mcp-adapters 0.3.2 does, 0.3.1 does not.
_LIMITING = frozenset({"langchain-mcp-adapters"})


def asked_for(package: str, wanted: Needs) -> tuple[str, ...]:
    """The releases that every requirement for a package admits, newest first; none where a range is not understood."""
    ranges = (requirement.specifier for requirement in asking(package, wanted.requirements))
    return admitted(package, ",".join(filter(None, ranges))) or ()


def compatible(package: str, versions: tuple[str, ...], wanted: Needs) -> Iterator[str]:
    """Those releases that go together with everything else, in their order."""
    return (each for each in _agreed(package, versions, wanted) if not any(against(package, (each,), wanted)))


def limited(package: str, chosen: str, versions: Iterable[str], wanted: Needs) -> tuple[str, ...]:
    """The release that is chosen, and the newest of an older major version where something may hold `mcp` there."""
    if package != "mcp" or not any(requirement.name in _LIMITING for requirement in wanted.requirements):
        return (chosen,)
    before = next((each for each in versions if each.partition(".")[0] != chosen.partition(".")[0]), None)
    return (chosen, before) if before else (chosen,)


def against(package: str, versions: Iterable[str], wanted: Needs) -> Iterator[Label]:
    """The requirements that hold a package below what each of the releases needs of it.

    A release of fastmcp needs what the newest `mcp` does that it admits.
    """
    for version in versions:
        for requirement in (*wanted.requirements, *wanted.constraints):
            least = fact(package, version, f"requires.{requirement.name}")
            if (
                isinstance(least, str)
                and requirement.name not in PYTHON_PACKAGES
                and not reaches(requirement.specifier, least)
            ):
                needs = f"{package} {version} requires {requirement.name}{least}, which this does not allow"
                yield Label(requirement.span, needs)
        below = fact(package, version, "requires.mcp")
        if isinstance(below, str):
            yield from against("mcp", (admitted("mcp", below) or ())[:1], wanted)


def _agreed(package: str, versions: tuple[str, ...], wanted: Needs) -> tuple[str, ...]:
    """Those releases that go together with one of the other SDK that the project asks for.

    Whichever is asked for first takes the newest release that leaves the other one any.
    """
    for other in ("mcp",) if package != "mcp" else BROUGHT["mcp"]:
        names = [requirement.name for requirement in wanted.requirements]
        others = asked_for(other, wanted)
        if other not in names or not others:
            continue
        if package not in names or names.index(other) < names.index(package):
            others = tuple(one for one in others if any(_together(package, mine, other, one) for mine in versions))[:1]
        return tuple(mine for mine in versions if any(_together(package, mine, other, one) for one in others))
    return versions


def _together(package: str, version: str, other: str, its: str) -> bool:
    """Whether a release of `mcp` and one of fastmcp, in either order, can be installed together."""
    if package == "mcp":
        package, version, other, its = other, its, package, version
    range_ = fact(package, version, f"requires.{other}")
    return not isinstance(range_, str) or its in (admitted(other, range_) or ())
