"""All sound responses, of bodies and people that do not exist: CASES, by name."""

from __future__ import annotations

from tests.sources.mutation.cases_documents import DOCUMENTS
from tests.sources.mutation.cases_govuk import GOVUK
from tests.sources.mutation.cases_platforms import PLATFORMS
from tests.sources.mutation.cases_tables import TABLES

CASES = {case.name: case for case in (*TABLES, *DOCUMENTS, *GOVUK, *PLATFORMS)}
