"""What a text that stands for a secret looks like, and what one does that was made at random."""

from __future__ import annotations

import re

SIGNS = re.compile(r"\.\.\.|\*\*|[<>{}$]|(?i:sk-ant-api03-$)")
WORDS = re.compile(
    r"(?i)your|change|replace|example|sample|dummy|placeholder|xxx|todo|insert|test|fake|demo|redacted"
    r"|foo|bar(?![a-z0-9])|12345|abcd|qwer|enter|put[-_]|here|default|local|dev[-_]|secret|passw|none|null|admin"
    r"|token|key[-_]|[-_]key|mcp|not[-_]|random|generate"
)
RUN = re.compile(r"[A-Za-z0-9+/]+")
SCATTERED = 0.26
"""How often a letter, small or large, or a digit is followed by one of another kind in what is made at random; in names
it is seldom."""


def is_placeholder(text: str) -> bool:
    """Whether a text only stands for a secret, by its signs or by a word that is none by chance.

    A word inside of letters and digits that are made at random without it as well is one by chance.
    """
    if SIGNS.search(text):
        return True
    if WORDS.search(text) is None:
        return False
    runs = ((run.start(), run.end()) for run in RUN.finditer(text) if is_scattered(WORDS.sub("", run[0])))
    inside = {at for start, end in runs for at in range(start, end)}
    return any(_is_whole_word(found) or found.start() not in inside for found in WORDS.finditer(text))


def _is_whole_word(found: re.Match[str]) -> bool:
    """Whether a word begins a text, a part of it between signs, or a word of camel case, or ends such a part."""
    text, word = found.string, found[0]
    before, after = text[: found.start()][-1:], text[found.end() :][:1]
    if word not in (word.lower(), word.upper(), word.capitalize()):
        return False
    rises = before.islower() and word[0].isupper() and word == word.capitalize()
    return not before.isalnum() or rises or (before.isdigit() and not after.isalnum())


def is_scattered(text: str) -> bool:
    """Whether letters, small and large, and digits take turns as they do in no name; hexadecimal ones may be a digest.

    A large letter before a small one is no turn, since words begin with it.
    """
    plain = re.sub(r"\W", "", max(re.split(r"[-_%/]", text), key=len))
    turns = re.findall(r"[a-z](?=[A-Z\d])|[A-Z](?=\d)|\d(?=[A-Za-z])", plain)
    return len(plain) >= 12 and len(turns) >= SCATTERED * len(plain) and not re.fullmatch(r"[0-9a-f-]+", text)
