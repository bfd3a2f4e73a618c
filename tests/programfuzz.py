"""Programs of what the interpreter knows of libraries, put together at random: none is a mistake of mcplint.

python tests/programfuzz.py SEED PROGRAMS
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from random import Random

from mcplint.model import Sdk
from mcplint.programs.outcome import Outcome
from mcplint.programs.python.interpreter import follow, tables
from mcplint.programs.python.libraries import BY_NAME
from mcplint.programs.start import APP, OBJECT, SCRIPT, Start
from mcplint.programs.world import World
from mcplint.project.tree import Tree
from mcplint.text.source import Source, Span
from mcplint.values import Value

RELEASES = {"mcp": ("1.27.1", "1.2.0"), "fastmcp": ("3.4.11", "2.3.0", "0.4.1")}
PLAIN = [
    "1",
    "-1",
    "None",
    "True",
    "'a'",
    "'/a'",
    "''",
    "[]",
    "[1, 'a']",
    "{}",
    "{'a': 1}",
    "(1,)",
    "1.5",
    "b'x'",
    "...",
    "x",
    "f",
    "C",
]
ATTRIBUTES = [
    "settings",
    "routes",
    "name",
    "router",
    "state",
    "middleware",
    "app",
    "config",
    "host",
    "callback",
    "path",
    "__init__",
]


def names() -> list[str]:
    """The dotted names of libraries that the interpreter knows."""
    known = tables()
    known.learn({subject for subjects in BY_NAME.values() for subject in subjects})
    paths = {*known.calls, *known.reads, *known.aliases, *known.parents, *known.parents.values()}
    whole = (path.removesuffix(".__init__") for path in paths if all(part.isidentifier() for part in path.split(".")))
    return sorted({path for path in whole if "." in path})


def program(random: Random, known: list[str]) -> str:
    """A program of some statements about a few objects."""
    few = random.sample(known, random.randrange(1, 5))
    imports = sorted({path.partition(".")[0] for path in few} - {"builtins", "decorator"})
    lines = [*(f"import {module}" for module in imports), "x = object()", "def f(*a, **b): return a", "class C: pass"]
    return "\n".join([*lines, *(line for _ in range(random.randrange(2, 8)) for line in statement(random, known, few))])


def statement(random: Random, known: list[str], few: list[str]) -> Iterator[str]:
    """The lines of one statement."""
    name = random.choice("vwxf")
    one, other = expression(random, known, few), expression(random, known, few, 1)
    attribute = last(random, known)
    forms = [
        f"{name} = {one}",
        f"{name} = {one}",
        f"{name} = {one}",
        f"{name}.{attribute} = {other}",
        f"{name}.{attribute}({arguments(random, known, few)})",
        f"{name}[{other}] = {one}",
        f"{name} += {one}",
        f"for y in {one}: y({other})",
        f"with {one} as {name}: {name}.{attribute}()",
        f"if {one}: {name} = {other}",
        f"class {name}({one}): z = {other}",
        f"class {name}({one}): pass\n{name}().{attribute}({other})",
        f"@{one}\ndef {name}(a: {other} = 1, *, b=2): return a.{attribute}",
        f"@{one}\nclass {name}: a: int = {other}",
        f"try: {one}\nexcept Exception: {name} = {other}",
        f"async def {name}():\n    async with {one} as y: await y.{attribute}({other})\n"
        f"import asyncio\nasyncio.run({name}())",
        f"del {name}[{other}]",
        f"print(f'{{{name}}} {{{name}!r:>5}}', {one} == {other}, {one} in {other}, {one} < {other}, not {one})",
        f"match {one}:\n    case 1 | 'a': {name} = 1\n    case {{'a': y}}: y()\n    case _: {name}()",
        f"{name} = [y.{attribute} for y in {one}] + [{other}] * 2",
        f"{name}, *w = {one}",
        f"{name} = {one} if {other} else {name}",
    ]
    yield random.choice(forms)


def last(random: Random, known: list[str]) -> str:
    return random.choice(
        [*ATTRIBUTES, random.choice(known).rpartition(".")[2], random.choice(known).rpartition(".")[2]]
    )


def expression(random: Random, known: list[str], few: list[str], depth: int = 2) -> str:
    path = random.choice(few)
    owner = path.rpartition(".")[0] or path
    forms = [path, owner, random.choice("vwxf"), random.choice(PLAIN)]
    if depth:
        inner = expression(random, known, few, depth - 1)
        given = arguments(random, known, few, depth - 1)
        forms += [
            f"{path}({given})",
            f"{path}({given})",
            f"{owner}({given}).{path.rpartition('.')[2]}({inner})",
            f"{inner}.{last(random, known)}",
            f"{inner}({given})",
            f"{inner}[{random.choice(PLAIN)}]",
            f"(lambda a: a)({inner})",
        ]
    return random.choice(forms).replace("builtins.", "").replace("decorator.", "f.")


def arguments(random: Random, known: list[str], few: list[str], depth: int = 1) -> str:
    given = [expression(random, known, few, depth) for _ in range(random.choice([0, 0, 1, 1, 2, 3]))]
    keywords = [
        "name",
        "host",
        "port",
        "app",
        "routes",
        "transport",
        "path",
        "default",
        "type",
        "config",
        "lifespan",
        "middleware",
        "target",
    ]
    for keyword in random.sample(keywords, random.choice([0, 0, 1, 2])):
        given.append(f"{keyword}={expression(random, known, few, depth)}")
    return ", ".join([*given, *random.choice([(), (), (), ("*v",), ("**v",), ("**{'a': 1}",)])])


def followed(text: str, random: Random) -> Outcome:
    """What following a program comes to, started in one of the ways that there are."""
    tree = Tree.of({"s.py": text})
    releases = {name: random.choice(found) for name, found in RELEASES.items()}
    env = random.choice([Value(None), Value((None,)), Value(("8000",)), Value(("",))])

    def sdk(dotted: str) -> Sdk:
        package = dotted.partition(".")[0]
        return Sdk(package, Value((releases[package],)))

    kind, target, runner = random.choice(
        [(SCRIPT, "s.py", None), (SCRIPT, "s.py", None), (APP, "s:v", "uvicorn"), (OBJECT, "s.py:v", "fastmcp")]
    )
    argv = random.choice([None, (), (Value(("a",)), Value(("--port",)), Value(("1",)))])
    start = Start(kind, target, Span(Source("Dockerfile", "CMD"), 0, 3), argv, runner=runner)
    return follow(start, World(tree, lambda name: env, sdk, lambda path: None))


def mistakes(seed: int, programs: int) -> Iterator[tuple[str, str]]:
    """The programs over which mcplint fails, and how."""
    random, known = Random(seed), names()
    for _ in range(programs):
        text = program(random, known)
        try:
            compile(text, "s.py", "exec")
        except SyntaxError:
            continue
        try:
            for failure in followed(text, random).failures:
                yield text, failure.traceback
        except Exception:
            import traceback

            yield text, traceback.format_exc()


if __name__ == "__main__":
    seen: set[str] = set()
    for text, told in mistakes(int(sys.argv[1]), int(sys.argv[2])):
        place = "\n".join(told.splitlines()[-3:])
        if place not in seen:
            seen.add(place)
            print("=" * 80, text, "-" * 80, *told.splitlines()[-8:], sep="\n")
    print(len(seen), "mistakes")
