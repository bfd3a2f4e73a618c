"""Variables of a Dockerfile's words, expanded as BuildKit does it, with every modifier that it knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice, product

from mcplint.text.glob import Pattern, remove_prefix, remove_suffix, replace
from mcplint.text.located import LocatedText
from mcplint.text.substitution import Literal, Piece, Refused, Variable, pieces
from mcplint.values import EditSite, Label, Value

__all__ = ["Refused", "expand", "variables"]

_MOST_BRANCHES = 16
_LONGEST, _LONGEST_TRACE = 16_384, 40
"""Characters of a text, and labels on where it comes from: each variable that is put into another one adds to both."""


def expand(word: LocatedText, env: Mapping[str, Value[str]], escape: str = "\\", closed: bool = True) -> Value[str]:
    """The word without quotes, its variables replaced.

    A variable that `env` lacks is empty where `closed`, and unknown otherwise. The site is where the text that decides
    is spelled: in the word, in a default after `:-`, or where the one variable that it consists of is set.
    """
    try:
        parts = pieces(word.text, escape)
        names = dict.fromkeys(_names(parts))
        values = {name: _variable(name, word, env, closed) for name in names}
        trace = _joined_trace(values.values())
        if unknown := [value for value in values.values() if value.options is None]:
            return Value(None, _joined_trace(unknown))
        choices = [value.options or () for value in values.values()]
        results = [_text(parts, word.text, dict(zip(values, choice, strict=True))) for choice in _branches(choices)]
    except ValueError as refusal:
        return Value(None, (Label(word.span(), f"cannot be expanded: {refusal}"),))
    options = tuple(dict.fromkeys(results))
    return Value(options, trace, _site(parts, word, values, options) if len(options) == 1 else None)


def _joined_trace(values: Iterable[Value[str | None]]) -> tuple[Label, ...]:
    """Where the values come from, each label once, as far as a trace goes."""
    return tuple(islice(dict.fromkeys(note for value in values for note in value.trace), _LONGEST_TRACE))


def variables(word: LocatedText, escape: str = "\\") -> frozenset[str]:
    """The names that a word reads; none where BuildKit refuses it."""
    try:
        return frozenset(_names(pieces(word.text, escape)))
    except Refused:
        return frozenset()


def _variable(name: str, word: LocatedText, env: Mapping[str, Value[str]], closed: bool) -> Value[str | None]:
    if name in env:
        return env[name]
    return Value((None,)) if closed else Value(None, (Label(word.span(), f"{name} may be set by the base image"),))


def _branches(choices: list[tuple[str | None, ...]]) -> Iterable[tuple[str | None, ...]]:
    count = 1
    for choice in choices:
        count *= len(choice)
    if count > _MOST_BRANCHES:
        raise Refused("too many values to tell")
    return product(*choices)


def _names(parts: Iterable[Piece]) -> Iterator[str]:
    """The variables that the pieces read."""
    for piece in parts:
        if isinstance(piece, Variable):
            yield piece.name
            yield from _names((*piece.word, *piece.replacement))


def _text(parts: Iterable[Piece], text: str, env: Mapping[str, str | None]) -> str:
    found: list[str] = []
    length = 0
    for piece in parts:
        found.append(text[piece.start : piece.end] if isinstance(piece, Literal) else _variable_text(piece, text, env))
        length += len(found[-1])
        if length > _LONGEST:
            raise Refused("it becomes too long")
    return "".join(found)


def _variable_text(variable: Variable, text: str, env: Mapping[str, str | None]) -> str:
    value = env[variable.name]
    word = _text(variable.word, text, env) if variable.word else ""
    if _takes_word(variable, value):
        return word
    match variable.modifier:
        case "+" | ":+":
            return ""
        case "?" | ":?" if value is None or (variable.modifier == ":?" and not value):
            raise Refused(f"{variable.name}: {word or 'is not allowed to be unset'}")
        case "#" | "##":
            return remove_prefix(Pattern.of(word), value or "", longest=variable.modifier == "##")
        case "%" | "%%":
            return remove_suffix(Pattern.of(word), value or "", longest=variable.modifier == "%%")
        case "/" | "//":
            other = _text(variable.replacement, text, env)
            return replace(Pattern.of(word), value or "", other, every=variable.modifier == "//")
    return value or ""


def _takes_word(variable: Variable, value: str | None) -> bool:
    """Whether the word after the modifier stands in the place of the value."""
    missing = value is None or (variable.modifier.startswith(":") and value == "")
    return missing if variable.modifier in ("-", ":-") else not missing and variable.modifier in ("+", ":+")


def _site(
    parts: tuple[Piece, ...], word: LocatedText, values: Mapping[str, Value[str | None]], options: tuple[str, ...]
) -> EditSite | None:
    """Where the one option is spelled, if it is spelled in one place."""
    match parts:
        case ():
            site = EditSite(word.span(0, 0))
        case (Literal(start, end),):
            site = EditSite(word.span(start, end))
        case (Variable(name, modifier=modifier) as variable,) if len(values[name].options or ()) == 1:
            if _takes_word(variable, values[name].only):
                return _site(variable.word, word, values, options)
            found = values[name].site if modifier in ("", "-", ":-", "?", ":?") else None
            if found is None:
                return None
            site = found
        case _:
            return None
    return site if site.span.text in ("", options[0]) and (site.span.text or not options[0]) else None
