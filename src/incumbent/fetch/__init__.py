"""The only package that opens a socket: polite, bounded, and plain about what went wrong.

`Fetcher(contact).fetch(Request(url))` gives a Response (200, or 304 where a validator was sent), or raises a FetchError
whose `fault` is one of FAULTS.
"""

from incumbent.fetch.faults import FAULT_TABLE, FAULTS, FetchError
from incumbent.fetch.fetcher import Fetcher
from incumbent.fetch.masking import masked
from incumbent.fetch.messages import Limits, Request, Response

__all__ = ["FAULTS", "FAULT_TABLE", "FetchError", "Fetcher", "Limits", "Request", "Response", "masked"]
