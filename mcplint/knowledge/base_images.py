"""What the images that deployments commonly start from set: user, working directory, shell, programs, environment.

One row a fact, matched by repository and tag; the last row that matches holds, an image that no row matches is unknown.
Read from the Dockerfiles that their publishers keep in the open: docker-library's repositories, GoogleContainerTools
(distroless), astral-sh/uv, nginxinc, sclorg (Red Hat), mamba-org, jupyter, chainguard-images, pgvector and FalkorDB.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from mcplint.text.glob import fits

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_PYTHON_PATH = "/usr/local/bin:" + SYSTEM_PATH
_SH = frozenset({"sh", "ls", "cat", "chmod", "chown", "env", "test", "sleep", "grep", "sed", "awk", "tar", "gzip"})
# Since Debian 13 its images come without `adduser`; tags that name no release, nor one of its patches, moved there.
_MOVED = ("slim", "3-slim", "3.??-slim", "3.?-slim", "*-slim-trixie", "trixie-slim", "13-slim", "*trixie-slim")
_DEBIAN = _SH | {"bash", "perl", "apt-get", "useradd", "groupadd", "adduser", "runuser", "setpriv", "su"}
_DEBIAN_13 = _DEBIAN - {"adduser"}
_PROCPS = frozenset({"pgrep", "pkill", "ps", "top", "free"})
_ALPINE = _SH | _PROCPS | {"wget", "nc", "apk", "adduser", "addgroup", "su", "vi", "unzip", "ping", "lsof", "netstat"}
_FULL = _DEBIAN | _PROCPS | {"curl", "wget", "git", "gcc", "make", "ssh", "unzip"}
_PYTHON = frozenset({"python", "python3", "pip", "pip3"})
_NODE = frozenset({"node", "npm", "npx"})


class Base(NamedTuple):
    """A base image. `env`: what it sets that matters to others; None for a value that depends on the tag.

    `user`, `workdir` and `tools` are None where they are not known here. `shell`: whether it has one. `account`: a user
    that it has to be changed to (https://github.com/nodejs/docker-node/blob/main/docs/BestPractices.md).
    """

    user: str | None = "root"
    workdir: str | None = "/"
    tools: frozenset[str] | None = frozenset()
    env: tuple[tuple[str, str | None], ...] = (("PATH", SYSTEM_PATH),)
    shell: bool = True
    entrypoint: tuple[str, ...] = ()
    account: str = ""


_PYTHON_ENV = (
    ("PATH", _PYTHON_PATH),
    ("LANG", "C.UTF-8"),
    *((name, None) for name in ("GPG_KEY", "PYTHON_VERSION", "PYTHON_SHA256", "PYTHON_PIP_VERSION")),
    *((name, None) for name in ("PYTHON_SETUPTOOLS_VERSION", "PYTHON_GET_PIP_URL", "PYTHON_GET_PIP_SHA256")),
)
_UV_ENV = (*_PYTHON_ENV, ("UV_TOOL_BIN_DIR", "/usr/local/bin"))
# Tags of uv's image that name no Python come without one
# (https://docs.astral.sh/uv/guides/integration/docker/#available-images).
_UV_ALONE = (("PATH", SYSTEM_PATH), _UV_ENV[-1])
_UV = frozenset({"uv", "uvx"})
_UV_13_SLIM = Base(tools=_DEBIAN_13 | _UV, env=_UV_ALONE)
_NODE_ENV = (("PATH", SYSTEM_PATH), ("NODE_VERSION", None), ("YARN_VERSION", None))
_NGINX_ENV = (("PATH", SYSTEM_PATH), *((f"{name}_VERSION", None) for name in ("NGINX", "NJS", "ACME")))
_NGINX_ENV += (("PKG_RELEASE", None), ("NJS_RELEASE", None), ("DYNPKG_RELEASE", None))
_DISTROLESS_ENV = (("PATH", SYSTEM_PATH), ("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt"))
_DISTROLESS_NODE = Base(entrypoint=("/nodejs/bin/node",), env=_DISTROLESS_ENV, shell=False)
_DISTROLESS_PYTHON = Base(
    tools=frozenset({"python3"}),
    env=(*_DISTROLESS_ENV, ("LANG", "C.UTF-8")),
    shell=False,
    entrypoint=("/usr/bin/python3",),
)
# Images of vendors and languages: their variables are those of their tools, none is an application's.
_VENDOR = Base(tools=None, env=(("PATH", None), ("HOME", None), ("LANG", None)))
_UBI_PYTHON = _VENDOR._replace(user="1001", workdir="/opt/app-root/src")
_CHAINGUARD = _VENDOR._replace(user="65532", workdir=None, shell=False)
_LAMBDA = _VENDOR._replace(user="sbx_user1051", workdir="/var/task", entrypoint=("/lambda-entrypoint.sh",))
_LAMBDA = _LAMBDA._replace(
    env=(*_LAMBDA.env, ("LAMBDA_TASK_ROOT", "/var/task"), ("LAMBDA_RUNTIME_DIR", "/var/runtime"))
)
# Stores that a server is put beside in one image: their variables are those of the store.
_STORE = _VENDOR._replace(workdir=None, entrypoint=("docker-entrypoint.sh",))
_STORE = _STORE._replace(env=(*_STORE.env, ("PGDATA", None), ("PG_VERSION", None), ("REDIS_VERSION", None)))
_FALKORDB = _STORE._replace(user=None, entrypoint=())
_FALKORDB = _FALKORDB._replace(
    env=(
        *_STORE.env,
        *((f"FALKORDB_{name}", None) for name in ("HOME", "ARGS", "DATA_PATH", "BIN_PATH", "IMPORT_PATH", "TLS_PATH")),
        *((name, None) for name in ("REDIS_ARGS", "MODULE_DIR", "BROWSER", "TLS")),
    )
)
_BRIDGE = _VENDOR._replace(workdir=None)
# https://github.com/denoland/deno_docker
_DENO = _VENDOR._replace(entrypoint=("/tini", "--", "docker-entrypoint.sh"), account="deno")
_DENO = _DENO._replace(env=(*_VENDOR.env, *((f"DENO_{name}", None) for name in ("DIR", "VERSION", "INSTALL_ROOT"))))
_DENO_ALONE = _DENO._replace(entrypoint=("/bin/deno",), shell=False, account="")
_NONROOT = Base("65532", "/home/nonroot", env=_DISTROLESS_ENV, shell=False)

_VENDORS = (
    "oraclelinux",
    "container-registry.oracle.com/os/oraclelinux",
    "almalinux",
    "rockylinux/rockylinux",
    "centos",
    "quay.io/centos/*",
    "quay.io/fedora/*",
    "opensuse/*",
    "registry.suse.com/bci/*",
    "archlinux",
    "photon",
    "mcr.microsoft.com/azurelinux/*",
    "mcr.microsoft.com/cbl-mariner/*",
    "mcr.microsoft.com/devcontainers/*",
    "mcr.microsoft.com/vscode/devcontainers/*",
    "mcr.microsoft.com/playwright*",
    "nixos/nix",
    "ghcr.io/nixos/nix",
    "nvidia/cuda",
    "continuumio/*",
    "condaforge/*",
)

# https://github.com/linuxserver/docker-baseimage-debian, which starts s6-overlay.
_S6 = ("lscr.io/linuxserver/baseimage-*", "ghcr.io/linuxserver/baseimage-*", "linuxserver/baseimage-*")

# (repository, tag, what it sets), shell patterns; Docker Hub's official images without a registry in front.
_BASES: tuple[tuple[str, str, Base], ...] = (
    ("scratch", "*", Base(shell=False)),
    ("debian", "*", Base(tools=_DEBIAN)),
    *(("debian", tag, Base(tools=_DEBIAN - {"adduser"})) for tag in ("13", "13-slim", "trixie", "trixie-slim")),
    ("ubuntu", "*", Base(tools=_DEBIAN)),
    ("buildpack-deps", "*", Base(tools=_FULL)),
    ("alpine", "*", Base(tools=_ALPINE)),
    ("busybox", "*", Base(tools=_ALPINE - {"apk"})),
    ("python", "*", Base(tools=_FULL | _PYTHON, env=_PYTHON_ENV)),
    ("python", "*slim*", Base(tools=_DEBIAN | _PYTHON, env=_PYTHON_ENV)),
    *(("python", tag, Base(tools=_DEBIAN_13 | _PYTHON, env=_PYTHON_ENV)) for tag in _MOVED),
    ("python", "*alpine*", Base(tools=_ALPINE | _PYTHON, env=_PYTHON_ENV)),
    *(
        ("node", f"{release}{tag}", Base(tools=tools | programs, env=_NODE_ENV[:length], account="node"))
        # Node 26 has neither yarn nor, as every release since 25, corepack; its images without a name are Debian 13.
        for release, programs, length in (("", _NODE | {"corepack", "yarn"}, 3), ("26", _NODE, 2))
        for tag, tools in (("*", _FULL), ("*slim*", _DEBIAN), ("*trixie-slim", _DEBIAN_13), ("*alpine*", _ALPINE))
    ),
    ("node", "26-slim", Base(tools=_DEBIAN_13 | _NODE, env=_NODE_ENV[:2], account="node")),
    ("nginx", "*", Base(tools=_DEBIAN | {"nginx", "curl", "envsubst"}, env=_NGINX_ENV)),
    ("nginx", "*alpine*", Base(tools=_ALPINE | {"nginx", "curl", "envsubst"}, env=_NGINX_ENV)),
    ("nginxinc/nginx-unprivileged", "*", Base("101", tools=_DEBIAN | {"nginx", "curl", "envsubst"}, env=_NGINX_ENV)),
    *(
        (repository, tag, row)
        for repository in ("ghcr.io/astral-sh/uv", "astral/uv")
        for tag, row in (
            ("*", Base(workdir="/io", tools=frozenset({"uv", "uvx"}), shell=False)),
            *((tag, Base(tools=_FULL | _UV, env=_UV_ALONE)) for tag in ("*debian*", "*bookworm*", "*trixie*")),
            ("*slim*", Base(tools=_DEBIAN | _UV, env=_UV_ALONE)),
            *((tag, _UV_13_SLIM) for tag in ("*trixie-slim*", "debian-slim", "[0-9]*-debian-slim")),
            ("*alpine*", Base(tools=_ALPINE | _UV, env=_UV_ALONE)),
            ("*python*", Base(tools=_FULL | _PYTHON | _UV, env=_UV_ENV)),
            ("*python*slim*", Base(tools=_DEBIAN | _PYTHON | _UV, env=_UV_ENV)),
            ("*python*trixie-slim*", Base(tools=_DEBIAN_13 | _PYTHON | _UV, env=_UV_ENV)),
            ("*python*alpine*", Base(tools=_ALPINE | _PYTHON | _UV, env=_UV_ENV)),
        )
    ),
    ("gcr.io/distroless/*", "*", Base(env=_DISTROLESS_ENV, shell=False)),
    ("gcr.io/distroless/python3*", "*", _DISTROLESS_PYTHON),
    ("gcr.io/distroless/*", "*nonroot*", _NONROOT),
    ("gcr.io/distroless/python3*", "*nonroot*", _DISTROLESS_PYTHON._replace(user="65532", workdir="/home/nonroot")),
    ("gcr.io/distroless/nodejs*", "*", _DISTROLESS_NODE),
    ("gcr.io/distroless/nodejs*", "*nonroot*", _NONROOT._replace(entrypoint=_DISTROLESS_NODE.entrypoint)),
    ("redhat/ubi*", "*", _VENDOR),
    ("registry.access.redhat.com/ubi*", "*", _VENDOR),
    ("redhat/ubi*-minimal", "*", Base(tools=_SH | {"bash", "curl", "microdnf"})),
    ("registry.access.redhat.com/ubi*/ubi-minimal", "*", Base(tools=_SH | {"bash", "curl", "microdnf"})),
    ("registry.access.redhat.com/ubi*/ubi", "*", Base(tools=_SH | {"bash", "curl", "dnf", "yum"})),
    ("registry.access.redhat.com/ubi*/python-*", "*", _UBI_PYTHON),
    ("registry.redhat.io/ubi*/python-*", "*", _UBI_PYTHON),
    ("amazonlinux", "*", Base(tools=_SH | {"bash", "curl", "dnf", "yum"})),
    ("fedora", "*", Base(tools=_SH | {"bash", "curl", "dnf"})),
    ("rockylinux", "*", Base(tools=_SH | {"bash", "curl", "dnf"})),
    *((name, "*", _VENDOR) for name in _VENDORS),
    ("cgr.dev/chainguard/*", "*", _CHAINGUARD._replace(shell=True)),
    ("cgr.dev/chainguard/node", "*", _CHAINGUARD._replace(entrypoint=("/usr/bin/node",))),
    ("cgr.dev/chainguard/node", "*-dev", _CHAINGUARD._replace(entrypoint=("/usr/bin/node",), shell=True)),
    ("cgr.dev/chainguard/python", "*", _CHAINGUARD._replace(entrypoint=("/usr/bin/python",))),
    ("cgr.dev/chainguard/python", "*-dev", _CHAINGUARD._replace(entrypoint=("/usr/bin/python",), shell=True)),
    ("cgr.dev/chainguard/wolfi-base", "*", _VENDOR),
    ("dhi.io/python", "*", _CHAINGUARD),
    ("dhi.io/python", "*-dev", _VENDOR._replace(workdir=None)),
    ("mambaorg/micromamba", "*", _VENDOR._replace(user="mambauser", workdir="/tmp")),
    ("oven/bun", "*", _VENDOR._replace(workdir="/home/bun/app")),
    *((name, "*", _DENO) for name in ("denoland/deno", "ghcr.io/denoland/deno")),
    *((name, "*distroless*", _DENO_ALONE) for name in ("denoland/deno", "ghcr.io/denoland/deno")),
    *((name, "bin*", Base(shell=False)) for name in ("denoland/deno", "ghcr.io/denoland/deno")),
    ("pytorch/pytorch", "*", _VENDOR._replace(workdir="/workspace")),
    *((name, "*", _VENDOR._replace(entrypoint=("/init",))) for name in _S6),
    ("public.ecr.aws/lambda/*", "*", _LAMBDA),
    *((name, "*", _STORE) for name in ("redis", "valkey/valkey", "postgres", "pgvector/pgvector", "mongo")),
    ("falkordb/falkordb", "*", _FALKORDB),
    # Bridges that serve stdio servers over HTTP, each by its own Dockerfile.
    *((name, "*", _BRIDGE._replace(entrypoint=("mcpo",))) for name in ("ghcr.io/open-webui/mcpo", "openwebui/mcpo")),
    *(
        (name, "*", _BRIDGE._replace(entrypoint=("mcp-proxy",)))
        for name in ("ghcr.io/sparfenyuk/mcp-proxy", "sparfenyuk/mcp-proxy")
    ),
    *(
        (name, "*", _BRIDGE._replace(entrypoint=("supergateway",)))
        for name in ("supercorp/supergateway", "ghcr.io/supercorp-ai/supergateway")
    ),
)

# Users of images of which nothing else is known here.
_USERS: tuple[tuple[str, str, str], ...] = (
    ("quay.io/jupyter/*", "*", "jovyan"),
    ("jupyter/*", "*", "jovyan"),
)

_MIRRORS = (
    "docker.io/library/",
    "index.docker.io/library/",
    "public.ecr.aws/docker/library/",
    "public.ecr.aws/amazonlinux/",
    "public.ecr.aws/debian/",
    "public.ecr.aws/ubuntu/",
    "mirror.gcr.io/library/",
    "mcr.microsoft.com/mirror/docker/library/",
    "library/",
    "docker.io/",
)


def repository_and_tag(reference: str) -> tuple[str, str]:
    """The repository and tag of an image; an official one without its registry. A digest alone leaves the tag empty."""
    name, _, digest = reference.partition("@")
    head, colon, tag = name.rpartition(":")
    if not colon or "/" in tag:
        head, tag = name, "" if digest else "latest"
    mirror = next((mirror for mirror in _MIRRORS if head.startswith(mirror)), "")
    return head.removeprefix(mirror), tag


def base(reference: str) -> Base | None:
    """What an image sets, or None where it is not known here."""
    repository, tag = repository_and_tag(reference)
    return next((row for name, tags, row in reversed(_BASES) if fits(repository, name) and fits(tag, tags)), None)


def user(reference: str) -> str | None:
    """The user that an image runs as, or None where it is not known here."""
    known = base(reference)
    repository, tag = repository_and_tag(reference)
    row = next((user for name, tags, user in reversed(_USERS) if fits(repository, name) and fits(tag, tags)), None)
    return known.user if known else row


def has_account(reference: object, uid: int) -> bool:
    """Whether an image may have an account of a number: its system's, or the one that some make for people."""
    repository, _ = repository_and_tag(str(reference))
    return uid < _FIRST_OWN or uid == _NOBODY or (uid == _FIRST_OWN and repository in ("node", "ubuntu"))


_DEBIANS: tuple[tuple[str, int, str], ...] = (
    ("daemon", 1, "/usr/sbin"),
    ("www-data", 33, "/var/www"),
    ("nobody", 65534, "/nonexistent"),
)
"""Users that Debian and Ubuntu bring, whose homes only root may make or write to: name, number, home.

https://salsa.debian.org/debian/base-passwd/-/blob/master/passwd.master
"""


def debian_home(reference: object, user: str) -> str | None:
    """The home of a user, by name or number, that an image of Debian or Ubuntu brings; None for any other."""
    known = base(str(reference))
    if known is None or "apt-get" not in (known.tools or ()):
        return None
    return next((home for name, uid, home in _DEBIANS if user in (name, str(uid))), None)


def on_lambda(reference: str) -> bool:
    """Whether an image is one for AWS Lambda, which runs every image as an unprivileged user of its own.

    https://docs.aws.amazon.com/lambda/latest/dg/images-create.html
    """
    return base(reference) is _LAMBDA


def python(reference: str) -> str | None:
    """The minor release of Python that an image has (`3.12`), None where its name does not tell."""
    repository, tag = repository_and_tag(reference)
    name = repository.rpartition("/")[2]
    found = re.match(r"(?:python)?(3\.\d+)(?![\d])" if name in ("python", "uv") else r"(?!)", tag)
    return found[1] if found and "windows" not in tag else None


_FIRST_OWN, _NOBODY = 1000, 65534


def has_probe(reference: str) -> bool | None:
    """Whether an image brings a HEALTHCHECK: Docker's official ones never do, of others it is not known here.

    https://github.com/docker-library/faq#healthcheck
    """
    repository, _ = repository_and_tag(reference)
    return None if "/" in repository or not repository else False


_WITHOUT: Mapping[str, tuple[int, frozenset[str]]] = {
    "qdrant/qdrant": (0, frozenset({"curl", "wget"})),
    "ollama/ollama": (0, frozenset({"curl", "wget"})),
    "postgres": (0, frozenset({"curl", "wget"})),
    "redis": (0, frozenset({"curl", "wget"})),
    "quay.io/keycloak/keycloak": (21, frozenset({"curl", "wget"})),
    "keycloak/keycloak": (21, frozenset({"curl", "wget"})),
    "chromadb/chroma": (1, frozenset({"curl", "wget"})),
    "ghcr.io/chroma-core/chroma": (1, frozenset({"curl", "wget"})),
    "mongo": (6, frozenset({"mongo"})),
}
"""From which major release on an image has no such programs. Those on Alpine have the wget of BusyBox all the same.

https://github.com/qdrant/qdrant/issues/3491, https://github.com/ollama/ollama/issues/9781,
https://github.com/docker-library/postgres, https://github.com/redis/docker-library-redis,
https://github.com/keycloak/keycloak/issues/17438, https://github.com/chroma-core/chroma/pull/5910,
https://www.mongodb.com/docs/manual/release-notes/6.0-compatibility/
"""


def lacks_program(reference: str, program: str) -> bool:
    """Whether a well-known image that is run as it is has no such program, by which it could be asked."""
    repository, tag = repository_and_tag(reference)
    first, missing = _WITHOUT.get(repository, (0, frozenset()))
    major = re.match(r"v?(\d{1,9})(?!\d)", tag)
    known = int(major[1]) >= first if major else first == 0 or tag == "latest"
    return known and program in missing and not (program == "wget" and "alpine" in tag)
