"""One S3 server for all tests of a process; a fresh bucket, and a line to it, for each test."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integrity.places import few_pages
from tests.targets import bucket

_numbers = itertools.count()


@pytest.fixture(scope="session")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The endpoint of a real S3 server."""
    yield from bucket.server(tmp_path_factory.mktemp("s3"))


@pytest.fixture(autouse=True)
def site_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few pages, and quickly made: to a target one is a file like any other. Tests that look at them put it off."""
    few_pages(monkeypatch)


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Good ones, where botocore looks for them."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", bucket.KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", bucket.SECRET)
    monkeypatch.setenv("AWS_DEFAULT_REGION", bucket.REGION)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def line(s3: str) -> Iterator[bucket.Line]:
    """A connection to the server that can be made to fail."""
    made = bucket.Line(s3)
    yield made
    made.close()


@pytest.fixture
def place(s3: str, line: bucket.Line, credentials: None, tmp_path: Path) -> Place:
    """A prefix of the bucket that holds nothing."""
    return Place(f"open/{next(_numbers)}", bucket.client(s3), line, tmp_path)


class Place:
    """A prefix, how to publish to it, and what is there, read by another client."""

    def __init__(self, prefix: str, client: Any, line: bucket.Line, folder: Path) -> None:
        self.prefix, self.client, self.line, self.folder = prefix, client, line, folder
        self.address = f"s3://{bucket.BUCKET}/{prefix}"

    def options(self, machine: str = "one", **given: Any) -> list[str]:
        """--target-option of a run on `machine`; each machine has its own working copy."""
        default = {"endpoint_url": self.line.endpoint, "cache": self.folder / machine, "wait_seconds": 0}
        return [f"{key}={value}" for key, value in {**default, **given}.items()]

    def names(self) -> list[str]:
        """What is there, without the prefix."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket.BUCKET, Prefix=f"{self.prefix}/")
        return [each["Key"].removeprefix(f"{self.prefix}/") for page in pages for each in page.get("Contents", ())]

    def object(self, name: str) -> Any:
        return self.client.get_object(Bucket=bucket.BUCKET, Key=f"{self.prefix}/{name}")

    def put(self, name: str, content: bytes) -> None:
        self.client.put_object(Bucket=bucket.BUCKET, Key=f"{self.prefix}/{name}", Body=content)

    def written(self) -> list[str]:
        """What was written by way of the line, in order; the lease left out."""
        start = f"/{bucket.BUCKET}/{self.prefix}/"
        names = [path.removeprefix(start).partition("?")[0] for method, path, _ in self.line.seen if method == "PUT"]
        return [name for name in names if name != ".publishing.json"]

    def download(self, folder: Path) -> Path:
        """Everything that is there, as a folder."""
        for name in self.names():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(self.object(name)["Body"].read())
        return folder
