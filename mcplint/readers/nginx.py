"""nginx configuration: crossplane splits it into words, the tree, the places and the recovery are ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from crossplane.analyzer import DIRECTIVES, analyze  # type: ignore[import-untyped]
from crossplane.errors import NgxParserDirectiveError  # type: ignore[import-untyped]
from crossplane.lexer import _lex_file_object  # type: ignore[import-untyped]

from mcplint.facts.nginx import Directive, NginxFile
from mcplint.findings import Unreadable
from mcplint.readers.nginx_mask import Hole, mask
from mcplint.readers.nginx_tree import DEEPEST, MOST_PROBLEMS, Grower, Token
from mcplint.text.source import Source, Span
from mcplint.values import Label

FREE_FORM = {"map", "geo", "types", "split_clients", "charset_map", "match"}
"""Blocks whose lines are not directives."""
NEWER = {"keepalive", "listen", "http2", "resolver", "state", "sticky"}
"""Directives that take other arguments today than crossplane knows of."""
UNKNOWN_TO_CROSSPLANE = ("brotli", "zstd", "more_", "js_", "http2", "http3", "quic", "otel_", "modsecurity", "vhost_")
"""How directives begin that are newer than crossplane or of other people's modules."""


def read(source: Source) -> NginxFile | None:
    """The directives of one file, or None where it is some other program's configuration.

    Raises Unreadable where nginx itself could make nothing of it: binary, or nested past every sense.
    """
    masked, holes = mask(source.text)
    grower = Grower(source, holes)
    for token in _merged(_tokens(masked, grower), holes):
        grower.take(token)
    directives = grower.finish()
    told = _is_nginx(directives) and bool(directives or not grower.problems)
    if not told and not (grower.problems and _is_named(source.path)):
        return None
    if (nul := source.text.find("\0")) >= 0:
        raise Unreadable(Span(source, nul, nul + 1), "contains a NUL byte")
    if grower.too_deep:
        raise Unreadable(grower.too_deep, f"blocks are nested deeper than {DEEPEST}")
    problems = [*grower.problems, *_arity(directives)]
    problems.sort(key=lambda problem: problem.span.start)
    return NginxFile(source, directives, tuple(problems[:MOST_PROBLEMS]))


def _tokens(masked: str, grower: Grower) -> Iterator[Token]:
    """crossplane's words, each with its place, found again behind the blanks that follow the last one."""
    end = len(masked)
    at = 0
    for word, _, quoted in _lex_file_object([masked, "\n\n"]):
        start = _after_blanks(masked, at)
        if quoted:
            at = _closing(masked, start) + 1
            if masked[at : at + 1].strip(" \t\r\n;{)"):
                grower.complain(at, at + 1, f'unexpected "{masked[at]}" after a closing quote')
            yield Token("word", start, at, True)
            continue
        at = min(start + len(word), end)
        if not word.startswith("#"):
            yield Token(word if word in ("{", "}", ";") else "word", start, at)
    rest = _after_blanks(masked, at)
    if masked[rest : rest + 1] in ("'", '"'):
        grower.tear(rest)


def _after_blanks(text: str, at: int) -> int:
    while text[at : at + 1].isspace():
        at += 1
    return at


def _closing(text: str, at: int) -> int:
    """Where the quote stands that closes the one at this offset, or the end of the text."""
    quote, at = text[at], at + 1
    while at < len(text) and text[at] != quote:
        at += 2 if text[at] == "\\" else 1
    return min(at, len(text))


def _merged(tokens: Iterable[Token], holes: list[Hole]) -> Iterator[Token]:
    """The tokens, with a `hole` wherever a template statement stands between them."""
    statements = iter([hole for hole in holes if hole.statement])
    hole = next(statements, None)
    for token in tokens:
        while hole and hole.end <= token.start:
            yield Token("hole", hole.start, hole.end)
            hole = next(statements, None)
        yield token
    while hole:
        yield Token("hole", hole.start, hole.end)
        hole = next(statements, None)


def _is_named(path: str) -> bool:
    """Whether the name of a file leaves no doubt, whatever is in it."""
    name = path.rpartition("/")[2].lower()
    return name.startswith(("nginx.conf", "default.conf"))


def _is_nginx(directives: tuple[Directive, ...]) -> bool:
    """Whether at least half of what stands here are directives that nginx knows."""
    known = unknown = 0
    pending = list(directives)
    while pending:
        directive = pending.pop()
        if directive.hole or (_ended(directive) and _is_known(directive.name)):
            known += 1
        else:
            unknown += 1
        if directive.name not in FREE_FORM:
            pending.extend(directive.block or ())
    return known >= unknown


def _is_known(name: str) -> bool:
    return name in DIRECTIVES or "_by_lua" in name or name.startswith(UNKNOWN_TO_CROSSPLANE)


def _ended(directive: Directive) -> bool:
    """Whether it has a block or its semicolon."""
    return directive.block is not None or directive.span.source.text[directive.span.end - 1] == ";"


def _arity(directives: tuple[Directive, ...]) -> Iterator[Label]:
    """Directives with a number or kind of arguments that nginx refuses in every context."""
    pending = list(directives)
    while pending:
        directive = pending.pop()
        if directive.name not in FREE_FORM:
            pending.extend(directive.block or ())
        if directive.hole or directive.name in NEWER or any(word.hole or "$" in word.text for word in directive.args):
            continue
        if not _ended(directive):
            continue
        # crossplane puts the name of the directive into its message with `%` after the words.
        words = [word.replace("%", "%%") for word in directive.words]
        statement = {"directive": directive.name, "line": 0, "args": words}
        try:
            analyze("", statement, ";" if directive.block is None else "{", ctx=("http",), check_ctx=False)
        except NgxParserDirectiveError as error:
            yield Label(directive.head, error.strerror)
