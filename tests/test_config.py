"""What a configuration may say, and what is said of one that makes no sense."""

from __future__ import annotations

import re

import pytest
import simple

from mcplint.engine.catalogue import Catalogue
from mcplint.project.config import Config, load
from mcplint.usage import UsageError

RULES = Catalogue(simple.RULES)


@pytest.mark.parametrize(
    ("text", "config"),
    [
        ("", Config()),
        ('fail-on = "error"', Config(fail_on="error")),
        ("pedantic = true", Config(pedantic=True)),
        ('exclude = ["legacy", "./x/*"]', Config(exclude=("legacy", "x/*"))),
        ('[rules]\nknown-user = "off"', Config(off=frozenset({"known-user"}))),
        ('[rules]\nknown-user = "note"', Config(severities={"known-user": "note"})),
        ('[rules.known-user]\nknown = "me"', Config(options={"known-user": {"known": "me"}})),
        (
            '[rules]\nknown-user = { severity = "warning", strict = true }',
            Config(severities={"known-user": "warning"}, options={"known-user": {"strict": True}}),
        ),
        ('fail-on = "never"\r\n', Config(fail_on="never")),
    ],
)
def test_settings(text, config):
    assert load("mcplint.toml", text, RULES) == config


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('fail-onn = "error"', ':1:1: unknown key "fail-onn"; did you mean "fail-on"?'),
        ('fail-on = "eror"', ':1:11: unknown severity "eror"; did you mean "error"?'),
        ('fail-on = "zzz"', ':1:11: unknown severity "zzz"; use one of error, warning, note, never'),
        ("fail-on = 3", ':1:1: "fail-on" must be a string, not a number'),
        ("pedantic = 1", ':1:1: "pedantic" must be true or false, not a number'),
        ('exclude = "x"', ':1:1: "exclude" must be a list, not a string'),
        ("exclude = [1]", ':1:1: "exclude" must be a list of strings'),
        (f"exclude = {['x'] * 501}", ':1:1: "exclude" has more than 500 entries'),
        (
            "[ignore]\n" + "".join(f'x{n} = ["known-user"]\n' for n in range(501)),
            ':1:2: "ignore" has more than 500 entries',
        ),
        ("rules = 3", ':1:1: "rules" must be a table, not a number'),
        ('[rules]\n# a comment\n  known-usr = "off"', ':3:3: unknown rule "known-usr"; did you mean "known-user"?'),
        ('[rules]\nknown-user = "of"', ':2:14: unknown severity "of"; did you mean "off"?'),
        ("[rules.known-user]\nknwon = 1", ':2:1: unknown option of known-user "knwon"; did you mean "known"?'),
        ("[rules.known-user]\nknown = 1", ':2:1: "known" must be a string, not a number'),
        ("[rules]\nknown-user = { strict = 1 }", ':2:16: "strict" must be true or false, not a number'),
        ('[ignore]\n"a/*" = [\n  "known-user",\n  "x",\n]', ':4:3: unknown rule "x"'),
        (
            '[tool.mcplint]\nfail-on = "error"',
            "mcplint.toml has no [tool.mcplint]: its settings stand at the top level",
        ),
        ('[ignore]\n"a/*" = "known-user"', ':2:1: "a/*" must be a list, not a string'),
        ("[deployment]\nreplica = 2", ':2:1: unknown key "replica"'),
        (
            "[rules]\nknown-user = false",
            ':2:1: "known-user" must be a severity (off, note, warning, error), not true or false',
        ),
        ('[rules]\ninternal-error = "note"', ':2:1: "internal-error" cannot be set: an internal error of mcplint is'),
        ('[ignore]\n"*" = ["internal-error"]', ':2:8: "internal-error" cannot be set'),
        ("[ruels]\n", ':1:2: unknown key "ruels"; did you mean "rules"?'),
        ("fail-on = [", ":1:12: not TOML"),
        ('\nexclude = ["a\\q"]', r":2:14: not TOML: `\q"),
        ("a = 1\na = 2", ":2:1: not TOML"),
        ("x = 1979-05-27", 'unknown key "x"'),
        ("pedantic = 1979-05-27", '"pedantic" must be true or false, not a date'),
    ],
)
def test_a_mistake_has_its_place(text, said):
    with pytest.raises(UsageError) as caught:
        load("mcplint.toml", text, RULES)
    assert str(caught.value).startswith("mcplint.toml:") and said in str(caught.value)
    with pytest.raises(UsageError) as caught:
        load("a/pyproject.toml", in_pyproject(text), RULES)
    assert str(caught.value).startswith("a/pyproject.toml:")


@pytest.mark.parametrize("spelled", ['"known-user"', "'known-user'"])
def test_what_is_ignored_has_its_place(spelled):
    text = f'[tool.mcplint]\nignore."./deploy/*" = [\n  # "known-user"\n  {spelled},\n]\n'
    [silence] = load("pyproject.toml", text, RULES).ignore
    assert (silence.glob, silence.rule, silence.span.text) == ("deploy/*", "known-user", "known-user")


def in_pyproject(text: str) -> str:
    """The same settings below `[tool.mcplint]`."""
    return "[tool.mcplint]\n" + re.sub(r"^\[(?=[a-z])", "[tool.mcplint.", text, flags=re.M)


def test_in_pyproject_the_place_counts_from_the_top_of_the_file():
    text = '[project]\nname = "x"\n\n[tool.other]\nrules = 1\n\n[tool.mcplint.rules]\nknown-usr = "off"\n'
    with pytest.raises(UsageError, match=r"^pyproject.toml:8:1: unknown rule"):
        load("pyproject.toml", text, RULES)


@pytest.mark.parametrize("text", ["tool = 3", "[tool]\nmcplint = 3", "[[tool.mcplint]]"])
def test_a_table_that_is_none(text):
    with pytest.raises(UsageError, match=r'"(tool|mcplint)" must be a table'):
        load("pyproject.toml", text, RULES)


def test_deep_nesting_is_a_mistake_and_no_crash():
    with pytest.raises(UsageError, match="not TOML"):
        load("mcplint.toml", "x = " + "[" * 100_000, RULES)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ('fail-on = "x"'.encode("utf-16"), ":1:1: encoded as UTF-16"),
        (b"fail-on = '\xff'", ":1:12: not encoded as UTF-8"),
        (b'[rules]\nroot-usr = "off"\n', ":2:1: unknown rule"),
    ],
)
def test_the_command_exits_with_2(project, simple, mcplint, data, said):
    project({"mcplint.toml": data, "Dockerfile": "FROM x\n"})
    ran = mcplint()
    assert ran.code == 2 and said in ran.err and "mcplint.toml" in ran.err


def test_the_nearest_configuration_holds(project, simple, mcplint):
    project(
        {
            "pyproject.toml": '[tool.mcplint]\nfail-on = "never"\n',
            "service/mcplint.toml": 'fail-on = "error"\n',
            "service/Dockerfile": "FROM x\nUSER root\n",
            ".git/HEAD": "",
        }
    )
    assert mcplint("--rules", simple.RULES).code == 0
    assert mcplint("service", "--rules", simple.RULES).code == 1
    assert mcplint("service", "--config", "pyproject.toml", "--rules", simple.RULES).code == 0


def test_what_is_said_of_a_configuration_names_it_from_where_one_stands(project, simple, mcplint):
    files = {"mcplint.toml": '[ignore]\n"x/*" = ["known-user"]\n', "Dockerfile": "FROM x\nUSER app\n"}
    project({f"service/{name}": text for name, text in files.items()} | {".git/HEAD": ""})
    assert "--> service/mcplint.toml:2:11" in mcplint("service", "--rules", simple.RULES).out
    shared = ("--config", "service/mcplint.toml", "--rules", simple.RULES)
    (project({}) / "other").mkdir()
    assert mcplint("service/Dockerfile", "--rules", simple.RULES).code == 0
    assert mcplint("other", *shared).code == 0


def test_a_pyproject_that_only_names_mcplint_and_is_broken_is_no_configuration(project, simple, mcplint):
    project({"pyproject.toml": '[dependency-groups]\ndev = ["mcplint", \n', "Dockerfile": "FROM x\nUSER app\n"})
    assert mcplint("--rules", simple.RULES).code == 0
