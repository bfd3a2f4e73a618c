"""The file of the project that Node is started with, or that a framework makes of the project."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from mcplint.commands.execution import ExecContext, Step
from mcplint.commands.options import grammar, parse
from mcplint.commands.words import Words, span_of, text
from mcplint.dependencies.node_packages import nearest, package_json
from mcplint.knowledge.executables import NODE_NAMES
from mcplint.programs.start import FRAMEWORK, SCRIPT, Start
from mcplint.programs.typescript.packages import source_of
from mcplint.values import Label, Value

SCRIPT_NAMES = re.compile(r"\.(?:[cm]?[jt]sx?)$")


NODE = grammar(
    "",
    "import require loader experimental-loader conditions env-file env-file-if-exists max-old-space-size title "
    "stack-trace-limit tsconfig project inspect-port unhandled-rejections input-type disable-warning watch-path "
    "config allow-net allow-read allow-env allow-write preload cwd "
    "cpu-prof-dir cpu-prof-interval cpu-prof-name diagnostic-dir disable-proto dns-result-order "
    "experimental-default-type heap-prof-dir heap-prof-interval heap-prof-name heapsnapshot-near-heap-limit "
    "heapsnapshot-signal "
    "icu-data-dir inspect-publish-uid max-http-header-size network-family-autoselection-attempt-timeout openssl-config "
    "redirect-warnings report-dir report-directory report-filename report-signal secure-heap secure-heap-min "
    "security-revert tls-cipher-list tls-keylog trace-event-categories trace-event-file-pattern trace-require-module "
    "use-largepages v8-pool-size debug-port",
    r="require",
    C="conditions",
    c="config",
)
"""The options of Node and of its loaders that take a value. Source: Node 20's own table of them."""
INLINE = grammar("e eval p print pe c check config i interactive h help test v version run build-snapshot").bare
"""The options with which Node runs no file, or the first word behind them is none."""
CODE = frozenset({"e", "eval", "p", "print", "pe"})
"""The options with which the first word behind them, or their own value, is the text of a program."""


def node_code(words: Words) -> Value[str] | None:
    """The text of a program that the words behind `node` have it run, None where it is none."""
    parsed = parse(words, NODE)
    code = next((value for name, value in parsed.given if name in CODE), None)
    return code if code is None or text(code) else next(iter(parsed.rest), None)


def node_file(word: Value[str], argv: Words, context: ExecContext) -> Step:
    """A file that Node runs: the source of it where it is built."""
    target = text(word)
    if target is None:
        return context.none("the file is not known", word=word)
    target = _main(context) or target if posixpath.normpath(target) == "." else target
    found = next((found for path in _paths(target, context) if (found := source_of(context.tree, path))), None)
    if found is None:
        missing = context.absolute(target) or context.path_in_project(target)
        missing = f"node {missing}" if missing and posixpath.basename(target) in NODE_NAMES else missing
        why = f"{target} is not in the project, and what it is built from is not known"
        return _framework_output(target, word, argv, context) or context.none(why, missing)
    built = context.path_in_project(target)
    how = f"starts {found}" if built in (None, found) else f"starts {built}, which is built from {found}"
    start = context.start(SCRIPT, found, argv, (posixpath.dirname(found),), Label(span_of(word, context.span), how))
    # In `_inside` a folder of the project stands for the root of the image.
    image_path = context.absolute(target) if context.workdir != "/" or target.startswith("/") else None
    return start._replace(language="typescript", image_path=image_path)


def _main(context: ExecContext) -> str:
    """What Node loads of the package that a command is run in, empty where that is not known."""
    folder = package_folder(context)
    package = package_json(context.tree, folder) if folder is not None else None
    return package.main if package else ""


def _framework_output(said: str, word: Value[str], argv: Words, context: ExecContext) -> Start | None:
    """A file that a framework makes of a project when it is built: `server.js` of Next, `dist/http.js` of xmcp."""
    name = posixpath.basename(said)
    if name == "server.js":
        return of_framework("next", word, argv, context, {"standalone": Value(("",))})
    if name in ("http.js", "stdio.js"):
        return of_framework("xmcp", word, argv, context, {"transport": Value((name[:-3],))})
    return None


def of_framework(
    name: str, word: Value[str], argv: Words, context: ExecContext, flags: Mapping[str, Value[str]]
) -> Start | None:
    """The start of a project by its framework, None where its package does not require that."""
    folder = package_folder(context)
    package = package_json(context.tree, folder) if folder is not None else None
    if folder is None or package is None or package.range(name) is None:
        return None
    path = posixpath.join(folder, "package.json")
    note = Label(span_of(word, context.span), f"{name} serves the project of {path}")
    return context.start(FRAMEWORK, path, argv, (folder,), note, name, flags)._replace(language="typescript")


def _paths(path: str, context: ExecContext) -> Iterator[str]:
    """Where in the project a path in the image may stand: as copied, else below the folder of the image's sources."""
    inside = context.path_in_project(path)
    if inside is not None:
        yield inside
    absolute, workdir = context.absolute(path) or posixpath.normpath(path), context.workdir
    parts = absolute.strip("/").split("/")
    if workdir and absolute.startswith(f"{workdir.rstrip('/')}/"):
        for home in dict.fromkeys((context.folder or context.home, context.home)):
            yield posixpath.normpath(posixpath.join(home, absolute[len(workdir.rstrip("/")) + 1 :]))
    for start in range(len(parts)):
        for home in dict.fromkeys((context.home, "")):
            yield posixpath.normpath(posixpath.join(home, *parts[start:]))


def package_folder(context: ExecContext) -> str | None:
    """The folder of the package that a command is run in."""
    folder = context.folder
    folder = "" if folder == "." else folder
    return nearest(context.tree, folder if folder is not None else context.home)
