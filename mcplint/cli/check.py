"""`mcplint check`: looks at a project, fixes it where asked, reports, and tells by the exit code how it went."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack
from fnmatch import fnmatchcase
from time import process_time
from typing import NamedTuple

from mcplint.cli.known import Known, keep, known_findings, staged
from mcplint.cli.output import (
    columns,
    is_coloured,
    progress,
    refuse_twins,
    say,
    say_patch,
    takes_links,
    warn,
    write_all_or_none,
    write_files,
)
from mcplint.cli.workspace import Workspace, open_workspace
from mcplint.engine import lint as engine
from mcplint.engine.baseline import identity
from mcplint.engine.trials import Trials
from mcplint.findings import INTERNAL_ERROR, NOTE, SEVERITIES, Diagnostic, InnerRepository, Rule
from mcplint.knowledge.secrets import hide_secrets
from mcplint.project.config import Config
from mcplint.project.tree import Tree
from mcplint.reports import LINK, WORDS, Coverage, Report, plural
from mcplint.reports.formats import FORMATS, render
from mcplint.usage import UsageError, did_you_mean

CLEAN, FOUND, FAILED = 0, 1, 2
SOME = "only some of the fixes were tried, as all would take too long; more are offered once those are made"


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
    output_format: str = "text"
    output: tuple[str, ...] = ()
    base: str | None = None
    staged: bool = False
    baseline: str | None = None
    write_baseline: bool = False
    prune_baseline: bool = False
    statistics: bool = False
    quiet: bool = False
    fail_on: str | None = None
    exit_zero: bool = False
    color: str = "auto"


class Fixed(NamedTuple):
    """What fixes change, by path the texts before and after, and what there is to say of them."""

    before: Mapping[str, str] = {}
    after: Mapping[str, str] = {}
    said: tuple[str, ...] = ()


class CheckResult(NamedTuple):
    """What a run made: the report, None where only a patch was asked for, and the texts to print (None) and to write.

    `root`: of the project, whose files `fixed` changes. `said`: what is no part of the report.
    """

    root: str
    config: Config
    fixed: Fixed = Fixed()
    report: Report | None = None
    texts: Mapping[str | None, str] = {}
    said: tuple[str, ...] = ()


def check(options: Options) -> int:
    """The exit code."""
    targets = list(_targets(options))
    _check_options_agree(options, targets)
    files = [path for _, path in targets if path] + ([options.baseline] if options.baseline else [])
    refuse_twins(files)
    with progress("checking"):
        outcome = _outcome(options, targets, files)
    fixed, report = outcome.fixed, outcome.report
    if report is None:
        return _diff(fixed, dict(targets).get(options.output_format), options)
    # All is written or nothing: the project too stays as it is where a report has no place.
    with write_all_or_none({path: text for path, text in outcome.texts.items() if path}):
        if fixed.after:
            from mcplint.engine.write import write

            write(outcome.root, fixed.before, fixed.after)
    for words in dict.fromkeys((*fixed.said, *outcome.said)):
        warn(words)
    say(outcome.texts.get(None, ""))
    return _code(report.diagnostics, outcome.config, options)


def _outcome(options: Options, targets: Collection[tuple[str, str | None]], files: Iterable[str]) -> CheckResult:
    trials = Trials(process_time)
    with ExitStack() as opened:
        here = open_workspace(options.paths, options.config, options.rules)
        here = here._replace(config=_settings(here.config, here.rules, options))
        here.refuse_own_files(files)
        if options.staged:
            here = here._replace(tree=opened.enter_context(staged(here)))
        known = known_findings(here, options.base, options.baseline, options.write_baseline)
        outcome = CheckResult(here.root, here.config)
        tree = here.tree
        if options.fix or options.unsafe_fixes or options.diff:
            outcome = outcome._replace(fixed=_fix_project(here, known, options, trials))
            tree = tree.with_texts(outcome.fixed.after)
        if options.diff:
            return outcome
        run = trials.first(lambda: engine.run(tree, here.rules, here.config))
        kept, stale_note = None, ""
        if options.baseline:
            asked = options.baseline, options.write_baseline, options.prune_baseline
            known, kept, stale_note = keep(known, run.diagnostics, here, *asked)
        report = _report(run, tree, here, known, options, trials)
        texts = _texts(report, targets, here, options)
        if kept is not None:
            texts[options.baseline] = kept
        lines = tuple(filter(None, (stale_note, SOME if trials.ended else "")))
        return outcome._replace(report=report, texts=texts, said=lines)


def _texts(
    report: Report, targets: Collection[tuple[str, str | None]], here: Workspace, options: Options
) -> dict[str | None, str]:
    """What to print, which has no path, and what to write."""
    if any(output_format == "github" for output_format, _ in targets):
        report = _with_pull_request_changes(report, here)
    shown = {output_format: report._replace(folder=here.seen_by(output_format)) for output_format, _ in targets}
    return {path: _rendered(shown[name], name, options, path is not None) for name, path in targets}


def _check_options_agree(options: Options, targets: Iterable[tuple[str, str | None]]) -> None:
    """Raises UsageError for options that make no sense together."""
    others = [path for output_format, path in targets if path and output_format != options.output_format]
    if options.diff and others:
        raise UsageError(f"--diff gives a patch and no findings, so that {others[0]} would not be written")
    if options.statistics and options.output_format != "text":
        raise UsageError(f"--statistics prints text and cannot be used with --format {options.output_format}")
    if options.staged and (options.fix or options.unsafe_fixes or options.diff):
        raise UsageError("--staged looks at what git will commit, which no fix is written to: use it without fixes")
    if (options.write_baseline or options.prune_baseline) and not options.baseline:
        raise UsageError("--write-baseline and --prune-baseline need --baseline FILE")
    if options.write_baseline and options.diff:
        raise UsageError("--diff writes nothing: use it without --write-baseline")


def _targets(options: Options) -> Iterator[tuple[str, str | None]]:
    """The formats that are asked for, each with the file to write it to or None for standard output."""
    printed = True
    for given in options.output:
        output_format, equals, path = given.partition("=")
        if not (equals and output_format.isalnum()):
            output_format, path, printed = options.output_format, given, False
        if output_format not in FORMATS:
            hint = did_you_mean(output_format, FORMATS) or f"; there are {', '.join(FORMATS)}"
            raise UsageError(f'there is no format "{output_format}"{hint}')
        if not path:
            raise UsageError(f"--output {given} names no file")
        yield output_format, path
    if printed:
        yield options.output_format, None


def _report(run: engine.Run, tree: Tree, here: Workspace, known: Known, options: Options, trials: Trials) -> Report:
    asked = [diagnostic for diagnostic in run.diagnostics if here.is_reported(diagnostic)]
    wanted = [diagnostic for diagnostic in asked if here.config.pedantic or diagnostic.severity != NOTE]
    shown = _applicable(run.diagnostics, tuple(known.new(wanted, run.diagnostics)), tree, here, trials)
    parts = run.deployment
    # What was tried with the fixes made may have no secrets any more; the report is of the project as it is.
    hide_secrets(parts.spelled_secrets())
    covered = Coverage(
        run.files,
        len(parts.servers),
        len(parts.routes),
        len(parts.containers),
        parts.starts,
        len(parts.unfollowed),
        sum(isinstance(problem, InnerRepository) for problem in tree.problems.values()),
    )
    return Report(
        shown,
        covered,
        len(asked) - len(wanted),
        here.folder,
        here.rules,
        quiet=options.quiet,
        known=len(wanted) - len(shown),
        found=tuple(run.diagnostics),
        deployment=parts,
    )


def _with_pull_request_changes(report: Report, here: Workspace) -> Report:
    """The report with what a pull request changes."""
    from mcplint.project.changes import changed_lines
    from mcplint.reports.github import spot

    return report._replace(changed=changed_lines(here.root, {spot(diagnostic) for diagnostic in report.diagnostics}))


def _applicable(
    found: Iterable[Diagnostic], shown: tuple[Diagnostic, ...], tree: Tree, here: Workspace, trials: Trials
) -> tuple[Diagnostic, ...]:
    """What is shown, without the fixes that would be refused, whichever rules say so."""
    if not any(diagnostic.finding.fix for diagnostic in shown):
        return shown
    from mcplint.engine.fix import applicable

    config = here.config.of_all_rules
    if config != here.config:
        found = engine.lint(tree, here.rules, config)
    others = (d._replace(finding=d.finding._replace(fix=None)) for d in found if d not in shown)
    look = trials.over(lambda tree: engine.lint(tree, here.rules, config))
    rest = applicable(tree, look, [*shown, *others], here.why_not_writable)
    return tuple(rest[: len(shown)])


def _rendered(report: Report, output_format: str, options: Options, to_file: bool) -> str:
    if options.statistics and output_format == "text":
        from mcplint.reports.text import statistics, summary

        return statistics(report.diagnostics) + ("" if report.quiet else f"{summary(report)}\n")
    colour, width = is_coloured(options.color, to_file), 0 if to_file else columns()
    pages = LINK if not to_file and takes_links() else WORDS
    return render(report._replace(colour=colour, columns=width, pages=pages), output_format)


def _settings(config: Config, rules: Mapping[str, Rule], options: Options) -> Config:
    """The configuration as the command line changes it."""
    (select, shown), (ignore, hidden) = _chosen_rules(options.select, rules), _chosen_rules(options.ignore, rules)
    fail_on = options.fail_on or config.fail_on
    changed = config._replace(
        select=select if select or shown else None,
        off=(config.off - select) | ignore,
        severities_shown=shown,
        severities_hidden=hidden,
        fail_on=fail_on,
        pedantic=options.pedantic or config.pedantic or NOTE in (fail_on, *shown),
    )
    asked = (rule for rule in rules if rule != INTERNAL_ERROR and changed.runs(rule))
    if hidden.issuperset(SEVERITIES) or not any(asked):
        raise UsageError("every rule is turned off, so nothing would be checked")
    return changed


def _chosen_rules(given: Iterable[str], rules: Mapping[str, Rule]) -> tuple[frozenset[str], frozenset[str]]:
    """The rules that names and families such as `registry-*` choose, and the severities of `severity:error`."""
    found, severities = set[str](), set[str]()
    for name in (word.strip() for words in given for word in words.split(",")):
        family, _, severity = name.partition(":")
        if family == "severity":
            if severity not in SEVERITIES:
                raise UsageError(f'the severities are {", ".join(SEVERITIES)}; there is no "{severity}"')
            severities.add(severity)
            continue
        chosen = {rule for rule in rules if fnmatchcase(rule, name)}
        if name and not chosen:
            raise UsageError(f'there is no rule "{name}"{did_you_mean(name, rules)}')
        found |= chosen
    return frozenset(found), frozenset(severities)


def _fix_project(here: Workspace, known: Known, options: Options, trials: Trials) -> Fixed:
    """What the fixes that are asked for make of the project."""
    from mcplint.engine.fix import fix, promised

    def look(tree: Tree) -> list[Diagnostic]:
        found = engine.lint(tree, here.rules, here.config.of_all_rules)
        asked = [d for d in found if here.config.shows(d.rule, d.severity)]
        new = set(map(identity, known.new(asked, asked)))
        wanted = (
            here.is_reported(d) and identity(d) in new and (here.config.pedantic or d.severity != NOTE) for d in found
        )
        return [
            d if kept else d._replace(finding=d.finding._replace(fix=None))
            for d, kept in zip(found, wanted, strict=True)
        ]

    tried = trials.over(look)
    result = fix(here.tree, tried, options.unsafe_fixes, here.why_not_writable)
    before = {path: source.text for path in result.texts if (source := here.tree.source(path))}
    lines = []
    if result.fixed and not options.quiet:
        done = f"{'would fix' if options.diff else 'fixed'} {plural(len(result.fixed), 'finding')}"
        lines.append(f"{done} in {plural(len(result.texts), 'file')}{_steps_left_by_hand(result.fixed)}")
    for diagnostic, harm in promised(here.tree, tried, result.refused, here.why_not_writable):
        lines.append(f"not fixed: {diagnostic.rule} in {diagnostic.finding.span.source.path}: {harm}")
    if result.ended:
        lines.append(SOME)
    return Fixed(before, result.texts, tuple(lines))


def _diff(fixed: Fixed, output: str | None, options: Options) -> int:
    """Prints or writes the patch that fixes make; the exit code."""
    from mcplint.engine.patch import without_secrets

    patch, withheld = without_secrets(fixed.before, fixed.after)
    if output:
        write_files({output: patch})
    else:
        say_patch(patch, is_coloured(options.color, False))
    for path in withheld:
        warn(f"not in the patch: a change of {path} beside a secret, which --fix makes without showing it")
    for words in fixed.said:
        warn(words)
    return FOUND if fixed.after and not options.exit_zero else CLEAN


def _steps_left_by_hand(fixed: Iterable[Diagnostic]) -> str:
    """What the fixes leave to be done by hand."""
    left = dict.fromkeys(each.finding.fix.then for each in fixed if each.finding.fix)
    return "".join(f"; now run `{then}`" for then in left if then)


def _code(shown: Iterable[Diagnostic], config: Config, options: Options) -> int:
    worst = -1
    for diagnostic in shown:
        if diagnostic.rule == INTERNAL_ERROR:
            return FAILED
        worst = max(worst, SEVERITIES.index(diagnostic.severity))
    failing = config.fail_on != "never" and worst >= SEVERITIES.index(config.fail_on)
    return FOUND if failing and not options.exit_zero else CLEAN
