"""The settings of a server in the types that they have; a program may give anything, and what is none is unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mcplint.model import Asgi
from mcplint.programs.outcome import Served
from mcplint.text.number import counted
from mcplint.values import Value

PORTS = range(1 << 16)


def typed(served: Served) -> Served:
    """The same server, every setting of it of its type; a port may be passed on as the text of a variable."""
    port: Value[Any] = served.port
    settings: dict[str, Any] = {
        **served._asdict(),
        "port": port._replace(options=port.options and tuple(map(counted, port.options))),
    }
    trusted, patience, root_path = served.asgi
    asgi = Asgi(_fitting(trusted, _text), _fitting(patience, _seconds), _fitting(root_path, _text))
    changes: dict[str, Any] = {name: _fitting(settings[name], fits) for name, fits in _FITS.items()}
    return served._replace(**changes, asgi=asgi)


def _fitting(value: Value[Any], fits: Callable[[object], bool]) -> Value[Any]:
    return value if all(map(fits, value.options or ())) else value._replace(options=None, slot=None)


def _text(option: object) -> bool:
    return isinstance(option, str)


def _flag(option: object) -> bool:
    return isinstance(option, bool)


def _texts(option: object) -> bool:
    return isinstance(option, tuple) and all(map(_text, option))


def _count(option: object) -> bool:
    return option is None or isinstance(option, int)


def _seconds(option: object) -> bool:
    return option is None or isinstance(option, (int, float))


_FITS: Mapping[str, Callable[[object], bool]] = {
    **dict.fromkeys(("transport", "host", "path", "own_path", "message_path", "declared_host", "log_level"), _text),
    **dict.fromkeys(("stateless", "json_response", "host_check", "lifespan"), _flag),
    **dict.fromkeys(("allowed_hosts", "allowed_origins"), _texts),
    "name": lambda option: option is None or _text(option),
    "port": lambda option: isinstance(option, int) and option in PORTS,
    "workers": _count,
}
