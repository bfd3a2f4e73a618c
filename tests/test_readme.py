"""What README.md, docs/, the schema and the hook say is what mcplint prints, reads and accepts.

`pytest --update` writes it anew.
"""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Iterable
from email.message import Message
from functools import cache
from pathlib import Path

import pytest
import yaml
from pages import rule_file

from mcplint.engine.catalogue import Catalogue, address, pages
from mcplint.findings import Rule
from mcplint.project.config import load
from mcplint.project.kinds import BESIDE, KINDS, kind
from mcplint.reports.config_schema import schema
from tests.lab.project import ROOT

HOOKS, SCHEMA = ROOT / ".pre-commit-hooks.yaml", ROOT / "mcplint" / "config.schema.json"
README, USAGE, RULES = ROOT / "README.md", ROOT / "docs" / "usage.md", ROOT / "docs" / "rules" / "README.md"
EXAMPLE = "examples/notes-server-broken"
TYPESCRIPT = "examples/notes-server-ts-broken"
THREE = ("--select", "loopback-in-container,mismatched-route,stateful-behind-balancer", EXAMPLE)
BOTH = ("--format", "concise", "--select", "loopback-in-container,blocked-host-header", EXAMPLE, TYPESCRIPT)
PARTS = {
    "Container": "Images and services",
    "MissingFile": "Images and services",
    "Call": "Images and services",
    "Scrape": "Images and services",
    "Unscraped": "Images and services",
    "PortConflict": "Images and services",
    "Mistyped": "Images and services",
    "UnmatchedSelector": "Images and services",
    "VersionKey": "Images and services",
    "Secret": "Secrets",
    "EntryPoint": "Images and services",
    "Server": "Servers",
    "Route": "Proxies",
    "DeadEnd": "Proxies",
    "Hijack": "Proxies",
    "Remote": "server.json",
    "Package": "server.json",
    "Manifest": "server.json",
    "ClientConfig": "Clients",
    "ClientFlaw": "Clients",
    "Deployment": "The deployment as a whole",
    "Unfollowed": "mcplint itself",
    "Unreadable": "mcplint itself",
    "Failure": "mcplint itself",
    "Ignore": "mcplint itself",
}


@cache
def mcplint(*arguments: str) -> str:
    """What mcplint shows in the project's folder on a terminal where the names of rules are links."""
    command, environment = [sys.executable, "-m", "mcplint", *arguments], os.environ | {"FORCE_HYPERLINK": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stderr == ""
    return re.sub(r"\x1b]8;;.*?\x1b\\", "", done.stdout)


def section(file: Path, name: str) -> str:
    """What stands between a marker and the next `<!-- end -->`."""
    start, end = f"<!-- {name} -->\n", "<!-- end -->"
    assert start in file.read_text(), f"{file.name} has no {start}"
    return file.read_text().partition(start)[2].partition(end)[0]


def agrees(file: Path, name: str, wanted: str, update: bool) -> None:
    """Holds a section against what it should be, or makes it so."""
    if update:
        marker = f"<!-- {name} -->\n"
        file.write_text(file.read_text().replace(marker + section(file, name), marker + wanted, 1))
    assert section(file, name) == wanted


def test_the_output_is_what_mcplint_prints(update: bool) -> None:
    output = mcplint(*THREE, "--color", "never").strip("\n")
    agrees(README, f"output of: mcplint {' '.join(THREE)}", f"```text\n{output}\n```\n", update)


def test_both_languages_stand_in_a_line_each(update: bool) -> None:
    output = mcplint(*BOTH).strip("\n")
    agrees(README, f"output of: mcplint {' '.join(BOTH)}", f"```text\n{output}\n```\n", update)


def test_the_picture_is_what_mcplint_draws(update: bool) -> None:
    agrees(USAGE, "picture", f"```mermaid\n{mcplint('graph', EXAMPLE)}```\n", update)


def test_the_table_lists_the_rules(update: bool) -> None:
    agrees(RULES, "rules", "\n".join(table(Catalogue().values())) + "\n", update)


def table(rules: Iterable[Rule]) -> Iterable[str]:
    """A table of Markdown: the rules under the part of the deployment that they look at first."""
    by_part: dict[str, list[Rule]] = {heading: [] for heading in PARTS.values()}
    for rule in rules:
        by_part[PARTS[rule.parts[0].__name__]].append(rule)
    yield "| rule | reports | |"
    yield "|---|---|---|"
    for heading, members in by_part.items():
        if members:
            yield f"| **{heading}** | | |"
        for rule in members:
            title = rule.title.replace("|", r"\|")
            yield f"| [`{rule.name}`]({rule.name}.md) | {title} | {rule.severity} |"


@pytest.mark.parametrize("rule", Catalogue().values(), ids=lambda rule: rule.name)
def test_a_rule_has_its_page_in_docs(rule: Rule, update: bool) -> None:
    """The docstring of the rule as a page of Markdown, at the name that its address ends with."""
    file = RULES.with_name(f"{rule.name}.md")
    # With --update the pages have just been written anew, after their rules were loaded.
    rule = rule._replace(page=ast.get_docstring(ast.parse(rule_file(rule.name).read_text()), clean=False) or "")
    page = f"# {rule.title}\n\n`{rule.name}`, {rule.severity} · [all rules](README.md)\n\n{rule.text}\n"
    if update:
        file.write_text(page)
    assert file.is_file() and file.read_text() == page, "pytest --update writes it anew"


def test_the_shipped_schema_is_that_of_the_rules(update: bool) -> None:
    """The JSON Schema of the configuration, which an editor takes."""
    text = json.dumps(schema(Catalogue()), indent=2) + "\n"
    if update:
        SCHEMA.write_text(text)
    assert SCHEMA.read_text() == text, "pytest --update writes it anew"


def hook_files() -> str:
    """The pattern of the hook: every kind of file that mcplint reads, a line each."""
    rows = [" | ".join(_alternatives(row.patterns)) for row in KINDS if row.name != "other"]
    rows.append(" | ".join(_alternatives(BESIDE)))
    return "\n".join(["(?xi)(", *(f"  {'| ' if number else ''}{row}" for number, row in enumerate(rows)), ")"]) + "\n"


def _alternatives(patterns: tuple[str, ...]) -> list[str]:
    """The patterns of a kind as regular expressions: those of a whole name, and those of a name's end."""
    written = [(each, each.removeprefix("*").replace(".", r"\.").replace("*", "[^/]*")) for each in patterns]
    names, ends = ([text for each, text in written if each.startswith("*") is end] for end in (False, True))
    return [f"{before}({'|'.join(each)})$" for before, each in (("(^|/)", names), ("", ends)) if each]


def test_the_hook_runs_when_a_file_that_mcplint_reads_changes(update: bool) -> None:
    wanted = hook_files()
    if update:
        head, _, rest = HOOKS.read_text().partition("  files: &files |\n")
        tail = rest[rest.index("  minimum_pre_commit_version") :]
        HOOKS.write_text(f"{head}  files: &files |\n{textwrap.indent(wanted, '    ')}{tail}")
    assert [hook["files"] for hook in yaml.safe_load(HOOKS.read_text())] == [wanted, wanted]
    samples = [pattern.replace("*", "x") for row in KINDS if row.name != "other" for pattern in row.patterns]
    samples += [pattern.replace("*", "x") for pattern in BESIDE]
    samples += [f"deploy/{sample}" for sample in samples] + ["README.md", "Dockerfile", ".github/workflows/publish.yml"]
    assert [sample for sample in samples if not re.search(wanted, sample)] == []


def test_docs_have_no_page_of_a_rule_that_is_gone(update: bool) -> None:
    gone = [file for file in RULES.parent.glob("*.md") if file != RULES and file.stem not in Catalogue()]
    for file in gone if update else ():
        file.unlink()
    assert update or gone == []


def test_the_address_of_a_page_is_that_of_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"]
    told = Message()
    for name, url in urls.items():
        told["Project-URL"] = f"{name}, {url}"
    monkeypatch.setattr("importlib.metadata.metadata", {"mcplint": told}.__getitem__)
    pages.cache_clear()
    assert address("root-user") == f"{urls['Rules']}/root-user.md"
    assert urls["Rules"].startswith(urls["Repository"]) and urls["Rules"].endswith("/docs/rules")


def test_what_it_says_is_read_is_read() -> None:
    """Every file that the table names as read is one of a kind that is looked at."""
    rows = [row.split("|") for row in README.read_text().splitlines() if row.startswith("| ") and row.count("|") == 4]
    named = [name for row in rows for name in re.findall(r"`([^`]*\.[a-z]+|[A-Z]\w+)`", row[2])]
    assert len(named) > 10
    assert [name for name in named if (kind(name) or kind("x.md")).name == "other"] == []  # type: ignore[union-attr]


def test_the_configuration_shown_is_one() -> None:
    toml = section(USAGE, "configuration").removeprefix("```toml\n").removesuffix("```\n")
    config = load("pyproject.toml", toml, Catalogue())
    assert (config.fail_on, config.exclude) == ("error", ("legacy",))
    assert config.off == {"root-user"}
    assert config.severities == {"short-read-timeout": "error"}
    assert [(each.glob, each.rule) for each in config.ignore] == [("deploy/staging/*.conf", "buffered-stream")]


def test_every_option_and_command_it_names_exists() -> None:
    known, text = mcplint("check", "--help"), README.read_text() + USAGE.read_text()
    for option in set(re.findall(r"`(--[a-z-]+)", text)) - {"--help"}:
        assert f"{option} " in known.replace("\n", " \n").replace("=", " "), option
    for command in set(re.findall(r"`mcplint ([a-z]+)", text)):
        assert command in mcplint("--help"), command


@pytest.mark.parametrize(
    "name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/usage.md", "docs/rules/README.md"]
)
def test_links_into_the_project_lead_somewhere(name: str) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", (ROOT / name).read_text())
    assert [link for link in links if not (ROOT / name).parent.joinpath(link).exists()] == []


def test_the_workflow_pins_what_it_uses_and_knows_the_changed_lines() -> None:
    text = README.read_text()
    start = text.index("name: mcplint\non: pull_request\n")
    job = yaml.safe_load(text[start : text.index("```", start)])["jobs"]["mcplint"]
    assert job["permissions"] == {"contents": "read"}
    checkout, action = job["steps"]
    assert checkout["uses"] in (ROOT / ".github" / "workflows" / "tests.yml").read_text()
    assert checkout["with"] == {"fetch-depth": 2, "persist-credentials": False}
    assert re.fullmatch(r"[\w-]+/mcplint@[0-9a-f]{40}", action["uses"]) and set(action) == {"uses"}


def test_two_commands_do_all() -> None:
    """One line each, so that they can be pasted; `.ci/run` runs what begins like this."""
    commands = [line for line in README.read_text().splitlines() if line.startswith("python3 -m venv")]
    assert len(commands) == 2
    assert commands[0].endswith("mcplint examples/notes-server-broken")
    assert "/pytest" in commands[1]
