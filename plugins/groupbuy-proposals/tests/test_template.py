"""Templates put words in places, and can do nothing else; hostile words stay words."""

import io
import zipfile
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from groupbuy.api import GroupbuyError, Source
from groupbuy.api.documents import Bullet, Heading, Paragraph, Table, text_of
from groupbuy_proposals.document import SHAPE
from groupbuy_proposals.propose import template_path
from groupbuy_proposals.template import LARGEST, escaped, parse_template, plain, read_template
from groupbuy_proposals.writers.blocks import blocks
from groupbuy_proposals.writers.html import html_page

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "[click](javascript:alert(1))",
    "![](http://tracker.example/x.png)",
    "| a | b |",
    "# heading",
    "- item",
    "1. item",
    "***",
    "```",
    "`code`",
    "{{customer}}",
    "{{#packages}}",
    "&lt;b&gt;",
    "https://evil.example",
    "=HYPERLINK(1)",
    "a\nb\n\n# c",
    "a\u2028b\u202ec",
    "\\",
    "$x$",
    '#eval("1")',
    '#import "@preview/x:0.1.0"',
    "1) x",
    "<a@b.example>",
    "\x1b[31mred",
    "~~x~~",
]


def filled(text, **data):
    return parse_template(Source("t.md", text), SHAPE).fill(data)


@pytest.mark.parametrize(
    ("text", "data", "shown"),
    [
        ("{{customer}}!", {"customer": "江澜"}, "江澜!"),
        ("{{ customer }}", {"customer": None}, ""),
        ("{{#need}}<{{text}}>{{/need}}", {"need": [{"text": "a"}, {"text": "b"}]}, "<a><b>"),
        ("{{#need}}x{{/need}}{{^need}}none{{/need}}", {"need": []}, "none"),
        ("{{#several}}yes{{/several}}{{^several}}no{{/several}}", {"several": True}, "yes"),
        ("a\n{{#several}}\nb\n{{/several}}\nc\n", {"several": True}, "a\nb\nc\n"),
        ("a\n{{! a remark }}\nb", {}, "a\nb"),
        (
            "{{#need}}{{customer}}{{text}}{{/need}}",
            {"customer": "c", "need": [{"text": "t"}]},
            "ct",
        ),
    ],
)
def test_what_a_template_shows(text, data, shown):
    assert filled(text, **data) == shown


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("x\n{{custmer}}", "t.md:2:1", 'did you mean "customer"?'),
        ("{{customer.__class__}}", "t.md:1:1", "names only: no calls, no dots"),
        ("{{open('/etc/passwd')}}", "t.md:1:1", "names only: no calls, no dots"),
        ("{{> /etc/passwd}}", "t.md:1:1", "names only: no calls, no dots"),
        ("{{=<% %>=}}", "t.md:1:1", "names only: no calls, no dots"),
        ("{{{customer}}}", "t.md:1:2", "three braces"),
        ("{{text}}", "t.md:1:1", 'a proposal has no "text"'),
        ("{{#need}}", "t.md:1:1", "need is not closed"),
        ("{{/need}}", "t.md:1:1", "need is closed and was not open"),
        ("{{#need}}{{/packages}}", "t.md:1:10", "packages is closed where need is open"),
        ("{{need}}", "t.md:1:1", "need is a list"),
        ("a {{customer", "t.md:1:3", "{{ without its counterpart"),
        ("{{#several}}" * 12 + "{{/several}}" * 12, "t.md:1:97", "more than 8 deep"),
        ("{% import os %}{{''.__class__}}", "t.md:1:16", "names only: no calls, no dots"),
    ],
)
def test_what_a_template_can_not_do(text, place, says):
    with pytest.raises(GroupbuyError) as raised:
        parse_template(Source("t.md", text), SHAPE)
    told = [(str(p.at), f"{p.message} {p.hint}") for p in raised.value.problems]
    assert any(at == place and says in words for at, words in told), told


def test_all_mistakes_of_a_template_come_at_once():
    with pytest.raises(GroupbuyError) as raised:
        parse_template(Source("t.md", "{{a}}\n{{b}}\n{{#need}}"), SHAPE)
    assert [p.at.line for p in raised.value.problems] == [1, 2, 3]


def test_a_template_is_not_endless(tmp_path):
    rows = [{"text": "x" * 1000}] * 100
    inner = "{{#need}}" * 3 + "{{text}}" + "{{/need}}" * 3
    with pytest.raises(GroupbuyError) as raised:
        filled(inner, need=rows)
    assert raised.value.problems[0].code == "template-large"
    path = tmp_path / "t.md"
    path.write_text("x" * (LARGEST + 1))
    with pytest.raises(GroupbuyError):
        read_template(path, SHAPE)


def test_what_is_filled_in_is_never_a_template():
    assert filled("{{customer}}", customer="{{date}}", date="d") == "{{date}}"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_shipped_templates_can_be_read(lang):
    assert read_template(template_path(lang), SHAPE).pieces


# ── hostile words ──


class Tags(HTMLParser):
    """The tags, attributes and words of a page."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.words = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]

    def handle_data(self, data):
        self.words.append(data)


TEMPLATE = """# {{customer}}

{{customer}}

- {{customer}}

| a | b |
|---|---|
| {{customer}} | 2 |
"""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_only_ever_shown(name):
    found = blocks(filled(TEMPLATE, customer=name))
    assert [type(each) for each in found] == [Heading, Paragraph, Bullet, Table]
    shown = plain(name)
    heading, paragraph, bullet, table = found
    assert text_of(heading.runs) == text_of(paragraph.runs) == text_of(bullet.runs) == shown
    assert [len(row) for row in table.rows] == [2, 2]
    assert text_of(table.rows[1][0].runs) == shown
    assert all(run.link is None for block in (heading, paragraph) for run in block.runs)
    page = Tags()
    page.feed(html_page(found, "zh"))
    allowed = {"html", "head", "meta", "title", "style", "body", "main", "h1", "p", "ul", "li"}
    assert set(page.tags) <= allowed | {"div", "table", "tr", "th", "td"}
    assert not {"onerror", "src", "href"} & set(page.attributes)


@given(st.text(max_size=60))
@example("1.")
@example("+")
@example("<!--")
def test_any_name_is_shown_as_it_is(name):
    shown = plain(name)
    if shown:
        found = blocks(filled(TEMPLATE, customer=name))
        assert [type(each) for each in found] == [Heading, Paragraph, Bullet, Table]
        assert text_of(found[1].runs) == shown


def test_escapes_do_not_litter_what_is_harmless():
    assert (
        escaped("2026-11-22 ¥1,234.50 / 每人 300.00（含税）")
        == "2026-11-22 ¥1,234.50 / 每人 300.00（含税）"
    )


def test_pictures_and_html_of_a_template_are_not_fetched_or_obeyed():
    text = "![alt](http://x.example/a.png)\n\n<script>x</script>\n\n[a](javascript:x) [b](https://x.example)"
    page = html_page(blocks(text), "en")
    assert "<script" not in page
    assert "<img" not in page
    assert "javascript:" not in page.replace("[a](javascript:x)", "")
    assert 'href="https://x.example"' in page


@pytest.mark.parametrize("name", HOSTILE)
def test_docx_holds_hostile_names_as_text(name):
    docx = pytest.importorskip("docx")
    from groupbuy.api.documents import docx_file

    found = blocks(filled(TEMPLATE, customer=name))
    data = docx_file(found, "zh", date(2026, 11, 22))
    document = docx.Document(io.BytesIO(data))
    assert document.paragraphs[0].text == plain(name)
    assert document.tables[0].rows[1].cells[0].text == plain(name)
    assert data == docx_file(found, "zh", date(2026, 11, 22))
    styles = zipfile.ZipFile(io.BytesIO(data)).read("word/styles.xml").decode()
    assert 'w:eastAsia="Microsoft YaHei"' in styles
