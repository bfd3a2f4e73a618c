"""What becomes of a start command, whichever language its program is written in.

A language is a package here: its `interpreter.follow(start, world)` follows a start.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from mcplint.model import Server
from mcplint.programs.by_hand import with_options
from mcplint.programs.outcome import Outcome
from mcplint.programs.start import Start
from mcplint.programs.world import STEPS, World
from mcplint.project.cache import cached
from mcplint.values import Value

Language = Callable[[Start, World], Outcome]


def follow(start: Start, world: World) -> Outcome:
    """What the program of a start command starts; from the cache it takes no steps.

    What the command itself sets and prints is no part of the program: it is followed once, whatever that is.
    """
    program = start._replace(env={}, printed=(), background=None, prepared=False, commands=(), workdir=None)

    def env(name: str) -> Value[Any]:
        return start.env[name] if name in start.env else world.env(name)

    language: Language = import_module(f"mcplint.programs.{start.language}.interpreter").follow
    outcome, fresh = cached(
        world.tree,
        program,
        {"env": env, "sdk": world.sdk, "file": world.file},
        lambda asking: language(program, world._replace(env=asking["env"], sdk=asking["sdk"], file=asking["file"])),
        lambda outcome: (outcome.complete or world.steps == STEPS) and not outcome.failures,
    )
    servers = tuple(with_options(_with_command_output(start, server)) for server in outcome.servers)
    return outcome._replace(servers=servers, steps=outcome.steps if fresh else 0)


def _with_command_output(start: Start, server: Server) -> Server:
    """The server with what its command writes to standard output before it, and whether that keeps its input."""
    printed = tuple(dict.fromkeys((*start.printed, *server.printed)))
    return server._replace(printed=printed, background=start.background)
