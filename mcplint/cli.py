"""The command line: what can be asked, and how. The work is done elsewhere and imported when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from mcplint import __version__

F = TypeVar("F", bound=Callable[..., Any])
WIDTH = {"max_content_width": 100, "help_option_names": ["-h", "--help"]}


class Commands(click.Group):
    """Commands of which `check` may be left out."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or args[0] not in (*self.commands, "--version", *WIDTH["help_option_names"]):
            args = ["check", *args]
        return super().parse_args(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, "[OPTIONS] [PATH]...")
        formatter.write_usage(ctx.command_path, "COMMAND [ARGS]...", prefix="       ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands, then the options of `check`, among which a newcomer looks for them."""
        self.format_commands(ctx, formatter)
        records = (param.get_help_record(ctx) for param in (*check.params, *self.params))
        with formatter.section("Options"):
            formatter.write_dl([record for record in records if record])


@click.group(cls=Commands, context_settings=WIDTH)
@click.version_option(__version__, message="%(prog)s %(version)s")
def cli() -> None:
    """Finds what will break in the deployment of an MCP server, before it is deployed.

    Reads the Dockerfile, nginx and compose files, server.json and Python code of a project, joins them into one model of
    what will run, and says where the parts do not fit. Nothing of the project is run, and nothing is sent or fetched.

    Without a command it checks: `mcplint` alone looks at the project of the working folder.
    """


def paths(command: F) -> F:
    return click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=str))(command)


def project(command: F) -> F:
    """The options of every command that looks at a project."""
    config = click.option("--config", metavar="FILE", help="Settings from this file instead of the project's own.")
    return config(paths(command))


def rules_folder(command: F) -> F:
    return click.option("--rules", metavar="DIR", help="Rules of your own in this folder, besides those built in.")(
        command
    )


def colour(command: F) -> F:
    choice = click.Choice(["auto", "always", "never"])
    return click.option("--color", type=choice, default="auto", help="Colours; auto: where a terminal reads them.")(
        command
    )


def names(option: str, text: str) -> Callable[[F], F]:
    return click.option(option, multiple=True, metavar="RULE,...", help=text)


@cli.command()
@project
@names("--select", "Only these rules.")
@names("--ignore", "All rules but these; adds to those that the configuration switches off.")
@click.option("--pedantic", is_flag=True, help="Show notes too.")
@click.option("--fix", is_flag=True, help="Mend what can be mended safely.")
@click.option("--unsafe-fixes", is_flag=True, help="Mend also where you should look at the result.")
@click.option("--diff", is_flag=True, help="Print what --fix would change, and write nothing.")
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", help="How to print.")
@click.option("--output", metavar="FILE", help="Write the report into a file.")
@click.option("--statistics", is_flag=True, help="Print how many findings each rule has instead of the findings.")
@click.option("--quiet", "-q", is_flag=True, help="Leave the last line out.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note", "never"]),
    help="The least severity that makes the exit code 1.  [default: warning]",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 whatever is found.")
@colour
@rules_folder
def check(**given: Any) -> int:
    """Find what will break (the default command).

    PATHs, by default the working folder, choose what is reported. What is read is always the whole project: the folder
    that has a configuration (mcplint.toml, or [tool.mcplint] in pyproject.toml), else the git work tree.

    Exit codes: 0 nothing found, 1 findings, 2 a mistake in the command line, the configuration or mcplint itself.
    """
    from mcplint.check import Options
    from mcplint.check import check as run

    return run(Options(**given))


@cli.command(short_help="Print what mcplint made of the files.")
@project
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
@colour
def show(**given: Any) -> int:
    """Print the deployment as mcplint understands it, and where every value comes from."""
    from mcplint.show import show

    return show(**given)


@cli.command()
@click.argument("rule")
@colour
@rules_folder
def explain(**given: Any) -> int:
    """Say what a rule finds and why, with examples."""
    from mcplint.explain import explain

    return explain(**given)


@cli.command()
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="How to print.")
@colour
@rules_folder
def rules(**given: Any) -> int:
    """List the rules."""
    from mcplint.explain import listing

    return listing(**given)
