"""Gives an exported YOLO another input size without exporting it again.

Ultralytics exports OpenVINO models with one fixed square input. Nine tenths of a YOLO are convolutions that take any
size; what pins it are three kinds of constants that the exporter folded in: the anchor points and strides of the head,
and the target shapes of the reshapes around its attention blocks. All follow from the input size, so they can be
recognised by their values and computed anew. A 16:9 picture then needs 640x384 instead of 640x640: 40 % less work for
the same pixels (``rect`` inference, which Ultralytics does for its own .pt models).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import openvino as ov
from openvino import opset13 as ops

STRIDES: Final = (8, 16, 32)  # of YOLO's three detection levels (ultralytics.nn.modules.head.Detect)

Array = npt.NDArray[np.float32]


class NotReshapableError(ValueError):
    """The model has a part that depends on its input size in a way that is not known here."""


def anchors(height: int, width: int) -> tuple[Array, Array]:
    """Return the head's anchor points (2, N) in grid cells and strides (N,) for an input of ``height`` x ``width``.

    As ``ultralytics.utils.tal.make_anchors``: cell centres, row by row, level by level.
    """
    points, strides = [], []
    for stride in STRIDES:
        rows, columns = height // stride, width // stride
        y, x = np.meshgrid(np.arange(rows) + 0.5, np.arange(columns) + 0.5, indexing="ij")
        points.append(np.stack([x.ravel(), y.ravel()]))
        strides.append(np.full(rows * columns, stride))
    return np.concatenate(points, axis=1).astype(np.float32), np.concatenate(strides).astype(np.float32)


def reshape(model: ov.Model, height: int, width: int) -> None:
    """Change ``model``, in place, to take pictures of ``height`` x ``width`` (multiples of 32).

    Args:
        model: An Ultralytics YOLO detector with one static (1, 3, H, W) input.
        height: Rows of the new input.
        width: Columns of the new input.

    Raises:
        NotReshapableError: The model cannot be changed; it may be half changed and must be read anew.
    """
    _, channels, old_height, old_width = model.input(0).shape
    if (old_height, old_width) == (height, width):
        return
    if height % STRIDES[-1] or width % STRIDES[-1]:
        raise NotReshapableError(f"{width}x{height} is no multiple of {STRIDES[-1]}")
    outputs = [list(output.shape) for output in model.outputs]
    nodes = model.get_ordered_ops()
    # Not model.reshape(): it checks the new targets against the old sizes first.
    model.get_parameters()[0].set_partial_shape(ov.PartialShape([1, channels, height, width]))
    for node in nodes:
        if node.get_type_name() == "Reshape":
            _retarget(node, (old_height, old_width), (height, width))
        elif node.get_type_name() == "Constant":
            _replace_head_constant(node, (old_height, old_width), (height, width))
    try:
        model.validate_nodes_and_infer_types()
    except RuntimeError as error:
        raise NotReshapableError(str(error).strip().splitlines()[-1]) from error
    if [list(output.shape) for output in model.outputs] != outputs:
        raise NotReshapableError("its output changes with its input: it has no NMS-free head")


def _retarget(node: ov.Node, old: tuple[int, int], new: tuple[int, int]) -> None:
    """Translate the target of a reshape that names the size of a detection level."""
    source = node.input(1).get_source_output()
    if source.get_node().get_type_name() != "Constant":
        return
    target = [int(size) for size in source.get_node().data]
    for stride in STRIDES:
        (rows, columns), (new_rows, new_columns) = _cells(old, stride), _cells(new, stride)
        if len(target) >= 2 and target[-2:] == [rows, columns]:
            changed = [*target[:-2], new_rows, new_columns]
        elif target and target[-1] == rows * columns:
            changed = [*target[:-1], new_rows * new_columns]
        else:
            continue
        node.input(1).replace_source_output(ops.constant(np.array(changed, np.int64)).output(0))
        return


def _replace_head_constant(node: ov.Node, old: tuple[int, int], new: tuple[int, int]) -> None:
    """Compute anchor points and strides anew; refuse any other constant with one value per anchor."""
    old_points, old_strides = anchors(*old)
    shape = list(node.output(0).shape)
    if old_strides.size not in shape:
        return
    new_points, new_strides = anchors(*new)
    for was, becomes in ((old_points, new_points), (old_strides, new_strides)):
        if node.data.size == was.size and np.array_equal(node.data.ravel(), was.ravel()):
            lead = shape[: len(shape) - was.ndim]
            replacement = ops.constant(becomes.reshape([*lead, *becomes.shape]).astype(node.data.dtype)).output(0)
            for target in node.output(0).get_target_inputs():
                target.replace_source_output(replacement)
            return
    raise NotReshapableError(f"the constant {node.get_friendly_name()} of shape {shape} depends on the input size")


def _cells(size: tuple[int, int], stride: int) -> tuple[int, int]:
    return size[0] // stride, size[1] // stride
