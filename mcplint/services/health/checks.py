"""What the health checks of a container ask for, whether they can fail, and which programs they need."""

from __future__ import annotations

import posixpath

from mcplint.commands.shell import Ran, Shell
from mcplint.commands.words import text
from mcplint.images.image import Image
from mcplint.images.programs import lacks
from mcplint.knowledge.images import is_without, split
from mcplint.knowledge.programs import SHELLS, SUCCEEDING
from mcplint.model.containers import Container
from mcplint.model.health import HealthCheck, Request
from mcplint.model.platform import PlatformProbe, Probe
from mcplint.services.health.requests import curl, javascript, python, wget
from mcplint.text.located import LocatedText
from mcplint.text.source import Source
from mcplint.values import Label, Value

DOCKERS = (None, "compose")
NEEDED = frozenset({"curl", "wget", "nc", "ncat", "netcat", "ps", "pgrep", "pkill", "lsof", "ss", "jq", "http", "bash"})
"""The programs that health checks start and images are known to lack."""
HARMLESS = frozenset({"--help", "--version", "-h", "-V"})


def checks(container: Container, image: Image | None) -> tuple[HealthCheck, ...]:
    """The health check of Docker, which only Docker obeys, also where compose replaces it, and those of platforms."""
    own = [each for each in (container.probe, image and image.probe) if each and not container.probe_disabled]
    found = [_docker(probe, container, image) for probe in dict.fromkeys(own)] if container.platform in DOCKERS else []
    return (*found, *(_platform(probe, container, image) for probe in container.probes))


def _docker(probe: Probe, container: Container, image: Image | None) -> HealthCheck:
    return _command(HealthCheck("HEALTHCHECK", container.platform, probe.span), probe.command, container, image)


def _platform(probe: PlatformProbe, container: Container, image: Image | None) -> HealthCheck:
    check = HealthCheck(probe.kind, container.platform, probe.span)
    if probe.command is not None:
        return _command(check, probe.command, container, image)
    if probe.path is None:
        return check
    path = (probe.path.only or "").partition("?")[0]
    if probe.path.must_be(None) or not path:
        return check
    port = probe.port.only if probe.port is not None else None
    platform, asked = container.platform or "", f"/{path.lstrip('/')}"
    return check._replace(requests=(Request(platform, "GET", probe.scheme, "", port, asked, True, True),))


def _command(
    check: HealthCheck, command: Value[tuple[str, ...]], container: Container, image: Image | None
) -> HealthCheck:
    words = command.only
    if not words:
        return check
    name = posixpath.basename(words[0])
    if name in SHELLS and len(words) > 2 and words[1].lstrip("-").endswith("c"):
        missing = name if name == "bash" and image and lacks(image, "bash") else None
        return _script(check._replace(missing=missing), words[2], container, image)
    return _only(check, words, container, image)


def _only(check: HealthCheck, words: tuple[str, ...], container: Container, image: Image | None) -> HealthCheck:
    """A check of one command, without a shell."""
    requests, idle = _asked(words, container, image)
    return check._replace(
        requests=requests,
        idle=Label(check.span, idle) if idle and not requests else None,
        missing=_missing(words, container, image),
    )


def _script(check: HealthCheck, script: str, container: Container, image: Image | None) -> HealthCheck:
    """A check of a shell's commands, as far as it is a list of them without anything that decides between them."""
    shell = Shell(container.given, None)
    located = LocatedText(Source(check.span.source.path, script), script)
    ran = list(shell.run(located, check.span))
    requests: list[Request] = []
    idle = ""
    for number, each in enumerate(ran):
        known = [text(word) for word in each.argv] if each.argv is not None else []
        words = tuple(word for word in known if word is not None)
        if not words:
            continue
        certain = not each.line.inside and not each.line.negated and _reached(ran[:number])
        if number == 0 and certain and check.missing is None:
            check = check._replace(missing=_missing(words, container, image))
        found, why = _asked(words, container, image) if len(words) == len(known) else ((), "")
        idle = why if number == 0 and certain and len(words) == len(known) else idle
        piped = each.line.operator == "|"
        requests += [one._replace(certain=certain, strict=None if piped else one.strict) for one in found]
    swallowed = _swallowed(ran)
    if swallowed:
        requests = [one._replace(strict=False) for one in requests]
        return check._replace(requests=tuple(requests), idle=Label(check.span, swallowed))
    if requests or any(each.line.inside for each in ran) or any(each.line.operator in ("|", "&&") for each in ran):
        idle = ""
    return check._replace(requests=tuple(requests), idle=Label(check.span, idle) if idle else None)


def _reached(before: list[Ran]) -> bool:
    """Whether a command is run whatever those before it come to, or where they succeed."""
    return all(each.line.operator in (";", "\n", "|", "&&") and not each.line.inside for each in before)


def _swallowed(ran: list[Ran]) -> str:
    """Why a list of commands always ends with success; nothing where it does not."""
    if len(ran) < 2 or any(each.line.inside for each in ran):
        return ""
    last, before = ran[-1], ran[-2].line.operator
    words = [text(word) or "?" for word in last.argv or ()]
    succeeds = bool(words) and (words[0] in SUCCEEDING or words == ["exit", "0"])
    return f"`{before} {' '.join(words)[:40]}` makes it succeed" if succeeds and before in ("||", ";", "\n") else ""


def _asked(words: tuple[str, ...], container: Container, image: Image | None) -> tuple[tuple[Request, ...], str]:
    """The requests of a command, and why it succeeds whatever the server does."""
    name = posixpath.basename(words[0])
    if name == "curl":
        return tuple(curl(words[1:])), ""
    if name == "wget":
        return tuple(wget(words[1:], "alpine" in _base(image))), ""
    if name.startswith("python") and "-c" in words[1:-1]:
        found, may_fail = python(words[words.index("-c") + 1], container.given)
        return found, "" if may_fail else "it only imports modules and ends"
    if name in ("node", "bun", "deno") and (flag := next((each for each in ("-e", "--eval") if each in words), None)):
        return javascript(" ".join(words[words.index(flag) + 1 : words.index(flag) + 2])), ""
    return (), _idle(name, words)


def _idle(name: str, words: tuple[str, ...]) -> str:
    if name in SUCCEEDING or words == ("exit", "0"):
        return f"`{' '.join(words)[:60]}` always succeeds"
    if len(words) > 1 and words[-1] in HARMLESS:
        return f"`{' '.join(words)[:60]}` starts a program of its own and asks no server"
    return ""


def _missing(words: tuple[str, ...], container: Container, image: Image | None) -> str | None:
    name = words[0]
    if image is None:
        return name if is_without(container.reference.only or "", name) else None
    return name if name in NEEDED and lacks(image, name) else None


def _base(image: Image | None) -> str:
    reference = image.base.only if image else None
    return split(reference)[1] if isinstance(reference, str) else ""
