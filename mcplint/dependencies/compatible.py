"""Which releases of an SDK can be installed together with what else a project asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mcplint.dependencies.needs import Needs, requirements_for
from mcplint.facts.dependencies import MAIN, Requirement
from mcplint.knowledge.companions import HELD_BELOW, LATER_CAPS, may_hold_sdk
from mcplint.knowledge.ranges import admitted_releases, may_admit
from mcplint.knowledge.sdk import fact, release
from mcplint.knowledge.sdk_packages import PYTHON_PACKAGES
from mcplint.values import Label

# Who else brings an SDK along, and under which fact its range stands.
BROUGHT = {"mcp": ("fastmcp", "fastmcp-slim"), "fastmcp": ("fastmcp-slim",)}


def asked_for(package: str, wanted: Needs) -> tuple[str, ...]:
    """The releases that every requirement for a package admits, newest first; none where a range is not understood."""
    ranges = (requirement.specifier for requirement in requirements_for(package, wanted.requirements))
    return admitted_releases(package, ",".join(filter(None, ranges))) or ()


def compatible(package: str, versions: tuple[str, ...], wanted: Needs) -> Iterator[str]:
    """Those releases that go together with everything else, in their order."""
    return (
        each
        for each in _compatible_with_other_sdk(package, versions, wanted)
        if not any(held_back_by(package, (each,), wanted))
    )


class Holder(NamedTuple):
    """What may hold an SDK at an older release, and those that it may be held at; `known`: it is known to hold some."""

    requirement: Requirement
    before: tuple[str, ...]
    known: bool


def holder(package: str, chosen: str, versions: tuple[str, ...], wanted: Needs) -> Holder | None:
    """What else may keep an SDK from the release that is chosen; None where nothing may, or no older one is admitted.

    What only an extra or a group asks for is not always installed: it counts where it is known.
    """
    least = (HELD_BELOW[package],)
    if (release(chosen) or ()) < least or not (before := _newest_below(least, versions)):
        return None
    verdicts = [(may_hold_sdk(each.name, each.extras), each) for each in wanted.requirements]
    known = next((each for sure, each in verdicts if sure), None)
    unknown = next((each for sure, each in verdicts if sure is None and each.kind == MAIN), None)
    found = known or unknown
    later = LATER_CAPS.get(found.name, {}).get(package) if found else None
    newer = _newest_below(later, versions) if later else ()
    return Holder(found, tuple(dict.fromkeys((*newer, *before))), known is not None) if found else None


def _newest_below(cap: tuple[int, ...], versions: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(each for each in versions if (release(each) or cap) < cap)[:1]


def held_back_by(package: str, versions: Iterable[str], wanted: Needs) -> Iterator[Label]:
    """The requirements that hold a package below what each of the releases needs of it.

    A release of fastmcp needs what the newest `mcp` does that it admits.
    """
    for version in versions:
        for requirement in (*wanted.requirements, *wanted.constraints):
            least = fact(package, version, f"requires.{requirement.name}")
            if (
                isinstance(least, str)
                and requirement.name not in PYTHON_PACKAGES
                and not may_admit(requirement.specifier, least)
            ):
                needs = f"{package} {version} requires {requirement.name}{least}, which this does not allow"
                yield Label(requirement.span, needs)
        below = fact(package, version, "requires.mcp")
        if isinstance(below, str):
            yield from held_back_by("mcp", (admitted_releases("mcp", below) or ())[:1], wanted)


def _compatible_with_other_sdk(package: str, versions: tuple[str, ...], wanted: Needs) -> tuple[str, ...]:
    """Those releases that go together with one of the other SDK that the project asks for.

    Whichever is asked for first takes the newest release that leaves the other one any.
    """
    for other in ("mcp",) if package != "mcp" else BROUGHT["mcp"]:
        names = [requirement.name for requirement in wanted.requirements]
        others = asked_for(other, wanted)
        if other not in names or not others:
            continue
        if package not in names or names.index(other) < names.index(package):
            others = tuple(one for one in others if any(_go_together(package, mine, other, one) for mine in versions))[
                :1
            ]
        return tuple(mine for mine in versions if any(_go_together(package, mine, other, one) for one in others))
    return versions


def _go_together(package: str, version: str, other: str, its: str) -> bool:
    """Whether a release of `mcp` and one of fastmcp, in either order, can be installed together."""
    if package == "mcp":
        package, version, other, its = other, its, package, version
    range_ = fact(package, version, f"requires.{other}")
    return not isinstance(range_, str) or its in (admitted_releases(other, range_) or ())
