"""What the host of a client configuration does not take as it is meant: its shape, its variables, its times."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator

from mcplint.facts.client import ClientFile
from mcplint.facts.document import TRAILING_COMMA, MappingNode, Node, Problem, ScalarNode, items, pairs, scalar
from mcplint.findings import ERROR, NOTE, WARNING
from mcplint.knowledge.clients import HEADERS, IGNORED, REFUSED, SKIPPED, VS_CODE, Host, host
from mcplint.knowledge.executables import CONTAINER_ENGINES, SHELLS
from mcplint.knowledge.transports import STDIO
from mcplint.model import ClientFlaw
from mcplint.services.docker_run import docker_run
from mcplint.text.source import Edit, Span
from mcplint.values import Label

FOREIGN = ("url", "httpUrl", "serverUrl", "uri", "endpoint")
RUNNERS = ("npx", "uvx", "uv", *CONTAINER_ENGINES, "python", "python3", "node", "bunx", "bun", "deno", "pipx")
VARIABLE = r"\$\{([^}$\"]{1,80})\}|(?:\A|(?<=\ABearer ))\$([A-Z][A-Z0-9_]{2,80})\Z"
"""A variable in braces, or one without them that is all of a value but the word in front of a token."""


def of_file(file: ClientFile, host: Host, plugin: bool) -> Iterator[ClientFlaw]:
    """What keeps a host from reading a file; `plugin`: it belongs to one, whose servers may stand at the top."""
    flaws = [one for one in file.problems if one.severity == ERROR and _cannot_read(host, one)]
    if flaws:
        flaw, edits = flaws[0], tuple(one.edit for one in flaws if one.edit)
        edits = edits if len(edits) == len(flaws) else ()
        text = f"{host.name} refuses the whole file: {flaw.message}"
        title = "make it plain JSON" if host.strict else "leave the comma out"
        yield ClientFlaw("shape", flaw.span, text, ERROR, flaw.notes, edits, title)
    if file.wrapper is None and file.servers and not plugin:
        first = file.servers[0][0].span
        yield ClientFlaw(
            "shape", first, f"{host.name} reads servers from `{host.wrapper}`, which is missing here", ERROR
        )
    elif file.wrapper and file.wrapper.text not in (host.wrapper, f"mcp.{host.wrapper}"):
        span = file.wrapper.span
        text = f"{host.name} ignores servers under `{span.text}`: it reads them from `{host.wrapper}`"
        edits = (Edit(span, host.wrapper),)
        yield ClientFlaw("shape", span, text, ERROR, (), edits, f"rename the key to `{host.wrapper}`")
    elif file.wrapper and host.listed and any(node.get("name") is not name for name, node in file.servers):
        text = f"{host.name} refuses the whole file: `{host.wrapper}` must be a list, each entry with its `name`"
        yield ClientFlaw("shape", file.wrapper.span, text, ERROR)


def _cannot_read(host: Host, problem: Problem) -> bool:
    """Whether a host cannot read a file with this in it."""
    return host.strict or problem.damage or (problem.message == TRAILING_COMMA and not host.trailing)


def of_plugin(file: ClientFile, root: str, paths: Collection[str]) -> Iterator[ClientFlaw]:
    """What a plugin of Claude Code means by a path of its own: its servers start where Claude Code was started.

    A `.mcp.json` may be that of the project as well, which is started in its own folder.
    """
    alone = posixpath.basename(file.source.path) != ".mcp.json"
    for _, node in file.servers:
        for word in _scalars((node.get("command"), *items(node.get("args")))):
            path = posixpath.normpath(posixpath.join(root, word.text)) if word.text else ""
            if word.text.startswith(("/", "-", "~")) or path not in paths or not re.search(r"[/.]", word.text):
                continue
            text = f"Claude Code starts a plugin's servers in its user's folder, which has no `{word.text[:60]}`"
            start = word.span._replace(end=word.span.start + 2 * word.span.text.startswith("./"))
            edits = (Edit(start, "${CLAUDE_PLUGIN_ROOT}/"),) if alone and word.span.text == word.text else ()
            severity = ERROR if alone else WARNING
            yield ClientFlaw("shape", word.span, text, severity, (), edits, "name it from the plugin's own folder")


def of_folder(file: ClientFile, root: str, paths: Collection[str]) -> Iterator[ClientFlaw]:
    """A `cwd` that the host does not read, and on which a path of the entry depends."""
    for name, node in file.servers:
        key, folder = node.key("cwd"), scalar(node.get("cwd"))
        if not key or not folder or folder.startswith(("/", "~")) or "$" in folder:
            continue
        for word in _scalars((node.get("command"), *items(node.get("args")))):
            here, below_folder = (posixpath.normpath(posixpath.join(root, at, word.text)) for at in ("", folder))
            if word.text and not word.text.startswith(("/", "-", "~")) and here not in paths and below_folder in paths:
                text = (
                    f"Claude Code does not read `cwd`: it starts `{name.text[:60]}` where there is no "
                    f"`{word.text[:60]}`"
                )
                notes = (Label(word.span, f"is {below_folder[:80]} of the project"),)
                yield ClientFlaw("shape", key.span, text, WARNING, notes)
                break


def undescribed_inputs(files: Iterable[ClientFile]) -> Iterator[ClientFlaw]:
    """The values that VS Code is to ask for and that no file of it in the same folder describes: it starts nothing."""
    own = [file for file in files if host(file.source.path) is VS_CODE]
    described: dict[str, frozenset[str]] = {}
    for file in own:
        folder = posixpath.dirname(file.source.path)
        described[folder] = described.get(folder, frozenset()) | file.inputs
    for file in own:
        for name, node in file.servers:
            for value in _strings(node):
                for found in re.finditer(r"\$\{input:([^}]{1,80})\}", value.text):
                    if found[1] in described[posixpath.dirname(file.source.path)] or value.span.text != value.text:
                        continue
                    lost = f"no entry of `inputs` has the id `{found[1]}`"
                    text = f"{VS_CODE.name} does not start `{name.text[:60]}`: {lost}"
                    yield ClientFlaw("variable", _match_span(value, found), text, WARNING)


def of_entry(name: ScalarNode, node: MappingNode, host: Host | None) -> Iterator[ClientFlaw]:
    """What is lost of one entry."""
    inner, reader = transport_node(node, host)
    yield from docker_run(inner)
    if host is None or reader is None:
        return
    yield from _transport(name, inner, reader)
    yield from _command(name, inner, reader)
    yield from _variables(inner, reader)
    yield from _timeout(name, node, host)


def transport_node(node: MappingNode, host: Host | None) -> tuple[MappingNode, Host | None]:
    """What an entry says of its transport, perhaps under a key of its own, and the host as it reads it there."""
    inner = node.get(host.inner) if host and host.inner else None
    if host is None or not isinstance(inner, MappingNode):
        return node, host
    return inner, host._replace(untyped=REFUSED, older={})


def _transport(name: ScalarNode, node: MappingNode, host: Host) -> Iterator[ClientFlaw]:
    """A type that the host does not know or misses, and a URL where it does not look for one."""
    type_node, command = node.get("type"), node.key("command")
    older = next(((node.get(key), types) for key, types in host.older.items() if node.get(key)), (None, {}))
    url = next((key for key in (node.key(each) for each in host.urls) if key), None)
    called = name.text[:60]
    if isinstance(type_node, ScalarNode) and host.types is not None and type_node.text not in host.types:
        yield _wrong_type(type_node, called, host)
    elif isinstance(older[0], ScalarNode) and older[0].text not in older[1]:
        yield _wrong_type(older[0], called, host)
    elif (key := url or command) and type_node is None and host.untyped == REFUSED:
        text = f"{host.name} refuses the whole file: next to `{key.text}` it expects `type`"
        yield ClientFlaw("shape", key.span, text, ERROR)
    elif url is None and command is None:
        yield from _foreign_keys(name, node, host)
    elif command is None and url and _only_commands(host):
        text = (
            f"{host.name} skips `{called}`: its file can hold commands only, and remote servers are added as connectors"
        )
        yield ClientFlaw("shape", url.span, text, ERROR)
    elif command is None and url and type_node is None and host.untyped == SKIPPED:
        text = f"{host.name} skips `{called}`: next to `{url.text}` it expects `type`"
        yield ClientFlaw("shape", url.span, text, ERROR, (), *_with_type(node, url, host))
    elif command and url and type_node is None and host.local:
        text = f"{host.name} starts the command of `{called}` and does not look at its URL"
        yield ClientFlaw("shape", url.span, text, WARNING, (Label(command.span, "this is started"),))


def _only_commands(host: Host) -> bool:
    return set((host.types or {}).values()) == {STDIO}


def _wrong_type(said: ScalarNode, called: str, host: Host) -> ClientFlaw:
    does = {SKIPPED: f"skips `{called}`", REFUSED: "refuses the whole file", IGNORED: "ignores this"}[host.wrong]
    plain = re.sub(r"[^a-z]", "", said.text.lower())
    right_type = next((known for known in host.types or () if re.sub(r"[^a-z]", "", known) == plain), None)
    edits = (Edit(said.span, right_type),) if right_type else ()
    text = f"{host.name} {does}: it does not know the type `{said.text[:40]}`"
    severity = NOTE if host.wrong == IGNORED else ERROR
    return ClientFlaw("shape", said.span, text, severity, (), edits, f"set the type to `{right_type}`")


def _with_type(node: MappingNode, url: ScalarNode, host: Host) -> tuple[tuple[Edit, ...], str]:
    """The edit that gives a URL its type, and what it does."""
    sse = scalar(node.get(url.text)).rstrip("/").endswith("/sse")
    kind = next(name for name, known in (host.types or {}).items() if known == ("sse" if sse else "streamable-http"))
    start = url.span.start - 1
    text = url.span.source.text
    blank = text[text.rfind("\n", 0, start) + 1 : start]
    gap = f"\n{blank}" if not blank.strip() and "\n" in text[:start] else " "
    return (Edit(url.span._replace(start=start, end=start), f'"type": "{kind}",{gap}'),), f"add the type `{kind}`"


def _foreign_keys(name: ScalarNode, node: MappingNode, host: Host) -> Iterator[ClientFlaw]:
    """An entry whose URL or command stands under a key that its host does not look at."""
    for key, value in node.pairs:
        nested = isinstance(value, MappingNode) and any(value.get(each) for each in (*host.urls, "command"))
        if nested or (key.text in FOREIGN and scalar(value).startswith(("http", "$"))):
            side = "inside" if nested else "under"
            text = f"{host.name} finds neither `command` nor `{host.urls[-1]}` in `{name.text[:60]}`"
            notes = (Label(key.span, f"what stands {side} `{key.text[:40]}` is not read"),)
            edits = () if nested else (Edit(key.span, host.urls[-1]),)
            severity = ERROR if host.types is not None else WARNING
            yield ClientFlaw("shape", name.span, text, severity, notes, edits, f"rename the key to `{host.urls[-1]}`")
            return


def _command(name: ScalarNode, node: MappingNode, host: Host) -> Iterator[ClientFlaw]:
    """A command, arguments or variables of a form that the host does not take."""
    command, args = node.get("command"), node.get("args")
    if host.wrapper == "mcp_servers":
        yield from _codex(node, host)
    if isinstance(command, ScalarNode) and command.text.startswith("~/") and not host.home:
        text = f"{host.name} does not replace `~`: it finds no program called `{command.text[:60]}`"
        yield ClientFlaw("shape", command.span, text, ERROR)
    if isinstance(args, ScalarNode) and isinstance(args.value, str) and not host.listable:
        text = f"{host.name} ends with an error when it lists its servers: `args` must be a list"
        yield ClientFlaw("shape", args.span, text, WARNING)
    if not host.strict and not host.typed and host.wrong != REFUSED:
        return
    if isinstance(args, ScalarNode) and isinstance(args.value, str):
        yield ClientFlaw("shape", args.span, f"{host.name} {_consequence(name, host)}: `args` must be a list", ERROR)
    for key, value in pairs(node.get("env")):
        if isinstance(value, ScalarNode) and not isinstance(value.value, str):
            text = f"{host.name} {_consequence(name, host)}: the variable {key.text[:60]} must be a string"
            quoted = (Edit(value.span, f'"{value.span.text}"'),) if value.value is not None else ()
            yield ClientFlaw("shape", value.span, text, ERROR, (), quoted, "quote the value")
    first = scalar(command).split(" ")[0]
    if isinstance(command, ScalarNode) and first in RUNNERS and " " in command.text.strip() and not items(args):
        text = f"{host.name} starts no program called `{command.text[:60]}`: arguments belong in `args`"
        yield ClientFlaw("shape", command.span, text, ERROR)


def _codex(node: MappingNode, host: Host) -> Iterator[ClientFlaw]:
    """What Codex refuses: an entry that is both a command and a URL, and a token in the file itself."""
    started = next((key for key in map(node.key, ("command", "args", "env", "cwd")) if key), None)
    if (url := node.key("url")) and started:
        text = f"{host.name} refuses the whole file: `{started.text}` and `url` exclude each other"
        yield ClientFlaw("shape", url.span, text, ERROR)
    if token := node.key("bearer_token"):
        text = (
            f"{host.name} refuses the whole file: it takes the token from a variable that `bearer_token_env_var` names"
        )
        yield ClientFlaw("shape", token.span, text, ERROR)
    if headers := node.key("headers"):
        text = f"{host.name} does not read `headers`: it sends those of `http_headers`"
        edits = (Edit(headers.span, "http_headers"),) if not node.key("http_headers") else ()
        yield ClientFlaw("shape", headers.span, text, WARNING, (), edits, "rename the key to `http_headers`")
    names = (node.get("bearer_token_env_var"), *(value for _, value in pairs(node.get("env_http_headers"))))
    for value in _scalars(names):
        if found := re.fullmatch(r"(?:Bearer )?\$(?:\{(?:env:)?([A-Za-z_]\w*)\}|([A-Za-z_]\w*))", value.text):
            name = found[1] or found[2]
            text = f"{host.name} takes `{value.text[:60]}` whole for the name of a variable, which nobody sets"
            edits = (Edit(value.span, name),) if value.span.text == value.text else ()
            yield ClientFlaw("variable", value.span, text, ERROR, (), edits, f"name the variable, `{name}`")


def _consequence(name: ScalarNode, host: Host) -> str:
    return "refuses the whole file" if host.wrong == REFUSED else f"skips `{name.text[:60]}`"


def _variables(node: MappingNode, host: Host) -> Iterator[ClientFlaw]:
    """What looks like a variable and reaches the server as it is written."""
    if host.variables is None:
        return
    remote = "command" not in {key.text for key, _ in node.pairs}
    emptied = {value.span for key in host.emptied for _, value in pairs(node.get(key))}
    own = {value.span: form for key, form in host.replaced.items() for _, value in pairs(node.get(key))}
    for value in _strings(node):
        if remote and (name := re.search(r"\$\{(\w+)\}", value.text)) and name[1] in host.withheld:
            text = f"{host.name} keeps {name[1]} from remote servers: `{name[0]}` arrives empty"
            yield ClientFlaw("variable", value.span, text, WARNING)
        for found in re.finditer(VARIABLE, value.text):
            if re.fullmatch(own.get(value.span, host.variables), found[0]) or value.span.text != value.text:
                continue
            span = _match_span(value, found)
            becomes = "it arrives empty" if value.span in emptied else "the server gets it as it is written"
            text = f"{host.name} does not replace `{found[0]}`: {becomes}"
            edits, title = _respelled_variable(span, found[1] or found[2], host)
            yield ClientFlaw("variable", span, text, ERROR if remote else WARNING, (), edits, title)


def _match_span(value: ScalarNode, found: re.Match[str]) -> Span:
    return value.span._replace(start=value.span.start + found.start(), end=value.span.start + found.end())


def _respelled_variable(span: Span, inner: str, host: Host) -> tuple[tuple[Edit, ...], str]:
    """The variable as the host writes those of its environment, where it is one."""
    named = re.fullmatch(r"(?:env:)?([A-Za-z_][A-Za-z0-9_]*)", inner)
    if not named or host.prefix is None:
        return (), ""
    text = f"${{{host.prefix}{named[1]}}}"
    return (Edit(span, text),), f"write `{text}`"


def _strings(node: MappingNode) -> Iterator[ScalarNode]:
    """The strings of an entry in which hosts replace variables; a shell has its own."""
    command, args = scalar(node.get("command")), items(node.get("args"))
    if command not in (*SHELLS, "cmd", "powershell", "pwsh") and not any("mcp-remote" in scalar(one) for one in args):
        yield from _scalars((node.get("command"), *args))
    yield from _scalars((node.get("url"), node.get("httpUrl")))
    for key in ("env", *HEADERS):
        yield from _scalars(value for _, value in pairs(node.get(key)))


def _scalars(nodes: Iterable[Node | None]) -> Iterator[ScalarNode]:
    return (node for node in nodes if isinstance(node, ScalarNode) and isinstance(node.value, str))


def _timeout(name: ScalarNode, node: MappingNode, host: Host) -> Iterator[ClientFlaw]:
    """A time in the other unit."""
    timeout_node = node.get("timeout")
    value = timeout_node.value if isinstance(timeout_node, ScalarNode) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not timeout_node or host.seconds is None:
        return
    if host.seconds and value > 3600:
        text = f"{host.name} counts `timeout` in seconds and takes at most 3600, not {value}"
        edits = (Edit(timeout_node.span, str(value // 1000)),) if isinstance(value, int) and value % 1000 == 0 else ()
        severity = ERROR if host.wrong == SKIPPED else WARNING
        yield ClientFlaw("timeout", timeout_node.span, text, severity, (), edits, f"write {int(value) // 1000}")
    elif not host.seconds and 0 < value < 1000:
        text = f"{host.name} counts `timeout` in milliseconds: {value} is less than a second for `{name.text[:60]}`"
        yield ClientFlaw(
            "timeout",
            timeout_node.span,
            text,
            WARNING,
            (),
            (Edit(timeout_node.span, f"{value}000"),),
            f"write {value}000",
        )
