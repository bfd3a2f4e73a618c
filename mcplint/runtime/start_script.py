"""The script that a container starts by its path: its line ends, its first line and whether it may be executed."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from mcplint.commands.command_lines import program, shell_operand, unwrapped
from mcplint.commands.python_commands import PATH
from mcplint.commands.shell import inline_script
from mcplint.commands.shell_parser import commands
from mcplint.commands.words import Words, span_of, text
from mcplint.images.copies import paths_in_image, project_path
from mcplint.images.image import Copy, Image
from mcplint.knowledge.executables import SHELLS
from mcplint.model import StartScript
from mcplint.project.line_ends import CRLF, LF, line_ends
from mcplint.project.tree import Tree
from mcplint.services.containers import ContainerContext
from mcplint.text.glob import fits
from mcplint.text.located import LocatedText
from mcplint.text.source import Edit, Span
from mcplint.values import Label, Value

_MARK = "\ufeff"
"""What some editors put in front of UTF-8, and no kernel reads over."""


def start_script(context: ContainerContext, tree: Tree) -> StartScript | None:
    """The script of a container's command, None where it starts none that the project or the build writes."""
    image, argv = context.image, context.container.argv
    words: Words = argv.words or () if argv else ()
    while (rest := unwrapped(words)) is not None:
        words = rest
    inner = _inner_command(words, argv.span) if argv else None
    words = inner or words
    direct = True
    if program(words) in SHELLS and (operand := shell_operand(words)) and not operand[1]:
        words, direct = words[operand[0] :], False
    spelled = text(words[0]) if words else None
    if image is None or argv is None or spelled is None or context.container.unread:
        return None
    word = span_of(words[0], argv.span)
    for path in _paths(spelled, context.container.workdir.only, direct):
        if context.container.may_hide(path):
            return None
        if found := _script(image, path, word, direct, tree):
            return found._replace(shell=direct and inner is not None)
    return None


def _inner_command(words: Words, span: Span) -> Words | None:
    """The one command that a shell is told by `-c` and starts by a path, None where it is more or less than that."""
    inline = inline_script(words, span)
    lines = commands(inline[0]) if inline else ()
    if inline is None or len(lines) != 1 or not all(word.literal for word in lines[0].argv[:3]):
        return None
    found: Words = tuple(Value((word.text,), (Label(inline[1] or word.span, ""),)) for word in lines[0].argv)
    while (rest := unwrapped(found)) is not None:
        found = rest
    return found


def _paths(spelled: str, workdir: str | None, direct: bool) -> Iterator[str]:
    """Where a command or a script for a shell lies: the latter is looked for in the working directory first."""
    if "/" not in spelled and direct:
        yield from (f"{folder}/{spelled}" for folder in PATH)
    elif workdir is not None or spelled.startswith("/"):
        yield posixpath.normpath(posixpath.join(workdir or "/", spelled))


def _script(image: Image, path: str, word: Span, direct: bool, tree: Tree) -> StartScript | None:
    """What stands at a path of the image: the text of the last copy that puts something there."""
    name = posixpath.basename(path)
    runs = [run for part in (image, *image.parts.values()) for run in part.runs]
    changed = any(_edits(run.script, path) for run in runs)
    for copy in reversed(image.copies):
        if copy.text is not None and copy.target.only == path:
            if _may_differ(copy, image, name):
                return None
            first = _first_line(copy.text)
            again = project_path(image, path) or any(
                each is not copy and each.target.only == path for each in image.copies
            )
            closed = None if again else _why_not_executable(copy, image, name, None)
            return StartScript(path, first, word, direct, closed=closed, opened=_make_executable(copy))
    found = project_path(image, path, tree)
    source = tree.source(found) if found else None
    if found is None or source is None or source.text.startswith("\x7fELF"):
        return None
    marked = changed and source.text.startswith(_MARK)  # which that may take away
    first = _first_line(LocatedText.of(Span(source, len(_MARK) if marked else 0, len(source.text))))
    made = StartScript(found, first, word, direct)
    if not changed:
        carriage, edits = _carriage(source.text, Span(source, 0, len(source.text)), tree)
        made = made._replace(carriage=carriage, lf=edits)
    copies = (each for each in reversed(image.copies) if not each.mount)
    origin = next(
        (each for each in copies if path in paths_in_image((each,), image.parts, (), image.context, found)), None
    )
    if origin is None or _may_differ(origin, image, name):
        return made if origin is None and not image.altered else None
    if origin.stage is not None:
        return made
    return made._replace(
        closed=_why_not_executable(origin, image, name, tree.executable(found)), opened=_make_executable(origin)
    )


def _may_differ(copy: Copy, image: Image, name: str) -> bool:
    """Whether a RUN may have changed a script, or its first line, since a copy brought it, or in its stage."""
    parts = [part for part in image.stages if part.number != image.number] if copy.stage is not None else []
    later = image.altered is not None and image.altered.start > copy.span.start
    runs = [run for run in image.runs if run.span.start > copy.span.start]
    texts = (run.script for part in (runs, *(part.runs for part in parts)) for run in part)
    return later or any(part.altered for part in parts) or any("#!" in text and name in text for text in texts)


_EDITORS = re.compile(r"\b(?:sed|dos2unix|fromdos|tr|perl|awk|ed|ex|tee|curl|wget|patch)\b")
_RETURN = r"\r|\\r|\\x0d|\\015|dos2unix|fromdos"
"""What a command says that takes carriage returns away: the character by one of its names, or what is made for it."""
_LOOPS = re.compile(r"\b(?:for|while|until)\b")
_MEANT = re.compile(r"\b(?:find|xargs|ls-files)\b|[$`]")
"""What says that a command is handed files which it does not name itself."""


def _edits(run: str, path: str) -> bool:
    """Whether a RUN may change a file: by its name, or all that fit a pattern by what is about carriage returns."""
    name, text = posixpath.basename(path), run.replace("\\\n", " ")
    if name in text and _EDITORS.search(text):
        return True
    parts = (text,) if _LOOPS.search(text) else re.split(r"&&|\|\||;|\n", text)
    return any(_removes_returns(part, path) for part in parts if re.search(_RETURN, part, re.IGNORECASE))


def _removes_returns(command: str, path: str) -> bool:
    """Whether a command that takes carriage returns away is for a file: one that its patterns fit, or any without."""
    words = [word for word in re.split(r"[\s\"'();]+", command) if word and not re.search(_RETURN, word, re.IGNORECASE)]
    patterns = [word for word in words if "*" in word or "?" in word]
    if patterns:
        return any(_may_match(path, pattern) for pattern in patterns)
    return any(map(_MEANT.search, words))


def _may_match(path: str, pattern: str) -> bool:
    """Whether a pattern may mean a path of the image, from whatever folder; `**` and `{` may mean any."""
    pieces = [piece for piece in pattern.split("/") if piece not in ("", ".", "..")]
    if any("**" in piece or "{" in piece for piece in pieces):
        return True
    ends = path.split("/")[-len(pieces) :]
    return len(ends) == len(pieces) and all("$" in one or fits(end, one) for end, one in zip(ends, pieces, strict=True))


def _first_line(text: LocatedText) -> Span:
    return text.span(0, len(text.text.partition("\n")[0].rstrip("\r")))


def _carriage(text: str, whole: Span, tree: Tree) -> tuple[Label | None, tuple[Edit, ...]]:
    """What ends the lines of a script with CR LF when it comes to an image."""
    ends = line_ends(tree, whole.source.path)
    if ends and ends[0] == CRLF:
        return Label(ends[1], "git ends its lines with CR LF"), (Edit(ends[1], LF),)
    if ends or "\r\n" not in text:
        return None, ()
    line = whole._replace(end=text.index("\r\n"))
    returns = (at for at, char in enumerate(text) if char == "\r" and text[at + 1 : at + 2] == "\n")
    return Label(line, "ends with CR LF"), tuple(Edit(whole._replace(start=at, end=at + 1), "") for at in returns)


def _why_not_executable(copy: Copy, image: Image, name: str, mode: bool | None) -> Label | None:
    """What says that a file may not be executed by anyone, where nothing in the build changes that.

    A COPY brings the mode of its file anew (run with BuildKit 0.8); a shell leaves that of a file which is there.
    """
    anew = not copy.excludes and copy.span.text[:3].upper() != "RUN"
    for run in (run for run in image.runs if not anew or run.span.start > copy.span.start):
        text = run.script
        if ("chmod" in text or "install" in text) and any(each in text for each in (name, "*", "-R", "$")):
            return None
    if copy.mode is not None:
        digits = copy.mode[-3:]
        closed = digits.isdigit() and not any(int(digit) & 1 for digit in digits)
        return Label(copy.span, f"--chmod={copy.mode} makes it not executable") if closed else None
    if copy.text is not None:
        redirected = "a shell writes it with mode 0644, as any file"
        here = "a here-document is written with mode 0644"
        return Label(copy.span, redirected if copy.span.text[:3].upper() == "RUN" else here)
    return Label(copy.span, "its mode in the project is not executable") if mode is False else None


def _make_executable(copy: Copy) -> tuple[Edit, ...]:
    """What lets everyone execute the one file of a COPY."""
    keyword = copy.span.text[:4]
    if copy.mode is not None or keyword.upper() != "COPY" or len(copy.sources) > 1:
        return ()
    if copy.text is None and any(file.folder for file in copy.files or ()):
        return ()
    at = copy.span.start + len(keyword)
    return (Edit(Span(copy.span.source, at, at), " --chmod=755"),)
