"""What mkdocs is told of our Markdown: its links also lead to files outside docs/, which a site does not have.

On a code host they open the file. On the site they lead to the repository where INCUMBENT_REPOSITORY names one, such as
https://code.example/incumbent/blob/main; else the words stay, and no link.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

_OUTSIDE = re.compile(r"(?<!!)\[([^\]]+)\]\((\.\./[^)#\s]+)(#[^)\s]*)?\)")


def on_page_markdown(markdown: str, *, page: Any, config: Any, files: Any) -> str:
    """The page's text with its links out of docs/ replaced. Raises FileNotFoundError for one that leads nowhere."""
    docs = Path(config["docs_dir"])
    repository = os.environ.get("INCUMBENT_REPOSITORY", "").rstrip("/")

    def replaced(link: re.Match[str]) -> str:
        words, path, anchor = link.group(1), link.group(2), link.group(3) or ""
        target = (docs / page.file.src_uri).parent / path
        if not target.exists():
            raise FileNotFoundError(f"docs/{page.file.src_uri}: the link to {path} leads nowhere")
        inside = target.resolve().relative_to(docs.parent.resolve()).as_posix()
        return f"[{words}]({repository}/{inside}{anchor})" if repository else words

    return _OUTSIDE.sub(replaced, markdown)
