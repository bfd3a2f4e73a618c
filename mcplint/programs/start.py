"""What a start command starts: a Python file, module, function or ASGI application, and with which arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mcplint.model import Argv, Install
from mcplint.text.source import Span
from mcplint.values import UNKNOWN, Label, Value

SCRIPT, MODULE, FUNCTION, APP, OBJECT, HANDLER = "script", "module", "function", "app", "object", "handler"
CODE = "code"
COMMAND = "command"
FRAMEWORK = "framework"
CALLED = "()"
"""The flag under which an ASGI server is told a call: what is served is what the target gives back."""
OTHERS = "*"
"""The name under which a command says that it sets variables of which no file tells the names."""
HIDDEN = "**"
"""The same where a program surely gets them, so that its own defaults are not known to hold."""


class Start(NamedTuple):
    """What is started.

    `kind`: `script` (target: a file of the project), `module` (`python -m`: a dotted name), `function` (a console
    script: `module:function`), `app` (an ASGI server's `module:app`), `object` (`mcp run`, `fastmcp run`:
    `file.py:object`, the object may be empty), `handler` (of AWS Lambda: `module:name`), `framework` (a `package.json`
    whose project a framework of Node runs: `runner`), `code` (`python -c`: the module of the project that `code`, the
    text after it, imports first), `command` (`django-admin NAME`: the module of the command).
    `argv`: the words after the program; None where they cannot be told, nor then `flags`. `env`: what the command
    itself sets, by name, and under `OTHERS` and `HIDDEN` that it may set any other.
    `roots`: the folders of the project in which modules are looked up, first match first ("" is the project).
    `runner`: the command of an ASGI server or SDK that serves the target (`uvicorn`, `gunicorn`, `fastmcp`, `mcp`, …)
    and `flags` what it was told, by the long name of the flag without dashes.
    `wrapper`: a program that serves a stdio server over HTTP (`mcpo`, `mcp-proxy`, `supergateway`), or None.
    `bridge`: the words of that wrapper, its name first; `registry`: where its command says it comes from, `npm` or
    `pypi`, empty where what is installed has it.
    `notes`: from the command to the target. `printed`: what shells on the way write to standard output.
    `background`: where a shell starts it without the standard input that it has itself.
    `installs`: what the command itself installs to start it with, None where what the build installed is there.
    `language`: the package here that follows the program. `image_path`: the absolute path in the image of the file that
    Node is given, where it is known; the target is its source. `runtime`: `node` where plain Node runs that file, empty
    where another runtime does or a loader may find and translate more. `terminal`: whether it reads from and writes to
    a terminal. `prepared`: whether what is run before it, at each start, may make files. `commands`: the one that is
    given and those that it comes down to, each started by the one before. `workdir`: the folder that the program is
    started in, as an absolute path of the image, None where it is not known. `user`: what has it run as another user
    than the one that its container has, and not as root.
    """

    kind: str
    target: str
    span: Span
    argv: tuple[Value[str], ...] | None = ()
    env: Mapping[str, Value[str]] = {}
    roots: tuple[str, ...] = ("",)
    runner: str | None = None
    flags: Mapping[str, Value[str]] = {}
    wrapper: str | None = None
    bridge: tuple[Value[str], ...] = ()
    registry: str = ""
    notes: tuple[Label, ...] = ()
    printed: tuple[Label, ...] = ()
    background: Label | None = None
    installs: tuple[Install, ...] | None = None
    language: str = "python"
    image_path: str | None = None
    runtime: str = ""
    terminal: Value[bool] = UNKNOWN
    prepared: bool = False
    commands: tuple[Argv, ...] = ()
    workdir: str | None = None
    code: Value[str] | None = None
    user: Label | None = None

    @property
    def file_and_object(self) -> tuple[str, str]:
        """The file or module that is started and the object in it, empty where none is named."""
        if self.kind == SCRIPT or ":" not in self.target:
            return self.target, ""
        # The name of a file may have a colon in it.
        name, _, found = self.target.rpartition(":") if self.kind == OBJECT else self.target.partition(":")
        return name, found


class NoStart(NamedTuple):
    """Why it cannot be told what is started. `missing`: the target that the project provably lacks.

    `absent`: a command or a module that no project of the tree has, and that what is installed may bring.

    `wrapper`, `bridge`, `registry`, `user`: as in Start. `other`: it is known to be no server.
    """

    why: str
    notes: tuple[Label, ...] = ()
    missing: str | None = None
    wrapper: str | None = None
    bridge: tuple[Value[str], ...] = ()
    registry: str = ""
    other: bool = False
    absent: str = ""
    user: Label | None = None
