"""The middleware around an ASGI application: CORS, compression, and what may answer in its place."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from mcplint.model import Cors
from mcplint.programs.python.libraries.sdk_protection import listed
from mcplint.programs.python.libraries.web import LAYERS
from mcplint.programs.python.machine import Args
from mcplint.programs.python.state import CALL
from mcplint.programs.python.values import Abstract, Class, Function, Instance
from mcplint.text.source import Span
from mcplint.values import EditSite, Label

if TYPE_CHECKING:
    from mcplint.programs.python.asgi_walk import Site


def layer_says(layer: Any, site: Site) -> None:
    """A middleware: what it says of CORS and compression."""
    if not isinstance(layer, Instance) or CALL not in layer.table:
        site.closed = False
        return
    args: Args = CALL.one(layer.table, Args(open=True))
    only = args.positional[0].only if args.positional else None
    path = getattr(only, "path", "")
    site.checked |= path not in LAYERS or path.endswith("AuthenticationMiddleware")
    if path.endswith("CORSMiddleware") and layer.span:
        origins, methods, headers, exposed = (
            _lengthened(name, args) for name in ("allow_origins", "allow_methods", "allow_headers", "expose_headers")
        )
        site.cors.append(Cors(layer.span, origins, methods, headers, exposed))
    elif path.endswith("GZipMiddleware") and layer.span:
        site.compressed.append(Label(layer.span, "compresses what it answers"))
    elif path not in LAYERS and not (isinstance(only, (Class, Function)) and not _minds_paths(only.node)):
        site.closed = False


_PATHS = frozenset({"path", "raw_path", "url"})


def _minds_paths(root: ast.AST) -> bool:
    """Whether code looks at the path of a request, and so may answer or change it."""
    return any(
        (isinstance(node, ast.Attribute) and node.attr in _PATHS)
        or (isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in _PATHS)
        for node in ast.walk(root)
    )


def _lengthened(name: str, args: Args) -> Abstract:
    """A list of texts with the place where another one would be added to it, quotes included."""
    value = listed(args.find(None, name), args)
    if args.node is None or args.module is None or args.open:
        return value
    given = next((each.value for each in args.node.keywords if each.arg == name), None)
    slot = None
    if given is None:
        whole = args.module.insertion(args.node, name, False)
        slot = whole and whole._replace(before=f'{whole.before}["', after='"]')
    elif isinstance(given, ast.List):
        inside = args.module.span(given.elts[-1] if given.elts else given)
        end = inside.end - (not given.elts)
        slot = EditSite(Span(inside.source, end, end), ', "' if given.elts else '"', '"')
    return value._replace(slot=slot)
