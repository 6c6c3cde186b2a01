"""Which size a picture is to have."""

from __future__ import annotations


def fit(width: int, height: int, wanted_width: int | None, wanted_height: int | None) -> tuple[int, int]:
    """Return the size to give a picture of ``width`` x ``height``; a side that nobody asked for keeps the shape."""
    if wanted_width and wanted_height:
        return wanted_width, wanted_height
    if wanted_width:
        return wanted_width, max(1, round(height * wanted_width / width))
    if wanted_height:
        return max(1, round(width * wanted_height / height)), wanted_height
    return width, height
