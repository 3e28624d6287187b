"""Responses that are not as they should be, made from sound ones: every parser gives what they say, or the typed error.

Two ways to spoil a response:

- fields: each field that a parser uses is removed, emptied, or given another type, one at a time (test_fields.py).
  What a parser may do without is listed, each with the reason (leaves.py).
- mutations: bytes, texts and structures are spoilt at random, from a seed (test_mutated.py, and
  `python -m tests.sources.mutation ADAPTER COUNT FIRST` for as many as you like; docs/hostile-input.md).
"""
