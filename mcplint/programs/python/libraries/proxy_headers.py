"""What an ASGI server is told of the proxies in front of it and of its end: by the program, a flag, the environment."""

from __future__ import annotations

from collections.abc import Callable

from mcplint.model import Asgi
from mcplint.programs.python.libraries.environment import from_environment
from mcplint.programs.python.machine import Machine
from mcplint.programs.python.operators import or_else
from mcplint.programs.values import Abstract, known, map_options, noted, unknown
from mcplint.values import Label

Find = Callable[[str], Abstract | None]
"""The value that is given under a name, spelled with `_`; None where none is."""
TRUSTED = "127.0.0.1"
SERVED_WITH = ("ssl_certfile", "ssl_keyfile", "certfile", "keyfile", "ssl_certificate", "ssl_cert")
"""What uvicorn, gunicorn, hypercorn and granian are told the certificate by with which they serve."""
CERTIFIED = ("ssl_cert_reqs", "cert_reqs", "verify_mode", "ssl_client_verify")
"""By what they are told whether callers need one."""
ASKED = "may ask callers for certificates"
NOT_ASKED = frozenset({"0", "1", "False", "None", "false", "CERT_NONE", "CERT_OPTIONAL"})


def asgi_settings(machine: Machine, runner: str, find: Find, *notes: Label) -> Asgi:
    """The settings of uvicorn, or of gunicorn with uvicorn's workers; of other servers nothing is known."""
    if runner not in ("uvicorn", "gunicorn", "sdk"):
        return Asgi(certified=certified(find, *notes))
    patience = "graceful_timeout" if runner == "gunicorn" else "timeout_graceful_shutdown"
    forever = unknown(*notes) if runner == "gunicorn" else known(None, *notes)
    return Asgi(
        trusted=or_else(find("forwarded_allow_ips"), trusted(machine, *notes)),
        patience=map_options(or_else(find(patience), forever), seconds),
        root_path=or_else(find("root_path"), known("", *notes)),
        certified=certified(find, *notes),
    )


def certified(find: Find, *notes: Label) -> Abstract:
    """Whether callers need a certificate: TLS itself then turns all others away, which plain HTTP does not."""
    served = [value for name in SERVED_WITH if (value := find(name)) is not None]
    given = [value for name in CERTIFIED if (value := find(name)) is not None] if served else []
    if not any(value.may_not_be(None, "") for value in served) or not given:
        return known(False)
    return noted(
        map_options(given[0]._replace(site=None), _requires_certificate),
        *(note._replace(text=ASKED) for note in notes[:1]),
    )


def _requires_certificate(option: object) -> bool:
    """Whether a setting has callers show a certificate, other than `ssl.CERT_NONE` and `ssl.CERT_OPTIONAL`."""
    return str(getattr(option, "path", option)).rpartition(".")[2] not in NOT_ASKED


def trusted(machine: Machine, *notes: Label) -> Abstract:
    """The addresses that uvicorn trusts where the program names none."""
    default = known(TRUSTED, *(note._replace(text=f"uvicorn trusts {TRUSTED} alone by default") for note in notes))
    read = machine.variable("FORWARDED_ALLOW_IPS", own=False)
    if read.trace and read.options == (None,):  # Whoever starts it may yet say whom to trust.
        return unknown(*read.trace)
    return from_environment(machine, "FORWARDED_ALLOW_IPS", default, notes)


def seconds(option: object) -> object:
    """A number of seconds, also where a flag spells it."""
    if isinstance(option, str):
        return float(option) if option.replace(".", "", 1).isdecimal() else option
    return float(option) if isinstance(option, int) and not isinstance(option, bool) else option
