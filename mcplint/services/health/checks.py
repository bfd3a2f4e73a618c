"""What the health checks of a container ask for, whether they can fail, and which programs they need."""

from __future__ import annotations

import posixpath
import re
from functools import partial
from itertools import dropwhile
from typing import NamedTuple

from mcplint.commands.command_lines import UV, is_assignment, unwrapped
from mcplint.commands.node_files import node_code
from mcplint.commands.options import parse
from mcplint.commands.python_calls import CODE, python_call
from mcplint.commands.shell import Ran, Shell
from mcplint.commands.words import text
from mcplint.images.available_programs import is_busybox, lacks_shell, surely_lacks
from mcplint.images.image import Image
from mcplint.knowledge.base_images import lacks_program
from mcplint.knowledge.executables import HELP, SHELLS, SUCCEEDING
from mcplint.model.container_config import Mount, PlatformProbe, Probe
from mcplint.model.containers import Container
from mcplint.model.health import HealthCheck, Request
from mcplint.project.tree import Tree
from mcplint.services.health.files import looked_for
from mcplint.services.health.node import javascript
from mcplint.services.health.processes import ends_badly, found_in_itself, looks_everywhere, start_words, why_no_process
from mcplint.services.health.requests import curl, python, wget
from mcplint.services.health.scripts import copied, script, takes_no_arguments
from mcplint.text.located import LocatedText
from mcplint.text.source import Source, Span
from mcplint.values import Label, Value

NEEDED = frozenset(
    (
        *(
            "curl",
            "wget",
            "nc",
            "ncat",
            "netcat",
            "netstat",
            "ps",
            "pgrep",
            "pkill",
            "lsof",
            "ss",
            "jq",
            "http",
            "bash",
        ),
        "node",
    )
)
"""The programs that health checks start and images are known to lack."""
LOOKS = frozenset({"test", "ls", "cat", "stat"})
"""What fails only for a file that is not there."""
NEUTRAL = ("set", "export", "readonly", "shopt", "umask")
"""What a shell sets for itself, which neither asks nor ends anything."""
LIMITED = re.compile(r"\s(?:-[a-zA-Z]*m\s*\d|--max-time\b)|\btimeout\b")
"""What ends a request in time, and so an answer that does not."""
DEEPEST = 3


class ProbeFacts(NamedTuple):
    """What one command asks for, why it succeeds or fails whatever the server does, and the program that it lacks."""

    requests: tuple[Request, ...] = ()
    idle: str = ""
    missing: str | None = None
    doomed: str = ""


class _Probed(NamedTuple):
    """Where a check is run. `depth`: how many scripts lead to it."""

    container: Container
    image: Image | None
    tree: Tree
    depth: int = 0


READING = frozenset({("grep",), ("egrep",), ("fgrep",), ("jq",)})
"""Commands that look at an answer that one before them has kept in a file."""


def checks(container: Container, image: Image | None, tree: Tree) -> tuple[HealthCheck, ...]:
    """The health check of Docker, which only Docker obeys, also where compose replaces it, and those of platforms."""
    own = [each for each in (container.probe, image and image.probe) if each and not container.probe_disabled]
    probed = _Probed(container, image, tree)
    found = [_docker(probe, probed) for probe in dict.fromkeys(own)] if container.obeys_healthcheck else []
    return (*found, *(_platform(probe, probed) for probe in container.probes))


def _docker(probe: Probe, probed: _Probed) -> HealthCheck:
    return _command(HealthCheck("HEALTHCHECK", probed.container.platform, probe.span), probe.command, probed)


def _platform(probe: PlatformProbe, probed: _Probed) -> HealthCheck:
    platform = probed.container.platform if probe.is_own else probe.kind.lower()
    check = HealthCheck(probe.kind, platform, probe.span, dialed=probe.dialed, named=probe.named)
    if probe.command is not None:
        return _command(check, probe.command, probed)
    if probe.path is None:
        return check
    path = (probe.path.only or "").partition("?")[0]
    if probe.path.must_be(None) or not path:
        return check
    port = probe.port.only if probe.port is not None else None
    asked = f"/{path.lstrip('/')}"
    request = Request(platform or "", probe.method, probe.scheme, "", port, asked, True, True)
    return check._replace(requests=(request,) if probe.method and probe.scheme else ())


def _command(check: HealthCheck, command: Value[tuple[str, ...]], probed: _Probed) -> HealthCheck:
    words = command.only
    if not words:
        return check
    name = posixpath.basename(words[0])
    if name in SHELLS and len(words) > 2 and words[1].lstrip("-").endswith("c"):
        script = LocatedText(Source(check.span.source.path, words[2]), words[2])
        asked = _script(script, check.span, probed)
        if probed.image and (lacks_shell(probed.image) or (name == "bash" and surely_lacks(probed.image, name))):
            asked = asked._replace(missing=name)
    else:
        asked = _asked_directly(words, probed)
    idle = Label(check.span, asked.idle) if asked.idle else None
    doomed = Label(check.span, asked.doomed) if asked.doomed and not asked.missing else None
    return check._replace(requests=asked.requests, idle=idle, missing=asked.missing, doomed=doomed)


def _variable(container: Container, name: str) -> Value[str | None]:
    """A variable as a check finds it: one that an image sets to nothing is there to be set by whoever starts it."""
    value = container.program_variable(name)
    return value if container.service or value.options != ("",) else value._replace(options=None)


def _script(script: LocatedText, span: Span, probed: _Probed) -> ProbeFacts:
    """What a shell's commands ask for, as far as they are a list without anything that decides between them."""
    ran = list(Shell(partial(_variable, probed.container), None).run(script, span))
    requests: list[Request] = []
    idle: list[str] = []
    missing = None
    made, doomed = 0, ""
    spelled = [tuple(text(word) for word in each.argv or ()) for each in ran]
    stops = any(words[:1] == ("set",) and "e" in (" ".join(map(str, words[1:2]))) for words in spelled)
    looks = max((at for at, words in enumerate(spelled) if words[:1] in READING and not _is_piped(ran, at)), default=0)
    for number, (each, known) in enumerate(zip(ran, spelled, strict=True)):
        words = tuple(word for word in known if word is not None)
        if not words or words[0] in NEUTRAL or ends_badly(words):
            continue
        made += 1
        certain = not each.line.inside and not each.line.negated and _surely_runs(ran[:number])
        asked = _asked_directly(words, probed) if len(words) == len(known) else ProbeFacts()
        if any(redirect.may_fail for redirect in each.line.redirects):
            asked = asked._replace(idle="")
        first = all(before[:1] and before[0] in NEUTRAL for before in spelled[:number])
        missing = asked.missing or _missing(words, probed) if first and certain and missing is None else missing
        idle.append(asked.idle if certain else "")
        doomed = asked.doomed if certain and not looks_everywhere(words) else ""
        unseen = (
            each.line.operator == "|"
            or number < looks
            or (each.line.operator in (";", "\n") and each is not ran[-1] and not stops)
        )
        requests += [
            one._replace(certain=certain and one.certain, strict=None if unseen else one.strict)
            for one in asked.requests
        ]
    alone = len(ran) == 1 and spelled[0] and not ran[0].line.inside and not ran[0].line.negated
    if alone and ends_badly(words := tuple(map(str, spelled[0]))):
        return _asked_directly(words, probed)
    if _has_another_way(ran, spelled):
        every = len(ran) == script.text.count("||") + 1
        missing = _first_missing(ran, spelled, probed) if every else None
        requests = [one._replace(certain=False) for one in requests]
    if missing is None and (pattern := found_in_itself(script.text, ran, spelled, probed.image)):
        return ProbeFacts((), f"the command line of the shell that runs it has `{pattern[:40]}` in it, too")
    if swallowed := "" if stops else _why_always_succeeds(ran, spelled):
        ends = LIMITED.search(script.text) is not None
        lenient = (one._replace(strict=False, whole=one.whole and not ends) for one in requests)
        return ProbeFacts(tuple(lenient), swallowed)
    if "$?" in script.text:
        requests = [one._replace(strict=one.strict and None, whole=False) for one in requests]
    if one := _either_way(script.text, spelled, requests):
        return ProbeFacts((one,), "", missing)
    decided = any(each.line.inside or each.line.operator in ("|", "&&") for each in ran)
    why = idle[-1] if idle and all(idle) and not requests and not decided else ""
    return ProbeFacts(tuple(requests), why, missing, doomed if made == 1 and not decided else "")


def _has_another_way(ran: list[Ran], spelled: list[tuple[str | None, ...]]) -> bool:
    """Whether a command is followed by another one that is asked where that fails, `curl … || python -c …`."""
    others = zip(ran, spelled[1:], strict=False)
    return any(
        each.line.operator == "||" and words[:1] not in ((), (None,)) and not _only_says(words)
        for each, words in others
    )


def _first_missing(ran: list[Ran], spelled: list[tuple[str | None, ...]], probed: _Probed) -> str | None:
    """The first of the programs that a check tries one after the other, where the image lacks all of them."""
    decided = any(each.line.inside or each.line.operator not in ("||", "") for each in ran)
    if decided or any(not words or not words[0] for words in spelled):
        return None
    tried = [tuple(word or "" for word in words) for words in spelled if not _only_says(words)]
    lacking = [_missing(words, probed) for words in tried]
    return lacking[0] if lacking and all(lacking) else None


def _only_says(words: tuple[str | None, ...]) -> bool:
    """Whether a command asks nobody: it ends the check, or says or does something about its failure."""
    known = tuple(word for word in words if word is not None)
    return not known or known[0] in (*NEUTRAL, "true", ":", "echo", "printf", "kill", "exit") or ends_badly(known)


def _either_way(script: str, spelled: list[tuple[str | None, ...]], requests: list[Request]) -> Request | None:
    """The one request that every branch of a condition comes to, where a script is that and no other."""
    branches = len(re.findall(r"\b(?:else|elif)\b", script)) + 1
    text = script.strip().removesuffix(";").rstrip()
    ends = re.match(r"if\b", text) and re.search(r"\bfi$", text[-3:])
    alone = ends and len(re.findall(r"\bif\b", text)) == 1 and re.search(r"\belse\b", text)
    plain = all(words[:1] in (("curl",), ("wget",), ("[",), ("test",)) or words == ("exit", "1") for words in spelled)
    made = {one._replace(certain=True) for one in requests}
    return made.pop() if alone and plain and len(requests) == branches and len(made) == 1 else None


def _is_piped(ran: list[Ran], at: int) -> bool:
    """Whether a command reads what the one before it prints."""
    return at > 0 and ran[at - 1].line.operator == "|"


def _surely_runs(before: list[Ran]) -> bool:
    """Whether a command is run whatever those before it come to, or where they succeed."""
    return all(each.line.operator in (";", "\n", "|", "&&") and not each.line.inside for each in before)


def _why_always_succeeds(ran: list[Ran], spelled: list[tuple[str | None, ...]]) -> str:
    """Why a list of commands always ends with success; nothing where it does not."""
    if len(ran) < 2 or any(each.line.inside for each in ran):
        return ""
    last, before = [word or "?" for word in spelled[-1]], ran[-2].line.operator
    if any(words[:1] in (("exit",), ("exec",), ("return",)) for words in spelled[:-1]):
        return ""
    sure = bool(last) and not any(redirect.may_fail for redirect in ran[-1].line.redirects)
    succeeds = sure and (last[0] in SUCCEEDING or last == ["exit", "0"])
    tail_text = f"{before} {' '.join(last)[:40]}".strip()
    return f"`{tail_text}` makes it succeed" if succeeds and before in ("||", ";", "\n") else ""


def _asked_directly(words: tuple[str, ...], probed: _Probed) -> ProbeFacts:
    """What a command without a shell asks for."""
    missing = _missing(words, probed)
    if inner := _wrapped_command(words):
        asked = _asked_directly(inner, probed)
        return asked._replace(missing=missing or asked.missing)
    name = posixpath.basename(words[0])
    if name == "curl":
        return ProbeFacts(tuple(curl(words[1:])), "", missing)
    if name == "wget":
        small = probed.image is not None and is_busybox(probed.image, name)
        return ProbeFacts(tuple(wget(words[1:], small)), "", missing)
    if code := _code(name, words):
        return _asked_inline(*code, probed)._replace(missing=missing)
    if words[-1] in HELP and takes_no_arguments(script(words, probed.container, probed.image, probed.tree)):
        return ProbeFacts((), "", missing)
    if idle := _why_idle(name, words) or _file_built_in(name, words, probed):
        return ProbeFacts((), idle, missing)
    if name == "false" or ends_badly(words):
        return ProbeFacts((), "", missing, f"`{' '.join(words)[:60]}` always fails")
    if name in ("pgrep", "pidof"):
        return ProbeFacts((), "", missing, why_no_process(name, words[1:], probed.container, probed.image, probed.tree))
    asked = _asked_by_script(words, probed)
    return asked._replace(missing=missing or asked.missing)


def _code(name: str, words: tuple[str, ...]) -> tuple[str, str] | None:
    """The language and the text of a program that stands in a command itself; None where none does."""
    values = tuple(Value((word,)) for word in words)
    if name.startswith("python"):
        call = python_call(values)
        language, code = "python", call.program if call.kind == CODE else None
    else:
        language, code = "node", node_code(values[1:]) if name in ("node", "bun", "deno") else None
    return (language, text(code) or "") if code is not None else None


def _wrapped_command(words: tuple[str, ...]) -> tuple[str, ...] | None:
    """The command that `timeout`, `uv run` and their like start; None where a command is no such thing."""
    values = tuple(Value((word,)) for word in words)
    rest = parse(values[2:], UV).rest if words[:2] == ("uv", "run") else unwrapped(values)
    inner = tuple(dropwhile(is_assignment, (text(word) or "" for word in rest or ())))
    return ("python", *inner) if inner and inner[0].endswith(".py") else inner or None


def _asked_by_script(words: tuple[str, ...], probed: _Probed) -> ProbeFacts:
    """What a script of the project asks for that a command runs."""
    found = script(words, probed.container, probed.image, probed.tree) if probed.depth < DEEPEST else None
    if found is None:
        return ProbeFacts()
    if found.language == "sh":
        span = Span(found.text.source, 0, 0)
        return _script(found.text, span, probed._replace(depth=probed.depth + 1))
    if found.language == "python":
        return _python(found.text.text, probed)
    return ProbeFacts(*javascript(found.text.text)) if found.language == "node" else ProbeFacts()


def _why_idle(name: str, words: tuple[str, ...]) -> str:
    if name in SUCCEEDING or words == ("exit", "0"):
        return f"`{' '.join(words)[:60]}` always succeeds"
    if len(words) > 1 and words[-1] in HELP:
        return f"`{' '.join(words)[:60]}` starts a program of its own and asks no server"
    return ""


def _asked_inline(program: str, code: str, probed: _Probed) -> ProbeFacts:
    """What a program on a command line asks for, or the file that it looks for."""
    path = looked_for(program, code)
    if path and (why := _file(path, probed)):
        return ProbeFacts((), f"{path[:60]} is {why}")
    return _python(code, probed) if program == "python" else ProbeFacts(*javascript(code))


def _python(code: str, probed: _Probed) -> ProbeFacts:
    requests, idle, doomed = python(code, partial(_variable, probed.container))
    return ProbeFacts(requests, idle, None, doomed)


def _file_built_in(name: str, words: tuple[str, ...], probed: _Probed) -> str:
    """Why a command succeeds that only looks for a file which the build puts there; empty where it may be missing."""
    given = words[1:-1] if name == "[" and words[-1] == "]" else words[1:] if name in LOOKS else ()
    tested = name not in ("test", "[") or given[:1] in (("-f",), ("-e",), ("-r",), ("-s",))
    path = given[-1] if tested and given and all(each.startswith("-") for each in given[:-1]) else ""
    why = _file(path, probed) if path and not path.startswith("-") else ""
    return f"`{' '.join(words)[:60]}` asks for {why}" if why else ""


def _file(path: str, probed: _Probed) -> str:
    """Why a file is surely there: the build copies it, or the container starts with it."""
    if copied(path, probed.container, probed.image, probed.tree):
        return "a file that the build copies"
    folder = probed.container.workdir.only
    program = start_words(probed.container)[-1:]
    places = [posixpath.normpath(posixpath.join(folder or "", each)) for each in (path, *program)]
    return "the file that is started" if program and folder and places[0] == places[1] else ""


def _missing(words: tuple[str, ...], probed: _Probed) -> str | None:
    name = words[0]
    if any(_may_be(mount, name) for mount in probed.container.mounts):
        return None
    if probed.image is None:
        return name if lacks_program(probed.container.reference.only or "", name) else None
    return name if name in NEEDED and surely_lacks(probed.image, name) else None


def _may_be(mount: Mount, program: str) -> bool:
    """Whether a mount may bring a program: it is called so, or lies over a folder of programs."""
    return mount.target.only is None or posixpath.basename(mount.target.only.rstrip("/")) in (program, "bin", "sbin")
