"""What the name of an image has to be like, and what in one is still to be filled in.

https://github.com/distribution/reference/blob/main/reference.go
"""

from __future__ import annotations

import re

_NAME = r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*"
_REFERENCE = rf"(?:{_NAME}/)*{_NAME}(?::\w[\w.-]{{0,127}})?(?:@[a-z0-9]+:[0-9a-fA-F]{{32,}})?"
_BLANKS = (
    *("PROJECT", "REGION", "ACCOUNT", "OWNER", "USER", "USERNAME", "ORG", "ORGANIZATION", "REGISTRY", "REPO", "IMAGE"),
    *("REPOSITORY", "NAMESPACE", "TAG", "VERSION"),
)
_PLACEHOLDER = (
    rf"<[^<>/]{{1,60}}>|__[A-Z][A-Z0-9_]{{0,40}}__|@[A-Z][A-Z0-9_]{{0,40}}@|%[A-Z][A-Z0-9_]{{0,40}}%|(?<![A-Za-z0-9])(?:[A-Z][A-Z0-9]{{0,40}}(?:_[A-Z0-9]{{1,40}}){{1,20}}|{'|'.join(_BLANKS)})(?![A-Za-z0-9_])"
    r"|(?:^|(?<=/))(?:your[-_][\w-]{1,60}|your(?:user(?:name)?|name|org|registry|repo|company|project|account)"
    r"|username|change-?me|replace[-_]?me)(?=[/.:]|$)"
)


def placeholder(reference: str) -> str:
    """The part of an image's name that nobody has filled in, empty where there is none; tags may be in capitals."""
    path = reference if "/" in reference.rpartition(":")[2] or "<" in reference else reference.partition(":")[0]
    found = re.search(_PLACEHOLDER, path)
    return found[0] if found else ""


def is_reference(reference: str) -> bool:
    """Whether a text can be the name of an image, with or without registry, tag and digest."""
    return re.fullmatch(_REFERENCE, _without_registry(reference)) is not None


def capital_host(reference: str) -> str:
    """The first part of an image's name that is taken for the host of a registry only because it has capitals."""
    first, slash, _ = reference.partition("/")
    return first if slash and re.search(r"[A-Z]", first) and not re.search(r"[.:]", first) else ""


def lowercase_name(reference: str) -> str:
    """The name of an image in small letters, its tag as it is."""
    path, colon, tag = reference.partition(":") if "/" not in reference.rpartition(":")[2] else (reference, "", "")
    return f"{path.lower()}{colon}{tag}"


def _without_registry(reference: str) -> str:
    first, slash, rest = reference.partition("/")
    return rest if slash and re.search(r"[.:A-Z]|^localhost$", first) else reference
