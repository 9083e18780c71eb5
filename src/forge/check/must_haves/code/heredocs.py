"""Here-documents of shells and other languages: the ends of their bodies."""

from __future__ import annotations

import bisect
import re


class Heredocs:
    """Where here-documents end: the lines that contain only a word, indexed once."""

    def __init__(self, text: str, ending: str) -> None:
        self.text = text
        self.ends: dict[int, tuple[int, int]] = {}
        self._line_end = -1
        self._words: dict[str, list[tuple[int, int]]] = {}
        for match in re.compile(ending, re.M).finditer(text):
            self._words.setdefault(match[1], []).append((match.start(), match.end(1)))

    def announce(self, word: str, at: int) -> None:
        """Record a here-document that is announced before `at`, if a later line ends it. Its body
        begins after the line of `at`.
        """
        if self._line_end < at:
            end = self.text.find("\n", at)
            self._line_end = end if end >= 0 else len(self.text)
        _, start = self.ends.get(self._line_end, (0, self._line_end))
        lines = self._words.get(word, [])
        place = bisect.bisect_left(lines, (start + 1, 0))
        if place < len(lines):
            self.ends[self._line_end] = lines[place]
