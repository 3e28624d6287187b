"""ed25519 signatures (RFC 8032) of what is published, and the keys that they are checked with.

A signature is the 64 bytes themselves, in a file beside what it signs (`SHA256SUMS.sig`), so that openssl can check it:
docs/integrity.md shows how. It is deterministic: the same bytes and key give the same signature, whenever it is made.

keys.json lists the public keys, each with the days it may speak of:
    {"keys": [{"id": "...", "public_key": "-----BEGIN PUBLIC KEY-----...", "from": null, "until": "2027-01-31"}]}
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from incumbent import edtf
from incumbent.errors import InputError

#: The variables of the environment that name the private key, a PEM file, and the list of public ones (keys.json).
VARIABLE = "INCUMBENT_SIGNING_KEY"
LIST_VARIABLE = "INCUMBENT_PUBLIC_KEYS"

#: The list of public keys, beside what they sign.
LIST = "keys.json"
#: What the name of a signature ends with.
SUFFIX = ".sig"

_LARGEST = 65_536  # bytes of a file of keys
_PUBLIC_BLOCK = re.compile(rb"-----BEGIN PUBLIC KEY-----.*?-----END PUBLIC KEY-----", re.DOTALL)
_KEYS = frozenset(("id", "public_key", "from", "until"))


def configured() -> Signer | None:
    """The signer that the environment names; None where it names none. Raises InputError."""
    named = os.environ.get(VARIABLE, "").strip()
    return Signer.load(Path(named)) if named else None


def configured_list() -> tuple[PublicKey, ...] | None:
    """The list of public keys that the environment names; None where it names none. Raises InputError."""
    named = os.environ.get(LIST_VARIABLE, "").strip()
    return read_keys(Path(named)) if named else None


def new_pair(path: Path) -> PublicKey:
    """Makes a private key at `path`, which only its owner can read, and its public key at `path`.pub.

    Raises InputError when one of the two is there already, or cannot be written.
    """
    private = Ed25519PrivateKey.generate()
    written = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = PublicKey.of(private.public_key())
    beside = path.with_name(f"{path.name}.pub")
    if beside.exists():
        raise InputError("there is a key already", where=str(beside), do="give another name: a key is never replaced")
    _create(path, written, 0o600)
    _create(beside, public.pem.encode(), 0o644)
    return public


def read_keys(path: Path) -> tuple[PublicKey, ...]:
    """The public keys of a file: keys.json, or PEM, one key or several. Raises InputError."""
    if path.exists() and not path.is_file():
        raise InputError("this is no plain file", where=str(path), expected="keys.json, or a PEM file")
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise InputError(
            f"the public keys cannot be read: {error.strerror}", where=str(path), expected="keys.json, or a PEM file"
        ) from None
    return parse_keys(content, str(path))


def parse_keys(content: bytes, where: str) -> tuple[PublicKey, ...]:
    """As `read_keys`, of a file's bytes. Raises InputError."""
    if len(content) > _LARGEST:
        raise InputError("this is too large for a list of keys", where=where, expected=f"at most {_LARGEST} bytes")
    if b"PRIVATE KEY-----" in content:
        raise InputError(
            "this is a private key, and a public one was asked for",
            where=where,
            expected="the public key, FILE.pub",
            do="keep the private key away from where public ones go",
        )
    blocks = _PUBLIC_BLOCK.findall(content) if not content.lstrip().startswith(b"{") else []
    if blocks:
        return tuple(_public(block + b"\n", where) for block in blocks)
    try:
        listed = json.loads(content)["keys"]
        if not isinstance(listed, list) or not listed:
            raise TypeError
    except (ValueError, KeyError, TypeError, RecursionError):
        raise InputError("this is no list of public keys", where=where, expected="keys.json, or a PEM file") from None
    return tuple(_entry(each, f"{where}, /keys/{number}") for number, each in enumerate(listed))


def list_bytes(keys: Sequence[PublicKey]) -> bytes:
    """keys.json."""
    listed = [{"id": key.id, "public_key": key.pem, "from": key.start, "until": key.until} for key in keys]
    return (json.dumps({"keys": listed}, indent=2) + "\n").encode()


def fault(content: bytes, signature: bytes, keys: Sequence[PublicKey], day: str | None) -> str:
    """What is wrong with a signature, in words that follow its name; empty when nothing is.

    It is right when one of `keys` made it of `content`, and that key may speak of `day`, the day that `content` says it
    is of (None: it says none).
    """
    makers = [key for key in keys if key.made(signature, content)]
    if not makers:
        return "is no signature of it by a key that is known"
    if day is not None and not any(key.speaks_of(day) for key in makers):
        return f"is by key {makers[0].id}, which is for {makers[0].days}, and this is of {day}"
    return ""


def _entry(value: Any, where: str) -> PublicKey:
    if not isinstance(value, dict) or not isinstance(value.get("public_key"), str) or not set(value) <= _KEYS:
        raise InputError("this is no public key", where=where, expected=", ".join(sorted(_KEYS)))
    days = [value.get("from"), value.get("until")]
    for day in days:
        if day is not None:
            edtf.parse_day(str(day), what=where)
    key = _public(value["public_key"].encode(), where)
    if value.get("id") not in (None, key.id):
        raise InputError("the key has another id than the list says", where=where, expected=key.id)
    return PublicKey(key.raw, *days)


def _public(pem: bytes, where: str) -> PublicKey:
    try:
        loaded = serialization.load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        loaded = None
    if not isinstance(loaded, Ed25519PublicKey):
        raise InputError("this is no public key for ed25519", where=where, expected="PEM, such as openssl pkey -pubout")
    return PublicKey.of(loaded)


def _create(path: Path, content: bytes, mode: int) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise InputError(
            "there is a key already", where=str(path), do="give another name: a key is never replaced"
        ) from None
    except OSError as error:
        raise InputError(f"the key cannot be written: {error.strerror}", where=str(path)) from None


@dataclass(frozen=True)
class PublicKey:
    """A public key, and the first and last day that it may speak of (None: no bound)."""

    raw: bytes
    start: str | None = None
    until: str | None = None

    @classmethod
    def of(cls, key: Ed25519PublicKey) -> PublicKey:
        """The key without bounds."""
        return cls(key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw))

    @property
    def id(self) -> str:
        """What it is called: the first 16 digits of the SHA-256 of its 32 bytes."""
        return hashlib.sha256(self.raw).hexdigest()[:16]

    @property
    def pem(self) -> str:
        """The key as openssl reads it."""
        key = Ed25519PublicKey.from_public_bytes(self.raw)
        written = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        return written.decode()

    @property
    def days(self) -> str:
        """The days that it may speak of, in words."""
        bounds = [f"{word} {day}" for word, day in (("from", self.start), ("until", self.until)) if day]
        return f"days {' '.join(bounds)}" if bounds else "all days"

    def made(self, signature: bytes, content: bytes) -> bool:
        """Whether `signature` is this key's of `content`."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, content)
        except InvalidSignature:
            return False
        return True

    def speaks_of(self, day: str) -> bool:
        """Whether `day` (ISO, such as 2026-11-22) is one of its days."""
        return (self.start or day) <= day <= (self.until or day)


@dataclass(frozen=True)
class Signer:
    """A private key. It shows itself nowhere: not in `repr`, not in an error."""

    public: PublicKey
    _key: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def load(cls, path: Path) -> Signer:
        """The key of a PEM file. Raises InputError for one that others than its owner can read or write, that asks for
        a passphrase, or that is no private key for ed25519; never with anything of what it holds."""
        if path.exists() and not path.is_file():
            raise InputError("the signing key is no plain file", where=str(path), expected="a PEM file")
        try:
            with path.open("rb") as file:
                mode = os.fstat(file.fileno()).st_mode
                content = file.read(_LARGEST)
        except OSError as error:
            raise InputError(
                f"the signing key cannot be read: {error.strerror}", where=str(path), expected="a PEM file",
                do=f"correct {VARIABLE}, or make a key: incumbent key new",
            ) from None  # fmt: skip
        if stat.S_IMODE(mode) & 0o077:
            raise InputError(
                "others can read or write the signing key",
                where=str(path),
                expected="a file that only its owner can read",
                do=f"chmod 600 {path.name}; and if somebody may have read it, make a new key: incumbent key new",
            )
        try:
            key = serialization.load_pem_private_key(content, password=None)
        except TypeError:
            raise InputError(
                "the signing key asks for a passphrase", where=str(path), expected="a key without one"
            ) from None
        except (ValueError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, Ed25519PrivateKey):
            raise InputError(
                "this is no private key for ed25519",
                where=str(path),
                expected="PEM, such as incumbent key new makes, or openssl genpkey -algorithm ed25519",
            )
        return cls(PublicKey.of(key.public_key()), key)

    def sign(self, content: bytes) -> bytes:
        """The signature of `content`: 64 bytes, always the same."""
        return self._key.sign(content)
