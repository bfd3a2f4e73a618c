"""What a function closes before it serves anew."""

from __future__ import annotations

import re

from mcplint.programs.typescript.machine import Args
from mcplint.programs.typescript.operators import text_of

_FUNCTION = re.compile(r"function|method_definition")
_CLOSE = re.compile(r"(?s)([\w$]++).*\.close")


def closes_before(args: Args) -> bool:
    """Whether the function of a call may close, before the call, what it has not made itself."""
    script, span = args.package.fact if args.package else None, args.span
    if script is None or span is None or ".close(" not in script.source.text[: span.start]:
        return False
    at = len(script.source.text[: span.start].encode("utf-8", "replace"))
    around = script.root.descendant_for_byte_range(at, at)
    while around is not None and not _FUNCTION.search(around.type):
        around = around.parent
    if around is None:
        return False
    waiting = list(around.children)
    while waiting:
        node = waiting.pop()
        if node.start_byte >= at or _FUNCTION.search(node.type):
            continue
        waiting += node.children
        called = node.child_by_field_name("function") if node.type == "call_expression" else None
        closed = _CLOSE.fullmatch(text_of(called)) if called is not None else None
        own = rf"\b(?:const|let|var)\s+{re.escape(closed[1])}\s*=" if closed else ""
        if closed and not re.search(own, text_of(around)):
            return True
    return False
