"""Changes to the text of a configuration file that leave the rest of it, comments included, as it is."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.util import load_yaml_guess_indent

LINE_WIDTH = 120
# What stands in mappings of its own: entries that do not change keep their place and their comments.
MAPPINGS = frozenset({"lines", "zones"})


def with_camera(text: str, name: str, keys: Mapping[str, Any]) -> str:
    """Return ``text`` with the camera ``name``, added behind the others where there is none of that name.

    Args:
        text: Of a valid configuration file.
        name: Of the camera.
        keys: The keys to set, each as a whole; None takes a key out.
    """
    yaml, tree = _load(text)
    cameras = _mapping(tree, "cameras")
    camera = _mapping(cameras, name)
    for key, value in keys.items():
        if value is None:
            camera.pop(key, None)
        elif key in MAPPINGS:
            _merge(_mapping(camera, key), value)
        elif camera.get(key) != value:
            camera[key] = _flow(value)
    return _dump(yaml, tree)


def without_camera(text: str, name: str) -> str:
    """Return ``text`` without the camera ``name``."""
    yaml, tree = _load(text)
    del tree["cameras"][name]
    return _dump(yaml, tree)


def _load(text: str) -> tuple[YAML, CommentedMap]:
    _, indent, offset = load_yaml_guess_indent(text)
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = LINE_WIDTH
    yaml.indent(mapping=indent or 2, sequence=indent or 2, offset=offset or 0)
    return yaml, yaml.load(text) or CommentedMap()


def _dump(yaml: YAML, tree: CommentedMap) -> str:
    stream = io.StringIO()
    yaml.dump(tree, stream)
    return stream.getvalue()


def _mapping(parent: CommentedMap, key: str) -> CommentedMap:
    child = parent.get(key)
    if not isinstance(child, CommentedMap):
        child = parent[key] = CommentedMap()
    return child


def _merge(present: CommentedMap, wanted: Mapping[str, Any]) -> None:
    for name in [name for name in present if name not in wanted]:
        del present[name]
    for name, value in wanted.items():
        if present.get(name) != value:
            present[name] = _flow(value)


def _flow(value: Any) -> Any:
    """Return ``value`` so that it is written on one line: ``{from: [0.5, 0], to: [0.5, 1]}``."""
    if isinstance(value, Mapping):
        mapping = CommentedMap((key, _flow(item)) for key, item in value.items())
        mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, list | tuple):
        sequence = CommentedSeq(_flow(item) for item in value)
        sequence.fa.set_flow_style()
        return sequence
    return value
