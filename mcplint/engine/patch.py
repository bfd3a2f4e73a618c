"""What fixes change, as a patch that `git apply` takes."""

from __future__ import annotations

from collections.abc import Mapping

from mcplint.knowledge.secrets import masked_line


def without_secrets(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """The patch without the changes that a secret stands in or right beside, and the files that it leaves these out of.

    Less is shown around a change where that is enough. A secret cannot be masked there: the patch would not apply.
    """
    shown: list[str] = []
    withheld: list[str] = []
    for path in sorted(after):
        found = hunks(path, before, after, 3)
        if not all(map(_has_no_secret, found)):
            found = hunks(path, before, after, 1)
        kept = [hunk for hunk in found if _has_no_secret(hunk)]
        withheld += [path] if len(kept) < len(found) else []
        shown += [line for hunk in kept for line in hunk] if len(kept) > 1 else []
    return "".join(shown), tuple(withheld)


def _has_no_secret(lines: list[str]) -> bool:
    return all(masked_line(line[1:]) == line[1:] for line in lines)


def hunks(path: str, before: Mapping[str, str], after: Mapping[str, str], around: int) -> list[list[str]]:
    """The lines of a file's patch: its head, then each hunk with that many lines around what changes."""
    from difflib import unified_diff

    old, new = (_split_lines(texts.get(path, "")) for texts in (before, after))
    found: list[list[str]] = [[]]
    for line in unified_diff(old, new, f"a/{path}", f"b/{path}", n=around):
        found += [[]] if line.startswith("@@") else []
        found[-1].append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return found


def _split_lines(text: str) -> list[str]:
    """The lines of a text with their ends, where only `\\n` ends one."""
    *lines, last = text.split("\n")
    return [f"{line}\n" for line in lines] + ([last] if last else [])
