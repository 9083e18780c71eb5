"""A tree of files held in memory."""

from __future__ import annotations

from collections.abc import Mapping

from forge.git.objects.tree import TreeEntry, Unreadable


class MemoryTree:
    """A tree of the given files; the value None means that the git object is missing."""

    revision: str | None = "0" * 40

    def __init__(self, files: Mapping[str, str | bytes | None]) -> None:
        self.content = {
            path: text.encode("utf-8", "replace") if isinstance(text, str) else text
            for path, text in files.items()
        }
        self.reads: list[str] = []

    def entry(self, path: str) -> TreeEntry:
        assert not path.startswith("/") and ".." not in path.split("/"), f"{path} was asked for"
        plain = "/".join(part for part in path.split("/") if part not in ("", "."))
        if plain in self.content:
            data = self.content[plain]
            return TreeEntry("missing") if data is None else TreeEntry("file", len(data), plain)
        below = any(name.startswith(f"{plain}/") for name in self.content)
        return TreeEntry("folder" if below or not plain else "absent")

    def read(self, path: str) -> bytes:
        self.reads.append(path)
        data = self.content.get(path)
        if data is None:
            raise Unreadable("its git object is missing here")
        return data

    def files(self) -> list[str]:
        return sorted(self.content)

    def blob(self, path: str) -> str | None:
        return "0" * 40 if path in self.content else None
