"""resources.path: where the folders that ship with the code are."""

from __future__ import annotations

from pathlib import Path

import pytest

from incumbent import resources


@pytest.mark.parametrize("name", resources.FOLDERS)
def test_a_checkout_serves_its_own_folders(name: str, repository: Path) -> None:
    assert resources.path(name) == repository / name


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ValueError, match="none of schemas, expectations, flows, rosters"):
        resources.path("secrets")


def test_the_wheels_copy_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundled = tmp_path / "bundled" / "schemas"
    bundled.mkdir(parents=True)
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path)
    assert resources.path("schemas") == bundled


def test_an_installation_without_the_folder_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_PACKAGE", tmp_path)
    monkeypatch.setattr(resources, "_CHECKOUT", tmp_path)
    (tmp_path / "schemas").mkdir()  # some other project's folder: there is no pyproject.toml of ours beside it
    with pytest.raises(FileNotFoundError, match="lacks its folder schemas/"):
        resources.path("schemas")
