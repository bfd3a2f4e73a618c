"""The members that share a route's requests, and what picks one of them."""

from __future__ import annotations

from mcplint.facts.nginx import Word
from mcplint.model import Member
from mcplint.proxies.nginx.blocks import address
from mcplint.proxies.nginx.config import Config
from mcplint.proxies.nginx.levels import Level
from mcplint.proxies.nginx.spelling import statement
from mcplint.values import EditSite, Label, Value

STICKY = ("sticky", "ip_hash", "hash", "least_conn", "least_time", "random")
"""How an upstream picks the member; the first of these that it has decides for a session."""


def members(config: Config, authority: str | None, word: Word) -> tuple[Level | None, tuple[Member, ...]]:
    """The upstream block behind an authority, if it names one, and the servers that share the requests."""
    if authority is None:
        return None, ()
    scheme, _, name = authority.partition("://")
    upstream = config.upstreams.get(name.lower())
    if upstream is None:
        host, port = address(name, 443 if scheme.lower() == "https" else 80)
        return None, (Member(host, port or 0, True, word.span),)
    found = []
    for server in upstream.own.get("server", ()):
        if server.args:
            host, port = address(server.args[0].text, 80)
            active = not {"backup", "down"} & set(server.words[1:])
            unsure = server.args[0].hole or "$" in server.args[0].text
            found.append(Member("" if unsure else host, 0 if unsure else port or 0, active, server.head))
    return upstream, tuple(found)


def balancing(upstream: Level | None, where: tuple[Label, ...]) -> Value[str]:
    """The directive that picks the member."""
    if upstream is None or upstream.directive is None:
        return Value(("round-robin",), where)
    for name in STICKY:
        for directive in upstream.own.get(name, ())[-1:]:
            text = " ".join((name, *directive.words))
            if any(word.hole for word in directive.args):
                return Value(None, (Label(directive.head, "is filled in later"),))
            slot = EditSite(directive.head) if directive.head.text == text else None
            return Value((text,), (*where, Label(directive.head, "picks the member")), slot)
    if upstream.open:
        return Value(None, (Label(upstream.directive.head, "this upstream is not wholly known"),))
    trace = (*where, Label(upstream.directive.head, "sets no way to pick the member: round-robin by default"))
    return Value(("round-robin",), trace, statement(upstream))
