"""What a project sets: `[tool.mcplint]` in pyproject.toml, or mcplint.toml."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from mcplint.core import SEVERITIES, Note, Rule, Source, Span, Value
from mcplint.mistake import Mistake, meant
from mcplint.record import NamedTuple

NOTHING: Mapping[str, Any] = MappingProxyType({})
OFF = "off"
NOWHERE = Span(Source("", ""), 0, 0)


class Silence(NamedTuple):
    """A rule that says nothing of the files that a glob matches, and where that is set."""

    glob: str
    rule: str
    span: Span


class Config(NamedTuple):
    """The settings of a run, checked.

    `severities`: those of rules that differ from their own. `options`: keyword arguments of checks, by rule.
    `ignore`: the rules that say nothing of some files. `select`: the rules that run, None for all.
    `deployment`: what the user states of the deployment that the files cannot tell, by the keys of STATED.
    """

    severities: Mapping[str, str] = NOTHING
    options: Mapping[str, Mapping[str, Any]] = NOTHING
    ignore: tuple[Silence, ...] = ()
    exclude: tuple[str, ...] = ()
    fail_on: str = "warning"
    pedantic: bool = False
    select: frozenset[str] | None = None
    off: frozenset[str] = frozenset()
    deployment: Mapping[str, Value[Any]] = NOTHING

    def runs(self, rule: Rule) -> bool:
        """Whether a rule is asked: a mistake of mcplint itself is never hidden."""
        chosen = self.select is None or rule.name in self.select
        return rule.name == "internal-error" or (chosen and rule.name not in self.off)


# What `[tool.mcplint.deployment]` may state, and the type of each; the linker reads them from `Config.deployment`.
STATED: Mapping[str, type] = MappingProxyType(
    {
        "replicas": int,
        "start-command": str,
        "public-url": str,
        "longest-tool-call": float,
        "proxy-in-front": bool,
        "authenticated-elsewhere": bool,
    }
)
FAIL_ON = (*reversed(SEVERITIES), "never")
NAMES = {str: "a string", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "a table"}


class _Wrong(Exception):
    """A mistake at a path of keys; `item` is the string in question where the mistake is not the key."""

    def __init__(self, message: str, *keys: str, item: str = "") -> None:
        self.message, self.keys, self.item = message, keys, item


def load(path: str, text: str, rules: Iterable[Rule], shown: str = "") -> Config:
    """The settings that a configuration file makes; raises Mistake, which calls the file as it is `shown`."""
    import tomllib

    text, shown = text.replace("\r\n", "\n"), shown or path
    prefix = ("tool", "mcplint") if path.endswith("pyproject.toml") else ()
    try:
        document = tomllib.loads(text)
        for depth in range(1, len(prefix) + 1):
            document = _typed(document, dict, *prefix[:depth])
        settings = _config(document, {rule.name: rule for rule in rules})
        return _placed(settings, Source(path, text), prefix)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _undecodable(shown, text, error) from None
    except _Wrong as wrong:
        from mcplint.toml_keys import find

        line, column = find(text, (*prefix, *wrong.keys), wrong.item)
        raise Mistake(f"{shown}:{line}:{column}: {wrong.message}") from None


def _undecodable(path: str, text: str, error: Exception) -> Mistake:
    """tomllib ends its messages with `(at line 3, column 5)` or `(at end of document)`."""
    message, _, where = str(error).rpartition(" (at ")
    numbers = [int(word) for word in where.replace(",", " ").replace(")", " ").split() if word.isdecimal()]
    line, column = numbers if len(numbers) == 2 else (text.count("\n") + 1, len(text) - text.rfind("\n"))
    return Mistake(f"{path}:{line}:{column}: is no TOML: {message or error}")


def _config(document: Mapping[str, Any], rules: Mapping[str, Rule]) -> Config:
    if "tool" in document:
        raise _Wrong("here settings stand without [tool.mcplint]", "tool")
    _known("key", document, ("fail-on", "pedantic", "exclude", "ignore", "rules", "deployment"))
    severities, options = _rules(_typed(document, dict, "rules"), rules)
    fail_on = _typed(document, str, "fail-on", default="warning")
    _one_of("severity", fail_on, FAIL_ON, "fail-on")
    return Config(
        severities={name: severity for name, severity in severities.items() if severity != OFF},
        options=options,
        ignore=tuple(_ignores(_typed(document, dict, "ignore"), rules)),
        exclude=tuple(glob.removeprefix("./") for glob in _strings(document, "exclude")),
        fail_on=fail_on,
        pedantic=_typed(document, bool, "pedantic", default=False),
        off=frozenset(name for name, severity in severities.items() if severity == OFF),
        deployment=_deployment(_typed(document, dict, "deployment")),
    )


def _rules(table: Mapping[str, Any], rules: Mapping[str, Rule]) -> tuple[dict[str, str], dict[str, dict[str, Any]]]:
    """Severities and options: `rule = "warning"`, or `rule = { severity = "warning", option = 3 }`."""
    severities: dict[str, str] = {}
    options: dict[str, dict[str, Any]] = {}
    _known("rule", table, rules, "rules")
    for name, setting in table.items():
        keys = ("rules", name)
        if not isinstance(setting, (str, dict)):
            raise _Wrong(f'"{name}" is a severity ({", ".join((OFF, *SEVERITIES))}), not {_name(setting)}', *keys)
        given = dict(setting) if isinstance(setting, dict) else {"severity": setting}
        if "severity" in given:
            severities[name] = _typed(given, str, *keys, "severity")
            _one_of("severity", severities[name], (OFF, *SEVERITIES), *keys)
            del given["severity"]
        defaults = dict(rules[name].options)
        _known(f"option of {name}", given, defaults, *keys)
        if given:
            options[name] = {key: _typed(given, type(defaults[key]), *keys, key) for key in given}
    return severities, options


def _ignores(table: Mapping[str, Any], rules: Mapping[str, Rule]) -> Iterator[Silence]:
    for glob in table:
        for name in _strings(table, "ignore", glob):
            _one_of("rule", name, rules, "ignore", glob)
            yield Silence(glob, name, NOWHERE)


def _deployment(table: Mapping[str, Any]) -> Mapping[str, Value[Any]]:
    _known("key", table, STATED, "deployment")
    given = {key: _typed(table, STATED[key], "deployment", key) for key in table}
    for key in ("replicas", "longest-tool-call"):
        if given.get(key, 1) <= 0:
            raise _Wrong(f'"{key}" is more than 0', "deployment", key)
    return {key: Value((value,)) for key, value in given.items()}


def _placed(settings: Config, source: Source, prefix: tuple[str, ...]) -> Config:
    """The settings with the places of those that are spoken of later: what is ignored and what is stated."""
    if not settings.ignore and not settings.deployment:
        return settings
    from mcplint.lines import starts
    from mcplint.toml_keys import find

    lines = starts(source.text)

    def span(keys: tuple[str, ...], item: str = "") -> Span:
        line, column = find(source.text, (*prefix, *keys), item)
        start = lines[line - 1] + column - 1 + bool(item)
        return Span(source, start, start + len(item or keys[-1]))

    ignore = (each._replace(span=span(("ignore", each.glob), each.rule)) for each in settings.ignore)
    stated = {
        key: value._replace(trace=(Note(span(("deployment", key)), "the project states it"),))
        for key, value in settings.deployment.items()
    }
    ignore = (each._replace(glob=each.glob.removeprefix("./")) for each in ignore)
    return settings._replace(ignore=tuple(ignore), deployment=stated)


def _known(noun: str, table: Mapping[str, Any], words: Iterable[str], *keys: str) -> None:
    for key in table:
        if key not in words:
            raise _Wrong(f'unknown {noun} "{key}"{meant(key, words)}', *keys, key)


def _one_of(noun: str, word: str, words: Iterable[str], *keys: str) -> None:
    if word not in words:
        known = f"; it is one of {', '.join(words)}" if noun == "severity" else ""
        raise _Wrong(f'unknown {noun} "{word}"{meant(word, words) or known}', *keys, item=word)


def _strings(table: Mapping[str, Any], *keys: str) -> list[str]:
    words: list[str] = _typed(table, list, *keys)
    for word in words:
        if not isinstance(word, str):
            raise _Wrong(f'"{keys[-1]}" is a list of strings', *keys)
    return words


def _typed(table: Mapping[str, Any], want: type, *keys: str, default: Any = None) -> Any:
    """The value of the last key, of the type that it must have; the default (or an empty one) where it is not set."""
    value = table.get(keys[-1], want() if default is None else default)
    if type(value) is want or (want is float and type(value) is int):
        return value
    raise _Wrong(f'"{keys[-1]}" is {NAMES[want]}, not {_name(value)}', *keys)


def _name(value: Any) -> str:
    """What TOML calls a value of this type."""
    return NAMES.get(type(value), "a date")
