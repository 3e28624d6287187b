"""Keys and signatures: ed25519 as openssl has it, the same bytes every time, and a private key that shows nowhere."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from incumbent import manifest, publish, sealing, signing, withdrawal
from incumbent.errors import InputError
from incumbent.site import writing
from tests import synthetic_package as synthetic
from tests.integrity import places
from tests.integrity.conftest import Signed

OPENSSL = shutil.which("openssl")


@pytest.fixture
def pair(tmp_path: Path) -> tuple[signing.Signer, signing.PublicKey]:
    public = signing.new_pair(tmp_path / "signing.pem")
    return signing.Signer.load(tmp_path / "signing.pem"), public


def test_a_pair_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    made = signing.new_pair(tmp_path / "signing.pem")
    assert (tmp_path / "signing.pem").stat().st_mode & 0o777 == 0o600
    assert signing.read_keys(tmp_path / "signing.pem.pub") == (made,)
    before = (tmp_path / "signing.pem").read_bytes()
    with pytest.raises(InputError, match="there is a key already"):
        signing.new_pair(tmp_path / "signing.pem")
    (tmp_path / "signing.pem.pub").unlink()
    with pytest.raises(InputError, match="there is a key already"):
        signing.new_pair(tmp_path / "signing.pem")
    assert (tmp_path / "signing.pem").read_bytes() == before
    with pytest.raises(InputError, match="the key cannot be written"):
        signing.new_pair(tmp_path / "none" / "signing.pem")


def test_the_same_bytes_and_key_give_the_same_signature(pair: tuple[signing.Signer, signing.PublicKey]) -> None:
    signer, public = pair
    made = signer.sign(b"content")
    assert made == signer.sign(b"content") and len(made) == 64
    assert signing.fault(b"content", made, [public], "2031-01-01") == ""
    assert "no signature of it" in signing.fault(b"Content", made, [public], None)
    assert "no signature of it" in signing.fault(b"content", made, [], None)


def test_a_known_answer() -> None:
    """RFC 8032, 7.1, test 2: one byte."""
    secret = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"
    key = signing.Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))
    signer = signing.Signer(signing.PublicKey.of(key.public_key()), key)
    assert signer.public.raw.hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert signer.sign(b"\x72").hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )


@pytest.mark.skipif(OPENSSL is None, reason="openssl is not installed: apt-get install openssl")
def test_openssl_agrees(signed: Signed, tmp_path: Path) -> None:
    """What docs/integrity.md shows: no code of ours, and one flipped bit is refused."""
    (tmp_path / "public.pem").write_text(signed.public.pem)
    folder = signed.published / places.SLUG

    def verified(content: Path, signature: Path) -> bool:
        command = [OPENSSL, "pkeyutl", "-verify", "-pubin", "-inkey", tmp_path / "public.pem", "-rawin"]
        done = subprocess.run([*command, "-in", content, "-sigfile", signature], capture_output=True, check=False)
        return done.returncode == 0

    for name in ("SHA256SUMS", "latest.json", "v1.0.0/SHA256SUMS", "latest/SHA256SUMS", "../SHA256SUMS"):
        assert verified(folder / name, folder / f"{name}.sig"), name
    content = bytearray((folder / "latest.json").read_bytes())
    content[5] ^= 1
    (tmp_path / "changed").write_bytes(bytes(content))
    assert not verified(tmp_path / "changed", folder / "latest.json.sig")
    made = tmp_path / "openssl.pem"
    subprocess.run([OPENSSL, "genpkey", "-algorithm", "ed25519", "-out", made], check=True, capture_output=True)
    made.chmod(0o600)
    assert len(signing.Signer.load(made).sign(b"x")) == 64


def test_sha256sum_agrees(signed: Signed) -> None:
    """Every manifest and seal, checked by coreutils."""
    sums = sorted(signed.published.rglob(manifest.NAME))
    assert len(sums) == 8  # published/, two rosters, three versions, two latest/
    for path in sums:
        subprocess.run(["sha256sum", "--quiet", "--strict", "-c", manifest.NAME], cwd=path.parent, check=True)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644, 0o666, 0o610])
def test_a_key_that_others_can_get_at_is_refused(tmp_path: Path, mode: int) -> None:
    signing.new_pair(tmp_path / "signing.pem")
    (tmp_path / "signing.pem").chmod(mode)
    with pytest.raises(InputError, match="others can read or write the signing key"):
        signing.Signer.load(tmp_path / "signing.pem")


def test_a_private_key_shows_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sealed: Path) -> None:
    places.key_in(tmp_path, monkeypatch)
    text = (tmp_path / "signing.pem").read_text()
    secret = "".join(text.splitlines()[1:-1])[-43:]
    signer = signing.configured()
    assert signer is not None
    assert secret not in repr(signer) and "PRIVATE" not in repr(signer)
    folder = sealed / places.SLUG
    places.seal(folder)
    raw = signer._key.private_bytes_raw()
    for path in (path for path in sealed.rglob("*") if path.is_file()):
        content = path.read_bytes()
        assert secret.encode() not in content and raw not in content and raw.hex().encode() not in content
    (tmp_path / "signing.pem").write_text(text.replace("BEGIN PRIVATE", "BEGIN SECRET"))
    with pytest.raises(InputError, match="no private key for ed25519") as caught:
        signing.configured()
    assert secret not in str(caught.value) and caught.value.__cause__ is None
    with pytest.raises(InputError, match="this is a private key, and a public one was asked for"):
        signing.parse_keys(text.encode(), "a file")


@pytest.mark.parametrize(
    "content", [b"", b"x", b"{}", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_what_is_no_private_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(InputError, match="no private key for ed25519"):
        signing.Signer.load(path)


def test_keys_of_other_kinds_are_refused(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519

    path = tmp_path / "key.pem"
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    other = ec.generate_private_key(ec.SECP256R1())
    path.write_bytes(other.private_bytes(pem, pkcs8, serialization.NoEncryption()))
    path.chmod(0o600)
    with pytest.raises(InputError, match="no private key for ed25519"):
        signing.Signer.load(path)
    locked = ed25519.Ed25519PrivateKey.generate()
    path.write_bytes(locked.private_bytes(pem, pkcs8, serialization.BestAvailableEncryption(b"secret")))
    with pytest.raises(InputError, match="asks for a passphrase"):
        signing.Signer.load(path)
    public = other.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(InputError, match="no public key for ed25519"):
        signing.parse_keys(public, "a file")
    for missing in (tmp_path / "none", tmp_path):
        with pytest.raises(InputError):
            signing.Signer.load(missing)
        with pytest.raises(InputError):
            signing.read_keys(missing)


def test_a_list_of_keys_is_read_as_it_was_written(pair: tuple[signing.Signer, signing.PublicKey]) -> None:
    public = pair[1]
    listed = [
        signing.PublicKey(public.raw, "2031-01-01", None),
        signing.PublicKey(bytes(range(32)), None, "2030-12-31"),
    ]
    assert signing.parse_keys(signing.list_bytes(listed), "a file") == tuple(listed)
    assert signing.parse_keys((listed[0].pem + listed[1].pem).encode(), "a file") == tuple(
        signing.PublicKey(key.raw) for key in listed
    )
    assert listed[0].speaks_of("2031-01-01") and not listed[0].speaks_of("2030-12-31")
    assert listed[1].speaks_of("2030-12-31") and not listed[1].speaks_of("2031-01-01")


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({"public_key": "x"}, "no public key for ed25519"), ({"public_key": 5}, "no public key"),
        ({"id": "0" * 16}, "another id"), ({"from": "2031"}, "not a day"), ({"until": "soon"}, "not a day"),
        ({"more": 1}, "no public key"),
    ],
)  # fmt: skip
def test_a_list_of_keys_that_says_something_else_is_refused(
    pair: tuple[signing.Signer, signing.PublicKey], cells: dict[str, object], found: str
) -> None:
    content = json.loads(signing.list_bytes([pair[1]]))
    content["keys"][0].update(cells)
    with pytest.raises(InputError, match=found):
        signing.parse_keys(json.dumps(content).encode(), "a file")


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"keys": []}', b'{"keys": 5}', b'{"keys": [5]}', b"x" * 70_000]
)
def test_what_is_no_list_of_keys_is_refused(content: bytes) -> None:
    with pytest.raises(InputError):
        signing.parse_keys(content, "a file")


def test_what_is_signed_is_not_left_without_its_key(signed: Signed, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = signed.published / places.SLUG
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(InputError, match="no key is given to sign what comes"):
        places.seal(folder)
    monkeypatch.setenv(signing.VARIABLE, str(signed.private))
    (signed.private.parent / "others.json").write_bytes(signing.list_bytes([signing.PublicKey(bytes(32))]))
    monkeypatch.setenv(signing.LIST_VARIABLE, str(signed.private.parent / "others.json"))
    with pytest.raises(InputError, match="lacks the key that signs"):
        sealing.signer_of(folder)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("fault", ["no key", "no such file", "a list that lacks it", "a damaged list"])
def test_a_key_that_cannot_sign_is_refused_before_anything_is_written(
    signed: Signed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """Whatever was asked for: half of a job would leave what is published with signatures of something else."""
    published = signed.published
    if fault == "no such file":
        monkeypatch.setenv(signing.VARIABLE, str(tmp_path / "gone.pem"))
    elif fault == "a list that lacks it":
        monkeypatch.setenv(signing.VARIABLE, str(signed.private))
        (tmp_path / "others.json").write_bytes(signing.list_bytes([signing.PublicKey(bytes(32))]))
        monkeypatch.setenv(signing.LIST_VARIABLE, str(tmp_path / "others.json"))
    elif fault == "a damaged list":
        monkeypatch.setenv(signing.VARIABLE, str(signed.private))
        (published / signing.LIST).write_text("{")
    before = {path: path.read_bytes() for path in published.rglob("*") if path.is_file()}
    later = synthetic.draft("2032-01-31", extra=True, days=200)
    jobs: list[Callable[[], object]] = [
        lambda: publish.publish(later, published, places.SLUG),
        lambda: publish.note_check(published, places.SLUG, checked_at="2031-12-30"),
        lambda: withdrawal.withdraw(published, places.SLUG, ["1.2.0"], reason="defective", date="2031-12-30"),
        lambda: writing.write_pages(published, places.SLUG),
    ]
    jobs += [] if fault == "no key" else [lambda: writing.write_index(published)]  # beside no roster nothing is signed
    for job in jobs:
        with pytest.raises(InputError):
            job()
        assert {path: path.read_bytes() for path in published.rglob("*") if path.is_file()} == before


def test_sealing_again_changes_no_byte(signed: Signed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(signing.VARIABLE, str(signed.private))
    before = {path: path.read_bytes() for path in signed.published.rglob("*") if path.is_file()}
    for slug in (places.SLUG, places.OTHER):
        places.seal(signed.published / slug)
    assert {path: path.read_bytes() for path in signed.published.rglob("*") if path.is_file()} == before


def test_a_version_is_signed_before_it_is_promoted(
    sealed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = sealed / places.SLUG / "v1.0.0"
    sealing.sign_version(version, None)
    assert not (version / manifest.SIGNATURE).exists()
    public = places.key_in(tmp_path, monkeypatch)
    sealing.sign_version(version, signing.configured())
    assert sealing.signature_fault(version / manifest.NAME, [public], "2031-06-28") == ""
    assert list(manifest.faults(version)) == []
    assert "is of latest.json, which is not there" in sealing.signature_fault(
        _without_content(version / "latest.json"), [public], None
    )


def _without_content(path: Path) -> Path:
    path.with_name(f"{path.name}.sig").write_bytes(b"0" * 64)
    return path
