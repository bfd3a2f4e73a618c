"""A proxy in front of a proxy: its routes know the server where the files tell, and what becomes of headers."""

from __future__ import annotations

import pytest

from mcplint.link import link
from mcplint.model import Deployment, Route
from mcplint.project.config import Config
from mcplint.project.tree import Tree

DOCKERFILE = (
    'FROM python:3.13-slim\nWORKDIR /app\nCOPY server.py .\nRUN pip install mcp==1.27.1\nCMD ["python", "server.py"]\n'
)
SERVER = """from mcp.server.fastmcp import FastMCP

mcp = FastMCP("{name}", host="0.0.0.0")
mcp.run(transport="streamable-http")
"""
PROXY = "  {0}:\n    image: nginx:1.28\n    volumes: ['./{0}.conf:/etc/nginx/conf.d/default.conf']\n{1}"
TO_SERVER = "location /mcp { proxy_pass http://notes:8000; }"


def deployed(**configurations: str) -> Deployment:
    """The deployment of one server with such proxies, each the text of a `server` block or of several."""
    services = "".join(PROXY.format(name, "") for name in configurations)
    texts = {f"{name}.conf": text for name, text in configurations.items()}
    compose = f"services:\n  notes:\n    build: .\n{services}"
    files = {"Dockerfile": DOCKERFILE, "server.py": SERVER.format(name="notes"), "compose.yaml": compose, **texts}
    return link(Tree.of(files), Config()).deployment


def block(inside: str, listen: str = "80") -> str:
    return f"server {{ listen {listen}; {inside} }}\n"


def routes(deployment: Deployment) -> dict[str, Route]:
    return {route.id: route for route in deployment.routes}


@pytest.mark.parametrize(
    ("edge", "inner", "endpoint"),
    [
        ("location / { proxy_pass http://inner; }", TO_SERVER, "/mcp"),
        ("location /mcp { proxy_pass http://inner:80; }", TO_SERVER, "/mcp"),
        ("location /a/ { proxy_pass http://inner/; }", TO_SERVER, "/a/mcp"),
        ("location /a/ { proxy_pass http://inner; }", "location /a/ { proxy_pass http://notes:8000/; }", "/a/mcp"),
        ("location /a/ { proxy_pass http://inner/b/; }", "location /b/ { proxy_pass http://notes:8000/; }", "/a/mcp"),
        ("location / { proxy_pass http://inner:8000; }", TO_SERVER, None),
        ("location / { proxy_pass http://other; }", TO_SERVER, None),
        ("location /files { proxy_pass http://inner; }", TO_SERVER, None),
        ("location / { proxy_pass http://$arg_to; }", TO_SERVER, None),
        ("location / { proxy_pass http://inner; }", "location /mcp { return 404; }", None),
    ],
)
def test_the_endpoint_through_two_proxies(edge: str, inner: str, endpoint: str | None) -> None:
    found = deployed(edge=block(edge), inner=block(inner))
    chained = [route for route in found.routes if route.inner_route]
    assert [route.endpoint.only for route in chained] == ([endpoint] if endpoint else [])
    for route in chained:
        assert route.id.startswith("edge.conf") and (route.inner_route or "").startswith("inner.conf")
        assert route.ping.only == 15.0 and route.opts_out.options == (False,) and route.path.options is None
        assert [one.id for one in found.routes_to(found.servers[0])] == [route.inner_route]


@pytest.mark.parametrize(
    ("settings", "sends"),
    [
        ("", (False,)),
        ("proxy_buffering off; proxy_http_version 1.1;", (False,)),
        ("proxy_ignore_headers X-Accel-Buffering;", (False,)),
        ("add_header X-Accel-Buffering no;", (True,)),
        ("add_header X-Accel-Buffering yes;", (False,)),
        ("proxy_pass_header X-Accel-Buffering;", (True,)),
        ("include more/*.inc.unread;", None),
        ("include /etc/nginx/elsewhere;", None),
        ("more_set_headers 'X-Accel-Buffering: no';", None),
    ],
)
def test_what_a_proxy_leaves_of_the_header(settings: str, sends: tuple[bool] | None) -> None:
    inner = f"location /mcp {{ proxy_pass http://notes:8000; {settings} }}"
    found = deployed(edge=block("location / { proxy_pass http://inner; }"), inner=block(inner))
    (chained,) = (route for route in found.routes if route.inner_route)
    assert chained.opts_out.options == sends


def test_the_name_that_is_asked_for_decides() -> None:
    inner = block("server_name a; location / { return 404; }") + block(f"server_name b; {TO_SERVER}")
    for asked, sent, linked in (
        ("", "", False),
        ("", "Host b", True),
        ("", "Host b:8080", True),
        ("", "Host a", False),
        ("", "Host $host", False),
        ("server_name b;", "Host $host", True),
        ("server_name a b;", "Host $host", False),
        ("server_name b;", "", False),
        ("", "Host $arg_h", False),
    ):
        header = f"proxy_set_header {sent};" if sent else ""
        found = deployed(edge=block(f"{asked} location / {{ proxy_pass http://inner; {header} }}"), inner=inner)
        assert bool([route for route in found.routes if route.inner_route]) == linked, (asked, sent)


def test_three_in_a_row() -> None:
    found = routes(
        deployed(
            edge=block("location / { proxy_pass http://middle; }"),
            inner=block(TO_SERVER),
            middle=block("location / { proxy_pass http://inner; }"),
        )
    )
    assert (
        found["edge.conf /"].inner_route == "middle.conf /" and found["middle.conf /"].inner_route == "inner.conf /mcp"
    )
    assert found["edge.conf /"].endpoint.only == "/mcp"


def test_members_that_lead_to_different_proxies_leave_open_which() -> None:
    for member, linked in (("inner", True), ("other", False)):
        edge = f"upstream both {{ server inner; server {member}; }}\n" + block("location / { proxy_pass http://both; }")
        found = deployed(edge=edge, inner=block(TO_SERVER), other=block("location / { return 404; }"))
        assert bool([route for route in found.routes if route.inner_route]) == linked


def test_proxies_that_lead_to_each_other_lead_nowhere() -> None:
    found = deployed(
        edge=block("location / { proxy_pass http://inner; }"), inner=block("location / { proxy_pass http://edge; }")
    )
    assert not found.routes
    itself = deployed(edge=block("location / { proxy_pass http://127.0.0.1; }"))
    assert not itself.routes


def test_one_nginx_in_front_of_itself() -> None:
    both = block("location / { proxy_pass http://127.0.0.1:8080; }") + block(TO_SERVER, "127.0.0.1:8080")
    found = routes(deployed(edge=both))
    assert found["edge.conf /"].inner_route == "edge.conf /mcp"


def test_two_servers_behind_leave_open_which() -> None:
    inner = "location /a/ { proxy_pass http://notes:8000/; } location /b/ { proxy_pass http://tasks:8000/; }"
    compose = "services:\n" + "".join(f"  {name}:\n    build: {name}\n" for name in ("notes", "tasks"))
    compose += "".join(PROXY.format(name, "") for name in ("edge", "inner"))
    files = {"compose.yaml": compose, "inner.conf": block(inner)}
    for name in ("notes", "tasks"):
        files |= {f"{name}/Dockerfile": DOCKERFILE, f"{name}/server.py": SERVER.format(name=name)}
    for path, linked in (("/", False), ("/a/", True)):
        edge = block(f"location {path} {{ proxy_pass http://inner; }}")
        found = link(Tree.of({**files, "edge.conf": edge}), Config()).deployment
        assert len(found.servers) == 2
        assert bool([route for route in found.routes if route.inner_route]) == linked


def test_what_the_inner_proxy_is_assumed_to_lead_to_is_assumed_of_the_outer_one() -> None:
    notes = {"Dockerfile": DOCKERFILE, "server.py": SERVER.format(name="notes")}
    confs = {"edge.conf": block("location / { proxy_pass http://inner; }"), "inner.conf": block(TO_SERVER)}
    proxies = "".join(PROXY.format(name, "") for name in ("edge", "inner"))
    built = "  notes:\n    build: {}\n"
    for files, assumed in (
        ({"compose.yaml": f"services:\n{built.format('.')}{proxies}"}, False),
        ({"compose.yaml": f"services:\n{proxies}", "other/compose.yaml": f"services:\n{built.format('..')}"}, True),
    ):
        found = link(Tree.of({**notes, **confs, **files}), Config()).deployment
        assert {route.id: route.assumed for route in found.routes} == {
            "edge.conf /": assumed,
            "inner.conf /mcp": assumed,
        }


def test_what_is_refused_behind_is_certain_only_where_the_way_there_is() -> None:
    client = {".mcp.json": '{"mcpServers": {"notes": {"type": "http", "url": "http://notes.example.com/other"}}}'}
    compose = "services:\n  notes:\n    build: .\n" + "".join(PROXY.format(name, "") for name in ("edge", "inner"))
    files = {"Dockerfile": DOCKERFILE, "server.py": SERVER.format(name="notes"), "compose.yaml": compose, **client}
    files["inner.conf"] = block(f"location / {{ return 404; }} {TO_SERVER}")
    for more, refused in (("", (None,)), ("include /etc/nginx/elsewhere;", None)):
        edge = block(f"server_name notes.example.com; {more} location / {{ proxy_pass http://inner; }}")
        (told,) = link(Tree.of({**files, "edge.conf": edge}), Config()).deployment.clients
        assert told.asked.options == refused


def test_a_proxy_of_the_machine_in_front_of_one_in_a_container() -> None:
    compose = "services:\n  notes:\n    build: .\n" + PROXY.format("inner", "    ports: ['127.0.0.1:8080:80']\n")
    files = {"Dockerfile": DOCKERFILE, "server.py": SERVER.format(name="notes"), "compose.yaml": compose}
    files |= {
        "inner.conf": block(TO_SERVER),
        "sites-enabled/notes": block("location / { proxy_pass http://127.0.0.1:8080; }"),
    }
    found = link(Tree.of(files), Config()).deployment
    assert routes(found)["sites-enabled/notes /"].inner_route == "inner.conf /mcp"
