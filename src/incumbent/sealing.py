"""Seals: SHA256SUMS of what changes, so that no file beside the versions can change unseen; and all signatures.

    SHA256SUMS                 of published/ itself, and of the seal of each roster
    <slug>/SHA256SUMS          of the roster's living files, and of the manifest of each version and of latest/
    <slug>/v1.2.0/SHA256SUMS   of the version's files: the manifest that was written with it

A seal is written when all else is. Only what this project writes is sealed: a file that somebody put into the folder
never is, and `verify` tells. With a signing key (signing.py), `SHA256SUMS.sig` stands beside each of these,
`latest.json.sig` beside the pointer, and `keys.json` lists the public keys.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from incumbent import catalogue, corrections, durable, feeds, ledger, manifest, signing
from incumbent.errors import InputError, VerifyError
from incumbent.signing import LIST, PublicKey, Signer

POINTER = "latest.json"
POINTER_SIGNATURE = POINTER + signing.SUFFIX

#: The files of a roster's folder that a run writes, besides its pages and the tombstones.
LIVING = (
    POINTER, POINTER_SIGNATURE, LIST, "status.json", "versions.json", corrections.FILE, feeds.VERSIONS, feeds.CHANGES,
    "history.parquet",
)  # fmt: skip
#: The files of published/ itself that a run writes, besides its pages.
ABOVE = ("versions.json", feeds.VERSIONS, catalogue.FILE, LIST)

#: What may lie in published/ although it is not ours: the host's own, and a run's that has not ended.
OF_HOST = frozenset((".git", ".nojekyll", "CNAME", "robots.txt", ledger.SCRATCH))
#: The same for a roster's folder. What a run left over is told apart.
OF_RUN = frozenset((ledger.SCRATCH,))


def signer_of(folder: Path) -> Signer | None:
    """The key that the environment names, if it may sign what is in `folder`; None for no key where nothing is signed.

    To be asked before anything is changed. Raises InputError where there are signatures and no key, which would leave
    them wrong; where the key cannot be used; and where the list of public keys lacks it.
    """
    signer = signing.configured()
    if signer is None:
        if (folder / POINTER_SIGNATURE).exists():
            raise InputError(
                "what is published here is signed, and no key is given to sign what comes",
                where=str(folder),
                expected=f"the environment variable {signing.VARIABLE}, or --signing-key",
                do="name the key; or remove keys.json and every .sig, if it is no longer to be signed",
            )
        return None
    for each in (folder, folder.parent):
        _listed(each, signer)
    return signer


def signer_above(published: Path) -> Signer | None:
    """The same for what is above the rosters. Raises InputError for a key that cannot be used, or that the list of
    public keys lacks."""
    signer = signing.configured()
    if signer is not None:
        _listed(published, signer)
    return signer


def sign_version(version: Path, signer: Signer | None) -> None:
    """The signature beside the manifest of a staged version. To be called before the version is flushed to disk."""
    if signer is not None:
        (version / manifest.SIGNATURE).write_bytes(signer.sign((version / manifest.NAME).read_bytes()))


def seal(folder: Path, scratch: Path, *, pages: Collection[str] = (), whole: bool = False) -> None:
    """Seals a roster's folder, then published/ around it; with a key, signs both. Can be done twice.

    `pages`: the pages that this run wrote, relative to `folder`. Without `whole`, pages that the last seal names stay
    sealed as it has them. The caller holds the lock of `folder`, and `scratch` is its scratch folder.
    """
    signer = signer_of(folder)
    if signer is not None:
        durable.write(signing.list_bytes(_listed(folder, signer)), folder / LIST, scratch)
        for each in _signable(folder):
            if not each.with_name(manifest.SIGNATURE).exists():  # older than the key
                _sign(each, signer, scratch)
        _sign(folder / POINTER, signer, scratch)
    names = [name for name in LIVING if (folder / name).is_file()]
    for each in _signable(folder):
        found = (each, each.with_name(manifest.SIGNATURE))
        names += [path.relative_to(folder).as_posix() for path in found if path.is_file()]
    names += [f"{ledger.WITHDRAWN}/{path.name}" for path in (folder / ledger.WITHDRAWN).glob("v*.json")]
    _write(folder, scratch, {*names, *pages}, signer, keep=not whole)
    with durable.locked(folder.parent, wait=True):
        _seal_above(folder.parent, scratch, signer)


def seal_pages(published: Path, scratch: Path, pages: Collection[str]) -> None:
    """Seals published/ itself with `pages`, all of its own that there are. The caller holds the lock of `published`,
    and `scratch` is a folder on the same file system. Raises InputError as `signer_above`."""
    _seal_above(published, scratch, signer_above(published), pages)


def is_behind(folder: Path) -> bool:
    """Whether a run was stopped before it had sealed a roster's folder and published/ around it: living files that are
    not those of the seals, or seals that the key of the environment has not signed."""
    published, signer = folder.parent, signing.configured()
    above = (*ABOVE, *(f"{folder.name}/{name}" for name in (manifest.NAME, manifest.SIGNATURE)))
    if _differs(folder, LIVING) or _differs(published, above):
        return True
    signed = (folder / POINTER, folder / manifest.NAME, published / manifest.NAME) if signer is not None else ()
    return signer is not None and any(signature_fault(path, [signer.public], None) for path in signed)


def stands(folder: Path, name: str) -> bool:
    """Whether a file of `folder` is there and is what the last seal names."""
    path = folder / name
    return path.is_file() and _last(folder).get(name) == manifest.digest(path)


def faults(folder: Path, ignored: Collection[str]) -> Iterator[tuple[str, str]]:
    """(path, what is wrong) of what is not as the seal of `folder` says; see manifest.faults."""
    for name, what in manifest.faults(folder, tree=True, ignored=ignored):
        yield name, what.replace("the manifest", "the seal")


def signature_fault(path: Path, keys: Sequence[PublicKey], day: str | None) -> str:
    """What is wrong with the signature of the file `path`, in words that follow its name; empty when nothing is."""
    signature = path.with_name(path.name + signing.SUFFIX)
    if not signature.exists() and not signature.is_symlink():
        return "is missing"
    if signature.is_symlink() or not signature.is_file():
        return "is no plain file"
    if path.is_symlink() or not path.is_file():
        return f"is of {path.name}, which is not there"
    with signature.open("rb") as file:
        made = file.read(65)  # a signature has 64 bytes; whatever is longer is none
    return signing.fault(path.read_bytes(), made, keys, day)


def _seal_above(published: Path, scratch: Path, signer: Signer | None, pages: Collection[str] | None = None) -> None:
    """The caller holds the lock of `published`."""
    if signer is not None:
        durable.write(signing.list_bytes(_listed(published, signer)), published / LIST, scratch)
    names = {name for name in ABOVE if (published / name).is_file()}
    for seal in published.glob(f"*/{manifest.NAME}"):
        found = (seal, seal.with_name(manifest.SIGNATURE))
        names |= {path.relative_to(published).as_posix() for path in found if path.is_file()}
    _write(published, scratch, names | set(pages or ()), signer, keep=pages is None)


def _write(folder: Path, scratch: Path, names: Collection[str], signer: Signer | None, *, keep: bool) -> None:
    """The seal of `names`; with `keep`, also of what the last seal names and still is there, as it has it."""
    sums = {name: manifest.digest(folder / name) for name in names if manifest.can_name(name)}
    if keep and (folder / manifest.NAME).is_file():
        ours = {*LIVING, *ABOVE}
        for name, known in _last(folder).items():
            page = name not in ours and Path(name).name not in (manifest.NAME, manifest.SIGNATURE)
            if page and not name.startswith(f"{ledger.WITHDRAWN}/") and (folder / name).is_file():
                sums.setdefault(name, known)
    content = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode()
    durable.write(content, folder / manifest.NAME, scratch)
    if signer is not None:
        _sign(folder / manifest.NAME, signer, scratch)


def _differs(folder: Path, names: Collection[str]) -> bool:
    """Whether the files `names` of `folder`, as far as they are there, are not those that its seal names."""
    present = {name: manifest.digest(folder / name) for name in names if (folder / name).is_file()}
    return present != {name: known for name, known in _last(folder).items() if name in names}


def _last(folder: Path) -> dict[str, str]:
    """The last seal; nothing of one that is damaged: it is about to be written anew."""
    try:
        return manifest.read(folder)
    except VerifyError:
        return {}


def _signable(folder: Path) -> Iterator[Path]:
    """The manifests of a roster's versions and of latest/."""
    for version in (*(release.path for release in ledger.releases(folder)), folder / "latest"):
        if (version / manifest.NAME).is_file():
            yield version / manifest.NAME


def _listed(folder: Path, signer: Signer) -> tuple[PublicKey, ...]:
    """The public keys that `folder` is to list: the operator's own list, else those that it lists, and the signer's."""
    given = signing.configured_list()
    if given is not None:
        if signer.public.raw not in {key.raw for key in given}:
            raise InputError(
                "the list of public keys lacks the key that signs",
                where=signing.LIST_VARIABLE,
                expected=f"an entry for key {signer.public.id}",
                do="add its public key: incumbent key list",
            )
        return given
    path = folder / LIST
    known = signing.read_keys(path) if path.is_file() else ()
    return known if signer.public.raw in {key.raw for key in known} else (*known, signer.public)


def _sign(path: Path, signer: Signer, scratch: Path) -> None:
    signature = path.with_name(path.name + signing.SUFFIX)
    durable.write(signer.sign(path.read_bytes()), signature, scratch)
