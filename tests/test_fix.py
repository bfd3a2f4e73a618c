"""Fixes: made together where they fit, taken back where they harm, and written without harm to what lies around."""

from __future__ import annotations

import errno
import os
import re
import subprocess
from functools import partial

import pytest
from counted import lines
from pages import unified

from mcplint.engine import fix
from mcplint.engine.postprocess import postprocess
from mcplint.engine.trials import Trials
from mcplint.engine.write import write
from mcplint.findings import ERROR, NOTE, WARNING, Diagnostic, Finding, Fix
from mcplint.project.config import Config
from mcplint.project.tree import Tree
from mcplint.text.source import Edit, Source, Span
from mcplint.usage import UsageError
from mcplint.values import Label


def replacing(pattern: str, replacement: str, safe: bool = True):
    """A look that finds a pattern in every file and would replace it."""

    def look(tree: Tree) -> list[Diagnostic]:
        found = []
        for path in sorted(tree.paths):
            source = tree.source(path)
            for match in re.finditer(pattern, source.text):
                span = Span(source, *match.span())
                mend = Fix("mend", (Edit(span, match.expand(replacement)),), safe)
                found.append(Diagnostic("rule", WARNING, Finding(f"has {match[0]!r}", span, (), mend)))
        return found

    return look


def complaining(pattern: str, rule: str = "other", severity: str = ERROR):
    """A look that only finds."""

    def look(tree: Tree) -> list[Diagnostic]:
        sources = [tree.source(path) for path in sorted(tree.paths)]
        hits = [Span(source, *match.span()) for source in sources for match in re.finditer(pattern, source.text)]
        return [Diagnostic(rule, severity, Finding("harm", span)) for span in hits]

    return look


def together(*looks):
    return lambda tree: [diagnostic for look in looks for diagnostic in look(tree)]


@pytest.mark.parametrize(
    ("text", "look", "after"),
    [
        ("a b a\n", replacing("a", "c"), "c b c\n"),
        ("aaaa\n", replacing("aa", "b"), "bb\n"),
        ("é a\r\na\r\n", replacing("a", r"b\nc"), "é b\r\nc\r\nb\r\nc\r\n"),
        ("a\r\nb\na\n", replacing("a", r"c\nd"), "c\r\nd\r\nb\nc\nd\n"),
        ("ab\n", together(replacing("ab", "x"), replacing("b", "y")), "x\n"),
        ("ab\n", together(replacing("a", "x"), replacing("b", "y")), "xy\n"),
        ("a\n", together(replacing("a", "x"), replacing("a", "x")), "x\n"),
        ("a\n", together(replacing("a", "x"), replacing("a", "y")), "x\n"),
        ("a\n", replacing("(?<=a)", "1"), "a\n"),
        ("a\n", replacing("a", "b", safe=False), "a\n"),
        ("a\n", together(replacing("a", "b"), complaining("b")), "a\n"),
        ("a\n", together(replacing("a", "b"), complaining("b", severity=WARNING)), "a\n"),
        ("a\n", together(replacing("a", "b"), complaining("b", severity=NOTE)), "b\n"),
        ("a\n", together(replacing("a", "b"), complaining("b", "unreadable-file", WARNING)), "a\n"),
        ("a\n", together(replacing("a", "b"), complaining("a|b")), "b\n"),
        ("a c\n", together(replacing("a", "b"), replacing("c", "d"), complaining("b")), "a d\n"),
        ("a c\n", together(replacing("a", "b"), replacing("c", "d"), complaining("b d")), "b c\n"),
    ],
)
def test_fixes_are_made_until_nothing_is_left(text, look, after):
    result = fix.fix(Tree.of({"f": text}), look)
    assert {"f": text, **result.texts} == {"f": after}
    assert bool(result.texts) is bool(result.fixed) is (text != after)


def test_a_file_that_is_not_understood_is_left_alone():
    look = together(replacing("a", "b"), complaining("broken", "unreadable-file"))
    assert fix.fix(Tree.of({"f": "a broken", "g": "a"}), look).texts == {"g": "b"}


def test_unsafe_fixes_are_made_when_asked_for():
    tree = Tree.of({"f": "a\n"})
    assert fix.fix(tree, replacing("a", "b", safe=False), unsafe=True).texts == {"f": "b\n"}


def test_what_was_taken_back_is_told_with_the_reason():
    look = together(replacing("a", "b"), complaining("b"))
    result = fix.fix(Tree.of({"f": "a\n"}), look)
    [(diagnostic, harm)] = result.refused
    assert diagnostic.finding.message == "has 'a'" and harm == "the fix would cause other in f: harm"


def two_files(tree: Tree) -> list[Diagnostic]:
    """One fix with an edit in each file, as long as the first is not result."""
    first, second = tree.source("f"), tree.source("g")
    edits = tuple(Edit(Span(source, 0, 1), "b") for source in (first, second))
    whole = Diagnostic("rule", WARNING, Finding("both", edits[0].span, (), Fix("mend both", edits, True)))
    return [whole] if first.text == "a" else []


@pytest.mark.parametrize("harmful", [False, True])
def test_all_edits_of_a_fix_are_made_or_none(harmful):
    tree = Tree.of({"f": "a", "g": "a"})
    look = together(two_files, complaining("(?<!\n)b$") if harmful else complaining("never"))
    assert fix.fix(tree, look).texts == ({} if harmful else {"f": "b", "g": "b"})


def test_a_fix_of_another_text_than_the_trees_is_not_made():
    stale = replacing("a", "b")(Tree.of({"f": "aa"}))
    assert fix.fix(Tree.of({"f": "ab"}), lambda tree: stale).texts == {}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nb\nc\n", "a\nx\nc\n"),
        ("a\nb", "a\nc"),
        ("a", "a\n"),
        ("a\r\nb\r\n", "a\r\nc\r\n"),
        ("a\x0cb\n\u2028c\n", "a\x0cx\n\u2028c\n"),
        ("", "new\n"),
    ],
)
def test_a_patch_can_be_applied_by_git(project, before, after):
    root = project({"f": before})
    (root / "patch").write_bytes(unified({"f": before}, {"f": after}).encode())
    subprocess.run(["git", "apply", "patch"], check=True, cwd=root)
    assert (root / "f").read_bytes() == after.encode()


@pytest.mark.parametrize(
    ("path", "before", "text", "new", "after"),
    [
        ("Dockerfile", b"\xef\xbb\xbfa\r\n", "a\r\n", "b\r\n", b"\xef\xbb\xbfb\r\n"),
        ("Dockerfile", b"caf\xe9\n", "caf\xe9\n", "\xe9\n", b"\xe9\n"),
        ("Dockerfile", "é\n".encode(), "é\n", "☃\n", "☃\n".encode()),
    ],
)
def test_a_file_is_written_in_its_own_encoding_and_mode(project, path, before, text, new, after):
    root = project({path: before})
    (root / path).chmod(0o640)
    write(str(root), {path: text}, {path: new})
    assert (root / path).read_bytes() == after
    assert (root / path).stat().st_mode & 0o777 == 0o640
    assert os.listdir(root) == [path]


def test_a_new_file_is_made(project):
    root = project({})
    write(str(root), {}, {".dockerignore": ".env\n"})
    assert (root / ".dockerignore").read_text() == ".env\n"


def link(root):
    (root / "real").write_text("a\n")
    (root / "Dockerfile").unlink()
    (root / "Dockerfile").symlink_to("real")


def changed(root):
    (root / "Dockerfile").write_text("c\n")


def gone(root):
    (root / "Dockerfile").unlink()


def read_only(root):
    (root / "Dockerfile").chmod(0o444)


@pytest.mark.parametrize(
    ("meanwhile", "said"),
    [
        (link, "through a link"),
        (changed, "has changed"),
        (gone, "removed since it was listed"),
        (read_only, "read-only"),
    ],
)
def test_nothing_is_written_where_one_file_cannot_be(project, meanwhile, said):
    root = project({"Dockerfile": "a\n", "compose.yaml": "a\n"})
    meanwhile(root)
    texts = {"compose.yaml": "b\n", "Dockerfile": "b\n"}
    with pytest.raises(UsageError, match=said):
        write(str(root), dict.fromkeys(texts, "a\n"), texts)
    assert (root / "compose.yaml").read_text() == "a\n"
    assert set(os.listdir(root)) <= {"Dockerfile", "compose.yaml", "real"}


def test_a_folder_that_cannot_be_written_is_said_of_the_file(project, monkeypatch):
    root = project({"Dockerfile": "a\n"})

    real = os.open

    def refuse(path, flags, *mode, **where):
        if flags & os.O_CREAT:
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return real(path, flags, *mode, **where)

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(UsageError, match=r"^Dockerfile: cannot be written: permission denied$"):
        write(str(root), {"Dockerfile": "a\n"}, {"Dockerfile": "b\n"})


def test_a_text_that_its_encoding_cannot_hold_is_not_written(project):
    root = project({"Dockerfile": b"caf\xe9\n"})
    with pytest.raises(UsageError, match="latin-1"):
        write(str(root), {"Dockerfile": "caf\xe9\n"}, {"Dockerfile": "☃\n"})
    assert (root / "Dockerfile").read_bytes() == b"caf\xe9\n"


def test_a_path_through_a_linked_folder_is_not_written(project, tmp_path):
    root = project({})
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "Dockerfile").write_text("a\n")
    (root / "deploy").symlink_to(tmp_path / "outside")
    with pytest.raises(UsageError, match="through a link"):
        write(str(root), {"deploy/Dockerfile": "a\n"}, {"deploy/Dockerfile": "b\n"})
    assert (tmp_path / "outside" / "Dockerfile").read_text() == "a\n"


def test_a_link_that_is_put_in_the_way_meanwhile_leads_nowhere(project, tmp_path, monkeypatch):
    root = project({"deploy/Dockerfile": "a\n"})
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "Dockerfile").write_text("a\n")
    real = os.replace

    def swap(*names, **where):
        (root / "deploy").rename(root / "moved")
        (root / "deploy").symlink_to(tmp_path / "outside")
        real(*names, **where)

    monkeypatch.setattr(os, "replace", swap)
    write(str(root), {"deploy/Dockerfile": "a\n"}, {"deploy/Dockerfile": "b\n"})
    assert (tmp_path / "outside" / "Dockerfile").read_text() == "a\n"
    assert (root / "moved" / "Dockerfile").read_text() == "b\n" and os.listdir(tmp_path / "outside") == ["Dockerfile"]


MEETING = """\
services:
  notes:
    build: .
    ports: ["8000:8000"]
    deploy: {replicas: 2}
"""
SERVED = (
    'from mcp.server.fastmcp import FastMCP\n\nmcp = FastMCP("notes", host="0.0.0.0")\nmcp.run("streamable-http")\n'
)
BUILT = (
    'FROM python:3.12-slim\nCOPY server.py .\nRUN pip install mcp==1.27.1\nUSER 10001\nCMD ["python", "server.py"]\n'
)


def test_two_fixes_of_one_value_are_made_one_after_the_other(project, mcplint):
    """A host port that replicas cannot share, and that is open to everybody."""
    root = project({"compose.yaml": MEETING, "server.py": SERVED, "Dockerfile": BUILT})
    mcplint("--unsafe-fixes")
    assert 'ports: ["127.0.0.1::8000"]' in (root / "compose.yaml").read_text()


def test_a_fix_goes_first_where_another_finding_rests_on_what_it_edits():
    def root(tree: Tree) -> list[Diagnostic]:
        source = tree.source("f")
        if not source.text.startswith("bad"):
            return []
        span, other = Span(source, 0, 3), tree.source("g")
        symptom = Finding("symptom", Span(other, 0, 1), (Label(span, "rests on this"),))
        return [
            Diagnostic("symptom", WARNING, symptom._replace(fix=Fix("hide", (Edit(symptom.span, "y"),), True))),
            Diagnostic("root", WARNING, Finding("root", span, (), Fix("mend", (Edit(span, "good"),), True))),
        ]

    assert fix.fix(Tree.of({"f": "bad", "g": "x"}), root).texts == {"f": "good"}


def test_a_fix_that_would_be_refused_is_not_offered(project, mcplint):
    look = together(replacing("a", "b"), replacing("c", "d"), complaining("b"))
    tree = Tree.of({"f": "a c\n"})
    offered = [each.finding.message for each in fix.applicable(tree, look, look(tree)) if each.finding.fix]
    assert offered == ["has 'c'"]


@pytest.mark.parametrize("flags", [["--unsafe-fixes"], []])
def test_a_file_outside_the_given_paths_is_neither_edited_nor_offered_to_be(project, mcplint, flags):
    root = project({"compose.yaml": MEETING, "server.py": SERVED, "Dockerfile": BUILT})
    ran = mcplint(*flags, "server.py")
    assert (root / "compose.yaml").read_text() == MEETING
    if flags:
        assert "compose.yaml, which is outside the given paths" in ran.err
    else:
        assert "publish on 127.0.0.1 only" not in ran.out and "published-without-auth" in ran.out


@pytest.mark.parametrize("linked", [False, True])
def test_a_file_that_cannot_be_written_is_not_offered_to_be_and_stops_no_other_fix(project, mcplint, linked):
    root = project({"compose.yaml": MEETING, "server.py": SERVED, "Dockerfile": BUILT.replace("USER 10001\n", "")})
    if linked:
        (root / "compose.yaml").rename(root / "real.yml")
        (root / "compose.yaml").symlink_to("real.yml")
    else:
        (root / "compose.yaml").chmod(0o444)
    assert "publish on 127.0.0.1 only" not in mcplint().out
    ran = mcplint("--unsafe-fixes")
    assert f"compose.yaml, which is {'reached through a link' if linked else 'read-only'}" in ran.err
    assert (root / "compose.yaml").read_text() == MEETING and "USER 10001" in (root / "Dockerfile").read_text()


def test_of_two_fixes_the_one_that_mends_both_is_made(project, mcplint):
    """A server whose checks refuse whom a port lets in: where the port is closed, they may stay on."""
    code = SERVED.replace(', host="0.0.0.0"', "").replace("mcp.run", 'mcp.settings.host = "0.0.0.0"\nmcp.run')
    files = {"server.py": code, "Dockerfile": BUILT, "compose.yaml": MEETING.replace("    deploy: {replicas: 2}\n", "")}
    root = project(files)
    assert "blocked-host-header" in (said := mcplint().out) and "tell the SDK" not in said
    mcplint("--unsafe-fixes")
    assert (root / "server.py").read_text() == code
    assert 'ports: ["127.0.0.1:8000:8000"]' in (root / "compose.yaml").read_text()


def test_a_patch_is_coloured_on_request(project, mcplint):
    project({"compose.yaml": MEETING, "server.py": SERVED, "Dockerfile": BUILT})
    assert "\x1b[" not in mcplint("--unsafe-fixes", "--diff").out
    patch = mcplint("--unsafe-fixes", "--diff", "--color", "always").out
    assert '\x1b[32m+    ports: ["127.0.0.1::8000"]\n\x1b[0m' in patch and "\x1b[1m--- a/compose.yaml" in patch


def test_fixes_that_harm_only_together_are_made_one_after_the_other():
    look = together(replacing("a", "b"), replacing("c", "d"), complaining("b\nd"))
    assert fix.fix(Tree.of({"f": "a\nc\n"}), look).texts == {"f": "b\nc\n"}


def test_what_was_never_offered_is_not_said_to_be_not_fixed():
    look = together(replacing("a", "b"), replacing("c", "d"), complaining("b"))
    tree = Tree.of({"f": "a\nc\n"})
    result = fix.fix(tree, look)
    assert result.refused and not fix.promised(tree, look, result.refused, lambda path: False)
    [(_, why)] = fix.promised(tree, look, [(result.refused[0][0], "outside")], lambda path: True)
    assert why == "outside"


def test_a_fix_that_another_makes_needless_is_not_offered():
    def root(tree: Tree) -> list[Diagnostic]:
        source = tree.source("f")
        if not source.text.startswith("bad"):
            return []
        span, other = Span(source, 0, 3), tree.source("g")
        symptom = Finding("symptom", Span(other, 0, 1), (Label(span, "rests on this"),))
        return [
            Diagnostic("symptom", WARNING, symptom._replace(fix=Fix("hide", (Edit(symptom.span, "y"),)))),
            Diagnostic("root", WARNING, Finding("root", span, (), Fix("mend", (Edit(span, "good"),)))),
        ]

    tree = Tree.of({"f": "bad", "g": "x"})
    assert [each.rule for each in fix.applicable(tree, root, root(tree)) if each.finding.fix] == ["root"]


def test_all_that_do_no_harm_together_are_made_in_one_round():
    rounds = []

    def look(tree: Tree) -> list[Diagnostic]:
        rounds.append(tree)
        return together(replacing("[ac-z]", "A"), replacing("b", "B"), complaining("B"))(tree)

    assert fix.fix(Tree.of({"f": "a\nb\nc\nd\n"}), look).texts == {"f": "A\nb\nA\nA\n"}
    assert len(rounds) < 10


def test_a_line_without_end_is_mended_in_parts():
    rounds = []

    def look(tree: Tree) -> list[Diagnostic]:
        rounds.append(tree)
        return replacing("[A-Z]", "a")(tree)

    text = "".join(f"{chr(65 + number % 26)}{'-' * 39}" for number in range(300))
    result = fix.fix(Tree.of({"f": text}), look)
    assert not re.search("[A-Z]", result.texts["f"])
    assert len(rounds) < 30
    assert all(each.finding.fix for each in fix.applicable(Tree.of({"f": text}), look, look(Tree.of({"f": text}))))


def test_a_file_that_only_a_program_makes_is_not_edited():
    look = replacing("a$", "c")
    for size, after in ((fix.LONGEST - 1, "c"), (fix.LONGEST, "a")):
        tree = Tree.of({"f": "b\n" * (size // 2) + "b" * (size % 2) + "a"})
        assert fix.fix(tree, look).texts.get("f", "a")[-1] == after
        assert (fix.applicable(tree, look, look(tree))[0].finding.fix is None) == (after == "a")


def test_the_first_error_of_the_registry_hides_no_other_for_good():
    def registry(tree: Tree) -> list[Diagnostic]:
        shown = complaining("first", "registry-one")(tree) or complaining("second", "registry-two")(tree)
        return [*shown, *replacing("first", "mended")(tree)]

    assert fix.fix(Tree.of({"f": "first\nsecond\n"}), registry).texts == {"f": "mended\nsecond\n"}


def test_one_fix_mends_what_is_said_of_one_place_for_two_reasons():
    first, second = (Span(Source("f", "ab"), at, at + 1) for at in (0, 1))
    said = [
        Diagnostic("rule", WARNING, Finding("same", first, (), Fix("mend", (Edit(span, "x"),), True)))
        for span in (first, second)
    ]
    [one], _ = postprocess(said, (), Config())
    assert [edit.span for edit in one.finding.fix.edits] == [first, second]


def test_a_note_is_given_once():
    source = Source("f", "ab")
    twice = (Label(Span(source, 1, 2), "here"), Label(Span(source, 0, 1), "there"), Label(Span(source, 1, 2), "here"))
    [one], _ = postprocess([Diagnostic("a", ERROR, Finding("bad", Span(source, 0, 1), twice))], (), Config())
    assert one.finding.notes == twice[:2]


def test_a_fix_that_another_rule_refuses_is_neither_offered_nor_made_where_only_its_own_is_asked(project, mcplint):
    server = 'from mcp.server.fastmcp import FastMCP\n\nmcp = FastMCP("notes")\nmcp.run(transport="streamable-http")\n'
    dockerfile = 'FROM python:3.12\nRUN pip install mcp==1.27.1\nCOPY . .\nCMD ["python", "server.py"]\n'
    compose = 'services:\n  notes:\n    build: .\n    ports: ["8000\\u003a8000"]\n'
    root = project({"server.py": server, "Dockerfile": dockerfile, "compose.yaml": compose})
    said = mcplint("--select", "loopback-in-container", "--unsafe-fixes")
    assert "loopback-in-container" in said.out and "= fix:" not in said.out
    assert (root / "server.py").read_text() == server


def test_a_fix_may_lead_to_a_warning_that_the_next_one_mends_or_its_title_names():
    def look(tree: Tree) -> list[Diagnostic]:
        source = tree.source("f")
        span = Span(source, 0, 1)
        mends = {"a": Fix("b", (Edit(span, "b"),), True), "b": Fix("c", (Edit(span, "c"),), source.text[1:2] == "+")}
        mends["d"] = Fix("e, which is known", (Edit(span, "e"),), True, ("e",))
        names = {"a": "a", "b": "b", "d": "d", "e": "e"}
        mend = mends.get(source.text[0])
        return [Diagnostic(n, WARNING, Finding("is", span, (), mend)) for n in names.values() if n == source.text[0]]

    made = {text: fix.fix(Tree.of({"f": text}), look).texts.get("f") for text in ("a+", "a-", "d")}
    assert made == {"a+": "c+", "a-": None, "d": "e"}


def test_a_fix_counts_behind_the_links_that_lead_to_its_file(project, mcplint):
    """VS Code reads `servers` behind the link, Claude Code `mcpServers` in the file: no edit is right for both."""
    root = project({".mcp.json": '{"servers": {"x": {"type": "http", "url": "https://x.example.com/mcp"}}}\n'})
    (root / ".vscode").mkdir()
    (root / ".vscode" / "mcp.json").symlink_to("../.mcp.json")
    ran = mcplint("--unsafe-fixes", "--format", "concise")
    assert "Claude Code ignores servers" in ran.out and '{"servers"' in (root / ".mcp.json").read_text()
    (root / ".vscode" / "mcp.json").unlink()
    assert mcplint("--unsafe-fixes").code == 0 and '{"mcpServers"' in (root / ".mcp.json").read_text()


def test_what_a_fix_mends_behind_a_link_is_not_said_to_be_left(project, mcplint):
    root = project({"compose.yaml": MEETING, "server.py": SERVED, "Dockerfile": BUILT})
    (root / "docker-compose.prod.yml").symlink_to("compose.yaml")
    ran = mcplint("--unsafe-fixes")
    assert 'ports: ["127.0.0.1::8000"]' in (root / "compose.yaml").read_text() and "not fixed" not in ran.err


def test_an_ignore_goes_only_where_it_hides_nothing_once_the_rest_is_mended():
    def look(tree: Tree) -> list[Diagnostic]:
        found = replacing("loopback", "open", safe=False)(tree)
        if "open" not in tree.source("a.txt").text:
            found += [each._replace(rule="unused-ignore") for each in replacing(" # hides open", "")(tree)]
        return found + [each._replace(rule="unused-ignore") for each in replacing(" # nothing", "")(tree)]

    tree = Tree.of({"a.txt": "loopback # hides open # nothing\n"})
    assert fix.fix(tree, look).texts == {"a.txt": "loopback # hides open\n"}
    assert fix.fix(tree, look, unsafe=True).texts == {"a.txt": "open # hides open\n"}
    offered = [each for each in fix.applicable(tree, look, look(tree)) if each.finding.fix]
    assert [each.finding.span.text for each in offered] == ["loopback", " # nothing"]


def test_fixes_that_would_take_too_long_to_try_are_not_offered():
    now = [0.0]

    def slow(tree: Tree) -> list[Diagnostic]:
        now[0] += 1
        return each(tree)

    def each(tree: Tree) -> list[Diagnostic]:
        """One fix after the other: each rests on the line that all edit."""
        return together(*(replacing(letter, "x") for letter in "abcdefgh"))(tree)

    tree = Tree.of({"f": "abcdefgh"})
    trials = Trials(lambda: now[0])
    found = trials.first(lambda: slow(tree))
    offered = [each for each in fix.applicable(tree, trials.over(slow), found) if each.finding.fix]
    assert (len(offered), trials.ended) == (2, True)
    trials = Trials(lambda: now[0])
    made = fix.fix(tree, trials.over(slow))
    assert (made.texts, len(made.fixed), made.ended, trials.ended) == ({"f": "xbcdefgh"}, 1, True, True)
    whole = fix.fix(tree, each)
    assert (whole.texts, whole.ended) == ({"f": "x" * 8}, False)


def test_thousands_of_fixes_are_compared_in_rounds():
    text = "a\n" * 2_000
    tree, look = Tree.of({"f": text}), replacing("a", "b")
    assert fix.fix(tree, look).texts == {"f": "b\n" * 2_000}
    few, many = (lines(partial(fix._compatible, tree, look(Tree.of({"f": "a\n" * n})))) for n in (500, 2_000))
    assert many <= 1.1 * few
