"""What an entry of lighttpd's `proxy.server` comes to: a route to servers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from mcplint.facts.lighttpd import Array, Term
from mcplint.knowledge.proxies import LIGHTTPD
from mcplint.model import CLIENT_HOST, Member, PathMatch, Route
from mcplint.proxies.lighttpd.contexts import Context, SettingValue, deciding, literal_text, number
from mcplint.proxies.proxy import MOST_MEMBERS
from mcplint.proxies.routing import location, unchanged, unknown_path
from mcplint.text.number import whole_number
from mcplint.values import UNKNOWN, EditSite, Label, Value

STREAM = "server.stream-response-body"
PATH, HOST = "map-urlpath", "map-host-request"
Rewrite = Callable[[str], "str | None"]


def route_of(
    key: Term, backends: Array | Term | None, here: Context, contexts: tuple[Context, ...], closed: bool
) -> tuple[Route, Rewrite]:
    """The route of an entry for the requests of a block, and what it makes of their path.

    `closed`: whether the files show every setting.
    """
    match = here.condition.matches[0] if here.condition.matches else None
    span = here.span or key.span
    where = Label(backends.span if backends else key.span, "lighttpd sends requests here")
    members = tuple(islice(_members(backends), MOST_MEMBERS + 1))
    only = members[0] if len(members) == 1 else None
    header = deciding("proxy.header", here, contexts)
    rewrite = _rewrite(header)
    path = rewrite(match.text) if match else None
    stream = deciding(STREAM, here, contexts)
    mode = number(stream)
    held = not mode if (stream is None and closed) or mode is not None else None
    route = Route(
        id="",
        span=key.span if key.text else here.span or where.span,
        proxy=LIGHTTPD,
        version=UNKNOWN,
        listen=UNKNOWN,
        server_names=Value((here.condition.hosts,), (Label(span, "takes these requests"),)),
        location=location(match, Value((key.text,), (Label(span, "takes these requests"),))),
        match=match,
        target=Value((f"http://{only.host}:{only.port}",) if only and only.host else None, (where,)),
        balancing=_balancing(members, deciding("proxy.balance", here, contexts), where),
        members=members,
        buffering=Value(
            None if held is None else (held,), tuple(_stream_setting_notes(stream, key)), _site(stream, here, contexts)
        ),
        read_timeout=UNKNOWN,
        http_version=UNKNOWN,
        path=Value(None if path is None else (path,), (where,)),
        host=_host(header, where),
        auth=tuple(_auth(here, contexts, match)),
        closed=False,
        collected=(Label(key.span, "lighttpd sends nothing before the answer is complete"),) if held else (),
    )
    return route, rewrite


def _stream_setting_notes(stream: SettingValue | None, key: Term) -> Iterator[Label]:
    if stream:
        yield Label(stream.span, f"sets {STREAM}")
    else:
        yield Label(key.span, f"{STREAM} is not set, the default is 0")


def _site(stream: SettingValue | None, here: Context, contexts: Iterable[Context]) -> EditSite | None:
    """Where it is set, else where it would be: on a line of its own before the setting that names the servers."""
    if stream:
        value = stream.value
        return EditSite(value.span) if isinstance(value, Term) and value.span.text == value.text else None
    setting = deciding("proxy.server", here, contexts)
    if setting is None:
        return None
    text, start = setting.span.source.text, setting.span.start
    line = text.rfind("\n", 0, start) + 1
    indent = text[line:start]
    if indent.strip():
        return None
    return EditSite(setting.span._replace(end=start), f"{STREAM} = ", f"\n{indent}")


def _members(backends: Array | Term | None) -> Iterator[Member]:
    """The servers that share the requests; one that is not known has no name."""
    if not isinstance(backends, Array):
        return
    for _, (backend, *more) in backends.entries:
        server_fields = (
            {literal_text(key): literal_text(value) for key, value in backend.entries}
            if isinstance(backend, Array)
            else {}
        )
        port = whole_number(server_fields.get("port", "80") or "")
        if more or "socket" in server_fields or not server_fields.get("host") or port is None:
            yield Member("", 0, True, backend.span)
        else:
            yield Member((server_fields["host"] or "").strip("[]"), port, True, backend.span)


def _balancing(members: tuple[Member, ...], said: SettingValue | None, where: Label) -> Value[str]:
    if len(members) < 2:
        return UNKNOWN
    if said is None:
        note = Label(where.span, "sends requests to the server with the fewest by default")
        return Value(("proxy.balance fair",), (where, note))
    known = isinstance(said.value, Term)
    text = f"proxy.balance {said.value.text}" if isinstance(said.value, Term) else ""
    return Value((text,) if known else None, (where, Label(said.span, "picks the server")))


def _pairs(header: SettingValue | None, name: str) -> tuple[tuple[str | None, str | None], ...] | None:
    """The pairs of one kind in `proxy.header`; none where nothing is said, None where it is not known."""
    if header is None:
        return ()
    if not isinstance(header.value, Array):
        return None
    found: list[tuple[str | None, str | None]] = []
    for key, value in header.value.entries:
        match value:
            case (Array() as pairs,) if literal_text(key) == name:
                found += [(literal_text(one), literal_text(other)) for one, other in pairs.entries]
            case _ if literal_text(key) in (name, None):
                return None
    return tuple(found)


def _rewrite(header: SettingValue | None) -> Rewrite:
    """What `map-urlpath` makes of a path: the first that it begins with is replaced, as it stands."""
    pairs = _pairs(header, PATH)
    if pairs is None or any(None in pair for pair in pairs):
        return unknown_path

    def rewrite(path: str) -> str:
        for before, after in pairs:
            if before is not None and path.startswith(before):
                return f"{after}{path[len(before) :]}"
        return path

    return rewrite if pairs else unchanged


def _host(header: SettingValue | None, where: Label) -> Value[str]:
    pairs = _pairs(header, HOST)
    if pairs is None:
        return UNKNOWN
    if not pairs:
        return Value((CLIENT_HOST,), (Label(where.span, "lighttpd passes the Host on as it came"),))
    to = pairs[0][1] if pairs[0][0] == "-" else None
    note = Label(header.span, "sets the Host that the server gets") if header else where
    return Value((to,) if to and to != "-" else None, (note,))


def _auth(here: Context, contexts: Iterable[Context], match: PathMatch | None) -> Iterator[Label]:
    """Where lighttpd itself checks who calls."""
    asked = deciding("auth.require", here, contexts)
    array = asked.value if asked else None
    keys = [literal_text(key) for key, _ in array.entries] if isinstance(array, Array) else []
    if asked and match and any(key is not None and match.text.startswith(key) for key in keys):
        yield Label(asked.span, "the proxy authenticates callers")
