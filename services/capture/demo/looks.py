"""What people look like: build, clothes, hair, skin, gait, and what they carry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeVar

import numpy as np

T = TypeVar("T", bound=str)
Colour = tuple[int, int, int]  # red, green, blue
Outfit = Literal["trousers", "shorts", "skirt", "dress", "coat"]
Carried = Literal["nothing", "backpack", "shoulder bag", "shopping"]

SKINS: Final[tuple[Colour, ...]] = (
    (245, 214, 190), (232, 190, 160), (212, 162, 126), (186, 132, 96), (148, 98, 68), (110, 72, 52), (84, 54, 40),
)  # fmt: skip
HAIRS: Final[tuple[Colour, ...]] = (
    (38, 30, 28), (62, 42, 30), (96, 62, 38), (146, 98, 54), (196, 154, 92), (170, 78, 44), (168, 164, 160),
    (226, 222, 214),
)  # fmt: skip
TOPS: Final[tuple[Colour, ...]] = (
    (206, 70, 62), (222, 142, 54), (236, 196, 82), (92, 152, 92), (58, 128, 138), (70, 112, 178), (54, 66, 112),
    (128, 86, 148), (214, 128, 148), (238, 234, 224), (196, 190, 178), (104, 108, 114), (52, 54, 60), (148, 104, 74),
    (150, 186, 208), (120, 40, 52),
)  # fmt: skip
BOTTOMS: Final[tuple[Colour, ...]] = (
    (52, 68, 104), (78, 98, 136), (44, 46, 54), (94, 90, 84), (164, 146, 116), (112, 88, 66), (70, 82, 62),
    (206, 200, 188),
)  # fmt: skip
SHOES: Final[tuple[Colour, ...]] = ((48, 42, 40), (228, 226, 222), (112, 76, 52), (150, 60, 54), (60, 66, 84))


@dataclass(frozen=True, slots=True)
class Look:
    """One person's appearance; lengths in metres.

    Attributes:
        stature: Height from sole to crown.
        girth: Width of the body as a share of the usual one.
        stride: Length of two steps.
        swing: How far arms and legs swing, as a share of the usual.
        long_sleeves: Else the forearms are bare.
        long_hair: Down to the shoulders.
        cap: Colour of a cap, None without.
        accent: Colour of what is carried.
    """

    stature: float
    girth: float
    stride: float
    swing: float
    outfit: Outfit
    carried: Carried
    skin: Colour
    hair: Colour
    top: Colour
    bottom: Colour
    shoes: Colour
    accent: Colour
    long_sleeves: bool
    long_hair: bool
    cap: Colour | None


def random_look(random: np.random.Generator) -> Look:
    """Return somebody."""
    stature = float(np.clip(random.normal(1.71, 0.09), 1.48, 1.95))
    if random.random() < 0.07:
        stature = float(random.uniform(1.15, 1.4))  # a child
    return Look(
        stature=stature,
        girth=float(np.clip(random.normal(1.0, 0.13), 0.78, 1.35)),
        stride=stature * float(random.uniform(0.78, 0.9)),
        swing=float(random.uniform(0.8, 1.2)),
        outfit=_pick(random, {"trousers": 0.5, "coat": 0.16, "shorts": 0.12, "skirt": 0.12, "dress": 0.1}),
        carried=_pick(random, {"nothing": 0.5, "backpack": 0.22, "shoulder bag": 0.16, "shopping": 0.12}),
        skin=_one(random, SKINS),
        hair=_one(random, HAIRS),
        top=_one(random, TOPS),
        bottom=_one(random, BOTTOMS),
        shoes=_one(random, SHOES),
        accent=_one(random, TOPS),
        long_sleeves=bool(random.random() < 0.62),
        long_hair=bool(random.random() < 0.4),
        cap=_one(random, TOPS) if random.random() < 0.14 else None,
    )


def _one(random: np.random.Generator, colours: tuple[Colour, ...]) -> Colour:
    """Return one of ``colours``, no two people's exactly alike."""
    base = np.array(colours[int(random.integers(len(colours)))]) + random.normal(0, 5, 3)
    red, green, blue = np.clip(base, 16, 244).astype(int).tolist()
    return red, green, blue


def _pick(random: np.random.Generator, shares: dict[T, float]) -> T:
    draw = random.random() * sum(shares.values())
    for choice, share in shares.items():
        draw -= share
        if draw <= 0:
            return choice
    return choice
