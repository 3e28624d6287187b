"""incumbent: who holds public office, and which entries of a published list are out of date."""

__version__ = "0.1.0"
