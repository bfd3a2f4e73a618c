"""What BuildKit's parser lets pass although it makes no sense: quotes and braces that are never closed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mcplint.facts.dockerfile import Instruction
from mcplint.text.located import LocatedText
from mcplint.text.substitution import Refused, pieces
from mcplint.values import Label


def refused(found: Iterable[Instruction], escape: str) -> Iterator[Label]:
    """What the build stops at, or the shell that is handed what looks like an array and is none."""
    for each in found:
        text = each.text.text
        if each.name in ("RUN", "CMD", "ENTRYPOINT") and not each.json and text.startswith(('["', "['")):
            word = each.text.part(0, len(text.split()[0]))
            yield Label(
                each.text.span(),
                f"not a JSON array of strings in double quotes, so a shell is asked to run `{word.text}`",
            )
        for word in _expanded(each):
            try:
                pieces(word.text, escape)
            except Refused as refusal:
                yield Label(word.span(), f"cannot be expanded: {refusal}")


def _expanded(instruction: Instruction) -> Iterator[LocatedText]:
    """The words in which the build replaces variables and takes quotes away."""
    match instruction.name:
        case "ENV" | "ARG":
            yield from (pair.value for pair in instruction.pairs if pair.value)
        case "ADD" | "COPY" | "EXPOSE" | "USER" | "WORKDIR":
            yield from instruction.words
