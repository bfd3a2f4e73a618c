"""The commands `fastapi run` and `fastapi dev`, which find an application and serve it by uvicorn.

Source: https://github.com/fastapi/fastapi-cli (`discover.py`, `cli.py`).
"""

from __future__ import annotations

import posixpath

from mcplint.commands.command_lines import FASTAPI
from mcplint.commands.execution import ExecContext, Step
from mcplint.commands.options import parse
from mcplint.commands.words import Words, span_of, text
from mcplint.facts.document import ScalarNode, at
from mcplint.facts.python import Module
from mcplint.programs.python.module_text import may_bind
from mcplint.programs.python.modules import find, roots
from mcplint.programs.start import APP
from mcplint.values import Label, Value

FILES = ("main.py", "app.py", "api.py", "app/main.py", "app/app.py", "app/api.py")
"""Where it looks for an application when it is given none."""
HOSTS = {"run": "0.0.0.0", "dev": "127.0.0.1"}


def fastapi(words: Words, context: ExecContext) -> Step:
    """`fastapi run file.py`: the application in that file, or in the first file that may have one."""
    verb = text(words[1]) if len(words) > 1 else None
    parsed = parse(words[2:], FASTAPI, interspersed=True)
    if verb not in HOSTS or not parsed.closed:
        return context.none("what fastapi serves is not known")
    word = next(iter(parsed.rest), words[1])
    flags = {**_defaults(verb, word, context), **parsed.flags}
    given = flags.get("entrypoint", _entrypoint(context) if not parsed.rest and "app" not in flags else None)
    if given is not None:
        folders = roots(context.tree, context.folder, *context.python_path, home=context.home)
        found = text(given)
    else:
        spelled = (
            text(word)
            if parsed.rest
            else next((each for each in FILES if context.path_in_project(each) in context.tree.paths), None)
        )
        path = context.path_in_project(spelled) if spelled else None
        if path is None or path not in context.tree.paths:
            return context.none(f"{spelled or 'the file that fastapi serves'} is not known", word=word)
        folder, module = _module(path, context)
        name = text(flags["app"]) if "app" in flags else _application(path, context)
        folders = roots(context.tree, folder, *context.python_path)
        found = f"{module}:{name}" if name else None
    if found is None or find(context.tree, folders, found.partition(":")[0]) is None:
        return context.none("which application fastapi serves is not known", word=word)
    note = Label(span_of(word, context.span), f"fastapi serves {found}")
    return context.start(APP, found, (), folders, note, "uvicorn", flags)


def _defaults(verb: str, word: Value[str], context: ExecContext) -> dict[str, Value[str]]:
    """What `fastapi` itself tells uvicorn; the port may come from a variable."""
    span = span_of(word, context.span)
    host = Value((HOSTS[verb],), (Label(span, f"fastapi {verb} listens on {HOSTS[verb]}:8000 by default"),))
    port = context.variable("PORT")
    flags = {"host": host} if port.options == (None,) else {"host": host, "port": _text(port)}
    return {**flags, "reload": Value(("",))} if verb == "dev" else flags


def _text(port: Value[str | None]) -> Value[str]:
    """The port that a variable gives, or the default where it may be unset."""
    options = None if port.options is None else tuple("8000" if each is None else each for each in port.options)
    return Value(options, port.trace, port.site)


def _entrypoint(context: ExecContext) -> Value[str] | None:
    """What `[tool.fastapi]` of the project that it is started in names as its application."""
    path = context.path_in_project("pyproject.toml")
    project = context.tree.project(posixpath.dirname(path)) if path else None
    entrypoint = at(project.document, "tool", "fastapi", "entrypoint") if project else None
    return (
        Value((entrypoint.text,), (Label(entrypoint.span, "names the application"),))
        if isinstance(entrypoint, ScalarNode)
        else None
    )


def _module(path: str, context: ExecContext) -> tuple[str, str]:
    """The folder that it puts in front of the search path, and the module that a file is from there."""
    folder, name = posixpath.split(path.removesuffix("/__init__.py"))
    parts = [name.removesuffix(".py")]
    while folder and posixpath.join(folder, "__init__.py") in context.tree.paths:
        folder, part = posixpath.split(folder)
        parts.insert(0, part)
    return folder, ".".join(parts)


def _application(path: str, context: ExecContext) -> str | None:
    """The name under which a file has its application: the first of those that are preferred, else not known."""
    module: Module | None = context.tree.facts("python", path)
    return next((name for name in ("app", "api") if module and may_bind(module.tree, name)), None)
