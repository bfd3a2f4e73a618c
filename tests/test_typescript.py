"""What a program in TypeScript turns out to serve: one small program for each way in which projects say it."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest
import scriptfuzz

from mcplint.model import Sdk, Server
from mcplint.programs.follow import follow
from mcplint.programs.outcome import Outcome
from mcplint.programs.start import SCRIPT, Start
from mcplint.programs.world import World
from mcplint.project.tree import Tree
from mcplint.text.source import Source, Span
from mcplint.values import Value

HEAD = """
import express from 'express';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
const make = () => new McpServer({ name: 'yew', version: '1' });
const app = express();
app.post('/mcp', async (req, res) => {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  await make().connect(transport);
  await transport.handleRequest(req, res, req.body);
});
"""


def started(files: dict[str, str] | str, argv: str | None = "", **env: str) -> Outcome:
    """What `index.ts` comes to with arguments and variables."""
    texts = {"index.ts": files} if isinstance(files, str) else files
    tree = Tree.of({path: dedent(text) for path, text in texts.items()})
    words = None if argv is None else tuple(Value((word,)) for word in argv.split())
    start = Start(SCRIPT, "index.ts", Span(Source("Dockerfile", "CMD"), 0, 3), words, language="typescript")
    world = World(tree, lambda name: Value((env.get(name),)), lambda name: Sdk(name, Value(None)), lambda path: None)
    outcome = follow(start, world)
    assert not outcome.failures and outcome.complete, outcome.failures
    return outcome


def served(files: dict[str, str] | str, argv: str | None = "", **env: str) -> Server:
    """The one server of it."""
    (server,) = started(files, argv, **env).servers
    return server


@pytest.mark.parametrize(
    ("expression", "env", "port"),
    [
        ("process.env.PORT || 3000", {}, (3000,)),
        ("process.env.PORT || 3000", {"PORT": "8080"}, (8080,)),
        ("process.env.PORT ?? 3000", {}, (3000,)),
        ("Number(process.env.PORT ?? 3000)", {"PORT": "81"}, (81,)),
        ("parseInt(process.env.PORT || '3000', 10)", {}, (3000,)),
        ("parseInt(process.env.PORT) || 3000", {"PORT": "abc"}, (3000,)),
        ("+process.env.PORT", {"PORT": "99"}, (99,)),
        ("process.env.PORT ? parseInt(process.env.PORT) : 3000", {"PORT": "7"}, (7,)),
        ("process.env['PORT'] || 3000", {}, (3000,)),
        ("Number(`${process.env.PORT ?? 3}000`)", {}, (3000,)),
        ("(() => { const { PORT = '3001' } = process.env; return Number(PORT); })()", {}, (3001,)),
        ("Math.random() > 0.5 ? 3000 : 4000", {}, (3000, 4000)),
        ("somebody.port", {}, None),
        ("process.env.PORT", {}, None),
        ("process.env.PORT", {"PORT": "tcp://10.0.0.1:80"}, None),
        ("{ a: 1, ...{ port: 5000 } }.port", {}, (5000,)),
    ],
)
def test_the_port_in_every_idiom(expression: str, env: dict[str, str], port: Any):
    assert served(f"{HEAD}app.listen({expression});", **env).port.options == port


@pytest.mark.parametrize(
    ("call", "host"),
    [
        ("app.listen(3000)", ("::",)),
        ("app.listen(3000, () => {})", ("::",)),
        ("app.listen(3000, 'localhost', () => {})", ("localhost",)),
        ("app.listen(3000, process.env.HOST)", ("::",)),
        ("app.listen(3000, process.env.HOST ?? '127.0.0.1')", ("127.0.0.1",)),
        ("createServer(app).listen({ port: 3000, host: '127.0.0.1' })", ("127.0.0.1",)),
    ],
)
def test_the_host(call: str, host: Any):
    assert served(f"import {{ createServer }} from 'node:http';{HEAD}{call};").host.options == host


def test_a_way_that_serves_what_is_not_seen_to_speak_mcp_leaves_the_transport_open():
    text = f"""{HEAD}
    const other = express();
    if (somebody.stdio) await make().connect(new StdioServerTransport()); else other.listen(3000);
    """
    assert served(text).transport.options is None


def test_a_branch_that_is_not_taken_serves_nothing():
    program = (
        f"{HEAD}if (process.argv.includes('--stdio')) make().connect(new StdioServerTransport());\nelse app.listen(1);"
    )
    assert served(program, "--stdio").transport.options == ("stdio",)
    assert served(program).transport.options == ("streamable-http",)
    assert set(served(program, None).transport.options or ()) == {"stdio", "streamable-http"}


def test_what_only_a_comment_or_a_type_says_is_nothing():
    assert not started(
        "// import { McpServer } from '@modelcontextprotocol/sdk';\nexport type A = { listen(): void };"
    ).servers


STDIO = "make().connect(new StdioServerTransport());"


def asking(extra: str, deps: str = '"@modelcontextprotocol/sdk": "^1.30.0"') -> str:
    return f'{{{extra}, "dependencies": {{{deps}}}}}'


@pytest.mark.parametrize(
    ("manifest", "found"),
    [
        ('"bin": "/dist/index.js"', [("stdio", None)]),
        ('"bin": "./dist/index.js"', [("stdio", None)]),
        ('"bin": "./dist/other.js"', []),
        ('"scripts": {"start:node": "node dist/index.js"}', [("stdio", None)]),
        ('"scripts": {"serve": "cross-env PORT=81 tsx src/http.ts"}', [("streamable-http", 81)]),
        ('"scripts": {"start": "node dist/index.js", "start:http": "node dist/http.js"}', [("stdio", None)]),
        ('"bin": "src/setup.js", "scripts": {"start": "PORT=82 node dist/http.js"}', [("streamable-http", 82)]),
        ('"scripts": {"dev": "npm run dev:http", "dev:http": "PORT=83 bun src/http.ts"}', [("streamable-http", 83)]),
        ('"scripts": {"build:server": "node dist/index.js", "test:http": "tsx src/http.ts"}', []),
        ('"scripts": {"start": "node setup.js", "start:stdio": "node lib/unknown.js"}', []),
    ],
)
def test_what_starts_a_package_that_nothing_else_starts(manifest: str, found: list[tuple[str, int | None]]):
    from mcplint.link import link
    from mcplint.project.config import Config

    files = {"src/index.ts": HEAD + STDIO, "src/http.ts": f"{HEAD}app.listen(+process.env.PORT);", "src/setup.js": ""}
    made = link(Tree.of({"package.json": asking(manifest), **files}), Config()).deployment
    assert [(server.transport.only, server.port.only) for server in made.servers] == found
    assert all(server.sdk.title == "@modelcontextprotocol/sdk 1.32.2" for server in made.servers)
    assert [each.id for each in made.unfollowed] == ([] if found else ["package.json"])


def test_each_package_without_a_known_start_is_named_and_no_library_of_the_project():
    from mcplint.link import link
    from mcplint.project.config import Config

    def named(files: dict[str, str]) -> dict[str, str]:
        return {each.id: each.why for each in link(Tree.of(files), Config()).deployment.unfollowed}

    library = {"lib/package.json": asking('"name": "lib"'), "lib/index.ts": ""}
    apps = {f"app{n:02}/package.json": asking(f'"name": "app{n}"', '"lib": "workspace:*"') for n in range(30)}
    assert list(named(library)) == ["lib/package.json"]
    assert list(named({**library, "app00/package.json": apps["app00/package.json"]})) == ["app00/package.json"]
    found = named({**library, **apps, "app00/wrangler.toml": ""})
    assert "lib/package.json" not in found and len(found) == 20
    assert "Cloudflare" in found["app00/package.json"] and "one of 10 more" in found["app19/package.json"]
    other = {"main.py": "from mcp.server.fastmcp import FastMCP\n", "src/index.ts": HEAD + STDIO}
    assert list(named({"package.json": asking('"bin": "src/index.ts"'), **other})) == ["main.py"]


def test_settings_of_a_command_line_and_a_schema():
    program = f"""
    import {{ Command }} from 'commander';
    import {{ z }} from 'zod';
    {HEAD}
    const program = new Command().option('-p, --port <port>', 'port', parseInt, 4000).option('--host [host]');
    program.parse();
    const env = z.object({{ HOST: z.string().default('127.0.0.1') }}).parse(process.env);
    const {{ port, host = env.HOST }} = program.opts();
    app.listen(port, host);
    """
    assert (served(program).host.options, served(program).port.options) == (("127.0.0.1",), (4000,))
    told = served(program, "--port=5000 --host ::", HOST="::1")
    assert (told.host.options, told.port.options) == (("::",), (5000,))


def test_a_session_for_each_client():
    program = f"""
    import {{ randomUUID }} from 'node:crypto';
    {HEAD}
    const sessions = {{}};
    app.all('/sessions', async (req, res) => {{
      let transport = sessions[req.headers['mcp-session-id']];
      if (!transport) {{
        transport = new StreamableHTTPServerTransport({{ sessionIdGenerator: () => randomUUID() }});
        await make().connect(transport);
      }}
      await transport.handleRequest(req, res, req.body);
    }});
    app.listen(3000);
    """.replace("app.post('/mcp'", "app.get('/other'")
    server = served(program)
    assert server.path.options == ("/sessions",) and server.stateless.options == (False,) and not server.wiring.shared


@pytest.mark.parametrize(
    "text",
    [
        "import * as yew from './yew.js'; await yew.go();",
        "const { go } = await import('./yew.js'); await go();",
        "const { default: run } = await import('./yew.js'); run();",
        "async function main() { const yew = await import('./yew.js'); await yew.default(); } main();",
    ],
)
def test_a_module_as_a_whole(text: str):
    yew = (
        HEAD
        + """
        export default async function go() { await make().connect(new StdioServerTransport()); }
        export { go };
    """
    )
    assert served({"index.ts": text, "yew.ts": yew}).transport.only == "stdio"


def test_what_a_factory_does_for_a_client_ends_no_program():
    server = served("""
        import { McpServer } from '@modelcontextprotocol/server';
        import { serveStdio } from '@modelcontextprotocol/server/stdio';
        serveStdio(() => { const server = new McpServer({ name: 'yew', version: '1' }); throw new Error('no tools'); });
    """)
    assert server.transport.only == "stdio"


def test_plain_http_compares_the_path():
    program = """
    import http from 'http';
    import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
    import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
    http.createServer(async (req, res) => {
      const url = new URL(req.url, 'http://localhost');
      if (url.pathname === '/health') return res.end('ok');
      if (req.method === 'POST' && url.pathname === '/mcp') {
        const transport = new StreamableHTTPServerTransport({});
        await new McpServer({ name: 'fir', version: '1' }).connect(transport);
        return transport.handleRequest(req, res);
      }
      res.writeHead(404).end();
    }).listen({ port: 3000, host: '127.0.0.1' });
    """
    server = served(program)
    assert (server.path.options, server.host.options, server.stateless.options) == (("/mcp",), ("127.0.0.1",), (True,))


@pytest.mark.parametrize(
    ("front", "path"),
    [("process.env.BASE", None), ("process.env.BASE ?? '/v1'", None), ("'/v1'", ("/v1",)), ("guard()", ("/",))],
)
def test_a_router_below_a_path_that_nobody_tells_is_reached_by_no_known_path(front: str, path: Any):
    head = HEAD.replace("app.post('/mcp'", "const router = express.Router();\nrouter.post('/'")
    program = f"import {{ guard }} from 'somewhere';\n{head}app.use({front}, router);\napp.listen(3000);"
    start = Start(SCRIPT, "index.ts", Span(Source("Dockerfile", "CMD"), 0, 3), (), language="typescript")
    tree = Tree.of({"index.ts": program})
    world = World(tree, lambda name: Value(None), lambda name: Sdk(name, Value(None)), lambda path: None)
    (server,) = follow(start, world).servers
    assert server.path.options == path


def test_fastmcp_is_the_one_of_npm():
    program = "import { FastMCP } from 'fastmcp';\nconst s = new FastMCP({ name: 'oak', version: '1' });\ns.start({});"
    assert served(program).transport.options == ("stdio",)
    http = served(
        program.replace("{});", "{ transportType: 'httpStream', httpStream: { port: 81, endpoint: '/a' } });")
    )
    assert (http.port.options, http.path.options, http.sdk.title) == ((81,), ("/a",), "fastmcp")


@pytest.mark.parametrize(
    "hostile",
    [
        "const x = " + "(" * 3000 + "1" + ")" * 3000 + ";",
        "if(a){" * 2000 + "}" * 2000,
        "const w = " + "a?b:" * 3000 + "c;",
        "function f(){ return f(f()); } f();",
        "while (true) { g(); } for (;;) {}",
        "export * from './index.js'; import { q } from './index.js'; q();",
        "const o = { get a() { return this.a; } }; o.a;",
        "class A extends A {} new A();",
        "".join(f"if (Math.random() > 0.{at}) app.listen({at});" for at in range(1, 200)),
        "const p = new Proxy({}, { get: (_, name) => p[name] }); p.a;",
        "let s = 'x'; for (const i of [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18]) { s = s + s; }",
        "\ufeff\u2028 const é = 1 ;;; }}} <<<< import {",
    ],
)
def test_hostile_programs_end(hostile: str):
    assert started(f"{HEAD}{hostile}") is not None


def test_places_count_characters():
    server = served(f"{HEAD}/* Ünïcödé 💧 */ app.listen(3000, 'localhost');")
    assert server.host.span is not None and server.host.span.text == "localhost"


def test_a_program_without_an_sdk_certainly_starts_no_server():
    assert not started("import { z } from 'zod';\nexport const a = z.string();").unknown
    assert started("import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';\nnew McpServer({});").unknown


def printed(text: str, **env: str) -> list[str]:
    return [each.span.text for each in served(f"{HEAD}\n{dedent(text)}", **env).printed]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "console.log('a'); console.error('b'); process.stdout.write('c');",
            ["console.log('a')", "process.stdout.write('c')"],
        ),
        ("if (fetch('x')) { console.info('a'); }", []),
        ("if (process.env.DEBUG) { console.info('a'); }", []),
        ("if (process.stdout.isTTY) { console.info('a'); }", []),
        ("console.log = console.error; console.log('a');", []),
        ("process.on('SIGTERM', () => console.log('a')); const late = () => console.log('b');", []),
        ("if (fetch('x')) { console.log('usage'); process.exit(1); }", []),
    ],
)
def test_what_is_printed_before_it_serves_on_standard_streams(text: str, wanted: list[str]):
    assert printed(f"{text}\nmake().connect(new StdioServerTransport()); console.log('ready');") == wanted


def console(options: str) -> str:
    return f"new winston.transports.Console({options})"


@pytest.mark.parametrize(
    ("logger", "wanted"),
    [
        ("pino()", "pino()"),
        ("pino({ level: process.env.LEVEL || 'info' })", "pino({ level: process.env.LEVEL || 'info' })"),
        ("pino(pino.destination())", "pino(pino.destination())"),
        ("pino({ name: 'x' }, process.stdout)", "pino({ name: 'x' }, process.stdout)"),
        ("pino({ transport: { target: 'pino-pretty' } })", "pino({ transport: { target: 'pino-pretty' } })"),
        ("pino().child({ a: 1 })", "pino()"),
        ("pino({ level: 'warn' })", None),
        ("pino({ level: levels })", None),
        ("pino({ enabled: false })", None),
        ("pino(pino.destination(2))", None),
        ("pino(pino.destination({ dest: 2 }))", None),
        ("pino({ name: 'x' }, pino.destination(2))", None),
        ("pino({ name: 'x' }, process.stderr)", None),
        ("pino({ transport: { target: 'pino/file', options: { destination: 2 } } })", None),
        ("pino({ transport: { target: './own.js' } })", None),
        (f"winston.createLogger({{ transports: [{console('')}] }})", console("")),
        (f"winston.createLogger().add({console('')})", console("")),
        (f"winston.createLogger({{ level: 'warn', transports: [{console('')}] }})", None),
        (
            f"winston.createLogger({{ transports: {console('{ stderrLevels: [`error`] }')} }})",
            console("{ stderrLevels: [`error`] }"),
        ),
        (f"winston.createLogger({{ transports: {console('{ stderrLevels: [`info`] }')} }})", None),
        (f"winston.createLogger({{ transports: {console('{ stderrLevels: levels }')} }})", None),
        ("winston.createLogger({ transports: [new winston.transports.File({ filename: 'x.log' })] })", None),
    ],
)
def test_where_loggers_write(logger: str, wanted: str | None):
    head = "import pino from 'pino'; import winston from 'winston'; import { levels } from 'x';"
    found = printed(f"{head}\nconst log = {logger}; log.info('a');\nmake().connect(new StdioServerTransport());")
    assert found == ([wanted] if wanted else [])
    assert not printed(f"{head}\nconst log = {logger}; log.debug('a');\nmake().connect(new StdioServerTransport());")


def test_whoever_starts_a_program_gives_what_it_demands_and_chooses_nothing_else():
    program = f"""{HEAD}
    if (!(process.env.TOKEN || '')) process.exit(1);
    if (process.env.HTTP?.trim() === 'true' || process.env.MODE === 'http') app.listen(3000);
    else await make().connect(new StdioServerTransport());
    """
    assert served(program).transport.only == "stdio"
    demanded = program.replace("if (!(process.env.TOKEN || ''))", "if (process.env.MODE !== 'http')")
    assert served(demanded).transport.may_be("streamable-http") and started(demanded, MODE="stdio").unknown


@pytest.mark.parametrize(
    "config",
    [
        "const env = { ...process.env }; const config = { PORT: env.PORT };",
        "const env = { ...process.env, X: 1 }; const config = { PORT: env.PORT };",
        "const all = { PORT: process.env.PORT }; const config = new Proxy({}, { get: (_, name) => all[name] });",
        "const config = z.object({ PORT: z.preprocess((x) => x, z.coerce.number()) }).parse(process.env);",
        "const config = z.object({ PORT: z.preprocess((x) => x, z.number()).default(81) }).parse({});",
    ],
)
def test_settings_in_objects_of_their_own(config: str):
    assert served(f"import {{ z }} from 'zod';{HEAD}{config} app.listen(config.PORT);", PORT="81").port.options == (81,)


def test_what_is_traced_is_done():
    program = f"""import {{ trace }} from '@opentelemetry/api';{HEAD}
    await trace.getTracer('yew').startActiveSpan('start', async (span) => {{ app.listen(3000); span.end(); }});
    """
    assert served(program).port.only == 3000


def test_a_server_that_only_tells_whether_a_port_is_free_serves_nothing():
    free = "import http from 'node:http'; const probe = http.createServer(); probe.listen(3000); probe.close();"
    assert served(f"{free}{HEAD}app.listen(3001);").port.only == 3001
    assert (
        served(f"import http from 'node:http';{HEAD}http.createServer().on('request', app).listen(1);").port.only == 1
    )


def deployed(files: dict[str, str]) -> list[Server]:
    """The servers of a project whose program is `src/index.ts`."""
    from mcplint.link import link
    from mcplint.project.config import Config

    program = f"{HEAD}if (process.env.HTTP) app.listen(1); else make().connect(new StdioServerTransport());"
    return list(link(Tree.of({"src/index.ts": program, **files}), Config()).deployment.servers)


def test_a_package_that_is_published_under_another_name():
    package = '{"name": "yew", "mcpName": "io.github.acme/yew", "bin": "dist/index.js"}'
    published = """{"name": "io.github.acme/yew", "packages": [
        {"registryType": "npm", "identifier": "@acme/yew", "transport": {"type": "stdio"}}]}"""
    told = '{"mcpServers": {"yew": {"command": "npx", "args": ["-y", "@acme/yew@1"]}}}'
    (server,) = deployed({"package.json": package, "server.json": published, ".mcp.json": told})
    assert {link.to for link in server.links} == {"server.json:packages[0]", ".mcp.json:yew"}
    assert not deployed({"package.json": package.replace("acme/yew", "acme/fir"), "server.json": published})


def test_a_bundle_packs_the_command_of_the_package_of_its_name():
    package = '{"name": "@acme/yew", "bin": "dist/index.js"}'
    bundle = """{"name": "yew", "server": {"type": "node", "entry_point": "server/index.js", "mcp_config":
        {"command": "node", "args": ["${__dirname}/server/index.js"]}}}"""
    (server,) = deployed({"package.json": package, "manifest.json": bundle})
    assert [(link.to, link.kind) for link in server.links] == [("manifest.json:yew", "assumed")]


@pytest.mark.parametrize(("file", "count"), [("dist/index.js", 1), ("dist/other.js", 0)])
def test_a_bundle_packs_the_command_of_the_package_around_it(file: str, count: int):
    package = '{"name": "@acme/yew-mcp", "bin": "dist/index.js"}'
    bundle = f"""{{"name": "yew", "server": {{"type": "node", "entry_point": "{file}", "mcp_config":
        {{"command": "node", "args": ["${{__dirname}}/{file}"]}}}}}}"""
    root = '{"name": "@acme/yew", "workspaces": ["packages/*"]}'
    source = 'import { serve } from "../../../src/index.js";\n'
    files = {"package.json": root, "packages/yew/package.json": package, "packages/yew/mcpb/manifest.json": bundle}
    files["packages/yew/src/index.ts"] = source
    assert sum(any("mcpb" in link.to for link in server.links) for server in deployed(files)) == count


@pytest.mark.parametrize(
    "command",
    [
        "deno run -A src/index.ts",
        "deno run --allow-net --allow-env ./src/index.ts",
        "npx tsx src/index.ts",
        "npx -y tsx@latest ./src/index.ts",
        "bunx tsx src/index.ts",
        "pnpm dlx tsx src/index.ts",
        "npm exec -- tsx src/index.ts",
        "bun run src/index.ts",
        "bun run --watch src/index.ts",
        "bun src/index.ts",
        "node --import tsx src/index.ts",
        "ts-node-dev --respawn --transpile-only src/index.ts",
    ],
)
def test_a_source_that_a_client_is_told_to_run_is_followed(command: str):
    words = "".join(f', "{word}"' for word in command.split()[1:])[2:]
    told = f'{{"mcpServers": {{"yew": {{"command": "{command.split()[0]}", "args": [{words}]}}}}}}'
    found = deployed({"package.json": "{}", ".mcp.json": told, ".cursor/mcp.json": told})
    assert {link.to for server in found for link in server.links} == {".mcp.json:yew", ".cursor/mcp.json:yew"}


def test_programs_put_together_at_random_are_no_mistake_of_mcplint():
    assert len(scriptfuzz.names()) > 400
    assert [text for text, _ in scriptfuzz.mistakes(7, 400)] == []


def test_a_method_that_is_called_without_its_object_gives_anything():
    """What the notes of mcplint on an object are is no property that a program could read."""
    text = """
import { z } from "zod";
import express from "express";
const { transform } = z.string();
transform((a) => a);
const made = { ...z.object({ port: z.string().default("8000") }) };
for (const key in made) console.error(key);
const app = express();
app.listen(8000);
"""
    assert started(text).servers == ()


ADAPTED = """
import { createMcpHandler, withMcpAuth } from 'mcp-handler';
const handler = createMcpHandler((server) => { server.tool('yew', {}, () => {}); }, {}, { basePath: '/api' });
export { handler as GET, handler as POST };
"""
NEXT = {
    "package.json": """{"dependencies": {"next": "15", "mcp-handler": "^1.0.1"},
        "scripts": {"start": "npm run build && npm run serve", "serve": "next start -p 81", "build": "next build"}}"""
}
NODE = "FROM node:24\nWORKDIR /app\nCOPY . .\n"


def in_image(files: dict[str, str], command: str, recipe: str = NODE) -> Server:
    """The one server of an image with a command."""
    from mcplint.link import link
    from mcplint.project.config import Config

    tree = Tree.of({"Dockerfile": f"{recipe}CMD {command}\n", **files})
    (server,) = link(tree, Config()).deployment.servers
    return server


@pytest.mark.parametrize(
    ("command", "recipe", "wanted"),
    [
        ("npm start", NODE, ("::", 81)),
        ("next start -H 127.0.0.1", NODE, ("127.0.0.1", 3000)),
        ("npx next start", f"{NODE}ENV PORT=82\n", ("::", 82)),
        ("node server.js", f"{NODE}ENV HOSTNAME=0.0.0.0\n", ("0.0.0.0", 3000)),
        ("node server.js", NODE, (None, 3000)),
        ("next start -p 4100", NODE, ("::", 4100)),
    ],
)
def test_where_next_listens(command: str, recipe: str, wanted: tuple[Any, ...]):
    server = in_image({**NEXT, "app/api/[transport]/route.ts": ADAPTED}, command, recipe)
    assert (server.host.only, server.port.only) == wanted and server.path.only == "/api/mcp" and server.stateless.only
    assert not server.deaf and server.runner == "next" and server.sdk.package == "npm:mcp-handler"


@pytest.mark.parametrize(
    ("files", "paths"),
    [
        ({"app/mcp/route.ts": ADAPTED.replace("'/api'", "''")}, ("/mcp",)),
        (
            {
                "src/app/(apis)/api/mcp/route.ts": """
                import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
                import { WebStandardStreamableHTTPServerTransport } from
                  '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
                export async function POST(request: Request) {
                  const transport = new WebStandardStreamableHTTPServerTransport({});
                  await new McpServer({ name: 'yew', version: '1' }).connect(transport);
                  return transport.handleRequest(request);
                }"""
            },
            ("/api/mcp",),
        ),
        (
            {
                "app/api/[transport]/route.ts": ADAPTED,
                "next.config.ts": "export default { rewrites: () => [{ source: '/mcp', destination: '/api/mcp' }] };",
            },
            ("/api/mcp", "/mcp"),
        ),
        ({"app/api/[transport]/route.ts": ADAPTED, "middleware.ts": "NextResponse.rewrite(url)"}, None),
    ],
)
def test_the_routes_of_next(files: dict[str, str], paths: tuple[str, ...] | None):
    assert in_image({**NEXT, **files}, "npx next start").path.options == paths


ROUTED = {
    "app/mcp/route.ts": """
        import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
        import { WebStandardStreamableHTTPServerTransport } from
          '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
        export async function POST(request: Request) {
          const transport = new WebStandardStreamableHTTPServerTransport({});
          await new McpServer({ name: 'yew', version: '1' }).connect(transport);
          return transport.handleRequest(request);
        }"""
}


@pytest.mark.parametrize(
    ("name", "text", "paths"),
    [
        ("mjs", "export default { basePath: '/svc' };", ("/svc/mcp",)),
        ("mjs", "export default { output: 'standalone' };", ("/mcp",)),
        ("mjs", "export default { basePath: '' };", ("/mcp",)),
        ("js", "module.exports = { basePath: '/svc' };", ("/svc/mcp",)),
        ("js", "const basePath = '/svc'; module.exports = { basePath };", ("/svc/mcp",)),
        ("ts", "const c: NextConfig = { basePath: '/svc' }; export default c;", ("/svc/mcp",)),
        ("ts", "const c = { basePath: '/svc' }; export default withX({ a: 1 })(c);", ("/svc/mcp",)),
        ("ts", "export default defineConfig({ basePath: '/svc' });", ("/svc/mcp",)),
        ("js", "module.exports = { basePath: process.env.BASE_PATH || '/svc' };", None),
        ("js", "const b = process.env.BASE_PATH ?? '/svc'; module.exports = { basePath: b };", None),
        ("js", "const c = {}; c.basePath = '/svc'; module.exports = c;", None),
        ("js", "module.exports = { trailingSlash: true };", ("/mcp", "/mcp/")),
    ],
)
def test_the_path_below_which_next_serves(name: str, text: str, paths: tuple[str, ...] | None):
    assert in_image({**NEXT, **ROUTED, f"next.config.{name}": text}, "npx next start").path.options == paths


WORKSPACE = {
    "package.json": '{"private": true}',
    "pnpm-workspace.yaml": "packages: ['apps/*']",
    "apps/oak/package.json": '{"name": "@ash/oak", "files": ["dist"], "main": "dist/main.js", '
    '"dependencies": {"@modelcontextprotocol/sdk": "1.32.2"}}',
    "apps/oak/tsconfig.json": '{"compilerOptions": {"outDir": "dist", "rootDir": "src"}}',
    "apps/oak/src/main.ts": f"{HEAD}app.listen(process.env.PORT ?? 81);",
    ".dockerignore": "**/dist\n**/node_modules\n",
}


@pytest.mark.parametrize(
    "deploy",
    [
        "pnpm deploy --filter=@ash/oak --prod /srv/oak",
        "pnpm --filter @ash/oak --prod deploy /srv/oak",
        "pnpm -F oak deploy --legacy --prod /srv/oak",
        "pnpm --filter ./apps/oak deploy --prod --legacy ../srv/oak",
        "cd apps && pnpm --filter oak deploy ../../srv/oak",
    ],
)
@pytest.mark.parametrize("command", ["node dist/main.js", "node ."])
def test_what_pnpm_deploys_is_led_back_to_its_package(deploy: str, command: str):
    recipe = f"""FROM node:22 AS build
        WORKDIR /work
        COPY . .
        RUN pnpm install --frozen-lockfile && pnpm -r build
        RUN {deploy}
        FROM node:22-slim
        COPY --from=build /srv/oak /app
        WORKDIR /app
        """
    server = in_image(WORKSPACE, command, dedent(recipe))
    assert (server.port.only, server.path.only, server.span.source.path) == (81, "/mcp", "apps/oak/src/main.ts")


def test_what_is_deployed_of_a_package_that_is_not_known_is_not_known():
    from mcplint.link import link
    from mcplint.project.config import Config

    recipe = "FROM node:22\nARG APP\nWORKDIR /work\nCOPY . .\nRUN pnpm --filter $APP deploy /srv\nWORKDIR /srv\n"
    tree = Tree.of({**WORKSPACE, "Dockerfile": f"{recipe}CMD node dist/other.js\n"})
    (start,) = link(tree, Config()).deployment.unfollowed
    assert start.why.endswith("no start that the files name leads to one")


SERVED_BY_DENO = """
import { McpServer } from 'npm:@modelcontextprotocol/sdk@1.32.2/server/mcp.js';
import { WebStandardStreamableHTTPServerTransport }
  from 'npm:@modelcontextprotocol/sdk@1.32.2/server/webStandardStreamableHttp.js';
Deno.serve({ port: Number(Deno.env.get('PORT') ?? '81') }, async (req) => {
  const t = new WebStandardStreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  await new McpServer({ name: 'oak', version: '1' }).connect(t);
  return t.handleRequest(req);
});
"""


@pytest.mark.parametrize(
    "command", ['["run", "-A", "main.ts"]', '["deno", "run", "-A", "main.ts"]', "deno run main.ts"]
)
def test_the_image_of_deno_runs_its_commands(command: str):
    server = in_image({"main.ts": SERVED_BY_DENO}, command, "FROM denoland/deno:2.1.4\nWORKDIR /app\nCOPY . .\n")
    assert (server.port.only, server.sdk.version.only) == (81, "1.32.2")


@pytest.mark.parametrize(
    ("release", "options", "command", "recipe", "path"),
    [
        ("4.20.0", "basePath: '/a'", "tsx src/index.ts", "", "/a/mcp"),
        ("4.20.0", "basePath: 'a/', endpoint: '/b'", "tsx src/index.ts", "", "/a/b"),
        ("4.20.0", "port: 1", "tsx src/index.ts", "ENV FASTMCP_BASE_PATH=/a\n", "/a/mcp"),
        ("4.20.0", "basePath: '/b'", "tsx src/index.ts", "ENV FASTMCP_BASE_PATH=/a\n", "/b/mcp"),
        ("4.20.0", "port: 1", "tsx src/index.ts --base-path /a", "", "/a/mcp"),
        ("4.20.0", "port: 1", "tsx src/index.ts --base-path=/a", "", "/mcp"),
        ("4.20.0", "port: 1", "tsx src/index.ts", "", "/mcp"),
        ("4.3.2", "basePath: '/a'", "tsx src/index.ts", "ENV FASTMCP_BASE_PATH=/a\n", "/mcp"),
        ("4.20.0", "basePath: somewhere()", "tsx src/index.ts", "", None),
    ],
)
def test_the_path_below_which_fastmcp_serves(release: str, options: str, command: str, recipe: str, path: str | None):
    program = f"""import {{ FastMCP }} from 'fastmcp'; const s = new FastMCP({{ name: 'oak', version: '1' }});
        s.start({{ transportType: 'httpStream', httpStream: {{ {options} }} }});"""
    files = {"package.json": f'{{"dependencies": {{"fastmcp": "{release}"}}}}', "src/index.ts": program}
    assert in_image(files, command, NODE + recipe).path.only == path


@pytest.mark.parametrize(
    ("command", "recipe", "transport", "port", "stateless"),
    [
        ("tsx src/index.ts", "", "stdio", None, None),
        ("tsx src/index.ts --transport http-stream --port 81", "", "streamable-http", 81, False),
        ("tsx src/index.ts --transport httpStream --port=81", "", "streamable-http", 8080, False),
        ("tsx src/index.ts --transport sse", "", "stdio", None, None),
        ("tsx src/index.ts", "ENV FASTMCP_TRANSPORT=http-stream\n", "stdio", None, None),
        ("tsx src/index.ts", "ENV FASTMCP_TRANSPORT=httpStream FASTMCP_PORT= \n", "streamable-http", 8080, False),
        (
            "tsx src/index.ts",
            "ENV FASTMCP_TRANSPORT=httpStream FASTMCP_STATELESS=true\n",
            "streamable-http",
            8080,
            True,
        ),
        ("tsx src/index.ts --transport httpStream --stateless true", "", "streamable-http", 8080, True),
        ("tsx src/index.ts --transport httpStream --stateless", "", "streamable-http", 8080, False),
    ],
)
def test_what_fastmcp_reads_from_outside(
    command: str, recipe: str, transport: str, port: int | None, stateless: bool | None
):
    program = "import { FastMCP } from 'fastmcp'; new FastMCP({ name: 'oak', version: '1' }).start();"
    files = {"package.json": '{"dependencies": {"fastmcp": "4.20.0"}}', "src/index.ts": program}
    server = in_image(files, command, NODE + recipe)
    assert (server.transport.only, server.port.only, server.stateless.only) == (transport, port, stateless)


def test_what_xmcp_makes_of_a_project():
    files = {
        "package.json": '{"dependencies": {"xmcp": "1.1.3"}}',
        "xmcp.config.ts": "export default { http: { port: 81, host: '::' }, stdio: true };",
    }
    server = in_image(files, "node dist/http.js")
    assert (server.transport.only, server.host.only, server.port.only, server.path.only) == (
        *("streamable-http", "::", 81),
        "/mcp",
    )
    assert in_image(files, "node dist/stdio.js").transport.only == "stdio"


@pytest.mark.parametrize(
    ("command", "count"),
    [
        ("pm2-runtime src/index.js", 1),
        ("pm2-runtime start src/index.js -i 4", 4),
        ("pm2-runtime src/index.js -i max", None),
        ("pm2-runtime ecosystem.config.cjs", 2),
    ],
)
def test_the_processes_of_pm2(command: str, count: int | None):
    config = "module.exports = { apps: [{ name: 'yew', script: 'src/index.js', instances: 2, exec_mode: 'cluster' }] };"
    package = '{"dependencies": {"@modelcontextprotocol/sdk": "^1.30.0"}}'
    files = {"package.json": package, "src/index.js": f"{HEAD}app.listen(81);", "ecosystem.config.cjs": config}
    assert in_image(files, command).workers.only == count


@pytest.mark.parametrize(
    ("release", "transport"), [("1.27.7", "sse"), ("2.2.4", None), ("3.5.0", "stdio"), ("^3.3.0", "stdio")]
)
def test_fastmcp_speaks_http_and_sse_until_its_second_major_release(release: str, transport: str | None):
    program = """import { FastMCP } from 'fastmcp'; const s = new FastMCP({ name: 'oak', version: '1' });
        s.start({ transportType: 'sse', sse: { endpoint: '/sse', port: 81 } });"""
    files = {"package.json": f'{{"dependencies": {{"fastmcp": "{release}"}}}}', "src/index.ts": program}
    assert in_image(files, "tsx src/index.ts").transport.only == transport


def test_a_package_that_next_starts_is_one_that_is_started():
    from mcplint.link import link
    from mcplint.project.config import Config

    found = link(Tree.of({**NEXT, "app/api/[transport]/route.ts": ADAPTED}), Config()).deployment
    assert [server.path.only for server in found.servers] == ["/api/mcp"] and not found.unfollowed


ECOSYSTEM = """
const port = 4000;
module.exports = { apps: [{ name: 'yew', script: './src/index.js', args: '--port 81', env: { PORT: port } }] };
"""


@pytest.mark.parametrize(
    ("path", "config", "command", "port"),
    [
        ("pm2.config.cjs", ECOSYSTEM, "pm2-runtime pm2.config.cjs", 4000),
        ("pm2.config.cjs", ECOSYSTEM.replace("4000", "somebody.port"), "pm2-runtime start pm2.config.cjs", None),
        ("pm2.config.cjs", ECOSYSTEM.replace("env:", "env_production:"), "pm2-runtime pm2.config.cjs", 3000),
        (
            "pm2.config.cjs",
            ECOSYSTEM.replace("env:", "env_production:"),
            "pm2-runtime pm2.config.cjs --env production",
            4000,
        ),
        ("pm2.json", '{"apps": [{"script": "npm", "args": ["start"]}]}', "pm2-runtime pm2.json", 5000),
        ("pm2.json", '{"apps": [{"script": "index.js", "cwd": "/app/src"}]}', "pm2-runtime pm2.json", 3000),
        ("ecosystem.config.js", ECOSYSTEM, "pm2 start ecosystem.config.js --no-daemon --only yew", 4000),
        ("deno.json", '{"tasks": {"go": "PORT=6000 deno run -A src/index.js"}}', "deno task go", 6000),
        ("deno.jsonc", '{"tasks": {"go": {"command": "deno run -A src/index.js"}}}', "deno task go", 3000),
        ("deno.json", '{"tasks": {"go": "deno run --allow-net src/index.js"}}', "deno task go", 3000),
        ("other.json", "{}", "deno task start", 5000),
    ],
)
def test_what_a_file_of_processes_or_tasks_starts(path: str, config: str, command: str, port: int | None):
    package = """{"dependencies": {"@modelcontextprotocol/sdk": "^1.30.0"},
        "scripts": {"start": "PORT=5000 node src/index.js"}}"""
    files = {"package.json": package, "src/index.js": f"{HEAD}app.listen(process.env.PORT ?? 3000);", path: config}
    assert in_image(files, command).port.only == port


def test_an_image_with_several_programs_of_pm2_starts_them_all():
    from mcplint.link import link
    from mcplint.project.config import Config

    apps = "".join(f"{{ script: 'src/{name}.js', env: {{ PORT: {port} }} }}," for name, port in (("a", 1), ("b", 2)))
    files = {
        "package.json": '{"dependencies": {"@modelcontextprotocol/sdk": "^1.30.0"}}',
        "ecosystem.config.js": f"module.exports = {{ apps: [{apps}] }};",
        **{f"src/{name}.js": f"{HEAD}app.listen(process.env.PORT);" for name in "ab"},
        "Dockerfile": "FROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm i -g pm2\nCMD pm2-runtime ecosystem.config.js\n",
    }
    assert {server.port.only for server in link(Tree.of(files), Config()).deployment.servers} == {1, 2}


@pytest.mark.parametrize(
    ("path", "text", "build", "command"),
    [
        (
            "vite.config.ts",
            "export default { build: { lib: { entry: 'lib/yew.ts', fileName: 'x' } } };",
            "",
            "dist/x.js",
        ),
        ("rollup.config.js", "export default { input: 'lib/yew.ts', output: { file: 'b/x.js' } };", "", "b/x.js"),
        ("tsup.config.ts", "export default { entry: { x: 'lib/yew.ts' }, outDir: 'c' };", "", "c/x.js"),
        ("make.mjs", "await build({ entryPoints: ['lib/yew.ts'], outfile: 'd/x.mjs' });", "node make.mjs", "d/x.mjs"),
        ("a", "", "esbuild lib/yew.ts --bundle --outfile=f/x.js", "f/x.js"),
        (
            "scripts/make.mjs",
            "const entry = '../lib/yew.ts';\nawait build({ entryPoints: [entry], outfile: 'g/x.mjs' });",
            "node scripts/make.mjs",
            "g/x.mjs",
        ),
    ],
)
def test_the_source_of_what_a_bundler_makes(path: str, text: str, build: str, command: str):
    package = f'''{{"dependencies": {{"@modelcontextprotocol/sdk": "^1.30.0"}}, "scripts": {{"build": "{build}"}}}}'''
    files = {"package.json": package, "lib/yew.ts": f"{HEAD}app.listen(81);", path: text}
    assert in_image(files, f"node {command}").port.only == 81


@pytest.mark.parametrize(
    ("command", "port"),
    [
        ("node --env-file=one.env --env-file-if-exists two.env src/main.ts", 2),
        ("deno run --env-file=one.env src/main.ts", 1),
        ("PORT=7 node --env-file=one.env src/main.ts", 7),
        ("node --env-file=none.env src/main.ts", None),
        ("node --env-file-if-exists=none.env src/main.ts", 3000),
        ("nest start", 3000),
        ("node .", 3000),
        ("npm start --silent", 9),
        ("npm start --port=8", 9),
        ("nodemon --watch src --exec 'PORT=4 tsx' src/main.ts", 4),
    ],
)
def test_what_stands_before_a_program(command: str, port: int | None):
    files = {
        "package.json": """{"main": "dist/main.js", "dependencies": {"@modelcontextprotocol/sdk": "^1.30.0"},
            "scripts": {"start": "PORT=9 node src/main.ts"}}""",
        "src/main.ts": f"{HEAD}app.listen(process.env.PORT ?? 3000);",
        "one.env": "PORT=1\n",
        "two.env": "PORT=2\n",
    }
    assert in_image(files, command).port.only == port


@pytest.mark.parametrize(
    "text",
    [
        "const { serve } = await import('../dist/serve.js'); await serve();",
        "import('../dist/serve.js').then(({ serve }) => serve());",
        "import { serve } from '../dist/serve.js'; serve();",
    ],
)
def test_a_command_that_loads_what_is_built(text: str):
    files = {
        "package.json": '{"type": "module", "dependencies": {"@modelcontextprotocol/sdk": "^1.30.0"}}',
        "tsconfig.json": '{"compilerOptions": {"rootDir": "src", "outDir": "dist"}}',
        "src/serve.ts": f"{HEAD}export async function serve() {{ app.listen(81); }}",
        "bin/run.mjs": text,
    }
    assert in_image(files, "node bin/run.mjs").port.only == 81


@pytest.mark.parametrize(("told", "port"), [("PORT: 3000", None), ("PORT: 3000, make: () => 1", (3000,))])
def test_a_large_table_of_plain_data_is_not_looked_into(told: str, port: Any):
    table = ", ".join(f"field{number}: {{ type: 'string' }}" for number in range(5000))
    assert served(f"{HEAD}const table = {{ {told}, {table} }};\napp.listen(table.PORT);").port.options == port


@pytest.mark.parametrize("name", ["nginx.conf.hbs", "compose.yaml.ejs", "Dockerfile.mustache", "mcp.json.handlebars"])
def test_what_a_generator_makes_other_projects_of_is_none_of_this_one(name: str):
    from mcplint.project.kinds import kind

    found, made = kind(f"templates/{name}"), kind(name.rpartition(".")[0])
    assert found and made and found.name == "other" != made.name


def test_an_image_is_started_by_the_dockerfile_beside_its_server_json():
    from mcplint.link import link
    from mcplint.project.config import Config

    package = '{"name": "yew", "bin": "index.ts", "dependencies": {"@modelcontextprotocol/sdk": "^1.30.0"}}'
    published = """{"name": "io.github.acme/yew", "packages": [
        {"registryType": "oci", "identifier": "docker.io/acme/yew:1.0.0", "transport": {"type": "stdio"}}]}"""
    recipe = "FROM node:24\nWORKDIR /app\nCOPY . .\nCMD node index.ts\n"
    files = {"yew/package.json": package, "yew/index.ts": f"{HEAD}make().connect(new StdioServerTransport());"}
    files |= {"yew/server.json": published, "yew/Dockerfile": recipe, "yew/cloud/Dockerfile": recipe}
    (found,) = link(Tree.of(files), Config()).deployment.packages
    assert found.server is not None and found.server.id.endswith("@yew/Dockerfile")


@pytest.mark.parametrize(
    ("expression", "argv", "env", "port"),
    [
        ("line.option('port', { type: 'number', default: 1 }).parse().port", "", {"MCP_PORT": "9"}, (1,)),
        ("line.env('MCP').option('port', { type: 'number', default: 1 }).parse().port", "", {}, (1,)),
        ("line.env('MCP').option('port', { type: 'number', default: 1 }).parse().port", "", {"MCP_PORT": "9"}, (9,)),
        ("line.env('MCP').option('port', { type: 'number' }).parse().port", "--port 5", {"MCP_PORT": "9"}, (5,)),
        ("line.env('MCP_').option('httpPort', { type: 'number' }).parse().httpPort", "", {"MCP_HTTP_PORT": "9"}, (9,)),
        (
            "line.env('M').option('maxMS', { type: 'number' }).parse().maxMS",
            "",
            {"M_MAX_MS": "8", "M_MAX_M_S": "9"},
            (9,),
        ),
        ("line.env().option('http-port', { type: 'number' }).parse().httpPort", "", {"HTTP_PORT": "9"}, (9,)),
        ("line.env(false).option('port', { type: 'number', default: 1 }).parse().port", "", {"PORT": "9"}, (1,)),
        ("line.env(somebody).option('port', { type: 'number', default: 1 }).parse().port", "", {"PORT": "9"}, None),
        ("parser(words, { number: ['port'], envPrefix: 'MCP_' }).port", "", {"MCP_PORT": "9"}, (9,)),
        ("parser(words, { number: ['port'], envPrefix: 'MCP_' }).port", "--port 4", {"MCP_PORT": "9"}, (4,)),
        ("parser(words).httpPort", "--http-port 4", {}, (4,)),
        ("parser(words, { alias: { port: ['p'] }, default: { port: 3 } }).port", "", {}, (3,)),
        ("parser(words, { alias: { port: ['p'] }, default: { port: 3 } }).port", "-p 7", {}, (7,)),
        ("declared.httpPort", "", {}, (3000,)),
        ("declared.httpPort", "", {"APP_HTTP_PORT": "9"}, (9,)),
        ("declared.httpPort", "--httpPort 5", {"APP_HTTP_PORT": "9"}, (5,)),
    ],
)
def test_variables_that_a_parser_of_words_reads(expression: str, argv: str, env: dict[str, str], port: Any):
    """As yargs 18, yargs-parser 22 and @mongosh/arg-parser 5 do it."""
    program = f"""
    import yargs from 'yargs';
    import parser from 'yargs-parser';
    import {{ createParseArgsWithCliOptions }} from '@mongosh/arg-parser/arg-parser';
    import {{ z }} from 'zod';
    {HEAD}
    const words = process.argv.slice(2);
    const line = yargs(words);
    const schema = z.object({{ ...z.object({{ httpPort: z.coerce.number().default(3000) }}).shape }});
    const parse = createParseArgsWithCliOptions({{ schema, parserOptions: {{ envPrefix: 'APP_' }} }});
    const declared = schema.parse(parse({{ args: words }}).parsed);
    app.listen({expression});
    """
    assert served(program, argv, **env).port.options == port


def test_an_object_whose_schema_is_known_in_part_is_known_in_that_part():
    program = f"import {{ z }} from 'zod';{HEAD}const schema = z.object({{ ...somebody.shape, port: z.number() }});"
    assert served(f"{program}app.listen(schema.parse({{ port: 4 }}).port);").port.options == (4,)
    assert served(f"{program}app.listen(schema.parse({{ port: 4 }}).other);").port.options is None


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ("", ("/mcp",)),
        ("{ prefix: '/v1' }", ("/v1/mcp",)),
        ("{ prefix: other.text }", None),
        ("{ strict: true }", ("/mcp",)),
    ],
)
def test_the_prefix_of_a_router_of_koa(options: str, path: Any):
    program = f"""
    import Koa from 'koa';
    import Router from '@koa/router';
    import other from 'other';
    {HEAD}
    const router = new Router({options});
    router.post('/mcp', async (ctx) => {{
      const transport = new StreamableHTTPServerTransport({{ sessionIdGenerator: undefined }});
      await make().connect(transport);
      await transport.handleRequest(ctx.req, ctx.res);
    }});
    const koa = new Koa();
    koa.use(router.routes());
    koa.listen(3000);
    """
    assert served(program).path.options == path
