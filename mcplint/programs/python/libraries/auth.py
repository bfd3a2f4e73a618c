"""Who checks the callers of a server: the providers of the SDKs, and whether a program is known to have none."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from mcplint.facts.python import Module
from mcplint.model import Argument, Guard
from mcplint.programs.python.arguments import Args
from mcplint.programs.python.builtin import return_none
from mcplint.programs.python.libraries.free_tokens import hands_out_codes
from mcplint.programs.python.libraries.read_headers import LOOKS
from mcplint.programs.python.machine import Handler, Machine
from mcplint.programs.python.state import CALL, GUARDED, OWN_MIDDLEWARE
from mcplint.programs.python.values import Class, Instance
from mcplint.programs.values import ABSENT, Abstract, Sequence, known, unknown
from mcplint.text.source import Span
from mcplint.values import Label

_PROVIDERS = {
    "auth0": "Auth0Provider Auth0MCPProvider Auth0JWTVerifier",
    "aws": "AWSCognitoProvider AWSCognitoTokenVerifier",
    "azure": "AzureProvider AzureJWTVerifier",
    "clerk": "ClerkProvider ClerkTokenVerifier",
    "descope": "DescopeProvider",
    "discord": "DiscordProvider DiscordTokenVerifier",
    "github": "GitHubProvider GitHubTokenVerifier",
    "google": "GoogleProvider GoogleTokenVerifier",
    "huggingface": "HuggingFaceProvider HuggingFaceTokenVerifier",
    "in_memory": "InMemoryOAuthProvider",
    "introspection": "IntrospectionTokenVerifier",
    "jwt": "JWTVerifier StaticTokenVerifier",
    "keycloak": "KeycloakAuthProvider",
    "oci": "OCIProvider",
    "propelauth": "PropelAuthProvider",
    "scalekit": "ScalekitProvider",
    "supabase": "SupabaseProvider",
    "workos": "WorkOSProvider AuthKitProvider WorkOSTokenVerifier",
}
_PLAIN = (
    "mcp.server.auth.settings.AuthSettings",
    "mcp.server.auth.provider.OAuthAuthorizationServerProvider",
    "mcp.server.auth.provider.TokenVerifier",
    "fastmcp.server.auth.auth.RemoteAuthProvider",
    "fastmcp.server.auth.auth.OAuthProvider",
    "fastmcp.server.auth.auth.TokenVerifier",
    "fastmcp.server.auth.auth.MultiAuth",
    "fastmcp.server.auth.oauth_proxy.OAuthProxy",
    "fastmcp.server.auth.oidc_proxy.OIDCProxy",
)
CLASSES = (
    *_PLAIN,
    *(f"fastmcp.server.auth.providers.{file}.{name}" for file, names in _PROVIDERS.items() for name in names.split()),
)
# What stands in a text in which one of these can be found.
MARKS = ("get_http_", "get_access_token", "get_auth_context", "request_context.request", "request_handlers", "headers")
KEYWORDS = ("auth", "token_verifier", "auth_server_provider")
ATTRIBUTES = {"fastmcp.FastMCP": ("auth", "auth")}
"""The attribute that a program may set later, and the keyword that it stands for; elsewhere that of mcp."""


def provider(machine: Machine, args: Args, owner: Instance) -> Abstract:
    """A provider, with what it is told."""
    owner.table[CALL] = (args,)
    return known(None)


def guard(machine: Machine, args: Args, server: Instance, kind: str, path: Abstract) -> Abstract:
    """What a server object is told to check its callers with on a path; an option None where it is told nothing."""
    made: Args = CALL.first(server.table, Args(open=True))
    given = {name: value for name in KEYWORDS if (value := made.find(None, name)) is not None}
    attribute, keyword = ATTRIBUTES.get(kind, ("_token_verifier", "token_verifier"))
    if attribute in server.table:
        given[keyword] = server.table[attribute]
    lists = (args.find(None, "middleware"), made.find(None, "middleware"))
    layered = GUARDED in server.table or _layers_check(machine, lists, OWN_MIDDLEWARE.of(server.table), path)
    providers = [value.only for value in given.values() if isinstance(value.only, Instance)]
    frees = (free for each in providers if (free := hands_out_codes(each, made.module)))
    if not layered and (free := next(frees, None)):
        return known(None, free)
    for name, value in given.items():
        span = made.keyword_span(name) or made.span
        if isinstance(value.only, Instance) and span is not None:
            return known(_guard(value.only, value.only.span or span), *value.trace)
    if layered:
        return unknown(*args.notes)
    if any(value.may(lambda option: option not in (None, ABSENT)) for value in given.values()):
        return unknown(*(note for value in given.values() for note in value.trace))
    return _auth_from_environment(machine, kind, made)


def _layers_check(machine: Machine, lists: Iterable[Abstract | None], own: tuple[Any, ...], path: Abstract) -> bool:
    """Whether the middleware that calls list, or that a server has been given, may check callers."""
    found = list(own)
    for layers in lists:
        if layers is None or layers.must_be(None):
            continue
        items = layers.only.items if isinstance(layers.only, Sequence) else None
        if items is None:
            return True
        found += (option for item in items for option in item.options or (None,))
    if not found:
        return False
    from mcplint.programs.python.libraries.middleware import may_check

    asking = [each for each in found if getattr(getattr(each, "kind", None), "path", "") not in HARMLESS]
    return any(may_check(machine, each, path) for each in asking)


def _guard(made: Instance, span: Span) -> Guard:
    called: Args = CALL.first(made.table, Args(open=True))
    arguments = tuple(
        Argument(name, called.keyword_span(name) or span, value) for name, value in called.keywords.items()
    )
    return Guard(made.library or "", span, arguments, not called.open and not isinstance(made.kind, Class))


def _auth_from_environment(machine: Machine, kind: str, made: Args) -> Abstract:
    """Without an argument: fastmcp before 3 is told by the environment too."""
    if kind == "fastmcp.FastMCP" and machine.variable("FASTMCP_SERVER_AUTH").options != (None,):
        return unknown(*made.notes)
    return known(None, *(note._replace(text="no authentication is configured") for note in made.notes))


def add_own_middleware(machine: Machine, args: Args, server: Instance) -> Abstract:
    """`server.add_middleware(…)`, which may check callers."""
    OWN_MIDDLEWARE.add(machine, server.table, *(args.get(0, "middleware").options or (None,)))
    return known(None)


def looks_at_caller(modules: Iterable[Module], unreached: Collection[Span] = ()) -> Label | None:
    """Where a program looks at who calls, so that it may refuse some; `unreached`: where no request comes to."""
    for module in modules:
        source, folded = module.source, module.source.text.casefold()
        for found in re.finditer(LOOKS, source.text) if any(mark in folded for mark in MARKS) else ():
            span = Span(source, *found.span())
            if not any(each.source is source and each.start <= span.start < each.end for each in unreached):
                return Label(span, "reads the request itself")
    return None


_MIDDLEWARE = {
    "caching": "ResponseCachingMiddleware",
    "dereference": "DereferenceRefsMiddleware",
    "error_handling": "ErrorHandlingMiddleware RetryMiddleware",
    "logging": "LoggingMiddleware StructuredLoggingMiddleware",
    "ping": "PingMiddleware",
    "rate_limiting": "RateLimitingMiddleware SlidingWindowRateLimitingMiddleware",
    "response_limiting": "ResponseLimitingMiddleware",
    "timing": "TimingMiddleware DetailedTimingMiddleware",
    "tool_injection": "ToolInjectionMiddleware PromptToolMiddleware ResourceToolMiddleware",
}
HARMLESS = frozenset(
    f"fastmcp.server.middleware.{file}.{name}" for file, names in _MIDDLEWARE.items() for name in names.split()
)
"""The middleware of fastmcp that asks nobody who calls; `AuthMiddleware` is the other one."""
CALLS: Mapping[str, Handler] = {
    **{f"{path}.__init__": provider for path in CLASSES},
    **{f"{path}.__init__": return_none for path in HARMLESS},
}
ALIASES: Mapping[str, str] = {
    **{f"fastmcp.server.auth.{path.rpartition('.')[2]}": path for path in CLASSES if path.startswith("fastmcp.")},
    **{f"fastmcp.server.middleware.{path.rpartition('.')[2]}": path for path in HARMLESS},
    "fastmcp.server.auth.oauth_proxy.proxy.OAuthProxy": "fastmcp.server.auth.oauth_proxy.OAuthProxy",
}
