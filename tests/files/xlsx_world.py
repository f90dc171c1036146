"""Workbooks for tests, written part by part: what real programs write, and what no program does."""

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest
from test_lead_files import MODEL

from groupbuy.errors import GroupbuyError, Problem, Source
from groupbuy.files.leads import read_leads
from groupbuy.model.lead import Lead, LeadFile
from groupbuy.model.model import LeadModel, load_model
from groupbuy.sheets.xlsx_cells import letters_of
from groupbuy.source.yaml import read_yaml

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"

FORMATS = ["General", "yyyy-mm-dd", "0%", "@", '0.0"万"', "[$$-409]#,##0", "[h]:mm", '0.0,"千"']
"""The number formats of the workbooks here; a cell names one by its position."""


def test_model() -> LeadModel:
    return load_model(read_yaml(Source("lead.yaml", MODEL)))


test_model.__test__ = False  # type: ignore[attr-defined]
MODEL_READ = test_model()


class Raw(str):
    """The XML of a cell; `@` stands for its place."""


def cell(column: int, row: int, value: object) -> str:
    place = f"{letters_of(column)}{row}"
    match value:
        case None:
            return ""
        case Raw():
            return value.replace("@", place)
        case bool():
            return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
        case int() | float():
            return f'<c r="{place}"><v>{value!r}</v></c>'
        case date():
            days = (value - date(1899, 12, 30)).days
            return f'<c r="{place}" s="1"><v>{days}</v></c>'
        case (number, int(style)):
            return f'<c r="{place}" s="{style}"><v>{number}</v></c>'
        case _:
            return f'<c r="{place}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


def rows_xml(rows: Sequence[Sequence[object]]) -> str:
    return "".join(
        f'<row r="{r}">' + "".join(cell(c, r, v) for c, v in enumerate(row, 1)) + "</row>"
        for r, row in enumerate(rows, 1)
    )


def sheet_xml(rows: Sequence[Sequence[object]] | str, more: str = "") -> str:
    inner = rows if isinstance(rows, str) else rows_xml(rows)
    return f'<worksheet xmlns="{MAIN}"><sheetData>{inner}</sheetData>{more}</worksheet>'


def workbook(
    sheets: Mapping[str, object],
    *,
    hidden: Sequence[str] = (),
    texts: str | None = None,
    properties: str = "",
    parts: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """A workbook; a sheet is its rows, or its whole XML. `parts` replaces parts, or adds them."""
    formats = "".join(
        f'<numFmt numFmtId="{200 + i}" formatCode={quoteattr(code)}/>'
        for i, code in enumerate(FORMATS)
    )
    styles = "".join(f'<xf numFmtId="{200 + i}"/>' for i in range(len(FORMATS)))
    listed, related, contents = "", "", {}
    for number, (title, rows) in enumerate(sheets.items(), 1):
        state = ' state="hidden"' if title in hidden else ""
        listed += f'<sheet name={quoteattr(title)} sheetId="{number}"{state} r:id="r{number}"/>'
        related += relation(f"r{number}", "worksheet", f"worksheets/sheet{number}.xml")
        whole = isinstance(rows, str) and rows.startswith("<")
        contents[f"xl/worksheets/sheet{number}.xml"] = rows if whole else sheet_xml(rows)
    related += relation("s", "styles", "styles.xml")
    if texts is not None:
        related += relation("t", "sharedStrings", "sharedStrings.xml")
        contents["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{texts}</sst>'
    contents["_rels/.rels"] = relations(relation("r1", "officeDocument", "xl/workbook.xml"))
    contents["xl/_rels/workbook.xml.rels"] = relations(related)
    contents["xl/workbook.xml"] = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{properties}'
        f"<sheets>{listed}</sheets></workbook>"
    )
    contents["xl/styles.xml"] = (
        f'<styleSheet xmlns="{MAIN}"><numFmts>{formats}</numFmts>'
        f'<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>{styles}</cellXfs></styleSheet>'
    )
    return packed({**contents, **(parts or {})})


def relation(id: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{id}" Type="{RELATIONS}/{kind}" Target="{target}"/>'


def relations(inner: str) -> str:
    return f'<Relationships xmlns="{PACKAGE}">{inner}</Relationships>'


def packed(parts: Mapping[str, str | bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        for name, part in parts.items():
            file.writestr(name, part)
    return content.getvalue()


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: file.read(name) for name in file.namelist()}


def filled(blank: bytes, rows: Mapping[str, Sequence[Mapping[str, object]]]) -> bytes:
    """A blank workbook with rows below its headers (sheet → rows, header → value).

    Cells take the style of their column, as they do where somebody types into them.
    """
    parts = unpacked(blank)
    titles = re.findall(r'<sheet name="([^"]*)"', parts["xl/workbook.xml"].decode())
    texts = re.findall(r"<si><t[^>]*>(.*?)</t></si>", parts["xl/sharedStrings.xml"].decode())
    for number, title in enumerate(titles, 1):
        name = f"xl/worksheets/sheet{number}.xml"
        xml = parts[name].decode()
        if title not in rows:
            continue
        headers = [texts[int(i)] for i in re.findall(r't="s"><v>(\d+)</v>', xml)]
        columns = re.findall(r'<col min="(\d+)" max="(\d+)"[^>]* style="(\d+)"', xml)
        styles = {c: s for low, high, s in columns for c in range(int(low), int(high) + 1)}
        lines = ""
        for r, row in enumerate(rows[title], 2):
            cells = ""
            for c, header in enumerate(headers, 1):
                made = cell(c, r, row.get(header))
                cells += re.sub(
                    r'(r="[A-Z]+\d+")( s="\d+")?', rf'\1 s="{styles[c]}"', made, count=1
                )
            lines += f'<row r="{r}">{cells}</row>'
        parts[name] = xml.replace("</sheetData>", lines + "</sheetData>").encode()
    return packed(parts)


class Folder:
    """A folder with lead files; paths in what is returned are names in it."""

    def __init__(self, path: Path, model: LeadModel = MODEL_READ) -> None:
        self.path, self.model = path, model

    def put(self, name: str, content: bytes | str) -> None:
        (self.path / name).write_bytes(content.encode() if isinstance(content, str) else content)

    def read(self, *names: str) -> LeadFile:
        found = read_leads([self.path / name for name in names], self.model)
        found.notes = [note.replace(f"{self.path}/", "") for note in found.notes]
        return found

    def faults(self, *names: str) -> list[str]:
        with pytest.raises(GroupbuyError) as caught:
            self.read(*names)
        return self.shown(caught.value.problems)

    def shown(self, problems: Sequence[Problem]) -> list[str]:
        return [f"{p} | {p.hint}".replace(f"{self.path}/", "") for p in problems]

    def set_aside(self, *names: str) -> list[str]:
        return [p for aside in self.read(*names).set_aside for p in self.shown(aside.problems)]


def known(lead: Lead) -> dict[str, object]:
    return {name: value for name, value in lead.values.items() if value is not None}
