"""What a project sets: `[tool.mcplint]` in pyproject.toml, or mcplint.toml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from mcplint.facts.document import MappingNode, Node, ScalarNode, SequenceNode, at, items, pairs
from mcplint.findings import INTERNAL_ERROR, SEVERITIES, Rule, Unreadable
from mcplint.text.lines import position
from mcplint.text.source import Source, Span
from mcplint.usage import UsageError, did_you_mean
from mcplint.values import Label, Value

NOTHING: Mapping[str, Any] = MappingProxyType({})
OFF = "off"


class IgnoreEntry(NamedTuple):
    """A rule that says nothing of the files that a glob matches, and where that is set."""

    glob: str
    rule: str
    span: Span


class Config(NamedTuple):
    """The settings of a run, checked.

    `severities`: those of rules that differ from their own. `options`: keyword arguments of checks, by rule.
    `ignore`: the rules that say nothing of some files. `select`: the rules that run, None for all; `severities_shown`,
    `severities_hidden`: the severities whose findings are asked for besides, or are not, whatever rule they are of.
    `deployment`: what the user states of the deployment that the files cannot tell, by the keys of STATED.
    """

    severities: Mapping[str, str] = NOTHING
    options: Mapping[str, Mapping[str, Any]] = NOTHING
    ignore: tuple[IgnoreEntry, ...] = ()
    exclude: tuple[str, ...] = ()
    fail_on: str = "warning"
    pedantic: bool = False
    select: frozenset[str] | None = None
    off: frozenset[str] = frozenset()
    severities_shown: frozenset[str] = frozenset()
    severities_hidden: frozenset[str] = frozenset()
    deployment: Mapping[str, Value[Any]] = NOTHING

    @property
    def of_all_rules(self) -> Config:
        """The configuration by which a fix is judged: by every rule that is not turned off, whatever is asked for."""
        return self._replace(select=None, severities_shown=frozenset(), severities_hidden=frozenset())

    def runs(self, rule: str) -> bool:
        """Whether a rule is asked: an internal error of mcplint is never hidden."""
        chosen = self.select is None or rule in self.select or bool(self.severities_shown)
        return rule == INTERNAL_ERROR or (chosen and rule not in self.off)

    def shows(self, rule: str, severity: str) -> bool:
        """Whether a finding is asked for, by its rule or by its severity."""
        chosen = self.select is None or rule in self.select or severity in self.severities_shown
        return rule == INTERNAL_ERROR or (chosen and severity not in self.severities_hidden)


class Setting(NamedTuple):
    """A setting by its keys from the outside in, its value, and its key where a file sets it: else None.

    A value of None: the setting has no default.
    """

    key: tuple[str, ...]
    value: Any
    written: ScalarNode | None = None


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
MOST_ENTRIES = 500
URL = r"(?is)https?://[^/?#\s].*"
FAIL_ON = (*reversed(SEVERITIES), "never")
NAMES = {str: "a string", bool: "true or false", int: "a number", float: "a fraction", list: "a list", dict: "a table"}
WANTED = {**NAMES, int: "a whole number", float: "a number"}


def load(path: str, text: str, rules: Mapping[str, Rule], shown: str = "") -> Config:
    """The settings that a configuration file makes; raises UsageError, which calls the file as it is `shown`."""
    try:
        return _config(_table(Source(path, text)), rules)
    except Unreadable as wrong:
        raise usage_error(wrong, shown or path) from None


def _table(source: Source) -> Node | None:
    """The table of a file that configures mcplint."""
    from mcplint.readers import toml

    document: Node | None = toml.read(source)
    for key in ("tool", "mcplint") if source.path.endswith("pyproject.toml") else ():
        document = _of_type(document, key, dict)
    return document


def settings(source: Source | None, rules: Mapping[str, Rule]) -> Iterator[Setting]:
    """Every setting that there is, with its value here; `source` is a configuration without mistakes, or None."""
    table = _table(source) if source else None
    unset = {"fail-on": "warning", "pedantic": False, "exclude": []}
    yield from (_setting(table, (key,), default) for key, default in unset.items())
    for key in STATED:
        yield _setting(table, ("deployment", key), None)
    for glob, _ in pairs(at(table, "ignore")):
        yield _setting(table, ("ignore", glob.text), [])
    for name, rule in rules.items():
        if name == INTERNAL_ERROR:
            continue
        node = at(table, "rules", name)
        within = ("severity",) if isinstance(node, MappingNode) else ()
        yield _setting(table, ("rules", name, *within), rule.severity)
        for option, default in rule.options:
            yield _setting(table, ("rules", name, option), default)


def _setting(table: Node | None, key: tuple[str, ...], default: Any) -> Setting:
    node = at(table, *key)
    return (
        Setting(key, default) if node is None else Setting(key, _as_python(node), _key(at(table, *key[:-1]), key[-1]))
    )


def usage_error(wrong: Unreadable, shown: str) -> UsageError:
    """What is wrong with a file, at its line in what the file is `shown` as."""
    line, column, *_ = position(wrong.span)
    return UsageError(f"{shown}:{line}:{column}: {wrong.message}")


def _error_at(node: Node | None, message: str) -> Unreadable:
    """What is wrong at a node, its quotes included."""
    assert node
    quote = isinstance(node, ScalarNode) and node.quoted
    return Unreadable(node.span._replace(start=node.span.start - quote), message)


def _config(document: Node | None, rules: Mapping[str, Rule]) -> Config:
    if at(document, "tool"):
        raise _error_at(
            _key(document, "tool"), "mcplint.toml has no [tool.mcplint]: its settings stand at the top level"
        )
    _check_keys("key", document, ("fail-on", "pedantic", "exclude", "ignore", "rules", "deployment"))
    _check_count(document, "ignore", len(pairs(_of_type(document, "ignore", dict))))
    severities, options = _rules(_of_type(document, "rules", dict), rules)
    fail_on = _of_type(document, "fail-on", str)
    return Config(
        severities={name: severity for name, severity in severities.items() if severity != OFF},
        options=options,
        ignore=tuple(_ignores(_of_type(document, "ignore", dict), rules)),
        exclude=tuple(glob.text.removeprefix("./") for glob in _strings(document, "exclude")),
        fail_on=_one_of("severity", fail_on, FAIL_ON) if fail_on else "warning",
        pedantic=bool(_as_python(_of_type(document, "pedantic", bool))),
        off=frozenset(name for name, severity in severities.items() if severity == OFF),
        deployment=dict(_deployment(_of_type(document, "deployment", dict))),
    )


def _rules(table: Node | None, rules: Mapping[str, Rule]) -> tuple[dict[str, str], dict[str, dict[str, Any]]]:
    """Severities and options: `rule = "warning"`, or `rule = { severity = "warning", option = 3 }`."""
    severities: dict[str, str] = {}
    options: dict[str, dict[str, Any]] = {}
    _check_keys("rule", table, rules)
    for name, setting in pairs(table):
        _refuse_internal_error(name)
        if _type(setting) not in (str, dict):
            choice = ", ".join((OFF, *SEVERITIES))
            raise _error_at(name, f'"{name.text}" must be a severity ({choice}), not {_name(setting)}')
        severity = _of_type(setting, "severity", str) if isinstance(setting, MappingNode) else setting
        if severity:
            severities[name.text] = _one_of("severity", severity, (OFF, *SEVERITIES))
        defaults = dict(rules[name.text].options)
        _check_keys(f"option of {name.text}", setting, ("severity", *defaults))
        given = [key.text for key, _ in pairs(setting) if key.text != "severity"]
        if given:
            options[name.text] = {key: _as_python(_of_type(setting, key, type(defaults[key]))) for key in given}
    return severities, options


def _check_count(table: Node | None, key: str, number: int) -> None:
    """Each entry is held against every file."""
    if number > MOST_ENTRIES:
        raise _error_at(_key(table, key), f'"{key}" has more than {MOST_ENTRIES} entries')


def _ignores(table: Node | None, rules: Iterable[str]) -> Iterator[IgnoreEntry]:
    for glob, _ in pairs(table):
        for name in _strings(table, glob.text):
            _refuse_internal_error(name)
            yield IgnoreEntry(glob.text.removeprefix("./"), _one_of("rule", name, rules), name.span)


def _refuse_internal_error(rule: ScalarNode) -> None:
    if rule.text == INTERNAL_ERROR:
        raise _error_at(rule, f'"{INTERNAL_ERROR}" cannot be set: an internal error of mcplint is always reported')


def _deployment(table: Node | None) -> Iterator[tuple[str, Value[Any]]]:
    _check_keys("key", table, STATED)
    for key, _ in pairs(table):
        value = _as_python(_of_type(table, key.text, STATED[key.text]))
        if wrong := _value_error(key.text, value):
            raise _error_at(key, f'"{key.text}" must be {wrong}')
        yield key.text, Value((value,), (Label(key.span, "stated in the configuration of mcplint"),))


def _value_error(key: str, value: Any) -> str:
    """What a stated value must be and is not; empty where it makes sense."""
    match key:
        case "replicas" | "longest-tool-call" if not value > 0:
            return "more than 0"
        case "public-url" if not re.fullmatch(URL, value):
            return "a URL that begins with http:// or https:// and a host"
        case "start-command" if not value.strip():
            return "a command, not empty"
        case "start-command" if not _splits(value):
            return "a command in which every quote is closed"
    return ""


def _splits(command: str) -> bool:
    """Whether a shell finds words in a command."""
    import shlex

    try:
        return bool(shlex.split(command))
    except ValueError:
        return False


def _check_keys(noun: str, table: Node | None, words: Iterable[str]) -> None:
    for key, _ in pairs(table):
        if key.text not in words:
            raise _error_at(key, f'unknown {noun} "{key.text}"{did_you_mean(key.text, words)}')


def _one_of(noun: str, node: Node, words: Iterable[str]) -> str:
    word = str(_as_python(node))
    if word in words:
        return word
    known = f"; use one of {', '.join(words)}" if noun == "severity" else ""
    raise _error_at(node, f'unknown {noun} "{word}"{did_you_mean(word, words) or known}')


def _strings(table: Node | None, key: str) -> Iterator[ScalarNode]:
    found = items(_of_type(table, key, list))
    _check_count(table, key, len(found))
    for item in found:
        if not isinstance(item, ScalarNode) or _type(item) is not str:
            raise _error_at(_key(table, key), f'"{key}" must be a list of strings')
        yield item


def _of_type(table: Node | None, key: str, want: type) -> Node | None:
    """The value of a key, of the type that it must have; None where it is not set."""
    node = at(table, key)
    if node is None or _type(node) is want or (want is float and _type(node) is int):
        return node
    raise _error_at(_key(table, key), f'"{key}" must be {WANTED[want]}, not {_name(node)}')


def _key(table: Node | None, key: str) -> ScalarNode | None:
    return table.key(key) if isinstance(table, MappingNode) else None


def _type(node: Node) -> type | None:
    """The type of a value; a date, which the reader leaves as it is written, has none."""
    match node:
        case MappingNode():
            return dict
        case SequenceNode():
            return list
        case ScalarNode(value=str(), quoted=False):
            return None
    return type(node.value)


def _name(node: Node) -> str:
    """What TOML calls a value of this type."""
    kind = _type(node)
    return NAMES[kind] if kind else "a date"


def _as_python(node: Node | None) -> Any:
    """The value without its spans."""
    match node:
        case MappingNode(pairs=found):
            return {key.text: _as_python(value) for key, value in found}
        case SequenceNode(items=found):
            return [_as_python(item) for item in found]
    return node.value if node else None
