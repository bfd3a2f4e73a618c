"""What the rules about nginx's start and a mounted application's metadata claim, seen with nginx and fastmcp."""

from __future__ import annotations

import subprocess
from pathlib import Path

from pages import cases

from tests.lab import need
from tests.lab.examples import example, started
from tests.lab.nginx import MAIN
from tests.lab.project import ROOT

METADATA = "/.well-known/oauth-protected-resource/api/mcp"


def checked(folder: Path, server: str) -> tuple[int, str]:
    """What `nginx -t` says of a server: its exit code and its messages."""
    nginx = need.program("nginx")
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, http=server))
    done = subprocess.run([nginx, "-t", "-p", folder, "-c", "nginx.conf"], capture_output=True, text=True)
    return done.returncode, done.stderr


def test_nginx_does_not_start_without_a_certificate(tmp_path: Path) -> None:
    key = (need.program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=notes")
    subprocess.run(
        [*key, "-keyout", "key.pem", "-out", "certificate.pem"], cwd=tmp_path, check=True, capture_output=True
    )
    for section, code in (("Bad", 1), ("Good", 0)):
        text = example("missing-certificate", section)["nginx.conf"]
        server = (
            text.replace("notes:8000", "127.0.0.1:8000").replace("443", "18443").replace("/etc/nginx/", f"{tmp_path}/")
        )
        found, said = checked(tmp_path, server)
        assert found == code, said
        assert ('no "ssl_certificate" is defined' in said) == (section == "Bad")


def test_metadata_go_below_the_mount(tmp_path: Path) -> None:
    page = (ROOT / "tests" / "cases" / "unrouted-metadata.md").read_text()
    known = {case.name: case.files for case in cases(page)}
    for name, status in (
        ("An application that is mounted below a prefix takes its metadata with it", 404),
        ("The same with the metadata at the root", 200),
    ):
        folder = tmp_path / str(status)
        folder.mkdir()
        files = {**known[name]}
        files["server.py"] = files["server.py"].replace('open("/run/secrets/github").read()', '"secret"')
        with started(folder, "unrouted-metadata", "Bad", files=files) as server:
            refused = server.initialize("/api/mcp")
            assert refused.status == 401 and METADATA in refused.headers["www-authenticate"]
            assert server.ask("GET", METADATA).status == status
