"""What the command line takes, prints and exits with; the linker and the rule are those of `tests/simple`."""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import subprocess
import sys
from pathlib import Path

import pages
import pytest

from mcplint.engine.catalogue import Catalogue

ROOT_USER = "FROM python:3.13\nUSER root\n"
SAFE_USER = "FROM python:3.13\nUSER safe\n"
GUEST = "FROM python:3.13\nUSER guest\n"
APP = "FROM python:3.13\nUSER app\n"


@pytest.fixture
def lint(simple, mcplint):
    return lambda *arguments: mcplint(*arguments, "--rules", simple.RULES)


def test_findings_are_printed_with_their_place(project, lint):
    project({"Dockerfile": ROOT_USER})
    ran = lint()
    assert ran.out == (
        "error[known-user]: runs as root\n"
        " --> Dockerfile:2:6\n"
        "  |\n"
        "2 | USER root\n"
        "  |      ^^^^ USER sets it\n"
        "  |\n"
        "  = fix: run as app (--unsafe-fixes)\n"
        "\n"
        "1 file; 1 finding (1 error)\n"
    )
    assert (ran.code, ran.err) == (1, "")


@pytest.mark.parametrize(
    ("dockerfile", "arguments", "code"),
    [
        (APP, [], 0),
        (ROOT_USER, [], 1),
        (ROOT_USER, ["--exit-zero"], 0),
        (ROOT_USER, ["--fail-on", "error"], 1),
        (ROOT_USER, ["--fail-on", "never"], 0),
        (f"{ROOT_USER}# ASSUMED\n", [], 1),
        (f"{ROOT_USER}# ASSUMED\n", ["--fail-on", "error"], 0),
        (GUEST, [], 0),
        (GUEST, ["--pedantic"], 0),
        (GUEST, ["--fail-on", "note"], 1),
        (GUEST, ["--fail-on", "never"], 0),
        ("FROM x\nUSER crash\n", [], 2),
        ("FROM x\nUSER crash\n", ["--exit-zero", "--select", "known-user"], 2),
        ("FROM x\nBROKEN\n", [], 1),
        (ROOT_USER, ["--ignore", "known-user"], 0),
        (ROOT_USER, ["--select", "unused-ignore,unreadable-file"], 0),
        (ROOT_USER, ["--diff", "--unsafe-fixes"], 1),
        (ROOT_USER, ["--diff"], 0),
        (APP, ["--diff", "--unsafe-fixes"], 0),
    ],
)
@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_the_exit_code_does_not_depend_on_the_format(project, lint, dockerfile, arguments, code, form):
    project({"Dockerfile": dockerfile})
    assert lint(*arguments, "--format", form).code == code


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no-such-file"], 'there is no file or folder "no-such-file"'),
        (["Dockerfle"], 'did you mean "Dockerfile"?'),
        (["shwo"], 'did you mean "show"?'),
        (["--select", "severity:nix"], 'the severities are note, warning, error; there is no "nix"'),
        (["--select", "known-usr"], 'there is no rule "known-usr"; did you mean "known-user"?'),
        (["--format", "jsn"], "'jsn' is not one of"),
        (["--selct", "x"], "--select"),
        (["--config", "none.toml"], 'there is no file "none.toml"'),
        (["--statistics", "--format", "json"], "--statistics prints text"),
        (["--output", "none/out.txt"], "none/out.txt: cannot be written: No such file or directory"),
        (["/dev/null", "."], "belong to different projects"),
    ],
)
def test_a_mistake_is_said_and_exits_with_2(project, lint, arguments, said):
    project({"Dockerfile": APP})
    ran = lint(*arguments)
    assert said in ran.err and "Traceback" not in ran.err
    assert (ran.code, ran.out) == (2, "")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--version"], 0, "mcplint "),
        (["--help"], 0, "--unsafe-fixes"),
        (["-h"], 0, "COMMAND"),
        (["check", "--help"], 0, "Exit codes"),
        (["explain", "unused-ignore"], 0, "An ignore comment or setting hides nothing"),
        (["explain", "unused-ignor"], 2, 'did you mean "unused-ignore"?'),
        (["rules"], 0, "unreadable-file"),
        (["show"], 0, "container Dockerfile"),
    ],
)
def test_the_other_commands(project, simple, mcplint, arguments, code, said):
    project({"Dockerfile": APP})
    ran = mcplint(*arguments)
    assert ran.code == code and said in ran.out + ran.err


def test_rules_as_json(mcplint):
    listed = json.loads(mcplint("rules", "--format", "json").out)
    said = {"name", "severity", "title", "parts", "options", "page", "address", "text", "fixable", "bad", "good"}
    assert all(said == set(rule) for rule in listed)
    assert "unused-ignore" in [rule["name"] for rule in listed]
    assert [rule["name"] for rule in listed if not rule["bad"]["files"]] == ["internal-error"]
    for rule in (rule for rule in listed if rule["name"] != "internal-error"):
        bad, good = (case for case in pages.cases(rule["page"]) if case.name in ("Bad", "Good"))
        assert (rule["bad"]["files"], rule["bad"]["output"]) == (bad.files, bad.output.text)
        assert rule["bad"]["diff"] == (bad.diff and bad.diff.text) and rule["fixable"] == bool(bad.diff)
        assert rule["good"]["files"] == {**bad.files, **good.files}
        assert rule["text"] and "## " not in rule["text"] and rule["page"].count(rule["text"]) == 1


def test_rules_of_ones_own_need_no_page(simple, mcplint):
    [own] = [
        rule
        for rule in json.loads(mcplint("rules", "--format", "json", "--rules", simple.RULES).out)
        if rule["name"] == "known-user"
    ]
    assert own["options"] == {"known": "app", "strict": False}
    assert (own["address"], own["bad"], own["good"]) == (
        None,
        {"files": {}, "output": None, "diff": None},
        {"files": {}},
    )


def test_notes_are_hidden_but_counted(project, lint):
    project({"Dockerfile": GUEST})
    assert lint().out == "1 file; no findings; 1 note hidden, --pedantic shows it\n"
    assert "note[known-user]: runs as guest" in lint("--pedantic").out


def test_a_path_chooses_what_is_reported_and_not_what_is_read(project, lint):
    project({"one/Dockerfile": ROOT_USER, "two/Dockerfile": ROOT_USER})
    ran = lint("one")
    assert "one/Dockerfile:2:6" in ran.out and "two/Dockerfile" not in ran.out
    assert ran.out.endswith("2 files; 1 finding (1 error)\n")
    assert lint("one", "two/Dockerfile").out.endswith("2 findings (2 errors)\n")


def test_paths_are_printed_as_seen_from_the_working_folder(project, lint, monkeypatch):
    root = project({"one/Dockerfile": ROOT_USER, ".git/HEAD": "", "deep/er/x": ""})
    monkeypatch.chdir(root / "deep" / "er")
    assert "--> ../../one/Dockerfile:2:6" in lint("../../one").out
    assert json.loads(lint("../../one", "--format", "json").out)["findings"][0]["path"] == "one/Dockerfile"
    monkeypatch.chdir(root / "one")
    assert "--> Dockerfile:2:6" in lint(".").out


def test_output_goes_into_a_file(project, lint):
    root = project({"Dockerfile": ROOT_USER})
    ran = lint("--output", "report.txt", "--color", "auto")
    assert (ran.code, ran.out) == (1, "")
    assert (root / "report.txt").read_text().startswith("error[known-user]: runs as root\n --> Dockerfile:2:6")


def test_statistics_and_quiet(project, lint):
    project({"one/Dockerfile": ROOT_USER, "two/Dockerfile": SAFE_USER})
    assert lint("--statistics").out == "    2  error    known-user\n2 files; 2 findings (2 errors)\n"
    assert lint("--statistics", "--quiet").out == "    2  error    known-user\n"


def test_fix_writes_what_is_safe_and_unsafe_fixes_the_rest(project, lint):
    root = project({"one/Dockerfile": ROOT_USER, "two/Dockerfile": SAFE_USER})
    ran = lint("--diff", "--quiet")
    assert ran.out == (
        "--- a/two/Dockerfile\n+++ b/two/Dockerfile\n@@ -1,2 +1,2 @@\n FROM python:3.13\n-USER safe\n+USER app\n"
    )
    assert (root / "two/Dockerfile").read_text() == SAFE_USER
    ran = lint("--fix")
    assert "fixed 1 finding in 1 file" in ran.err and ran.code == 1
    assert ((root / "one/Dockerfile").read_text(), (root / "two/Dockerfile").read_text()) == (ROOT_USER, APP)
    ran = lint("--unsafe-fixes")
    assert (root / "one/Dockerfile").read_text() == APP and ran.code == 0
    assert sorted(path.name for path in root.rglob("*") if path.is_file()) == ["Dockerfile", "Dockerfile"]


def test_fix_mends_only_what_is_asked_about(project, lint):
    root = project({"one/Dockerfile": SAFE_USER, "two/Dockerfile": SAFE_USER})
    lint("one", "--fix")
    assert (root / "two/Dockerfile").read_text() == SAFE_USER


@pytest.mark.parametrize(
    ("environment", "arguments", "coloured"),
    [
        ({}, [], False),
        ({}, ["--color", "always"], True),
        ({"FORCE_COLOR": "1"}, [], True),
        ({"FORCE_COLOR": "0"}, [], False),
        ({"FORCE_COLOR": "1"}, ["--color", "never"], False),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, [], False),
        ({"NO_COLOR": "1"}, ["--color", "always"], True),
        ({"NO_COLOR": "", "FORCE_COLOR": "1"}, [], True),
    ],
)
def test_colour(project, lint, monkeypatch, environment, arguments, coloured):
    project({"Dockerfile": ROOT_USER})
    ran = None
    lint("--version")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    ran = lint(*arguments)
    assert ("\x1b[" in ran.out) is coloured


@pytest.mark.parametrize(
    ("where", "code", "said"),
    [
        ("| true", "0", ""),
        ("| head -1 >/dev/null", "0", ""),
        ("> /dev/full", "2", "mcplint: cannot print: No space left on device\n"),
        (">&-", "2", "mcplint: cannot print: standard output is closed\n"),
    ],
)
def test_a_reader_that_has_gone_is_no_mistake(project, where, code, said):
    project({"Dockerfile": APP})
    command = f'{sys.executable} -m mcplint explain unused-ignore {where}; echo "${{PIPESTATUS[0]}}"'
    ran = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert (ran.stdout, ran.stderr) == (f"{code}\n", said)


def test_a_version_that_cannot_be_printed_is_no_mistake_of_mcplint():
    ran = subprocess.run(["bash", "-c", f"{sys.executable} -m mcplint -V > /dev/full"], capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (2, "mcplint: cannot print: No space left on device\n")


def test_what_is_said_on_a_closed_standard_error_stands_nowhere_else(project):
    project({"Dockerfile": APP})
    command = f"{sys.executable} -m mcplint --config none.toml 2>&-"
    ran = subprocess.run(["bash", "-c", command], capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (2, "")


def test_an_interrupt_exits_with_130_and_no_traceback(project, lint, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    project({"Dockerfile": APP})
    monkeypatch.setattr("mcplint.engine.lint.run", interrupt)
    ran = lint()
    assert (ran.code, ran.out) == (130, "") and "Traceback" not in ran.err


def test_a_mistake_of_mcplint_itself_exits_with_2(project, lint, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError

    project({"Dockerfile": APP})
    monkeypatch.setattr("mcplint.engine.lint.run", fail)
    ran = lint()
    assert ran.code == 2 and "please report" in ran.err and "ZeroDivisionError" in ran.err


def test_a_rule_that_raises_is_a_finding(project, lint):
    project({"one/Dockerfile": "FROM x\nUSER crash\n", "two/Dockerfile": ROOT_USER})
    ran = lint()
    assert (
        "error[internal-error]: internal error, please report it: the rule known-user failed with ValueError: a mistake"
        in ran.out
    )
    assert "Traceback" in ran.out and "runs as root" in ran.out
    assert ran.code == 2


@pytest.mark.parametrize("runner", ["", "true"])
def test_a_patch_is_one_that_git_applies(project, lint, monkeypatch, runner):
    root = project({"Dockerfile": ROOT_USER})
    monkeypatch.setenv("GITHUB_ACTIONS", runner)
    patch = lint("--diff", "--unsafe-fixes").out
    assert patch.startswith("::stop-commands::") is bool(runner)
    subprocess.run(["git", "apply"], input=patch.encode(), cwd=root, check=True)
    assert (root / "Dockerfile").read_text() == APP


def test_several_formats_come_of_one_run(project, lint):
    root = project({"Dockerfile": ROOT_USER})
    ran = lint("--output", "sarif=a.sarif", "--output", "gitlab=quality.json", "--format", "concise")
    assert ran.code == 1 and ran.out.startswith("Dockerfile:2:6: error[known-user]: runs as root\n")
    assert json.loads((root / "a.sarif").read_text())["runs"][0]["results"][0]["ruleId"] == "known-user"
    assert json.loads((root / "quality.json").read_text())[0]["check_name"] == "known-user"
    ran = lint("--format", "json", "--output", "report.json", "--output", "concise=report.txt")
    assert (ran.out, json.loads((root / "report.json").read_text())["version"]) == ("", 1)
    assert (root / "report.txt").read_text().startswith("Dockerfile:2:6")


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("sarf=a", 'there is no format "sarf"; did you mean "sarif"?'),
        ("nope=a", 'there is no format "nope"; there are text, concise, json, jsonl, '),
        ("sarif=", "--output sarif= names no file"),
        ("sarif=kept", "kept is the file of two options"),
        ("sarif=gone/a", "gone/a: cannot be written"),
        ("sarif=other --diff", "--diff gives a patch and no findings, so that other would not be written"),
        ("sarif=.", ".: cannot be written"),
    ],
)
def test_where_one_output_cannot_be_written_none_is(project, lint, output, said):
    root = project({"Dockerfile": ROOT_USER})
    (root / "kept").write_text("before")
    ran = lint("--output", "kept", "--output", *output.split())
    assert (ran.code, ran.out) == (2, "") and said in ran.err
    assert sorted(path.name for path in root.iterdir()) == ["Dockerfile", "kept"]
    assert (root / "kept").read_text() == "before"


@pytest.mark.parametrize("name", ["Dockerfile", "./Dockerfile", "link", "mcplint.toml", "README.md"])
def test_what_mcplint_looks_at_is_not_written_over(project, lint, mcplint, name):
    root = project({"Dockerfile": ROOT_USER, "mcplint.toml": "", "README.md": "", "notes.md": ""})
    (root / "link").symlink_to("Dockerfile")
    for ran in (lint("--output", name), lint("--output", f"markdown={name}"), mcplint("graph", "--output", name)):
        assert (ran.code, ran.out) == (2, "") and f"{name} is a file of the project" in ran.err
    assert (root / "Dockerfile").read_text() == ROOT_USER
    assert lint("--output", "concise=notes.md").code == lint("--output", "concise=notes.md").code == 1


@pytest.mark.parametrize("name", [".git/config", ".git/HEAD", ".git/refs/heads/new", "link/index"])
def test_no_file_of_git_is_written(project, lint, name):
    root = project({"Dockerfile": ROOT_USER, ".git/config": "[core]\n", ".git/refs/heads/main": ""})
    (root / "link").symlink_to(".git")
    ran = lint("--output", f"json={name}")
    assert (ran.code, ran.out) == (2, "") and f"{name} is a file of git" in ran.err


@pytest.mark.parametrize("name", ["out.json", "reports/out.json"])
def test_no_link_of_the_project_leads_what_is_written_out_of_it(project, lint, tmp_path_factory, name):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    root = project({"Dockerfile": ROOT_USER})
    (root / "out.json").symlink_to(elsewhere / "out.json")
    (root / "reports").symlink_to(elsewhere)
    ran = lint("--output", f"json={name}")
    assert (ran.code, ran.out) == (2, "") and "leads out of the project" in ran.err
    assert list(elsewhere.iterdir()) == []
    assert lint("--output", f"json={elsewhere / 'out.json'}").code == 1, "a place that is named is written"


@pytest.mark.parametrize("lost", [["--output", "json=none/x"], ["--baseline", "none/x", "--write-baseline"]])
def test_nothing_is_fixed_where_what_is_said_of_it_has_no_place(project, lint, lost):
    root = project({"Dockerfile": ROOT_USER})
    ran = lint("--unsafe-fixes", "--output", "json=report.json", *lost)
    assert (ran.code, ran.out) == (2, "") and "none/x: cannot be written" in ran.err and "fixed" not in ran.err
    assert (root / "Dockerfile").read_text() == ROOT_USER and sorted(os.listdir(root)) == ["Dockerfile"]


def test_what_cannot_be_fixed_is_reported(project, lint):
    root = project({"Dockerfile": ROOT_USER})
    (root / "Dockerfile").chmod(0o400)
    ran = lint("--unsafe-fixes", "--output", "json=report.json")
    assert ran.code == 1 and "the fix would edit Dockerfile, which is read-only" in ran.err
    assert (root / "Dockerfile").read_text() == ROOT_USER and (root / "report.json").exists()


def test_a_report_does_not_take_the_place_of_the_baseline(project, lint):
    root = project({"Dockerfile": ROOT_USER})
    ran = lint("--baseline", "known.json", "--write-baseline", "--output", f"json={root}/known.json")
    assert (ran.code, "known.json is the file of two options" in ran.err) == (2, True)


@pytest.mark.parametrize("variable", ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"])
@pytest.mark.parametrize("configuration", ["mcplint.toml", "sub/mcplint.toml"])
def test_a_host_is_told_paths_from_the_top_of_its_checkout(project, lint, monkeypatch, variable, configuration):
    root = project({"sub/here/Dockerfile": ROOT_USER, configuration: ""})
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    monkeypatch.chdir(root / "sub" / "here")
    assert "file=Dockerfile," in lint("--format", "github").out
    monkeypatch.setenv(variable, str(root))
    assert "file=sub/here/Dockerfile," in lint("--format", "github").out
    assert '"path": "sub/here/Dockerfile"' in lint("--format", "gitlab").out
    assert '"uri": "sub/here/Dockerfile"' in lint("--format", "sarif").out
    assert lint("--format", "concise").out.startswith("Dockerfile:")
    monkeypatch.setenv(variable, str(root / "other"))
    assert "file=Dockerfile," in lint("--format", "github").out


@pytest.mark.parametrize("asked", [["--ignore", "*"], ["--select", "known-user", "--ignore", "known-*"]])
def test_a_run_without_rules_is_refused(project, lint, asked):
    project({"Dockerfile": ROOT_USER})
    ran = lint(*asked)
    assert (ran.code, ran.err) == (2, "mcplint: every rule is turned off, so nothing would be checked\n")


def test_a_pipe_is_written_to(project, lint):
    project({"Dockerfile": ROOT_USER})
    assert lint("--output", "/dev/null").code == 1


@pytest.mark.parametrize(
    ("family", "code"), [("known-*", 1), ("severity:error", 1), ("severity:note", 0), ("unused-*", 0)]
)
def test_rules_are_chosen_by_family(project, lint, family, code):
    project({"Dockerfile": ROOT_USER})
    assert lint("--select", family).code == code
    assert lint("--ignore", family).code == 1 - code


@pytest.mark.parametrize(
    ("arguments", "severities"),
    [
        ("--select severity:error", {"error"}),
        ("--select severity:warning", {"warning"}),
        ("--select severity:note,root-user", {"note", "warning"}),
        ("--ignore severity:error", {"warning"}),
    ],
)
def test_a_severity_is_that_of_the_finding(mcplint, monkeypatch, arguments, severities):
    """The rule of one of the errors there is a warning elsewhere."""
    monkeypatch.chdir(pages.ROOT / "examples" / "notes-server-broken")
    found = json.loads(mcplint("--format", "json", *arguments.split()).out)["findings"]
    assert {each["severity"] for each in found} == severities


@pytest.mark.parametrize("family", ["knwn-*", "severity:fatal"])
def test_a_family_without_rules_is_a_mistake(project, lint, family):
    project({"Dockerfile": ROOT_USER})
    assert lint("--select", family).code == 2


def test_the_version_is_told_in_short(mcplint):
    assert mcplint("-V").out == mcplint("--version").out != ""


def test_the_formats_are_those_that_are_documented():
    from mcplint.cli.main import check
    from mcplint.reports.formats import FORMATS

    [option] = (param for param in check.params if param.name == "output_format")
    assert list(option.type.choices) == list(FORMATS)
    usage = (Path(__file__).parents[1] / "docs" / "usage.md").read_text()
    rows = usage[usage.index("| format | |") :].partition("\n\n")[0].splitlines()
    assert set(re.findall(r"`(\w+)`", "".join(row.split("|")[1] for row in rows))) == set(FORMATS)


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("mcplint ex", "plain,explain"),
        ("mcplint check --unsafe", "plain,--unsafe-fixes"),
        ("mcplint explain roo", "plain,root-user"),
        ("mcplint --ignore root-user,loop", "plain,root-user,loopback-in-container"),
        ("mcplint --ignore root-user,sev", "plain,root-user,severity:error"),
        ("mcplint --select reg", "plain,registry-*"),
        ("mcplint Dock", "file,Dock"),
        ("mcplint check Dock", "file,Dock"),
        ("mcplint --baseline known", "file,known"),
        ("mcplint show --config my", "file,my"),
        ("mcplint --output sar", "plain,sarif="),
        ("mcplint --output rep", "file,rep"),
        ("mcplint rules --rules my", "dir,my"),
    ],
)
def test_a_shell_completes(mcplint, monkeypatch, capsys, words, offered):
    monkeypatch.setenv("_MCPLINT_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
    with pytest.raises(SystemExit):
        mcplint()
    assert offered in capsys.readouterr().out.splitlines()


@pytest.fixture
def bash(project, tmp_path, monkeypatch):
    """An interactive bash that completes for mcplint, which prints its words in it; None where there is none."""
    if shutil.which("bash") is None:
        pytest.skip("there is no bash")
    pty = pytest.importorskip("pty")
    project({"Dockerfile": APP, "two words.toml": "", "shore/x": ""})
    command = tmp_path / "mcplint"
    complete = f'[ -n "$_MCPLINT_COMPLETE" ] && exec {sys.executable} -m mcplint'
    command.write_text(f"#!/bin/sh\n{complete}\nprintf '<%s>' \"$@\"; echo .\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("PS1", "ready> ")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("INPUTRC", os.devnull)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        ["bash", "--norc", "--noprofile", "-i"], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)

    def said(until):
        text = ""
        while until not in text and select.select([ours], [], [], 60)[0]:
            text += os.read(ours, 4096).decode()
        return text

    def ask(line):
        os.write(ours, f"{line}\n".encode())
        return said("ready> ")

    said("ready> ")
    ask('eval "$(_MCPLINT_COMPLETE=bash_source mcplint)"')
    yield ask
    process.kill()
    process.wait()
    os.close(ours)


def test_bash_completes(bash):
    for typed, completed in {
        "expl": "<explain>",
        "sh": "<sho>",
        "--unsafe": "<--unsafe-fixes>",
        "--select root-user,loop": "<--select><root-user,loopback-in-container>",
        "Dock": "<Dockerfile>",
        "show --config tw": "<show><--config><two words.toml>",
        "--output sar": "<--output><sarif=>",
        "--output=sar": "<--output=sarif=>",
        "--output sarif=Dock": "<--output><sarif=Dockerfile>",
        "--format=jun": "<--format=junit>",
        "--select severity:e": "<--select><severity:error>",
        "--ignore=root-user,severity:n": "<--ignore=root-user,severity:note>",
    }.items():
        assert f"{completed}." in bash(f"mcplint {typed}\t"), typed


@pytest.mark.parametrize("rule", ["loopback-in-container", "stateful-behind-balancer"])
def test_pages_are_as_wide_as_the_terminal(mcplint, monkeypatch, rule):
    monkeypatch.setattr("mcplint.cli.explain.columns", lambda: 50)
    page = mcplint("explain", rule).out
    prose = [line for line in page.partition("\nBad\n")[0].splitlines() if not line.startswith("http")]
    assert max(map(len, prose)) <= 50 and "\n\nBad\nDockerfile\n    FROM " in page
    [frame] = re.findall(r"\n\nmcplint prints:\n(    error.*?)\n\n", page, re.S)
    assert max(map(len, frame.splitlines())) <= 50 and "^^^" in frame
    assert "\n\nThe fix changes:\n    --- a/" in page
    assert all(address in page for address in re.findall(r"https?://\S+", Catalogue()[rule].text))


@pytest.mark.parametrize("terminal", [False, True])
def test_a_long_run_says_so_on_a_terminal(monkeypatch, capsys, terminal):
    from mcplint.cli.output import progress

    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("threading.Timer", Now)
    with progress("checking"):
        pass
    assert capsys.readouterr().err == ("mcplint: checking\r\033[2K\r" if terminal else "")


def test_nothing_is_printed_over_the_progress(project, lint, monkeypatch, capsys):
    project({"Dockerfile": ROOT_USER})
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("threading.Timer", Now)
    assert lint("--unsafe-fixes", "--diff").err.startswith("mcplint: checking\r\033[2K\rmcplint: would fix 1 finding")


@pytest.mark.parametrize(
    ("environment", "links"),
    [
        ({"VTE_VERSION": "7000"}, True),
        ({}, False),
        ({"VTE_VERSION": "7000", "TERM": "dumb"}, False),
        ({"VTE_VERSION": "7000", "CI": "true"}, False),
        ({"TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"FORCE_HYPERLINK": "1", "TERM": "dumb"}, True),
    ],
)
def test_links_are_for_terminals_that_take_them(monkeypatch, environment, links):
    from mcplint.cli.output import takes_links

    marks = ("TERM_PROGRAM", "VTE_VERSION", "KITTY_WINDOW_ID", "WT_SESSION", "KONSOLE_VERSION", "ALACRITTY_WINDOW_ID")
    for name in (*marks, "CI", "FORCE_HYPERLINK"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert takes_links() is links


class Now:
    """A timer whose time is come at once."""

    def __init__(self, seconds, function):
        self.start = function

    def cancel(self):
        pass

    join = cancel


@pytest.mark.parametrize("given", [None, "", "0", "x", "9" * 400])
def test_a_terminal_says_its_width_where_the_environment_does_not(monkeypatch, given):
    import os
    import pty

    from mcplint.cli import output

    master, slave = pty.openpty()
    with os.fdopen(slave, "w") as terminal:
        monkeypatch.setattr("sys.stdout", terminal)
        monkeypatch.setattr(os, "get_terminal_size", lambda number: os.terminal_size((63, 20)))
        monkeypatch.delenv("COLUMNS", raising=False)
        if given is not None:
            monkeypatch.setenv("COLUMNS", given)
        assert output.columns() == 63
    os.close(master)


def test_from_the_root_of_the_machine_it_says_what_it_is_doing(mcplint, monkeypatch):
    monkeypatch.chdir("/")
    monkeypatch.setattr("mcplint.project.discover.MOST_FILES", 40)
    ran = mcplint("--pedantic")
    first, *_ = ran.err.splitlines()
    assert first == "mcplint: reading the files below /, at most 40"
    assert "internal error" not in ran.err and "unreadable-file" in ran.out
