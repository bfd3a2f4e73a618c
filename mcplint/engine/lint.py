"""From the files of a project to diagnostics: link, check, postprocess. No disk, no clock, no state."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from mcplint.engine.postprocess import postprocess
from mcplint.findings import ERROR, WARNING, Diagnostic, Failure, Finding, Ignore, Rule, Unreadable
from mcplint.model import Deployment
from mcplint.project.config import NOTHING, Config
from mcplint.project.kinds import kind
from mcplint.project.suppress import ignores
from mcplint.project.tree import Tree
from mcplint.text.source import Edit, Source, Span
from mcplint.usage import did_you_mean

NOWHERE = Span(Source(".", ""), 0, 0)
# Begins the names of the rules about server.json: a third of all, not even loaded where there is none.
REGISTRY = "registry-"
MOST_NAMED = 4


class Run(NamedTuple):
    """What one look at a project gave: the diagnostics, the deployment they speak of and how many files were read."""

    diagnostics: list[Diagnostic]
    deployment: Deployment
    files: int


def lint(tree: Tree, rules: Mapping[str, Rule], config: Config) -> list[Diagnostic]:
    """What is wrong with a project, in the order of its files."""
    return run(tree, rules, config).diagnostics


def run(tree: Tree, rules: Mapping[str, Rule], config: Config) -> Run:
    """The diagnostics and what they rest on."""
    try:
        from mcplint.link import link

        linked = link(tree, config)
    except Exception as error:
        return diagnose(tree, Deployment(), [Failure.of("the linker", NOWHERE, error)], rules, config)
    return diagnose(tree, linked.deployment, linked.problems, rules, config)


def diagnose(
    tree: Tree,
    deployment: Deployment,
    problems: Iterable[Unreadable | Failure],
    rules: Mapping[str, Rule],
    config: Config,
) -> Run:
    """What the rules say of a deployment, of the files that could not be read and of ignores that hide nothing."""
    problems = tuple(problems)
    asked = frozenset(filter(config.runs, rules))
    loaded = list(_loaded(rules, asked, deployment))
    for path in filter(kind, tree.named):
        tree.source(path)
    unread = _unread(tree, problems)
    found, failures = _check(loaded, [*_checked_parts(deployment), *unread], config)
    failures += [problem for problem in problems if isinstance(problem, Failure)]
    comments = [ignore for source in tree.read for ignore in ignores(source)]
    kept, used = postprocess(found, comments, config)
    unchecked = {problem.span.source.path for problem in unread}
    unused = [_unused(ignore, used, rules, asked) for ignore in comments if ignore.span.source.path not in unchecked]
    unused += _unused_settings(used, asked - {rule.name for rule in loaded if Ignore in rule.parts}, config)
    late, _ = _check(loaded, [*failures, *(ignore for ignore in unused if ignore.unused)], config)
    read = sum(not _is_of_git(source.path) for source in tree.read)
    return Run(postprocess([*kept, *late], (), config)[0], deployment, read)


def _is_of_git(path: str) -> bool:
    """Whether a file only tells what git does: how many of these are read depends on what is asked first."""
    return path.startswith(".git/") or path.rpartition("/")[2] in (".gitignore", ".gitattributes")


def _loaded(rules: Mapping[str, Rule], asked: Collection[str], deployment: Deployment) -> Iterator[Rule]:
    """The rules that are asked and can have something to say."""
    for name in rules:
        if name in asked and (deployment.manifests or not name.startswith(REGISTRY)):
            yield rules[name]


def _checked_parts(deployment: Deployment) -> Iterator[Any]:
    """Every part of a deployment that a rule may be handed; what nothing linked to is shown, never checked."""
    yield deployment
    for field, parts in zip(deployment._fields, deployment, strict=True):
        if field != "loose":
            yield from parts


def _unread(tree: Tree, linked: Iterable[Unreadable | Failure]) -> list[Unreadable]:
    """The problems of files, one a file: the linker knows which are needed; those asked about by name are too."""
    found = {problem.span.source.path: problem for problem in linked if isinstance(problem, Unreadable)}
    named = {path: problem for path, problem in tree.problems.items() if path in tree.named}
    return list({**tree.problems, **found, **named}.values())


def _check(rules: Iterable[Rule], parts: Iterable[Any], config: Config) -> tuple[list[Diagnostic], list[Failure]]:
    found: list[Diagnostic] = []
    failures: list[Failure] = []
    parts = tuple(parts)
    for rule in rules:
        options = config.options.get(rule.name, NOTHING)
        by_cause: dict[tuple[Span, str], list[tuple[str, Diagnostic]]] = {}
        for part in parts:
            if isinstance(part, rule.parts):
                title = getattr(part, "title", "")
                try:
                    for finding in rule.check(part, **options):
                        diagnostic = _diagnostic(rule, part, finding)
                        alike = (finding.span, finding.message.replace(title, "\0") if title else finding.message)
                        by_cause.setdefault(alike, []).append((title, diagnostic))
                except Exception as error:
                    span = getattr(part, "span", NOWHERE)
                    failures.append(Failure.of(f"the rule {rule.name}", span, error))
        found += [each for alike in by_cause.values() for each in _of_one_cause(alike)]
    return found, failures


def _of_one_cause(alike: list[tuple[str, Diagnostic]]) -> list[Diagnostic]:
    """What a rule says at one span of several parts in the same words: one diagnostic that names the others.

    Those are left apart whose message does not name the part, or whose severity or fix is another. A part without a
    name of its own goes without saying.
    """
    (title, first), *more = alike
    others = list(dict.fromkeys(other for other, _ in more if other != title))
    same = all((each.severity, each.finding.fix) == (first.severity, first.finding.fix) for _, each in more)
    if not others or not same or title not in first.finding.message:
        return [each for _, each in alike]
    if not (others := [each for each in others if "`" in each]):
        return [first]
    named = ", ".join(others[:MOST_NAMED])
    left = len(others) - MOST_NAMED
    message = f"{first.finding.message} (likewise {named}{f' and {left} more' if left > 0 else ''})"
    return [first._replace(finding=first.finding._replace(message=message))]


def _diagnostic(rule: Rule, part: Any, finding: Finding) -> Diagnostic:
    """A finding with the severity of its rule or its own; where a link is assumed it is at most a warning."""
    if not all(isinstance(span, Span) for span in (finding.span, *(note.span for note in finding.notes))):
        raise TypeError(f"the finding {finding.message!r} stands at what is no span")
    severity = finding.severity or rule.severity
    if severity == ERROR and getattr(part, "assumed", False):
        severity = WARNING
    fix = finding.fix if finding.fix and finding.fix.edits and not any(map(_leaves_yaml, finding.fix.edits)) else None
    return Diagnostic(rule.name, severity, finding._replace(fix=fix), getattr(part, "id", ""))


def _leaves_yaml(edit: Edit) -> bool:
    """Whether an edit adds an instruction to a Dockerfile that stands, indented, inside a file of YAML."""
    source = edit.span.source
    if not source.path.endswith((".yml", ".yaml")) or not re.search(r"(?m)^[A-Z]{2,20} .*(?:\n|\Z)", edit.text):
        return False
    begin = max(source.text.rfind(end, 0, edit.span.start) for end in "\n\r") + 1
    return "\n" in edit.text and source.text[begin : begin + 1] == " "


def _unused(ignore: Ignore, used: set[Span], rules: Collection[str], asked: Collection[str]) -> Ignore:
    """An ignore with those of its names that hide nothing: no rule has the name, or its rule ran and found nothing."""
    if not ignore.names:
        return ignore._replace(unused=((ignore.span, "it names no rule"),))
    unknown = (
        (name, f"there is no such rule{did_you_mean(name.text, rules)}")
        for name in ignore.names
        if name.text not in rules
    )
    quiet = (
        (name, "the rule reports nothing here") for name in ignore.names if name.text in asked and name not in used
    )
    return ignore._replace(unused=(*unknown, *quiet))


def _unused_settings(used: set[Span], asked: Collection[str], config: Config) -> Iterator[Ignore]:
    """The ignores of the configuration that hide nothing, of the rules in `asked`."""
    for each in config.ignore:
        if each.rule in asked and each.span not in used:
            yield Ignore(each.span, (each.span,), range(0), ((each.span, f"the rule reports nothing in {each.glob}"),))
