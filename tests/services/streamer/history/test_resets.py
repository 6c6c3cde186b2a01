"""Resets as rows; what they do to totals is inference's."""

from __future__ import annotations

import httpx

from tests.services.streamer.history.conftest import Served


def post(served: Served, path: str, **options: object) -> httpx.Response:
    return served.client.post(path, **options)  # type: ignore[arg-type]


def test_made_listed_and_undone(served: Served) -> None:
    made = post(served, "/api/counts/reset", json={"name": "the fair opens", "camera": "entrance"})
    assert made.status_code == 201, made.text
    reset = made.json()
    assert (reset["name"], reset["camera"], reset["line"], reset["undone"]) == (
        "the fair opens",
        "entrance",
        None,
        None,
    )
    assert served.client.get("/api/counts/resets").json()["resets"][0] == reset
    undone = post(served, f"/api/counts/resets/{reset['id']}/undo", json={})
    assert undone.status_code == 200
    assert undone.json()["undone"] is not None
    again = post(served, f"/api/counts/resets/{reset['id']}/undo", json={})
    assert again.status_code == 409
    assert "was undone before" in again.json()["detail"]


def test_what_is_refused_changes_nothing(served: Served) -> None:
    before = served.client.get("/api/counts/resets").json()
    for body, status in (
        ({"name": ""}, 422),
        ({"name": "x" * 81}, 422),
        ({"name": "bell\x07"}, 422),
        ({"name": "a", "camera": "attic"}, 404),
        ({"name": "a", "line": "roof"}, 404),
        ({"name": "a", "lines": "door"}, 422),
        ({}, 422),
    ):
        answer = post(served, "/api/counts/reset", json=body)
        assert answer.status_code == status, body
        assert isinstance(answer.json()["detail"], str)
    assert post(served, "/api/counts/resets/unknown/undo", json={}).status_code == 404
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    assert post(served, "/api/counts/reset", json={"name": "a"}, headers=elsewhere).status_code == 403
    assert served.client.get("/api/counts/resets").json() == before


def test_a_name_is_kept_as_it_is_written(served: Served) -> None:
    name = "<b>Täglich</b> ☕"
    assert post(served, "/api/counts/reset", json={"name": name}).json()["name"] == name
    assert served.client.get("/api/counts/resets").json()["resets"][0]["name"] == name
