from __future__ import annotations

import threading

from services.common.slot import Slot


def test_the_newest_overwrites_what_nobody_took() -> None:
    slot: Slot[int] = Slot()
    assert not slot.put(1)
    assert slot.put(2)
    assert slot.take() == 2
    assert not slot.put(3)


def test_taking_waits_for_an_item() -> None:
    slot: Slot[str] = Slot()
    taken: list[str | None] = []
    taker = threading.Thread(target=lambda: taken.append(slot.take(30)))
    taker.start()
    slot.put("late")
    taker.join()
    assert taken == ["late"]


def test_an_empty_slot_gives_nothing_after_the_time() -> None:
    assert Slot[int]().take(0.01) is None


def test_closing_wakes_a_taker_and_leaves_nothing() -> None:
    slot: Slot[str] = Slot()
    taken: list[str | None] = []
    taker = threading.Thread(target=lambda: taken.append(slot.take()))
    taker.start()
    slot.close()
    taker.join(30)
    assert taken == [None]
    slot.put("after")
    assert slot.take(0) is None
    assert slot.closed
