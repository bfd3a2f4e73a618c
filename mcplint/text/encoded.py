"""Byte offsets of a text in UTF-8 as the code points that spans count."""

from __future__ import annotations

from typing import NamedTuple

_CONTINUATION = bytes(range(0x80, 0xC0))
_STRIDE = 128


class Encoded(NamedTuple):
    """A text in UTF-8, and how many characters come before every 128th byte of it.

    Both are empty where each character is one byte.
    """

    data: bytes = b""
    marks: tuple[int, ...] = ()

    @classmethod
    def of(cls, text: str, data: bytes) -> Encoded:
        """The encoded form of a text whose bytes these are."""
        if text.isascii():
            return cls()
        marks = [0]
        for start in range(0, len(data), _STRIDE):
            marks.append(marks[-1] + len(data[start : start + _STRIDE].translate(None, _CONTINUATION)))
        return cls(data, tuple(marks))

    def offset(self, byte: int) -> int:
        """The code-point offset of a byte offset, in time independent of the text's size."""
        if not self.data:
            return byte
        mark = byte // _STRIDE
        return self.marks[mark] + len(self.data[mark * _STRIDE : byte].translate(None, _CONTINUATION))
