"""What of a text a reader sees: markup taken away, character references written out.

Mail and forms come as HTML. A style sheet, an attribute or a hidden block is nothing that a customer said, so nobody
reads words there. Every text takes one pass, whatever is in it: a mark that never ends is read once more as the sign
it is, by a rule that looks no further than the next of its kind.

Source: HTML living standard, 13.2.5 (tokenization) and 4.1 to 4.12 (what is rendered), as far as mail uses it.
"""

from __future__ import annotations

import html
import re
from typing import Final

_MARKED: Final = re.compile(r"<[a-zA-Z/!?]|&[#a-zA-Z]")
_OPENS: Final = re.compile(r"<(?=[a-zA-Z/!?])")
# A tag with its quoted values, and the plainer one that is tried once quotes have been seen not to match.
_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*+)((?:[^>\"']|\"[^\"]*+\"|'[^']*+')*+)>")
_PLAIN_TAG: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*+)([^<>]*+)>")
_REMARK: Final = re.compile(r"<!--.*?(?:--!?>|\Z)|<(?:[!?]|/(?![a-zA-Z]))[^<>]*+>", re.DOTALL)
_HIDES: Final = re.compile(
    r"(?:^|[\s\"'])hidden(?:[\s=/]|$)|(?:display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden|font-size\s{0,3}:\s{0,3}0(?![.\d]))",
    re.IGNORECASE,
)
_ATTRIBUTES_MAX: Final = 2_000
_UNSEEN: Final = frozenset({"head", "iframe", "noframes", "object", "script", "style", "svg", "template", "title"})
_RAW: Final = frozenset({"script", "style", "title"})
"""Inside these nothing counts but their own end."""
_END_OF_RAW: Final = {name: re.compile(f"</{name}", re.IGNORECASE) for name in _RAW}
_EMPTY: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_BLOCKS: Final = frozenset(
    {
        "address", "article", "aside", "blockquote", "dd", "div", "dl", "dt", "footer", "form", "h1", "h2", "h3", "h4",
        "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul",
    }
)  # fmt: skip
_BREAK: Final = "\n\n"
_TWICE: Final = re.compile(r"&(?:(?:amp|#0{0,4}38|#[xX]0{0,4}26);)++(?=[#a-zA-Z])")
_REFERENCE: Final = re.compile(r"&(?:#[0-9]{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[a-zA-Z][a-zA-Z0-9]{1,31};|nbsp|shy)")


def visible(text: str) -> str:
    """The text as a reader sees it; never longer than before. A text without markup comes back as it is."""
    if not _MARKED.search(text):
        return text
    seen = _without_tags(text) if _OPENS.search(text) else text
    if "&" in seen:
        # What was escaped twice (&amp;#49;) is written out too: somebody further on may do it.
        seen = _REFERENCE.sub(lambda match: html.unescape(match.group()), _TWICE.sub("&", seen))
    return seen


def _without_tags(text: str) -> str:
    kept: list[str] = []
    place = 0
    tag = _TAG
    hidden, depth = "", 0  # the element that hides what is in it, and how many of its name stand inside each other
    while (opening := _OPENS.search(text, place)) is not None:
        if not hidden:
            kept.append(text[place : opening.start()])
        remark = _REMARK.match(text, opening.start())
        if remark is not None:
            place = remark.end()
            continue
        match = tag.match(text, opening.start())
        if match is None:
            tag = _PLAIN_TAG  # a quote without end: it was tried to the end of the text, which is done once
            match = tag.match(text, opening.start())
        if match is None:  # a sign like any other
            kept.append("" if hidden else "<")
            place = opening.end()
            continue
        place = match.end()
        closes, name = bool(match[1]), match[2].lower()
        if hidden:
            depth += 0 if name != hidden else -1 if closes else 1
            hidden = hidden if depth else ""
            continue
        kept.append("\n" if name == "br" else _BREAK if name in _BLOCKS else "")
        if closes or name in _EMPTY:
            continue
        if name in _RAW:
            end = _END_OF_RAW[name].search(text, place)
            place = end.start() if end else len(text)
        elif name in _UNSEEN or _HIDES.search(match[3][:_ATTRIBUTES_MAX]):
            hidden, depth = name, 1
    if not hidden:
        kept.append(text[place:])
    return "".join(kept)
