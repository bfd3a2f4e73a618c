"""What `mcplint show` tells of servers in TypeScript: a small program for each thing, its values decided beforehand."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest
from test_typescript import HEAD, served, started

from mcplint.model import Server

V2 = """
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { toNodeHandler } from '@modelcontextprotocol/node';
const make = () => new McpServer({ name: 'yew', version: '1' });
"""
SESSIONS = """
import { randomUUID } from 'node:crypto';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
const server = new McpServer({ name: 'yew', version: '1' });
const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => randomUUID() });
await server.connect(transport);
"""
HTTP = """
const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
await make().connect(transport);
"""


def told(server: Server, name: str) -> Any:
    """One thing that is told of a server, as plain as can be."""
    match name:
        case "endpoints":
            return {each.path for each in server.endpoints}
        case "shared" | "reused" | "consumed":
            return bool(getattr(server.wiring, name))
        case "compressed" | "cors" | "back_channel":
            return bool(getattr(server, name))
        case "printed" | "prints":
            return [each.span.text for each in getattr(server, name)]
        case "auth":
            return server.auth.options
        case "runner" | "kind" | "waiting":
            return getattr(server, name)
        case "sdk":
            return (server.sdk.package or "").removeprefix("npm:")
    return getattr(server, name).options


CLUSTER = f"import cluster from 'node:cluster';{HEAD}"
ROWS: dict[str, tuple[str, dict[str, Any]]] = {
    # Frameworks of the web, and where they put the endpoint.
    "express": (f"{HEAD}app.listen(81);", {"runner": "express", "path": ("/mcp",), "kind": "McpServer"}),
    "express-router": (
        """
        const api = express.Router(); api.post('/b', (req, res) => transport.handleRequest(req, res, req.body));
        const all = express(); all.use('/a', api); all.listen(81);""",
        {"path": ("/a/b",), "port": (81,), "endpoints": set()},
    ),
    "express-route": (
        "const all = express(); all.route('/m').post((q, s) => transport.handleRequest(q, s)); all.listen(81);",
        {"path": ("/m",)},
    ),
    "several-paths": (
        "const all = express(); all.all(['/m', '/n'], (q, s) => transport.handleRequest(q, s)); all.listen(81);",
        {"path": ("/m",), "endpoints": {"/n"}},
    ),
    "path-from-the-environment": (
        "const all = express(); all.listen(1);"
        "all.post(process.env.P ?? '/q', (q, s) => transport.handleRequest(q, s));",
        {"path": ("/q",)},
    ),
    "plain-http": (
        """
        import http from 'node:http';
        http.createServer((q, s) => { if (q.url === '/m') transport.handleRequest(q, s); }).listen(81, '127.0.0.1');""",
        {"runner": "node", "path": ("/m",), "host": ("127.0.0.1",)},
    ),
    "plain-http-any-path": (
        "import http from 'node:http'; http.createServer((q, s) => transport.handleRequest(q, s)).listen(81);",
        {"runner": "node", "path": None, "host": ("::",)},
    ),
    "hono": (
        """
        import { Hono } from 'hono'; import { serve } from '@hono/node-server';
        const all = new Hono(); all.all('/m', (c) => transport.handleRequest(c.req.raw));
        serve({ fetch: all.fetch, port: 81 });""",
        {"runner": "hono", "path": ("/m",), "port": (81,), "host": ("::",)},
    ),
    "hono-below-a-path": (
        """
        import { Hono } from 'hono'; import { serve } from '@hono/node-server';
        const api = new Hono(); api.post('/m', (c) => transport.handleRequest(c.req.raw));
        const all = new Hono(); all.route('/api', api); serve({ fetch: all.fetch, hostname: '127.0.0.1' });""",
        {"path": ("/api/m",), "port": (3000,), "host": ("127.0.0.1",)},
    ),
    "hono-under-a-base-path": (
        """
        import { Hono } from 'hono'; import { serve } from '@hono/node-server';
        const all = new Hono().basePath('/api'); all.post('/m', (c) => transport.handleRequest(c.req.raw));
        serve(all);""",
        {"path": ("/api/m",), "port": (3000,)},
    ),
    "bun": (
        "Bun.serve({ port: 81, fetch(request) { return transport.handleRequest(request); } });",
        {"port": (81,), "host": ("::",)},
    ),
    "bun-default-export": (
        """
        import { Hono } from 'hono'; const all = new Hono(); all.all('/m', (c) => transport.handleRequest(c.req.raw));
        export default { port: 81, fetch: all.fetch };""",
        {"path": ("/m",), "port": (81,)},
    ),
    "deno": ("Deno.serve({ port: 81 }, (q) => transport.handleRequest(q));", {"port": (81,), "host": ("0.0.0.0",)}),
    "nest": (
        """
        import { NestFactory } from '@nestjs/core'; import { AppModule } from './app.module.js';
        const nest = await NestFactory.create(AppModule, { logger: false });
        nest.setGlobalPrefix('api'); nest.enableCors();
        const port = nest.get(AppModule).port;
        nest.use('/m', async (req, res) => {
          const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
          await make().connect(transport); await transport.handleRequest(req, res, req.body);
        });
        await nest.listen(3000);
        """,
        {"path": ("/m",), "host": ("::",), "port": (3000,)},
    ),
    "nest-on-fastify": (
        """
        import { NestFactory } from '@nestjs/core'; import { FastifyAdapter } from '@nestjs/platform-fastify';
        const nest = await NestFactory.create(class {}, new FastifyAdapter());
        nest.use('/m', async (req, res) => {
          const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
          await make().connect(transport); await transport.handleRequest(req, res, req.body);
        });
        await nest.listen(3000);
        """,
        {"path": ("/m",), "host": ("localhost",)},
    ),
    "nest-on-fastify-on-every-interface": (
        """
        import { NestFactory } from '@nestjs/core'; import { FastifyAdapter } from '@nestjs/platform-fastify';
        const nest = await NestFactory.create(class {}, new FastifyAdapter());
        nest.use('/m', async (req, res) => {
          const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
          await make().connect(transport); await transport.handleRequest(req, res, req.body);
        });
        await nest.listen(3000, '0.0.0.0');
        """,
        {"path": ("/m",), "host": ("0.0.0.0",)},
    ),
    "fastify": (
        """
        import Fastify from 'fastify'; const all = Fastify();
        all.post('/m', (q, s) => transport.handleRequest(q.raw, s.raw, q.body)); await all.listen({ port: 81 });""",
        {"runner": "fastify", "path": ("/m",), "host": ("localhost",)},
    ),
    "fastify-on-every-interface": (
        """
        import Fastify from 'fastify'; const all = Fastify();
        all.route({ method: 'POST', url: '/m', handler: (q, s) => transport.handleRequest(q.raw, s.raw, q.body) });
        await all.listen({ port: 81, host: '0.0.0.0' });""",
        {"path": ("/m",), "host": ("0.0.0.0",)},
    ),
    "fastify-plugin": (
        """
        import Fastify from 'fastify'; const all = Fastify();
        const api = async (app) => { app.post('/m', (q, s) => transport.handleRequest(q.raw, s.raw, q.body)); };
        await all.register(api, { prefix: '/api' }); await all.listen({ port: 81, host: '::' });""",
        {"path": ("/api/m",)},
    ),
    "koa": (
        """
        import Koa from 'koa'; import Router from '@koa/router'; const all = new Koa(); const api = new Router();
        api.post('/m', (c) => transport.handleRequest(c.req, c.res)); all.use(api.routes()); all.listen(81);""",
        {"runner": "koa", "path": ("/m",), "port": (81,)},
    ),
    # Where the server and the transport are made, and what they keep.
    "stateless": (f"{HEAD}app.listen(81);", {"stateless": (True,), "shared": False, "reused": False}),
    "one-session": (
        f"{SESSIONS}import express from 'express'; const app = express();"
        "app.post('/m', (q, s) => transport.handleRequest(q, s)); app.listen(81);",
        {"stateless": (False,), "reused": False},
    ),
    "one-transport-for-all": (
        "const all = express(); all.post('/m', (q, s) => transport.handleRequest(q, s)); all.listen(81);",
        {"stateless": (True,), "reused": True},
    ),
    "one-server-for-all": (
        """
        const one = make(); const all = express();
        all.post('/m', async (q, s) => {
          const own = new StreamableHTTPServerTransport({}); await one.connect(own); await own.handleRequest(q, s);
        });
        all.listen(81);""",
        {"stateless": (True,), "shared": True, "reused": False},
    ),
    "sessions-of-a-class": (
        """
        class Gate {
          sessions = new Map();
          async post(q, s) {
            let own = this.sessions.get(q.headers['mcp-session-id']);
            if (!own) { own = new StreamableHTTPServerTransport({ sessionIdGenerator: () => crypto.randomUUID() });
              await make().connect(own); }
            await own.handleRequest(q, s, q.body);
          }
        }
        const gate = new Gate(); const all = express(); all.post('/m', gate.post.bind(gate)); all.listen(81);""",
        {"stateless": (False,), "shared": False, "path": ("/m",)},
    ),
    "sessions-by-a-variable": (
        """
        const all = express();
        all.post('/m', async (q, s) => {
          const own = new StreamableHTTPServerTransport({
            sessionIdGenerator: process.env.STATELESS ? undefined : () => crypto.randomUUID() });
          await make().connect(own); await own.handleRequest(q, s);
        });
        all.listen(81);""",
        {"stateless": (False,)},
    ),
    "json-responses": (
        """
        const all = express();
        all.post('/m', async (q, s) => {
          const own = new StreamableHTTPServerTransport({ enableJsonResponse: true });
          await make().connect(own); await own.handleRequest(q, s);
        });
        all.listen(81);""",
        {"json_response": (True,)},
    ),
    "sse": (
        """
        const all = express(); const open = {};
        all.get('/sse', async (q, s) => {
          const own = new SSEServerTransport('/post', s); open[own.sessionId] = own; await make().connect(own); });
        all.post('/post', (q, s) => open[q.query.sessionId].handlePostMessage(q, s)); all.listen(81);""",
        {"transport": ("sse",), "path": ("/sse",), "message_path": ("/post",), "shared": False, "consumed": False},
    ),
    # Hosts and origins that are refused.
    "no-check": (f"{HEAD}app.listen(81);", {"host_check": (False,)}),
    "check-without-a-host": (
        "import { createMcpExpressApp } from '@modelcontextprotocol/sdk/server/express.js';"
        "const all = createMcpExpressApp(); all.post('/m', (q, s) => transport.handleRequest(q, s)); all.listen(81);",
        {"host_check": (True,), "declared_host": ("127.0.0.1",), "host": ("::",), "endpoints": set()},
    ),
    "check-of-every-host": (
        "import { createMcpExpressApp } from '@modelcontextprotocol/sdk/server/express.js';"
        "const all = createMcpExpressApp({ host: '0.0.0.0' }); all.post('/m', (q, s) => transport.handleRequest(q, s));"
        "all.listen(81, '127.0.0.1');",
        {"host_check": (False,), "declared_host": ("0.0.0.0",), "host": ("127.0.0.1",)},
    ),
    "check-of-listed-hosts": (
        "import { createMcpExpressApp } from '@modelcontextprotocol/sdk/server/express.js';"
        "const all = createMcpExpressApp({ host: '0.0.0.0', allowedHosts: ['a.example'] });"
        "all.post('/m', (q, s) => transport.handleRequest(q, s)); all.listen(81);",
        {"host_check": (True,), "allowed_hosts": (("a.example",),)},
    ),
    "check-of-the-transport": (
        """
        const all = express();
        all.post('/m', async (q, s) => {
          const own = new StreamableHTTPServerTransport({ enableDnsRebindingProtection: true,
            allowedHosts: ['a.example:81'], allowedOrigins: ['https://b.example'] });
          await make().connect(own); await own.handleRequest(q, s);
        });
        all.listen(81);""",
        {"host_check": (True,), "allowed_hosts": (("a.example:81",),)},
    ),
    "check-without-lists": (
        """
        const all = express();
        all.post('/m', async (q, s) => {
          const own = new StreamableHTTPServerTransport({ enableDnsRebindingProtection: true });
          await make().connect(own); await own.handleRequest(q, s);
        });
        all.listen(81);""",
        {"host_check": (False,)},
    ),
    # What stands around the handlers.
    "body-that-is-passed-on": (
        "const all = express(); all.use(express.json()); all.listen(81);"
        "all.post('/m', (q, s) => transport.handleRequest(q, s, q.body));",
        {"consumed": False},
    ),
    "body-that-is-lost": (
        "const all = express(); all.use(express.json({ limit: '4mb' })); all.listen(81);"
        "all.post('/m', (q, s) => transport.handleRequest(q, s));",
        {"consumed": True},
    ),
    "body-of-other-paths": (
        "const all = express(); all.use('/api', express.json()); all.listen(81);"
        "all.post('/m', (q, s) => transport.handleRequest(q, s));",
        {"consumed": False},
    ),
    "compression": (
        "import compression from 'compression'; const all = express(); all.use(compression()); all.listen(81);"
        "all.post('/m', (q, s) => transport.handleRequest(q, s));",
        {"compressed": True, "cors": False},
    ),
    "compression-with-a-filter": (
        "import compression from 'compression'; const all = express();"
        "all.use(compression({ filter: () => false }));"
        "all.post('/m', (q, s) => transport.handleRequest(q, s)); all.listen(81);",
        {"compressed": False},
    ),
    "cors": (
        "import cors from 'cors'; const all = express(); all.listen(81);"
        "all.use(cors({ origin: 'https://a.example' }));"
        "all.post('/m', (q, s) => transport.handleRequest(q, s));",
        {"cors": True},
    ),
    "nobody-is-asked": (f"{HEAD}app.listen(81);", {"auth": (None,)}),
    "bearer-tokens": (
        "import { requireBearerAuth } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js';"
        "const all = express();"
        "all.post('/m', requireBearerAuth({ verifier }), (q, s) => transport.handleRequest(q, s));"
        "all.listen(81);",
        {"auth": None},
    ),
    "a-guard-of-its-own": (
        """
        const all = express();
        all.use((q, s, next) => q.headers.authorization === `Bearer ${process.env.KEY}` ? next() : s.sendStatus(401));
        all.post('/m', (q, s) => transport.handleRequest(q, s)); all.listen(81);""",
        {"auth": None},
    ),
    "health": (
        f"{HEAD}app.get('/health', (q, s) => s.send('ok')); app.get('/ready', (q, s) => s.send('ok'));app.listen(81);",
        {"endpoints": {"/health", "/ready"}},
    ),
    # What is written to standard output.
    "printed-at-start": (
        f"{HEAD}console.log('hello'); await make().connect(new StdioServerTransport());",
        {"transport": ("stdio",), "printed": ["console.log('hello')"], "prints": []},
    ),
    "printed-by-a-tool": (
        f"{HEAD}const one = make();"
        "one.registerTool('cut', {}, async () => { console.log('cutting'); return {}; });"
        "await one.connect(new StdioServerTransport());",
        {"printed": [], "prints": ["console.log('cutting')"]},
    ),
    "printed-by-the-old-call": (
        f"{HEAD}const one = make(); one.tool('cut', async () => {{ process.stdout.write('x'); return {{}}; }});"
        "await one.connect(new StdioServerTransport());",
        {"prints": ["process.stdout.write('x')"]},
    ),
    "written-to-standard-error": (
        f"{HEAD}console.error('hello'); await make().connect(new StdioServerTransport());",
        {"printed": [], "prints": []},
    ),
    # Processes.
    "one-process": (f"{HEAD}app.listen(81);", {"workers": (1,)}),
    "a-cluster": (
        f"import cluster from 'node:cluster';{HEAD}if (cluster.isPrimary) cluster.fork(); else app.listen(81);",
        {"workers": (1,)},
    ),
    "workers-in-a-loop": (
        f"{CLUSTER}if (cluster.isPrimary) {{ for (let i = 0; i < 4; i++) cluster.fork();"
        "cluster.on('exit', () => cluster.fork()); } else { app.listen(81); }",
        {"workers": (4,), "port": (81,), "stateless": (True,)},
    ),
    "workers-by-a-function": (
        f"{CLUSTER}const COUNT = Number('3'); function start() {{ app.listen(81); }}"
        "if (!cluster.isWorker) { while (true) { break; } [...'abc'].length;"
        " for (const one of [1, 2, 3]) cluster.fork(); } else start();",
        {"workers": (3,)},
    ),
    "workers-named-apart": (
        f"import {{ isMaster, fork }} from 'cluster';{HEAD}if (isMaster) {{ fork(); fork(); }} else app.listen(81);",
        {"workers": (2,)},
    ),
    "a-worker-a-processor": (
        f"import os from 'node:os';{CLUSTER}"
        "if (cluster.isPrimary) { for (let i = 0; i < os.cpus().length; i++) cluster.fork(); } else app.listen(81);",
        {"workers": None, "port": (81,)},
    ),
    "a-worker-for-each-processor": (
        f"import os from 'node:os';{CLUSTER}"
        "if (cluster.isPrimary) { os.cpus().forEach(() => cluster.fork()); } else app.listen(81);",
        {"workers": None, "port": (81,)},
    ),
    "workers-perhaps": (
        f"{CLUSTER}if (somebody() && cluster.isPrimary) {{ cluster.fork(); cluster.fork(); }} else app.listen(81);",
        {"workers": (1, 2)},
    ),
    "workers-with-work-of-their-own": (
        f"{CLUSTER}if (cluster.isPrimary) {{ cluster.fork({{ ROLE: 'web' }}); cluster.fork({{ ROLE: 'queue' }}); }}"
        " else app.listen(81);",
        {"workers": None},
    ),
    "workers-told-apart": (
        f"{CLUSTER}if (cluster.isPrimary) {{ cluster.fork(); cluster.fork(); }}"
        " else if (cluster.worker.id === 1) app.listen(81);",
        {"workers": None},
    ),
    "workers-of-another-program": (
        f"{CLUSTER}if (cluster.isPrimary) {{ cluster.setupPrimary({{ exec: 'queue.js' }}); cluster.fork();"
        " cluster.fork(); } app.listen(81);",
        {"workers": None},
    ),
    "workers-with-clients-of-their-own": (
        f"import {{ setupMaster }} from '@socket.io/sticky';{CLUSTER}"
        "if (cluster.isPrimary) { cluster.fork(); cluster.fork(); } else app.listen(81);",
        {"workers": None},
    ),
    # Version 2 of the SDK.
    "v2-over-stdio": (f"{V2}serveStdio(make);", {"transport": ("stdio",), "sdk": "@modelcontextprotocol/server"}),
    "v2-over-http": (
        f"{V2}import http from 'node:http'; http.createServer(toNodeHandler(createMcpHandler(make))).listen(81);",
        {"transport": ("streamable-http",), "stateless": (True,), "port": (81,), "path": None},
    ),
    "v2-in-express": (
        f"{V2}import {{ createMcpExpressApp }} from '@modelcontextprotocol/express';"
        "const app = createMcpExpressApp({ host: '0.0.0.0' }); const handler = toNodeHandler(createMcpHandler(make));"
        "app.all('/mcp', (q, s) => handler(q, s, q.body)); app.listen(81);",
        {"path": ("/mcp",), "stateless": (True,), "host_check": (False,), "sdk": "@modelcontextprotocol/server"},
    ),
    "v2-in-hono": (
        f"{V2}import {{ createMcpHonoApp }} from '@modelcontextprotocol/hono';"
        "import { serve } from '@hono/node-server';"
        "const app = createMcpHonoApp(); const handler = createMcpHandler(make);"
        "app.all('/mcp', (c) => handler.fetch(c.req.raw)); serve({ fetch: app.fetch, port: 81 });",
        {"path": ("/mcp",), "runner": "hono", "host_check": (True,), "port": (81,)},
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_what_is_told(name: str):
    text, wanted = ROWS[name]
    own = any(head in text for head in (HEAD, V2, SESSIONS))
    server = served(text if own else f"{HEAD.replace('app.post', 'express().post')}{HTTP}{dedent(text)}")
    assert {each: told(server, each) for each in wanted} == wanted


def test_what_listens_for_nothing_of_mcp_is_no_server():
    assert not started("import express from 'express'; express().listen(81);").servers
