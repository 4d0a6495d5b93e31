"""What paper can print: texts without controls, boxes for unknown characters, curves that can be read."""

from __future__ import annotations

import io
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont

from app.domain.weeks import Week
from app.errors import Unavailable
from app.pack import paper
from app.pack.boxes import EM, boxes
from app.pack.curves import Curve, Line, curve_svg
from app.pack.glyphs import characters, missing
from app.pack.press import press
from app.pack.printable import all_printable, printable, texts

RARE = "𠮷😀\U0003134f\ufffd"


def test_what_is_left_of_a_text_can_be_seen():
    assert printable("甲\x01乙\x0b丙\u2028丁\t戊\r\n己") == "甲乙 丙 丁 戊 己"
    assert printable("a\u202eb\u2066c\u200f\ufeffd\u00ade\u200bf") == "abcdef"
    assert printable("\ud842\udfb7\ufffe\U0001ffff") == "\ufffd" * 4
    assert printable("葛\U000e0100 ☂\ufe0f") == "葛 ☂"
    assert printable("57.8\u00a0km²　#$*_<@`\\") == "57.8\u00a0km²　#$*_<@`\\"
    assert all_printable({"a": ["\x01b", {"c": "\u200fd"}], "n": 1}) == {"a": ["b", {"c": "d"}], "n": 1}
    assert list(texts({"a": ["b", {"c": "d"}], "n": 1})) == ["b", "d"]


@given(st.text(alphabet=st.characters(codec=None)))
def test_any_text_becomes_one_that_can_be_stored_and_seen(text):
    plain = printable(text)
    plain.encode()
    assert printable(plain) == plain
    assert not [one for one in plain if unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp")]


def test_the_font_is_asked_what_it_lacks():
    font = paper._font()
    assert missing(["甲乙 Aa1，" + RARE], font) == sorted(RARE)
    assert {"中", "㙍", "a", " ", "\u00a0"} <= characters(font)


def test_a_box_is_drawn_for_each_unknown_character():
    file = boxes(RARE)
    assert file == boxes(reversed(RARE)), "the same characters give the same file"
    font = ImageFont.truetype(io.BytesIO(file), 200)
    drawn = {one: _drawn(font, one) for one in (*RARE, "甲")}
    assert len(set(drawn.values())) == len(drawn), "each has its own number"
    for one, picture in drawn.items():
        ink = sum(Image.frombytes("L", (200, 240), picture).histogram()[128:])
        assert 0.05 < ink / (200 * 240) < 0.5, one
    assert font.getlength("𠮷") == pytest.approx(200 * EM / 1000)


def test_the_font_file_is_read_as_it_was_written(tmp_path: Path):
    file = tmp_path / "boxes.ttf"
    file.write_bytes(boxes(RARE))
    assert characters(file) == set(RARE)


def _drawn(font: ImageFont.FreeTypeFont, text: str) -> bytes:
    picture = Image.new("L", (200, 240))
    ImageDraw.Draw(picture).text((0, 0), text, 255, font)
    return picture.tobytes()


def test_a_curve_letters_its_first_and_last_values_apart():
    weeks = (Week(2023, 3), Week(2023, 4), Week(2023, 5))
    lines = (Line("甲<镇>", (0.0, 0.25, 0.5)), Line("乙\x01镇", (0.0, 0.25, 0.49)))
    svg = curve_svg(Curve(weeks, lines), "zh")
    assert "甲&lt;镇&gt; 50%" in svg
    assert "乙镇 49%" in svg
    assert svg.count(">0%<") == 1, "said once when it is the same"
    assert "2023 年第 3 周" in svg and "2023 年第 5 周" in svg
    heights = [float(part.split('"')[1]) for part in svg.split(" y=")[2:4]]
    assert abs(heights[0] - heights[1]) >= 8, "letters do not lie on each other"
    assert svg.count("stroke-dasharray") == 2, "the second line is dashed, and so is its sample"


def test_what_cannot_be_set_is_told(monkeypatch, tmp_path):
    with pytest.raises(RuntimeError, match=r"main\.typ"):
        press("main.typ", {"main.typ": b'#read("/etc/hostname")'}, paper.FONTS, "pdf")
    monkeypatch.setattr(paper, "FONTS", tmp_path)
    paper._font.cache_clear()
    with pytest.raises(Unavailable):
        paper._font()
