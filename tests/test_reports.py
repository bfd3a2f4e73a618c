"""How findings are printed: for people, for programs, for GitHub."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest

import mcplint
from mcplint.findings import ERROR, NOTE, SEVERITIES, WARNING, Diagnostic, Finding, Fix, Rule
from mcplint.model import Deployment, Unfollowed
from mcplint.reports import LINK, WORDS, Coverage, Report, github, text
from mcplint.reports.escape import terminal
from mcplint.reports.formats import FORMATS, render
from mcplint.reports.terminal import width, window, wrapped
from mcplint.text.lines import line, position, starts
from mcplint.text.source import Edit, Source, Span
from mcplint.values import Label

SERVER = Source("server.py", "import os\n\n\nhost = os.getenv('HOST')\n\nrun(host=host, port=8000)\nprint()\ndone()\n")
COMPOSE = Source("deploy/compose.yaml", "services:\n\tserver:\n")


def at(source: Source, words: str) -> Span:
    start = source.text.index(words)
    return Span(source, start, start + len(words))


def diagnostic(span: Span, *notes: Label, severity: str = ERROR, message: str = "is wrong", fix: Fix | None = None):
    return Diagnostic("some-rule", severity, Finding(message, span, notes, fix))


def test_a_frame_shows_every_place_in_every_file():
    found = diagnostic(
        at(SERVER, "8000"),
        Label(at(SERVER, "os.getenv('HOST')"), "reads HOST", "HOST"),
        Label(at(SERVER, "host=host"), "uses it"),
        Label(at(SERVER, "import os"), "is needed"),
        Label(at(SERVER, "done()"), "ends here"),
        Label(at(COMPOSE, "server:"), "runs it"),
        fix=Fix("set another", (Edit(at(SERVER, "8000"), "80"),), safe=True),
    )
    assert text.findings(Report((found,))) == (
        "error[some-rule]: is wrong\n"
        " --> server.py:6:21\n"
        "  |\n"
        "1 | import os\n"
        "  | --------- is needed\n"
        "...\n"
        "4 | host = os.getenv('HOST')\n"
        "  |        ----------------- reads HOST\n"
        "5 |\n"
        "6 | run(host=host, port=8000)\n"
        "  |     --------- uses it\n"
        "  |                     ^^^^\n"
        "7 | print()\n"
        "8 | done()\n"
        "  | ------ ends here\n"
        "  |\n"
        " ::: deploy/compose.yaml:2:2\n"
        "  |\n"
        "2 |     server:\n"
        "  |     ------- runs it\n"
        "  |\n"
        "  = fix: set another (--fix)\n"
    )


def test_a_note_on_the_place_itself_gives_it_its_words():
    span = at(SERVER, "8000")
    shown = text.findings(
        Report((diagnostic(span, Label(span, "one\ntwo"), Label(span, "three"), Label(span, "three")),))
    )
    assert shown.splitlines()[-3:] == [
        "  |                     ^^^^ one",
        "  |                          two",
        "  |                          three",
    ]


@pytest.mark.parametrize(
    ("content", "words", "code", "mark"),
    [
        ("\tUSER root", "root", "    USER root", "         ^^^^"),
        ("日本 root", "root", "日本 root", "     ^^^^"),
        ("日本 root", "本", "日本 root", "  ^^"),
        ("😀 e\u0301 root", "root", "😀 e\u0301 root", "     ^^^^"),
        ("a\x1b[31m root", "root", "a␛[31m root", "       ^^^^"),
        ("a\u202e root", "root", "a� root", "   ^^^^"),
        ("\x00\x7f root", "root", "␀␡ root", "   ^^^^"),
        ("x" * 300 + " root", "root", "…" + "x" * 65 + " root", " " * 67 + "^^^^"),
        ("root " + "x" * 300, "root", "root " + "x" * 195 + "…", "^^^^"),
    ],
)
def test_marks_stand_below_what_they_mark(content, words, code, mark):
    shown = text.findings(Report((diagnostic(at(Source("Dockerfile", content), words)),))).splitlines()
    assert shown[-2:] == [f"1 | {code}", f"  | {mark}"]


@pytest.mark.parametrize(
    ("content", "start", "end", "lines"),
    [
        ("", 0, 0, ["--> f:1:1"]),
        ("a\n", 2, 2, ["--> f:2:1", "  |", "2 |", "  | ^"]),
        ("ab\ncd\n", 1, 5, ["--> f:1:2", "  |", "1 | ab", "  |  ^"]),
        ("ab\r\ncd", 4, 6, ["--> f:2:1", "  |", "2 | cd", "  | ^^"]),
        ("ab\rcd", 3, 5, ["--> f:2:1", "  |", "2 | cd", "  | ^^"]),
        ("ab\n", 2, 2, ["--> f:1:3", "  |", "1 | ab", "  |   ^"]),
    ],
)
def test_places_at_the_edges(content, start, end, lines):
    shown = text.findings(Report((diagnostic(Span(Source("f", content), start, end)),))).splitlines()
    assert [row.strip() if "-->" in row else row for row in shown[1:]] == lines


def test_nothing_printed_can_steer_a_terminal():
    evil = "\x1b]0;x\x07\r"
    source = Source(f"a{evil}b", f"{evil}x\n")
    found = diagnostic(Span(source, 0, 3), Label(Span(source, 1, 2), evil), message=evil, fix=Fix(evil, ()))
    assert text.findings(Report((found,))).replace("\n", "").isprintable()


def test_colours_change_nothing_but_colours():
    from click import unstyle

    found = [
        diagnostic(at(SERVER, "8000"), Label(at(COMPOSE, "server:"), "runs it"), severity=s) for s in (ERROR, NOTE)
    ]
    plain = text.findings(Report(tuple(found)))
    coloured = text.findings(Report(tuple(found), colour=True))
    assert unstyle(coloured) == plain != coloured


@pytest.mark.parametrize(
    ("covered", "severities", "hidden", "said"),
    [
        (Coverage(2, 1, 2), [ERROR, ERROR, NOTE], 0, "2 files, 1 server, 2 routes; 3 findings (2 errors, 1 note)"),
        (Coverage(1), [], 0, "1 file; no findings"),
        (Coverage(1), [], 2, "1 file; no findings; 2 notes hidden, --pedantic shows them"),
        (Coverage(33, 2, unfollowed=1), [], 0, "33 files, 2 servers; 1 start not followed; no findings"),
        (Coverage(1, inner_projects=2), [], 0, "1 file; 2 inner projects not read; no findings"),
        (Coverage(), [], 0, "nothing to lint: no file here belongs to the deployment of an MCP server"),
    ],
)
def test_the_last_line_says_what_was_covered(covered, severities, hidden, said):
    found = [diagnostic(at(SERVER, "8000"), severity=severity) for severity in severities]
    assert text.summary(Report(tuple(found), covered, hidden)) == said


def test_json_is_what_its_schema_says():
    fix = Fix("mend", (Edit(at(SERVER, "8000"), "80\n"), Edit(at(COMPOSE, "server"), "é")))
    found = [
        diagnostic(at(SERVER, "8000"), Label(at(COMPOSE, "server:"), "runs it"), fix=fix),
        diagnostic(at(SERVER, "8000"), severity=WARNING),
        diagnostic(at(SERVER, "done"), severity=NOTE),
    ]
    document = json.loads(render(Report(tuple(found), Coverage(3, 1, 2, 1, 2, 1)), "json"))
    schema = json.loads((Path(mcplint.__file__).parent / "report.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.validate(document, schema)
    assert document["summary"] == {
        "files": 3,
        "servers": 1,
        "routes": 2,
        "containers": 1,
        "starts": 2,
        "unfollowed": 1,
        "inner_projects": 0,
        "errors": 1,
        "warnings": 1,
        "notes": 1,
    }
    first, second, third = document["findings"]
    position = {"path": "server.py", "line": 6, "column": 21, "end_line": 6, "end_column": 25}
    assert position.items() <= first.items()
    assert first["notes"] == [
        {"path": "deploy/compose.yaml", "line": 2, "column": 2, "end_line": 2, "end_column": 9, "message": "runs it"}
    ]
    assert first["fix"]["edits"][0] == {**position, "text": "80\n"} and first["fix"]["safe"] is False
    assert len({one["fingerprint"] for one in (first, second, third)}) == 3


def test_a_fingerprint_lasts_while_other_lines_change():
    moved = SERVER._replace(text="# new\n" + SERVER.text.replace("run(", "    run("))

    def prints(source: Source) -> list[str]:
        found = [diagnostic(at(source, "8000")), diagnostic(at(source, "host=host"))]
        return [one["fingerprint"] for one in json.loads(render(Report(tuple(found)), "json"))["findings"]]

    assert prints(SERVER) == prints(moved)


def test_github_is_told_errors_first_and_what_it_would_drop():
    span = at(SERVER, "8000")
    found = [diagnostic(span, severity=WARNING)] * 12 + [diagnostic(span, severity=ERROR)] * 11
    lines = github.report(Report(tuple(found), quiet=True)).splitlines()
    commands = [row.split(" ")[0] for row in lines if row.startswith("::")]
    assert commands == ["::error"] * 10 + ["::warning"] * 10 + ["::notice"]
    assert "::notice title=mcplint::1 error and 2 warnings more: see the log of this step" in lines
    assert (
        lines[-3:]
        == ["server.py:6:21: error[some-rule]: is wrong"] + ["server.py:6:21: warning[some-rule]: is wrong"] * 2
    )


def test_github_is_told_changed_lines_first_of_each_level():
    old, new = at(SERVER, "8000"), at(SERVER, "print")
    found = [diagnostic(old, severity=WARNING)] * 10 + [diagnostic(new, severity=WARNING), diagnostic(old)]
    lines = github.report(Report(tuple(found), quiet=True, changed=frozenset({("server.py", 7)}))).splitlines()
    places = [row.partition(",endLine")[0] for row in lines[:3]]
    assert places == [
        f"::{level} file=server.py,line={line}" for level, line in (("error", 6), ("warning", 7), ("warning", 6))
    ]
    assert lines[-2] == "::notice title=mcplint::1 warning more: see the log of this step"


def test_github_is_told_places_in_its_own_way():
    odd = Source("a,b:c%.py", "x\ny\n")
    note = Label(at(COMPOSE, "server"), "50%")
    found = diagnostic(Span(odd, 0, 3), note, note, message="one\r\ntwo: three, four")
    assert github.report(Report((found,), folder="sub", quiet=True)) == (
        "::error file=sub/a%2Cb%3Ac%25.py,line=1,endLine=1,col=1,endColumn=2,title=mcplint%3A some-rule"
        "::sub/a,b:c%25.py:1:1: one%0D%0Atwo: three, four%0Asub/deploy/compose.yaml:2: 50%25\n"
    )


def test_no_line_of_the_log_is_taken_for_a_command():
    evil = Source("::error::x", "x")
    lines = github.report(
        Report((diagnostic(Span(evil, 0, 1), message="a\n::set-output::b"),) * 11, quiet=True)
    ).splitlines()
    assert not lines[-1].startswith("::")


ODD = "ab \t\n\r\x00\x1b\u202e日é😀`[]()|<>&\"'\\%#:@-]]>\ud800"


@pytest.mark.parametrize("seed", range(60))
def test_any_finding_can_be_told_in_every_format(seed: int):
    """Texts, places, widths and fixes as chance has them: what is read by programs can be read by them."""
    chance = random.Random(seed)

    def words(most: int) -> str:
        return "".join(chance.choices(ODD, k=chance.randint(1, most)))

    def span() -> Span:
        source = chance.choice(sources)
        start, end = sorted(chance.randint(0, len(source.text)) for _ in range(2))
        return Span(source, start, end)

    # A path has halves of characters only where its bytes are no UTF-8.
    sources = [Source(f"{words(4)}/{number}".replace("\ud800", "\udcff"), words(60)) for number in range(3)]
    found = []
    for _ in range(chance.randint(0, 14)):
        fix = Fix(words(9), tuple(Edit(span(), words(5)) for _ in range(chance.randint(1, 3))), True)
        notes = tuple(Label(span(), words(50)) for _ in range(chance.randint(0, 3)))
        finding = Finding(words(30), span(), notes, chance.choice((fix, None)))
        found.append(Diagnostic(chance.choice(("root-user", "none-such")), chance.choice(SEVERITIES), finding))
    width, folder = chance.choice((0, 1, 20, 60)), chance.choice(("", "..", "sub"))
    looks = {"columns": width, "pages": chance.choice(("", LINK, WORDS)), "colour": chance.random() < 0.5}
    given = Report(tuple(found), Coverage(3), 1, folder, **looks)
    told = {form: render(given, form) for form in FORMATS}
    for form in ("json", "sarif", "gitlab", "rdjson"):
        document = json.loads(told[form])
        str(document).encode()
        if form in SCHEMAS:
            conforms(document, SCHEMAS[form])
    assert len(told["jsonl"].splitlines()) == len(found)
    assert len(ElementTree.fromstring(told["junit"]).findall(".//failure")) == len(found)
    assert render(given._replace(columns=0), "concise").count("\n") == len(found) + 1


@pytest.fixture
def mixed() -> Report:
    """An error with a fix of two files and a note elsewhere, and twice the same warning."""
    fix = Fix("set another", (Edit(at(SERVER, "8000"), "80"), Edit(at(COMPOSE, "server"), "x")), safe=True)
    one = diagnostic(
        at(SERVER, "8000"), Label(at(COMPOSE, "server:"), "runs [it](0)"), message="is <b>`x`</b>", fix=fix
    )
    twice = diagnostic(at(COMPOSE, "server:"), severity=WARNING)
    rule = Rule("some-rule", ERROR, lambda part: (), (), page="Something is wrong\n\nWhy.\n\n## Bad\n...")
    return Report((one, twice, twice), Coverage(2, 1), rules={"some-rule": rule})


SCHEMAS = {"sarif": "sarif-schema-2.1.0.json", "rdjson": "DiagnosticResult.json"}


def conforms(document: object, name: str) -> None:
    """Holds a document against an official schema, where MCPLINT_SCHEMAS names a folder with it.

    They are not ours to hand on: OASIS publishes that of SARIF, reviewdog that of its format (`proto/rdf/jsonschema`).
    """
    if folder := os.environ.get("MCPLINT_SCHEMAS"):
        schema = json.loads((Path(folder) / name).read_text())
        jsonschema.validators.validator_for(schema)(schema).validate(document)


def test_sarif_has_what_code_scanning_shows(mixed: Report):
    document = json.loads(render(mixed, "sarif"))
    conforms(document, "sarif-schema-2.1.0.json")
    [run] = document["runs"]
    [rule] = run["tool"]["driver"]["rules"]
    assert rule["shortDescription"]["text"] == "Something is wrong" and rule["fullDescription"]["text"] == "Why."
    assert rule["help"]["markdown"].startswith("Why.") and "helpUri" not in rule
    first, second, third = run["results"]
    assert [result["level"] for result in run["results"]] == ["error", "warning", "warning"]
    assert first["message"]["text"] == "is <b>`x`</b>\n[runs \\[it\\](0)](0)"
    assert first["relatedLocations"][0]["id"] == 0 and first["ruleIndex"] == 0
    region = first["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 6, "startColumn": 21, "endLine": 6, "endColumn": 25}
    uris = {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in run["results"]}
    assert uris == {"server.py", "deploy/compose.yaml"} and "%SRCROOT%" in run["originalUriBaseIds"]
    assert len(first["fixes"][0]["artifactChanges"]) == 2
    prints = [each["partialFingerprints"]["mcplint/v1"] for each in (second, third)]
    assert prints[0] != prints[1] and "primaryLocationLineHash" not in str(document)


def test_sarif_tells_of_a_rule_in_whole_sentences():
    from mcplint.reports.sarif import LONGEST, _shortened_text

    assert _shortened_text("Short. Text") == "Short. Text"
    assert _shortened_text("One sentence.\nTwo 1.9 sentences. " + "word " * 300) == "One sentence.\nTwo 1.9 sentences."
    for long in ("word " * 300, "x" * 3000):
        assert len(_shortened_text(long)) <= LONGEST and _shortened_text(long).endswith(("word…", "xx…"))


def test_gitlab_is_given_what_it_asks_for(mixed: Report):
    first, second, third = json.loads(render(mixed._replace(folder="sub"), "gitlab"))
    assert first == {
        "description": "is <b>`x`</b>",
        "check_name": "some-rule",
        "content": {"body": ""},
        "fingerprint": first["fingerprint"],
        "severity": "major",
        "location": {"path": "sub/server.py", "lines": {"begin": 6, "end": 6}},
    }
    assert second["severity"] == "minor" and len({each["fingerprint"] for each in (first, second, third)}) == 3


def test_junit_counts_a_finding_as_a_failure(mixed: Report):
    suites = ElementTree.fromstring(render(mixed, "junit"))
    assert suites.get("failures") == "3" and [suite.get("tests") for suite in suites] == ["1", "2"]
    case = suites[0][0]
    assert (case.get("file"), case.get("line"), case[0].get("message")) == ("server.py", "6", "is <b>`x`</b>")
    clean = ElementTree.fromstring(render(Report(), "junit"))
    assert (clean.get("tests"), clean.get("failures"), len(clean[0])) == ("1", "0", 1)


def test_rdjson_counts_bytes_and_suggests_what_stays_in_the_file(mixed: Report):
    source = Source("f", "é = 1\n")
    span = at(source, "1")
    own = diagnostic(span, fix=Fix("set", (Edit(span, "2"),)))
    document = json.loads(render(mixed._replace(diagnostics=(*mixed.diagnostics, own)), "rdjson"))
    conforms(document, "DiagnosticResult.json")
    first, *_, last = document["diagnostics"]
    assert first["suggestions"] == [] and first["relatedLocations"][0]["location"]["path"] == "deploy/compose.yaml"
    ends = {"start": {"line": 1, "column": 6}, "end": {"line": 1, "column": 7}}
    assert last["location"]["range"] == ends and last["suggestions"] == [{"range": ends, "text": "2"}]
    assert [each["severity"] for each in document["diagnostics"]] == ["ERROR", "WARNING", "WARNING", "ERROR"]


def test_a_line_of_json_is_a_finding(mixed: Report):
    lines = render(mixed, "jsonl").splitlines()
    assert [json.loads(line) for line in lines] == json.loads(render(mixed, "json"))["findings"]


def test_concise_and_markdown_are_a_line_a_finding(mixed: Report):
    last = "2 files, 1 server; 3 findings (1 error, 2 warnings)"
    assert render(mixed, "concise").splitlines() == [
        "server.py:6:21: error[some-rule]: is <b>`x`</b>",
        *["deploy/compose.yaml:2:2: warning[some-rule]: is wrong"] * 2,
        last,
    ]
    assert render(mixed, "markdown").splitlines() == [
        "| severity | place | finding | rule |",
        "| --- | --- | --- | --- |",
        "| error | server.py:6 | is &#60;b&#62;<code>x</code>&#60;/b&#62; | some-rule |",
        *["| warning | deploy/compose.yaml:2 | is wrong | some-rule |"] * 2,
        "",
        last,
    ]
    assert render(mixed._replace(quiet=True), "concise").count("\n") == 3


def test_the_rule_is_a_link_where_the_terminal_takes_one(mixed: Report, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(text, "address", lambda rule: f"https://example.com/{rule}.md")
    linked = "\x1b]8;;https://example.com/some-rule.md\x1b\\some-rule\x1b]8;;\x1b\\"
    assert text.findings(mixed._replace(pages=LINK)).startswith(f"error[{linked}]: ")
    assert "\x1b" not in text.findings(mixed)


def test_elsewhere_the_first_finding_of_a_rule_ends_with_the_address(mixed: Report, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(text, "address", lambda rule: f"https://example.com/{rule}.md")
    other = mixed.diagnostics[1]._replace(rule="other-rule")
    given = mixed._replace(diagnostics=(*mixed.diagnostics, other), pages=WORDS)
    first, *others = text.findings(given._replace(columns=20)).split("\n\n")
    assert first.endswith("\n  = help: https://example.com/some-rule.md"), "an address is not broken"
    assert "help:" not in "".join(others[:2])
    assert text.findings(given).endswith("\n  |\n  = help: https://example.com/other-rule.md\n")
    assert [row.partition("; help: ")[2] for row in render(given, "concise").splitlines()[:-1]] == [
        "https://example.com/some-rule.md",
        *["", "", "https://example.com/other-rule.md"],
    ]


def test_many_findings_are_counted_by_rule(mixed: Report):
    many = render(mixed._replace(diagnostics=mixed.diagnostics * 4), "text")
    assert "\n\n    8  warning  some-rule\n    4  error    some-rule\n\n2 files" in many
    assert "8  warning" not in render(mixed, "text")
    ten = mixed._replace(diagnostics=mixed.diagnostics * 4, columns=80)
    assert render(ten, "concise").endswith(
        "\n\n    8  warning  some-rule\n    4  error    some-rule\n\n" + text.summary(ten) + "\n"
    )
    assert "8  warning" not in render(ten._replace(columns=0), "concise"), "a program reads lines"


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_frames_are_as_wide_as_the_terminal(columns: int):
    source = Source("f" * 10, "x = 1\n" + "é" * 90 + "日本" * 40 + " here " + "y" * 300 + "\nlong = " + "z" * 50 + "\n")
    words = "says a lot that does not fit beside what it speaks of, and is told below it"
    notes = [Label(at(source, word), words) for word in ("x = 1", "z" * 50)]
    shown = text.findings(Report((diagnostic(at(source, "here"), *notes),), columns=columns)).splitlines()
    assert all(width(row) <= columns for row in shown)
    [number] = (number for number, row in enumerate(shown) if "^" in row)
    code, mark = shown[number - 1], shown[number]
    assert width(code[: code.index("here")]) == mark.index("^") and mark.count("^") == 4
    assert " ".join(" ".join(row[4:].split()) for row in shown if "|" in row).count("told below it") == 2


def test_what_is_said_of_one_line_stands_below_it_once():
    source = Source("f", "x" * 300 + " run(host='127.0.0.1') " + "y" * 300)
    note = Label(at(source, "host='127.0.0.1'"), "set here, where python:3.13-slim-bookworm-20251117 runs it")
    shown = text.findings(Report((diagnostic(at(source, "127.0.0.1"), note),), columns=60)).splitlines()
    assert sum(row.startswith("1 |") for row in shown) == 1
    assert any("python:3.13-slim-bookworm-20251117" in row for row in shown), "a word that fits is not broken"


def test_a_span_that_fits_is_shown_whole():
    assert window("日b- \t\t", 0, 4, 5).piece == "日b- "
    for letter in ("x", "e\u0301", "日"):
        seen = window("lead " * 20 + letter * 15 + " tail" * 20, 100, 15 * len(letter), 40)
        assert letter * 15 in seen.piece and seen.mark(100, 15 * len(letter))[1] == 15 * width(letter)
        assert width(seen.shown) <= 42


def test_a_secret_in_a_very_long_line_is_masked_where_it_is_shown():
    token = "ghp_" + "Ab3dE" * 8
    for before in (0, 50_000, 3_000_000):
        line = "x, " * (before // 3) + f"{token} , y, " + "z, " * 20_000
        assert token[:9] not in window(line, line.index(token), len(token), 80).shown
        assert token[9:] not in window(line, line.index(token) + 30, 20, 80).shown


def test_text_without_blanks_or_of_wide_letters_is_as_wide_as_the_terminal():
    wide = ["server", "  `日本語", "  テキスト日本語", "  ` is"]
    assert wrapped("server `日本語 テキスト日本語` is", 16, 6, 2) == wide
    assert wrapped("to https://a.example/b/c", 12, 0, 2) == ["to", "  https://a.example/b/c"]
    assert wrapped("e\u0301" * 4, 3, whole=False) == ["e\u0301" * 3, "e\u0301"]
    assert wrapped("a-word-that-is-long", 10, 8, 2)[0] == "", "it begins on the next line"


@pytest.mark.parametrize("content", ["", "a", "a\n", "a\r\nb\rc\nd", "\n\n\r\r\n\n", "é\u2028\x0c\x85x\ny"])
def test_lines_are_those_that_editors_count(content):
    expected = content.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert [line(content, number) for number in range(1, len(expected) + 1)] == expected
    assert len(starts(content)) == len(expected)
    for offset in range(len(content) + 1):
        where = position(Span(Source("f", content), offset, offset))
        assert starts(content)[where.line - 1] + where.column - 1 == offset


@pytest.mark.parametrize(("content", "columns"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("\t", 4), ("\x1b", 1)])
def test_width(content, columns):
    assert width(content) == columns


def test_a_line_of_a_megabyte_is_cut_without_being_read_through():
    seen = window("x" * (1 << 20), 500_000, 10)
    column, length = seen.mark(500_000, 10)
    assert len(seen.shown) == 202 and seen.shown[column : column + length] == "x" * 10


def test_terminal_keeps_what_it_is_told_to():
    assert terminal("a\nb\x1b", keep="\n") == "a\nb␛"


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_titles_and_fixes_are_as_wide_as_the_terminal(columns):
    text = "reaches a name that is long enough to need another line or two of a terminal " * 3
    lines = wrapped(text.strip(), columns, 30, 2)
    assert " ".join(line.strip() for line in lines) == text.strip()
    assert len(lines[0]) + 30 <= columns and all(len(line) <= columns for line in lines)


def test_a_summary_has_a_bound(mixed: Report):
    long = diagnostic(at(SERVER, "8000"), message="é" * 100_000)
    lost = Unfollowed("y" * 100_000, at(SERVER, "8000"), "it is not known")
    many = Report((long,) * 9, Coverage(1), deployment=Deployment(unfollowed=(lost,) * 600))
    said = render(many, "markdown")
    assert len(said.encode()) < 900_000
    assert said.count("\n| error |") == 1 and "\n8 findings more.\n" in said and said.count("\n- y") == 3


def test_a_name_that_is_no_text_does_not_break_a_document():
    path = os.fsdecode(b"\xff\\udfff/\xf0\x9f\x98\x80")
    one, two = (diagnostic(Span(Source(name, "x"), 0, 1)) for name in (path, os.fsdecode(b"\xfe")))
    told = {form: json.loads(render(Report((one, two)), form)) for form in ("json", "gitlab", "sarif")}
    assert told["json"]["findings"][0]["path"] == "\ufffd\\udfff/😀"
    assert len({each["fingerprint"] for each in told["gitlab"]}) == 2
    [run] = told["sarif"]["runs"]
    where = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert where == "%FF%5Cudfff/%F0%9F%98%80", "the bytes of the name"


def test_a_summary_says_which_starts_were_not_followed(project, mcplint):
    project(
        {
            "Dockerfile": 'FROM python:3.13\nCOPY . .\nRUN pip install mcp==1.27.1\nUSER 1\nCMD ["/opt/start"]\n',
            "server.py": 'from mcp.server.fastmcp import FastMCP\nmcp = FastMCP("x")\n',
        }
    )
    said = mcplint("--format", "markdown").out
    assert "1 start not followed" in said and "\nNot followed:\n\n- Dockerfile (Dockerfile:" in said
