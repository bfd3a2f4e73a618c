"""`mcplint check`: looks at a project, fixes it where asked, reports, and tells by the exit code how it went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from mcplint.cli.output import deliver, paint, warn
from mcplint.cli.workspace import Workspace, open_workspace
from mcplint.engine import lint as engine
from mcplint.findings import NOTE, SEVERITIES, Diagnostic
from mcplint.project.config import Config
from mcplint.project.tree import Tree
from mcplint.reports import Covered, plural
from mcplint.usage import UsageError, did_you_mean

CLEAN, FOUND, FAILED = 0, 1, 2


class Options(NamedTuple):
    """What the command line said."""

    paths: tuple[str, ...] = ()
    config: str | None = None
    rules: str | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    pedantic: bool = False
    fix: bool = False
    unsafe_fixes: bool = False
    diff: bool = False
    form: str = "text"
    output: str | None = None
    statistics: bool = False
    quiet: bool = False
    fail_on: str | None = None
    exit_zero: bool = False
    color: str = "auto"


def check(options: Options) -> int:
    """The exit code."""
    if options.statistics and options.form != "text":
        raise UsageError(f"--statistics prints text and cannot be used with --format {options.form}")
    here = open_workspace(options.paths, options.config, options.rules)
    here = here._replace(config=_settings(here.config, here.rules, options))
    tree, changed = here.tree, False
    if options.fix or options.unsafe_fixes or options.diff:
        tree, changed = _fix(here, options)
    if options.diff:
        return FOUND if changed and not options.exit_zero else CLEAN
    run = engine.run(tree, here.rules, here.config)
    asked = [diagnostic for diagnostic in run.diagnostics if here.reported(diagnostic)]
    shown = [diagnostic for diagnostic in asked if here.config.pedantic or diagnostic.severity != NOTE]
    parts = run.deployment
    covered = Covered(run.files, len(parts.servers), len(parts.routes), len(parts.containers))
    deliver(_report(shown, len(asked) - len(shown), covered, here.folder, options), options.output)
    return _code(shown, here.config, options)


def _settings(config: Config, rules: Collection[str], options: Options) -> Config:
    """The configuration as the command line changes it."""
    select, ignore = _names(options.select, rules), _names(options.ignore, rules)
    fail_on = options.fail_on or config.fail_on
    return config._replace(
        select=select or None,
        off=(config.off - select) | ignore,
        fail_on=fail_on,
        pedantic=options.pedantic or config.pedantic or fail_on == NOTE,
    )


def _names(given: Iterable[str], rules: Collection[str]) -> frozenset[str]:
    names = [name.strip() for words in given for name in words.split(",") if name.strip()]
    for name in names:
        if name not in rules:
            raise UsageError(f'there is no rule "{name}"{did_you_mean(name, rules)}')
    return frozenset(names)


def _fix(here: Workspace, options: Options) -> tuple[Tree, bool]:
    """The project after its fixes, and whether they changed something; written or printed as the options say."""
    from mcplint.engine.fix import fix, unified
    from mcplint.engine.write import write

    def look(tree: Tree) -> list[Diagnostic]:
        found = engine.lint(tree, here.rules, here.config)
        return [d if wanted(d) else d._replace(finding=d.finding._replace(fix=None)) for d in found]

    def wanted(diagnostic: Diagnostic) -> bool:
        return here.reported(diagnostic) and (here.config.pedantic or diagnostic.severity != NOTE)

    result = fix(here.tree, look, options.unsafe_fixes)
    before = {path: source.text for path in result.texts if (source := here.tree.source(path))}
    if options.diff:
        deliver(unified(before, result.texts), options.output)
    else:
        write(here.root, before, result.texts)
    if result.fixed and not options.quiet:
        done = "would fix" if options.diff else "fixed"
        warn(f"{done} {plural(len(result.fixed), 'finding')} in {plural(len(result.texts), 'file')}")
    for diagnostic, harm in result.refused:
        warn(f"not fixed: {diagnostic.rule} in {diagnostic.finding.span.source.path}: {harm}")
    return here.tree.over(result.texts), bool(result.texts)


def _report(shown: Sequence[Diagnostic], hidden: int, covered: Covered, folder: str, options: Options) -> str:
    if options.form == "json":
        from mcplint.reports import json

        return json.report(shown, covered)
    from mcplint.reports import text

    last = "" if options.quiet else f"{text.summary(covered, shown, hidden)}\n"
    if options.form == "github":
        from mcplint.reports import github

        return github.report(shown, folder) + last
    if options.statistics:
        return _statistics(shown) + last
    body = text.report(shown, paint(options.color, bool(options.output)), folder)
    return body + ("\n" if body and last else "") + last


def _statistics(shown: Iterable[Diagnostic]) -> str:
    """How many findings each rule has, most first."""
    number = Counter((diagnostic.severity, diagnostic.rule) for diagnostic in shown)
    rows = sorted(number.items(), key=lambda row: (-row[1], -SEVERITIES.index(row[0][0]), row[0][1]))
    return "".join(f"{count:>5}  {severity:<7}  {rule}\n" for (severity, rule), count in rows)


def _code(shown: Iterable[Diagnostic], config: Config, options: Options) -> int:
    worst = -1
    for diagnostic in shown:
        if diagnostic.rule == "internal-error":
            return FAILED
        worst = max(worst, SEVERITIES.index(diagnostic.severity))
    failing = config.fail_on != "never" and worst >= SEVERITIES.index(config.fail_on)
    return FOUND if failing and not options.exit_zero else CLEAN
