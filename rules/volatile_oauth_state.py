r"""OAuth proxy state does not survive a restart

fastmcp's providers for GitHub, Google, Azure and others sit in front of an
identity provider: they register clients and issue tokens themselves, and have
to remember both. Before 2.13 they keep them in memory. Since then they write
them to files below the user's home directory, which outlive the process but
not the container: the next deployment does not know its clients, whose
`Client ID` is not registered and who have to be removed and added by hand.
Replicas each have files of their own, so a sign-in that begins at one cannot
end at another: an error.

Pass `client_storage=`, which keeps the state in Redis or the like, or mount a
volume where `FASTMCP_HOME` points. Replicas need the same one.

`InMemoryOAuthProvider` is meant for tests.

Not reported if a volume is mounted at or below a home directory or at
`FASTMCP_HOME`, or if the provider's arguments are not known.

See https://gofastmcp.com/servers/auth/oauth-proxy

## Bad
`Dockerfile`
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY requirements.txt server.py ./
RUN pip install --require-hashes -r requirements.txt
RUN mkdir /state && chown 10001 /state
USER 10001
CMD ["python", "server.py"]
```
`requirements.txt`
```
fastmcp==3.4.11 --hash=sha256:0000000000000000000000000000000000000000000000000000000000000000
```
`server.py`
```python
import os

from fastmcp import FastMCP
from fastmcp.server.auth.providers.github import GitHubProvider
from starlette.responses import PlainTextResponse

auth = GitHubProvider(
    client_id=os.environ["GITHUB_CLIENT_ID"],
    client_secret=os.environ["GITHUB_CLIENT_SECRET"],
    base_url="https://notes.example.com",
)
mcp = FastMCP("notes", auth=auth)


@mcp.custom_route("/health", methods=["GET"])
async def health(request):
    return PlainTextResponse("ok")


if __name__ == "__main__":
    mcp.run(transport="http", host="0.0.0.0", stateless_http=True)
```
`compose.yaml`
```yaml
services:
  notes:
    build: .
    environment: [GITHUB_CLIENT_ID, GITHUB_CLIENT_SECRET]
    deploy:
      replicas: 2
```
```output
error[volatile-oauth-state]: `GitHubProvider` keeps OAuth clients and tokens in files of its container, which 2 processes do not share
 --> server.py:7:8
  |
7 | auth = GitHubProvider(
  |        ^^^^^^^^^^^^^^^
  |
 ::: compose.yaml:6:17
  |
6 |       replicas: 2
  |                 - the service sets the number of replicas
```

## Good
`compose.yaml`
```yaml
services:
  notes:
    build: .
    environment:
      FASTMCP_HOME: /state
      GITHUB_CLIENT_ID:
      GITHUB_CLIENT_SECRET:
    volumes: ["state:/state"]
    deploy:
      replicas: 2

volumes:
  state:
```
"""

from mcplint import ERROR, WARNING, Container, Finding, Guard, Server, Spread, rule
from mcplint.knowledge.sdk import release

PROXIES = (
    *("OAuthProxy", "OIDCProxy", "Auth0Provider", "AWSCognitoProvider", "AzureProvider", "ClerkProvider"),
    *("DiscordProvider", "GitHubProvider", "GoogleProvider", "HuggingFaceProvider", "OCIProvider", "WorkOSProvider"),
)
MEMORY = "InMemoryOAuthProvider"
FILES = (2, 13)
HOMES = ("/root", "/home")
SERVICES = ("compose", "kubernetes")


@rule("volatile-oauth-state", ERROR)
def check(server: Server):
    guard, container, version = server.auth.only, server.container, release(server.sdk.version.only or "")
    if not guard or not guard.closed or not container or not version or container.platform not in SERVICES:
        return
    if not server.speaks_http or not volatile(guard):
        return
    memory = guard.provider.endswith(MEMORY) or version < FILES
    if not memory and may_persist(container):
        return
    where = "in memory" if memory else "in files of its container"
    name = guard.provider.rpartition(".")[2]
    for spread in server.spread:
        if shares_no_state(spread, memory):
            many = spread.processes.only or "several"
            message = f"`{name}` keeps OAuth clients and tokens {where}, which {many} processes do not share"
            yield Finding(message, guard.span, spread.notes, None, WARNING if spread.assumed else None)
            return
    message = f"`{name}` keeps OAuth clients and tokens {where}, where the next deployment loses them"
    yield Finding(message, guard.span, (), None, WARNING)


def volatile(guard: Guard) -> bool:
    """Whether a provider keeps clients and tokens, and is not told where."""
    name = guard.provider.rpartition(".")[2]
    argument = guard.argument("client_storage")
    return name == MEMORY or (name in PROXIES and (argument is None or argument.value.must_be(None)))


def shares_no_state(spread: Spread, memory: bool) -> bool:
    """Whether several processes answer that share neither memory nor, where that counts, files."""
    alone = spread.affinity.must_not_be("works")
    return alone and spread.several and (memory or spread.kind != "workers")


def may_persist(container: Container) -> bool:
    """Whether a volume may hold the files: at what the environment says, else anywhere a home directory may be."""
    targets = [volume.target.only for volume in container.volumes]
    if None in targets:
        return True
    folders = [container.variable(name) for name in ("FASTMCP_HOME", "XDG_DATA_HOME", "HOME")]
    if any(folder.options is None and not container.env_closed for folder in folders[:1]):
        return True
    named = tuple(folder.only for folder in folders if folder.only) or HOMES
    return any(target.startswith(folder) or folder.startswith(target) for target in targets for folder in named)
