"""Options that a program takes out of its arguments by hand, without a library that declares them."""

from __future__ import annotations

import re
from typing import Any

from mcplint.model import Server
from mcplint.values import Value

_ARGUMENTS = re.compile(r"\b(?:process\.argv|Bun\.argv|Deno\.args|sys\.argv)\b")
_HOST = re.compile(r"[\"'`](--(?:host(?:name)?|bind|address|listen)=?)[\"'`]")


def with_options(server: Server) -> Server:
    """The server, whose host names the option that its program looks for where the host is a default in that file."""
    return server._replace(host=_optional(server.host), declared_host=_optional(server.declared_host))


def _optional(value: Value[Any]) -> Value[Any]:
    site = value.site
    if site is None or site.option or site.variable or not site.span.text:
        return value
    text = site.span.source.text
    option = _HOST.search(text) if _ARGUMENTS.search(text) else None
    return value._replace(site=site._replace(option=option[1])) if option else value
