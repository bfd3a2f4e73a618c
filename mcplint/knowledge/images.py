"""What the images that deployments commonly start from set: user, working directory, shell, programs, environment.

One row a fact, matched by repository and tag; the last row that matches holds, an image that no row matches is unknown.
Read from the Dockerfiles that their publishers keep in the open: docker-library's repositories, GoogleContainerTools
(distroless), astral-sh/uv, nginxinc, sclorg (Red Hat), mamba-org, jupyter and chainguard-images.
"""

from __future__ import annotations

from typing import NamedTuple

from mcplint.text.glob import fits

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_PYTHON_PATH = "/usr/local/bin:" + SYSTEM_PATH
_SH = frozenset({"sh", "ls", "cat", "chmod", "chown", "env", "test", "sleep", "grep", "sed", "awk", "tar", "gzip"})
_DEBIAN = _SH | {"bash", "perl", "apt-get", "useradd", "groupadd", "adduser", "runuser", "setpriv", "su"}
_ALPINE = _SH | {"wget", "nc", "apk", "adduser", "addgroup", "su", "pgrep", "ps", "vi", "unzip", "ping"}
_FULL = _DEBIAN | {"curl", "wget", "git", "gcc", "make", "ssh", "unzip"}
_PYTHON = frozenset({"python", "python3", "pip", "pip3"})
_NODE = frozenset({"node", "npm", "npx", "corepack"})


class Base(NamedTuple):
    """A base image. `env`: what it sets; None for a value that depends on the tag. `shell`: whether it has one."""

    user: str = "root"
    workdir: str = "/"
    tools: frozenset[str] = frozenset()
    env: tuple[tuple[str, str | None], ...] = (("PATH", SYSTEM_PATH),)
    shell: bool = True


_PYTHON_ENV = (
    ("PATH", _PYTHON_PATH),
    ("LANG", "C.UTF-8"),
    *((name, None) for name in ("GPG_KEY", "PYTHON_VERSION", "PYTHON_SHA256", "PYTHON_PIP_VERSION")),
    *((name, None) for name in ("PYTHON_SETUPTOOLS_VERSION", "PYTHON_GET_PIP_URL", "PYTHON_GET_PIP_SHA256")),
)
_UV_ENV = (*_PYTHON_ENV, ("UV_TOOL_BIN_DIR", "/usr/local/bin"))
_NODE_ENV = (("PATH", SYSTEM_PATH), ("NODE_VERSION", None), ("YARN_VERSION", None))
_NGINX_ENV = (("PATH", SYSTEM_PATH), *((f"{name}_VERSION", None) for name in ("NGINX", "NJS", "ACME")))
_NGINX_ENV += (("PKG_RELEASE", None), ("NJS_RELEASE", None), ("DYNPKG_RELEASE", None))
_DISTROLESS_ENV = (("PATH", SYSTEM_PATH), ("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt"))
_DISTROLESS_PYTHON = Base(tools=frozenset({"python3"}), env=(*_DISTROLESS_ENV, ("LANG", "C.UTF-8")), shell=False)
_NONROOT = Base("65532", "/home/nonroot", env=_DISTROLESS_ENV, shell=False)

# (repository, tag, what it sets), shell patterns; Docker Hub's official images without a registry in front.
_BASES: tuple[tuple[str, str, Base], ...] = (
    ("scratch", "*", Base(shell=False)),
    ("debian", "*", Base(tools=_DEBIAN)),
    ("ubuntu", "*", Base(tools=_DEBIAN)),
    ("buildpack-deps", "*", Base(tools=_FULL)),
    ("alpine", "*", Base(tools=_ALPINE)),
    ("busybox", "*", Base(tools=_ALPINE - {"apk"})),
    ("python", "*", Base(tools=_FULL | _PYTHON, env=_PYTHON_ENV)),
    ("python", "*slim*", Base(tools=_DEBIAN | _PYTHON, env=_PYTHON_ENV)),
    ("python", "*alpine*", Base(tools=_ALPINE | _PYTHON, env=_PYTHON_ENV)),
    ("node", "*", Base(tools=_FULL | _NODE | {"yarn"}, env=_NODE_ENV)),
    ("node", "*slim*", Base(tools=_DEBIAN | _NODE | {"yarn"}, env=_NODE_ENV)),
    ("node", "*alpine*", Base(tools=_ALPINE | _NODE | {"yarn"}, env=_NODE_ENV)),
    ("nginx", "*", Base(tools=_DEBIAN | {"nginx", "curl", "envsubst"}, env=_NGINX_ENV)),
    ("nginx", "*alpine*", Base(tools=_ALPINE | {"nginx", "curl", "envsubst"}, env=_NGINX_ENV)),
    ("nginxinc/nginx-unprivileged", "*", Base("101", tools=_DEBIAN | {"nginx", "curl", "envsubst"}, env=_NGINX_ENV)),
    ("ghcr.io/astral-sh/uv", "*", Base(workdir="/io", tools=frozenset({"uv", "uvx"}), shell=False)),
    ("ghcr.io/astral-sh/uv", "*debian*", Base(tools=_DEBIAN | {"uv", "uvx"}, env=_UV_ENV[:1] + _UV_ENV[-1:])),
    ("ghcr.io/astral-sh/uv", "*bookworm*", Base(tools=_FULL | _PYTHON | {"uv", "uvx"}, env=_UV_ENV)),
    ("ghcr.io/astral-sh/uv", "*trixie*", Base(tools=_FULL | _PYTHON | {"uv", "uvx"}, env=_UV_ENV)),
    ("ghcr.io/astral-sh/uv", "*slim*", Base(tools=_DEBIAN | _PYTHON | {"uv", "uvx"}, env=_UV_ENV)),
    ("ghcr.io/astral-sh/uv", "*alpine*", Base(tools=_ALPINE | _PYTHON | {"uv", "uvx"}, env=_UV_ENV)),
    ("gcr.io/distroless/*", "*", Base(env=_DISTROLESS_ENV, shell=False)),
    ("gcr.io/distroless/python3*", "*", _DISTROLESS_PYTHON),
    ("gcr.io/distroless/*", "*nonroot*", _NONROOT),
    ("gcr.io/distroless/python3*", "*nonroot*", _DISTROLESS_PYTHON._replace(user="65532", workdir="/home/nonroot")),
    ("redhat/ubi*-minimal", "*", Base(tools=_SH | {"bash", "curl", "microdnf"})),
    ("registry.access.redhat.com/ubi*/ubi-minimal", "*", Base(tools=_SH | {"bash", "curl", "microdnf"})),
    ("registry.access.redhat.com/ubi*/ubi", "*", Base(tools=_SH | {"bash", "curl", "dnf", "yum"})),
    ("amazonlinux", "*", Base(tools=_SH | {"bash", "curl", "dnf", "yum"})),
    ("fedora", "*", Base(tools=_SH | {"bash", "curl", "dnf"})),
    ("rockylinux", "*", Base(tools=_SH | {"bash", "curl", "dnf"})),
)

# Users of images of which nothing else is known here.
_USERS: tuple[tuple[str, str, str], ...] = (
    ("registry.access.redhat.com/ubi*/python-*", "*", "1001"),
    ("registry.redhat.io/ubi*/python-*", "*", "1001"),
    ("cgr.dev/chainguard/*", "*", "65532"),
    ("cgr.dev/chainguard/wolfi-base", "*", "root"),
    ("dhi.io/python", "*", "65532"),
    ("dhi.io/python", "*-dev", "root"),
    ("mambaorg/micromamba", "*", "mambauser"),
    ("quay.io/jupyter/*", "*", "jovyan"),
    ("jupyter/*", "*", "jovyan"),
    ("oven/bun", "*", "root"),
    ("continuumio/miniconda3", "*", "root"),
    ("mcr.microsoft.com/playwright*", "*", "root"),
    ("public.ecr.aws/lambda/*", "*", "root"),
    ("nvidia/cuda", "*", "root"),
    ("pytorch/pytorch", "*", "root"),
)

_MIRRORS = (
    "docker.io/library/",
    "index.docker.io/library/",
    "public.ecr.aws/docker/library/",
    "library/",
    "docker.io/",
)


def split(reference: str) -> tuple[str, str]:
    """The repository and tag of an image; an official one without its registry. A digest alone leaves the tag empty."""
    name, _, digest = reference.partition("@")
    head, colon, tag = name.rpartition(":")
    if not colon or "/" in tag:
        head, tag = name, "" if digest else "latest"
    mirror = next((mirror for mirror in _MIRRORS if head.startswith(mirror)), "")
    return head.removeprefix(mirror), tag


def base(reference: str) -> Base | None:
    """What an image sets, or None where it is not known here."""
    repository, tag = split(reference)
    return next((row for name, tags, row in reversed(_BASES) if fits(repository, name) and fits(tag, tags)), None)


def user(reference: str) -> str | None:
    """The user that an image runs as, or None where it is not known here."""
    known = base(reference)
    repository, tag = split(reference)
    row = next((user for name, tags, user in reversed(_USERS) if fits(repository, name) and fits(tag, tags)), None)
    return known.user if known else row


def has_probe(reference: str) -> bool | None:
    """Whether an image brings a HEALTHCHECK: Docker's official ones never do, of others it is not known here.

    https://github.com/docker-library/faq#healthcheck
    """
    repository, _ = split(reference)
    return None if "/" in repository or not repository else False
