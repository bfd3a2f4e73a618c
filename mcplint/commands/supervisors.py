"""Programs that keep services running, each by a file of its own: supervisord, s6 and runit."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import lru_cache

from mcplint.commands.command_lines import is_root
from mcplint.commands.execution import ExecContext, NextCommand, Step
from mcplint.commands.options import grammar, parse
from mcplint.commands.recipes import with_references
from mcplint.commands.scripts import from_lines, from_script
from mcplint.commands.words import Words, span_of, text
from mcplint.programs.start import NoStart, Start
from mcplint.text.glob import fits
from mcplint.text.located import LocatedText
from mcplint.values import Label, Value

_CONFIGURATIONS = (
    *("/etc/supervisor/supervisord.conf", "/etc/supervisord.conf", "supervisord.conf", "etc/supervisord.conf"),
)
_INCLUDED = ("/etc/supervisor/conf.d/*.conf", "/etc/supervisord.d/*.ini", "/etc/supervisor.d/*.ini")
"""What the configurations of Debian, Fedora and Alpine include."""
_FOLDERS = ("/etc/services.d", "/etc/s6-overlay/s6-rc.d", "/etc/service", "/etc/sv")
_SECTION = re.compile(r"^\[(supervisord|include|program:[^\]\n]+)\][^\n]*((?:\n(?!\[)[^\n]*)*)", re.MULTILINE)
_COMMAND = re.compile(r"^command[ \t]*+=[ \t]*+(\S.*)$", re.MULTILINE)
_DIRECTORY = re.compile(r"^directory[ \t]*=[ \t]*([^\s%]+)", re.MULTILINE)
_USER = re.compile(r"^user[ \t]*=[ \t]*([^\s;]+)", re.MULTILINE)
_FILES = re.compile(r"^files[ \t]*=([^;\n]*(?:\n[ \t]+[^;\n]*)*)", re.MULTILINE)
_SETS = re.compile(r"^environment[ \t]*=((?:[^\n;]|(?<!\s);|\n[ \t]+(?=\S))*)", re.MULTILINE)
_SET = re.compile(r"""\s*+([\w.]++)\s*+=\s*+("[^"\n]*+"|'[^'\n]*+'|[\w/.+():*%-]*+)\s*+(?:,|$)""")
_ENVIRONMENT = r"%\(ENV_(\w+)\)s"
_SETS_USER = re.compile(r"^[^#\n]*\bs6-setuidgid[ \t]+([^\s#]+)", re.MULTILINE)
_CHANGES_USER = "changes the user"


def service_folders(words: Words, context: ExecContext) -> Step | None:
    """`/init` of s6-overlay: the services of its folders, each by its `run`, and the command after it.

    https://github.com/just-containers/s6-overlay#usage, https://smarden.org/runit/runsvdir.8
    """
    found = list[NextCommand]()
    own = text(words[0]) == "/init"
    given = () if own else tuple(name for word in words[1:] if (name := text(word)) and name[0] == "/")
    for path in context.tree.files_named("run"):
        name = posixpath.basename(posixpath.dirname(path))
        folders = (*_FOLDERS, *given)
        place = next((at for folder in folders if context.file(at := f"{folder}/{name}/run") == path), None)
        if place:
            inner = context.because(words[0], f"{'s6' if own else text(words[0])} starts the service {name}")
            step = from_script(place, (), inner._replace(user=_of_execline(place, context) or context.user))
            found += () if isinstance(step, (Start, NoStart, NextCommand)) else step
    if own and words[1:]:
        found.append(NextCommand(words[1:], context.because(words[0], "s6 starts the command after it")))
    return tuple(found) or None


def _of_execline(place: str, context: ExecContext) -> Label | None:
    """Where a script of execline, whose lines are one command, changes to another user than root."""
    script = context.script(place)
    if script is None or "execline" not in script.text.partition("\n")[0]:
        return None
    found = _SETS_USER.search(script.text)
    return Label(script.part(*found.span(1)).span(), _CHANGES_USER) if found and not is_root(found[1]) else None


def supervised(words: Words, context: ExecContext) -> Step:
    """`supervisord`: the programs of its configuration, each of which is started.

    https://supervisord.org/configuration.html
    """
    given = parse(words[1:], grammar("n nodaemon", c="configuration")).flags.get("configuration")
    paths = _CONFIGURATIONS if given is None else (text(given) or "",)
    path, file = next(
        ((path, script) for path in paths if path and (script := context.script(path)) is not None), ("", None)
    )
    patterns = tuple(_include_patterns(file, posixpath.dirname(path))) if file else _INCLUDED
    files = [*filter(None, (file,)), *_matching(patterns, context)]
    if not files:
        note = Label(span_of(words[0], context.span), "runs programs as users that its configuration may name")
        return context._replace(user=note).none("supervisord has no configuration that is known")
    context = context.because(words[0], "supervisord starts the programs of its configuration")
    if file:
        context = context._replace(user=_user(file, "supervisord") or context.user)
        context = _with_variables(file, "supervisord", context, words[0])
    found = [each for one in files for each in _programs(one, context)]
    if found:
        return tuple(found)
    users = (_user(one, section[1]) for one in files for section in _SECTION.finditer(one.text))
    return context._replace(user=next(filter(None, users), context.user)).none("supervisord starts no known program")


def _include_patterns(file: LocatedText, folder: str) -> Iterator[str]:
    """The patterns of the files that a configuration includes, as paths of the image."""
    for section in _SECTION.finditer(file.text):
        if section[1] == "include" and (files := _FILES.search(file.text, *section.span(2))):
            yield from (posixpath.join(folder, each) for each in files[1].split())


def _matching(patterns: tuple[str, ...], context: ExecContext) -> Iterator[LocatedText]:
    """The files of the project that lie where any of these patterns of the image looks."""
    paths = sorted(path for path in context.tree.paths if path.endswith((".conf", ".ini")))
    for folder, name in map(posixpath.split, patterns):
        for path in paths:
            at = f"{folder}/{posixpath.basename(path)}"
            if fits(posixpath.basename(path), name) and context.file(at) == path and (found := context.script(at)):
                yield found


def _programs(file: LocatedText, context: ExecContext) -> Iterator[NextCommand]:
    """The programs of a configuration."""
    for section in _SECTION.finditer(file.text):
        command = _COMMAND.search(file.text, *section.span(2)) if section[1].startswith("program:") else None
        if command and "%(" not in re.sub(_ENVIRONMENT, "", command[1]):
            command_line = file.part(command.start(1), command.start(1) + len(command[1].rstrip()))
            line = with_references(
                command_line,
                ((*each.span(), f"${{{each[1]}}}") for each in re.finditer(_ENVIRONMENT, command_line.text)),
            )
            folder = _DIRECTORY.search(file.text, *section.span(2))
            workdir = folder[1] if folder else context.workdir
            inner = context._replace(workdir=workdir, user=_user(file, section[1]) or context.user)
            step = from_lines(line, _with_variables(file, section[1], inner, Value((section[1],))))
            yield from () if isinstance(step, (Start, NoStart, NextCommand)) else step


def _with_variables(file: LocatedText, name: str, context: ExecContext, word: Value[str]) -> ExecContext:
    """The context with the variables that a section gives to its programs, before those that it has."""
    sets = dict(context.sets)
    at, end = _environments(file).get(name, (0, 0))
    while at < end:
        found = _SET.match(file.text, at, end)
        if found is None:
            return context._replace(sets=sets).with_unknown_variables(word, hidden=True)
        quoted = found[2][:1] in ("'", '"')
        value = file.part(found.start(2) + quoted, found.end(2) - quoted)
        note = Label(file.part(found.start(1), found.end(2)).span(), f"supervisord sets {found[1]}")
        sets[found[1]] = Value(None, (note,)) if "%" in value.text else value.value._replace(trace=(note,))
        at = found.end()
    return context._replace(sets=sets)


@lru_cache(maxsize=16)
def _environments(file: LocatedText) -> dict[str, tuple[int, int]]:
    """Where the sections of a configuration that set variables do so, by name; the first line of a section holds."""
    found: dict[str, tuple[int, int]] = {}
    for section in _SECTION.finditer(file.text):
        if section[1] not in found and (environment_line := _SETS.search(file.text, *section.span(2))):
            found[section[1]] = (
                environment_line.start(1),
                environment_line.start(1) + len(environment_line[1].rstrip()),
            )
    return found


def _user(file: LocatedText, name: str) -> Label | None:
    """Where a section of a configuration has its programs run as another user than root."""
    return _users(file).get(name)


@lru_cache(maxsize=16)
def _users(file: LocatedText) -> dict[str, Label]:
    """By section, where it runs its programs as another user than root; the first line of a section holds."""
    found: dict[str, re.Match[str]] = {}
    for section in _SECTION.finditer(file.text):
        if section[1] not in found and (user := _USER.search(file.text, *section.span(2))):
            found[section[1]] = user
    return {
        name: Label(file.part(*user.span()).span(), _CHANGES_USER)
        for name, user in found.items()
        if not is_root(user[1])
    }
