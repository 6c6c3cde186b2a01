"""The queue between two stages."""

from __future__ import annotations

import threading

from services.inference.analyze.channel import Channel


def test_all_items_arrive_in_order_however_little_room_there_is() -> None:
    channel: Channel[int] = Channel(1)

    def write() -> None:
        assert all(channel.put(number) for number in range(500))
        channel.finish()

    writer = threading.Thread(target=write)
    writer.start()
    assert list(channel) == list(range(500))
    writer.join()


def test_what_was_put_before_the_end_is_still_read() -> None:
    channel: Channel[int] = Channel(3)
    for number in range(3):
        channel.put(number)
    channel.finish()
    assert list(channel) == [0, 1, 2]
    assert list(channel) == []


def test_a_writer_that_waits_for_room_hears_that_the_reader_has_gone() -> None:
    channel: Channel[int] = Channel(1)
    channel.put(1)
    taken: list[bool] = []
    writer = threading.Thread(target=lambda: taken.append(channel.put(2)))
    writer.start()
    channel.close()
    writer.join(20)
    assert taken == [False]
    assert not channel.put(3)
    assert list(channel) == []
