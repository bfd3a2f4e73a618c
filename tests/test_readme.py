"""What the README shows is what mcplint prints, lists and accepts. `pytest --update` writes it anew."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable
from functools import cache

import pytest

from mcplint.engine.catalogue import Catalogue
from mcplint.findings import Rule
from mcplint.project.config import load
from tests.lab.project import ROOT

README = ROOT / "README.md"
PARTS = {
    "Container": "Images and services",
    "Server": "Servers",
    "Route": "Proxies",
    "DeadEnd": "Proxies",
    "Remote": "server.json",
    "Package": "server.json",
    "Manifest": "server.json",
    "ClientConfig": "Clients",
    "Deployment": "The deployment as a whole",
    "Unreadable": "mcplint itself",
    "Failure": "mcplint itself",
    "Ignore": "mcplint itself",
}


@cache
def mcplint(*arguments: str) -> str:
    """What mcplint prints in the project's folder."""
    command = [sys.executable, "-m", "mcplint", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.stderr == ""
    return done.stdout


def section(name: str) -> str:
    """What stands between a marker and the next `<!-- end -->`."""
    start, end = f"<!-- {name} -->\n", "<!-- end -->"
    assert start in README.read_text(), f"README.md has no {start}"
    return README.read_text().partition(start)[2].partition(end)[0]


def agrees(name: str, wanted: str, update: bool) -> None:
    """Holds a section against what it should be, or makes it so."""
    if update:
        marker = f"<!-- {name} -->\n"
        README.write_text(README.read_text().replace(marker + section(name), marker + wanted))
    assert section(name) == wanted


def test_the_output_is_what_mcplint_prints(update: bool) -> None:
    output = mcplint("examples/notes-server-broken", "--color", "never").strip("\n")
    agrees("output of: mcplint examples/notes-server-broken", f"```text\n{output}\n```\n", update)


def test_the_picture_is_what_mcplint_draws(update: bool) -> None:
    agrees("picture", f"```mermaid\n{mcplint('graph', 'examples/notes-server-broken')}```\n", update)


def test_the_table_lists_the_rules(update: bool) -> None:
    agrees("rules", "\n".join(table(Catalogue().values())) + "\n", update)


def table(rules: Iterable[Rule]) -> Iterable[str]:
    """A table of Markdown: the rules under the part of the deployment that they look at first."""
    by_part: dict[str, list[Rule]] = {heading: [] for heading in PARTS.values()}
    for rule in rules:
        by_part[PARTS[rule.parts[0].__name__]].append(rule)
    yield "| rule | finds | |"
    yield "|---|---|---|"
    for heading, members in by_part.items():
        if members:
            yield f"| **{heading}** | | |"
        for rule in members:
            title = rule.page.strip().splitlines()[0].replace("|", r"\|")
            page = f"rules/{rule.name.replace('-', '_')}.py"
            assert (ROOT / page).is_file()
            yield f"| [`{rule.name}`]({page}) | {title} | {rule.severity} |"


def test_the_configuration_shown_is_one() -> None:
    toml = section("configuration").removeprefix("```toml\n").removesuffix("```\n")
    config = load("pyproject.toml", toml, Catalogue())
    assert (config.fail_on, config.exclude) == ("error", ("legacy",))
    assert config.off == {"root-user"}
    assert config.severities == {"short-read-timeout": "error"}
    assert [(each.glob, each.rule) for each in config.ignore] == [("deploy/staging/*.conf", "buffered-stream")]


def test_every_option_and_command_it_names_exists() -> None:
    known = mcplint("check", "--help")
    for option in set(re.findall(r"`(--[a-z-]+)", README.read_text())) - {"--help"}:
        assert f"{option} " in known.replace("\n", " \n").replace("=", " "), option
    for command in set(re.findall(r"`mcplint ([a-z]+)", README.read_text())):
        assert command in mcplint("--help"), command


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_into_the_project_lead_somewhere(name: str) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", (ROOT / name).read_text())
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_two_commands_do_all() -> None:
    """One line each, so that they can be pasted; `.ci/run` runs what begins like this."""
    commands = [line for line in README.read_text().splitlines() if line.startswith("python3 -m venv")]
    assert len(commands) == 2
    assert commands[0].endswith("mcplint examples/notes-server-broken")
    assert "/pytest" in commands[1]
