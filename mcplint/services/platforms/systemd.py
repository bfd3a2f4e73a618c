"""systemd: https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping

from mcplint.commands.room import has_room_for_words
from mcplint.facts.platform import Unit
from mcplint.model import Argv, Container
from mcplint.project.tree import Tree
from mcplint.services.compose.variables import variables
from mcplint.services.containers import on_host
from mcplint.text.paths import is_test
from mcplint.text.source import Span
from mcplint.values import UNKNOWN, EditSite, Label, Value

WORD = re.compile(r"""(?:[^\s"']|"[^"\n]*"|'[^'\n]*')+""")
"""A word of a unit's setting, quoted or not."""
_NOTIFIES = re.compile(r"NOTIFY_SOCKET|sd[-_]?notif|systemd-notify|systemd\.daemon|systemd import daemon")
"""What a program says that tells systemd by itself that it is up: by a library for it, or over the socket."""
_CODE = (".py", ".ts", ".mts", ".js", ".mjs", ".cjs", ".sh", "/package.json")
HOME = "/%h/"
"""The home of a unit's user, which the machine knows."""


def unit(file: Unit, tree: Tree, notifies: Callable[[], bool]) -> Container | None:
    """The service of a systemd unit, which runs on the host itself; None where it starts nothing.

    `notifies`: whether a program of the project may tell systemd that it is up, asked where the unit waits for that.
    """
    command, directory, user = file.last("ExecStart"), file.last("WorkingDirectory"), file.last("User")
    kind = file.last("Type")
    if command is None or not command.text:
        return None
    env, hidden, notes = _unit_environment(file, tree)
    text = command.text.lstrip("@-:+!|")
    start = command.end - len(text)
    found = [word.span() for word in WORD.finditer(text) if word[0] != "\\"]
    words = None
    if has_room_for_words(found, command):
        words = tuple(_unit_word(Span(command.source, start + first, start + end), env) for first, end in found)
    return Container(
        service=file.name,
        span=command,
        platform="systemd",
        env=env,
        env_closed=not notes,
        env_notes=notes,
        entrypoint=Argv(words, command, (Label(command, "systemd starts this"),)),
        user=_setting(user, "the unit sets User") if user else UNKNOWN,
        workdir=_setting(directory, "the unit sets WorkingDirectory") if directory else UNKNOWN,
        network_mode=Value(("host",), (Label(command, "systemd runs it on the host"),)),
        folder=".",
        defaults=not hidden,
        notified=_setting(kind, "the unit sets Type")
        if kind and kind.text.startswith("notify") and not notifies()
        else UNKNOWN,
    )


def may_notify(tree: Tree) -> bool:
    """Whether a program of the project may tell systemd that it is up."""
    sources = (tree.source(path) for path in sorted(tree.paths) if f"/{path}".endswith(_CODE))
    return any(source is not None and _NOTIFIES.search(source.text) for source in sources)


def _setting(span: Span, note: str) -> Value[str]:
    """A setting of a unit, unknown where systemd puts something in, but for the home of its user in front."""
    text = _at_home(span.text.removeprefix("-").strip("\"'"))
    return Value(
        None if "%" in text.removeprefix(HOME) or text == "~" else (text,),
        (Label(span, note),),
        EditSite(span) if text == span.text else None,
    )


def _at_home(text: str) -> str:
    """A path below `%h` as one from the root, as only its end is looked for in the project."""
    return f"/{text}" if text.startswith("%h/") else text


def _unit_word(span: Span, env: Mapping[str, Value[str | None]]) -> Value[str]:
    """A word of a unit's command; `${NAME}` is what the unit sets."""
    text = _at_home(span.text.strip("\"'"))
    if known := re.fullmatch(r"\$\{?(\w+)\}?", text):
        value = env.get(known[1])
        text = (value.only if value is not None else None) or "$"
    if "$" in text or "%" in text.removeprefix(HOME).replace("%%", ""):
        return Value(None, (Label(span, "systemd fills this in"),))
    return Value((text,), (), EditSite(span) if span.text == text else None)


def _unit_environment(file: Unit, tree: Tree) -> tuple[dict[str, Value[str | None]], bool, tuple[Label, ...]]:
    """The variables that a unit sets, also in files of the project; whether files elsewhere set more; notes on these.

    A file that may be missing, or that lies with the program as `.env` does, may leave programs to their defaults.
    """
    env: dict[str, Value[str | None]] = {}
    notes: list[Label] = []
    hidden = False
    directory = file.last("WorkingDirectory")
    inside = f"{directory.text.strip()}/" if directory else "/"
    for key, span in file.settings:
        if key == "Environment":
            for word in WORD.finditer(span.text):
                name, _, value = word[0].strip("\"'").partition("=")
                env[name] = Value((value,), (Label(span, f"the unit sets {name}"),))
        elif key == "EnvironmentFile":
            path = _environment_file(span.text.removeprefix("-"), tree)
            if path is None:
                hidden = hidden or not span.text.startswith(("-", inside))
                notes.append(Label(span, "this file is not in the project, so more may be set"))
                continue
            for name, text in variables(tree, (path,), lambda name: None).items():
                env[name] = text.value
    return env, hidden, tuple(notes)


def _environment_file(path: str, tree: Tree) -> str | None:
    """The file of the project that is put at a path of the host: where it lies, or the only one of such a name."""
    found, name = on_host(path, tree), posixpath.basename(path)
    if found in tree.paths:
        return found
    called = tree.files_named(name)
    return called[0] if len(called) == 1 and not name.startswith(".") and not is_test(called[0]) else None
