"""Compose files become the services that `docker compose` would start."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatch
from typing import Any

import pytest
from mcplint.rules.localhost_sibling import addresses

from mcplint.findings import Unreadable
from mcplint.model import Argv, Container, Port
from mcplint.project.tree import Tree
from mcplint.readers import compose
from mcplint.services.compose.project import ComposeProject, projects
from mcplint.text.source import Source, Span
from mcplint.values import HOLE, Value

Files = dict[str, str]


def read(files: Files) -> tuple[ComposeProject, ...]:
    tree = Tree.of(files)
    paths = [path for path in files if fnmatch(path.rpartition("/")[2], "*compose*.y*ml")]
    return projects([compose.read(Source(path, files[path])) for path in paths], tree)


def resolved(text: str, **others: str) -> Container:
    """The service `a` of a compose file; the other files are named by their stem, dots written `_`."""
    files = {name.replace("_", "."): content for name, content in others.items()}
    return named(read({"compose.yaml": text, **files})[0], "a")


def named(project: ComposeProject, name: str) -> Container:
    """The service of this name."""
    return next(service for service in project.services if service.service == name)


def a(settings: str, **others: str) -> Container:
    """A service with the given settings, one a line."""
    lines = "".join(f"    {line}\n" for line in settings.splitlines())
    return resolved(f"services:\n  a:\n{lines}", **others)


def shown(value: Any) -> Any:
    """A value as its one option, `?` where it may be anything; ports as compose writes them."""
    match value:
        case Value(options=None):
            return "?"
        case Value(options=(option,)):
            return option
        case Value():
            return set(value.options or ())
        case Argv():
            return None if value.words is None else [shown(word) for word in value.words]
        case Port():
            published = "" if value.published is None else f"{shown(value.published)}:"
            address = f"{value.host_ip}:" if value.host_ip else ""
            return f"{address}{published}{shown(value.target)}/{value.protocol}"
        case dict():
            return {key: shown(item) for key, item in value.items()}
        case tuple() if not hasattr(value, "_fields"):
            return [shown(item) for item in value]
    return value


@pytest.mark.parametrize(
    ("settings", "field", "value"),
    [
        ("image: x", "image", "x"),
        ("image: x:${TAG:-1}", "image", "x:1"),
        ("image: x:${TAG}", "image", "?"),
        ("build: .", "image", None),
        ("image: x", "build", None),
        ("user: 1000", "user", "1000"),
        ("user: ${U:-1000}:${G:-1000}", "user", "1000:1000"),
        ("user: ''", "user", ""),
        ("image: x", "user", "?"),
        ("working_dir: /app", "workdir", "/app"),
        ("tty: true", "tty", True),
        ("tty: yes", "tty", True),
        ("tty: ${TTY:-false}", "tty", False),
        ("tty: ${TTY}", "tty", "?"),
        ("image: x", "stdin_open", False),
        ("read_only: true", "read_only", True),
        ("stop_grace_period: 1m30s", "grace_period", 90.0),
        ("stop_grace_period: 500ms", "grace_period", 0.5),
        ("stop_grace_period: soon", "grace_period", "?"),
        ("image: x", "grace_period", 10.0),
        ("restart: unless-stopped", "restart", "unless-stopped"),
        ("network_mode: host", "network_mode", "host"),
        ("network_mode: host", "networks", frozenset()),
        ("image: x", "networks", frozenset(("default",))),
        ("networks: [n, m]", "networks", frozenset(("n", "m"))),
        ("networks: {n: {aliases: [b]}, m: }", "names", frozenset(("a", "b"))),
        ("container_name: c\nhostname: h", "names", frozenset(("a", "c", "h"))),
        ("container_name: ${C}", "names", frozenset(("a",))),
        ("extra_hosts: ['h:1.2.3.4', 'i=5.6.7.8']", "hosts", frozenset(("h", "i"))),
        ("extra_hosts: {h: 1.2.3.4}", "hosts", frozenset(("h",))),
        ("links: ['b:database', c]", "hosts", frozenset(("database", "c"))),
        ("labels: {traefik.enable: true}", "labels", {"traefik.enable": "true"}),
        ("labels: ['x=y=z', w]", "labels", {"x": "y=z"}),
        ("mem_limit: 1g", "memory", "1g"),
        ("deploy: {resources: {limits: {memory: 512M}}}", "memory", "512M"),
        ("image: x", "replicas", 1),
        ("deploy: {replicas: 3}", "replicas", 3),
        ("deploy: {replicas: '${N:-3}'}", "replicas", 3),
        ("deploy: {replicas: '${N}'}", "replicas", "?"),
        ("scale: 2", "replicas", 2),
        ("deploy: {mode: global}", "replicas", "?"),
        ("expose: [80, '90-91', '53/udp']", "expose", ["80/tcp", "90/tcp", "91/tcp", "53/udp"]),
        ("image: '{{ image }}'", "image", "?"),
        ("image: [x]", "image", "?"),
    ],
)
def test_settings(settings: str, field: str, value: object) -> None:
    assert shown(getattr(a(settings), field)) == value


@pytest.mark.parametrize(
    ("settings", "command", "entrypoint"),
    [
        ("image: x", None, None),
        ("command:", None, None),
        ("command: python -m server --port 80", ["python", "-m", "server", "--port", "80"], None),
        ("command: [python, '-u', s.py]", ["python", "-u", "s.py"], None),
        ("command: []", [], None),
        ("command: ''", [], None),
        ("entrypoint: []\ncommand: run", ["run"], []),
        ("entrypoint: tini --", None, ["tini", "--"]),
        ("command: --port ${PORT:-80}", ["--port", "80"], None),
        ("command: --port ${PORT}", ["--port", "?"], None),
        ("command: sh -c 'exec x $$PORT'", ["sh", "-c", "exec x $PORT"], None),
        ("command: >\n  python\n  s.py\n", ["python", "s.py"], None),
        ("command: ['a', 1, true]", ["a", "1", "true"], None),
    ],
)
def test_commands(settings: str, command: object, entrypoint: object) -> None:
    service = a(settings)
    assert (shown(service.arguments), shown(service.entrypoint)) == (command, entrypoint)


def test_a_command_that_is_one_variable_has_unknown_words() -> None:
    command = a("command: ${COMMAND}").arguments
    assert command and command.words is None and command.value.options is None


def test_a_word_of_which_a_part_is_unknown_says_the_rest() -> None:
    command = a("command: --port ${PORT} --name x-${NAME}y").arguments
    assert command and command.words
    assert [word.partly for word in command.words] == ["", HOLE, "", f"x-{HOLE}y"]
    assert command.value.options is None and command.value.span == command.span


def test_words_of_a_command_can_be_rewritten_where_they_stand() -> None:
    command = a("command: python s.py --host ${HOST:-127.0.0.1} --name 'x y'").arguments
    assert command and command.words
    assert [word.site.span.text if word.site else None for word in command.words] == [
        "python",
        "s.py",
        "--host",
        "127.0.0.1",
        "--name",
        "x y",
    ]


@pytest.mark.parametrize(
    ("ports", "found"),
    [
        ("['80']", ["?:80/tcp"]),
        ("[80]", ["?:80/tcp"]),
        ("['8080:80']", ["8080:80/tcp"]),
        ("['8080:80/udp']", ["8080:80/udp"]),
        ("['127.0.0.1:8080:80']", ["127.0.0.1:8080:80/tcp"]),
        ("['127.0.0.1::80']", ["127.0.0.1:?:80/tcp"]),
        ("['0.0.0.0:8080:80']", ["8080:80/tcp"]),
        ("['[::1]:8080:80']", ["::1:8080:80/tcp"]),
        ("['[::]:8080:80']", ["8080:80/tcp"]),
        ("['3000-3001:80-81']", ["3000:80/tcp", "3001:81/tcp"]),
        ("['3000-3001:80']", [{"published": {3000, 3001}}]),
        ("['80-81']", ["?:80/tcp", "?:81/tcp"]),
        ("['1-65535:1-65535']", ["?:?/tcp"]),
        ("['3000-3002:80-81']", ["?:?/tcp"]),
        ("['${P:-8080}:80']", ["8080:80/tcp"]),
        ("['${P}:80']", ["${P}:?:80/tcp"]),
        ("['${IP:-127.0.0.1}:8080:80']", ["127.0.0.1:8080:80/tcp"]),
        ("['${IP}:8080:80']", ["${IP}:8080:80/tcp"]),
        ("['${PORTS}']", ["?:?/tcp"]),
        ("[22:22]", ["22:22/tcp"]),
        ("[{target: 80}]", ["?:80/tcp"]),
        ("[{target: 80, published: 8080}]", ["8080:80/tcp"]),
        ("[{target: 80, published: '8080', host_ip: 127.0.0.1, protocol: udp}]", ["127.0.0.1:8080:80/udp"]),
        ("[{published: 80}]", []),
        ("['80:80', '80:80', '81:80']", ["80:80/tcp", "81:80/tcp"]),
        ("[web]", ["?:?/tcp"]),
        ("[]", []),
        ("80:80", []),
    ],
)
def test_ports(ports: str, found: list[object]) -> None:
    shows = [shown(port) for port in a(f"ports: {ports}").ports]
    if found == [{"published": {3000, 3001}}]:
        (port,) = a(f"ports: {ports}").ports
        assert shown(port.published) == {3000, 3001} and shown(port.target) == 80
    else:
        assert shows == found


@pytest.mark.parametrize(
    ("settings", "env"),
    [
        ("environment: {A: 1, B: true, C: 1.50, D: 'x y'}", {"A": "1", "B": "true", "C": "1.5", "D": "x y"}),
        ("environment: ['A=1', 'B= x', 'C=', 'D=\"q\"']", {"A": "1", "B": " x", "C": "", "D": '"q"'}),
        ("environment: {A: 010, B: 0x10, C: 1e9, D: 3.0}", {"A": "8", "B": "16", "C": "?", "D": "3"}),
        ("environment: {A: }", {"A": "?"}),
        ("environment: [A]", {"A": "?"}),
        ("environment: {A: ''}", {"A": ""}),
        ("environment: {A: '${X:-y}', B: '${X}', C: '$$X'}", {"A": "y", "B": "?", "C": "$X"}),
        ("environment: {A: '${PORT}', B: '${QUOTED}'}", {"A": "9000", "B": "a$PORT"}),
        ("environment: [PORT]", {"PORT": "9000"}),
        ("env_file: x.env", {"A": "1", "B": "1x", "C": "9000"}),
        ("env_file: [x.env, y.env]", {"A": "2", "B": "1x", "C": "9000"}),
        ("env_file: [x.env]\nenvironment: {A: 3}", {"A": "3", "B": "3x", "C": "9000"}),
        ("env_file: [{path: y.env, required: false}]", {"A": "2"}),
        ("env_file: [{path: r.env, format: raw}]", {"A": "'$PORT'"}),
        ("env_file: '${ENV:-y.env}'", {"A": "2"}),
    ],
)
def test_environments(settings: str, env: dict[str, str]) -> None:
    service = a(
        settings,
        _env="PORT=9000\nQUOTED='a$PORT'\n",
        x_env="A=1\nB=${A}x\nC=$PORT\n",
        y_env="A=2\n",
        r_env="A='$PORT'\n",
    )
    assert {name: shown(value) for name, value in service.env.items()} == env
    assert service.env_closed


@pytest.mark.parametrize(
    "settings",
    [
        "env_file: missing.env",
        "env_file: [{path: missing.env, required: false}]",
        "env_file: ../outside.env",
        "env_file: ${ENV}",
        "env_file: broken.env",
        "environment: ['${NAME}=x']",
        "models: [llm]",
    ],
)
def test_an_environment_is_open_where_not_all_of_it_is_read(settings: str) -> None:
    service = a(settings, broken_env="A='")
    assert not service.env_closed and service.env_notes
    assert service.variable("ANY").options is None and service.variable("ANY").trace


def test_a_variable_that_no_layer_sets_is_absent() -> None:
    assert a("environment: {A: 1}").variable("B").options == (None,)


def test_the_trace_of_a_variable_goes_from_its_first_layer_to_the_one_that_counts() -> None:
    files = {
        "compose.yaml": "services:\n  a:\n    env_file: x.env\n    environment: [HOST=127.0.0.1]\n",
        "compose.override.yaml": "services:\n  a:\n    environment: {HOST: '${BIND:-0.0.0.0}'}\n",
        "x.env": "HOST=::1\n",
    }
    (project,) = read(files)
    value = project.services[0].env["HOST"]
    assert [(note.span.source.path, note.text) for note in value.trace] == [
        ("x.env", "x.env sets HOST"),
        ("compose.yaml", "the service overrides it"),
        ("compose.override.yaml", "the service overrides it"),
        ("compose.override.yaml", "BIND is not set in the project, so this default applies"),
    ]
    assert value.span and value.span.text == "0.0.0.0"
    (edit,) = value.write("10.0.0.1")
    assert (edit.span.source.path, edit.text) == ("compose.override.yaml", "10.0.0.1")


@pytest.mark.parametrize(
    ("settings", "context", "dockerfile", "target"),
    [
        ("build: .", ".", "Dockerfile", None),
        ("build: ./server/", "server", "server/Dockerfile", None),
        ("build: {context: server, dockerfile: ../Dockerfile.mcp, target: prod}", "server", "Dockerfile.mcp", "prod"),
        ("build: {dockerfile: x/Containerfile}", ".", "x/Containerfile", None),
        ("build: {context: '${DIR:-srv}'}", "srv", "srv/Dockerfile", None),
        ("build: ${DIR}", "?", "?", None),
        ("build: ..", "?", "?", None),
        ("build: /abs", "?", "?", None),
        ("build: https://github.com/x/y.git", "?", "?", None),
        ("build: {context: a, target: '${T}'}", "a", "a/Dockerfile", "?"),
    ],
)
def test_builds(settings: str, context: str, dockerfile: str, target: str | None) -> None:
    build = a(settings).build
    assert build
    assert (shown(build.context), shown(build.dockerfile), shown(build.target)) == (context, dockerfile, target)


def test_build_arguments_and_inline_dockerfiles() -> None:
    build = a("build:\n  args: [V=1, HOST_ONLY]\n  dockerfile_inline: |\n    FROM x\n").build
    assert build and build.inline is not None
    assert shown(dict(build.args)) == {"V": "1", "HOST_ONLY": "?"}
    assert shown(build.inline) == "FROM x\n"
    build = a("build: {args: {V: 1, W: }}", _env="W=2").build
    assert build and shown(dict(build.args)) == {"V": "1", "W": "2"}


@pytest.mark.parametrize(
    ("check", "probe", "disabled"),
    [
        ("{test: curl -f x}", ("/bin/sh", "-c", "curl -f x"), False),
        ("{test: [CMD, curl, '-f', x]}", ("curl", "-f", "x"), False),
        ("{test: [CMD-SHELL, 'curl x || exit 1']}", ("/bin/sh", "-c", "curl x || exit 1"), False),
        ("{test: [NONE]}", None, True),
        ("{disable: true}", None, True),
        ("{interval: 5s}", None, False),
        ("{test: [curl, x]}", "?", False),
        ("{test: [CMD, '${TOOL}']}", "?", False),
        ("{test: 'curl localhost:${PORT:-80}'}", ("/bin/sh", "-c", "curl localhost:80"), False),
    ],
)
def test_health_checks(check: str, probe: object, disabled: bool) -> None:
    service = a(f"healthcheck: {check}")
    assert (shown(service.probe.command) if service.probe else None) == probe
    assert bool(service.probe_disabled) is disabled


def test_dependencies() -> None:
    service = a("depends_on: {b: {condition: service_healthy}, c: {required: false}, d: }")
    assert [(one.name, shown(one.condition), one.required) for one in service.depends_on] == [
        ("b", "service_healthy", True),
        ("c", "service_started", False),
        ("d", "service_started", True),
    ]
    assert [one.name for one in a("depends_on: [b, c]").depends_on] == ["b", "c"]


@pytest.mark.parametrize(
    ("settings", "mounts"),
    [
        ("volumes: ['./conf:/etc/conf:ro']", [("bind", "./conf", "/etc/conf", "conf", True)]),
        ("volumes: ['data:/data']", [("volume", "data", "/data", None, False)]),
        ("volumes: ['/data']", [("volume", None, "/data", None, False)]),
        ("volumes: ['/etc/x:/etc/x']", [("bind", "/etc/x", "/etc/x", None, False)]),
        ("volumes: ['~/x:/x']", [("bind", "~/x", "/x", None, False)]),
        ("volumes: ['C:\\x:/x']", [("bind", "C:\\x", "/x", None, False)]),
        ("volumes: ['../x:/x']", [("bind", "../x", "/x", None, False)]),
        ("volumes: ['${D:-./x}:/x']", [("bind", "./x", "/x", "x", False)]),
        ("volumes: ['${D}:/x']", [("unknown", "?", "/x", None, False)]),
        (
            "volumes: [{type: bind, source: ./x, target: /x, read_only: true}]",
            [("bind", "./x", "/x", "x", True)],
        ),
        ("volumes: [{type: volume, source: v, target: /x}]", [("volume", "v", "/x", None, False)]),
        ("volumes: ['one:/x', 'two:/x']", [("volume", "two", "/x", None, False)]),
        ("volumes: ['a:/x']", [("volume", None, "a:/x", None, False)]),
        ("tmpfs: /tmp:size=1m", [("tmpfs", None, "/tmp", None, False)]),
        ("configs: [c]", [("config", "c", "/c", "c.conf", True)]),
        ("configs: [{source: c, target: /etc/c}]", [("config", "c", "/etc/c", "c.conf", True)]),
        (
            "secrets: [s, {source: s, target: t}]",
            [("secret", "s", "/run/secrets/s", "s.txt", True)] * 1 + [("secret", "s", "/run/secrets/t", "s.txt", True)],
        ),
    ],
)
def test_mounts(settings: str, mounts: list[object]) -> None:
    lines = "".join(f"    {line}\n" for line in settings.splitlines())
    stores = "configs: {c: {file: c.conf}}\nsecrets: {s: {file: ./s.txt}}\n"
    service = resolved(f"services:\n  a:\n{lines}{stores}")
    assert [(m.kind, shown(m.source), shown(m.target), m.path, m.read_only) for m in service.mounts] == mounts


def test_a_config_may_hold_its_own_text() -> None:
    service = resolved("services: {a: {configs: [c]}}\nconfigs: {c: {content: 'listen ${P:-80};'}}\n")
    assert [shown(mount.text) for mount in service.mounts] == ["listen 80;"]


@pytest.mark.parametrize(
    ("settings", "notes"),
    [
        ("privileged: true", ["the service runs privileged"]),
        ("privileged: false", []),
        ("cap_add: [NET_ADMIN]", ["the service adds the capability NET_ADMIN"]),
        ("volumes: ['/var/run/docker.sock:/var/run/docker.sock:ro']", ["the service mounts the Docker socket"]),
    ],
)
def test_privileges(settings: str, notes: list[str]) -> None:
    assert [note.text for note in a(settings).privileges] == notes


BASE = "services:\n  a: {image: base, environment: {A: 1}}\n  b: {image: b}\n"
OVER = "services:\n  a: {environment: {B: 2}}\n"


@pytest.mark.parametrize(
    ("files", "sets"),
    [
        ({"compose.yaml": BASE}, [("compose.yaml",)]),
        ({"docker-compose.yml": BASE, "compose.yml": BASE}, [("compose.yml",), ("docker-compose.yml",)]),
        ({"compose.yaml": BASE, "compose.override.yaml": OVER}, [("compose.yaml", "compose.override.yaml")]),
        (
            {"docker-compose.yml": BASE, "docker-compose.prod.yml": OVER},
            [("docker-compose.yml",), ("docker-compose.yml", "docker-compose.prod.yml")],
        ),
        (
            {"docker-compose.yml": BASE, "docker-compose.prod.yml": BASE},
            [("docker-compose.yml",), ("docker-compose.prod.yml",)],
        ),
        (
            {"docker-compose.yml": BASE, "docker-compose.x.yml": "services: {c: {image: c, depends_on: [a]}}"},
            [("docker-compose.yml",), ("docker-compose.yml", "docker-compose.x.yml")],
        ),
        (
            {"compose.yaml": BASE, "compose.p.yaml": "# docker compose -f compose.yaml -f compose.p.yaml up\n" + BASE},
            [("compose.yaml",), ("compose.yaml", "compose.p.yaml")],
        ),
        (
            {"compose.yaml": BASE, "compose.p.yaml": f"# compose.p.yaml {'-f' * 200_000}\n" + BASE},
            [("compose.yaml",), ("compose.p.yaml",)],
        ),
        (
            {"compose.yaml": BASE, "compose.p.yaml": BASE, "compose.p.gpu.yaml": OVER},
            [("compose.yaml",), ("compose.p.yaml", "compose.p.gpu.yaml"), ("compose.p.yaml",)],
        ),
        ({"compose.yaml": BASE, "d/compose.x.yaml": OVER}, [("compose.yaml",), ("compose.yaml", "d/compose.x.yaml")]),
        ({"compose.yaml": BASE, "d/compose.yaml": BASE}, [("compose.yaml",), ("d/compose.yaml",)]),
        ({"compose.x.yaml": OVER}, [("compose.x.yaml",)]),
        (
            {".env": "COMPOSE_FILE=compose.yaml:compose.x.yaml", "compose.yaml": BASE, "compose.x.yaml": BASE},
            [("compose.yaml", "compose.x.yaml")],
        ),
        (
            {"compose.yaml": "include: [compose.b.yaml]\n" + OVER, "compose.b.yaml": BASE},
            [("compose.yaml", "compose.b.yaml")],
        ),
        (
            {"compose.yaml": "services: {c: {extends: {file: compose.b.yaml, service: a}}}", "compose.b.yaml": BASE},
            [("compose.yaml", "compose.b.yaml")],
        ),
        ({"compose.yaml": "name: workflow\n"}, []),
    ],
)
def test_which_files_are_run_together(files: Files, sets: list[tuple[str, ...]]) -> None:
    assert [project.files for project in read(files)] == sets


def test_only_what_a_folder_runs_by_itself_is_the_default() -> None:
    found = read({"compose.yaml": BASE, "compose.override.yaml": OVER, "compose.x.yaml": OVER, "compose.y.yaml": BASE})
    assert [(project.files[-1], project.default) for project in found] == [
        ("compose.override.yaml", True),
        ("compose.x.yaml", False),
        ("compose.y.yaml", False),
    ]


def test_overrides_merge_as_compose_does() -> None:
    files = {
        "compose.yaml": "services:\n  a:\n    build: ./srv\n    command: [x]\n    ports: ['80:80']\n"
        "    volumes: ['one:/d']\n    depends_on: [b]\n    environment: [A=1, B=1]\n  b: {image: b}\n",
        "compose.override.yaml": "services:\n  a:\n    build: {target: dev}\n    command: y\n    ports: ['81:81']\n"
        "    volumes: ['two:/d']\n    depends_on: {c: {condition: service_healthy}}\n    environment: {B: 2}\n"
        "  b: {profiles: !reset null, image: !override b2}\n  c: {image: c}\n",
    }
    (project,) = read(files)
    service = named(project, "a")
    assert service.build
    assert (shown(service.build.context), shown(service.build.target)) == ("srv", "dev")
    assert shown(service.arguments) == ["y"]
    assert shown(service.ports) == ["80:80/tcp", "81:81/tcp"]
    assert [shown(mount.source) for mount in service.mounts] == ["two"]
    assert [one.name for one in service.depends_on] == ["b", "c"]
    assert {name: shown(value) for name, value in service.env.items()} == {"A": "1", "B": "2"}
    assert [shown(one.image) for one in project.services] == [None, "b2", "c"]


def test_resets_remove_what_an_earlier_file_says() -> None:
    files = {
        "compose.yaml": "services: {a: {image: a, ports: ['80:80'], environment: {A: 1, B: 2}, command: x}}",
        "compose.override.yaml": "services:\n  a:\n    ports: !reset []\n"
        "    environment:\n      A: !reset\n    command:\n",
    }
    (project,) = read(files)
    (service,) = project.services
    assert service.ports == () and service.arguments is None
    assert {name: shown(value) for name, value in service.env.items()} == {"B": "2"}


def test_extends_within_a_file_and_across_files() -> None:
    files = {
        "compose.yaml": "services:\n  a:\n    extends: base\n    environment: {B: 2}\n  base:\n"
        "    extends: {file: lib/common.yml, service: root}\n    environment: {A: 1}\n",
        "lib/common.yml": "services:\n  root:\n    build: ./image\n    env_file: common.env\n"
        "    environment: {A: 0, R: '${X:-r}'}\n",
        "lib/common.env": "E=5\n",
    }
    (project,) = read(files)
    service = named(project, "a")
    assert service.build
    assert shown(service.build.dockerfile) == "lib/image/Dockerfile"
    assert {name: shown(value) for name, value in service.env.items()} == {"E": "5", "A": "1", "R": "r", "B": "2"}
    assert project.files == ("compose.yaml", "lib/common.yml")


@pytest.mark.parametrize(
    "text",
    [
        "services: {a: {image: x, extends: a}}",
        "services: {a: {image: x, extends: b}, b: {extends: a}}",
        "services: {a: {image: x, extends: missing}}",
        "services: {a: {image: x, extends: {file: missing.yaml, service: b}}}",
        "services: {a: {image: x, extends: {file: ../outside.yaml, service: b}}}",
        "services: {a: {image: x, extends: {}}}",
        "services: {a: {image: x, extends: '${WHO}'}}",
        "include: [compose.yaml]\nservices: {a: {image: x}}",
        "include: [missing.yaml]\nservices: {a: {image: x}}",
        "include: ['oci://registry/x']\nservices: {a: {image: x}}",
        "include: [{path: broken.yaml}]\nservices: {a: {image: x}}",
    ],
)
def test_what_cannot_be_followed_is_noted(text: str) -> None:
    (project,) = read({"compose.yaml": text, "broken.yaml": "a: ["})
    assert project.notes and shown(project.services[0].image) == "x"


def test_an_included_file_is_read_in_its_own_folder_and_env() -> None:
    files = {
        "compose.yaml": "include:\n  - path: [sub/compose.yaml, sub/compose.more.yaml]\n  - other/db.yaml\n"
        "services:\n  a: {image: 'x:${V}', depends_on: [b, db]}\n",
        ".env": "V=1\n",
        "sub/compose.yaml": "services: {b: {build: ., image: 'b:${V}-${W}'}}",
        "sub/compose.more.yaml": "services: {b: {environment: {M: 1}}}",
        "sub/.env": "V=2\nW=3\n",
        "other/db.yaml": "services: {db: {image: 'db:${W:-none}'}}",
    }
    project = read(files)[0]
    images = {service.service: shown(service.image) for service in project.services}
    assert images == {"b": "b:1-3", "db": "db:none", "a": "x:1"}
    b = named(project, "b")
    assert b.build and shown(b.build.context) == "sub" and shown(b.env["M"]) == "1"


def test_anchors_merge_keys_and_extensions() -> None:
    text = (
        "x-env: &env {LOG: info, HOST: 0.0.0.0}\nx-base: &base\n  restart: always\n  environment: *env\n"
        "services:\n  a:\n    <<: *base\n    environment:\n      <<: *env\n      LOG: debug\n"
        "  b:\n    <<: *base\n    image: b\n"
    )
    (project,) = read({"compose.yaml": text})
    envs = [{name: shown(value) for name, value in service.env.items()} for service in project.services]
    assert envs == [{"LOG": "debug", "HOST": "0.0.0.0"}, {"LOG": "info", "HOST": "0.0.0.0"}]
    assert [shown(service.restart) for service in project.services] == ["always", "always"]


def test_networks_go_by_their_own_names() -> None:
    text = (
        "name: shop\nservices:\n  a: {image: a, networks: [front]}\n  b: {image: b, networks: [front, back]}\n"
        "  c: {image: c, networks: [back]}\n  d: {image: d}\nnetworks: {front: {name: shared}, back: }\n"
    )
    (project,) = read({"compose.yaml": text})
    assert [service.networks for service in project.services] == [{"shared"}, {"shared", "back"}, {"back"}, {"default"}]


EVERYTHING = """\
name: "démo"
services:
  a:
    build: {context: ./srv, args: {V: "${V:-1}"}}
    image: 'x:1'
    command: python "s.py" --host '127.0.0.1'  --port ${PORT:-8000}
    environment:
      - HOST=127.0.0.1
      - "PORT=${PORT:-8000}"
      - 'é=ü😀'
    env_file: [x.env]
    ports: ["${BIND:-127.0.0.1}:9000:${PORT:-8000}"]
    user: "1000"
    deploy: {replicas: 2}
    networks: {n: {aliases: [z]}}
    labels: {l: v}
    volumes: [./a:/b]
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("before", ["", "# é😀\u2028\n", "\ufeff"])
def test_a_site_spells_its_value(newline: str, before: str) -> None:
    text = (before + EVERYTHING).replace("\n", newline)
    (project,) = read({"compose.yaml": text, "x.env": f"# ü{newline}E='1'{newline}F=\"2\"{newline}"})
    known = [value for value in values(project) if value.options and len(value.options) == 1 and value.site]
    assert len(known) > 18
    for value in known:
        assert value.site and value.options
        assert value.site.span.text == str(value.options[0])


def values(part: Any) -> Iterator[Value[Any]]:
    match part:
        case Value():
            yield part
        case Span() | Source():
            return
        case dict():
            for item in part.values():
                yield from values(item)
        case tuple():
            for item in part:
                yield from values(item)


@pytest.mark.parametrize(
    "text",
    [
        "services: {a: }",
        "services: {a: {environment: 5, ports: {a: b}, command: {a: b}, build: [x], volumes: x, depends_on: 3}}",
        "services: {a: {deploy: [1], healthcheck: x, networks: {n: [x]}, labels: [[x]], configs: [[x]]}}",
        "services: {a: {secrets: [{}, [x], 5], configs: {a: b}, tmpfs: [[x]]}}",
        "services: {a: {env_file: [[x], {format: raw}, {path: [x]}], extra_hosts: [[x]], profiles: [[x]]}}",
        "services: {a: {image: {x: y}, user: [x], tty: [x], container_name: [x], links: [[x]], expose: [[x]]}}",
        "services: {a: {build: {context: [x], args: 3, dockerfile: {x: y}, dockerfile_inline: [x]}}}",
        "services: {a: {ports: [[x], {target: [x]}, ':', '::', ':::', '80:', '/tcp', '', '-', '1-', '[::1]']}}",
        "services: {a: {volumes: [[x], '', ':', '::', 'a:', ':a', {type: [x]}, {target: 1}], tmpfs: {a: b}}}",
        "services: {a: {<<: {image: x}, extends: [x]}}\ninclude: {a: b}\nnetworks: [x]\nconfigs: x\nname: [x]\n",
        "include: [[x], {path: }, {path: {a: b}}, {}]\nservices: {a: {image: x}}",
        "services: {a: {environment: ['=x', '=', '', [x], {A: [x]}, {A: 1, B: 2}]}}",
    ],
)
def test_settings_of_the_wrong_shape_say_nothing(text: str) -> None:
    for project in read({"compose.yaml": text}):
        assert [service.service for service in project.services] == ["a"]
        assert all(value.options is None or isinstance(value.options, tuple) for value in values(project))


def test_repetition_by_extends_is_bounded() -> None:
    entries = "".join(f"      K{number}: v\n" for number in range(3_000))
    users = "".join(f"  u{number}: {{extends: base}}\n" for number in range(200))
    (project,) = read({"compose.yaml": f"services:\n  base:\n    image: x\n    environment:\n{entries}{users}"})
    assert sum(len(service.env) for service in project.services) <= 110_000
    assert any("too much" in note.text for note in project.notes)


def test_files_that_cannot_be_read_are_not_here() -> None:
    with pytest.raises(Unreadable):
        read({"compose.yaml": "services: ["})


def test_a_long_value_takes_no_long_time() -> None:
    assert addresses("a" * 200_000 + " localhost") == ()
    assert [found.scheme for found in addresses("redis://localhost:6379")] == ["redis"]
