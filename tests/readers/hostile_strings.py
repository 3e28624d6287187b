"""Sixty strings that try to get out of wherever they are written to: formulas, markup, quotes, controls, directions."""

from __future__ import annotations

STRINGS = (
    "=1+1", '=HYPERLINK("http://evil.example","click")', "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1+1)", "\t=1+1",
    "\r=1+1", " =1+1", "\u200b=1+1", "＝1+1", "|calc", "%0A=1", "'=1", '"=1"', "=1;=2", "{=1+1}", "1e400",
    "TRUE", "007",
    "<script>alert(1)</script>", "</script><script>alert(1)</script>", "<!--<script>", "-->",
    "<img src=x onerror=alert(1)>", "]]>", "<![CDATA[x]]>", "&amp;", "&lt;b&gt;", "&#0;", "&undefined;",
    '<!DOCTYPE x [<!ENTITY e "e">]>', "<?xml version='1'?>",
    "</content></entry><entry>", "<r><t>x</t></r>", "<r>&broken</r>", "_x0041_", "_x000D_",
    '"', "''", '","x":"', "\\", "\\u0000", "\\\"", '"}]}', "*/", "${7*7}", "{{7*7}}", "`id`", "$(id)",
    "two\nlines", "two\r\nlines", "a: b\n- c: d", "---\nx: 1", "!!python/object:os.system", "&anchor *anchor",
    "NUL\u0000end", "bell\u0007escape\u001b[31m", "\u202egnp.exe", "e\u0301\ufeff\ufffe\U0001f468\u200d\U0001f469",
)  # fmt: skip
