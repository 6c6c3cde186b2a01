"""A YAML file as plain data that still knows where each value stood."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from services.common.errors import UsageError

Path_ = tuple[int | str, ...]


class YamlSource:
    """Plain data with the origin of each value.

    Attributes:
        tree: The top-level mapping.
        problems: Mistakes of the file itself, such as a key that stands twice.
    """

    def __init__(self, file: Path | None) -> None:
        self.tree: dict[str, Any] = {}
        self.problems: list[str] = []
        self._file = file
        self._lines: dict[Path_, int] = {}
        self._origins: dict[Path_, str] = {}

    @classmethod
    def from_tree(cls, tree: dict[str, Any]) -> Self:
        """Wrap data that comes from no file."""
        source = cls(None)
        source.tree = tree
        return source

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """Read ``path``.

        Raises:
            UsageError: It cannot be read, is no YAML, or is not a mapping.
        """
        try:
            text = path.read_text("utf-8-sig")
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror or error}") from error
        except UnicodeDecodeError as error:
            raise UsageError(f"{path}: is no text in UTF-8") from error
        return cls.from_text(text, path)

    @classmethod
    def from_text(cls, text: str, path: Path) -> Self:
        """Read what stands, or would stand, in the file ``path``.

        Raises:
            UsageError: It is no YAML, or not a mapping.
        """
        source = cls(path)
        try:
            node = YAML(typ="safe", pure=True).compose(text)
        except MarkedYAMLError as error:
            line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
            raise UsageError(f"{path}{line}: is no YAML: {error.problem}") from error
        except YAMLError as error:
            raise UsageError(f"{path}: is no YAML: {error}") from error
        if node is None:
            return source
        if not isinstance(node, MappingNode):
            raise UsageError(f"{path}:{node.start_mark.line + 1}: expected keys and values, such as cameras:")
        source.tree = source._build(node, ())
        return source

    def set(self, path: Sequence[str], text: str, *, origin: str) -> None:
        """Override the value at ``path`` with ``text``, read as a YAML scalar; errors will name ``origin``."""
        branch = self.tree
        for key in path[:-1]:
            child = branch.get(key)
            if not isinstance(child, dict):
                child = branch[key] = {}
            branch = child
        branch[path[-1]] = _scalar(text)
        self._origins[tuple(path)] = origin

    def where(self, path: Path_) -> str:
        """Return ``file:line: key.path`` of the value, or of the nearest one above it, or the variable it is from."""
        for length in range(len(path), 0, -1):
            if origin := self._origins.get(path[:length]):
                return origin
        line = next((self._lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self._lines), None)
        key = _dotted(path)
        if self._file is None:
            return key
        return f"{self._file}:{line}: {key}" if line else f"{self._file}: {key}"

    def value(self, path: Path_) -> object:
        """Return the value at ``path``, or None where nothing stands."""
        value: Any = self.tree
        for key in path:
            try:
                value = value[key]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def _build(self, node: Node, path: Path_) -> Any:
        self._lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, MappingNode):
            result: dict[str, Any] = {}
            for key_node, value_node in node.value:
                key = str(key_node.value)
                line = key_node.start_mark.line + 1
                if key in result:
                    first = self._lines[(*path, key)]
                    name = _dotted((*path, key))
                    self.problems.append(
                        f"{self._file}:{line}: {name} stands here a second time, first in line {first}"
                    )
                    continue
                self._lines[(*path, key)] = line
                result[key] = self._build(value_node, (*path, key))
            return result
        if isinstance(node, SequenceNode):
            return [self._build(child, (*path, index)) for index, child in enumerate(node.value)]
        return _construct(node)


def _construct(node: Node) -> Any:
    yaml = YAML(typ="safe", pure=True)
    return yaml.constructor.construct_object(node, deep=True)


def _scalar(text: str) -> Any:
    try:
        return YAML(typ="safe", pure=True).load(text)
    except YAMLError:
        return text


def _dotted(path: Path_) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
