"""S3, and what speaks its protocol, through s3fs: conditional writes by If-None-Match and If-Match.

Rule: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html. s3fs has mode="create" but no
If-Match, so the calls are made by call_s3, with s3fs' client, credentials and retries. Nothing that the server says in
words goes into an error of ours: some servers repeat the request there, with its key.
"""

from __future__ import annotations

import email.utils
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any, TypeVar

import aiohttp
import fsspec.asyn
import s3fs
from botocore import exceptions as botocore_exceptions

from incumbent import difference
from incumbent.targets.store import Conflict, Gone, Listed, TargetError

Answer = TypeVar("Answer")

#: What browsers and programs are told of a file; by its ending, and alike on every machine.
_TYPES = {
    ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".csv": "text/csv; charset=utf-8", ".md": "text/markdown; charset=utf-8", ".txt": "text/plain; charset=utf-8",
    ".json": "application/json", ".jsonld": "application/ld+json", ".xml": "application/xml",
    ".parquet": "application/vnd.apache.parquet", ".cff": "application/yaml", ".svg": "image/svg+xml",
    ".png": "image/png", ".ico": "image/x-icon", ".woff2": "font/woff2", ".zip": "application/zip",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip

_REFUSED = ("the target refused the credentials", "credentials that may list, read, write and delete there")
#: Error code of S3 -> what is wrong, and what was expected. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
_CODES: Mapping[str, tuple[str, str]] = {
    "NoSuchBucket": ("there is no such bucket", "a bucket that exists: none is made here"),
    "RequestTimeTooSkewed": ("this machine's clock and the target's differ too much", "a clock that is right"),
    "SlowDown": ("the target is overloaded, and was still after many tries", "a target that answers"),
    "ServiceUnavailable": ("the target is overloaded, and was still after many tries", "a target that answers"),
    **dict.fromkeys(
        ("AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "403"), _REFUSED
    ),
}
_CONFLICTS = ("PreconditionFailed", "ConditionalRequestConflict", "412", "409")
_ABSENT = ("NoSuchKey", "404")
_LATER = "what is published is as it was; run again later"
_READ_TRIES = 5


class S3Store:
    """A bucket, or a prefix in one."""

    conditional = True

    def __init__(self, address: str, place: str, storage: Mapping[str, Any]) -> None:
        self.address = address
        self._bucket, _, prefix = place.partition("/")
        self._prefix = f"{prefix}/" if prefix else ""
        self._system = s3fs.S3FileSystem(skip_instance_cache=True, use_listings_cache=False, **_arguments(storage))

    def listed(self, under: str = "") -> dict[str, Listed]:
        found: dict[str, Listed] = {}
        more: dict[str, str] = {}
        while True:
            page = self._asked(
                lambda more=more: self._system.call_s3(  # type: ignore[misc]
                    "list_objects_v2", Bucket=self._bucket, Prefix=self._prefix + under, **more
                )
            )
            now = email.utils.parsedate_to_datetime(page["ResponseMetadata"]["HTTPHeaders"]["date"])
            for each in page.get("Contents", ()):
                if each["Key"].endswith("/"):  # what some programs make to show a folder
                    continue
                age = (now - each["LastModified"]).total_seconds()
                found[each["Key"].removeprefix(self._prefix)] = Listed(each["ETag"], each["Size"], age)
            if not page.get("IsTruncated"):
                return found
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def read(self, name: str) -> tuple[bytes, str]:
        async def whole() -> tuple[bytes, str]:
            answer = await self._system._call_s3("get_object", Bucket=self._bucket, Key=self._prefix + name)
            async with answer["Body"] as body:
                return await body.read(), answer["ETag"]

        def once() -> tuple[bytes, str]:
            content, tag = fsspec.asyn.sync(self._system.loop, whole)
            return content, tag

        for _ in range(_READ_TRIES - 1):
            try:
                return self._asked(once)
            except TargetError as error:  # the body broke off, perhaps; what is refused in words stays refused
                if not _is_broken_line(error):
                    raise
        return self._asked(once)

    def create(self, name: str, content: bytes) -> str:
        return self._put(name, content, IfNoneMatch="*")

    def replace(self, name: str, content: bytes, tag: str) -> str:
        return self._put(name, content, IfMatch=tag)

    def delete(self, name: str) -> None:
        self._asked(lambda: self._system.call_s3("delete_object", Bucket=self._bucket, Key=self._prefix + name))

    def _put(self, name: str, content: bytes, **condition: str) -> str:
        kind = _TYPES.get(PurePosixPath(name).suffix, "application/octet-stream")
        kept = "public, max-age=31536000, immutable" if _is_immutable(name) else "no-cache"
        try:
            answer = self._asked(
                lambda: self._system.call_s3(
                    "put_object", Bucket=self._bucket, Key=self._prefix + name, Body=content, ContentType=kind,
                    CacheControl=kept, **condition,
                )
            )  # fmt: skip
        except Gone as error:  # If-Match on an object that is not there
            raise Conflict(name) from error
        return str(answer["ETag"])

    def _asked(self, call: Callable[[], Answer]) -> Answer:
        """What the target answers; its refusals and those of the network as our errors."""
        try:
            return call()
        except (OSError, ValueError, botocore_exceptions.BotoCoreError, aiohttp.ClientError) as error:
            cause = _cause(error)
            code = _code(cause)
            if code in _CONFLICTS:
                raise Conflict from error
            if code in _ABSENT:
                raise Gone from error
            raise self._told(cause, code) from error

    def _told(self, cause: BaseException, code: str) -> TargetError:
        if isinstance(cause, botocore_exceptions.NoCredentialsError | botocore_exceptions.PartialCredentialsError):
            return TargetError(
                "there are no credentials for the target",
                where=self.address,
                expected="AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or another of the usual ways",
                do="docs/targets.md names them",
            )
        what, expected = _CODES.get(code, (f"the target refused: {code}", "")) if code else _unreached(cause)
        return TargetError(what, where=self.address, expected=expected, do=_LATER)


def _arguments(storage: Mapping[str, Any]) -> dict[str, Any]:
    """s3fs' arguments: `region` and the timeouts are given to its client."""
    given = dict(storage)
    region = given.pop("region", None)
    timeouts = {name: float(given.pop(name)) for name in ("connect_timeout", "read_timeout") if name in given}
    return given | {
        "client_kwargs": {"region_name": region} if region else {},
        "config_kwargs": {"connect_timeout": 10.0, "read_timeout": 60.0} | timeouts,
    }


def _is_immutable(name: str) -> bool:
    """Whether the object is a file of a version: <slug>/v1.2.0/..."""
    parts = name.split("/")
    return len(parts) > 2 and parts[1].startswith("v") and difference.VERSION.fullmatch(parts[1][1:]) is not None


def _cause(error: BaseException) -> BaseException:
    """s3fs turns what botocore raised into an OSError, and keeps it as the cause."""
    while error.__cause__ is not None and not isinstance(error, botocore_exceptions.ClientError):
        error = error.__cause__
    return error


def _is_broken_line(error: BaseException) -> bool:
    """Whether an answer did not come, or broke off, and may be whole the next time."""
    causes = [error]
    while causes[-1].__cause__ is not None:
        causes.append(causes[-1].__cause__)
    return any(isinstance(each, botocore_exceptions.HTTPClientError | aiohttp.ClientError) for each in causes)


def _code(cause: BaseException) -> str:
    if isinstance(cause, botocore_exceptions.ClientError):
        return str(cause.response.get("Error", {}).get("Code", "unknown"))
    return ""


def _unreached(cause: BaseException) -> tuple[str, str]:
    return (
        f"the target cannot be reached ({type(cause).__name__})",
        "an address that answers; AWS_ENDPOINT_URL or endpoint_url for another server than Amazon's",
    )
