"""Spreadsheets for tests, as Excel and LibreOffice write them: a zip of XML, part by part."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"

DAY, MOMENT, MONTH, ROUNDED, PERCENT, WORDED, CLOCK = range(1, 8)
STRUCK = "<rPr><strike/></rPr>"
FORMATS = ("General", "yyyy-mm-dd", "d mmm yyyy hh:mm", "mmm-yy", "0", "0%", '0" mg"', "hh:mm")
"""The format of each style, by its number."""


def xlsx(
    sheets: Mapping[str, str],
    *,
    is_1904: bool = False,
    hidden: Iterable[str] = (),
    strings=(),
    struck=(),
) -> bytes:
    """A spreadsheet of these sheets, by name: each the XML inside `worksheet`."""
    names = list(sheets)
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">'
        f'<workbookPr date1904="{int(is_1904)}"/><sheets>'
        + "".join(
            f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"'
            f"{' state=' + quoteattr('hidden') if name in hidden else ''}/>"
            for n, name in enumerate(names, 1)
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
        + "".join(
            f'<Relationship Id="rId{n}" Type="{RELATIONS}/worksheet"'
            f' Target="worksheets/sheet{n}.xml"/>'
            for n in range(1, len(names) + 1)
        )
        + '<Relationship Id="rIdS" Type="s" Target="styles.xml"/>'
        + '<Relationship Id="rIdT" Type="t" Target="/xl/sharedStrings.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts>'
        + "".join(
            f'<numFmt numFmtId="{200 + n}" formatCode={quoteattr(code)}/>'
            for n, code in enumerate(FORMATS)
        )
        + "</numFmts><fonts><font/><font><strike/></font></fonts>"
        + '<cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs>'
        + "".join(f'<xf numFmtId="{200 + n}"/>' for n in range(len(FORMATS)))
        + '<xf numFmtId="201" fontId="1"/>'
        + "</cellXfs></styleSheet>",
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">'
        + "".join(f"<si><t>{escape(text)}</t><rPh><t>spoken</t></rPh></si>" for text in strings)
        + "".join(f"<si><r>{STRUCK}<t>{escape(text)}</t></r></si>" for text in struck)
        + "</sst>",
        **{
            f"xl/worksheets/sheet{n}.xml": f'<worksheet xmlns="{MAIN}">{sheets[name]}</worksheet>'
            for n, name in enumerate(names, 1)
        },
    }
    return zipped(parts)


def zipped(parts: Mapping[str, str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as package:
        for path, text in parts.items():
            package.writestr(path, text)
    return file.getvalue()


def text_cell(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def number_cell(reference: str, number: object, style: int = 0) -> str:
    return f'<c r="{reference}" s="{style}"><v>{number}</v></c>'


def sheet(rows: Sequence[Sequence[str]], *, merged: Sequence[str] = ()) -> str:
    """The XML of a sheet whose rows are cells: each a text, or the XML of a cell."""
    lines = []
    for n, row in enumerate(rows, 1):
        cells = (
            cell if cell.startswith("<c ") else text_cell(f"{chr(64 + place)}{n}", cell)
            for place, cell in enumerate(row, 1)
            if cell
        )
        lines.append(f'<row r="{n}">{"".join(cells)}</row>')
    merges = "".join(f'<mergeCell ref="{reference}"/>' for reference in merged)
    return f"<sheetData>{''.join(lines)}</sheetData><mergeCells>{merges}</mergeCells>"
