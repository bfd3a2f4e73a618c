"""What an ASGI server is told of the proxies in front of it and of its end: by the program, a flag, the environment."""

from __future__ import annotations

from collections.abc import Callable

from mcplint.model import Asgi
from mcplint.programs.python.machine import Machine
from mcplint.programs.python.operators import present
from mcplint.programs.python.values import ABSENT, Abstract, each, known, noted, union, unknown
from mcplint.values import Label

Find = Callable[[str], Abstract | None]
"""The value that is given under a name, spelled with `_`; None where none is."""
TRUSTED = "127.0.0.1"


def told(machine: Machine, runner: str, find: Find, *notes: Label) -> Asgi:
    """The settings of uvicorn, or of gunicorn with uvicorn's workers; of other servers nothing is known."""
    if runner not in ("uvicorn", "gunicorn", "sdk"):
        return Asgi()
    patience = "graceful_timeout" if runner == "gunicorn" else "timeout_graceful_shutdown"
    forever = unknown(*notes) if runner == "gunicorn" else known(None, *notes)
    return Asgi(
        trusted=given(find("forwarded_allow_ips"), trusted(machine, *notes)),
        patience=each(given(find(patience), forever), seconds),
        root_path=given(find("root_path"), known("", *notes)),
    )


def given(value: Abstract | None, default: Abstract) -> Abstract:
    """A value, or the default where it is, or may be, None or not there."""
    if value is None:
        return default
    if value.options is None:
        return value
    there = tuple(option for option in value.options if option is not None and option is not ABSENT)
    if len(there) == len(value.options):
        return value
    return union([*([present(value)._replace(options=there)] if there else []), default])


def trusted(machine: Machine, *notes: Label) -> Abstract:
    """The addresses that uvicorn trusts where the program names none."""
    read = machine.variable("FORWARDED_ALLOW_IPS")
    machine.reads.discard("FORWARDED_ALLOW_IPS")
    if read.options is None:
        return unknown(*read.trace)
    default = known(TRUSTED, *(note._replace(text=f"uvicorn trusts {TRUSTED} alone by default") for note in notes))
    return given(noted(read, *notes), default) if read.options != (None,) else default


def seconds(option: object) -> object:
    """A number of seconds, also where a flag spells it."""
    if isinstance(option, str):
        return float(option) if option.replace(".", "", 1).isdecimal() else option
    return float(option) if isinstance(option, int) and not isinstance(option, bool) else option
