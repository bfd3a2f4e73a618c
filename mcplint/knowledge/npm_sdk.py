"""What the SDKs of npm do by release, under the names that `mcplint.knowledge.sdk` lists.

One row a fact: name, package, first and last release (both included; an empty end is the newest), value, source.
Beside those names: `stateless.reuse`: what a second request does through one stateless transport, "works" or "fails";
`server.second_connect`: what a server does that is connected to the transport of a second session, "reroutes" (answers
reach the wrong client) or "fails"; `server.second_request`: the same for transports without sessions, each for one
request: "hangs" (of two at a time one is never answered), "works" or "fails"; `stream.headers_at_once`: whether the
headers of a response stream are sent before its first event; `zod.major`: the newest major release of zod whose
schemas tools may have; `hono.crypto`: whether it takes `@hono/node-server` 2, which needs the global `crypto` of
Node 20; `http.node`: the oldest major release of Node in which what speaks Streamable HTTP can be loaded;
`stream.no_transform`: whether streams forbid to be compressed on their way; `status.bad_host`: the answer to a `Host`
that is refused; `sse.second_client`: what becomes of a bridge when its second client over HTTP+SSE comes, with
the SDK that it gets today: it "ends" or "works"; `export.NAME`: the subpaths, without `.js`, that export what servers
are made with, one space between two; `peer.PACKAGE`: the releases of another package beside which npm installs it.
`base_path`: whether fastmcp reads a path below which all that it serves is.
With `.sse` after its name, what the old transport HTTP+SSE does.
"""

from __future__ import annotations

Row = tuple[str, str, str, str, object, str]

SDK, SERVER, FASTMCP = "npm:@modelcontextprotocol/sdk", "npm:@modelcontextprotocol/server", "npm:fastmcp"
ADAPTER = "npm:@modelcontextprotocol/node"
SUPERGATEWAY, HANDLER = "npm:supergateway", "npm:mcp-handler"
LIVE = "requests to a live server on loopback, on both sides of each boundary"
READ = "read in the source of the release"
CALLED = "called in a child process, on both sides of each boundary"

ROWS: tuple[Row, ...] = (
    ("stateless.reuse", SDK, "1.10.2", "1.25.3", "works", LIVE),
    ("stateless.reuse", SDK, "1.26.0", "", "fails", LIVE),
    ("stateless.reuse", SERVER, "2.0.0", "2.2.0", "works", LIVE),
    ("stateless.reuse", SERVER, "2.3.0", "", "fails", LIVE),
    ("server.second_connect", SDK, "1.4.0", "1.25.3", "reroutes", LIVE),
    ("server.second_connect", SDK, "1.26.0", "", "fails", LIVE),
    ("server.second_connect", SERVER, "2.0.0", "2.2.0", "reroutes", LIVE),
    ("server.second_connect", SERVER, "2.3.0", "", "fails", LIVE),
    ("server.second_request", SDK, "1.10.2", "1.17.0", "hangs", LIVE),
    ("server.second_request", SDK, "1.17.1", "1.25.3", "works", LIVE),
    ("server.second_request", SDK, "1.26.0", "", "fails", LIVE),
    ("server.second_request", SERVER, "2.0.0", "2.2.0", "works", LIVE),
    ("server.second_request", SERVER, "2.3.0", "", "fails", LIVE),
    ("stream.no_buffering_header", SDK, "1.4.0", "1.29.0", False, LIVE),
    ("stream.no_buffering_header", SDK, "1.30.0", "", True, LIVE),
    ("stream.no_buffering_header", SERVER, "2.0.0", "", True, LIVE),
    ("stream.ping", SDK, "1.4.0", "1.29.0", 0, LIVE),
    ("stream.ping", SDK, "1.30.0", "", 15, LIVE),
    ("stream.ping", SERVER, "2.0.0", "", 15, LIVE),
    ("stream.no_buffering_header.sse", SDK, "1.0.0", "", False, LIVE),
    ("stream.ping.sse", SDK, "1.0.0", "", 0, LIVE),
    ("stream.no_transform", SDK, "1.10.0", "1.29.0", False, LIVE),
    ("stream.no_transform", SDK, "1.30.0", "", True, LIVE),
    ("stream.no_transform", SERVER, "2.0.0", "", True, LIVE),
    ("stream.no_transform.sse", SDK, "1.4.0", "1.8.0", False, LIVE),
    ("stream.no_transform.sse", SDK, "1.9.0", "", True, LIVE),
    ("status.bad_host", SDK, "1.13.3", "", 403, LIVE),
    ("status.bad_host", SERVER, "2.0.0", "", 403, LIVE),
    ("stream.headers_at_once", SDK, "1.10.0", "1.24.3", False, LIVE),
    ("stream.no_buffering_header.sse", SDK, "1.0.0", "", False, LIVE),
    ("stream.ping.sse", SDK, "1.0.0", "", 0, LIVE),
    ("status.bad_host", SDK, "1.13.3", "", 403, LIVE),
    ("status.bad_host", SERVER, "2.0.0", "", 403, LIVE),
    ("stream.headers_at_once", SDK, "1.25.0", "", True, LIVE),
    ("sessions.unknown_status", SDK, "1.10.0", "", 404, LIVE),
    ("sessions.unknown_status", SERVER, "2.0.0", "", 404, LIVE),
    ("sessions.back_channel", SDK, "1.10.2", "", "unanswered", LIVE),
    ("sessions.back_channel", SERVER, "2.0.0", "", "unanswered", LIVE),
    ("sessions.sessionless_protocol", SDK, "1.4.0", "", False, LIVE),
    ("status.get_endpoint", SDK, "1.10.0", "", 406, LIVE),
    ("status.get_endpoint", SERVER, "2.0.0", "", 406, LIVE),
    ("status.head_endpoint", SDK, "1.10.0", "", 405, LIVE),
    ("status.head_endpoint", SERVER, "2.0.0", "", 405, LIVE),
    ("body_limit", SDK, "1.10.0", "1.24.3", 4 << 20, LIVE),
    ("body_limit", SDK, "1.25.0", "1.30.0", 0, LIVE),
    ("body_limit", SDK, "1.30.1", "", 4 << 20, LIVE),
    ("zod.major", SDK, "1.4.0", "1.22.0", 3, CALLED),
    ("zod.major", SDK, "1.23.0", "", 4, CALLED),
    ("hono.crypto", SDK, "1.4.0", "1.29.0", False, LIVE),
    ("hono.crypto", SDK, "1.30.0", "", True, LIVE),
    ("hono.crypto", ADAPTER, "2.0.0", "2.1.1", False, LIVE),
    ("hono.crypto", ADAPTER, "2.1.2", "", True, LIVE),
    ("hono.crypto", SERVER, "2.0.0", "", True, LIVE),
    ("http.node", SDK, "1.25.0", "", 18, LIVE),
    ("http.node", SERVER, "2.0.0", "", 18, LIVE),
    ("default.host", FASTMCP, "1.27.3", "3.14.5", "0.0.0.0", LIVE),
    ("default.host", FASTMCP, "3.15.0", "", "localhost", LIVE),
    ("default.port", FASTMCP, "1.27.3", "", 8080, LIVE),
    ("default.streamable_http_path", FASTMCP, "2.1.3", "2.2.4", "/stream", LIVE),
    ("default.streamable_http_path", FASTMCP, "3.3.0", "", "/mcp", LIVE),
    ("default.sse_path", FASTMCP, "3.3.0", "", "/sse", LIVE),
    ("env.host", FASTMCP, "3.15.0", "", True, READ),
    ("base_path", FASTMCP, "1.27.3", "4.3.2", False, READ),
    ("base_path", FASTMCP, "4.4.0", "", True, LIVE),
    ("env.transport", FASTMCP, "3.5.0", "", True, READ),
    ("sse.second_client", SUPERGATEWAY, "2.8.3", "3.4.3", "ends", LIVE),
    ("sse.second_client", SUPERGATEWAY, "4.0.0", "", "works", LIVE),
    ("env.stateless", FASTMCP, "3.13.0", "", True, READ),
    ("peer.@modelcontextprotocol/sdk", HANDLER, "1.0.7", "1.0.7", "1.25.2", READ),
    ("peer.@modelcontextprotocol/sdk", HANDLER, "1.1.0", "1.1.0", "1.26.0", READ),
    *(
        ("peer.@modelcontextprotocol/server", f"npm:@modelcontextprotocol/{name}", release, release, wanted, READ)
        for name, release, wanted in (
            ("node", "2.0.0", "^2.0.0"),
            ("node", "2.1.0", "^2.1.0"),
            ("node", "2.1.1", "^2.3.0"),
            ("node", "2.1.2", "^2.4.0"),
            ("express", "2.0.0", "^2.0.0"),
            ("express", "2.0.1", "^2.1.0"),
            ("express", "2.0.2", "^2.3.0"),
            ("hono", "2.0.0", "^2.0.0"),
            ("hono", "2.0.1", "^2.1.0"),
            ("hono", "2.0.2", "^2.3.0"),
            ("fastify", "2.0.0", "^2.0.0"),
            ("fastify", "2.0.1", "^2.3.0"),
        )
    ),
    ("method.tool", SERVER, "2.0.0", "", False, CALLED),
    ("method.prompt", SERVER, "2.0.0", "", False, CALLED),
    ("method.resource", SERVER, "2.0.0", "", False, CALLED),
    ("export.Server", SDK, "1.0.0", "1.17.2", "server/index", CALLED),
    ("export.Server", SDK, "1.17.3", "", "server/index server", CALLED),
    ("export.McpServer", SDK, "1.4.0", "", "server/mcp", CALLED),
    ("export.ResourceTemplate", SDK, "1.4.0", "", "server/mcp", CALLED),
    ("export.StdioServerTransport", SDK, "1.0.0", "", "server/stdio", CALLED),
    ("export.SSEServerTransport", SDK, "1.0.0", "", "server/sse", CALLED),
    ("export.StreamableHTTPServerTransport", SDK, "1.10.0", "", "server/streamableHttp", CALLED),
    (
        "export.WebStandardStreamableHTTPServerTransport",
        SDK,
        "1.25.0",
        "",
        "server/webStandardStreamableHttp",
        CALLED,
    ),
    ("export.createMcpExpressApp", SDK, "1.24.0", "1.24.1", "server/index server", CALLED),
    ("export.createMcpExpressApp", SDK, "1.24.2", "", "server/express", CALLED),
)
