"""Generated Dockerfiles: well-formed ones, ones at the edge of the grammar, and noise, from a seeded generator."""

from __future__ import annotations

from random import Random

KEYWORDS = (
    "FROM RUN CMD ENTRYPOINT COPY ADD ENV LABEL ARG USER WORKDIR EXPOSE VOLUME SHELL HEALTHCHECK ONBUILD STOPSIGNAL "
    "MAINTAINER FOO"
)
PAIRS = ("x=y", "A=1", "B='x y'", 'C="p q"')
PLAIN = (
    "alpine python:3.12-slim a b /app . .. $X ${X} ${X:-y} && || ; | > < a<b # a#b {{ AS as CMD NONE "
    '-- --frozen --from=build --mount=type=bind,source=a,target=b [ ] {"a":1} 1<<2 ~ * ? ! = =a a= é 日本'
)
WORDS = (
    *PLAIN.split(),
    *("--chown='a b'", '--x="y z"', '"a b"', "'c d'", "\\$X", '\\"', "''", '""', "'", '"', "`", "\\", '["a","b"]'),
    *("x=y", "B='x", "y'", '"p', 'q"'),
)
JSONS = (
    '["a"]', '["a", "b c"]', "[]", "[ ]", '["a",]', "['a']", '["a" "b"]', '["a\\"b"]', '["\\u00e9\\n"]', '["a", 1]',
    '[["a"]]', "[null]", "[", '["a"', '["a"]x', ' ["a"]', '["a\\x"]', '["\\ud83d\\ude00"]', "[1]", "[NaN]", '["a\tb"]',
)  # fmt: skip
HEREDOCS = (
    "<<EOF",
    "<<-EOF",
    "<<'EOF'",
    '<<"EOF"',
    "3<<EOF",
    "<<E\\OF",
    '"<<EOF"',
    "<<EOF>/f",
    "<<-",
    "<<",
    "<<<EOF",
    "a<<EOF",
    "<<A",
)
ENDS = ("EOF", "\tEOF", "EOF ", "A", "EOF>/f", " EOF", "EOF\r")
SPACE = (" ", " ", " ", " ", "  ", "\t", " \t", "\v", "\f")
DIRECTIVES = (
    "# escape=`",
    "# escape=\\",
    "#escape = `",
    "# syntax=docker/dockerfile:1",
    "# Escape=`",
    "# note",
    "#",
    "# escape=x",
    "",
    "#foo=bar",
)


def dockerfile(random: Random) -> str:
    """One generated Dockerfile."""
    lines: list[str] = []
    if random.random() < 0.3:
        lines += random.choices(DIRECTIVES, k=random.randint(1, 3))
    escape = "`" if any("`" in line for line in lines) and random.random() < 0.9 else "\\"
    if random.random() < 0.9:
        lines.append("FROM alpine")
    for _ in range(random.randint(0, 6)):
        lines += instruction(random, escape)
    newline = random.choice(("\n", "\n", "\n", "\r\n"))
    text = newline.join(lines) + random.choice((newline, newline, "", escape, newline * 2))
    return ("\ufeff" if random.random() < 0.03 else "") + text


def instruction(random: Random, escape: str) -> list[str]:
    """The physical lines of one instruction, with what may stand between and after them."""
    if random.random() < 0.08:
        return [random.choice(("", "# comment", "  # comment \\", " ", "\t", escape, "# c " + escape))]
    keyword = random.choice(KEYWORDS.split())
    words = [keyword if random.random() < 0.8 else keyword.lower()]
    if keyword == "ONBUILD" and random.random() < 0.8:
        words.append(random.choice(("RUN", "COPY", "ENV", "add", "CMD", "run", "FOO")))
    if random.random() < 0.15:
        words.append(random.choice(("--x=1", "--from=build", "--mount=type=cache", "--")))
    if keyword == "HEALTHCHECK" and random.random() < 0.7:
        words.append("CMD")
    if random.random() < 0.25:
        words.append(random.choice(JSONS))
    elif keyword in ("ENV", "LABEL") and random.random() < 0.8:
        words += [random.choice(PAIRS) for _ in range(random.randint(1, 3))]
    words += random.choices(WORDS, k=random.randint(0, 4))
    heredocs = random.random() < 0.25
    if heredocs:
        words[1:1] = random.choices(HEREDOCS, k=random.randint(1, 2))
        words[1:] = random.sample(words[1:], len(words) - 1)
    text = words[0] + "".join(random.choice(SPACE) + word for word in words[1:])
    lines = continued(random, text, escape) if random.random() < 0.4 else [text]
    return lines + body(random) if heredocs else lines


def continued(random: Random, text: str, escape: str) -> list[str]:
    """The text over several lines, with comments and blank lines in between."""
    lines: list[str] = []
    for _ in range(random.randint(1, 3)):
        cut = random.randint(0, len(text))
        lines.append(
            text[:cut] + random.choice((escape, escape, " " + escape, escape + " ", escape + "\t", escape * 2))
        )
        text = random.choice(("", "  ")) + text[cut:]
        while random.random() < 0.25:
            lines.append(random.choice(("", "# comment", "   # comment " + escape, "  ", "#")))
    return [*lines, text]


def body(random: Random) -> list[str]:
    """Lines of a here-document, mostly with its end."""
    lines = random.choices(("echo a", "  USER root", "", "# no comment", "a \\", "\tx", "EOF2"), k=random.randint(0, 3))
    if random.random() < 0.85:
        lines.append(random.choice(("EOF", "EOF", "EOF", *ENDS)))
    if random.random() < 0.2:
        lines += ["more", "A", "EOF"]
    return lines
