"""`just recipe`: the recipe with its parameters and the variables of the justfile.

https://just.systems/man/en/
"""

from __future__ import annotations

import re
from typing import NamedTuple

from mcplint.commands.execution import ExecContext, Step
from mcplint.commands.given_variables import with_files
from mcplint.commands.options import grammar, parse
from mcplint.commands.recipes import Replaced, bounded, last, read, script, with_references, with_variables
from mcplint.commands.words import Words, text
from mcplint.knowledge.executables import SHELLS
from mcplint.text.located import LocatedText
from mcplint.values import HOLE, Label, Value

FILES = ("justfile", "Justfile", ".justfile")
_OPTIONS = grammar(
    "quiet q verbose v no-deps unstable", "justfile working-directory", f="justfile", d="working-directory"
)
_TERM = r"\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|`[^`\n]*`|[A-Za-z_][\w-]*(?:[ \t]*\([^()\n]*\))?|\([^()\n]*\)"
_PARAMETER = rf"(?P<many>[*+]?)(?P<env>\$?)(?P<name>[A-Za-z_][\w-]*)(?:[ \t]*=[ \t]*(?P<default>{_TERM}))?"
_ASSIGNED = re.compile(r"(export[ \t]+)?([A-Za-z_][\w-]*)[ \t]*:=[ \t]*([^\n]*)")
_HEAD = re.compile(
    rf"@?([A-Za-z_][\w-]*)((?:[ \t]+[*+]?\$?[A-Za-z_][\w-]*(?:[ \t]*=[ \t]*(?:{_TERM}))?)*+)[ \t]*:(?!=)([^\n]*)"
)
_SETTING = re.compile(r"set[ \t]+([a-z-]+)(?:[ \t]*:=[ \t]*([^\n]*))?")
_ALIAS = re.compile(r"alias[ \t]+([\w-]+)[ \t]*:=[ \t]*([\w-]+)")
_INTERPOLATED = re.compile(r"\{\{(\{\{)|\{\{([^{}\n]*)\}\}")
_PART = re.compile(rf"[ \t]*({_TERM})[ \t]*([+/]?)")
_TELLING = {"list", "l", "summary", "help", "version", "dump", "show", "evaluate"}
_MOST_NAMES = 200
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_READING = ("env", "env_var", "env_var_or_default")


class Recipe(NamedTuple):
    """A recipe: its parameters and the attributes in front of it as written, what it depends on, and its lines."""

    parameters: str
    dependencies: tuple[str, ...]
    lines: list[LocatedText]
    attributes: str


class Justfile(NamedTuple):
    """What a justfile says, by names; `aliases`: other names of recipes."""

    variables: dict[str, tuple[str, Label]]
    exported: set[str]
    recipes: dict[str, Recipe]
    settings: dict[str, str]
    aliases: dict[str, str]


class _Scope:
    """What names stand for in a justfile; a class because it keeps what it has found.

    `bound`: the variables that the command itself assigns and, in a recipe, its parameters.
    """

    def __init__(self, said: Justfile, context: ExecContext, bound: dict[str, str]) -> None:
        self.said, self.context, self.values = said, context, dict(bound)

    def __call__(self, name: str) -> str:
        if name not in self.values:
            self.values[name] = HOLE
            if name in self.said.variables and len(self.values) < _MOST_NAMES:
                self.values[name] = self.expression(self.said.variables[name][0])
        return self.values[name]

    def expression(self, written: str) -> str:
        """What an expression comes to, with a hole for what is not known."""
        found, at, joint = "", 0, ""
        while at < len(written):
            match = _PART.match(written, at)
            if match is None or (at and not joint):
                return HOLE
            found = bounded(found + ("/" if joint == "/" else "") + self._term(match[1]))
            at, joint = match.end(), match[2]
        return HOLE if joint else found

    def _term(self, written: str) -> str:
        """What a part of an expression comes to."""
        if written.startswith('"'):
            return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), written[1:-1])
        if written.startswith("'"):
            return written[1:-1]
        if written.startswith("("):
            return self.expression(written[1:-1].strip())
        call = re.fullmatch(r"(\w+)[ \t]*\(([^()\n]*)\)", written)
        if call is None:
            return self(written)
        arguments = [self.expression(each.strip()) for each in call[2].split(",") if each.strip()]
        if call[1] in ("justfile_directory", "invocation_directory") and not arguments:
            return self.context.workdir or HOLE
        if call[1] not in _READING or not arguments or HOLE in arguments[0]:
            return HOLE
        return read(arguments[0], self.context, next(iter(arguments[1:]), None))

    def references(self, line: str) -> list[Replaced]:
        """The interpolations of a line, and what they stand for."""
        return [
            (found.start(), found.end(), "{{" if found[1] else self.expression(found[2].strip()))
            for found in _INTERPOLATED.finditer(line)
        ]

    def bind(self, parameters: str, arguments: list[str]) -> tuple[str, ...] | None:
        """Binds the parameters of a recipe, and their texts; None where more is given, or less."""
        bound, rest = dict[str, str](), list(arguments)
        for parameter in re.finditer(_PARAMETER, parameters):
            if parameter["many"] and rest:
                bound[parameter["name"]], rest = " ".join(rest), []
            elif rest:
                bound[parameter["name"]] = rest.pop(0)
            elif parameter["default"] is not None:
                bound[parameter["name"]] = self.expression(parameter["default"])
            elif parameter["many"] == "*":
                bound[parameter["name"]] = ""
            else:
                return None
        self.values |= bound
        return None if rest else tuple(bound.values())


def just(words: Words, context: ExecContext) -> Step:
    """What a recipe starts."""
    options = parse(words[1:], _OPTIONS)
    rest = [text(word) or HOLE for word in options.rest]
    overrides = dict[str, str]()
    while rest and (override := re.fullmatch(r"([A-Za-z_][\w-]*)=(.*)", rest[0], re.DOTALL)):
        overrides[override[1]] = override[2]
        del rest[0]
    named = options.flags.get("justfile")
    files = FILES if named is None else (text(named) or "",)
    file = next((found for each in files if each and (found := context.script(each)) is not None), None)
    if file is None:
        return context.unread(filter(None, files)) or context.none("just has no justfile that is known")
    if options.flags.keys() & _TELLING:
        return context.none("just only tells of itself")
    if not options.closed or "working-directory" in options.flags or rest[:1] == [HOLE]:
        return context.none("what just runs is not known")
    justfile = _parsed(file)
    name = rest[0] if rest else next(iter(justfile.recipes), "")
    name = justfile.aliases.get(name, name)
    recipe, seen = justfile.recipes.get(name), {name}
    while recipe is not None and not recipe.lines and not rest[1:]:
        name = next((each for each in reversed(recipe.dependencies) if each not in seen), "")
        recipe = justfile.recipes.get(name)
        seen.add(name)
    if recipe is None:
        return context.none("just has no recipe for it that is known")
    scope = _Scope(justfile, context, overrides)
    arguments = scope.bind(recipe.parameters, rest[1:])
    if arguments is None:
        return context.none(f"what just runs after {name} is not known")
    inner = context.because(words[0], f"just runs {name if rest else 'its first recipe'}")
    return _run(name, recipe, arguments, scope, inner._replace(prepared=True))


def _run(name: str, recipe: Recipe, arguments: tuple[str, ...], scope: _Scope, context: ExecContext) -> Step:
    """What the lines of a recipe start, its parameters bound."""
    justfile = scope.said
    shell = re.match(r"\[[ \t]*[\"']([^\"']*)", justfile.settings.get("shell", ""))
    odd = re.search(r"working-directory|script|no-cd", recipe.attributes) or "working-directory" in justfile.settings
    if odd or (shell and shell[1].rpartition("/")[2] not in SHELLS):
        return context.none(f"how just runs {name} is not known")
    context = _with_dotenv(justfile.settings, context)
    every = "export" in justfile.settings
    parameters = {each["name"] for each in re.finditer(_PARAMETER, recipe.parameters) if every or each["env"]}
    handed: dict[str, tuple[Label, ...]] = {
        each: (label,) for each, (_, label) in justfile.variables.items() if every or each in justfile.exported
    }
    handed |= dict.fromkeys(parameters, ())
    context = with_variables(context, {each: Value((scope(each),), notes) for each, notes in handed.items()})
    first = recipe.lines[0].text.partition("\n")[0] if recipe.lines else ""
    positional = tuple(Value((each,)) for each in arguments) if "positional-arguments" in justfile.settings else ()
    if not first.lstrip("@").startswith("#!"):
        backwards = (with_references(line, scope.references(line.text)) for line in reversed(recipe.lines))
        bare = (line.part(len(line.text) - len(line.text.lstrip("@-"))) for line in backwards)
        return last(bare, context, positional)
    if not re.search(rf"[/ ](?:{'|'.join(SHELLS)})\b", first):
        return context.none(f"the recipe {name} is no script of a shell")
    lines = (with_references(line, scope.references(line.text)) for line in recipe.lines)
    return script(lines, context, positional)


def _with_dotenv(settings: dict[str, str], context: ExecContext) -> ExecContext:
    """The context with the variables of the file that just is told to load."""
    if not any(each.startswith("dotenv") for each in settings):
        return context
    named = settings.get("dotenv-path") or settings.get("dotenv-filename") or "'.env'"
    plain = re.fullmatch(r"\"([^\"\\]*)\"|'([^']*)'", named.strip())
    files = (Value((plain[1] or plain[2],) if plain else None, (Label(context.span, "loads a file"),)),)
    return with_files(files, context, "dotenv-override" in settings, None if "dotenv-required" in settings else ())


def _parsed(file: LocatedText) -> Justfile:
    """What a justfile says."""
    justfile = Justfile({}, set(), {}, {}, {})
    name, attributes = "", ""
    for found in re.finditer(r"(?:[^\\\n]|\\(?:.|\n))*+\n?", file.text):
        line = found[0]
        if line[:1] in (" ", "\t") and name:
            if line.strip():
                margin = len(line) - len(line.lstrip(" \t"))
                justfile.recipes[name].lines.append(file.part(found.start() + margin, found.end()))
            continue
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("["):
            attributes += line
            continue
        name = ""
        if setting := _SETTING.match(line):
            justfile.settings[setting[1]] = setting[2] or "true"
            if (setting[2] or "").strip() == "false":
                del justfile.settings[setting[1]]
        elif alias := _ALIAS.match(line):
            justfile.aliases[alias[1]] = alias[2]
        elif assigned := _ASSIGNED.match(line):
            span = file.part(*found.span()).span()
            justfile.variables[assigned[2]] = (
                assigned[3].partition(" #")[0].strip(),
                Label(span, f"just sets {assigned[2]}"),
            )
            justfile.exported.update([assigned[2]] if assigned[1] else [])
        elif (head := _HEAD.match(line)) and not re.search(r"\b(windows|macos)\b", attributes):
            name = head[1]
            dependencies = re.findall(r"[\w-]+", head[3].partition("#")[0].partition("&&")[0])
            justfile.recipes[name] = Recipe(head[2], tuple(dependencies), [], attributes)
        attributes = ""
    return justfile
