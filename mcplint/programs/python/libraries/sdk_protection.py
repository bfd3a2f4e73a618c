"""Which hosts and origins the SDKs answer to: the check against DNS rebinding."""

from __future__ import annotations

from typing import Any

from mcplint.programs.python.libraries.sdk_settings import OTHER, facts
from mcplint.programs.python.machine import Args, Machine
from mcplint.programs.python.values import Abstract, External, Instance, Sequence, each, known, plain, unknown
from mcplint.values import Value

NOWHERE: Value[Any] = Value(())
LOOPBACK = ("127.0.0.1", "localhost", "::1")
LOCAL = ("127.0.0.1:*", "localhost:*", "[::1]:*")


def armed(machine: Machine, kind: str, host: Abstract, args: Args) -> Abstract:
    """The security settings that a constructor makes where it is told none: those of a loopback host, or None."""
    if facts(machine, kind, "host_check") != ("constructor",) or not host.options:
        return known(None, *args.notes)
    if any(option not in LOOPBACK for option in host.options):
        return known(None, *args.notes)
    made = Instance(External("mcp.server.transport_security.TransportSecuritySettings"), args.span)
    made.table["enable_dns_rebinding_protection"] = known(True, *host.trace)
    for name, forms in (("allowed_hosts", LOCAL), ("allowed_origins", tuple(f"http://{form}" for form in LOCAL))):
        made.table[name] = known(Sequence("list", tuple(known(form) for form in forms)), *host.trace)
    return known(made, *host.trace)


def protection(
    machine: Machine, args: Args, server: Instance, kind: str, declared: Abstract
) -> tuple[Abstract, Abstract, Abstract]:
    """Whether requests with a foreign Host are refused, and which hosts and origins are not."""
    rule = facts(machine, kind, "host_check")
    if kind == OTHER:
        given = args.find(None, "host_origin_protection") if "host_origin_protection" in args.keywords else None
        check = given if given is not None else known(rule == ("on",), *args.notes)
        if check.options == (False,):
            return check, NOWHERE, NOWHERE
        return check, listed(args.find(None, "allowed_hosts"), args), listed(args.find(None, "allowed_origins"), args)
    settings = server.table["settings"].only
    security = args.find(None, "transport_security")
    if security is None:
        security = settings.table["transport_security"]
    if security.options is None or len(security.options) != 1:
        return (unknown(*security.trace),) * 3
    only = security.options[0]
    if isinstance(only, Instance):
        return secured(only)
    if rule not in (("constructor",), ("app",)) or declared.options is None:
        if declared.options is None and rule != ("off",):
            return (unknown(*declared.trace),) * 3
        return known(False, *declared.trace), NOWHERE, NOWHERE
    on = each(declared._replace(slot=None), lambda host: host in LOOPBACK)
    if on.options == (False,):
        return on, NOWHERE, NOWHERE
    return on, known(LOCAL, *declared.trace), known(tuple(f"http://{host}" for host in LOCAL), *declared.trace)


def secured(security: Instance) -> tuple[Abstract, Abstract, Abstract]:
    """What transport security settings allow."""
    check = security.table.get("enable_dns_rebinding_protection", known(True))
    if check.options == (False,):
        return check, NOWHERE, NOWHERE
    hosts, origins = (security.table.get(name) for name in ("allowed_hosts", "allowed_origins"))
    args = Args()
    return check, listed(hosts, args), listed(origins, args)


def listed(value: Abstract | None, args: Args) -> Abstract:
    """A list of texts as one option; empty where it is not given."""
    if value is None:
        return known((), *args.notes)
    if value.must(lambda option: option is None):
        return known((), *value.trace)
    try:
        return value._replace(options=(tuple(plain(value)),), slot=None)
    except (LookupError, TypeError):
        return unknown(*value.trace)


def security_settings(machine: Machine, args: Args, owner: Any) -> Abstract:
    made = Instance(External("mcp.server.transport_security.TransportSecuritySettings"), args.span)
    for name in ("enable_dns_rebinding_protection", "allowed_hosts", "allowed_origins"):
        value = args.find(None, name)
        made.table[name] = (
            value
            if value is not None
            else known(name.startswith("enable"), *args.notes)
            if name.startswith("enable")
            else known(Sequence("list", ()), *args.notes)
        )
    return known(made, *args.notes)
