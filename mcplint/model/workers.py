"""Whether a server starts with the number of processes that it is told."""

from __future__ import annotations

import ast

from mcplint.model.servers import Server


def refuses_workers(server: Server) -> bool:
    """Whether uvicorn exits at start, since it has no name of the application that several processes are to import."""
    many = server.runner == "uvicorn" and server.workers.must(lambda count: count is not None and count > 1)
    return many and object_given(server.span.text)


def object_given(text: str) -> bool:
    """Whether a call's first argument is certainly no import string."""
    try:
        call = ast.parse(text.strip(), mode="eval").body
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return False
    first = call.args[0] if isinstance(call, ast.Call) and call.args else None
    return isinstance(first, ast.Call) or (isinstance(first, ast.Name) and "uvicorn.run" in text)
