"""A roster's folder, for what is kept in it."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "board" / "archive").mkdir(parents=True)
    text = "slug: board\ntitle: A\ndescription: B\nlicence: CC0-1.0\nattribution: C\ncontact: D\nsources:\n"
    text += "  - {id: list, role: roster, adapter: csv, title: A, publisher: B, url: 'https://a.example/', "
    text += "licence: CC0-1.0, settings: {columns: {Name: person, Post: post}}}\n"
    (tmp_path / "board" / "roster.yaml").write_text(text)
    return tmp_path / "board"
