"""How a program looks at who calls it: what it says where it does, and not where it calls others with a key."""

from __future__ import annotations

_HEADER = r"(?:(?:proxy-)?authorization|api-?key|x-(?:\w{1,30}-){0,3}(?:key|token|secret|auth\w{0,20}))"
_QUOTED = rf"[\"'`]{_HEADER}[\"'`]"
_NOT_SET = r"(?!\s{0,9}=[^=])"
_ASKED = r"(?:headers?|req(?:uest)?|query|\b(?:c|ctx|get))\b"
_KEY = r"(?:api[_-]?key|auth[_-]?token|access[_-]?token)"

LOOKUPS = (
    rf"headers?(?:\?\.)?\.?(?:get)?\s?[\[(]\s{{0,9}}(?:\w{{1,30}}, ?)?{_QUOTED}\s{{0,9}}[\])]{_NOT_SET}",
    rf"\b(?:req|request|ctx|c|context)\.get\(\s{{0,9}}{_QUOTED}",
    rf"(?-i:headers\??\.authorization)\b{_NOT_SET}",
    r"(?-i:[\"'`](?:authorization|x-api-key)[\"'`])(?!\s{0,9}:)",
    r"\{[^{}]{0,200}\bauthorization\b[^{}]{0,200}\}\s{0,9}=[^;{}]{0,60}headers",
    rf"{_ASKED}[^;:{{}}]{{0,60}}{_KEY}",
    rf"{_KEY}[^;{{]{{0,40}}=[^;{{]{{0,40}}{_ASKED}",
)
"""The header or the query of a request that comes in; what is set, or a key of an object, is one that goes out."""
LIBRARIES = (
    r"requireBearerAuth|mcpAuth(?:Router|Metadata)|OAuthServerProvider|OAuthTokenVerifier|verifyAccessToken|withMcpAuth|"
    r"authInfo|mcp-?auth|OAuthProvider|AuthProvider|passport|(?:express|koa|hono|fastify)[-/](?:jwt|oauth|basic-?auth|bearer)|"
    r"express-openid|jwtVerify|jwt\.verify|@clerk/|better-auth|next-auth|@auth0/|@workos|@logto/|supertokens|keycloak|"
    r"well-known/(?:oauth|openid)|bearerAuth|basicAuth|timingSafeEqual|isAuthenticated",
    r"\bauthenticate\s?[:,]|async authenticate\(",
    r"\brequestCert\s?+:\s?+(?!false|[^{}]{0,400}?\brejectUnauthorized\s?:\s?false)",
    r"\bUseGuards\s?\(|\.useGlobalGuards\(|provide\s?:\s?APP_GUARD|\bcanActivate\b|\bguards\s?:\s?\[\s{0,99}\w|"
    r"new (?:Unauthorized|Forbidden)Exception",
)
"""What the SDKs and libraries call their checks."""
REFUSALS = (
    r"(?:status|sendStatus|writeHead|code|HTTPException|McpHttpError)\(\s{0,9}40[13]\b",
    r"(?:statusCode|status)\s?=\s?40[13]\b|status(?:Code)?\s?:\s?40[13]\b|,\s{0,9}40[13]\s?\)",
)
"""How a request is refused; what only compares an answer of others is none."""
LAYERS = (r"\.(?:use|all|get|post|route|addHook|register|onRequest|preHandler)\([^;{}]{0,160}?auth",)
"""A layer or a handler that is called after it."""

CHECKS = f"(?i){'|'.join((*LOOKUPS, *LIBRARIES, *REFUSALS))}"
"""Whatever looks at callers itself."""
GUARDS = f"{CHECKS}|{LAYERS[0]}"
