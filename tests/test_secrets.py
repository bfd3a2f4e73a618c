"""What is a secret and what is a placeholder, and that no output shows one."""

from __future__ import annotations

import subprocess
from base64 import b64encode
from collections.abc import Callable
from json import dumps, loads
from pathlib import Path

import pytest

from mcplint.engine.patch import without_secrets
from mcplint.knowledge.secrets import hide_secrets, in_url, masked, masked_line, secret
from mcplint.reports.escape import json
from mcplint.reports.formats import FORMATS

KEY = "7b1e94c02fd63a58e4069b1d75c2fa83"
TOKEN = "ghp_" + "f8Qz2LmX0vB7nKs4TgYw" + "1RcDe9HjU3aP5oMi6Z"


HEAD = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
BEGIN = "-----BEGIN PRIVATE" + " KEY-----"
BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7"
SIGNED = "Zm9sbG93cw-c2lnbmF0dXJl_dGhhdC1ub2JvZHk3"


def web_token(**claims: object) -> str:
    return ".".join((HEAD, b64encode(dumps(claims).encode()).decode().rstrip("="), SIGNED))


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("NOTES_KEY", web_token(iss="supabase", role="anon"), ""),
        ("NOTES_API_KEY", web_token(iss="supabase", role="anon"), ""),
        ("Authorization", f"Bearer {web_token(role='anon')}", ""),
        ("ANYTHING", f"npx build --supabase-anon-key={web_token(sub='notes')}", ""),
        ("ANYTHING", f"VITE_API_KEY={web_token(sub='notes')} NPM={TOKEN}", "GitHub token"),
        ("NOTES_ANON_KEY", web_token(sub="notes"), ""),
        ("NEXT_PUBLIC_TOKEN", web_token(sub="notes"), ""),
        ("VITE_SERVICE_KEY", web_token(role="service_role"), "JSON web token"),
        ("NOTES_KEY", web_token(role="service_role"), "JSON web token"),
        ("NOTES_KEY", web_token(sub="notes"), "JSON web token"),
        ("CANON_KEY", web_token(sub="notes"), "JSON web token"),
        ("VITE_GITHUB_TOKEN", TOKEN, "GitHub token"),
        ("VITE_API_KEY", KEY, ""),
        ("REPUBLIC_API_KEY", KEY, "secret"),
        ("VITE_FIREBASE_API_KEY", "AIza" + "SyD3f8Qz2LmX0vB7nKs4TgYw1RcDe9HjU3a", ""),
        ("GEMINI_API_KEY", "AIza" + "SyD3f8Qz2LmX0vB7nKs4TgYw1RcDe9HjU3a", "Google API key"),
        ("STRIPE_API_KEY", "pk_live_" + KEY, ""),
        ("SUPABASE_API_KEY", "sb_publishable_" + KEY, ""),
        ("NOTES_API_KEY", KEY, "secret"),
        ("ANYTHING", TOKEN, "GitHub token"),
        ("Authorization", f"Bearer {KEY}", "secret"),
        ("NOTES_ID", KEY, ""),
        ("MAX_TOKENS", "40961234567890123", ""),
        ("NOTES_TOKEN_FILE", "/run/secrets/notes-token-1", ""),
        ("NOTES_API_KEY", "your-api-key-goes-here-1234", ""),
        ("NOTES_API_KEY", "changeme-changeme-1", ""),
        ("NOTES_API_KEY", "<put-your-key-here-0123>", ""),
        ("NOTES_API_KEY", "${NOTES_API_KEY}", ""),
        ("NOTES_API_KEY", "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", ""),
        ("GITHUB_TOKEN", "ghp_" + "x" * 36, ""),
        ("POSTGRES_PASSWORD", "postgres", ""),
        ("API_KEY", "aaaaaaaaaaaaaaaa1111", ""),
        ("SECRET", "https://example.org/a1b2c3d4e5f6", ""),
        ("NOTES_API_KEY", "OvUXqgA2v4g" + "tesTvA3Aeetelc8", "secret"),
        ("NOTES_API_KEY", "k3Jdemo8QzR7" + "tWm2Lx9Bv4Nc", "secret"),
        ("NOTES_API_KEY", "aQ2mZ8xxxR7t" + "Lk4Vb8Nc3Wd6", "secret"),
        ("NOTES_API_KEY", "test_api_key_1234567890", ""),
        ("NOTES_API_KEY", "MyTestApiKey2024V1x2", ""),
        ("NOTES_API_KEY", "yourSuperSecretKey2024Here", ""),
        ("NOTES_API_KEY", "demo1a2b3c4d5e6f7g8h9", ""),
        ("NOTES_API_KEY", "a1b2c3d4e5f6g7h8demo", ""),
        ("NOTES_API_KEY", "changeme1a2b3c4d5e6f7g8h", ""),
        ("NOTES_API_KEY", "P@ssw0rdForTesting123", ""),
        ("NOTES_API_KEY", "ci-test-4fGh7Kl2Qw9Zx1Vb", ""),
        ("tls.key", f"{BEGIN}\n{BODY}\n-----END PRIVATE KEY-----\n", "private key"),
        ("tls.key", f"{BEGIN}\\\\n{BODY}", "private key"),
        ("tls.key", f"{BEGIN}\n            {BODY}", "private key"),
        ("tls.key", f"{BEGIN}\n# Replace with your SSL private key\n-----END PRIVATE KEY-----\n", ""),
        ("tls.key", f"{BEGIN}\nMIIEvQ...\n-----END PRIVATE KEY-----\n", ""),
        ("grep", f"grep -q '{BEGIN}' /etc/tls/tls.key", ""),
    ],
)
def test_a_secret_is_told_from_a_placeholder(name: str, text: str, kind: str) -> None:
    assert secret(name, text) == kind


def test_json_stays_json_where_a_secret_ends_at_a_quote() -> None:
    shown = loads(json({"text": f'say "NOTES_API_KEY={KEY}" aloud'}))
    assert shown == {"text": f'say "NOTES_API_KEY={KEY[:4]}{"*" * 28}" aloud'}


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (f"redis://:{KEY}@cache:6379/0", "password"),
        (f"postgres://notes:{KEY}@db/notes", "password"),
        (f"https://notes.example.com/mcp?a=b&api_key={KEY}#c", "api_key"),
        ("postgres://postgres:postgres@db/notes", ""),
        (f"https://notes.example.com/files/{KEY}", ""),
        (f"https://notes.example.com/?commit={KEY}", ""),
    ],
)
def test_a_secret_in_a_url(url: str, name: str) -> None:
    assert in_url(url)[0] == name and (masked(url) != url) is bool(name)


@pytest.mark.parametrize(
    ("far", "withheld"), [("a: 1\nb: 2\n", ()), ("", ("compose.yaml",))], ids=["two lines away", "beside it"]
)
def test_a_patch_shows_no_secret(project: Callable[[dict[str, str]], Path], far: str, withheld: tuple[str]) -> None:
    before = {"compose.yaml": f"API_KEY: {KEY}\n{far}ports: 1\n", "server.py": "a\n"}
    after = {"compose.yaml": f"API_KEY: {KEY}\n{far}ports: 2\n", "server.py": "b\n"}
    patch, left = without_secrets(before, after)
    assert KEY not in patch and left == withheld
    root = project({**before, "patch": patch})
    subprocess.run(["git", "apply", "patch"], check=True, cwd=root)
    assert (root / "server.py").read_text() == "b\n"
    assert (root / "compose.yaml").read_text() == (before if withheld else after)["compose.yaml"]


def test_the_command_line_says_which_change_is_not_in_its_patch(
    project: Callable[[dict[str, str]], Path], mcplint: Callable[..., object]
) -> None:
    project(
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY . .\nRUN pip install mcp==1.27.1\nCMD python server.py\n",
            "server.py": "from mcp.server.fastmcp import FastMCP\nFastMCP('n', host='0.0.0.0').run('sse')\n",
            "compose.yaml": f"services:\n  n:\n    build: .\n    ports: ['8000:8000'] # NOTES_API_KEY={KEY}\n",
        }
    )
    ran = mcplint("--diff", "--unsafe-fixes", "--select", "published-without-auth")
    assert KEY not in f"{ran}" and "not in the patch: a change of compose.yaml beside a secret" in f"{ran}"


@pytest.mark.parametrize(("added", "told"), [(True, True), (False, False)], ids=["added by force", "not added"])
def test_a_file_of_variables_that_git_tracks_although_it_is_ignored(
    project: Callable[[dict[str, str]], Path], mcplint: Callable[..., object], added: bool, told: bool
) -> None:
    project(
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY *.py .\nRUN pip install mcp==1.27.1\nCMD python server.py\n",
            "server.py": "from mcp.server.fastmcp import FastMCP\nFastMCP('n', host='0.0.0.0').run('sse')\n",
            ".env": f"NOTES_API_KEY={KEY}\n",
            ".gitignore": ".env\n",
        }
    )
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "add", *(("-f", ".env") if added else ("server.py",))], check=True)
    ran = f"{mcplint('--select', 'tracked-env-file')}"
    assert ("git tracks .env, and NOTES_API_KEY in it is a secret" in ran) is told
    assert ("tracked-env-file" in ran) is told


@pytest.mark.parametrize(
    "line",
    [
        "RUN npx -p typescript@6.0.2 tsc",
        '"args": ["-y", "-p", "@modelcontextprotocol/inspector@0.17.2", "mcp-inspector"]',
        "npx -p supergateway@3.4.3 -y supergateway --stdio x",
    ],
)
def test_a_package_that_npx_is_told_is_no_password(line: str) -> None:
    assert masked_line(line) == line


@pytest.mark.parametrize("value", ["vN8@kQ3xT7mZ2pLw", "xK9#mQ2vL7pR4tW8", "hunter2hunter2x9Q@6.0.2"])
def test_a_password_is_masked_behind_the_letter(value: str) -> None:
    assert value not in masked(f"mongosh -u admin -p {value} notes")


@pytest.mark.parametrize(
    "line",
    [
        f"NOTES_API_KEY={KEY}",
        f'"--api-key", "{KEY}"',
        f"x-api-key: {KEY}",
        f"a {TOKEN} b",
        f"A=${{A:-{TOKEN}}}",
        f'f(API_KEY or "{KEY}")',
    ],
)
def test_a_line_keeps_its_length_and_loses_its_secret(line: str) -> None:
    shown = masked(line)
    assert len(shown) == len(line) and KEY not in shown and TOKEN not in shown and "****" in shown


@pytest.mark.parametrize(
    "text", [KEY, TOKEN, f"{KEY}\n", f"postgres://ada:{KEY}@db/notes", f"mode: prod\nkey: {KEY}\n"]
)
def test_a_secret_in_base64_is_masked(text: str) -> None:
    hidden = b64encode(text.encode()).decode()
    assert masked(f"  DATA: {hidden}") == f"  DATA: {hidden[:4]}{'*' * (len(hidden) - 4)}"


@pytest.mark.parametrize("text", ["changeme", "mode: production\n", "a note of nobody, which is no secret"])
def test_what_is_no_secret_in_base64_stays(text: str) -> None:
    hidden = b64encode(text.encode()).decode()
    assert masked(f"  DATA: {hidden}") == f"  DATA: {hidden}"


@pytest.mark.parametrize(
    ("line", "is_masked"),
    [
        (f"          value: {KEY}", True),
        (f"- {{name: NOTES_API_KEY, value: {KEY}}}", True),
        (f'      "{KEY}"', True),
        (f'      "{KEY}",', True),
        (f"  - {KEY}\n", True),
        (f"    image: notes@sha256:{KEY}{KEY}", False),
        (f"    --hash=sha256:{KEY}{KEY}", False),
        (f"commit {KEY} of notes", False),
        (f"sqlplus -s system/{KEY}@notes", True),
        (f"snowsql -o pw={KEY}", True),
        (f"image: example/notes:{KEY}", False),
        (f"uses: example/notes@{KEY}", False),
    ],
)
def test_a_secret_whose_name_stands_on_another_line(line: str, is_masked: bool) -> None:
    shown = masked_line(line)
    assert len(shown) == len(line) and (shown != line) is is_masked and (KEY in shown) is not is_masked


@pytest.mark.parametrize("output_format", FORMATS)
def test_no_format_shows_a_secret(
    project: Callable[[dict[str, str]], Path], mcplint: Callable[..., object], output_format: str
) -> None:
    project(
        {
            "Dockerfile": f"FROM python:3.12-slim\nCOPY . .\nENV NOTES_API_KEY={KEY}\nCMD python server.py\n",
            "server.py": "from mcp.server.fastmcp import FastMCP\nFastMCP('n', host='0.0.0.0').run('sse')\n",
            "compose.yaml": f"services:\n  notes:\n    build: .\n    environment: [GITHUB_TOKEN={TOKEN}]\n",
            ".env": f"NOTES_API_KEY={KEY}\n",
            ".mcp.json": f'{{"mcpServers": {{"a": {{"command": "x", "args": [\n"--api-key",\n"{KEY}"\n]}}}}}}\n',
        }
    )
    said = str(mcplint("--format", output_format, "--pedantic"))
    assert "secret" in said and KEY not in said and TOKEN not in said


@pytest.mark.parametrize("left_out", ["", ".env\n"])
def test_a_file_of_variables_that_git_ignores_is_copied_too(
    project: Callable[[dict[str, str]], Path], mcplint: Callable[..., object], left_out: str
) -> None:
    project(
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY . .\nCMD python server.py\n",
            "server.py": "from mcp.server.fastmcp import FastMCP\nFastMCP('n', host='0.0.0.0').run('sse')\n",
            ".env": f"NOTES_API_KEY={KEY}\n",
            ".gitignore": ".env\n",
            ".dockerignore": left_out,
        }
    )
    subprocess.run(["git", "init", "-q"], check=True)
    said = str(mcplint("--select", "unignored-secrets"))
    assert ("error[unignored-secrets]: .env gets into the image" in said) is (not left_out) and KEY not in said


@pytest.mark.parametrize(
    ("path", "text", "left_out", "told"),
    [
        (".env.production", f"NOTES_API_KEY={KEY}", ".env", True),
        (".env.development.local", f"NOTES_API_KEY={KEY}", ".env", True),
        ("lib/.env", f"NOTES_API_KEY={KEY}", ".env", True),
        ("lib/.env", f"NOTES_API_KEY={KEY}", "**/.env", False),
        ("lib/.env", f"NOTES_API_KEY={KEY}", "lib\n!lib/*.py", False),
        ("lib/.env", f"NOTES_API_KEY={KEY}", "*\n!lib\n!server.py", True),
        ("tests/.env", f"NOTES_API_KEY={KEY}", "", False),
        (".env.test", f"NOTES_API_KEY={KEY}", "", False),
        (".env", "LOG_LEVEL=info\nNOTES_PORT=8000\n", "", False),
        (".env", "NOTES_API_KEY=your-key-goes-here-1234", "", False),
        (".env", "NOTES_API_KEY=", "", False),
    ],
)
def test_files_of_variables_that_git_ignores_are_told_by_what_is_in_them(
    project: Callable[[dict[str, str]], Path],
    mcplint: Callable[..., object],
    path: str,
    text: str,
    left_out: str,
    told: bool,
) -> None:
    project(
        {
            "Dockerfile": "FROM python:3.12-slim\nCOPY . .\nCMD python server.py\n",
            "server.py": "from mcp.server.fastmcp import FastMCP\nFastMCP('n', host='0.0.0.0').run('sse')\n",
            "lib/notes.py": "",
            "tests/test_notes.py": "",
            path: text,
            ".gitignore": ".env*\n",
            ".dockerignore": left_out,
        }
    )
    subprocess.run(["git", "init", "-q"], check=True)
    said = str(mcplint("--select", "unignored-secrets"))
    assert (f"error[unignored-secrets]: {path} gets into the image" in said) is told
    assert told or "unignored-secrets" not in said
    assert KEY not in said


PASSWORD = "h7Kq2Zx9Lm4Tv6Rw3Yb8"


@pytest.mark.parametrize(
    "line",
    [
        "redis-server --requirepass {}",
        'command: ["redis-server", "--requirepass", "{}"]',
        "requirepass {}",
        "redis-cli -a {} ping",
        'test: ["CMD", "redis-cli", "-a", "{}", "ping"]',
        'test: ["CMD","redis-cli","-a","{}","ping"]',
        "redis-cli --pass '{}' ping",
        "mysqladmin ping -uroot -p{}",
        '["CMD","mysqladmin","ping","-uroot","-p{}"]',
        "mongosh -u root -p {} --eval 1",
        "curl -u elastic:{} http://localhost:9200",
        '["CMD", "curl", "--user", "elastic:{}", "http://localhost:9200"]',
        "curl --user=elastic:{} http://localhost:9200",
        "curl -fsS -uelastic:{} http://localhost:9200",
        '["CMD","curl","-ku","admin:{}","https://localhost:9200"]',
        '["CMD-SHELL","REDISCLI_AUTH={} redis-cli ping"]',
        '["CMD","sh","-c","echo AUTH {} | redis-cli"]',
        "mysqladmin ping -u root -p'{}'",
        "MYSQL_PWD={} mysqladmin ping",
        r'test: ["CMD-SHELL","redis-cli -a \"{}\" ping"]',
        r'test: ["CMD-SHELL","PGPASSWORD=\"{}\" pg_isready -U \"app\""]',
        r'test: ["CMD-SHELL","mysqladmin ping -p\"{}\""]',
        r'test: ["CMD-SHELL","curl -u \"elastic:{}\" http://localhost:9200"]',
        "cypher-shell -u neo4j -p {} 'RETURN 1'",
        "rabbitmqctl authenticate_user guest {}",
        '["CMD", "rabbitmqctl", "authenticate_user", "guest", "{}"]',
        "mc alias set x http://localhost:9000 root {}",
        '["mc","alias","set","x","http://localhost:9000","root","{}"]',
        "  - {}",
        "influx ping -t {}",
        "sqlplus -s system/{}@notes",
        "echo exit | sqlplus -S sys/{} as sysdba",
        "vault login {}",
        "mongo --eval \"db.auth('root','{}')\"",
        "snowsql -o pw={}",
        "ETCDCTL_USER=root:{} etcdctl endpoint health",
        "db2 connect to notes user notes using {}",
        "test: 'mysqladmin ping --password=''{}'''",
    ],
)
def test_a_password_that_a_command_is_told_is_masked(line: str) -> None:
    shown = masked_line(line.format(PASSWORD))
    assert shown == line.format(PASSWORD[:4] + "*" * (len(PASSWORD) - 4))


@pytest.mark.parametrize(
    "line",
    [
        "docker run -p 127.0.0.1:18000:8000 -u 1000:1000 notes",
        "curl -u $USER:$PASSWORD_OF_ELASTIC_7 http://localhost:9200",
        "pip install -U mcp==1.27.1 fastmcp-slim==4.2.3",
        "git commit -a -m 'notes'",
        "redis-cli -a ${REDIS_PASSWORD} ping",
        "npm run build -p tsconfig.build.json",
        "apt-get install -y --no-install-recommends libcairo2-dev1.16",
        "tar -xzp notes-server-1.27.1.tar.gz",
        "        response_model=EntityResponseV2, link_resolver: LinkResolverV2ExternalDep,",
        "UNITY_IMAGE: editor:ubuntu-2021.3.45f2-linux-il2cpp-3",
        "ServiceAccountName: !Ref K8sServiceAccountName",
        "GET /?profileUrn=urn%3Ali%3Afsd_profile%3ADDD",
        "from notes import Urllib3AWSV4SignerAuth, BodyUpdateConsentApiV1UsersMeConsentPost as Post",
        "uvicorn --factory notes2.server:app3_main --workers 2",
        "integrity: sha512-q8Zt4tXkQ9vNf3Rw8Zc1LbY7pT5mHs2JdG6uEa0KqoVi4==",
        "example.com/notes v1.2.3 h1:4tXkQ9vNf3+Rw8Zc1LbY7pT5mHs2JdG6uEa0Kq/oVi4=",
    ],
)
def test_what_is_no_password_of_a_command_is_shown(line: str) -> None:
    assert masked_line(line) == line


def test_a_secret_of_the_project_is_masked_wherever_it_stands() -> None:
    secret_text = "q+8Lx/2Vn4=Tz6~Rm1Yc3"
    line = f"connects as {secret_text} to notes"
    assert masked(line) == line
    try:
        hide_secrets([f'"PASSWORD={secret_text}"'])
        assert secret_text not in masked(line) and len(masked(line)) == len(line)
    finally:
        hide_secrets(())
    assert masked(line) == line


@pytest.mark.parametrize(
    "line",
    [
        "`pip install --index-url https://u:q7Rt2mZx9Lk4Vb8N…` installs the packages",
        "`curl --token q7Rt2mZx9L` always succeeds",
        "q7Rt2mZx",
    ],
)
def test_a_secret_that_a_text_was_cut_in_is_masked_as_far_as_it_stands_there(line: str) -> None:
    try:
        hide_secrets(["q7Rt2mZx9Lk4Vb8Nc3Wd6Yh1"])
        assert "q7Rt2" not in masked(line) and len(masked(line)) == len(line)
        assert masked("q7Rt2other and q7Rt") == "q7Rt2other and q7Rt"
    finally:
        hide_secrets(())


def test_a_password_whose_host_is_cut_away_is_masked() -> None:
    assert masked("`pip -i https://u:q7Rt2mZx9Lk4…` runs") == "`pip -i https://u:q7Rt********…` runs"
    for line in ("`curl http://localhost:8000…`", "http://127.0.0.1:8000", "`redis://redis:6379`"):
        assert masked(line) == line


@pytest.mark.parametrize("line", ["option httpchk GET /nope?token=%s", '  "default": "%s",'])
def test_a_uuid_that_has_a_name_is_masked_whatever_its_entropy(line: str) -> None:
    uuid = "30dc0700-7e1e-4377-df04-996c770f2719"
    assert uuid[:5] not in masked_line(line % uuid)
    zeros = "00000000-0000-0000-0000-000000000000"
    assert zeros in masked_line(line % zeros)


@pytest.mark.parametrize(
    "line",
    [
        f"git+https://{KEY}@dev.azure.com/acme/p/_git/q",
        f"acme @ git+https://{KEY}@github.com/acme/p.git",
        f"--extra-index-url https://{KEY}@pkgs.dev.azure.com/acme/_packaging/f/pypi/simple/ acme",
        f"git clone https://{KEY}:x-oauth-basic@github.com/acme/p",
        f"git clone https://{KEY}:@dev.azure.com/acme/p",
        f"SENTRY_DSN=https://{KEY}@o1.ingest.sentry.io/12",
    ],
)
def test_a_key_that_is_the_user_of_a_url_is_masked(line: str) -> None:
    assert masked(line) == line.replace(KEY, KEY[:4] + "*" * (len(KEY) - 4))


@pytest.mark.parametrize(
    "line",
    [
        "git+ssh://git@github.com/acme/p.git",
        "https://build-agent-prod-0123@dev.azure.com/acme/p",
        "https://YOUR_PERSONAL_ACCESS_TOKEN_0123@dev.azure.com/acme/p",
        "https://${TOKEN}@github.com/acme/p, https://oauth2accesstoken@europe-python.pkg.dev/x",
        "https://notes-q7rt2mzx2lk4vb7n-ew.a.run.app/mcp mail ada@example.com",
        "https://unpkg.com/@acme/notes2024x9k3d7q1@1.0.0/dist/n.js",
    ],
)
def test_a_user_of_a_url_that_is_a_name_is_shown(line: str) -> None:
    assert masked(line) == line
