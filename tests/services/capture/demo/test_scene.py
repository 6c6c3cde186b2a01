"""What is drawn is what the truth says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from services.capture.demo.blit import Rect
from services.capture.demo.crossings import Line, crossings
from services.capture.demo.crowd import Crowd, Walker
from services.capture.demo.figures import Figures
from services.capture.demo.looks import random_look
from services.capture.demo.painter import Painter
from services.capture.demo.pose import Stance
from services.capture.demo.scene import Scene
from services.capture.demo.scenery import build
from services.capture.demo.training import training_scene
from services.capture.demo.truth import MIN_VISIBLE, Truth, Witness
from services.capture.demo.view import Camera, View
from services.capture.demo.weather import GRADES
from services.common.demo_url import SCENES, WEATHERS, DemoSettings, SceneName, Weather

SMALL = DemoSettings(width=640, height=360, people=10, fps=10)
NO_SHADOWS = replace(GRADES["clear"], shadow=0.0)
WHOLE = Rect(0, 0, SMALL.width, SMALL.height)
EDGE = 3  # pixels by which the soft edge of a figure may differ from its box


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("weather", WEATHERS)
def test_a_frame_follows_from_seed_and_number_alone(scene: SceneName, weather: Weather) -> None:
    settings = replace(SMALL, scene=scene, weather=weather)
    one, other = Scene(settings), Scene(settings)
    forward = {number: one.frame(number) for number in (0, 1, 2, 50, 51, 400)}
    other.prepare(1)

    for number in (400, 1, 51, 0, 50, 2):
        picture, truth = other.frame(number)
        assert np.array_equal(picture, forward[number][0]), f"frame {number}"
        assert truth == forward[number][1]


def test_another_seed_is_another_scene() -> None:
    one, other = Scene(SMALL).frame(30), Scene(replace(SMALL, seed=8)).frame(30)

    assert not np.array_equal(one[0], other[0])
    assert one[1] != other[1]


@pytest.mark.parametrize("scene", SCENES)
def test_nothing_but_people_is_drawn_and_all_of_it_in_their_boxes(
    scene: SceneName, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(GRADES, "clear", NO_SHADOWS)
    settings = replace(SMALL, scene=scene, people=6)
    full, empty = Scene(settings), Scene(replace(settings, people=0))
    alone = 0
    for number in range(0, 900, 30):
        picture, people = full.frame(number)
        changed = np.any(picture != empty.picture(number), axis=2)
        outside = changed.copy()
        for person in full.boxes(number):  # also of whom no more than a soft edge is seen
            outside[around(person)] = False
        assert not outside.any(), f"frame {number}: drawn outside every box at {np.argwhere(outside)[:3]}"
        for person in people:
            if person.visible > 0.999 and not any(touch(person, other) for other in people if other is not person):
                assert extent(changed, person) == pytest.approx(corners(person), abs=EDGE)
                alone += 1
    assert alone > 10


def test_ids_stay_with_their_people_and_boxes_move_little() -> None:
    scene = Scene(SMALL)
    before = {person.id: person for person in scene.boxes(0)}
    compared = 0
    for number in range(1, 300):
        now = {person.id: person for person in scene.boxes(number)}
        for person in filter(whole, now.values()):
            was = before.get(person.id)
            if was is not None and whole(was):
                assert abs(person.left + person.width / 2 - was.left - was.width / 2) < 0.35 * person.height
                compared += 1
        before = now
    assert compared > 500


def test_nobody_is_counted_of_whom_less_than_a_tenth_is_in_the_picture() -> None:
    scene = Scene(SMALL)
    frames, edge = range(1200), [Line("edge", (0, SMALL.height - 12), (SMALL.width, SMALL.height - 12))]
    boxes = {number: {person.id: person for person in scene.boxes(number)} for number in frames}
    everybody = [(number, list(people.values())) for number, people in boxes.items()]
    counted = scene.crossings(edge, frames)

    assert counted
    assert min(boxes[crossing.frame][crossing.id].visible for crossing in counted) >= MIN_VISIBLE
    assert len(counted) < len(crossings(everybody, edge, SMALL.height))


def test_people_leave_and_others_come() -> None:
    scene = Scene(SMALL)
    early, late = ({p.id for p in scene.boxes(number)} for number in (0, 900))

    assert early
    assert late
    assert not early & late


def test_an_empty_scene_has_no_people_and_still_moves() -> None:
    scene = Scene(replace(SMALL, people=0))
    (first, nobody), (second, _) = scene.frame(0), scene.frame(1)

    assert nobody == []
    assert not np.array_equal(first, second), "sensor noise"
    assert abs(first.mean() - scene.frame(450)[0].mean()) > 0.3, "changing light"


@pytest.mark.parametrize("size", [(160, 90), (161, 97), (640, 480), (360, 640), (1920, 200)])
def test_any_size_and_shape(size: tuple[int, int]) -> None:
    width, height = size
    scene = Scene(DemoSettings(width=width, height=height, people=30))
    for number in (0, 77):
        picture, people = scene.frame(number)
        assert picture.shape == (height, width, 3)
        assert people
        for person in people:
            assert 0 <= person.left < person.left + person.width <= width
            assert 0 <= person.top < person.top + person.height <= height
            assert 0 < person.visible <= 1


def test_two_hundred_people() -> None:
    assert len(Scene(replace(SMALL, people=200)).truth(100)) > 60


def test_no_sum_of_picture_noise_and_rain_wraps() -> None:
    """A pixel near white that wrapped would be black, and the other way round."""
    for weather in WEATHERS:
        settings = replace(SMALL, weather=weather, people=40)
        calm = GRADES[weather]
        scene = Scene(settings)
        noisy = scene.picture(10).astype(int)
        canvas = scene._painter._canvas.astype(int)
        assert (np.abs(noisy - canvas) <= (40 if calm.rain else 7)).all(), weather


@pytest.mark.parametrize("scene", SCENES)
def test_who_is_seen_is_who_would_be_seen_if_each_were_drawn_over_the_whole_picture(scene: SceneName) -> None:
    settings = replace(SMALL, scene=scene, people=25)
    shown = Scene(settings)
    occluders = build(scene, shown.camera, GRADES[settings.weather], settings.seed).occluders
    crowd = Crowd(settings, shown.camera)
    figures = Figures(shown.camera, crowd.looks, GRADES[settings.weather])
    partly = 0
    for number in range(0, 300, 20):
        expected: dict[int, tuple[float, float]] = {}
        covers = [(thing.z, spread(thing.rect, thing.alpha > 127)) for thing in occluders]
        for walker in reversed(crowd.at(number)):  # nearest first
            layer = figures.body(walker, WHOLE)
            if layer is None:
                continue
            body = spread(layer.rect, layer.pixels[..., 3] > 127)
            seen = body & ~np.any([cover for z, cover in covers if z < walker.z], axis=0)
            covers.append((walker.z, body))
            if seen.any():
                visible = min(1.0, seen.sum() / figures.area(walker))
                expected[walker.id] = visible, 1 - seen.sum() / body.sum()
        found = {person.id: (person.visible, person.hidden) for person in shown.truth(number)}
        assert found.keys() == expected.keys()
        for identity, shares in expected.items():
            assert found[identity] == pytest.approx(shares)
        partly += sum(0.1 < hidden < 0.9 for _, hidden in expected.values())
    assert partly > 20


class TestOcclusion:
    """People put by hand around the plaza's kiosk, which stands at x -4.4 from z 14.1 to 15.9."""

    def test_somebody_behind_is_hidden(self) -> None:
        stage = Stage((-3.95, 17.4))
        (person,) = stage.witness.truth(0)

        assert 0 < person.visible < 0.7
        assert person.height == pytest.approx(stage.witness.boxes(0)[0].height), "the box is of the whole body"
        assert not (stage.changed() & stage.kiosk()).any(), "the kiosk is as it was"

    def test_somebody_in_front_hides_it(self) -> None:
        stage = Stage((-4.4, 13.2))

        assert stage.witness.truth(0)[0].visible == pytest.approx(1, abs=0.03)
        assert (stage.changed() & stage.kiosk()).sum() > 200

    def test_the_nearer_of_two_is_drawn_over_the_other(self) -> None:
        both, nearer = Stage((1.5, 13.0), (1.5, 12.4)), Stage((1.5, 12.4))
        farther, near = both.witness.truth(0)

        assert near.visible == pytest.approx(1, abs=0.03)
        assert farther.visible < 0.75
        body = nearer.solid()
        assert body.sum() > 500
        other = np.abs(both.picture.astype(int) - nearer.picture.astype(int)).max(axis=2)[body]
        assert (other <= 1).mean() > 0.9, "but for the seams between limbs, where what is behind shines through"

    def test_half_of_somebody_at_the_edge_is_seen(self) -> None:
        camera = Stage().camera
        x = camera.width / 2 / camera.focal * 13.0
        (person,) = Stage((x, 13.0)).witness.truth(0)

        assert person.visible == pytest.approx(0.5, abs=0.12)
        assert person.left + person.width == camera.width

    def test_somebody_outside_is_not_there(self) -> None:
        assert Stage((30.0, 13.0)).witness.truth(0) == []


def test_training_scenes_differ_in_all_that_matters() -> None:
    scenes = [training_scene(seed, width=320, height=192) for seed in range(12)]
    settings = [scene.settings for scene in scenes]

    assert len({s.scene for s in settings}) == len(SCENES)
    assert len({s.weather for s in settings}) >= 3
    assert len(scenes) / 2 < len({scene.camera for scene in scenes}) < len(scenes), "some have the demo's own"
    assert training_scene(5, empty=True).frame(3)[1] == []
    assert any(scene.frame(20)[1] for scene in scenes)


class Still(Crowd):
    """People who stand where the test puts them."""

    def __init__(self, *spots: tuple[float, float]) -> None:
        look = replace(random_look(np.random.default_rng(1)), stature=1.75, outfit="coat", carried="nothing")
        self.looks = [look] * len(spots)
        self._walkers = [Walker(index + 1, index, x, z, 0.0, Stance(6, 0, 0)) for index, (x, z) in enumerate(spots)]

    def at(self, frame: int) -> list[Walker]:
        return sorted(self._walkers, key=lambda walker: -walker.z)


class Stage:
    """A plaza without shadows, with people where the test puts them."""

    def __init__(self, *spots: tuple[float, float]) -> None:
        self.camera = Camera.of(View(), 640, 360)
        self.scenery = build("plaza", self.camera, NO_SHADOWS, seed=7)
        crowd = Still(*spots)
        figures = Figures(self.camera, crowd.looks, NO_SHADOWS)
        self.witness = Witness(self.camera, crowd, figures, self.scenery.occluders)
        self.picture = self._paint(crowd, figures)
        self._without = self._paint(Still(), figures)

    def _paint(self, crowd: Crowd, figures: Figures) -> NDArray[np.uint8]:
        out = np.empty((360, 640, 3), np.uint8)
        Painter(self.camera, self.scenery, crowd, figures, NO_SHADOWS, fps=30, seed=7).paint(0, out)
        return out

    def changed(self) -> NDArray[np.bool_]:
        changed: NDArray[np.bool_] = np.any(self.picture != self._without, axis=2)
        return changed

    def solid(self) -> NDArray[np.bool_]:
        """Where the picture changed, without the edges, which are blended with what is behind."""
        inner = self.changed()
        for axis in (0, 1):
            for _ in range(2):
                inner &= np.roll(inner, 1, axis) & np.roll(inner, -1, axis)
        return inner

    def kiosk(self) -> NDArray[np.bool_]:
        (kiosk,) = (o for o in self.scenery.occluders if o.z == pytest.approx(14.1))
        mask = np.zeros((360, 640), bool)
        mask[kiosk.rect.slices] = kiosk.alpha == 255
        return mask


def spread(rect: Rect, covered: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return what ``covered``, which lies at ``rect``, is of the whole picture."""
    frame = np.zeros((SMALL.height, SMALL.width), bool)
    frame[rect.slices] = covered
    return frame


def whole(person: Truth) -> bool:
    """Return whether the edges of the picture (640x360) cut nothing off."""
    left, top, right, bottom = corners(person)
    return left > 0 and top > 0 and right < 640 and bottom < 360


def around(person: Truth) -> tuple[slice, slice]:
    left, top, right, bottom = corners(person)
    return (
        slice(max(int(top) - EDGE, 0), int(bottom) + 1 + EDGE),
        slice(max(int(left) - EDGE, 0), int(right) + 1 + EDGE),
    )


def corners(person: Truth) -> tuple[float, float, float, float]:
    return person.left, person.top, person.left + person.width, person.top + person.height


def touch(one: Truth, other: Truth) -> bool:
    a, b = corners(one), corners(other)
    reach = 2 * EDGE
    return a[0] < b[2] + reach and b[0] < a[2] + reach and a[1] < b[3] + reach and b[1] < a[3] + reach


def extent(changed: NDArray[np.bool_], person: Truth) -> tuple[int, int, int, int]:
    """Return the corners of what changed around one person."""
    rows, columns = around(person)
    where = np.argwhere(changed[rows, columns]) + np.array([rows.start, columns.start])
    (top, left), (bottom, right) = where.min(axis=0), where.max(axis=0) + 1
    return int(left), int(top), int(right), int(bottom)
