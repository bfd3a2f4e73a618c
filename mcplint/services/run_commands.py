"""`docker run -e NAME=value --env-file FILE IMAGE` in scripts and recipes: what people give an image of the project."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mcplint.commands.command_lines import DOCKER_RUN
from mcplint.commands.options import parse
from mcplint.commands.recipes import MOST_TEXT
from mcplint.commands.words import Words, text
from mcplint.model import Container
from mcplint.project.tree import Tree
from mcplint.services.built_images import Builds
from mcplint.services.image_names import SCRIPTS, is_other_software, repository
from mcplint.services.script_commands import BUILDERS, ENGINE
from mcplint.services.script_words import path_in_project, settings, with_own_variables, words
from mcplint.text.source import Source, Span
from mcplint.values import Label, Value, join

_RUN = re.compile(rf"(?:{'|'.join((*BUILDERS, ENGINE))})[ \t]+(?:container[ \t]+)?run[ \t]+")
_OPTIONS = ("-e", "--env", "-p", "--publish")
_MOST = 200
"""How many commands of a file are looked at."""


class GivenAtRun(NamedTuple):
    """The variables that commands give an image, and whether a file gives more that is not in the project.

    `ports`: by a port of the host those inside that they publish there.
    """

    variables: Mapping[str, Value[str]]
    hidden: bool = False
    ports: Mapping[int, frozenset[int]] = {}


class _GivenInCommand(NamedTuple):
    image: str
    variables: Mapping[str, Value[str]]
    hidden: bool
    ports: tuple[tuple[int, int], ...] = ()


def given_at_run(builds: Builds) -> dict[str, GivenAtRun]:
    """What commands of the project give its images, by the paths of their Dockerfiles; each may be given."""
    found: dict[str, list[_GivenInCommand]] = {}
    for each in _commands(builds.tree):
        for path in _dockerfiles(each.image, builds):
            found.setdefault(path, []).append(each)
    return {path: _merged(several) for path, several in found.items()}


def with_given(alone: Container, env: Mapping[str, Value[str]], given: GivenAtRun | None) -> Container:
    """An image alone with what commands may give it besides, or in place of, the variables that it has itself."""
    if given is None:
        return alone
    both = {name: join((env[name], value)) for name, value in given.variables.items() if name in env}
    others = {name: value for name, value in given.variables.items() if name not in env}
    return alone._replace(env=both, examples=others, hidden=given.hidden, inner_ports=given.ports)


def _merged(several: list[_GivenInCommand]) -> GivenAtRun:
    values: dict[str, list[Value[str]]] = {}
    for each in several:
        for name, value in each.variables.items():
            values.setdefault(name, []).append(value)
    ports: dict[int, frozenset[int]] = {}
    for outer, inner in (pair for each in several for pair in each.ports):
        ports[outer] = ports.get(outer, frozenset()) | {inner}
    return GivenAtRun({name: join(one) for name, one in values.items()}, any(each.hidden for each in several), ports)


def _dockerfiles(image: str, builds: Builds) -> set[str]:
    """The Dockerfiles of an image that is run: where its name is not known, the only one of the project."""
    only = set(builds.dockerfiles) if len(builds.dockerfiles) == 1 else set[str]()
    if "$" in image or "{" in image:
        return only
    if ways := builds.builds_of_name(image):
        return {way.dockerfile for way in ways}
    if is_other_software(image):
        return set()
    return {
        made.dockerfile for made in builds.images_by_likely_name.get(repository(image).rpartition("/")[2].lower(), ())
    }


def _commands(tree: Tree) -> Iterator[_GivenInCommand]:
    """The commands of all scripts and recipes that give variables."""
    for path in sorted(tree.paths):
        name = path.rpartition("/")[2]
        if not (name.lower() in SCRIPTS or name.endswith((".sh", ".mk"))) or not tree.mentions(path, *BUILDERS):
            continue
        source = tree.source(path)
        if source and "run" in source.text and any(option in source.text for option in _OPTIONS):
            yield from _runs_in_file(source, tree)


def _runs_in_file(source: Source, tree: Tree) -> Iterator[_GivenInCommand]:
    """The commands of one file."""
    folder, _, name = source.path.rpartition("/")
    where = "" if name.endswith(".sh") else folder
    own = settings(source.text[:MOST_TEXT], source.path)
    for number, match in enumerate(_RUN.finditer(source.text, 0, MOST_TEXT)):
        if number == _MOST:
            return
        line = source.text.rfind("\n", 0, match.start()) + 1
        if source.text[line : match.start()].lstrip().startswith("#"):
            continue
        span = Span(source, match.start(), match.end() - 1)
        run_words = [with_own_variables(word, own) for word in words(source.text, match.end(), source.path)[0]]
        options = parse(tuple(Value((word,), (Label(span, "runs it"),)) for word in run_words), DOCKER_RUN)
        given, hidden = dict[str, Value[str]](), False
        for each in options.values("env-file"):
            found = _file(path_in_project(where, text(each) or "$"), tree)
            hidden = hidden or found is None
            given |= found or {}
        for each in options.values("env"):
            variable, equals, value = (text(each) or "").partition("=")
            known = equals and not set("$`{") & set(value)
            given[variable] = Value((value,) if known else None, (Label(span, f"gives it {variable}"),))
        ports = tuple(_published(options.values("publish")))
        if options.rest and (given or hidden or ports):
            yield _GivenInCommand(text(options.rest[0]) or "$", given, hidden, ports)


def _published(said: Words) -> Iterator[tuple[int, int]]:
    """The ports of the host that a command publishes, and those inside that they lead to."""
    for each in said:
        *_, outer, inner = ("", *(text(each) or "").split(":"))
        if outer.isdecimal() and inner.isdecimal() and len(outer) < 6 and len(inner) < 6:
            yield int(outer), int(inner)


def _file(path: str | None, tree: Tree) -> dict[str, Value[str]] | None:
    """The variables of a file that a command names, None where it is not known; without `.env` defaults hold."""
    if path is None or path not in tree.paths:
        return {} if path and posixpath.basename(path) == ".env" else None
    from mcplint.services.compose.variables import variables

    return {name: assignment.value for name, assignment in variables(tree, [path], lambda _: None).items()}
