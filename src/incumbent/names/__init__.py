"""What is the same person's name. Names are matched, not compared: design, section 8.

parse_names takes names apart, compare_names says how two of them agree and why, blocking_keys says which pairs are
worth comparing, alike_names does both for two columns, person_slug makes a readable id. The words all this knows are
data (data/names).
"""

from __future__ import annotations

from incumbent.names.alike import alike_names
from incumbent.names.blocking import blocking_keys
from incumbent.names.slug import person_slug
from incumbent.names.tables import PARSED, compare_names, parse_names

__all__ = ["PARSED", "alike_names", "blocking_keys", "compare_names", "parse_names", "person_slug"]
