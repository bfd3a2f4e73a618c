"""The command line: what can be asked, and how. The work is done elsewhere and imported when it is asked for."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mcplint import __version__

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

F = TypeVar("F", bound=Callable[..., Any])
HELP = ["-h", "--help"]


class Commands(click.Group):
    """Commands of which `check` may be left out."""

    def main(self, *args: Any, **extra: Any) -> Any:
        if "_MCPLINT_COMPLETE" in os.environ:
            import mcplint.cli.completion  # noqa: F401  # click takes the shells from there
        return super().main(*args, **extra)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if ctx.resilient_parsing and not args:
            return super().parse_args(ctx, args)
        if not args or args[0] not in (*self.commands, "--version", "-V", *HELP):
            args = ["check", *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands, and what `check` takes where it is left out: its options and paths."""
        paths = [] if incomplete.startswith("-") else check.params[0].shell_complete(ctx, incomplete)
        return [*super().shell_complete(ctx, incomplete), *check.shell_complete(ctx, incomplete), *paths]

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, "[OPTIONS] [PATH]...")
        formatter.write_usage(ctx.command_path, "COMMAND [ARGS]...", prefix="       ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands, then the options of `check`, among which a newcomer looks for them."""
        self.format_commands(ctx, formatter)
        options = (param for param in (*check.params, *self.get_params(ctx)) if isinstance(param, click.Option))
        records = (option.get_help_record(ctx) for option in options)
        with formatter.section("Options"):
            formatter.write_dl([record for record in records if record])


def _complete_rules(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The rules that complete a word."""
    from mcplint.engine.catalogue import Catalogue

    return [rule for rule in Catalogue() if rule.startswith(incomplete)]


def _complete_rule_list(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The rules and families of them that complete the last word of a list."""
    from mcplint.findings import SEVERITIES

    before, comma, begun = incomplete.rpartition(",")
    families = ["registry-*", *(f"severity:{severity}" for severity in SEVERITIES)]
    offered = [*_complete_rules(ctx, param, begun), *(family for family in families if family.startswith(begun))]
    return [f"{before}{comma}{each}" for each in offered]


def _complete_output(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """A file, or a format with its sign in front of one."""
    from click.shell_completion import CompletionItem

    formats = next(option.type for option in check.params if option.name == "output_format")
    assert isinstance(formats, click.Choice)
    items = [CompletionItem(f"{name}=") for name in formats.choices if name.startswith(incomplete)]
    return [*items, CompletionItem(incomplete, type="file")]


PATHS = click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(readable=False, path_type=str))
FILE = click.Path(readable=False, path_type=str)
CONFIG = click.option(
    "--config", metavar="FILE", type=FILE, help="Use the settings in this file instead of the project's own."
)
RULES = click.option(
    "--rules", metavar="DIR", type=click.Path(file_okay=False), help="Load your own rules from this folder as well."
)
OUTPUT = click.option("--output", metavar="FILE", type=FILE, help="Write the output to this file.")
COLOR = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="When to use colours; auto: on a terminal, unless NO_COLOR is set.",
)


def output_format(*formats: str) -> Callable[[F], F]:
    """The option --format."""
    *some, last = formats
    return click.option(
        "--format",
        "output_format",
        type=click.Choice(formats),
        default=formats[0],
        metavar="FORMAT",
        help=f"Output format: {', '.join(some)} or {last}; default {formats[0]}.",
    )


@click.group(cls=Commands, context_settings={"max_content_width": 100, "help_option_names": HELP})
@click.version_option(__version__, "--version", "-V", message="%(prog)s %(version)s")
def cli() -> None:
    """Finds what will break in the deployment of an MCP server, before it is deployed.

    Reads the Dockerfile, nginx and compose files, server.json and Python or TypeScript code of a project, joins them
    into one model of what will run, and says where the parts do not fit. Nothing of the project is run, nothing is
    sent or fetched.

    Without a command, `mcplint` checks the project in the working folder.
    """


@cli.command()
@PATHS
@click.option(
    "--select",
    multiple=True,
    metavar="RULE,...",
    shell_complete=_complete_rule_list,
    help="Run only these rules: names, registry-*, severity:error.",
)
@click.option(
    "--ignore",
    multiple=True,
    metavar="RULE,...",
    shell_complete=_complete_rule_list,
    help="Turn these rules off, besides those that the configuration turns off.",
)
@click.option("--pedantic", is_flag=True, help="Show notes as well.")
@click.option("--fix", is_flag=True, help="Apply safe fixes.")
@click.option("--unsafe-fixes", is_flag=True, help="Apply all fixes; review the result.")
@click.option("--diff", is_flag=True, help="Print what --fix (or --unsafe-fixes) would change, without writing it.")
@output_format("text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "rdjson", "markdown")
@click.option(
    "--output",
    multiple=True,
    metavar="[FORMAT=]FILE",
    shell_complete=_complete_output,
    help="Write the output to this file, or the findings in another format as well.",
)
@click.option("--base", metavar="REF", help="Report only what is new against this revision, which is read from git.")
@click.option("--staged", is_flag=True, help="Check what is staged for the next commit instead of the work tree.")
@click.option(
    "--baseline", metavar="FILE", type=FILE, help="Report only what is not among the known findings in this file."
)
@click.option("--write-baseline", is_flag=True, help="Write all findings to the --baseline file.")
@click.option("--prune-baseline", is_flag=True, help="Remove findings that are gone from the --baseline file.")
@click.option("--statistics", is_flag=True, help="Print the number of findings of each rule instead of the findings.")
@click.option("--quiet", "-q", is_flag=True, help="Do not print the summary line.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note", "never"]),
    help="Exit with 1 on findings of this severity or above (default: warning).",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
@CONFIG
@RULES
@COLOR
def check(**given: Any) -> int:
    """Check a project (the default command).

    PATHs, by default the working folder, choose what is reported. What is read is always the whole project: the folder
    that has a configuration (mcplint.toml, or [tool.mcplint] in pyproject.toml), else the git work tree.

    Exit codes: 0 no findings, 1 findings, 2 wrong usage, wrong configuration or an internal error.
    """
    from mcplint.cli.check import Options
    from mcplint.cli.check import check as run

    return run(Options(**given))


@cli.command(short_help="Print the deployment as mcplint understands it.")
@PATHS
@output_format("text", "json")
@CONFIG
@COLOR
def show(**given: Any) -> int:
    """Print the deployment as mcplint understands it, and where every value comes from."""
    from mcplint.cli.show import show

    return show(**given)


@cli.command(short_help="Draw the deployment as a graph.")
@PATHS
@output_format("mermaid", "dot", "svg", "html")
@OUTPUT
@CONFIG
def graph(**given: Any) -> int:
    """Draw the deployment as a graph, from what clients are told to what runs, with the findings in place.

    mermaid can be pasted into Markdown; svg and html need Graphviz.
    """
    from mcplint.cli.show import graph

    return graph(**given)


@cli.command(short_help="Print every setting and where it comes from.")
@PATHS
@output_format("text", "json", "schema")
@CONFIG
@RULES
@COLOR
def config(**given: Any) -> int:
    """Print every setting of a project, its value and where that is set.

    `--format schema` prints a JSON Schema of the configuration, for editors.
    """
    from mcplint.cli.config import config

    return config(**given)


@cli.command(short_help="Set a project up: configuration, hook and workflow.")
@click.argument("path", required=False, type=click.Path(readable=False, path_type=str))
@click.option("--yes", "-y", is_flag=True, help="Write without asking.")
def init(**given: Any) -> int:
    """Propose a configuration, a pre-commit hook and a workflow for a project, and write them after asking.

    A file that is there stays as it is; what it lacks is shown.
    """
    from mcplint.cli.init import init

    return init(**given)


@cli.command(short_help="Explain a rule.")
@click.argument("rule", shell_complete=_complete_rules)
@RULES
@COLOR
def explain(**given: Any) -> int:
    """Explain what a rule reports and why it matters, with a bad and a good example."""
    from mcplint.cli.explain import explain

    return explain(**given)


@cli.command()
@output_format("text", "json")
@RULES
@COLOR
def rules(**given: Any) -> int:
    """List the rules."""
    from mcplint.cli.explain import listing

    return listing(**given)
