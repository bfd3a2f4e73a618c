"""lighttpd's configuration as routes: which requests go to a server, as far as the files tell.

https://redmine.lighttpd.net/projects/lighttpd/wiki/Mod_proxy
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import chain, islice

from mcplint.facts.lighttpd import Array, Expression, LighttpdFile, Term
from mcplint.knowledge.proxies import LIGHTTPD
from mcplint.model import PathMatch
from mcplint.project.tree import Tree
from mcplint.proxies.assumed import assumed
from mcplint.proxies.conditions import Condition, intersection
from mcplint.proxies.dead_ends import dead_ends
from mcplint.proxies.lighttpd.contexts import (
    Configuration,
    Context,
    SettingValue,
    key_match,
    literal_text,
    number,
    path_match,
)
from mcplint.proxies.lighttpd.routes import route_of
from mcplint.proxies.proxy import OPEN_ON_MACHINE, Proxy, home_of, open_ports, published_ports, with_server
from mcplint.proxies.response import FILE, UNKNOWN, Response
from mcplint.proxies.routing import (
    MOST_RULES,
    ProxyRule,
    VirtualHost,
    leading,
    request_router,
    say_left_out,
    unknown_path,
    with_endpoints,
)
from mcplint.services.containers import ContainerContext
from mcplint.services.network import Network, home
from mcplint.text.source import Span
from mcplint.text.urls import is_loopback
from mcplint.values import Label, Value

SERVERS = "proxy.server"
MOST_PORTS = 20
CHECKS = re.compile(r"auth|evasive|magnet|remote-?ip|secdownload|verifyclient|access-allow|geoip|\.deny", re.IGNORECASE)
"""What may turn callers away."""
EXPRESSIONS = ("url.rewrite", "url.rewrite-once", "url.rewrite-repeat", "url.rewrite-final", "url.redirect")
HANDLERS = ("fastcgi.server", "scgi.server", "cgi.assign", "ajp13.server", "sockproxy.server", "wstunnel.server")
UPGRADE = re.compile(r"https://(?:%\d|\$\{)")
"""A redirect to the same address with TLS."""
UNSEEN = Response(UNKNOWN, certain=False)
OTHERS = frozenset({*EXPRESSIONS, *HANDLERS, "uwsgi.server", "url.access-deny", "magnet.attract-raw-url-to"})
"""What answers requests, or changes their path, before they are passed on."""


def proxies(files: Mapping[str, LighttpdFile], tree: Tree, network: Network) -> Iterator[Proxy]:
    """The lighttpd of each file that no other one includes."""
    found = {path: Configuration(file, tree) for path, file in files.items()}
    included = {path for own, each in found.items() for path in each.files if path != own}
    for path in sorted(files.keys() - included):
        yield _proxy(found[path], home(path, network.running, "lighttpd"), network)


def _proxy(config: Configuration, origin: ContainerContext | None, network: Network) -> Proxy:
    contexts = tuple(config.contexts)
    ports = dict(_ports(contexts))
    listen = Value((tuple(f"{port} ssl" if tls else str(port) for port, tls in ports.items()),))
    sockets = [context.port for context in contexts if context.port and SERVERS in context.settings]
    tried = ((each, rule) for each in _in_order_tried(contexts) for rule in _rules(each, contexts, config.closed))
    found = tuple(islice(chain(_unfollowed_rules(contexts), tried), MOST_RULES + 1))
    say_left_out([rule.route for _, rule in found], network.tree)
    ids: dict[str, int] = {}
    sites = []
    for group in [[port] for port in ports] if sockets else [list(ports)]:
        rules = [_with_id(rule, listen, ids) for each, rule in found if each.port is None or each.port in group]
        linked = tuple(
            one if one.response else one._replace(route=with_server(one.route, origin, network)) for one in rules
        )
        sites.append(VirtualHost((), frozenset(group), linked, config.closed and len(found) <= MOST_RULES))
    done = with_endpoints(tuple(sites), network.tree, partial(assumed, origin, network))
    texts = [file.text for path in sorted(config.files) if (file := config.tree.source(path))]
    lets_in = config.closed and not any(map(CHECKS.search, texts))
    shown = tuple(open_ports(origin, ports)) if origin and lets_in else ()
    binds = tuple(_binds(contexts)) if origin is None and lets_in else ()
    routes = tuple(
        rule.route._replace(published=shown, binds=binds) for site in done for rule in site.rules if not rule.response
    )
    # lighttpd does not start while it cannot resolve a name.
    # The host and the port are spelled apart, so that no one edit changes both.
    ends = {end.span: end._replace(site=None) for end in dead_ends(leading(done), routes, origin, network, strict=True)}
    lost = tuple(ends.values())
    return Proxy(
        LIGHTTPD, routes, ports, published_ports(origin, ports), request_router(done), lost, container=home_of(origin)
    )


def _ports(contexts: tuple[Context, ...]) -> Iterator[tuple[int, bool]]:
    """The ports that it listens on, and whether it speaks TLS there."""
    top = contexts[0].settings
    secure = _is_enabled(top.get("ssl.engine"))
    yield (80 if "server.port" not in top else number(top["server.port"]) or 0), secure
    for context in islice((each for each in contexts if each.port and each.span), MOST_PORTS):
        if context.port and len(context.path) == 1:
            own = context.settings.get("ssl.engine")
            yield context.port, _is_enabled(own) if own else secure


def _is_enabled(setting: SettingValue | None) -> bool:
    return setting is not None and isinstance(setting.value, Term) and setting.value.text == "enable"


def _binds(contexts: tuple[Context, ...]) -> Iterator[Label]:
    """Where lighttpd listens on every interface of its machine."""
    top = contexts[0].settings
    bind, port = top.get("server.bind"), top.get("server.port")
    address = bind.value.text if bind and isinstance(bind.value, Term) else None
    if port and (bind is None or (address is not None and not is_loopback(address) and not address.startswith("/"))):
        yield Label(port.span, OPEN_ON_MACHINE)


def _in_order_tried(contexts: tuple[Context, ...]) -> list[Context]:
    """The blocks that say where requests go, the one that holds before those that give way to it.

    Of a chain of which one says so the others are among them: their requests do not come to the next one.
    """
    chains = {step[0] for each in contexts if SERVERS in each.settings for step in each.path}
    chosen = (each for each in contexts if SERVERS in each.settings or (each.path and each.path[-1][0] in chains))
    return sorted(chosen, key=lambda each: each.order)


def _with_id(rule: ProxyRule, listen: Value[tuple[str, ...]], ids: dict[str, int]) -> ProxyRule:
    """The rule with where it is heard, and with a name of its own."""
    text = rule.match.text if rule.match else ""
    name = f"{rule.route.span.source.path} {' '.join(rule.hosts or ())} {text}".strip()
    ids[name] = ids.get(name, 0) + 1
    name = name if ids[name] == 1 else f"{name} ({ids[name]})"
    return rule._replace(route=rule.route._replace(id=name, listen=listen))


def _rules(here: Context, contexts: tuple[Context, ...], closed: bool) -> Iterator[ProxyRule]:
    """What becomes of the requests for which a block decides."""
    setting = here.settings.get(SERVERS)
    if setting is None or not isinstance(setting.value, Array):
        yield from _without_upstream(here, setting.span if setting else here.span, UNSEEN)
        return
    for key, value in setting.value.entries:
        text, span = literal_text(key), _span(key) or setting.span
        match = key_match(text or "")
        if text is None or (match is None and not text.startswith(".")):
            yield from _without_upstream(here, span, UNSEEN)
        elif match:
            backends = value[0] if len(value) == 1 else None
            yield from _backend_rules(Term(text, span), backends, _narrowed(here, match), contexts, closed)
    if closed:
        yield from _without_upstream(here, here.span or setting.span, Response(FILE))


def _backend_rules(
    key: Term, backends: Array | Term | None, here: Context, contexts: tuple[Context, ...], closed: bool
) -> Iterator[ProxyRule]:
    """The rules by which requests are passed on to the servers of an entry, one path each."""
    matches = () if here.condition.never else here.condition.matches
    for match in (None,) if matches is None else matches:
        condition = here.condition._replace(matches=match and (match,))
        route, rewrite = route_of(key, backends, here._replace(condition=condition), contexts, closed)
        yield ProxyRule(route, condition.hosts, match, rewrite)


def _without_upstream(here: Context, span: Span | None, response: Response) -> Iterator[ProxyRule]:
    """The rules by which lighttpd answers the requests of a block itself, or by which nobody knows what it does."""
    for rule in _backend_rules(Term("", span), None, here, (), False) if span else ():
        yield rule._replace(response=response, rewrite=unknown_path)


def _unfollowed_rules(contexts: tuple[Context, ...]) -> Iterator[tuple[Context, ProxyRule]]:
    """The requests of which it is not followed what becomes of them before they are passed on."""
    for context in contexts:
        for name in OTHERS & context.settings.keys():
            setting = context.settings[name]
            entries = setting.value.entries if isinstance(setting.value, Array) else (((), ()),)
            for key, value in entries:
                if name in EXPRESSIONS and UPGRADE.match(literal_text(value) or ""):
                    continue
                text = literal_text(key or value)
                match = path_match("=~", text or "") if name in EXPRESSIONS else key_match(text) if text else None
                if match or name in EXPRESSIONS or not (text or "").startswith((".", "~")):
                    for rule in _without_upstream(_narrowed(context, match), _span(key) or setting.span, UNSEEN):
                        yield context, rule


def _narrowed(here: Context, match: PathMatch | None) -> Context:
    """A block for those of its requests that are for some paths."""
    return here._replace(condition=intersection(here.condition, Condition((match,))) if match else here.condition)


def _span(key: Expression) -> Span | None:
    return key[0].span if key else None
