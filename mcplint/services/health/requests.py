"""The requests of curl, wget and of small programs in Python."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from mcplint.commands.options import grammar, parse
from mcplint.facts.python import parsed, source_text
from mcplint.model.health import Request
from mcplint.services.health.answers import failing_answers
from mcplint.services.health.names import CLIENTS, CONNECTIONS, names, resolved
from mcplint.values import Value

Env = Callable[[str], Value[str | None]]
Told = Callable[[ast.expr], str | None]
DEEPEST = 20

CURL = grammar(
    "fail fail-with-body silent show-error location location-trusted head include insecure verbose globoff no-buffer "
    "ipv4 ipv6 compressed http1.1 http2 get tlsv1 0 2 3 # a B j J l M n O p q R Z",
    "output max-time header data request write-out user user-agent cookie cookie-jar referer form config proxy range "
    "upload-file connect-timeout retry retry-delay retry-max-time url cacert cert key data-raw data-binary "
    "data-urlencode resolve unix-socket json",
    **{"1": "tlsv1", "4": "ipv4", "6": "ipv6"},
    f="fail", s="silent", S="show-error", L="location", I="head", i="include", k="insecure", v="verbose", g="globoff",
    N="no-buffer", G="get", o="output", m="max-time", H="header", d="data", X="request", w="write-out", u="user",
    A="user-agent", b="cookie", c="cookie-jar", e="referer", F="form", K="config", x="proxy", r="range",
    T="upload-file", E="cert",
)  # fmt: skip
"""The options of curl, https://curl.se/docs/manpage.html."""
WGET = grammar(
    "quiet spider no-verbose no-check-certificate server-response",
    "output-document output-file timeout tries user-agent wait header post-data",
    q="quiet", S="server-response", O="output-document", o="output-file", T="timeout", t="tries", U="user-agent",
    w="wait",
)  # fmt: skip
"""The options of wget, GNU's and BusyBox's."""
URL = re.compile(r"(?:(https?)://)?([\w.-]+|\[::1\])(?::(\d{1,5}))?(/[^?#\s]*)?(?:[?#].*)?")
PORTS = {"http": 80, "https": 443}
MOST = 20_000
MADE = frozenset({"mcp", "app", "server", "main", "__version__", "__name__"})
"""Names of what a program surely makes, so that asserting one says no more than importing it."""


def curl(words: tuple[str, ...]) -> Iterator[Request]:
    """`curl -f URL`: without `-f`, an answer of any status will do, and without `-L` a redirect does."""
    options = parse(tuple(Value((word,)) for word in words), CURL, interspersed=True)
    strict = options.first("fail", "fail-with-body") is not None
    sends = any(name.startswith(("data", "json", "form")) for name, _ in options.given)
    method = "HEAD" if options.first("head") else "POST" if sends else "GET"
    chosen = [value.only for value in options.values("request")]
    method = chosen[-1] or method if chosen else method
    for url in (*options.rest, *options.values("url")):
        judged = None if options.first("write-out") else strict
        for asked in requests("curl", method, url.only or "", judged, method != "HEAD"):
            yield asked._replace(follows=options.first("location", "location-trusted") is not None)


def wget(words: tuple[str, ...], busybox: bool) -> Iterator[Request]:
    """`wget -q URL`, which fails for every status of 400 and more."""
    options = parse(tuple(Value((word,)) for word in words), WGET, interspersed=True)
    spider = options.first("spider") is not None
    method = "POST" if any(name.startswith("post") for name, _ in options.given) else "GET"
    for url in options.rest:
        asked = "HEAD" if spider and not busybox else method
        yield from requests("busybox wget" if busybox else "wget", asked, url.only or "", True, not spider)


def requests(program: str, method: str, url: str, strict: bool | None, whole: bool) -> Iterator[Request]:
    """The request of a URL; nothing where it is none."""
    found = URL.fullmatch(url)
    if found is None or not (found[1] or found[3] or found[4] or found[2] == "localhost"):
        return
    scheme = found[1] or "http"
    port = int(found[3]) if found[3] else PORTS[scheme]
    yield Request(program, method, scheme, found[2], port, found[4] or "/", strict, whole)


STATUS = re.compile(r"raise_for_status|\bstatus(?:_code)?\b|\.ok\b|\.is_success|\.getcode\(|\.code\b")
TAKEN = re.compile(r"\b40[0-6]\b")
"""A refusal that a program speaks of, and may take for an answer."""


def python(code: str, env: Env) -> tuple[tuple[Request, ...], str, str]:
    """The requests of a small program, why it can end with nothing but success, and why with nothing but failure."""
    tree = parsed(code) if len(code) <= MOST else None
    if tree is None:
        return (), "", ""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    known = names(tree)
    ends = failing_answers(tree, known)
    reads = any(isinstance(call.func, ast.Attribute) and call.func.attr == "read" and not call.args for call in calls)
    certain = {id(call) for call in _certain_calls(tree)}
    found: list[Request] = []
    for library, method, url, call in _requests(tree, calls, known, env):
        strict = ends.refusals if ends else _may_be_strict(tree, code, library)
        streams = any(each.arg == "stream" for each in call.keywords) or source_text(call.func).endswith(".stream")
        whole = reads or (library in ("requests", "httpx") and not streams)
        stays = library in ("httpx", "http.client") and "follow_redirects" not in code
        redirect = ends.redirect if stays and ends else None
        found += [
            one._replace(certain=id(call) in certain, follows=redirect is not False, stops=redirect is True)
            for one in requests(library, method, url, strict, whole)
        ]
    return tuple(found), _why_always_succeeds(tree), ends.doomed if ends and found else ""


def _requests(
    tree: ast.Module, calls: list[ast.Call], known: Mapping[str, str], env: Env
) -> Iterator[tuple[str, str, str, ast.Call]]:
    """The calls that ask for a known URL: by which library and method."""
    single = _assigned_once(tree)

    def known_text(node: ast.expr) -> str | None:
        return _text(node, env, single)

    for call in calls:
        full = resolved(call.func, known)
        owner, _, name = full.rpartition(".")
        if owner in CONNECTIONS and name == "request" and isinstance(call.func, ast.Attribute):
            url = _connection_url(call, single, known_text)
            method = known_text(call.args[0]) if call.args else None
            library = "http.client"
        elif owner in CLIENTS:
            named = name in ("request", "stream") and len(call.args) > 1
            method = known_text(call.args[0]) if named else name.upper() if name in ("get", "head") else None
            url = known_text(call.args[int(named)]) if len(call.args) > int(named) else None
            library = owner.partition(".")[0]
        elif name == "urlopen":
            method, library = "GET", "urllib"
            url = known_text(_request_url(call.args[0], single)) if call.args else None
        else:
            continue
        if method in ("GET", "HEAD") and url and url.startswith("http"):
            yield library, method, url, call


def _request_url(node: ast.expr, single: Mapping[str, ast.expr]) -> ast.expr:
    """The URL that `urlopen` is given, also in a `Request` that sends nothing."""
    made = single.get(node.id, node) if isinstance(node, ast.Name) else node
    asks = isinstance(made, ast.Call) and source_text(made.func).rpartition(".")[2] == "Request"
    if asks and isinstance(made, ast.Call) and len(made.args) == 1:
        return node if any(each.arg in ("method", "data") for each in made.keywords) else made.args[0]
    return node


def _connection_url(call: ast.Call, single: Mapping[str, ast.expr], told: Told) -> str | None:
    """The URL of `HTTPConnection(host, port).request(method, path)`."""
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    made = single.get(owner.id) if isinstance(owner, ast.Name) else owner
    if not isinstance(made, ast.Call) or len(call.args) != 2 or not made.args:
        return None
    named = [each.value for each in made.keywords if each.arg == "port"]
    host, path = told(made.args[0]), told(call.args[1])
    port = told([*made.args[1:2], *named][0]) if made.args[1:2] or named else ""
    scheme = "https" if "HTTPS" in source_text(made.func) else "http"
    return None if host is None or path is None or port is None else f"{scheme}://{host}{port and ':'}{port}{path}"


def _assigned_once(tree: ast.Module) -> dict[str, ast.expr]:
    """What each name of a program is assigned that is assigned once."""
    stored = Counter(
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )
    found: dict[str, ast.expr] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if stored[name] == 1:
                found[name] = value
    return found


def _may_be_strict(tree: ast.Module, code: str, library: str) -> bool | None:
    """Whether an answer of 400 and more makes a program fail that is not followed to its end."""
    raises = library == "urllib" or (library != "http.client" and "raise_for_status" in code)
    return True if raises and not TAKEN.search(code) and not any(map(_may_go_on, ast.walk(tree))) else None


def _is_print(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"


def _may_go_on(node: ast.AST) -> bool:
    """Whether a statement may go on after an error: what it catches does not end the program with a failure."""
    if isinstance(node, ast.Try):
        return not all(_fails(handler.body[-1]) for handler in node.handlers)
    return isinstance(node, ast.Call) and source_text(node.func).rpartition(".")[2] == "suppress"


def _fails(statement: ast.stmt) -> bool:
    match statement:
        case ast.Raise():
            return True
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="exit" | "_exit") | ast.Name(id="exit"), args=[code])):
            return isinstance(code, ast.Constant) and code.value not in (0, None)
    return False


def _certain_calls(tree: ast.Module) -> Iterator[ast.Call]:
    """The calls that are made however the conditions of a program turn out: none after one that may end it."""
    called: list[ast.stmt] = list(tree.body)
    functions = {node.name: node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}
    while called:
        statement = called.pop(0)
        parts: list[ast.AST] = [statement]
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                continue
            case ast.If(test=ast.Compare(left=ast.Name(id="__name__")), body=body):
                called += body
                continue
            case ast.If(test=test) | ast.While(test=test):
                parts = [test]
                called = [] if any(map(_leaves_program, ast.walk(statement))) else called
            case ast.For(iter=source):
                parts = [source]
            case ast.With(items=items, body=body):
                called = [*body, *called]
                parts = list(items)
            case ast.Try(body=body, orelse=orelse, finalbody=ends):
                called = [*body, *orelse, *ends, *called]
                continue
        for part in parts:
            yield from _calls(part)
            for name in {call.func.id for call in _calls(part) if isinstance(call.func, ast.Name)} & functions.keys():
                called = [*functions.pop(name).body, *called]


def _leaves_program(node: ast.AST) -> bool:
    """Whether it leaves a function or the program."""
    left = isinstance(node, ast.Call) and source_text(node.func).rpartition(".")[2] in ("exit", "_exit")
    return left or isinstance(node, (ast.Return, ast.Raise))


def _calls(part: ast.AST) -> Iterator[ast.Call]:
    """The calls of an expression, those left out that are made only where another part of it has a value."""
    waiting = [part]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call):
            yield node
        match node:
            case ast.Lambda():
                continue
            case ast.BoolOp(values=[first, *_]) | ast.IfExp(test=first):
                waiting.append(first)
            case _:
                waiting += ast.iter_child_nodes(node)


def _why_always_succeeds(tree: ast.Module) -> str:
    """Why a program of imports and of what ends it with a known status always succeeds; empty where more is done."""
    why = "it only imports modules and ends"
    for statement in tree.body:
        match statement:
            case _ if _is_idle(statement):
                continue
            case ast.Try() if _swallows_failures(statement):
                why = "its `except` catches every failure, and it ends with success"
            case ast.Expr(value=call) if _ends_well(call):
                return why if "except" in why else f"`{ast.unparse(call)}` ends it with success"
            case _:
                return ""
    return why


def _ends_well(node: ast.AST) -> bool:
    """Whether it ends the program with success: `sys.exit(0)`."""
    match node:
        case ast.Call(func=ast.Attribute(attr="exit") | ast.Name(id="exit"), args=[] | [ast.Constant(value=0 | None)]):
            return True
    return False


def _is_idle(statement: ast.stmt) -> bool:
    """Whether a statement asks nothing: an import, a text or an attribute that is printed, also in an assertion."""
    match statement:
        case ast.Import() | ast.ImportFrom() | ast.Pass():
            return True
        case ast.Assert(test=ast.Attribute(attr=name) | ast.Name(id=name) as value):
            return name in MADE and _is_plain_read(value)
        case ast.Expr(value=ast.Call(args=arguments) as call):
            return _is_print(call) and all(map(_is_plain_read, arguments))
        case ast.Expr(value=value):
            return _is_plain_read(value)
    return False


def _is_plain_read(node: ast.expr) -> bool:
    """Whether an expression only looks at what importing a module makes: `fastmcp.__version__`."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, (ast.Constant, ast.Name))


def _swallows_failures(statement: ast.Try) -> bool:
    """Whether a statement catches every failure inside it and does nothing that may be one."""
    inside = any(
        isinstance(node, ast.Assert) or (_leaves_program(node) and not _ends_well(node)) for node in ast.walk(statement)
    )
    broad = [
        each.type is None or source_text(each.type) in ("Exception", "BaseException") for each in statement.handlers
    ]
    after = [*(line for each in statement.handlers for line in each.body), *statement.orelse, *statement.finalbody]
    quiet = all(_is_idle(each) or (isinstance(each, ast.Expr) and _ends_well(each.value)) for each in after)
    return any(broad) and not inside and quiet


def _text(node: ast.expr, env: Env, single: Mapping[str, ast.expr], deep: int = 0) -> str | None:
    """The text of an expression: constants, variables of the environment and of the program, and all in one."""

    def known_text(part: ast.expr) -> str | None:
        return _text(part, env, single, deep + 1) if deep < DEEPEST else None

    match node:
        case ast.Constant(value=str() | int() as text):
            return str(text)
        case ast.Name(id=name) if name in single:
            return known_text(single[name])
        case ast.JoinedStr(values=parts):
            texts = [known_text(each.value if isinstance(each, ast.FormattedValue) else each) for each in parts]
            return None if None in texts else "".join(text or "" for text in texts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            first, second = known_text(left), known_text(right)
            return None if first is None or second is None else first + second
        case ast.Call(func=ast.Name(id="str" | "int"), args=[inner]):
            return known_text(inner)
        case ast.Call(func=ast.Attribute(attr="get" | "getenv"), args=[ast.Constant(value=str(name)), *default]):
            value = env(name)
            if value.only is not None:
                return value.only
            return known_text(default[0]) if default and value.must_be(None) else None
        case ast.Subscript(slice=ast.Constant(value=str(name))):
            return env(name).only
    return None
