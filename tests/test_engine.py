"""What becomes of findings: severity, ignores, duplicates, order; and what the engine finds itself."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest
import simple

from mcplint.engine.catalogue import Catalogue
from mcplint.engine.lint import diagnose, lint
from mcplint.findings import ERROR, NOTE, WARNING, Failure, Finding, Rule, Unreadable
from mcplint.model import Deployment
from mcplint.project.config import Config, IgnoreEntry
from mcplint.project.suppress import ignores
from mcplint.project.tree import Tree
from mcplint.text.source import Source, Span
from mcplint.values import Label

RULES = Catalogue(simple.RULES)
DEFAULT = Config()


def silence(glob: str, rule: str = "known-user") -> IgnoreEntry:
    source = Source("mcplint.toml", f'[ignore]\n"{glob}" = ["{rule}"]\n')
    start = source.text.rindex(rule)
    return IgnoreEntry(glob, rule, Span(source, start, start + len(rule)))


def look(files: dict[str, str], config: Config = DEFAULT, rules=RULES):
    tree = Tree.of(files)
    linked = simple.link(tree, config)
    return diagnose(tree, linked.deployment, linked.problems, rules, config).diagnostics


def said(files: dict[str, str], config: Config = DEFAULT, rules=RULES) -> list[str]:
    return [f"{d.severity} {d.rule} {d.finding.span.source.path}" for d in look(files, config, rules)]


def test_findings_come_in_the_order_of_their_files_and_places():
    files = {"b/Dockerfile": "USER root\n", "a/Dockerfile": "# x\nUSER root\n", "c/Dockerfile": "BROKEN\n"}
    assert said(files) == [
        "error known-user a/Dockerfile",
        "error known-user b/Dockerfile",
        "error unreadable-file c/Dockerfile",
    ]


@pytest.mark.parametrize(
    ("dockerfile", "config", "severity"),
    [
        ("USER root\n", Config(), ERROR),
        ("USER root\n# ASSUMED\n", Config(), WARNING),
        ("USER guest\n", Config(), NOTE),
        ("USER root\n", Config(severities={"known-user": "note"}), NOTE),
        ("USER guest\n", Config(severities={"known-user": "warning"}), WARNING),
        ("USER root\n", Config(off=frozenset({"known-user"})), None),
        ("USER root\n", Config(select=frozenset({"unused-ignore"})), None),
        ("USER root\n", Config(ignore=(silence("*file"),)), None),
        ("USER root\n", Config(ignore=(silence("other/*"),), off=frozenset({"unused-ignore"})), ERROR),
        ("USER root\n", Config(options={"known-user": {"known": "root"}}), None),
    ],
)
def test_the_severity_that_holds(dockerfile, config, severity):
    assert [d.severity for d in look({"Dockerfile": dockerfile}, config)] == ([severity] if severity else [])


def test_what_is_said_twice_of_a_place_is_kept_once_at_its_gravest():
    span = Span(Source("Dockerfile", "USER root\n"), 0, 4)
    findings = [Finding("bad", span, severity=severity) for severity in (NOTE, WARNING, NOTE)]
    rule = Rule("twice", NOTE, lambda deployment: findings, (Deployment,))
    found = diagnose(Tree.of({}), Deployment(), (), {rule.name: rule}, Config()).diagnostics
    assert [d.severity for d in found] == [WARNING]


def test_what_one_place_does_to_several_parts_is_one_finding():
    span = Span(Source("uv.lock", "3.0.3\n"), 0, 5)
    parts = tuple(SimpleNamespace(title=f"server `{name}`", id=name) for name in "abcdefga")
    rule = Rule("held", ERROR, lambda part: [Finding(f"{part.title} hangs", span)], (SimpleNamespace,))
    (found,) = diagnose(Tree.of({}), Deployment(servers=parts), (), {rule.name: rule}, Config()).diagnostics
    others = ", ".join(f"server `{name}`" for name in "bcde")
    assert (found.finding.message, found.part) == (f"server `a` hangs (likewise {others} and 2 more)", "a")


def test_a_fix_without_edits_is_none():
    [finding] = [d.finding for d in look({"Dockerfile": "FROM x\n"})]
    assert finding.message == "runs as root" and finding.fix is None


@pytest.mark.parametrize(
    "dockerfile",
    [
        "USER root # mcplint: ignore[known-user]\n",
        "# mcplint: ignore[known-user] because\nUSER root\n",
        "#mcplint:ignore[known-user]\n\n# more\nUSER root\n",
        "# mcplint: ignore[ known-user , ]\r\nUSER root\r\n",
        "# mcplint: ignore[known-user]\nRUN a \\\n  # b\n  c\\\nUSER root\n",
    ],
)
def test_a_comment_hides_a_finding_on_its_line_or_the_next(dockerfile):
    assert said({"Dockerfile": dockerfile}) == []


@pytest.mark.parametrize(
    ("dockerfile", "why"),
    [
        (
            "# mcplint: ignore[known-user]\nFROM x\nUSER root\n",
            "unused ignore of `known-user`: the rule reports nothing here",
        ),
        ("USER root\n# mcplint: ignore[known-user]\n", "unused ignore of `known-user`: the rule reports nothing here"),
        (
            "# mcplint: ignore[known-usr]\nUSER root\n",
            'of `known-usr`: there is no such rule; did you mean "known-user"?',
        ),
        ("# mcplint: ignore\nUSER root\n", "unused ignore: it names no rule"),
        ("# mcplint: ignore root-user\nUSER root\n", "unused ignore: it names no rule"),
    ],
)
def test_an_ignore_that_hides_nothing_is_a_finding(dockerfile, why):
    found = {d.rule: d.finding.message for d in look({"Dockerfile": dockerfile})}
    assert why in found["unused-ignore"] and "known-user" in found


def test_an_ignore_of_a_rule_that_does_not_run_says_nothing():
    files = {"Dockerfile": "# mcplint: ignore[known-user]\nUSER app\n"}
    assert said(files) == ["warning unused-ignore Dockerfile"]
    assert said(files, Config(off=frozenset({"known-user"}))) == []


@pytest.mark.parametrize(
    ("silences", "found"),
    [
        ([silence("Dock*")], []),
        ([silence("Dock*"), silence("*")], []),
        ([silence("Dock*"), silence("other/*")], ["the rule reports nothing in other/*"]),
        ([silence("*"), silence("*", "unused-ignore")], []),
        ([silence("*"), silence("other/*"), silence("mcplint.toml", "unused-ignore")], []),
    ],
)
def test_what_the_configuration_ignores_in_vain_is_a_finding(silences, found):
    diagnostics = look({"Dockerfile": "USER root\n"}, Config(ignore=tuple(silences)))
    assert [d.finding.message.partition(": ")[2] for d in diagnostics] == found
    assert all(
        (d.rule, d.finding.span.text, d.finding.fix) == ("unused-ignore", "known-user", None) for d in diagnostics
    )


def test_an_ignore_in_a_file_that_cannot_be_read_says_nothing():
    assert said({"Dockerfile": "# mcplint: ignore[known-user]\nBROKEN\n"}) == ["error unreadable-file Dockerfile"]


def test_an_ignore_counts_on_any_line_that_is_pointed_at():
    """A finding of one file may be accepted in the other."""
    files = {"Dockerfile": "# mcplint: ignore[far]\nFROM x\n", "compose.yaml": "a: b\n"}
    tree = Tree.of(files)
    spans = {path: Span(tree.source(path), 0, 30) for path in files}

    finding = Finding("far", spans["compose.yaml"], (Label(spans["Dockerfile"], "here"),))
    rule = Rule("far", ERROR, lambda deployment: [finding], (Deployment,))
    assert diagnose(tree, Deployment(), (), {rule.name: rule}, Config()).diagnostics == []


def test_an_ignore_in_a_string_of_python_is_none():
    source = Source("server.py", 'text = """\n# mcplint: ignore[known-user]\n"""\nx = 1  # mcplint: ignore[a, b] why\n')
    [ignore] = ignores(source)
    assert ([name.text for name in ignore.names], list(ignore.lines)) == (["a", "b"], [4])


def test_json_has_no_comments():
    assert list(ignores(Source("server.json", "# mcplint: ignore[x]\n"))) == []


def test_many_ignores_take_time_in_proportion_to_their_number():
    text = "# mcplint: ignore[known-user]\n" * 20_000 + "USER root\n"
    assert len(list(ignores(Source("Dockerfile", text)))) == 20_000


def test_a_rule_that_raises_becomes_a_finding_and_the_others_go_on():
    found = look({"a/Dockerfile": "USER crash\n", "b/Dockerfile": "USER root\n"})
    assert [d.rule for d in found] == ["internal-error", "known-user"]
    assert "the rule known-user failed with ValueError: a mistake" in found[0].finding.message
    assert "Traceback" in found[0].finding.notes[0].text


def test_a_mistake_of_mcplint_is_shown_whatever_is_selected():
    files = {"a/Dockerfile": "USER crash\n"}
    config = Config(select=frozenset({"known-user"}), off=frozenset({"internal-error"}))
    assert said(files, config) == ["error internal-error a/Dockerfile"]


def test_a_finding_without_a_place_is_a_mistake_of_its_rule():
    rule = Rule("lost", ERROR, lambda deployment: [Finding("lost", None)], (Deployment,))
    found = diagnose(Tree.of({}), Deployment(), (), {**RULES, rule.name: rule}, Config()).diagnostics
    assert [d.rule for d in found] == ["internal-error"]


def test_a_linker_that_raises_is_a_finding(monkeypatch):
    def fail(tree, config):
        raise RecursionError("too deep")

    monkeypatch.setitem(sys.modules, "mcplint.link", SimpleNamespace(link=fail))
    [found] = lint(Tree.of({}), RULES, Config())
    assert found.rule == "internal-error" and "too deep" in found.finding.message


def test_a_file_asked_about_by_name_that_has_no_text_is_an_error():
    def load(path):
        raise Unreadable(Span(Source(path, ""), 0, 0), "contains a NUL byte")

    tree = Tree(["Dockerfile"], load, (), ["Dockerfile"])
    found = diagnose(tree, Deployment(), (), RULES, Config()).diagnostics
    assert [(d.rule, d.severity) for d in found] == [("unreadable-file", ERROR)]


def test_every_part_of_a_deployment_is_handed_out_but_what_is_loose():
    handed = []
    rule = Rule("all", NOTE, lambda part: handed.append(type(part).__name__) or (), (Deployment, simple.Box))
    tree = Tree.of({"Dockerfile": "FROM x\n"})
    diagnose(tree, simple.link(tree, Config()).deployment, (), {rule.name: rule}, Config())
    assert handed == ["Deployment", "Box"]


def test_a_mistake_over_one_file_keeps_nothing_from_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """What mcplint makes wrong of one file or one program is said; everything else is looked at all the same."""
    from mcplint.link import link
    from mcplint.readers import nginx

    def broken(source: object) -> None:
        raise ZeroDivisionError("never mind")

    monkeypatch.setattr(nginx, "read", broken)
    files = {
        "Dockerfile": 'FROM python:3.12-slim\nCOPY server.py .\nCMD ["python", "server.py"]\n',
        "server.py": 'from mcp.server.fastmcp import FastMCP\nFastMCP("notes").run("streamable-http")\n',
        "nginx.conf": "events {}\n",
    }
    linked = link(Tree.of(files), Config())
    assert [
        (problem.step, problem.span.source.path) for problem in linked.problems if isinstance(problem, Failure)
    ] == [("the reader of nginx.conf", "nginx.conf")]
    assert len(linked.deployment.servers) == 1


def test_the_address_of_the_project_is_read_beside_the_package_without_the_standard_library(tmp_path, monkeypatch):
    from mcplint.engine import catalogue

    described = tmp_path / "mcplint-1.dist-info" / "METADATA"
    described.parent.mkdir()
    described.write_text("Name: mcplint\nProject-URL: Rules, https://x.example/r\n\nProject-URL: Rules, no\n")
    monkeypatch.setattr("mcplint.__path__", [str(tmp_path / "mcplint")])
    monkeypatch.setitem(sys.modules, "importlib.metadata", None)
    assert catalogue.project_url("Rules") == "https://x.example/r" and catalogue.project_url("Other") is None
    (tmp_path / "mcplint-2.dist-info").mkdir()
    with pytest.raises(ImportError):
        catalogue.project_url("Rules")
