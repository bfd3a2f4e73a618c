"""What a program of Nest turns out to serve; the values are those of the same programs run with Nest 11.1."""

from __future__ import annotations

from typing import Any

import pytest
from test_typescript import started
from test_typescript_told import told

HEAD = """
import { All, Body, Controller, Get, Inject, Injectable, Module, OnModuleInit, Post, Req, Res, Scope, UseGuards,
  VersioningType, forwardRef, applyDecorators } from '@nestjs/common';
import { HttpAdapterHost, NestFactory, RouterModule } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ExpressAdapter } from '@nestjs/platform-express';
import { McpModule, McpTransportType } from '@rekog/mcp-nest';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
const make = () => new McpServer({ name: 'yew', version: '1' });
const answer = async (server, req, res, body) => {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  await server.connect(transport);
  await transport.handleRequest(req, res, body);
};
"""
POST = (
    "@Post('mcp') async h(@Body() b, @Req() req: Request, @Res() res: Response) { await answer(make(), req, res, b); }"
)
PLAIN = f"""
@Controller() class Plain {{ {POST} }}
@Module({{ controllers: [Plain] }}) class AppModule {{}}
"""
START = "const app = await NestFactory.create(AppModule);"
SERVICE = """
@Injectable() class Service implements OnModuleInit { server; onModuleInit() { this.server = make(); } }
"""
ASKING = """
@Controller('mcp') class Asks {
  constructor(private readonly service: Service) {}
  @Post() async h(@Req() req, @Res() res) { await answer(this.service.server, req, res, req.body); }
}
@Module({ controllers: [Asks], providers: [Service] }) class AppModule {}
"""


def rekog(options: str) -> str:
    return (
        f"@Module({{ imports: [McpModule.forRoot({{ name: 'yew', version: '1', {options} }})] }}) class AppModule {{}}"
    )


ROWS: dict[str, tuple[str, dict[str, Any]]] = {
    "controller": (f"{PLAIN}{START} await app.listen(81);", {"path": ("/mcp",), "host": ("::",), "port": (81,)}),
    "below-a-path": (
        """
        @Controller('/api/') export class Below { @All('mcp/') async h(@Res() res, @Req() req) {
          await answer(make(), req, res, req.body); } }
        @Module({ controllers: [Below] }) class Inner {}
        @Module({ imports: [forwardRef(() => Inner)] }) class AppModule {}
        const app = await NestFactory.create(AppModule); await app.listen(process.env.PORT ?? 3000);
        """,
        {"path": ("/api/mcp",), "port": (3000,), "consumed": False, "stateless": (True,), "runner": "express"},
    ),
    "path-in-an-object": (
        f"@Controller({{ path: 'v', version: '2' }}) class C {{ {POST} }}"
        f"@Module({{ controllers: [C] }}) class AppModule {{}} {START} await app.listen(81);",
        {"path": ("/v/mcp",)},
    ),
    "module-with-settings": (
        f"@Controller() class C {{ {POST} }} class Inner {{ static with() {{ return {{ module: Inner, "
        "controllers: [C] }; } }"
        f"@Module({{ imports: [Inner.with()] }}) class AppModule {{}} {START} await app.listen(81);",
        {"path": ("/mcp",)},
    ),
    "decorators-in-one": (
        f"const Endpoint = () => applyDecorators(Post('mcp')); @Controller() class C {{ "
        "@Endpoint() async h(@Req() q, @Res() s) { await answer(make(), q, s, q.body); } }"
        f"@Module({{ controllers: [C] }}) class AppModule {{}} {START} await app.listen(81);",
        {"path": ("/mcp",)},
    ),
    "global-prefix": (
        f"{PLAIN}{START} app.setGlobalPrefix('/v/'); await app.listen(81, '0.0.0.0');",
        {"path": ("/v/mcp",), "host": ("0.0.0.0",)},
    ),
    "not-below-the-global-prefix": (
        f"{PLAIN}{START} app.setGlobalPrefix('v', {{ exclude: ['mcp', '/health'] }}); await app.listen(81);",
        {"path": ("/mcp",)},
    ),
    "pattern-not-below-the-global-prefix": (
        f"{PLAIN}{START} app.setGlobalPrefix('v', {{ exclude: ['m(.*)'] }}); await app.listen(81);",
        {"path": None},
    ),
    "versions": (
        f"{PLAIN}{START} app.enableVersioning({{ type: VersioningType.URI }}); await app.listen(81);",
        {"path": None, "port": (81,)},
    ),
    "router-module": (
        f"@Controller() class C {{ {POST} }} @Module({{ controllers: [C] }}) class Inner {{}}"
        "@Module({ imports: [Inner, RouterModule.register([{ path: 'r', module: Inner }])] }) class AppModule {}"
        f"{START} await app.listen(81);",
        {"path": None},
    ),
    "body-read-before": (
        """
        @Controller('mcp') class C { @Post() async h(@Req() req, @Res() res) {
          const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
          await make().connect(transport); await transport.handleRequest(req, res); } }
        @Module({ controllers: [C] }) class AppModule {}
        const app = await NestFactory.create(AppModule); await app.listen(81);
        """,
        {"consumed": True},
    ),
    "body-not-read-before": (
        """
        @Controller('mcp') class C { @Post() async h(@Req() req, @Res() res) {
          const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
          await make().connect(transport); await transport.handleRequest(req, res); } }
        @Module({ controllers: [C] }) class AppModule {}
        const app = await NestFactory.create(AppModule, { bodyParser: false }); await app.listen(81);
        """,
        {"consumed": False},
    ),
    "one-server-of-a-service": (f"{SERVICE}{ASKING}{START} await app.listen(81);", {"shared": True, "path": ("/mcp",)}),
    "server-of-the-constructor": (
        f"@Injectable() class Service {{ readonly server = make(); }} {ASKING}{START} await app.listen(81);",
        {"shared": True},
    ),
    "server-for-each-request": (
        "@Injectable({ scope: Scope.REQUEST }) class Service { readonly server = make(); }"
        f"{ASKING}{START} await app.listen(81);",
        {"shared": False, "path": ("/mcp",)},
    ),
    "server-by-a-name": (
        """
        @Controller('mcp') class C {
          constructor(@Inject('SERVER') private readonly server) {}
          @Post() async h(@Req() req, @Res() res) { await answer(this.server, req, res, req.body); }
        }
        @Module({ controllers: [C], providers: [{ provide: 'SERVER', useFactory: () => make() }] }) class AppModule {}
        const app = await NestFactory.create(AppModule); await app.listen(81);
        """,
        {"shared": True},
    ),
    "service-that-makes-servers": (
        """
        @Injectable() class Service { server() { return make(); } }
        @Controller('mcp') class C {
          @Inject(Service) private readonly service: Service;
          @Post() async h(@Req() req, @Res() res) { await answer(this.service.server(), req, res, req.body); }
        }
        @Module({ controllers: [C], providers: [Service] }) class AppModule {}
        const app = await NestFactory.create(AppModule); await app.listen(81);
        """,
        {"shared": False, "path": ("/mcp",)},
    ),
    "inner-application": (
        """
        @Module({}) class AppModule {}
        const app = await NestFactory.create(AppModule); app.setGlobalPrefix('v');
        const http = app.getHttpAdapter().getInstance();
        http.post('/mcp', (req, res) => answer(make(), req, res, req.body)); await app.listen(81);
        """,
        {"path": ("/mcp",), "host": ("::",)},
    ),
    "adapter-of-a-service": (
        """
        @Injectable() class Registers implements OnModuleInit {
          constructor(private readonly host: HttpAdapterHost) {}
          onModuleInit() {
            this.host.httpAdapter.post('/own', (req, res) => answer(make(), req, res, req.body)); } }
        @Module({ providers: [Registers] }) class AppModule {}
        const app = await NestFactory.create(AppModule, new ExpressAdapter()); await app.listen(81);
        """,
        {"path": ("/own",)},
    ),
    "service-of-the-application": (
        """
        @Injectable() class Service { readonly port = 82; }
        @Module({ providers: [Service] }) class AppModule {}
        const app = await NestFactory.create(AppModule);
        app.use('/m', (req, res) => answer(make(), req, res)); await app.listen(app.get(Service).port);
        """,
        {"path": ("/m",), "port": (82,), "consumed": False},
    ),
    "fastify": (
        f"{PLAIN}const app = await NestFactory.create<A>(AppModule, new FastifyAdapter()); await app.listen(81);",
        {"path": ("/mcp",), "host": ("localhost",), "runner": "fastify"},
    ),
    "fastify-on-every-interface": (
        f"{PLAIN}const app = await NestFactory.create(AppModule, new FastifyAdapter({{ logger: true }}), {{}});"
        "await app.listen(81, '0.0.0.0');",
        {"host": ("0.0.0.0",)},
    ),
    "guard": (
        "class Keyed { canActivate(context) { return keyed(context.switchToHttp().getRequest()); } }"
        f"@Controller() @UseGuards(Keyed) class C {{ {POST} }}"
        f"@Module({{ controllers: [C] }}) class AppModule {{}} {START} await app.listen(81);",
        {"auth": None, "path": ("/mcp",)},
    ),
    "guard-of-the-application": (f"{PLAIN}{START} app.useGlobalGuards(keyed()); await app.listen(81);", {"auth": None}),
    "guard-of-mcp-nest": (
        rekog("transport: McpTransportType.STREAMABLE_HTTP, guards: [Keyed]") + f"{START} await app.listen(81);",
        {"auth": None},
    ),
    "no-guard-of-mcp-nest": (
        rekog("transport: McpTransportType.STREAMABLE_HTTP, guards: []") + f"{START} await app.listen(81);",
        {"auth": (None,)},
    ),
    "no-guard": (f"{PLAIN}{START} await app.listen(81);", {"auth": (None,)}),
    "mcp-nest": (
        f"{rekog('transport: McpTransportType.STREAMABLE_HTTP')}{START} await app.listen(81);",
        {"path": ("/mcp",), "stateless": (True,), "json_response": (True,), "transport": ("streamable-http",)},
    ),
    "mcp-nest-below-paths": (
        rekog("apiPrefix: '/p', mcpEndpoint: 'm//n/', transport: [McpTransportType.STREAMABLE_HTTP]")
        + f"{START} app.setGlobalPrefix('v'); await app.listen(81);",
        {"path": ("/v/p/m/n",), "name": ("yew",)},
    ),
    "mcp-nest-with-sessions": (
        rekog("transport: 'streamable-http', streamableHttp: { enableJsonResponse: false }")
        + f"{START} await app.listen(81);",
        {"stateless": (False,), "json_response": (False,)},
    ),
    "mcp-nest-without-sessions": (
        rekog("transport: 'streamable-http', streamableHttp: { statelessMode: true }")
        + f"{START} await app.listen(81);",
        {"stateless": (True,), "json_response": (False,)},
    ),
    "mcp-nest-on-streams": (
        rekog("transport: McpTransportType.STDIO")
        + "await NestFactory.createApplicationContext(AppModule, { logger: false });",
        {"transport": ("stdio",)},
    ),
    "stdio-of-a-service": (
        """
        @Injectable() class Service {
          async onApplicationBootstrap() { await make().connect(new StdioServerTransport()); } }
        @Module({ providers: [Service] }) class AppModule {}
        const app = await NestFactory.createApplicationContext(AppModule);
        """,
        {"transport": ("stdio",)},
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_what_is_told_of_nest(name: str):
    program, expected = ROWS[name]
    servers = started(HEAD + program).servers
    assert [{key: told(server, key) for key in expected} for server in servers] == [expected]


def test_every_path_of_a_route_is_one_of_the_same_server():
    program = f"@Controller(['a', '/b/']) class C {{ {POST} }} @Module({{ controllers: [C] }}) class AppModule {{}}"
    (server,) = started(f"{HEAD}{program}{START} await app.listen(81);").servers
    assert {server.path.only, *(each.path for each in server.endpoints)} == {"/a/mcp", "/b/mcp"}


def test_mcp_nest_speaks_both_over_http_where_nothing_else_is_said():
    found = started(f"{HEAD}{rekog('')}{START} await app.listen(81);").servers
    assert {(each.transport.only, each.path.only) for each in found} == {("streamable-http", "/mcp"), ("sse", "/sse")}


@pytest.mark.parametrize(
    "program",
    [
        # No server of MCP: a controller of something else, one that no module names, and modules that nobody knows.
        "@Controller('x') class C { @Get() h() { return 1; } } @Module({ controllers: [C] }) class AppModule {}",
        f"@Controller() class C {{ {POST} }} @Module({{ controllers: [] }}) class AppModule {{}}",
        "@Module({ imports: [McpModule.forRootAsync({ useFactory: () => ({ name: 'x', version: '1' }) })] })"
        "class AppModule {}",
        "@Module({ imports: [McpModule.forRoot({ name: 'x', version: '1', transport: somebody.transport })] })"
        "class AppModule {}",
    ],
)
def test_what_serves_no_mcp_that_is_seen(program: str):
    assert started(f"{HEAD}{program}{START} await app.listen(81);").servers == ()


def test_modules_and_services_that_ask_for_each_other_end():
    program = """
    @Injectable() class A { constructor(@Inject(forwardRef(() => B)) private readonly b) {} }
    @Injectable() class B { constructor(@Inject(forwardRef(() => A)) private readonly a) {} }
    @Module({ imports: [forwardRef(() => Other)], providers: [A, B] }) class AppModule {}
    """
    other = f"@Controller() class C {{ {POST} }} @Module({{ imports: [AppModule], controllers: [C] }}) class Other {{}}"
    (server,) = started(f"{HEAD}{program}{other}{START} await app.listen(81);").servers
    assert server.path.only == "/mcp"


@pytest.mark.parametrize(
    ("more", "closed"),
    [
        ("", True),
        ("@Module({ imports: [Somebody] }) class AppModule {}", False),
        ("@Module({ imports: somebody() }) class AppModule {}", False),
        ("@Module({ controllers: [C, somebody()] }) class AppModule {}", False),
        ("@Module({ controllers: [C] }) class AppModule { configure(consumer) { consumer.apply(x()); } }", False),
        ("@Module({ controllers: [C], imports: [McpModule.forRoot({ name: 'x' })] }) class AppModule {}", True),
    ],
)
def test_routes_are_all_known_where_every_module_is(more: str, closed: bool):
    plain = "@Module({ controllers: [C] }) class AppModule {}"
    first = f"@Controller() class C {{ {POST} }} {more or plain}"
    listens = "app.getHttpAdapter().post('/m', (q, s) => answer(make(), q, s)); await app.listen(81);"
    found = started(f"{HEAD}{first} {START} {listens}").servers
    assert {each.endpoints_closed for each in found} == {closed}
