"""The publications that the integrity tests stand on, made once, and copies of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from incumbent import ledger, manifest, remembered, signing
from tests.integrity import places

NOW = "2031-12-24T12:00:00Z"


@dataclass(frozen=True)
class Signed:
    """A signed publication and its key: public, and where the private one is."""

    published: Path
    public: signing.PublicKey
    private: Path


@pytest.fixture(scope="session", autouse=True)
def _no_waiting_for_the_disk() -> Iterator[None]:
    """What is published here is read at once; what a power cut does to it is tested elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        yield


@pytest.fixture(autouse=True)
def _no_key_of_the_user_and_few_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(signing.VARIABLE, raising=False)
    monkeypatch.delenv(signing.LIST_VARIABLE, raising=False)
    monkeypatch.delenv("INCUMBENT_REMEMBER", raising=False)
    places.few_pages(monkeypatch)


@pytest.fixture(scope="session")
def sealed_original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(signing.VARIABLE, raising=False)
        return places.make(tmp_path_factory.mktemp("sealed") / "published")


@pytest.fixture(scope="session")
def signed_original(sealed_original: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signed]:
    folder = tmp_path_factory.mktemp("signed")
    published = Path(shutil.copytree(sealed_original, folder / "published"))
    with pytest.MonkeyPatch.context() as patch:
        public = places.key_in(folder, patch)
        for slug in (places.SLUG, places.OTHER):
            places.seal(published / slug)
    yield Signed(published, public, folder / "signing.pem")


@pytest.fixture
def sealed(sealed_original: Path, tmp_path: Path) -> Path:
    """A copy to change."""
    return Path(shutil.copytree(sealed_original, tmp_path / "published"))


@pytest.fixture
def signed(signed_original: Signed, tmp_path: Path) -> Signed:
    """A copy to change."""
    published = Path(shutil.copytree(signed_original.published, tmp_path / "published"))
    return Signed(published, signed_original.public, signed_original.private)


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    return tmp_path / "memory.json"


def known(published: Path, memory: Path) -> None:
    """Puts what is published into the memory, as it was seen on NOW, without judging it at length."""
    folders = [published / slug for slug in (places.SLUG, places.OTHER)]
    seen = {f"{published}/{folder.name}": remembered.observe(folder, NOW) for folder in folders}
    remembered.keep(memory, {place: each for place, each in seen.items() if each is not None})


@pytest.fixture(scope="session")
def slim_original(sealed_original: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with few files in each version, for tests that bring them all over HTTP: their tables are not read."""
    published = Path(shutil.copytree(sealed_original, tmp_path_factory.mktemp("slim") / "published"))
    kept = {"datapackage.json", "news.json", "README.md", "people.csv", "excel/people.csv", manifest.NAME}
    for slug in (places.SLUG, places.OTHER):
        listed = ledger.versions(published / slug)
        for entry in (entry for entry in listed if entry["state"] == "published"):
            version = published / slug / entry["path"]
            for name in set(manifest.files(version)) - kept:
                if not name.endswith(".parquet"):  # what follows from the versions is made from these
                    (version / name).unlink()
            entry["manifest"] = manifest.write(version)
        places.rewrite(published / slug, listed)
    return published


@pytest.fixture
def slim(slim_original: Path, tmp_path: Path) -> Path:
    """A copy to change."""
    return Path(shutil.copytree(slim_original, tmp_path / "published"))
