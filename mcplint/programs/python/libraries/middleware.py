"""The middleware around an ASGI application: CORS, compression, and what may answer in its place."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

from mcplint.knowledge.transports import STREAMABLE
from mcplint.model import Cors, Endpoint, Server, TrustedHosts
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.libraries.web import LAYERS, text_list
from mcplint.programs.python.lost import is_harmless
from mcplint.programs.python.machine import Machine
from mcplint.programs.python.operators import product
from mcplint.programs.python.state import ADDED_MIDDLEWARE, CALL, HIDDEN
from mcplint.programs.python.values import Class, Function, Instance
from mcplint.programs.values import Abstract, known, noted, union, unknown
from mcplint.text.layout import item_after
from mcplint.text.source import Span
from mcplint.values import EditSite, Label, Value


class AppScan:
    """What an application answers; a class because a walk over it gathers it.

    `closed`: these servers and endpoints are all. `checked`: something may check who calls. `rooted`: it is told a
    path that stands in front of every other. `free`: where everyone is given the token that is checked. `cors`,
    `compressed`, `trusted` and `locked`: what its middleware says.
    """

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.servers: list[Server] = []
        self.endpoints: list[Endpoint] = []
        self.cors: list[Cors] = []
        self.compressed: list[Label] = []
        self.trusted: list[TrustedHosts] = []
        self.locked: list[Label] = []
        self.closed = True
        self.checked = self.rooted = False
        self.free: Label | None = None

    def complete_servers(self) -> Iterable[Server]:
        """The servers, each with what else is there."""
        paths = {server.path.only for server in self.servers}
        for server in self.servers:
            sure = server.auth.only is not None or not self.checked
            free = self.free if sure and server.auth.must_be(None) else None
            others = (
                each._replace(guarded=bool(each.guarded))
                for each in self.endpoints
                if each.path not in paths or each.methods == ("GET",)
            )
            yield server._replace(
                endpoints=tuple(dict.fromkeys((*server.endpoints, *others))),
                endpoints_closed=server.endpoints_closed and self.closed,
                auth=known(None, free) if free else server.auth if sure else unknown(*server.auth.trace),
            )

    def include(self, inner: AppScan, prefix: Abstract) -> None:
        """Adds what is found below a path, with what its middleware says."""
        for server in inner.servers:
            below = tuple(_endpoints_below(prefix, server.endpoints))
            self.servers.append(
                inner.with_middleware(server)._replace(
                    path=below_prefix(prefix, server.path),
                    endpoints=below,
                    endpoints_closed=server.endpoints_closed and len(below) == len(server.endpoints),
                )
            )
        endpoints = list(_endpoints_below(prefix, inner.endpoints))
        guarded = bool(inner.locked or inner.trusted)
        self.endpoints += (each._replace(guarded=True) if guarded else each for each in endpoints)
        self.closed &= inner.closed and len(endpoints) == len(inner.endpoints)
        self.checked |= inner.checked
        self.free = self.free or inner.free
        self.rooted |= inner.rooted

    def confine(self) -> None:
        """Has what may check callers here hold for the servers that are found here, and for no others."""
        if self.checked:
            self.servers = [
                each if each.auth.only is not None else each._replace(auth=unknown(*each.auth.trace))
                for each in self.servers
            ]
            self.checked = False

    def with_middleware(self, server: Server) -> Server:
        """A server with what the middleware around it says."""
        return server._replace(
            cors=(*self.cors, *server.cors),
            compressed=(*self.compressed, *server.compressed),
            trusted_hosts=(*self.trusted, *server.trusted_hosts),
            locked=(*self.locked, *server.locked),
        )

    def add_layer(self, layer: Any, path: Abstract) -> None:
        """Takes in what a middleware says of CORS, compression and hosts, and whether it may answer or refuse.

        `path`: that of the requests which must not be refused, as the middleware sees it.
        """
        if not isinstance(layer, Instance) or CALL not in layer.table:
            self.closed, self.checked = False, True
            return
        if layer.span:
            self.machine.walked.add(layer.span)
        args = CALL.first(layer.table, Args(open=True))
        only = args.positional[0].only if args.positional else None
        library = getattr(only, "path", "")
        if isinstance(only, Class):
            self.machine.wired.add(only.node.name)
        if free := _freely_given_token(self.machine, only):
            self.free = free
        else:
            self.checked |= may_check(self.machine, layer, path)
        if isinstance(only, (Class, Function)) and layer.span and not _reads_path(only.node):
            from mcplint.programs.python.libraries.required_headers import demands_header

            if demands_header(only.node):
                self.locked.append(Label(layer.span, "answers nobody without a token"))
        if library.endswith("CORSMiddleware") and layer.span:
            lists = ("allow_origins", "allow_methods", "allow_headers", "expose_headers")
            origins, methods, headers, exposed = (_extendable_list(name, args) for name in lists)
            self.cors.append(Cors(layer.span, origins, methods, headers, exposed))
        elif library.endswith("GZipMiddleware") and layer.span:
            self.compressed.append(Label(layer.span, "compresses responses"))
        elif library.endswith("TrustedHostMiddleware") and layer.span:
            self.trusted.append(TrustedHosts(layer.span, text_list(args.find(None, "allowed_hosts"), args)))
        elif library not in LAYERS and not (isinstance(only, (Class, Function)) and not _reads_path(only.node)):
            self.closed = False


def _freely_given_token(machine: Machine, kind: Any) -> Label | None:
    """Where everyone is given the token that a middleware of the project asks for."""
    if not isinstance(kind, (Class, Function)):
        return None
    from mcplint.programs.python.libraries.free_tokens import handed_out

    module = kind.frame.module if isinstance(kind, Class) else kind.scope.module
    free = handed_out(kind.node, module)
    if free:
        machine.unreached.append(module.span(kind.node))
    return free


def may_check(machine: Machine, layer: Any, asked: Abstract) -> bool:
    """Whether a middleware may refuse callers for who they are: those of Starlette and checks of Origin do not.

    `asked`: the path of their requests; of one that is not known, a check of any path counts.
    """
    args = CALL.first(layer.table, Args(open=True)) if isinstance(layer, Instance) else Args(open=True)
    only = args.positional[0].only if args.positional else None
    path = getattr(only, "path", "")
    if path in LAYERS or is_harmless(path):
        return path.endswith("AuthenticationMiddleware")
    if isinstance(only, (Class, Function)):
        from mcplint.programs.python.libraries.origins import asks_for_origin_alone

        if asks_for_origin_alone(only.node):
            return False
    from mcplint.programs.python.libraries.refusals import may_refuse

    key = layer, asked.options
    if key not in machine.refusing:
        machine.refusing[key] = may_refuse(machine, layer, asked)
    return machine.refusing[key]


def with_app_middleware(machine: Machine, app: Instance, server: Server) -> Server:
    """A server with what the middleware of its application says."""
    scan = AppScan(machine)
    for layer in ADDED_MIDDLEWARE.of(app.table):
        scan.add_layer(layer, request_path((server,)))
    closed = server.endpoints_closed and scan.closed and HIDDEN not in app.table
    return scan.with_middleware(server)._replace(endpoints_closed=closed)


def request_path(servers: Iterable[Server]) -> Abstract:
    """The paths of requests for servers; not known for SSE, which has two."""
    found = list(servers)
    if any(each.transport.options != (STREAMABLE,) for each in found):
        return unknown()
    return either_slash(union(each.path for each in found)) if found else unknown()


def either_slash(path: Abstract) -> Abstract:
    """A path with and without a slash at its end, as clients are led from one to the other."""
    texts = [each.rstrip("/") for each in path.options or () if isinstance(each, str)]
    if path.options is None or len(texts) != len(path.options) or not all(texts):
        return unknown()
    return Value(tuple(dict.fromkeys(each for text in texts for each in (text, f"{text}/"))))


def below_prefix(prefix: Abstract, path: Abstract) -> Abstract:
    """A path below a prefix; without a prefix, the path as it is, and where it is written."""
    if prefix.must(lambda text: text in ("", "/", None)):
        return path
    if path.must(lambda text: text in ("", None)):
        return prefix
    joined = product(None, (prefix, path), lambda first, second: first.rstrip("/") + second)
    return noted(joined, *prefix.trace[:1])


def _endpoints_below(prefix: Abstract, endpoints: Iterable[Endpoint]) -> Iterable[Endpoint]:
    """Endpoints below a prefix, as far as that is known."""
    for endpoint in endpoints:
        path = below_prefix(prefix, known(endpoint.path)).only
        if isinstance(path, str):
            yield endpoint._replace(path=path)


_PATHS = frozenset({"path", "raw_path", "url"})


def _reads_path(root: ast.AST) -> bool:
    """Whether code looks at the path of a request, and so may answer or change it."""
    return any(
        (isinstance(node, ast.Attribute) and node.attr in _PATHS)
        or (isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in _PATHS)
        for node in ast.walk(root)
    )


def _extendable_list(name: str, args: Args) -> Abstract:
    """A list of texts with the site where another one would be added to it, quotes included."""
    value = text_list(args.find(None, name), args)
    if args.node is None or args.module is None or args.open:
        return value
    given = next((each.value for each in args.node.keywords if each.arg == name), None)
    site = None
    sign = args.module.quote(given.elts[-1:] if isinstance(given, ast.List) else ())
    joint = f"{sign}, {sign}"
    if given is None:
        whole = args.module.insertion(args.node, name, False)
        site = whole and whole._replace(before=f"{whole.before}[{sign}", after=f"{sign}]{whole.after}", joint=joint)
    elif isinstance(given, ast.List) and given.elts:
        site = item_after(args.module.span(given.elts[-1]), args.module.span(given).end - 1, sign, sign)
    elif isinstance(given, ast.List):
        inside = args.module.span(given)
        site = EditSite(Span(inside.source, inside.end - 1, inside.end - 1), sign, sign, joint=joint)
    return value._replace(site=site)
