"""The ports that EXPOSE names."""

from __future__ import annotations

from collections.abc import Iterator

from mcplint.model import Port
from mcplint.text.source import Span
from mcplint.values import Value


def ports(value: Value[str], span: Span) -> Iterator[Port]:
    """The ports of one word of EXPOSE: `8000`, `8000/tcp`, `8000-8010`."""
    if value.options is None:
        yield Port(Value(None, value.trace), None, None, span)
        return
    for option in value.options:
        for word in option.split():
            number, _, protocol = word.partition("/")
            first, _, last = number.partition("-")
            if first.isdecimal() and len(first) < 6 and (last or first).isdecimal() and len(last) < 6:
                site = value.site if value.site and number == option else None
                for port in range(int(first), min(int(last or first), int(first) + 100) + 1):
                    yield Port(
                        Value((port,), value.trace, site if not last else None), None, None, span, protocol or "tcp"
                    )
