"""Files of nginx become the configuration in effect, routes with every value and its place, and answers."""

from __future__ import annotations

import itertools
import random

import pytest

from mcplint.facts.nginx import NginxFile
from mcplint.knowledge.nginx import NEWEST, at_least, defaults, image_version
from mcplint.knowledge.proxies import NGINX, affinity
from mcplint.model import Route
from mcplint.project.tree import Tree
from mcplint.proxies.nginx import Config, configure, paths_to, proxied, route_in_location, route_request
from mcplint.proxies.nginx.directives import flag, seconds, size
from mcplint.proxies.nginx.text import Undecided, normalise, search
from mcplint.proxies.routing import MOST_RULES
from mcplint.readers.nginx import read
from mcplint.text.source import Source
from mcplint.values import Label, Value


def files(texts: dict[str, str]) -> tuple[dict[str, NginxFile], Tree]:
    """The nginx files among some texts, and all of them."""
    tree = Tree.of(texts)
    found = {path: read(Source(path, text)) for path, text in texts.items() if path.endswith((".conf", ".template"))}
    return {path: file for path, file in found.items() if file}, tree


def configs(texts: dict[str, str] | str, **more: object) -> tuple[Config, ...]:
    return configure(*files({"nginx.conf": texts} if isinstance(texts, str) else texts), **more)  # type: ignore[arg-type]


def all_routes(texts: dict[str, str] | str, version: str | None = None, **more: object) -> tuple[Route, ...]:
    known = Value((version,)) if version else Value[str]()
    return tuple(found.route for found in proxied(configs(texts, **more), known))


def route(texts: dict[str, str] | str, version: str | None = None, **more: object) -> Route:
    (found,) = all_routes(texts, version, **more)
    return found


def site(inside: str, server: str = "", http: str = "", location: str = "/mcp") -> str:
    return (
        f"{http}\nserver {{\n    listen 80;\n    {server}\n    location {location} {{\n        {inside}\n    }}\n}}\n"
    )


PASS = "proxy_pass http://notes:8000;"


# --- values, inheritance and sites ------------------------------------------------------------------------------------


def test_defaults_know_the_release() -> None:
    for version, protocol in (("1.22.1", ("1.0",)), ("1.29.7", ("1.1",)), ("1.30", ("1.1",)), (None, ("1.0", "1.1"))):
        found = route(site(PASS), version)
        assert found.http_version.options == protocol
        assert found.buffering.options == (True,) and found.read_timeout.options == (60.0,)
        assert found.listen.options == (("80",),) and found.server_names.options == ((),)


@pytest.mark.parametrize(
    ("http", "server", "inside", "expected"),
    [
        ("", "", "", True),
        ("proxy_buffering off;", "", "", False),
        ("proxy_buffering off;", "proxy_buffering on;", "", True),
        ("", "proxy_buffering on;", "proxy_buffering off;", False),
        ("", "", "proxy_buffering OFF;", False),
    ],
)
def test_the_innermost_directive_holds(http: str, server: str, inside: str, expected: bool) -> None:
    found = route(site(PASS + inside, server, http))
    assert found.buffering.options == (expected,)
    edited = found.buffering.site
    assert edited and (not edited.span.text or flag(edited.span.text) == expected)


def test_a_list_of_the_inner_block_drops_the_outer_one() -> None:
    outer = "proxy_set_header A a; proxy_set_header B b; add_header C c; allow 10.0.0.1; deny all;"
    (found,) = proxied(configs(site(PASS + "proxy_set_header D d; deny 10.0.0.2;", outer)))
    assert [(header.name, header.value, bool(header.removal)) for header in found.route.request_headers] == [
        ("d", "d", True)
    ]
    level = found.location.level
    assert [each.words for each in level.effective("add_header")] == [("C", "c")] and "add_header" not in level.own
    assert not level.effective("allow") and [each.words for each in level.effective("deny")] == [("10.0.0.2",)]


def test_what_an_outer_block_says_is_not_taken_away_inside() -> None:
    (header,) = route(site(PASS, "proxy_set_header A a;")).request_headers
    assert (header.name, header.value, header.removal) == ("a", "a", ())


def test_what_a_block_keeps_to_itself() -> None:
    outer = "return 404; rewrite a b; set $x y; try_files a b; root /x;"
    (found,) = proxied(configs(site(PASS, outer)))
    names = ("return", "rewrite", "set", "try_files", "proxy_pass", "root")
    assert [name for name in names if found.location.level.effective(name)] == ["proxy_pass", "root"]


def test_nested_locations_do_not_inherit_the_proxy() -> None:
    text = site(f"{PASS} proxy_buffering off; location /mcp/x {{ }} location /mcp/y {{ {PASS} }}")
    assert [found.location.only for found in all_routes(text)] == ["/mcp", "/mcp/y"]
    assert [found.buffering.only for found in all_routes(text)] == [False, False]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "server {\n\tlocation / {\n\t\tproxy_pass http://a; # a\n\t\troot x;\n\t}\n}\n",
            "server {\n\tlocation / {\n\t\tproxy_pass http://a; # a\n\t\tproxy_buffering off;\n\t\troot x;\n\t}\n}\n",
        ),
        (
            "server { location / { proxy_pass http://a; } }",
            "server { location / { proxy_pass http://a; proxy_buffering off; } }",
        ),
        (
            "server {\n  location / { root x;\n    proxy_pass http://a; root y; }\n}",
            "server {\n  location / { root x;\n    proxy_pass http://a; proxy_buffering off; root y; }\n}",
        ),
        (
            "server {\n  location / {\n    include pass.conf;\n  }\n}",
            "server {\n  location / {\n      proxy_buffering off;\n    include pass.conf;\n  }\n}",
        ),
    ],
)
def test_where_a_missing_directive_goes(before: str, after: str, end: str) -> None:
    texts = {"nginx.conf": before.replace("\n", end), "pass.conf": "proxy_pass http://a;\n"}
    found = route(texts)
    (edit,) = found.buffering.write("off")
    text = edit.span.source.text
    assert text[: edit.span.start] + edit.text + text[edit.span.end :] == after.replace("\n", end)
    assert route({**texts, "nginx.conf": after.replace("\n", end)}).buffering.options == (False,)


def test_sites_spell_their_values() -> None:
    text = site(
        "proxy_pass http://notes:8000/mcp; proxy_buffering off; proxy_read_timeout 1m30s; proxy_http_version 1.1;",
        http="upstream notes:8000 { least_conn; server a:1; }",
    )
    found = route(text)
    told = {"buffering": flag, "read_timeout": seconds}
    for name in ("buffering", "read_timeout", "http_version", "target", "location", "balancing"):
        value = getattr(found, name)
        assert value.site and told.get(name, str)(value.site.span.text) == value.only, name
    assert found.read_timeout.only == 90


def test_a_quoted_value_is_written_inside_its_quotes() -> None:
    found = route(site(f'{PASS} proxy_read_timeout "10s";'))
    (edit,) = found.read_timeout.write("300s")
    assert edit.span.source.text[edit.span.start - 1] == '"' and edit.span.text == "10s"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("60", 60), ("60s", 60), ("1m", 60), ("1h30m", 5400), ("500ms", 0.5), ("1m 30s", 90), ("1d", 86400), ("0", 0)],
)
def test_times(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "s", "1x", "-1", "1.5s", "9" * 50, "١"])
def test_no_times(text: str) -> None:
    with pytest.raises(ValueError):
        seconds(text)


def test_sizes() -> None:
    assert [size(text) for text in ("0", "512", "64k", "10M", "1g")] == [0, 512, 65536, 10 << 20, 1 << 30]


# --- includes and templates -------------------------------------------------------------------------------------------

MAIN = "events { }\nhttp {\n    include mime.types;\n    include /etc/nginx/conf.d/*.conf;\n}\n"


def test_includes_are_followed() -> None:
    texts = {
        "deploy/nginx.conf": MAIN,
        "deploy/conf.d/a.conf": f"server {{ location /mcp {{ {PASS} include snippets/sse; }} }}",
        "deploy/snippets/sse": "proxy_buffering off;\n",
    }
    found = route(texts)
    assert found.buffering.options == (False,) and found.closed
    assert len(configs(texts)) == 1


@pytest.mark.parametrize(
    "include",
    ["/etc/passwd", "../../secret.conf", "/etc/nginx/none.conf", "$a.conf", "snippets/[ab].conf", "a*/b.conf"],
)
def test_what_lies_elsewhere_is_not_known(include: str) -> None:
    found = route({"nginx/nginx.conf": f"server {{ location /mcp {{ {PASS} include {include}; }} }}"})
    assert not found.closed
    for value in (found.buffering, found.read_timeout, found.http_version):
        assert value.options is None and "not in the project" in value.trace[-1].text


def test_what_is_spelled_behind_an_unknown_include_is_known() -> None:
    assert route(site(f"{PASS} include x.conf; proxy_buffering off;")).buffering.options == (False,)


@pytest.mark.parametrize(
    "texts",
    [
        {"nginx.conf": f"include nginx.conf;\nserver {{ location / {{ {PASS} }} }}"},
        {"nginx.conf": f"include *.conf;\nserver {{ location / {{ {PASS} }} }}"},
        {"nginx.conf": f"include nginx.conf;\nhttp {{ include nginx.conf; server {{ location / {{ {PASS} }} }} }}"},
        {
            "conf.d/a.conf": f"include conf.d/b.conf;\nserver {{ location / {{ {PASS} }} }}",
            "conf.d/b.conf": "include conf.d/a.conf;\nserver { location /x { return 404; } }",
        },
        {
            "nginx.conf": f"server {{ include a.conf; location / {{ {PASS} }} }}",
            "a.conf": "include b.conf;\n",
            "b.conf": "include a.conf;\n",
        },
        {
            "nginx.conf": f"server {{ location / {{ {PASS} include a.conf; }} }}",
            "a.conf": "location / { include a.conf; }",
        },
    ],
)
def test_cycles_end(texts: dict[str, str]) -> None:
    assert [found.location.only for found in all_routes(texts)] == ["/"]


def test_includes_that_multiply_are_bounded() -> None:
    texts = {f"{n}.conf": f"include {n + 1}.conf;\n" * 10 for n in range(12)}
    texts |= {"12.conf": "root /x;\n" * 10, "nginx.conf": f"server {{ location / {{ {PASS} include 0.conf; }} }}"}
    assert not route(texts).closed


def test_places_in_the_image() -> None:
    texts = {
        "conf/main.conf": MAIN,
        "conf/site.conf": site(PASS, "include /etc/nginx/extra/off.conf;"),
        "x/y.conf": "proxy_buffering off;",
    }
    image = {
        "/etc/nginx/nginx.conf": "conf/main.conf",
        "/etc/nginx/conf.d/default.conf": "conf/site.conf",
        "/etc/nginx/extra/off.conf": "x/y.conf",
    }
    found = route(texts, image=image)
    assert found.buffering.options == (False,)
    assert len(configs(texts, image=image)) == 1


def test_folders_in_the_image() -> None:
    texts = {"a.conf": MAIN, "web/templates/b.conf.template": site("proxy_pass http://${NAME};")}
    env = {"NAME": "notes:8000"}
    found = route(texts, image={"/etc/nginx/templates": "web/templates"}, env=lambda name: Value((env.get(name),)))
    assert found.target.options == ("http://notes:8000",) and found.members[0].port == 8000


def test_files_of_one_folder_run_side_by_side() -> None:
    texts = {"conf.d/a.conf": "upstream notes { server a:1; }", "conf.d/b.conf": site("proxy_pass http://notes;")}
    assert [member.host for member in route(texts).members] == ["a"]
    texts = {"x/a.conf": "upstream notes { server a:1; }", "x/b.conf": site("proxy_pass http://notes;")}
    assert [member.host for member in route(texts).members] == ["notes"]
    texts = {"conf.d/a.conf": "proxy_buffering off;", "conf.d/b.conf": site(f"{PASS} include conf.d/a.conf;")}
    assert route(texts).buffering.options == (False,) and route(texts).closed


@pytest.mark.parametrize(
    "image",
    [
        {"/etc/nginx/conf.d": "x"},
        {"/etc/nginx/conf.d/": "x/"},
        {"/etc/nginx": "y", "/etc/nginx/conf.d": "x"},
        {"/etc/nginx/conf.d/a.conf": "x/a.conf", "/etc/nginx/sites-enabled/b": "x/b.conf"},
        {"/etc/nginx/templates/a.conf.template": "x/a.conf", "/etc/nginx/conf.d/b.conf": "x/b.conf"},
        {"/etc/nginx/conf.d": "x", "/etc/nginx/conf.d/b.conf": "y/b.conf", "/etc/nginx/templates": "z"},
    ],
)
def test_files_that_the_image_includes_run_side_by_side(image: dict[str, str]) -> None:
    texts = {
        "x/a.conf": "proxy_buffering off;\nupstream notes { server a:1; }",
        "x/b.conf": site("proxy_pass http://notes;"),
        "x/c.txt.conf.off": "proxy_read_timeout 9s;",
    }
    if "y/b.conf" in image.values():
        texts |= {"y/b.conf": texts["x/b.conf"], "x/b.conf": site("return 404;")}
        texts["z/c.conf.template"] = "proxy_read_timeout ${TIME};"
    found = route(texts, image=image, env=lambda name: Value(("9s",)))
    assert [member.host for member in found.members] == ["a"]
    assert found.buffering.options == (False,) and found.closed
    assert found.read_timeout.options == (9.0 if "z/c.conf.template" in texts else 60.0,)


def test_a_file_that_the_image_does_not_include_says_nothing_there() -> None:
    texts = {"x/a.conf": "proxy_buffering off;", "x/b.conf": site(PASS)}
    found = route({"x/b.conf": texts["x/b.conf"]}, image={"/etc/nginx/conf.d/b.conf": "x/b.conf"})
    assert found.buffering.options == (True,) and found.closed
    found = route(texts, image={"/etc/nginx/conf.d/b.conf": "x/b.conf", "/etc/nginx/extra/a.conf": "x/a.conf"})
    assert found.buffering.options == (True,)


def test_what_a_file_says_that_nothing_is_known_to_include_may_hold_beside_it() -> None:
    texts = {"x/a.conf": "proxy_buffering off;", "x/b.conf": site(PASS)}
    assert route(texts).buffering.options is None and not route(texts).closed
    texts["x/b.conf"] = site(f"{PASS} include a.conf;")
    assert route(texts).buffering.options == (False,) and route(texts).closed


def test_a_file_beside_one_with_an_http_block_may_be_part_of_it() -> None:
    alone = {"n/site.conf": site(PASS)}
    assert route(alone).closed
    assert route({**alone, "n/nginx.conf": MAIN}).closed
    assert not route({**alone, "n/nginx.conf": "events { } http { proxy_buffering off; }"}).closed
    assert route(
        {**alone, "n/nginx.conf": MAIN.replace("http {", "http { proxy_buffering off;")}
    ).buffering.options == (False,)


def test_snippets_without_a_location_are_nothing_by_themselves() -> None:
    assert all_routes({"b.conf": "proxy_buffering off;"}) == ()


def test_a_file_of_locations_stands_in_a_server_of_which_nothing_is_known() -> None:
    (found,) = all_routes({"a.conf": f"location /mcp {{ {PASS} proxy_read_timeout 9s; }}"})
    assert found.listen.options is None and found.server_names.options is None and not found.closed
    assert found.read_timeout.options == (9.0,) and found.buffering.options is None
    assert found.target.only == "http://notes:8000" and found.path.only == "/mcp"


def test_a_file_of_locations_that_is_included_is_no_server_of_its_own() -> None:
    texts = {"a.conf": f"location /mcp {{ {PASS} }}", "nginx.conf": "http { server { listen 80; include a.conf; } }"}
    (found,) = all_routes(texts)
    assert found.listen.options == (("80",),)


def test_a_file_of_locations_knows_the_upstreams_beside_it() -> None:
    texts = {
        "a.conf": "location /mcp { proxy_pass http://up; }",
        "nginx.conf": "http { upstream up { server a:1; server b:2; } include /etc/elsewhere/*.conf; }",
    }
    (found,) = all_routes(texts)
    assert [(member.host, member.port) for member in found.members] == [("a", 1), ("b", 2)]


def test_placeholders() -> None:
    text = site(
        "proxy_pass ${BACKEND}; proxy_read_timeout ${T}s; proxy_buffering $BUFFERING;",
        "server_name $host_name ${NAME};",
    )
    env = {"BACKEND": "http://a:1", "NAME": "x.example", "BUFFERING": "off", "T": None}
    trace = Label(files({"a.conf": "root x;"})[0]["a.conf"].directives[0].span, "is set here")

    def told(name: str) -> Value[str | None]:
        return Value((env[name],), (trace,)) if name in env else Value((None,))

    found = route({"a.conf.template": text}, env=told)
    assert found.target.options == ("http://a:1",) and trace in found.target.trace and found.target.site is None
    assert found.buffering.options == (False,) and found.read_timeout.options is None
    assert found.server_names.options == (("$host_name", "x.example"),)
    unknown = route({"a.conf.template": text})
    assert unknown.target.options is None and unknown.members == () and unknown.server_names.options is None


def test_template_statements_leave_a_block_open() -> None:
    found = route("server {\n{{ locations }}\n location /mcp { proxy_pass http://a; }\n}")
    assert not found.closed and found.buffering.options is None


# --- where a route leads ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "members"),
    [
        ("http://a", [("a", 80)]),
        ("https://a", [("a", 443)]),
        ("http://A:81/x", [("a", 81)]),
        ("http://[::1]:81", [("[::1]", 81)]),
        ("http://unix:/run/a.sock:/x", [("unix:/run/a.sock", 0)]),
        ("http://$a", []),
        ("http://pool", [("b", 80), ("c", 8000), ("", 0)]),
    ],
)
def test_members(url: str, members: list[tuple[str, int]]) -> None:
    pool = "upstream pool { server b; server c:8000 weight=3 max_fails=0; server ${D}:1 resolve; zone z 64k; }"
    found = route(site(f"proxy_pass {url};", http=pool))
    assert [(member.host, member.port) for member in found.members] == members


def test_members_that_take_no_requests() -> None:
    pool = "upstream pool { server a; server b backup; server c down; }"
    found = route(site("proxy_pass http://pool;", http=pool))
    assert [member.active for member in found.members] == [True, False, False]


BALANCED = {
    "": ("round-robin", "none"),
    "ip_hash;": ("ip_hash", "works"),
    "least_conn;": ("least_conn", "none"),
    "random two least_conn;": ("random two least_conn", "none"),
    "hash ${binary_remote_addr};": ("hash ${binary_remote_addr}", "works"),
    "hash   $remote_addr\n consistent;": ("hash $remote_addr consistent", "works"),
    "hash $http_mcp_session_id;": ("hash $http_mcp_session_id", "session-header"),
    "hash ${http_mcp_session_id}x consistent;": ("hash ${http_mcp_session_id}x consistent", "session-header"),
    "hash $cookie_srv;": ("hash $cookie_srv", "cookie"),
    "hash $http_authorization;": ("hash $http_authorization", "token"),
    "hash $remote_addr$remote_port;": ("hash $remote_addr$remote_port", "none"),
    "hash $request_uri consistent;": ("hash $request_uri consistent", "works"),
    "hash $something;": ("hash $something", None),
    "least_conn; sticky cookie srv;": ("sticky cookie srv", "cookie"),
    "sticky route $http_mcp_session_id;": ("sticky route $http_mcp_session_id", "session-header"),
    "sticky learn create=$upstream_http_mcp_session_id lookup=$http_mcp_session_id zone=z:1m;": (
        "sticky learn create=$upstream_http_mcp_session_id lookup=$http_mcp_session_id zone=z:1m",
        "works",
    ),
    "sticky learn create=$upstream_cookie_a lookup=$cookie_a zone=z:1m;": (
        "sticky learn create=$upstream_cookie_a lookup=$cookie_a zone=z:1m",
        "cookie",
    ),
}


@pytest.mark.parametrize("how", BALANCED)
def test_balancing(how: str) -> None:
    balancing, kind = BALANCED[how]
    found = route(site("proxy_pass http://p;", http=f"upstream p {{\n    {how}\n    server a; server b;\n}}"))
    assert found.balancing.options == (balancing,)
    assert affinity(NGINX, balancing) == kind
    if found.balancing.site and found.balancing.site.span.text:
        assert found.balancing.site.span.text == balancing


def test_a_balancing_that_is_missing_can_be_written() -> None:
    text = site("proxy_pass http://p;", http="upstream p {\n    server a;\n}")
    (edit,) = route(text).balancing.write("ip_hash")
    mended = text[: edit.span.start] + edit.text + text[edit.span.end :]
    assert route(mended).balancing.options == ("ip_hash",)


VARIABLES = {
    "set in the server": ("set $b notes:8000;", "", "proxy_pass http://$b;", "http://notes:8000"),
    "set in the location": ("", "", "set $b http://notes:8000; proxy_pass $b;", "http://notes:8000"),
    "set by steps": ("set $p 8000; set $b notes:$p;", "", "proxy_pass http://${b};", "http://notes:8000"),
    "a map of one value": ("", "map $http_x $b { default notes; }", "proxy_pass http://$b:8000;", "http://notes:8000"),
    "a map of the host": (
        "server_name a;",
        "map $host $b { default x; a notes; }",
        "proxy_pass http://$b:8000;",
        "http://notes:8000",
    ),
    "a map of what nobody knows": (
        "",
        "map $http_x $b { default notes; y other; }",
        "proxy_pass http://$b:8000;",
        None,
    ),
    "what a request says": ("", "", "proxy_pass http://$http_x;", None),
    "a condition that is not known": (
        "set $b notes;",
        "",
        "if ($http_x) { set $b other; } proxy_pass http://$b:8000;",
        None,
    ),
    "requests that are refused": (
        "",
        "",
        "if ($http_authorization = '') { return 401; } proxy_pass http://notes:8000;",
        "http://notes:8000",
    ),
}


@pytest.mark.parametrize("name", VARIABLES)
def test_variables(name: str) -> None:
    server, http, inside, target = VARIABLES[name]
    found = route(site(inside, server, http))
    assert found.target.only == target and bool(found.members) == (target is not None)


@pytest.mark.parametrize(
    ("location", "url", "path"),
    [
        ("/mcp", "http://a", "/mcp"),
        ("/mcp", "http://a/", "/"),
        ("/api/", "http://a/", "/"),
        ("/api/", "http://a/mcp/", "/mcp/"),
        ("= /x", "http://a/mcp", "/mcp"),
        ("~ ^/mcp$", "http://a", "/mcp"),
        (r"~ ^/mcp\.v1(/|$)", "http://a", "/mcp.v1"),
        ("~ ^/(a|b)", "http://a", None),
        ("@named", "http://a", None),
    ],
)
def test_the_path_of_a_route(location: str, url: str, path: str | None) -> None:
    assert route(site(f"proxy_pass {url};", location=location)).path.only == path


def test_paths_to_the_server() -> None:
    text = """
    server {
        location /notes/ { rewrite ^/notes/(.*)$ /$1 break; proxy_pass http://a; }
        location /v1/ { proxy_pass http://a/; }
        location = /direct { proxy_pass http://a/mcp; }
        location / { proxy_pass http://a; }
        location /health { proxy_pass http://a; }
        location ~ ^/mcp { proxy_pass http://b; }
        location /shadowed { location ~ x { proxy_pass http://a; } proxy_pass http://a/mcp?; }
    }"""
    found = {each.location.match_text: paths_to(each, "/mcp") for each in proxied(configs(text))}
    assert found["/notes/"] == ("/notes/mcp",) and found["/v1/"] == ("/v1/mcp",) and found["= /direct"] == ("/direct",)
    assert found["/"] == () and found["/health"] == () and found["~ ^/mcp"] == ("/mcp",)


# --- requests ---------------------------------------------------------------------------------------------------------

HOSTS = """
server { listen 80 default_server; server_name _; return 401; }
server { listen 80; server_name a.example *.b.example .c.example; return 402; }
server { listen 80; server_name x.b.example d.*; return 403; }
server { listen 80; server_name ~^e\\d+$; return 405; }
server { listen 81; server_name a.example; return 406; }
server { listen 127.0.0.1:80; server_name a.example; return 407; }
server { listen unix:/run/x; listen [::]:82; return 408; }
server { listen localhost:83; return 409; }
"""


@pytest.mark.parametrize(
    ("host", "port", "status"),
    [
        ("a.example", 80, 402),
        ("A.EXAMPLE", 80, 402),
        ("y.b.example", 80, 402),
        ("x.b.example", 80, 403),
        ("c.example", 80, 402),
        ("z.c.example", 80, 402),
        ("d.org", 80, 403),
        ("e12", 80, 405),
        ("nobody", 80, 401),
        ("nobody", 81, 406),
        ("anyone", 82, 408),
        ("anyone", 83, 409),
        ("anyone", 84, None),
    ],
)
def test_servers_are_chosen(host: str, port: int, status: int | None) -> None:
    (config,) = configs(HOSTS)
    assert route_request(config, host, port, "http", "/").status == status


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/mcp", "/mcp"),
        ("//a///b", "/a/b"),
        ("/a/../b/./c", "/b/c"),
        ("/a/b/..", "/a/"),
        ("/a/.", "/a/"),
        ("/%6Dcp", "/mcp"),
        ("/a%2Fb", "/a/b"),
        ("/é", "/Ã©"),
        ("/..", None),
        ("/%", None),
        ("/%0", None),
        ("/%zz", None),
        ("/%00", None),
        ("mcp", None),
    ],
)
def test_paths_are_normalised(path: str, expected: str | None) -> None:
    assert normalise(path) == expected


def test_undecided_answers_say_why() -> None:
    for server in ("if ($http_x) { return 301 /x; }", "location ~ {{ x }} { }", "rewrite {{ a }} /b;"):
        (config,) = configs(f"server {{ {server} location / {{ {PASS} }} }}")
        found = route_request(config, "a", 80, "http", "/mcp")
        assert found.kind == "unknown" and found.trace and not found.certain


def test_rewrites_without_their_words_change_nothing() -> None:
    (found,) = proxied(configs(f"server {{ location /mcp {{ rewrite; rewrite a; {PASS} }} }}"))
    assert list(paths_to(found, "/mcp")) == list(
        paths_to(proxied(configs(f"server {{ location /mcp {{ {PASS} }} }}"))[0], "/mcp")
    )


def test_an_unknown_include_makes_an_answer_uncertain() -> None:
    (config,) = configs(f"server {{ include x.conf; location = /a {{ {PASS} }} location / {{ {PASS} }} }}")
    assert route_request(config, "a", 80, "http", "/a").certain
    assert not route_request(config, "a", 80, "http", "/b").certain


def test_rewrites_that_never_end_do() -> None:
    for inside in ("rewrite ^ /a/b last;", "error_page 404 = /a/x; return 404;", "try_files x /a/c;"):
        (config,) = configs(f"server {{ location / {{ {inside} }} }}")
        assert route_request(config, "a", 80, "http", "/a").kind in ("status", "file")


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a|a)*b",
        "(a*)*",
        "((a?){20}){20}",
        "(.*)(.*)(.*)(.*)(.*)(.*)x",
        "(a?)" * 60 + "b",
        "(aa|ab|a)" * 40,
        "(" * 300,
        r"\Qa\E",
        "[[:alpha:]]",
        r"(a)\1*",
        "x" * 501,
        "(",
    ],
)
def test_expressions_that_cannot_be_followed(pattern: str) -> None:
    span = files({"a.conf": "root x;"})[0]["a.conf"].directives[0].span
    with pytest.raises(Undecided):
        search(pattern, "/" + "a" * 200, False, span)


@pytest.mark.parametrize(
    ("pattern", "text", "groups"),
    [
        (r"^/mcp(/.*)?$", "/mcp/x", ("/x",)),
        (r"^/(?<name>[^/]+)/", "/a/b", ("a",)),
        (r"(?i)^/MCP", "/mcp", ()),
        (r"^/(api|mcp)/v\d+", "/mcp/v2", ("mcp",)),
        (r"\.(?:css|js)$", "/a.js", ()),
    ],
)
def test_expressions(pattern: str, text: str, groups: tuple[str, ...]) -> None:
    span = files({"a.conf": "root x;"})[0]["a.conf"].directives[0].span
    found = search(pattern, text, False, span)
    assert found and found.groups() == groups


def test_a_route_answers_as_its_location_does() -> None:
    (config,) = configs(site("limit_except GET { deny all; } proxy_pass http://a/x;"))
    (server,) = config.servers
    assert route_in_location(config, server, server.locations.all[0], "/mcp/y", "GET").uri == "/x/y"
    assert route_in_location(config, server, server.locations.all[0], "/mcp/y", "POST").status == 403


def test_many_locations_take_their_time_in_turn() -> None:
    text = "server {\n" + "".join(f"location /{n} {{ {PASS} }}\n" for n in range(3000)) + "}"
    found = all_routes(text)
    assert len(found) == MOST_RULES + 1 == len({each.id for each in found})


def test_nesting_ends() -> None:
    text = "location / { " * 150 + PASS + "}" * 150
    assert all_routes(f"server {{ {text} }}") == ()


def test_garbage_makes_no_trouble() -> None:
    dice = random.Random(20261123)
    pieces = ["server", "{", "}", "location", "/", ";", "proxy_pass", "http://a", "$x", "listen", "80", "~", "^", "="]
    pieces += ["@", "if", "(", ")", "set", "rewrite", "return", "last", "root", "{}", "/mcp", "server_name", "~x"]
    pieces += ["try_files", "include", "*.conf", "error_page", "upstream", "map", "${A}", "{{ x }}", "'", "\\", "["]
    pieces += ["(?<", "999999999999", "limit_except", "break;", "deny", "allow", "all;", "internal;", "404", "hash"]
    for _ in range(1000):
        text = " ".join(dice.choice(pieces) for _ in range(dice.randint(1, 60)))
        text = f"server {{ {text} }} }} server {{ location / {{ {text} }} {text}"
        for found, config in itertools.zip_longest(all_routes(text), configs(text)):
            if found:
                assert all(header.name == header.name.lower() for header in found.request_headers)
            if config:
                route_request(config, "a", 80, "http", "/mcp?x")


# --- knowledge --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("nginx:1.27-alpine", "1.27"),
        ("nginx", NEWEST),
        ("nginx:stable", NEWEST),
        ("docker.io/library/nginx:1.25.3@sha256:00", "1.25.3"),
        ("localhost:5000/nginx", NEWEST),
        ("nginxinc/nginx-unprivileged:alpine", NEWEST),
        ("nginx:${TAG}", None),
        ("jwilder/nginx-proxy:1.4", None),
        ("example.com/own-nginx:7", None),
        ("caddy:2", None),
    ],
)
def test_images(image: str, version: str | None) -> None:
    assert image_version(image) == version


def test_versions() -> None:
    assert at_least("1.29", "1.29.7") and at_least("1.29.7", "1.29.7") and not at_least("1.29.6", "1.29.7")
    assert at_least("1.100.0", "1.29.7") and not at_least("1.9.9", "1.29.7")
    assert defaults("proxy_http_version") == ("1.0", "1.1") and defaults("proxy_http_version", "1.28") == ("1.0",)
