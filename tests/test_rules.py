"""Every page is true: what it shows as bad is found and printed so, what is good is not, and the fix fixes it."""

from __future__ import annotations

import ast
import re

import pytest
from pages import ROOT, RULES, cases, check, examine, fixed, look, places, printed, rule_file, unified

from mcplint.engine.lint import REGISTRY
from mcplint.findings import ERROR, NOTE, WARNING, Diagnostic, Failure
from mcplint.model import Deployment, Manifest, Package
from mcplint.project.kinds import kind
from mcplint.project.tree import Tree

PAGES = {name: {case.name: case for case in cases(rule.page, f"rule {name}")} for name, rule in RULES.items()}
# A mistake of mcplint cannot be shown by files: tests of the engine make one.
SHOWN = [name for name, rule in RULES.items() if Failure not in rule.parts]
FOLDER = ROOT / "tests" / "cases"
CASES = [
    (path.stem, case)
    for path in sorted(FOLDER.glob("*.md"))
    for case in cases(path.read_text(encoding="utf-8"), path.name)
]

bad = pytest.mark.parametrize("name", SHOWN)
each_case = pytest.mark.parametrize(("name", "case"), CASES, ids=[f"{name}: {case.name}" for name, case in CASES])


def good(name: str) -> dict[str, str]:
    return {**PAGES[name]["Bad"].files, **PAGES[name]["Good"].files}


def crlf(files: dict[str, str]) -> dict[str, str]:
    return {path: text.replace("\n", "\r\n") for path, text in files.items()}


def headed(files: dict[str, str]) -> dict[str, str]:
    """The files with a comment that is not ASCII put first, where nothing moves that must be first."""
    head = "# é ☃ 😀\n"
    fixed = re.compile(r"#\s*(syntax|escape|check)\s*=|#!", re.I)
    return {
        path: head + text if (row := kind(path)) and row.comment and not fixed.match(text) else text
        for path, text in files.items()
    }


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_one_file_with_a_page(name):
    rule = RULES[name]
    assert rule.name == name
    assert rule_file(name).is_file(), f"the file of a rule is named after it: {rule_file(name).name}"
    title, blank, text = rule.page.split("\n")[0], rule.page.split("\n")[1], rule.page
    assert title and not title.endswith(".") and len(title) <= 100 and not blank
    assert len(text.split("\n## ")[0]) > 200, "the page says why it matters and when it does not"
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name) and rule.severity in (ERROR, WARNING, NOTE)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.md")), ids=lambda path: path.stem)
def test_every_heading_of_a_page_of_traps_is_a_case(path):
    assert path.stem in RULES, "the page is named after its rule"
    text = path.read_text(encoding="utf-8")
    headings = re.findall(r"^#{1,6} .+$", re.sub(r"^(`{3,})[^`\n]*\n.*?^\1[ \t]*$", "", text, flags=re.M | re.S), re.M)
    assert headings[headings[0].startswith("# ") :] == [f"## {case.name}" for case in cases(text)]


@pytest.mark.parametrize("name", RULES)
def test_the_prose_of_a_page_ends_at_79_columns(name):
    """Titles, tables and addresses may be longer."""
    prose = re.sub(r"^(`{3,})[^`\n]*\n.*?^\1[ \t]*$", "", RULES[name].page, flags=re.M | re.S).splitlines()
    assert not [line for line in prose[1:] if len(line) > 79 and not line.startswith("|") and "http" not in line]


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_named_for_the_registry_where_it_is_about_server_json(name):
    """By its name it is left out where there is none."""
    parts, about = set(RULES[name].parts), {Manifest, Package}
    assert parts <= {*about, Deployment} if name.startswith(REGISTRY) else not parts & about


@bad
def test_bad_is_found_and_printed(name, update):
    case = PAGES[name]["Bad"]
    found = [diagnostic for diagnostic in examine(Tree.of(case.files)).diagnostics if diagnostic.rule == name]
    assert found, "finds nothing in what its page shows as bad"
    check(rule_file(name), "Bad", "output", printed(found, name), update)


@bad
def test_good_is_quiet(name):
    pedantic = RULES[name].severity == NOTE
    loud = [d for d in examine(Tree.of(good(name))).diagnostics if d.severity != NOTE or (pedantic and d.rule == name)]
    assert not loud, [f"{d.rule}: {d.finding.message}" for d in loud]


@bad
def test_fix_fixes(name, update):
    case = PAGES[name]["Bad"]
    before = look(Tree.of(case.files))
    if not any(d.rule == name and d.finding.fix for d in before):
        assert case.diff is None, "the page shows a diff, but there is no fix"
        return
    texts = fixed(case.files, name)
    after = look(Tree.of(texts))
    assert not [d.finding.message for d in after if d.rule == name and d.finding.fix], "the fix leaves the finding"
    assert_no_harm(before, after, RULES[name].page)
    check(rule_file(name), "Bad", "diff", unified(case.files, texts), update)


def assert_no_harm(before: list[Diagnostic], after: list[Diagnostic], page: str) -> None:
    """No new error and no file that cannot be read; a new warning is named on the page.

    A finding of the same rule about the same text is the one that was there, though its message has another number.
    """
    messages = {(d.rule, d.finding.message) for d in before}
    texts = {(d.rule, d.finding.span.source.path, d.finding.span.text) for d in before}
    new = [d for d in after if (d.rule, d.finding.message) not in messages]
    new = [d for d in new if (d.rule, d.finding.span.source.path, d.finding.span.text) not in texts]
    assert not [d for d in new if d.severity == ERROR or d.rule == "unreadable-file"]
    assert not [d.rule for d in new if d.severity == WARNING and f"`{d.rule}`" not in page]


@bad
def test_bad_is_found_in_other_dress(name):
    files = PAGES[name]["Bad"].files
    found, mended = places(look(Tree.of(files)), name, {}), fixed(files, name)
    for variant in (crlf, headed):
        dressed = variant(files)
        shift = {path: dressed[path].count("\n") - text.count("\n") for path, text in files.items()}
        assert places(look(Tree.of(dressed)), name, shift) == found
        assert fixed(dressed, name) == variant(mended)


@each_case
def test_case(name, case, update):
    path = FOLDER / f"{name}.md"
    found = examine(Tree.of(case.files)).diagnostics
    if case.output is None:
        assert printed(found, name) == ""
    else:
        assert printed(found, name), "a case that finds nothing has no output"
        check(path, case.name, "output", printed(found, name), update)
    if case.diff is not None:
        texts = fixed(case.files, name)
        assert_no_harm(found, look(Tree.of(texts)), path.read_text(encoding="utf-8"))
        check(path, case.name, "diff", unified(case.files, texts), update)


def test_cases_belong_to_a_rule():
    assert {path.stem for path in FOLDER.glob("*.md")} <= set(RULES)
    assert len({(name, case.name) for name, case in CASES}) == len(CASES), "the cases of a rule have different names"


@pytest.mark.parametrize("name", RULES)
def test_a_rule_never_turns_must_round(name):
    """`not x.must(test)` reads as certainty but is `may(not test)`, which a rule must say."""
    for node in ast.walk(ast.parse(rule_file(name).read_text(encoding="utf-8"))):
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) and isinstance(node.operand, ast.Call):
            assert getattr(node.operand.func, "attr", "") != "must", f"line {node.lineno}"
