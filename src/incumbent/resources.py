"""Where the files that ship with the code are: schemas/, expectations/, flows/, rosters/.

In a checkout they are the repository's own folders; in a wheel they are copies inside the package
(`incumbent/bundled/<name>`), put there by the build (pyproject.toml, force-include).
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent.parent
FOLDERS = ("schemas", "expectations", "flows", "rosters")


def path(name: str) -> Path:
    """The folder `name`, one of FOLDERS. Raises FileNotFoundError when the installation lacks it."""
    if name not in FOLDERS:
        raise ValueError(f"{name!r} is none of {', '.join(FOLDERS)}")
    bundled = _PACKAGE / "bundled" / name
    if bundled.is_dir():
        return bundled
    checkout = _CHECKOUT / name
    if checkout.is_dir() and (_CHECKOUT / "pyproject.toml").is_file():
        return checkout
    raise FileNotFoundError(f"this installation of incumbent lacks its folder {name}/; install it again")
