"""What is known of libraries: tables by dotted name, one module a subject."""

from __future__ import annotations

from types import ModuleType


def LIBRARIES() -> tuple[ModuleType, ...]:
    """Every module with such tables; a later one overrules an earlier one."""
    from mcplint.program.libraries import arguments, asgi, clicks, lowlevel, models, output, sdk, system, web

    return system, output, arguments, clicks, models, web, sdk, lowlevel, asgi
