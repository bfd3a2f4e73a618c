"""Commands that run a program of the project by Python: `python`, ASGI servers, console scripts, files."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator

from mcplint.commands.command_lines import ASGI, GATEWAYS, PYTHON_TOOLS, SDK_COMMANDS
from mcplint.commands.console_scripts import installed, lacks_command, script
from mcplint.commands.execution import ExecContext, NextCommand, Step
from mcplint.commands.options import parse
from mcplint.commands.python_calls import CODE, FILE, python_call
from mcplint.commands.words import Words, span_of, text
from mcplint.facts.python import in_command
from mcplint.knowledge.distributions import OWN
from mcplint.knowledge.executables import DJANGO_COMMANDS, JAVASCRIPT, SHELLS
from mcplint.knowledge.image_ports import OTHER_COMMANDS
from mcplint.programs.python.modules import (
    find,
    is_misspelled,
    is_misspelled_module,
    management_commands,
    project_folders,
    roots,
)
from mcplint.programs.start import CODE as CODE_START
from mcplint.programs.start import COMMAND, FUNCTION, HANDLER, MODULE, SCRIPT, NoStart
from mcplint.project.tree import Tree
from mcplint.text.paths import contains, side_folder
from mcplint.values import Label, Value

PATH = ("/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin")


def is_python(name: str) -> bool:
    """Whether a program is a Python interpreter, by its name."""
    return name.rstrip("0123456789.") in ("python", "pypy", "pythonw")


def python(words: Words, context: ExecContext) -> Step:
    """`python file`, `python -m module`."""
    call = python_call(words)
    if call.kind == CODE:
        return _code(call.program, call.argv, context)
    if call.program is None:
        return context.none("python -m has no module" if call.kind else "python starts no program")
    if not call.kind:
        return context.none("an argument of python is not known", word=call.program)
    return (python_file if call.kind == FILE else python_module)(call.program, call.argv, context)


def _code(word: Value[str] | None, argv: Words, context: ExecContext) -> Step:
    """`python -c`, where its text imports a module of the project."""
    code = text(word) if word is not None else None
    span = span_of(word, context.span) if word is not None else context.span
    module = in_command(code, span) if code is not None else None
    folders = roots(context.tree, context.folder, *context.python_path, home=context.home)
    names = (name for node in ast.walk(module.tree) for name in _imported_modules(node)) if module else ()
    own = next((name for name in names if find(context.tree, folders, name) is not None), None)
    if own is None or word is None:
        return context.none("python -c runs code that imports no module of the project")
    note = Label(span, f"runs code that imports {own}")
    start = context.start(CODE_START, own, argv, folders, note)
    return start._replace(code=word)


def _imported_modules(node: ast.AST) -> Iterator[str]:
    """The modules that an import statement names, those after `from` first where they are modules themselves."""
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
        yield node.module
    elif isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)


def python_file(word: Value[str], argv: Words, context: ExecContext) -> Step:
    """A file that Python runs, or a folder with a `__main__.py`."""
    spelled = text(word)
    if spelled is None:
        return context.none("the file is not known", word=word)
    path = context.path_in_project(spelled)
    if path and f"{path}/__main__.py" in context.tree.paths:
        path = f"{path}/__main__.py"
    if path not in context.tree.paths:
        folder, name = posixpath.split(spelled)
        if folder.endswith("/bin") and is_python(name):
            return NextCommand((word, *argv), context)
        if folder.endswith("/bin") and script(context.tree, name, context.folder, context.home):
            return console_script((word, *argv), context)
        left = _left_out(spelled, context)
        unknown = name.endswith(".py") and not spelled.startswith("/") and not context.tree.files_named(name)
        missing = left or path or (context.absolute(spelled) if unknown else None)
        if not left and path is None and context.tree.files_named(name):
            return context.none(f"no file of the project is known to lie at {spelled}", missing)
        return context.none(f"{spelled} is not in the {'image' if left else 'project'}", missing)
    note = Label(span_of(word, context.span), f"starts {path}")
    folders = roots(context.tree, posixpath.dirname(path), *context.python_path)
    return context.start(SCRIPT, path, argv, folders, note)


def _left_out(name: str, context: ExecContext) -> str | None:
    """The place in the image of a file that the project has beside its Dockerfile, and that no COPY brings there."""
    place = context.absolute(name) or "/"
    own = posixpath.normpath(posixpath.join(context.home, posixpath.relpath(place, context.workdir or "/")))
    return place if own in context.tree.paths else None


def python_module(word: Value[str], argv: Words, context: ExecContext) -> Step:
    """`python -m …`: a server command, or a module of the project."""
    name = text(word)
    if name is None:
        return context.none("the module is not known", word=word)
    if name == "fastapi" or name in (*ASGI, *GATEWAYS, *SDK_COMMANDS, *PYTHON_TOOLS):
        return NextCommand((word, *argv), context.because(word, "is run as a module"))
    if name == "django":
        return django_admin(word, argv, context)
    folders = roots(context.tree, context.folder, *context.python_path, home=context.home)
    if find(context.tree, folders, name) is None and name in OTHER_COMMANDS:
        return _no_server(name, context)
    if find(context.tree, folders, name) is None:
        top = name.partition(".")[0]
        more = None if find(context.tree, folders, top) else _only_folder(context.tree, top, context.home)
        there, beside = copied(name, ".", context)
        if there:
            more = beside
        if more is None or find(context.tree, (more,), name) is None:
            own = find(context.tree, folders, top) or more is not None or _is_own(top, context)
            own = own or top in OWN or is_misspelled_module(context.tree, context.home, top)
            none = context.none(f"the module {name} is not in the project", name if own and not there else None)
            return none if there or context.installs else none._replace(absent=name)
        folders = (more, *folders)
    note = Label(span_of(word, context.span), f"starts the module {name}")
    return context.start(MODULE, name, argv, folders, note)


def django_admin(word: Value[str], argv: Words, context: ExecContext) -> Step:
    """`django-admin NAME`, `python -m django NAME`: the command of the project of that name."""
    name = text(argv[0]) if argv else "help"
    if name is None:
        return context.none("which command of Django it runs is not known", word=argv[0])
    folders = roots(context.tree, context.folder, *context.python_path, home=context.home)
    found = management_commands(context.tree, folders, name)
    if not found and name != "runserver" and (name in DJANGO_COMMANDS or name.startswith("-")):
        return _no_server(name, context)
    if len(found) != 1:
        return context.none(f"what the command {name} of Django does is not known")
    note = Label(span_of(word, context.span), f"runs the command {name} of Django")
    return context.start(COMMAND, next(iter(found)), argv[1:], folders, note)


def copied(name: str, folder: str, context: ExecContext) -> tuple[bool, str | None]:
    """Whether a COPY puts a module into a folder of the image, and the folder of the project that then has it so."""
    stem = name.replace(".", "/")
    for end in (f"{stem}.py", f"{stem}/__init__.py"):
        path = context.path_in_project(posixpath.join(folder, end))
        if path in context.tree.paths:
            same = f"/{path}".endswith(f"/{end}")
            return True, f"/{path}".removesuffix(f"/{end}").lstrip("/") if same else None
    return False, None


def inside_tool(tool: str, words: Words, context: ExecContext) -> Step:
    """`debugpy --listen 5678 -m module`, `coverage run file`."""
    own = words[2:] if tool == "coverage" else words[1:]
    parsed = parse(own, PYTHON_TOOLS[tool])
    flags = tuple(Value((f"-{letter}",)) for letter in ("m", "c") if letter in parsed.flags)
    return python((words[0], *flags, *parsed.rest), context.because(words[0], f"{tool} runs the program after it"))


def lambda_handler(words: Words, context: ExecContext) -> Step:
    """What the images of AWS Lambda are told: `module.function`, which their runtime calls for every event."""
    target = text(words[0]) if len(words) == 1 else None
    module, _, name = (target or "").rpartition(".")
    folders = roots(context.tree, context.folder, *context.python_path, home=context.home)
    if not module or find(context.tree, folders, module.replace("/", ".")) is None:
        return context.none(f"{target or 'what Lambda is told'} is no program of the project")
    called = f"{module.replace('/', '.')}:{name}"
    return context.start(HANDLER, called, (), folders, Label(span_of(words[0], context.span), f"Lambda calls {called}"))


def console_script(words: Words, context: ExecContext) -> Step:
    """A console script that the project installs."""
    spelled = text(words[0]) or ""
    name = posixpath.basename(spelled)
    found = script(context.tree, name, context.folder, context.home)
    if found is None and name in OTHER_COMMANDS:
        return _no_server(name, context)
    if found is None:
        missing = context.path_in_project(spelled) if _is_file(spelled) else name if _is_own(name, context) else None
        where = f"to lie at {spelled}" if "/" in spelled else "to be found by PATH"
        why = f"no file of the project is known {where}" if context.tree.files_named(name) else ""
        none = context.none(why or f"{name} is not a program of the project", missing)
        return none if "/" in spelled or context.installs else none._replace(absent=name)
    module, _, _ = found.target.partition(":")
    folders = roots(context.tree, found.folder, posixpath.join(found.folder, "src"), *context.python_path)
    if find(context.tree, folders, module) is None:
        more = _only_folder(context.tree, module, found.folder)
        if more is None:
            return context.none(f"the module {module} of {name} is not in the project", found.target)
        folders = (more, *folders)
    inner = context.because(words[0], f"starts the console script {name}")
    note = Label(found.span, f"{name} calls {found.target}")
    return inner.start(FUNCTION, found.target, words[1:], folders, note)


def _no_server(name: str, context: ExecContext) -> NoStart:
    return context.none(f"{name} is no server")._replace(other=True)


def executable(word: Value[str], context: ExecContext) -> str | None:
    """The file that a command's first word means, by its path or on PATH, where its text is known."""
    spelled = text(word) or ""
    path = context.variable("PATH").only
    folders = path.split(":") if isinstance(path, str) else PATH
    places = (spelled,) if "/" in spelled else (f"{folder}/{spelled}" for folder in folders)
    return next((place for place in places if context.script(place) is not None), None)


def interpreter(path: str, context: ExecContext) -> str:
    """By what a file in the image is run: `python`, `node`, `sh`, or nothing that is followed."""
    script = context.script(path)
    first = re.split(r"[\r\n]", script.text, maxsplit=1)[0].rstrip() if script else ""
    if first.startswith("#!") and "python" in first:
        return "python"
    if (first.startswith("#!") and "node" in first) or path.endswith(JAVASCRIPT):
        return "node"
    shell = path.endswith(".sh") or (first.startswith("#!") and first.split()[-1].endswith(SHELLS))
    return "sh" if shell else ""


def _is_file(spelled: str) -> bool:
    """Whether a path can only be a file that was copied into the image."""
    return spelled.startswith(("./", "/app/")) and spelled.endswith((".py", ".sh"))


def _is_own(name: str, context: ExecContext) -> bool:
    """Whether a command or module that a project lacks can only be its own.

    It bears the name of its package, or that of one of its scripts but for its case, dashes and underscores.
    """
    folders = [folder for folder in project_folders(context.tree, context.home) if contains(folder, context.home)]
    own = installed(context.tree, side_folder(context.home))
    return any(lacks_command(context.tree, folder, name) for folder in folders) or is_misspelled(name, own)


def _only_folder(tree: Tree, module: str, home: str) -> str | None:
    """The one folder of the tree, outside tests and examples but its own, that has a top-level module of this name."""
    stem = module.replace(".", "/")
    ends = (f"{stem}/__init__.py", f"{stem}.py")
    paths = ((f"/{path}", f"/{end}") for end in ends for path in tree.files_named(posixpath.basename(end)))
    found = {path.removesuffix(end).lstrip("/") for path, end in paths if path.endswith(end)}
    own = {folder for folder in found if contains(side_folder(folder), home)}
    return own.pop() if len(own) == 1 else None
