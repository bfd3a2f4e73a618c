"""TypeScript of what the interpreter knows of libraries, put together at random: no program is a mistake of mcplint.

python tests/scriptfuzz.py SEED PROGRAMS
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from random import Random

from mcplint.model import Sdk
from mcplint.programs.outcome import Outcome
from mcplint.programs.start import SCRIPT, Start
from mcplint.programs.typescript.interpreter import follow, tables
from mcplint.programs.world import World
from mcplint.project.tree import Tree
from mcplint.text.source import Source, Span
from mcplint.values import Value

PLAIN = """
1 -1 0.5 1e999 0x1F 10n null undefined true NaN 'a' '/a' '' `a${v}` [] [1,'a'] {} {a:1} {port:1,host:'a'} /a/g
v w x f C this process.env process.env.PORT process.env.A?.b process.argv import.meta.url (()=>1) (async(a)=>a)
function(a,b){return[a,b]} class{a=1;m(){return(this)}} new(C)() [...'ab'] {...v} import('express') require('zod')
'8000' '--port' 'PORT' 8000 '127.0.0.1' 'stdio' '/mcp' '*' {port:8000} {hostname:v} {default:1} {type:'string'}
"""
PROPERTIES = "length name app server config port host default env routes prototype constructor then a 0 m"
FORMS = """let {n} = {a};
var {n} = {a};
{n} = {a};
{n}.{p} = {b};
{n}[{b}] = {a};
{n} += {a};
{n}?.{p}({b});
({a});
await {a};
for (const y of {a}) {{ y({b}); }}
for (const y in {a}) {n} = y;
while ({a}) {{ {n} = {b}; break; }}
if ({a}) {{ {n} = {b}; }} else {n}({b});
switch ({a}) {{ case {b}: {n} = 1; case 'a': break; default: {n}(); }}
try {{ {a}; }} catch (e) {{ {n} = e; }} finally {{ {b}; }}
const {{ {p}: y{i}, ...z{i} }} = {a} ?? {b};
const [u{i}, , ...r{i}] = {a};
class D{i} extends ({a}) {{ static s = {b}; #q = 1; constructor(a) {{ super(a); this.{p} = a; }} }}
class F{i} extends ({a}) {{ {p}() {{ return super.{p}?.({b}); }} }} {n} = new F{i}();
function g{i}({{ a = {a} }} = {{}}, ...rest) {{ return a.{p}; }} g{i}({b});
async function* k{i}() {{ yield {a}; yield* {b}; }} k{i}().next();
{n} = {a} ? {b} : {n};
{n} = typeof {a} === {b} || !({a}) && {b} in {n};
{n} = {a} as any satisfies unknown;
{n} = ({a}).{p}`t${{{b}}}`;
enum E{i} {{ A = {b}, B }} {n} = E{i}.A;
namespace N{i} {{ export const a = {a}; }}
export const e{i} = {a};
label{i}: for (;;) {{ break label{i}; }}
setTimeout(() => {{ {a}; }}, {b});
process.on({a}, () => process.exit({b}));""".splitlines()


def names() -> list[tuple[str, str, str]]:
    """What the interpreter knows, as the module (empty: a global), the exported name and a property of it."""
    known = tables()
    found = set()
    for path in {*known.calls, *known.reads, *known.aliases, *known.aliases.values()}:
        module, _, rest = path.rpartition(":")
        name, _, rest = rest.partition(".")
        if name.isidentifier() or name == "?":
            found.add((module, name, rest.strip("()") if rest.isidentifier() else ""))
    return sorted(found)


def program(random: Random, known: list[tuple[str, str, str]]) -> str:
    """A module of some statements about a few objects."""
    few = [each for each in random.sample(known, random.randrange(2, 7)) if each[1] != "?"] or [("", "Array", "")]
    lines = [
        "let v: any = {}, w: any = [], x: any = 'a';",
        "function f(...a) { return a; }",
        "class C { m() { return this; } }",
    ]
    own: list[tuple[str, str]] = []
    for index, (module, name, rest) in enumerate(few):
        local = f"L{index}" if module else name
        if module:
            clause = random.choice([local, f"* as {local}"]) if name == "default" else f"{{ {name} as {local} }}"
            lines.insert(0, f'import {clause} from "{module}";')
        own.append((local, rest or random.choice(known)[2] or "use"))
    return "\n".join([*lines, *(statement(random, known, own, index) for index in range(random.randrange(2, 9)))])


def statement(random: Random, known: list[tuple[str, str, str]], own: list[tuple[str, str]], index: int) -> str:
    given = {"n": random.choice("vwx"), "i": index, "p": last(random, known)}
    one, other = expression(random, known, own), expression(random, known, own, 1)
    return random.choice(FORMS).format(a=one, b=other, **given)


def last(random: Random, known: list[tuple[str, str, str]]) -> str:
    found = random.choice([random.choice(PROPERTIES.split()), random.choice(known)[2], random.choice(known)[2]])
    return found if found.isidentifier() else "use"


def expression(random: Random, known: list[tuple[str, str, str]], own: list[tuple[str, str]], depth: int = 3) -> str:
    local, rest = random.choice(own)
    forms = [local, random.choice(PLAIN.split())]
    if depth:
        inner = expression(random, known, own, depth - 1)
        given = ", ".join(expression(random, known, own, depth - 1) for _ in range(random.choice([0, 1, 1, 2, 3])))
        forms += [
            f"{local}({given})",
            f"new {local}({given})",
            f"{local}.{rest}({given})",
            f"{local}({given}).{rest}({inner})",
            f"new {local}({given}).{rest}({inner})",
            f"({inner}).{last(random, known)}({given})",
            f"({inner})?.{last(random, known)}",
            f"({inner})[{random.choice(PLAIN.split())}]",
            f"(({given}) => ({inner}))()" if not given else f"((a, b) => ({inner}))({given})",
            f"({inner} {random.choice(['+', '||', '??', '&&', '-', '*', '<', '===', '**', '%', '>>'])} {inner})",
        ]
    return random.choice(forms)


def followed(text: str, random: Random) -> Outcome:
    """What following a program comes to."""
    tree = Tree.of({"s.ts": text, "package.json": '{"name": "s", "type": "module"}'})
    env = random.choice([Value(None), Value((None,)), Value(("8000",)), Value(("",))])
    releases = {"1": Value(("1.27.0",)), "0": Value(None)}
    argv = random.choice([None, (), (Value(("--port",)), Value(("1",)))])
    start = Start(SCRIPT, "s.ts", Span(Source("Dockerfile", "CMD"), 0, 3), argv)
    release = releases[random.choice("01")]
    return follow(start, World(tree, lambda name: env, lambda name: Sdk(name, release), lambda path: None))


def mistakes(seed: int, programs: int) -> Iterator[tuple[str, str]]:
    """The programs over which mcplint fails, and how."""
    random, known = Random(seed), names()
    for _ in range(programs):
        text = program(random, known)
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
            print("=" * 80, text, "-" * 80, *told.splitlines()[-8:], sep="\n", flush=True)
    print(len(seen), "mistakes")
