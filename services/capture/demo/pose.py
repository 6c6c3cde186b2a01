"""Where the parts of a walking body are, as seen from the camera.

A figure is a handful of round shapes. Each lies between two circles (a limb that tapers) or four (a torso, a coat). Its
extent is therefore exactly that of the circles, which is what the true boxes are made of.

Coordinates of a figure: metres from the point between its feet; x to the right and y down, as on the screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import cos, hypot, pi, sin
from typing import Final, NamedTuple

from services.capture.demo.looks import Colour, Look

DIRECTIONS: Final = 12
PHASES: Final = 12


class Circle(NamedTuple):
    """A disc on the screen."""

    x: float
    y: float
    r: float


class Part(NamedTuple):
    """One shape, the hull of its circles: two for a limb, four for a trapezoid (clockwise from the upper left).

    ``nearness`` orders parts along the line of sight; those with more are drawn later.
    """

    circles: tuple[Circle, ...]
    colour: Colour
    nearness: float


class Extent(NamedTuple):
    """What a figure covers."""

    left: float
    top: float
    right: float
    bottom: float


class Stance(NamedTuple):
    """One moment of a walk.

    Attributes:
        direction: Where the person goes as the camera sees it, in steps of 1/12 turn: 0 away, 3 to the right.
        phase: Of the stride, in steps of 1/12.
        vigour: 0 standing, 1 slow, 2 walking.
    """

    direction: int
    phase: int
    vigour: int


@dataclass(frozen=True)
class Figure:
    """A look in a stance. ``slope``: metres that a point rises on the screen for each metre it is farther away."""

    look: Look
    stance: Stance
    slope: float

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """All parts, farthest first."""
        return tuple(sorted(Tailor(self.look, self.stance, self.slope).parts(), key=lambda part: part.nearness))

    @cached_property
    def extent(self) -> Extent:
        """What all parts cover together."""
        circles = [circle for part in self.parts for circle in part.circles]
        return Extent(
            min(c.x - c.r for c in circles),
            min(c.y - c.r for c in circles),
            max(c.x + c.r for c in circles),
            max(c.y + c.r for c in circles),
        )


class Spot(NamedTuple):
    """A point of the body: metres forward, to its right, and up."""

    forward: float
    side: float
    up: float


class Tailor:
    """Puts a body together.

    Args:
        look: Whose body.
        stance: How it stands.
        slope: Metres that a point rises on the screen for each metre it is farther away.
    """

    def __init__(self, look: Look, stance: Stance, slope: float) -> None:
        self._look = look
        self._slope = slope
        angle = 2 * pi * stance.direction / DIRECTIONS
        self._sin, self._cos = sin(angle), cos(angle)
        self._cycle = 2 * pi * stance.phase / PHASES
        self._vigour = (0.0, 0.55, 1.0)[stance.vigour] * look.swing
        self._h = look.stature
        self._w = look.stature * (0.55 + 0.45 * look.girth)  # thickness grows less than girth
        self._hips = self._hip_height()
        self._drop = 0.52 * self._h - self._hips  # how much lower than standing upright

    def parts(self) -> list[Part]:
        """Return all parts, in no order."""
        parts = self._leg(-1) + self._leg(1) + self._arm(-1) + self._arm(1)
        return parts + self._body() + self._head() + self._carried()

    def _leg_angles(self, side: int) -> tuple[float, float]:
        """Return the angles of thigh and shin from the vertical, forward positive, radians."""
        swing = sin(self._cycle) * side
        lift = max(0.0, cos(self._cycle) * side)
        thigh = (0.42 * swing + 0.14 * lift) * self._vigour
        return thigh, thigh - (0.08 + 0.85 * lift**1.5) * self._vigour

    def _hip_height(self) -> float:
        reach = [0.25 * self._h * (cos(thigh) + cos(shin)) for thigh, shin in map(self._leg_angles, (-1, 1))]
        return max(reach) + 0.02 * self._h

    def _leg(self, side: int) -> list[Part]:
        look, h = self._look, self._h
        thigh, shin = self._leg_angles(side)
        apart = 0.052 * self._w * side
        hip = Spot(0, apart, self._hips)
        knee = Spot(0.25 * h * sin(thigh), apart, hip.up - 0.25 * h * cos(thigh))
        ankle = Spot(knee.forward + 0.23 * h * sin(shin), apart * 0.85, knee.up - 0.23 * h * cos(shin))
        pitch = -0.5 * shin if shin < 0 else -0.2 * shin
        toe = Spot(ankle.forward + 0.085 * h * cos(pitch), apart * 1.1, ankle.up - 0.015 * h - 0.085 * h * sin(-pitch))
        bare = look.outfit in {"shorts", "skirt", "dress"}
        calf = look.skin if bare else look.bottom
        upper = look.skin if look.outfit in {"skirt", "dress"} else look.bottom
        return [
            self._limb(ankle, toe, 0.024 * h, 0.021 * h, look.shoes),
            self._limb(knee, ankle, (0.03 if bare else 0.036) * self._w, (0.02 if bare else 0.029) * self._w, calf),
            self._limb(hip, knee, 0.054 * self._w, 0.039 * self._w, upper),
        ]

    def _arm(self, side: int) -> list[Part]:
        look, h = self._look, self._h
        swing = -0.46 * sin(self._cycle) * side * self._vigour + 0.06
        carries = look.carried == "shopping" and side > 0
        swing *= 0.3 if carries else 1.0
        bend = 0.08 if carries else 0.2 + 0.25 * self._vigour
        shoulder = Spot(0.0, 0.108 * self._w * look.girth * side, 0.795 * h - self._drop)
        elbow = Spot(0.165 * h * sin(swing), shoulder.side + 0.022 * h * side, shoulder.up - 0.165 * h * cos(swing))
        hand = Spot(
            elbow.forward + 0.15 * h * sin(swing + bend),
            elbow.side - 0.004 * h * side,
            elbow.up - 0.15 * h * cos(swing + bend),
        )
        sleeve = 0.036 if look.outfit == "coat" else 0.031
        forearm = look.top if look.long_sleeves or look.outfit == "coat" else look.skin
        parts = [
            self._limb(hand, hand, 0.023 * h, 0.023 * h, look.skin),
            self._limb(elbow, hand, 0.9 * sleeve * self._w, 0.72 * sleeve * self._w, forearm),
            self._limb(shoulder, elbow, 1.12 * sleeve * self._w, sleeve * self._w, look.top),
        ]
        if carries:
            low = hand._replace(up=hand.up - 0.17 * h)
            parts.append(self._limb(hand._replace(up=hand.up - 0.07 * h), low, 0.03 * h, 0.055 * h, look.accent))
        return parts

    def _body(self) -> list[Part]:
        look, h = self._look, self._h
        top, waist = 0.79 * h - self._drop, 0.6 * h - self._drop
        shoulders, belly = 0.118 * look.girth, 0.088 * look.girth
        sway = 0.04 * abs(sin(self._cycle)) * self._vigour
        parts = [
            self._barrel(top, self._hips - 0.01 * h, shoulders, belly * 1.06, look.top, 0.0),
            self._limb(
                Spot(0, 0, 0.8 * h - self._drop), Spot(0.01, 0, 0.88 * h - self._drop), 0.034 * h, 0.03 * h, look.skin
            ),
        ]
        if look.outfit == "coat":
            parts.append(self._barrel(waist, 0.36 * h, belly * 1.02, belly * 1.22 + sway, look.top, -0.01))
        elif look.outfit == "skirt":
            parts.append(self._barrel(waist - 0.03 * h, 0.33 * h, belly * 0.95, belly * 1.3 + sway, look.bottom, -0.01))
        elif look.outfit == "dress":
            parts.append(self._barrel(waist, 0.3 * h, belly * 0.95, belly * 1.45 + sway, look.top, -0.01))
        return parts

    def _head(self) -> list[Part]:
        look, h = self._look, self._h
        size = 0.064 * (0.5 * h + 0.5 * 1.7)
        up = h - 1.08 * size - self._drop - 0.012 * h
        skull, face = Spot(-0.012, 0, up + 0.01), Spot(0.035, 0, up - 0.012)
        parts = [
            self._limb(skull, skull, 1.08 * size, 1.08 * size, look.hair),
            self._limb(face, face, 0.92 * size, 0.92 * size, look.skin),
        ]
        if look.long_hair:
            back = Spot(-0.05, 0, up)
            parts.append(self._limb(back, back._replace(up=up - 0.1 * h), 0.95 * size, 0.7 * size, look.hair))
        if look.cap:
            crown = Spot(0, 0, up + 0.5 * size)
            parts.append(self._limb(crown, crown, 0.98 * size, 0.98 * size, look.cap, 0.3))
            parts.append(self._limb(crown, Spot(1.4 * size, 0, up + 0.3 * size), 0.3 * size, 0.4 * size, look.cap, 0.1))
        return parts

    def _carried(self) -> list[Part]:
        look, h = self._look, self._h
        if look.carried == "backpack":
            upper = Spot(-0.105 * look.girth * h, 0, 0.755 * h - self._drop)
            return [self._limb(upper, upper._replace(up=0.62 * h - self._drop), 0.068 * h, 0.078 * h, look.accent)]
        if look.carried == "shoulder bag":
            bag = Spot(-0.01, 0.135 * look.girth * h, 0.53 * h - self._drop)
            return [
                self._limb(bag._replace(forward=-0.05), bag._replace(forward=0.05), 0.05 * h, 0.05 * h, look.accent)
            ]
        return []

    def _limb(self, a: Spot, b: Spot, ra: float, rb: float, colour: Colour, nearness: float = 0.0) -> Part:
        (xa, ya, na), (xb, yb, nb) = self._seen(a), self._seen(b)
        return Part((Circle(xa, ya, ra), Circle(xb, yb, rb)), colour, (na + nb) / 2 + nearness)

    def _barrel(self, top: float, bottom: float, above: float, below: float, colour: Colour, nearness: float) -> Part:
        """Return a shape of elliptic section; ``above`` and ``below`` are half its widths, as shares of the stature."""
        flat = hypot(self._cos, 0.62 * self._sin)  # a body is less deep than wide
        wide_above, wide_below = (share * self._h * flat for share in (above, below))
        r = 0.3 * min(wide_above, wide_below)
        (x, y0, n0), (_, y1, n1) = self._seen(Spot(0, 0, top)), self._seen(Spot(0, 0, bottom))
        y0, y1 = y0 + 0.5 * r, y1 - r
        corners = ((-wide_above + r, y0), (wide_above - r, y0), (wide_below - r, y1), (-wide_below + r, y1))
        return Part(tuple(Circle(x + dx, y, r) for dx, y in corners), colour, (n0 + n1) / 2 + nearness)

    def _seen(self, spot: Spot) -> tuple[float, float, float]:
        """Return where ``spot`` is on the screen, and how near."""
        x, away = self._turned(spot)
        return x, -(spot.up + away * self._slope), self._slope * spot.up - away

    def _turned(self, spot: Spot) -> tuple[float, float]:
        """Return how far to the right and how far away ``spot`` is."""
        x = spot.forward * self._sin + spot.side * self._cos
        return x, spot.forward * self._cos - spot.side * self._sin
