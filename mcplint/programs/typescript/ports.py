"""What a listener of Node is told in place of a port, and what becomes of it."""

from __future__ import annotations

from typing import Any

from mcplint.model import Portless
from mcplint.programs.typescript.machine import Served
from mcplint.programs.typescript.values import UNDEFINED, UNSET, js_text, number
from mcplint.programs.values import ABSENT, Abstract


def port(value: Abstract) -> Abstract:
    """A port as a number; Node takes a text of digits for one."""
    if value.options is None:
        return value
    found = tuple(_port_of(option) for option in value.options)
    if None in found:
        return value._replace(options=None)
    return value._replace(options=tuple(dict.fromkeys(found)))


def _port_of(option: Any) -> int | None:
    """A port by its number; nothing for 0 and for what is not given, where the system takes any that is free."""
    counted = number(option) if not isinstance(option, bool) else None
    return int(counted) if counted is not None and counted == counted and 0 < counted < 1 << 16 else None


def portless(each: Served) -> Portless | None:
    """What becomes of a listener of Node whose port is certainly none; source: `listen` of Node 20 to 26."""
    fates = {_listener_fate(option) for option in each.port.options or ()}
    if len(fates) != 1 or each.span.text.startswith(("Bun.", "Deno.")):
        return None
    fate, option = fates.pop(), (each.port.options or ("",))[0]
    port_text = (
        f"`{option}`" if isinstance(option, str) and option else "an empty text" if option == "" else js_text(option)
    )
    read = next((note.variable for note in each.port.trace if note.variable), "")
    return Portless(fate, port_text or "nothing", each.span, read) if fate else None


def _listener_fate(option: Any) -> str:
    """Where a listener is that is told this instead of a port, empty for a port."""
    counted = number(option)
    if option in (UNDEFINED, UNSET, ABSENT, None) or (counted == 0 and str(option).strip() and option is not False):
        return "random"
    if counted is None:
        return ""
    if isinstance(option, str) and option.strip() and counted != counted:
        return "socket"
    return "" if counted == counted and 0 < counted < 1 << 16 and option is not True else "refused"
