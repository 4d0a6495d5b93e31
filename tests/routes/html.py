"""A page taken apart by the standard library's parser: what tests ask of markup."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SILENT = {"script", "style", "template"}


@dataclass
class Element:
    """One element: attributes, children (elements and texts) and what it stands in."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None = None
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text in it, with single spaces."""
        return re.sub(r"\s+", " ", self._raw()).strip()

    def _raw(self) -> str:
        if self.tag in SILENT:
            return ""
        return "".join(child if isinstance(child, str) else child._raw() for child in self.children)

    def all(self, tag: str = "", cls: str = "") -> list[Element]:
        """Elements below with this tag and this class."""
        found = []
        for child in self.children:
            if isinstance(child, Element):
                if (not tag or child.tag == tag) and (
                    not cls or cls in child.attributes.get("class", "").split()
                ):
                    found.append(child)
                found += child.all(tag, cls)
        return found

    def by_id(self, ident: str) -> Element:
        """The element with this id."""
        return next(element for element in self.all() if element.attributes.get("id") == ident)

    @property
    def hidden(self) -> bool:
        """Whether it or what it stands in is hidden."""
        return "hidden" in self.attributes or (self.parent is not None and self.parent.hidden)


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("document", {})
        self._at = self.root
        self.unclosed: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self._at)
        self._at.children.append(element)
        if tag not in VOID:
            self._at = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._at.children.append(Element(tag, {name: value or "" for name, value in attrs}, self._at))

    def handle_endtag(self, tag: str) -> None:
        if self._at.tag != tag:
            self.unclosed.append(f"</{tag}> while <{self._at.tag}> is open")
            return
        assert self._at.parent is not None
        self._at = self._at.parent

    def handle_data(self, data: str) -> None:
        self._at.children.append(data)


def parse(html: str) -> Element:
    """The document; markup whose elements are not closed in order fails the test."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    assert not builder.unclosed, builder.unclosed[:5]
    assert builder._at is builder.root, f"<{builder._at.tag}> is never closed"
    return builder.root
