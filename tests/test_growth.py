"""Work grows with what there is to read, not with its square: steps are counted, in every kind of file and list."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from counted import lines

from mcplint.commands import resolve
from mcplint.engine.catalogue import Catalogue
from mcplint.engine.lint import Run, run
from mcplint.knowledge import secrets
from mcplint.programs.python import imports
from mcplint.programs.python.entry_points import dropped_coroutines
from mcplint.programs.typescript import modules, packages
from mcplint.project import tree as trees
from mcplint.project.config import Config
from mcplint.project.kinds import KINDS as ROWS
from mcplint.project.kinds import kind
from mcplint.project.tree import Tree
from mcplint.proxies import routing
from mcplint.proxies.nginx import config
from mcplint.readers.nginx_lexer import tokens

Files = dict[str, str]
DOCKERFILE = 'FROM python:3.13-slim\nWORKDIR /app\nCOPY . .\n{}USER 1000\nCMD ["python", "server.py"]\n'
SERVER = 'from mcp.server.fastmcp import FastMCP\nmcp = FastMCP("b", host="0.0.0.0")\nmcp.run(transport="sse")\n'
COMPOSE = "services:\n  b:\n    build: .\n    ports: ['8000:8000']\n"
PROXIED = COMPOSE + "  proxy:\n    image: nginx:1.30\n    volumes: [./default.conf:/etc/nginx/conf.d/default.conf]\n"
PROXY = "{}server {{ listen 80; {} location /mcp {{ {} proxy_pass http://b:8000; proxy_buffering off; }} }}\n"
DOUBLING = 'a=("${a[@]}" "${a[@]}")\na+=("${a[@]}")\nb=$b$b\n'
MANIFEST = {"$schema": "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json", "name": "a.b/c"}
PODS = (
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d{0}}}\nspec:\n"
    "  selector: {{matchLabels: {{app: d{0}}}}}\n  template:\n    metadata: {{labels: {{app: d{0}}}}}\n"
    "    spec:\n      containers:\n      - name: c\n        image: b\n"
    "        command: [python, server.py]\n        ports: [{{containerPort: 8000}}]\n"
)
SERVICE = (
    "---\napiVersion: v1\nkind: Service\nmetadata: {{name: d{0}}}\n"
    "spec: {{selector: {{app: d{0}}}, ports: [{{port: 80}}]}}\n"
)


def built(steps: str = "", **others: str) -> Files:
    return {"server.py": SERVER, "Dockerfile": DOCKERFILE.format(f"RUN pip install mcp\n{steps}"), **others}


def compose(more: str, **others: str) -> Files:
    return built(**{"compose.yaml": COMPOSE + more, **others})


def nginx(above: str = "", server: str = "", location: str = "", **others: str) -> Files:
    return built(**{"compose.yaml": PROXIED, "default.conf": PROXY.format(above, server, location), **others})


def typescript(code: str) -> Files:
    return {
        "package.json": '{"name": "b", "dependencies": {"@modelcontextprotocol/sdk": "1.25.0"}}',
        "index.mjs": f'import {{ McpServer }} from "@modelcontextprotocol/sdk/server/mcp.js";\n{code}\n',
        "Dockerfile": 'FROM node:24-slim\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["node", "index.mjs"]\n',
    }


def haproxy(text: str) -> Files:
    return compose("", **{"haproxy.cfg": f"{text}backend b\n  mode http\n  server s b:8000\n"})


def caddy(text: str) -> Files:
    return compose("", Caddyfile=f"{text}:81 {{\n  reverse_proxy b:8000\n}}\n")


def lighttpd(text: str) -> Files:
    return compose("", **{"lighttpd.conf": f'{text}proxy.server = ( "" => ( ( "host" => "b", "port" => 8000 ) ) )\n'})


def installed(**files: str) -> Files:
    return {"server.py": SERVER, "Dockerfile": DOCKERFILE.format("RUN pip install -r requirements.txt .\n"), **files}


def registry(**keys: Any) -> Files:
    return built(**{"server.json": json.dumps({**MANIFEST, **keys}, indent=1)})


def each(text: str, n: int) -> str:
    """The text for every number below n, the number in its place and the next one in that of `@`."""
    return "".join(text.replace("#", str(i)).replace("@", str(i + 1)) for i in range(n))


def files(path: str, text: str, n: int) -> Files:
    return {path.replace("#", str(i)): text.replace("#", str(i)) for i in range(n)}


RECIPE = "run:\n\tpython server.py\n"


def recipe(runner: str, **others: str) -> Files:
    return built(Dockerfile=built()["Dockerfile"].replace('"python", "server.py"', f'"{runner}", "run"'), **others)


PACKAGE = {"registryType": "pypi", "identifier": "p", "version": "1.0.0", "transport": {"type": "stdio"}}
KINDS: dict[str, Callable[[int], Files]] = {
    "settings of a server": lambda n: built(
        **{"server.py": SERVER.replace("mcp.run", each("mcp.settings.port = #\n", n) + "mcp.run")}
    ),
    "services of Fly": lambda n: built(**{"fly.toml": "app = 'x'\n" + each("[[services]]\ninternal_port = 1#\n", n)}),
    "stages": lambda n: built(Dockerfile=each("FROM python:3.13 AS s#\nRUN true\n", n) + built()["Dockerfile"]),
    "runs": lambda n: built(each("RUN pip install x#\n", n)),
    "commands of a run": lambda n: built("RUN true" + each(" && \\\n  pip install x#", n) + "\n"),
    "words of a run": lambda n: built("RUN pip install" + each(" x#", n) + "\n"),
    "folders inside each other": lambda n: built(each("WORKDIR a#\n", n)),
    "a variable of an image that grows": lambda n: built("ENV A=x\n" + each("ENV A=$A/b\n", n)),
    "variables of an image": lambda n: built("ENV A0=x\n" + each("ENV A@=$A#\n", n)),
    "doubling of an argument": lambda n: built("ARG A0=x\n" + each("ARG A@=$A#$A#\n", n) + f"ENV HOST=$A{n}\n"),
    "stages that take from each other in two ways": lambda n: built(
        Dockerfile="FROM python:3.13 AS s0\nCOPY . /a/\n"
        + each("FROM python:3.13 AS s@\nCOPY --from=s# / /a/\nCOPY --from=s# /a /\n", n)
        + built()["Dockerfile"].replace("COPY . .", f"COPY --from=s{n} /a /app")
    ),
    "assignments of make": lambda n: recipe("make", Makefile=each("A := $(A)$(B)$(B)\nB = $(C)\nC = x#\n", n) + RECIPE),
    "lines of a recipe of make": lambda n: recipe("make", Makefile=RECIPE + each("\techo $(A)#\n", n)),
    "assignments of just": lambda n: recipe("just", justfile=each("a@ := a# + a#\n", n) + "a0 := 'x'\n" + RECIPE),
    "lines of a recipe of just": lambda n: recipe("just", justfile="a := 'x'\n" + RECIPE + each("\techo {{a}}#\n", n)),
    "tasks of a Taskfile": lambda n: recipe(
        "task",
        **{
            "Taskfile.yml": "tasks:\n"
            + each("  t#:\n    cmds: [{task: t@}, {task: t@}]\n", n)
            + "  run: {deps: [t0]}\n"
        },
    ),
    "copies": lambda n: built(each("COPY f#.txt /app/\n", n), **files("f#.txt", "", n)),
    "commands of a here-document": lambda n: built("RUN <<EOF\nset -e\n" + each("uv sync --locked\n", n) + "EOF\n"),
    "here-documents": lambda n: built(each("RUN <<EOF\necho #\nEOF\n", n)),
    "an array": lambda n: built(f"RUN {json.dumps(['a'] * n)}\n"),
    "labels": lambda n: built(each("LABEL a#=x\n", n)),
    "ignores": lambda n: built(each("ENV A#=b # mcplint: ignore[root-user]\n", n)),
    "services": lambda n: compose(each("  s#:\n    image: x\n", n)),
    "services that are built": lambda n: compose(each("  s#:\n    build: .\n", n)),
    "dependencies of services": lambda n: compose(
        each("  s#:\n    image: x\n    depends_on: [s@, b]\n", n) + f"  s{n}:\n    image: x\n"
    ),
    "a service's dependencies": lambda n: compose(
        "    depends_on:\n" + each("    - s#\n", n) + each("  s#:\n    image: x\n", n)
    ),
    "extended services": lambda n: compose(each("  s#:\n    extends: s@\n", n) + f"  s{n}:\n    image: x\n"),
    "networks": lambda n: compose("    networks:\n" + each("    - n#\n", n) + "networks:\n" + each("  n#: {}\n", n)),
    "variables of a service": lambda n: compose("    environment:\n" + each("    - A#=b\n", n)),
    "volumes": lambda n: compose("    volumes:\n" + each("    - ./v#:/v#\n", n)),
    "documents": lambda n: compose("---\n" + each("services:\n  s#:\n    image: x\n---\n", n) + "services: {}\n"),
    "included files": lambda n: compose(
        "include:\n" + each("- i#.yaml\n", n), **files("i#.yaml", "services:\n  s#:\n    image: x\n", n)
    ),
    "included files that include": lambda n: compose(
        "include: [i0.yaml]\n",
        **{f"i{i}.yaml": f"include: [i{i + 1}.yaml, i{i + 2}.yaml]\n" for i in range(n)},
        **dict.fromkeys((f"i{n}.yaml", f"i{n + 1}.yaml"), "services: {}\n"),
    ),
    "overrides": lambda n: compose("", **files("compose.o#.yaml", "services:\n  b:\n    environment: {A#: x}\n", n)),
    "files of variables": lambda n: compose(
        "    env_file:\n" + each("    - e#.env\n", n), **files("e#.env", "A#=b\n", n)
    ),
    "variables that each add a letter": lambda n: compose(
        "    env_file: e.env\n", **{"e.env": "A0=x\n" + each("A@=${A#}b\n", n)}
    ),
    "variables": lambda n: compose("    env_file: e.env\n", **{"e.env": "A0=x\n" + each("A@=${A#}\n", n)}),
    "doubling of a variable": lambda n: compose(
        f"    environment: {{X: $A{n}}}\n", **{".env": "A0=x\n" + each("A@=${A#}${Q:-$A#}\n", n)}
    ),
    "servers of nginx": lambda n: nginx(
        each("server { server_name h#; location /mcp { proxy_pass http://b:8000; } }\n", n)
    ),
    "locations": lambda n: nginx(server=each("location ~ ^/x# { return 404; }\n", n)),
    "locations of a server": lambda n: nginx(
        "proxy_read_timeout 9s;\n", each("location /x# { proxy_pass http://b:8000; }\n", n)
    ),
    "ports that are open": lambda n: compose(
        "    expose: [9000]\n",
        **{"compose.override.yaml": "services:\n  b:\n    ports:\n" + each("    - '1#:8000'\n", n)},
    ),
    "options of a command": lambda n: compose("    command: [bash" + each(", -x#", n) + "]\n"),
    "variables of a line of Caddy": lambda n: caddy(":80 {\n respond " + each("{$A#}", n) + "\n}\n"),
    "ports of one number": lambda n: compose(
        "  c:\n    image: x\n    ports:\n" + each("    - '127.0.0.1:9000:#'\n", n)
    ),
    "builds in a script": lambda n: built(**{"build.sh": each("cd d#\ndocker build -t x# .\n", n)}),
    "upstreams": lambda n: nginx(each("upstream u# { server b:8000; }\n", n)),
    "members of an upstream": lambda n: nginx("upstream u {" + each(" server b:#;", n) + "}\n"),
    "headers of a location": lambda n: nginx(location=each("proxy_set_header X# y;\n", n)),
    "variables of nginx": lambda n: nginx(location="set $a x;" + "set $a $a$a;\n" * n + "proxy_set_header Host $a;"),
    "conditions": lambda n: nginx(location=each("if ($a = b#) { return 403; }\n", n)),
    "a map": lambda n: nginx("map $http_x $y {\n" + each("  a# b#;\n", n) + "}\n"),
    "maps": lambda n: nginx(each("map $http_x $m@ { default $m#$m#; }\n", n), location=f"proxy_set_header Host $m{n};"),
    "names of a pattern and the rest": lambda n: typescript(
        f"const {{{each('a#, ', n)}...b}} = {{{each('a#: 1, ', n)}}};"
    ),
    "names of a server": lambda n: nginx(server="server_name" + each(" h#", n) + ";"),
    "comments of nginx": lambda n: nginx("#\n" * n),
    "a long comment": lambda n: nginx("#" * n + "\n"),
    "files of nginx": lambda n: nginx(**files("d#/nginx.conf", PROXY.format("", "", ""), n)),
    "included files of nginx": lambda n: nginx(
        location=each("include x/f#.conf;\n", n), **files("x/f#.conf", "proxy_set_header X# y;\n", n)
    ),
    "sites of Caddy": lambda n: caddy(each("s#.example.com {\n  reverse_proxy /mcp* b:8000\n}\n", n)),
    "handles of Caddy": lambda n: caddy(":80 {\n" + each("handle /h#* {\n  reverse_proxy b:8000\n}\n", n) + "}\n"),
    "handles that answer nothing": lambda n: caddy(":80 {\n" + each("route /h#* {\n  header A b\n}\n", n) + "}\n"),
    "paths of a matcher": lambda n: caddy(
        ":80 {\n@m path " + each("/p# ", n) + "\nhandle @m {\n  reverse_proxy @m b:8000\n}\n}\n"
    ),
    "imports of Caddy": lambda n: caddy("(s) {\n  import s\n  import s\n}\n:80 {\n" + "import s\n" * n + "}\n"),
    "rewrites of Caddy": lambda n: caddy(":80 {\n" + "uri strip_prefix /a\n" * n + "reverse_proxy b:8000\n}\n"),
    "routers of Traefik": lambda n: compose(
        "    labels:\n"
        + each(
            "    - traefik.http.routers.r#.rule=PathPrefix(`/r#`)\n    - traefik.http.routers.r#.service=s#\n"
            "    - traefik.http.routers.r#.middlewares=m#\n"
            "    - traefik.http.services.s#.loadbalancer.server.port=8000\n"
            "    - traefik.http.middlewares.m#.stripprefix.prefixes=/r#\n",
            n,
        )
    ),
    "doubling of an array": lambda n: built(
        Dockerfile=built()["Dockerfile"].replace('["python", "server.py"]', '["sh", "run.sh"]'),
        **{
            "run.sh": "a=(x y)\n"
            + 'a=("${a[@]}" "${a[@]}")\na+=("${a[@]}")\nb=$b$b\n' * n
            + 'python server.py "$b" "${a[@]}"\n'
        },
    ),
    "doubling of what TypeScript joins": lambda n: typescript(
        "let a = [1, 2], b = ['x'], c = 'xx', d = 'xx', e = 'x';\n"
        + "a = [...a, ...a]; b = b.concat(b); c = c.concat(c); d = [d, d].join(''); e += e;\n" * n
    ),
    "services that call each other": lambda n: compose(
        each(
            "  s#:\n    image: a\n    ports: ['#:9000', '7#:8000']\n    env_file: [e#.env]\n"
            "    environment:\n      A: http://b:8000 http://localhost:7# http://s#:9000\n",
            n,
        )
    ),
    "backends": lambda n: haproxy("frontend f\n  bind :80\n" + each("backend b#\n  server s b:8000\n", n)),
    "conditions of HAProxy": lambda n: haproxy(
        "frontend f\n  mode http\n  bind :80\n" + each("  acl a# path_beg /x#\n  use_backend b if a#\n", n)
    ),
    "conditions of lighttpd": lambda n: lighttpd(
        each(
            '$HTTP["url"] =^ "/x#" { server.stream-response-body = 1\n'
            'proxy.server = ( "" => ( ( "host" => "b", "port" => 8000 ) ) ) }\n',
            n,
        )
    ),
    "entries of lighttpd": lambda n: lighttpd(
        each('proxy.server += ( "/x#" => ( ( "host" => "b", "port" => 8000 ) ) )\ninclude "x#.conf"\n', n)
    ),
    "pods": lambda n: built(**{"k.yaml": "---\n".join(PODS.format(i) + SERVICE.format(i) for i in range(n))}),
    "variables of a pod": lambda n: built(
        **{
            "k.yaml": PODS.format(0)
            + "        env:\n        - {name: A0, value: x}\n"
            + each("        - {name: A@, value: $(A#)$(A#)}\n", n)
        }
    ),
    "kustomizations": lambda n: built(
        **{"k/kustomization.yaml": "resources:\n" + each("- k#.yaml\n", n)},
        **files("k/k#.yaml", SERVICE.format(0), n),
    ),
    "processes": lambda n: built(Procfile=each("w#: echo #\n", n)),
    "blanks of a Procfile": lambda n: built(Procfile="web:" + " " * n + "\nweb: python server.py\n"),
    "an app on Fly": lambda n: built(**{"fly.toml": 'app = "x"\n[env]\n' + each('A# = "x"\n', n)}),
    "services on Render": lambda n: built(
        **{"render.yaml": "services:\n" + each("- {type: web, name: w#, runtime: docker, dockerCommand: echo}\n", n)}
    ),
    "packages": lambda n: registry(packages=[{**PACKAGE, "identifier": f"p{i}"} for i in range(n)]),
    "remotes": lambda n: registry(remotes=[{"type": "sse", "url": f"https://h{i}.example.com"} for i in range(n)]),
    "variables of a package": lambda n: registry(
        packages=[{**PACKAGE, "environmentVariables": [{"name": f"A{i}"} for i in range(n)]}]
    ),
    "keys that are given twice": lambda n: built(**{"server.json": "{" + '"name": "a.b/c",' * n + '"version": "1"}'}),
    "comments of JSON": lambda n: built(**{"server.json": "{" + "// x\n" * n + '"name": "a.b/c"}'}),
    "steps of a workflow": lambda n: {
        **registry(),
        ".github/workflows/r.yml": "jobs:\n" + each("  a#:\n    steps:\n    - run: mcp-publisher publish\n", n),
    },
    "servers of a client": lambda n: built(
        **{".mcp.json": json.dumps({"mcpServers": {f"s{i}": {"url": "http://localhost:8000/mcp"} for i in range(n)}})}
    ),
    "requirements": lambda n: installed(**{"requirements.txt": "mcp\n" + each("p#>=1\n", n)}),
    "files of requirements": lambda n: installed(
        **{"requirements.txt": each("-r r#.txt\n", n)}, **files("r#.txt", "-r r0.txt\nx\n", n)
    ),
    "dependencies": lambda n: installed(
        **{"pyproject.toml": '[project]\nname = "b"\ndependencies = ["mcp",\n' + each('"p#>=1",\n', n) + "]\n"}
    ),
    "groups": lambda n: installed(
        **{
            "pyproject.toml": "[dependency-groups]\n"
            + each('g# = ["p#", {include-group = "g@"}]\n', n)
            + f"g{n} = []\n"
        }
    ),
    "console scripts": lambda n: installed(
        **{"pyproject.toml": "[project.scripts]\n" + each('c# = "server:main"\n', n)}
    ),
    "a lock": lambda n: installed(
        **{"pyproject.toml": "", "uv.lock": "version = 1\n" + each('[[package]]\nname = "p#"\nversion = "1"\n\n', n)}
    ),
    "metadata": lambda n: {**registry(), **files("d#/pyproject.toml", '[project]\nname = "p#"\n', n)},
    "files of other kinds": lambda n: built(**files("d#/x.txt", "", n)),
    "modules": lambda n: built(**files("d#/x.py", "import mcp\n", n)),
    "paths of a tsconfig": lambda n: {
        **typescript(""),
        "tsconfig.json": json.dumps({"compilerOptions": {"paths": {f"a{i}/*": [f"./src/{i}/*"] for i in range(n)}}}),
    },
    "declarations": lambda n: {**typescript(""), "index.d.ts": each("export declare const a#: string;\n", n)},
    "dependencies of a package": lambda n: {
        **typescript(""),
        "package.json": json.dumps(
            {"name": "b", "dependencies": {"@modelcontextprotocol/sdk": "1.25.0", **{f"p{i}": "^1" for i in range(n)}}}
        ),
    },
    "a lock of npm": lambda n: {
        **typescript(""),
        "package-lock.json": json.dumps(
            {"lockfileVersion": 3, "packages": {f"node_modules/p{i}": {"version": "1.0.0"} for i in range(n)}}, indent=1
        ),
    },
    "patterns of .dockerignore": lambda n: built(**{".dockerignore": each("a#/**\n!a#/b\n", n)}),
    "steps of Cloud Build": lambda n: built(
        **{
            "cloudbuild.yaml": "steps:\n"
            + each("- {name: gcr.io/cloud-builders/docker, args: [build, ., -t, a#]}\n", n)
        }
    ),
    "variables of Heroku": lambda n: built(**{"app.json": json.dumps({"env": {f"A{i}": "b" for i in range(n)}})}),
    "commands of Railway": lambda n: built(
        **{"railway.json": json.dumps({"deploy": {"startCommand": "python server.py" + each(" --a#", n)}})}
    ),
    "variables of a unit": lambda n: built(
        **{"b.service": "[Service]\n" + each("Environment=A#=b\n", n) + "ExecStart=python server.py\n"}
    ),
    "settings of mcplint": lambda n: built(**{"mcplint.toml": "[ignore]\n" + each('"a#/**" = ["root-user"]\n', n)}),
    "requirements of setup.cfg": lambda n: installed(
        **{"setup.cfg": "[metadata]\nname = b\n[options]\ninstall_requires =\n  mcp\n" + each("  p#>=1\n", n)}
    ),
    "a Pipfile": lambda n: installed(Pipfile="[packages]\nmcp = '*'\n" + each('p# = ">=1"\n', n)),
    "a lock of Pipenv": lambda n: installed(
        **{"Pipfile.lock": json.dumps({"default": {f"p{i}": {"version": "==1.0"} for i in range(n)}}, indent=1)}
    ),
    "environment of fastmcp.json": lambda n: built(
        **{
            "fastmcp.json": json.dumps(
                {"source": {"path": "server.py"}, "deployment": {"env": {f"A{i}": "b" for i in range(n)}}}
            )
        }
    ),
    "settings of a bundle": lambda n: built(
        **{
            "manifest.json": json.dumps(
                {
                    "manifest_version": "0.3",
                    "server": {"type": "python", "entry_point": "server.py"},
                    "user_config": {f"a{i}": {"type": "string", "title": "a"} for i in range(n)},
                }
            )
        }
    ),
    "routers of a file of Traefik": lambda n: compose(
        "",
        **{
            "traefik/dynamic.toml": each('[http.routers.r#]\nrule = "PathPrefix(`/r#`)"\nservice = "s"\n', n)
            + '[[http.services.s.loadBalancer.servers]]\nurl = "http://b:8000"\n'
        },
    ),
    "lines of a readme": lambda n: registry() | {"README.md": each("Line # of `b`.\n", n)},
    "programs of a supervisor": lambda n: built(
        Dockerfile=built()["Dockerfile"].replace('"python", "server.py"', '"supervisord", "-c", "supervisord.conf"'),
        **{"supervisord.conf": each("[program:p#]\ncommand=echo #\n", n)},
    ),
}


@pytest.fixture(scope="module")
def rules() -> Catalogue:
    catalogue = Catalogue()
    list(catalogue.values())
    return catalogue


def unreadable(ran: Run) -> list[str]:
    """What a run says of files that it does not read or follow as a whole."""
    return [each.finding.message for each in ran.diagnostics if each.rule == "unreadable-file"]


def steps(project: Files, rules: Catalogue) -> int:
    """The lines that are run to lint a project."""

    def lint() -> None:
        ran = run(Tree.of(project), rules, Config())
        assert [found for found in ran.diagnostics if found.rule == "internal-error"] == []

    return lines(lint)


@pytest.mark.parametrize("name", KINDS)
def test_four_times_the_input_takes_at_most_five_times_the_steps(name: str, rules: Catalogue) -> None:
    steps(KINDS[name](2), rules)
    few, many = (steps(KINDS[name](n), rules) for n in (16, 64))
    assert many <= 5 * few


def test_every_kind_of_file_grows_in_one_of_these() -> None:
    grown = {found.name for make in KINDS.values() for path in make(2) if (found := kind(path))}
    assert {row.name for row in ROWS} - {"other"} <= grown


def test_annotations_are_asked_once_for_all_paths_of_an_ingress(rules: Catalogue) -> None:
    def ingress(n: int) -> Files:
        path = "      - {path: /a#, pathType: Prefix, backend: {service: {name: d0, port: {number: 80}}}}\n"
        text = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata:\n  name: a\n  annotations:\n"
        text += each("    x#/a: b\n", n) + "spec:\n  rules:\n  - http:\n      paths:\n" + each(path, n)
        return built(**{"k.yaml": f"{text}---\n{PODS.format(0)}{SERVICE.format(0)}"})

    steps(ingress(2), rules)
    few, many = (steps(ingress(n), rules) for n in (60, 240))
    assert many <= 5 * few


def test_a_file_is_looked_through_once_for_all_coroutines_that_it_drops() -> None:
    def asked(n: int) -> int:
        code = each("async def f#():\n    a = 1\n    b = 2\n    return a\nf#()\n", n)
        tree = Tree.of({"server.py": code})
        return lines(lambda: len(list(dropped_coroutines(tree, ("",), "server.py"))))

    few, many = (asked(n) for n in (40, 160))
    assert many <= 5 * few


WIDE: dict[str, Callable[[int], Files]] = {
    "sources of a COPY": lambda n: built("COPY" + each(" f#", n) + " /x/\n"),
    "sources of a COPY that lie elsewhere": lambda n: built("COPY" + each(" f#", n) + " /x/\n", **files("d/f#", "", n)),
    "sources of an ADD": lambda n: built("ADD" + each(" f#", n) + " /x/\n"),
    "volumes of an image": lambda n: built("VOLUME" + each(" /v#", n) + "\n"),
    "ports of an EXPOSE": lambda n: built("EXPOSE" + each(" 1#", n) + "\n"),
    "variables of an ENV": lambda n: built("ENV" + each(" A#=b", n) + "\n"),
    "arguments of an ARG": lambda n: built("ARG" + each(" A#=b", n) + "\n"),
    "labels of a LABEL": lambda n: built("LABEL" + each(" A#=b", n) + "\n"),
    "folders that a RUN enters": lambda n: built("RUN " + "cd a && " * n + "true\n"),
    "requirements without quotes": lambda n: built("RUN pip install" + each(" p#>1", n) + "\n"),
    "requirement files that are referred to": lambda n: installed(**{"requirements.txt": each("-r r#.txt\n", n)}),
    "words of a command": lambda n: compose("    command: [python, server.py" + each(", a#", n) + "]\n"),
    "applications of one server": lambda n: {
        **built(),
        "server.py": "from mcp.server.fastmcp import FastMCP\nfrom starlette.applications import Starlette\n"
        "from starlette.routing import Mount\nimport uvicorn\nmcp = FastMCP('b', host='0.0.0.0')\n"
        + "app = Starlette(routes=["
        + each("Mount('/a#', mcp.sse_app()), ", n)
        + "])\nuvicorn.run(app, host='0.0.0.0')\n",
    },
}


@pytest.mark.parametrize("kind", WIDE)
def test_steps_grow_with_what_one_line_names(kind: str, rules: Catalogue) -> None:
    steps(WIDE[kind](2), rules)
    few, many = (steps(WIDE[kind](n), rules) for n in (16, 64))
    assert many <= 5 * few


def test_the_sources_that_a_copy_does_not_find_do_not_each_keep_its_text(rules: Catalogue) -> None:
    project = WIDE["sources of a COPY"](2_000)
    run(Tree.of(project), rules, Config())
    tracemalloc.start()
    run(Tree.of(project), rules, Config())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12_000_000


@pytest.mark.parametrize("word", ["RUN pip install", "ENV A=b", "COPY", "LABEL a=b", "EXPOSE", "VOLUME"])
def test_a_dockerfile_that_is_too_long_is_said_to_be_not_read(word: str, rules: Catalogue) -> None:
    more = {"ENV A=b": "A=b", "LABEL a=b": "a=b", "EXPOSE": "1"}.get(word, "/a")
    ran = run(
        Tree.of(installed(**built(f"{word} {f'{more} ' * 60_000}\n"), **{"requirements.txt": "mcp\n"})), rules, Config()
    )
    said = unreadable(ran)
    assert said == ["cannot read Dockerfile: larger than 100,000 characters"]


def test_a_program_with_thousands_of_applications_is_given_up_and_that_is_said(rules: Catalogue) -> None:
    ran = run(Tree.of(WIDE["applications of one server"](1000)), rules, Config())
    assert "unfollowed-start" in {each.rule for each in ran.diagnostics}


LONG = "rm" + " /a" * 40_000
SHELL = ["sh", "-c", f"{LONG}\nexec python server.py"]
COMMANDS: dict[str, Files] = {
    "start.sh": built(
        Dockerfile=built()["Dockerfile"].replace('"python", "server.py"', '"sh", "start.sh"'),
        **{"start.sh": f"{LONG}\nexec python server.py\n"},
    ),
    "compose.yaml": compose(f"    command: {LONG}\n"),
    "compose.yml": built(**{"compose.yml": COMPOSE + f"    entrypoint: {json.dumps(SHELL)}\n"}),
    "docker-compose.yml": built(**{"docker-compose.yml": COMPOSE + f"    healthcheck: {{test: {LONG}}}\n"}),
    "k.yaml": built(**{"k.yaml": PODS.format(0).replace("[python, server.py]", json.dumps(SHELL))}),
    "Procfile": built(**{"requirements.txt": "mcp\n", "Procfile": f"web: {LONG}; python server.py\n"}),
    "b.service": built(**{"b.service": f"[Service]\nExecStart=/bin/sh -c '{LONG}; python server.py'\n"}),
    "fly.toml": built(**{"fly.toml": f'app = "x"\n[processes]\napp = "{LONG}"\n'}),
    "railway.json": built(**{"railway.json": json.dumps({"deploy": {"startCommand": LONG}})}),
    "package.json": {
        **typescript(""),
        "Dockerfile": typescript("")["Dockerfile"].replace('"node", "index.mjs"', '"npm", "start"'),
        "package.json": json.dumps(
            {**json.loads(typescript("")["package.json"]), "scripts": {"start": f"{LONG} && node index.mjs"}}
        ),
    },
}


@pytest.mark.parametrize("path", COMMANDS)
def test_a_command_that_is_too_long_is_not_followed_and_that_is_said(path: str, rules: Catalogue) -> None:
    ran = run(Tree.of(COMMANDS[path]), rules, Config())
    said = unreadable(ran)
    assert said == [f"{path} has a command of more than 100,000 characters or 5,000 lines"]
    assert steps(COMMANDS[path], rules) < 200_000


WORDS = ["python", "server.py", *("a" * 6_000)]
LISTS = {
    "compose.yaml": compose(f"    command: {json.dumps(WORDS)}\n"),
    "k.yaml": built(**{"k.yaml": PODS.format(0).replace("[python, server.py]", json.dumps(WORDS))}),
    "b.service": built(**{"b.service": f"[Service]\nExecStart={' '.join(WORDS)}\n"}),
    "package.json": {
        **COMMANDS["package.json"],
        "package.json": json.dumps(
            {**json.loads(typescript("")["package.json"]), "scripts": {"start": f"node index.mjs{' a' * 6_000}"}}
        ),
    },
}


@pytest.mark.parametrize("path", LISTS)
def test_a_command_of_too_many_words_is_not_followed_and_that_is_said(path: str, rules: Catalogue) -> None:
    ran = run(Tree.of(LISTS[path]), rules, Config())
    said = unreadable(ran)
    assert said == [f"{path} has a command of more than 5,000 words"]
    assert steps(LISTS[path], rules) < 400_000  # YAML is read first


def test_commands_of_too_many_words_together_are_not_followed_and_that_is_said(rules: Catalogue) -> None:
    units = files("s#.service", f"[Service]\nExecStart={' '.join(WORDS[:4_500])}\n", 13)
    ran = run(Tree.of(built(**units)), rules, Config())
    said = unreadable(ran)
    assert said == ["s8.service has more words of commands than are followed"]


def test_commands_that_are_too_long_together_are_not_followed_and_that_is_said(rules: Catalogue) -> None:
    long = "rm" + " /a" * 30_000
    service = "  s#:\n    build: .\n    command: [sh, s#.sh]\n"
    scripts = files("s#.sh", f"# #\n{long}\nexec python server.py\n", 9)
    ran = run(Tree.of(compose(each(service, 9), **scripts)), rules, Config())
    said = unreadable(ran)
    assert said == [f"s{number}.sh has more commands than are followed" for number in range(4, 9)]


@pytest.mark.parametrize("step", ["if ($a = b) { return 403; }\n", "rewrite ^/a /b last;\n", "set $a b;\n"])
def test_rewrites_without_end_are_not_run(step: str, rules: Catalogue) -> None:
    ran = run(Tree.of(nginx(server=step * 2_100)), rules, Config())
    assert "where it leads depends on the request" in [each.why for each in ran.deployment.loose]
    assert ran.deployment.routes == ()


def test_a_here_document_of_thousands_of_commands_is_not_followed_and_that_is_said(rules: Catalogue) -> None:
    ran = run(Tree.of(built("RUN <<E\n" + "a b\n" * 6_000 + "E\n")), rules, Config())
    said = unreadable(ran)
    assert said == ["Dockerfile has a command of more than 100,000 characters or 5,000 lines"]


def test_what_a_function_of_helm_doubles_is_given_up(rules: Catalogue) -> None:
    text = PODS.format(0).replace("image: b", "image: {{ .Values.image" + " | quote" * 60 + " }}")
    chart = {"chart/Chart.yaml": "name: c\nversion: 1.0.0\n", "chart/values.yaml": "image: b\n"}
    run(Tree.of(built(**chart, **{"chart/templates/d.yaml": text})), rules, Config())
    tracemalloc.start()
    run(Tree.of(built(**chart, **{"chart/templates/d.yaml": text})), rules, Config())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("compose.yaml", "services:\n" + each("  s#: {build: .}\n", 1_210)),
        ("fly.toml", 'app = "x"\n[processes]\n' + each('p# = "python server.py"\n', 1_210)),
        ("Procfile", each("w#: python server.py\n", 1_210)),
    ],
    ids=["compose", "fly", "Procfile"],
)
def test_only_so_many_containers_are_followed_and_that_is_said(rules: Catalogue, path: str, text: str) -> None:
    ran = run(Tree.of(built(**{path: text})), rules, Config())
    assert len(ran.deployment.containers) <= 1_200
    said = unreadable(ran)
    assert said == [f"{path} has a container after the first 1,200, the most that are followed"]


def test_only_so_many_servers_of_clients_are_followed_and_that_is_said(rules: Catalogue) -> None:
    entry = {"command": "python", "args": ["server.py"]}
    text = json.dumps({"mcpServers": {f"s{number}": entry for number in range(1_210)}})
    ran = run(Tree.of({"server.py": SERVER, ".mcp.json": text}), rules, Config())
    assert len(ran.deployment.clients) == 1_200
    said = unreadable(ran)
    assert said == [".mcp.json names a server after the first 1,200 of clients, the most that are followed"]


def test_a_thousand_services_are_followed_whole(rules: Catalogue) -> None:
    ran = run(Tree.of(built(**{"compose.yaml": "services:\n" + each("  s#: {build: .}\n", 1_000)})), rules, Config())
    assert len(ran.deployment.servers) == 1_000
    assert not [each for each in ran.diagnostics if each.rule == "unreadable-file"]


def test_a_chain_of_thousands_of_operands_is_not_followed(rules: Catalogue) -> None:
    chained = built(**{"server.py": f"a = {'1 and ' * 20_000}2\n{SERVER}"})
    run(Tree.of(chained), rules, Config())
    tracemalloc.start()
    ran = run(Tree.of(chained), rules, Config())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert ran.deployment.servers
    assert peak < 60_000_000


def test_what_the_operands_before_one_leave_of_names_is_paid_for(rules: Catalogue) -> None:
    chains = f"const a = {'process.env.A || ' * 150}2;\n" * 100
    ran = run(Tree.of(typescript(chains)), rules, Config())
    said = unreadable(ran)
    assert said == ["index.mjs starts a program too large to be followed completely"]


def test_a_string_with_very_many_fields_is_not_parsed_and_that_is_said(rules: Catalogue) -> None:
    for quote in ("'", '"""'):
        text = f"a = f{quote}{'{x}' * 25_000}{quote}\n{SERVER}"
        ran = run(Tree.of(built(**{"server.py": text})), rules, Config())
        said = [(each.severity, each.finding.message) for each in ran.diagnostics if each.rule == "unreadable-file"]
        assert said == [("warning", "cannot read server.py: a string with more than 20,000 fields")]


def test_data_with_very_many_braces_is_parsed(rules: Catalogue) -> None:
    text = f"A = [{'{}, ' * 25_000}]\nB = f'{{A}}'\n{SERVER}"
    ran = run(Tree.of(built(**{"server.py": text})), rules, Config())
    assert ran.deployment.servers
    assert not [each for each in ran.diagnostics if each.rule == "unreadable-file"]


@pytest.mark.parametrize(
    "statements",
    ["const a = [];\n" + "a.push(1);\n" * 8_000, "let a = {};\n" + each("a = {...a, b#: 1};\n", 4_000)],
    ids=["push", "spread"],
)
def test_a_copy_for_each_statement_is_paid_for(rules: Catalogue, statements: str) -> None:
    ran = run(Tree.of(typescript(statements)), rules, Config())
    said = unreadable(ran)
    assert said == ["index.mjs starts a program too large to be followed completely"]


def test_a_program_of_thousands_of_servers_is_given_up_and_that_is_said(rules: Catalogue) -> None:
    many = each("m# = FastMCP('b#')\n", 2_500)
    ran = run(
        Tree.of(built(**{"server.py": f"from mcp.server.fastmcp import FastMCP\n{many}{SERVER}"})), rules, Config()
    )
    said = unreadable(ran)
    assert said == ["server.py starts a program too large to be followed completely"]


def test_what_many_containers_share_is_counted_for_each(rules: Catalogue) -> None:
    shared = "[env]\n" + each("A# = 'b'\n", 600) + each("[[services]]\ninternal_port = 1#\n", 600)
    text = "app = 'x'\n[processes]\n" + each("p# = 'python server.py'\n", 100) + shared
    ran = run(Tree.of(built(**{"fly.toml": text})), rules, Config())
    said = unreadable(ran)
    most = "the first 50,000 variables, ports and checks, the most that are followed"
    assert said == [f"fly.toml has a container after {most}"]
    assert 30 < len(ran.deployment.containers) < 50


def test_a_file_of_python_with_very_many_words_is_not_parsed_and_that_is_said(rules: Catalogue) -> None:
    for text in ("a@a\n" * 110_000, f"a = [{'x,' * 310_000}]\n"):
        ran = run(Tree.of(built(**{"server.py": f"{text}{SERVER}"})), rules, Config())
        said = [(each.severity, each.finding.message) for each in ran.diagnostics if each.rule == "unreadable-file"]
        assert said == [("warning", "cannot read server.py: more than 300,000 words and signs")]


def test_each_look_for_a_module_is_paid_for(rules: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "LOOK", 100 * imports.LOOK)
    names = "from other import " + ", ".join(f"a{number}" for number in range(250))
    ran = run(Tree.of(built(**{"server.py": f"{names}\n{SERVER}"})), rules, Config())
    said = unreadable(ran)
    assert said == ["server.py starts a program too large to be followed completely"]


def test_the_builds_of_one_line_of_a_recipe_are_looked_for_near_its_start_and_that_is_said(rules: Catalogue) -> None:
    def project(n: int) -> Files:
        line = "docker build -t a . && " * n
        package = json.loads(typescript("")["package.json"])
        return {**typescript(""), "package.json": json.dumps({**package, "scripts": {"images": f"{line}true"}})}

    ran = run(Tree.of(project(600)), rules, Config())
    said = unreadable(ran)
    assert said == ["package.json builds an image after the first 10,000 characters of a line"]


def test_a_long_comment_of_nginx_takes_no_step_for_each_character(rules: Catalogue) -> None:
    few, many = (steps(nginx(f"# {'a b # ' * n}\n"), rules) for n in (100, 2_000))
    assert many <= 1.2 * few


def test_a_quoted_word_that_looks_like_a_long_comment_keeps_its_text() -> None:
    long = f"a # {'b c ' * 60}"
    text = f"add_header X \"{long}\"; # {long} '\"\\\\\nadd_header Y '{long}' \\ # {long};"
    said = [text[token.start : token.end] for token in tokens(text)[0]]
    assert said[:7] == ["add_header", "X", f'"{long}"', ";", "add_header", "Y", f"'{long}'"]


def test_only_so_many_programs_of_a_supervisor_are_followed_and_that_is_said(
    rules: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def project(n: int) -> Files:
        conf = "[program:p#]\ncommand=python /app/server.py --name #\n"
        dockerfile = built()["Dockerfile"].replace('"python", "server.py"', '"supervisord", "-c", "supervisord.conf"')
        return built(Dockerfile=dockerfile, **{"supervisord.conf": each(conf, n)})

    monkeypatch.setattr(resolve, "MOST_STARTS", 10)
    few, many = (steps(project(n), rules) for n in (15, 60))
    assert many <= 4 * few
    ran = run(Tree.of(project(15)), rules, Config())
    said = unreadable(ran)
    assert said == ["supervisord.conf has a command that starts more than 10 programs, the most that are followed"]


def test_each_option_of_a_command_is_paid_for_by_those_before(rules: Catalogue) -> None:
    options = "".join(f"@click.option('--a{number}', default='b')\n" for number in range(2_500))
    command = f"import click\n@click.command()\n{options}def g(**k): pass\ng()\n"
    ran = run(Tree.of(built(**{"server.py": f"{command}{SERVER}"})), rules, Config())
    said = unreadable(ran)
    assert said == ["server.py starts a program too large to be followed completely"]


def test_python_of_many_files_together_is_bounded_and_that_is_said_once(
    rules: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trees, "MOST_WEIGHT", 4_000)
    imports = each("import m#\n", 40)
    project = built(**{"server.py": imports + SERVER}, **files("m#.py", "A# = [" + "1, " * 500 + "]\n", 40))
    tree = Tree.of(project)
    ran = run(tree, rules, Config())
    unread = [each.span.source.path for each in tree.problems.values()]
    assert len(unread) > 30
    said = [
        each.finding.message for each in ran.diagnostics if (each.rule, each.severity) == ("unreadable-file", "warning")
    ]
    assert said == [f"cannot read {unread[0]}: which comes after the most Python that is read in one run"]


def test_bodies_of_functions_count_little_for_what_is_read_of_python(rules: Catalogue) -> None:
    body = "def f#(a):\n    b = [a]\n" + "    c = [a, b, 1, 2, 3, 'x', {'k': a}]\n" * 20 + "    return c\n"
    tree = Tree.of(built(**{"server.py": f"{each(body, 100)}{SERVER}"}))
    run(tree, rules, Config())
    assert tree.weight < len(tree.glance("server.py")) // 20


@pytest.mark.parametrize("statement", ["import a# from './a#.js';\n", "const a# = require('./a#');\n"])
def test_where_an_import_leads_is_looked_for_once(
    rules: Catalogue, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    looked: list[str] = []

    def source_of(tree: Tree, path: str) -> str | None:
        looked.append(path)
        return packages.source_of(tree, path)

    monkeypatch.setattr(modules, "source_of", source_of)
    run(Tree.of(typescript(each(statement, 50))), rules, Config())
    assert len(looked) == len({*looked}) == 50


def test_only_so_many_routes_are_followed_and_that_is_said(rules: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routing, "MOST_RULES", 10)
    routers = each("    r#: {rule: 'PathPrefix(`/r#`)', service: s}\n", 20)
    text = (
        f"http:\n  routers:\n{routers}  services:\n    s: {{loadBalancer: {{servers: [{{url: 'http://b:8000'}}]}}}}\n"
    )
    ran = run(Tree.of(compose("", **{"traefik.yml": text})), rules, Config())
    assert len(ran.deployment.routes) == 10
    said = unreadable(ran)
    assert said == ["traefik.yml has a route after the first 10, the most that are followed"]


@pytest.mark.parametrize(
    "path, one, text",
    [
        (
            "default.conf",
            "server s#:8000; ",
            "upstream u {{ {} }}\nserver {{ location / {{ proxy_pass http://u; }} }}\n",
        ),
        ("haproxy.cfg", "  server s# s#:8000\n", "frontend f\n  bind :80\n  default_backend u\nbackend u\n{}"),
        ("Caddyfile", "s#:8000 ", ":81 {{\n  reverse_proxy {}\n}}\n"),
        ("lighttpd.conf", '("host" => "s#", "port" => 8000), ', 'proxy.server = ( "" => ({}) )\n'),
        (
            "traefik.yml",
            "{url: 'http://s#:8000'}, ",
            "http: {{routers: {{r: {{rule: 'Host(`a`)', service: s}}}},"
            " services: {{s: {{loadBalancer: {{servers: [{}]}}}}}}}}\n",
        ),
    ],
    ids=["nginx", "haproxy", "caddy", "lighttpd", "traefik"],
)
def test_only_so_many_upstream_servers_of_a_route_are_followed_and_that_is_said(
    rules: Catalogue, path: str, one: str, text: str
) -> None:
    text = text.format(one.replace("s#", "b") + each(one, 250))
    project = nginx(**{path: text}) if path == "default.conf" else compose("", **{path: text})
    ran = run(Tree.of(project), rules, Config())
    assert 200 in {len(route.members) for route in ran.deployment.routes}
    assert max(len(route.members) for route in ran.deployment.routes) == 200
    said = unreadable(ran)
    why = "names an upstream server after the first 200 of a route, the most that are followed"
    assert said == [f"{path} {why}"]


def test_each_upstream_server_is_sought_near_its_place_alone(rules: Catalogue) -> None:
    def project(n: int) -> Files:
        return nginx(
            f"upstream u {{ {each('server s#:80; ', n)} }} server {{ location / {{ proxy_pass http://u; }} }}\n"
        )

    steps(project(250), rules)
    few, many = (steps(project(n), rules) for n in (300, 1_200))
    assert many <= 3 * few


def test_only_so_many_routes_of_nginx_are_followed_and_that_is_said(rules: Catalogue) -> None:
    text = each("server { listen 1#; location / { proxy_pass http://b:8000; } }\n", 510)
    ran = run(Tree.of({**nginx(), "default.conf": text}), rules, Config())
    assert len(ran.deployment.routes) == 500
    said = unreadable(ran)
    assert said == ["default.conf has a route after the first 500, the most that are followed"]


@pytest.mark.parametrize("upstream", ["", "upstream u# { server b:8000; } "], ids=["servers", "upstreams"])
def test_only_so_many_servers_of_nginx_are_followed_and_that_is_said(
    rules: Catalogue, monkeypatch: pytest.MonkeyPatch, upstream: str
) -> None:
    def project(n: int) -> Files:
        location = f"location / {{ proxy_pass http://{'u#' if upstream else 'b:8000'}; }}"
        return {**nginx(), "default.conf": each(f"{upstream}server {{ listen 1#; {location} }}\n", n)}

    monkeypatch.setattr(config, "MOST_SERVERS", 10)
    steps(project(2), rules)
    few, many = (steps(project(n), rules) for n in (15, 150))
    assert many <= 4 * few
    ran = run(Tree.of(project(15)), rules, Config())
    assert len(ran.deployment.routes) == 10
    said = unreadable(ran)
    assert said == ["default.conf has a server block after the first 10, the most that are followed"]


def test_a_variable_with_very_many_escapes_is_not_read_and_that_is_said(rules: Catalogue) -> None:
    quotes = '\\"' * 30_000
    ran = run(Tree.of(compose("    env_file: e.env\n", **{"e.env": f'A="{quotes}"\n'})), rules, Config())
    said = unreadable(ran)
    assert said == ["cannot read e.env: a value with more than 20,000 escapes"]


def test_the_ways_of_a_switch_share_its_cases(rules: Catalogue) -> None:
    cases = typescript(f"switch (process.env.A) {{{'case process.env.B: b;' * 4_000}}}")
    run(Tree.of(cases), rules, Config())
    tracemalloc.start()
    run(Tree.of({**cases, "index.mjs": cases["index.mjs"] + "\n"}), rules, Config())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50_000_000


def test_each_name_of_a_pattern_takes_steps_of_a_program(rules: Catalogue) -> None:
    names = typescript(f"const {{{each('a#, ', 50_000)}}} = process.env;")
    ran = run(Tree.of(names), rules, Config())
    said = unreadable(ran)
    assert said == ["index.mjs starts a program too large to be followed completely"]


def test_what_servers_mean_for_a_container_is_worked_out_once_for_all_that_override_it(rules: Catalogue) -> None:
    def project(n: int) -> Files:
        return compose("", **files("compose.o#.yaml", "services:\n  b:\n    environment: [A=#]\n", n))

    steps(project(2), rules)
    few, many = (steps(project(n), rules) for n in (50, 200))
    assert many <= 5 * few


def test_a_text_that_is_shown_again_is_masked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []
    anew = secrets._masked_anew
    monkeypatch.setattr(secrets, "_masked_anew", lambda text: texts.append(text) or anew(text))
    secrets.hide_secrets(())
    assert {secrets.masked("a: b") for _ in range(9)} == {"a: b"}
    assert texts == ["a: b"]


@pytest.mark.parametrize("step", ["mcp-publisher publish", "twine upload dist/*\n      - run: mcp-publisher publish"])
def test_steps_of_one_job_that_publish_are_compared_with_only_so_many(rules: Catalogue, step: str) -> None:
    def project(n: int) -> Files:
        text = "on: push\njobs:\n  a:\n    steps:\n" + f"    - run: {step.replace('      -', '    -')}\n" * n
        return {**registry(), ".github/workflows/r.yml": text}

    steps(project(2), rules)
    few, many = (steps(project(n), rules) for n in (100, 400))
    assert many <= 5 * few
    found = run(Tree.of(project(100)), rules, Config()).diagnostics
    said = "those from this one on are not looked at"
    assert {each.severity for each in found if each.finding.message.endswith(said)} == {"note"}


def test_variables_that_make_more_of_each_other_than_is_followed_are_said(rules: Catalogue) -> None:
    env = "A0=x\n" + each("A@=${A#}b\n", 15_000)
    ran = run(Tree.of(compose("    env_file: e.env\n", **{"e.env": env})), rules, Config())
    said = unreadable(ran)
    assert said == ["e.env has more variables inside of others than are followed"]
