"""Sheets: what they hold and for whom, their figures, and files that other programs read: HTML, PDF, QR."""

from __future__ import annotations

import csv
import io
import re
import sys
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pypdf
import pypdfium2
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

import dosecalc
from dosecalc import InputError
from dosecalc.quantities import units
from dosecalc.sheets import figures
from dosecalc.sheets.html import html
from dosecalc.sheets.model import Entries, NewPage
from dosecalc.sheets.pdf import pdf
from dosecalc.sheets.requirements import required
from dosecalc.sheets.written import sheet_of

SEEDS = Path(__file__).parents[1] / "seeds"
DRAW = {"amount": "32 mCi", "nuclide": "I-131", "concentration": "10 mCi/mL", "reference": "2026-03-01T12:00-06:00",
        "at": "2026-03-03T09:00-06:00", "residual": "2 %", "syringe_step": "0.1 mL",
        "vial_volume": "10 mL"}  # fmt: skip
RECORD = """
protocol = "pluvicto-mcrpc"
patient_id = "MRN 1234"
[[doses]]
prescribed = "7.4 GBq"
assayed = { amount = "7.3 GBq", at = 2026-03-02T09:00:00Z, by = "A. Weiss" }
given_at = 2026-03-02T10:00:00Z
route = "intravenous"
"""


@pytest.fixture
def sheets(tmp_path):
    """One sheet of each kind."""
    path = tmp_path / "course.toml"
    path.write_text(RECORD, encoding="utf-8")
    draw = dosecalc.dispense(**DRAW)
    return {
        "directive": sheet_of(plan()),
        "worksheet": sheet_of(draw),
        "administration": sheet_of(dosecalc.check_record(str(path))),
        "labels": sheet_of(draw, labels=True),
    }


def plan(**more):
    return dosecalc.plan("clover2-20", bsa="1.6 m^2", start="2026-03-02", cycle_length="56 day", **more)


class Reader(HTMLParser):
    """The text and the tags of a page, read by another program's rules."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.texts = [], [], []
        self.feed(page.decode("utf-8"))

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        if self.tags[-1:] != ["style"]:
            self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())


def text_of(document):
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(document)).pages]


# -- what a sheet has to hold ------------------------------------------------------------------------------------------


def test_every_requirement_cites_a_fact_that_was_read():
    rows = list(csv.DictReader((SEEDS / "sheet-requirements.csv").read_text(encoding="utf-8").splitlines()))
    assert {row["sheet"] for row in rows} == {"directive", "worksheet", "administration", "labels"}
    for row in rows:
        sheet, _, fact = row["source"].partition("#")
        text = (SEEDS / f"{sheet}.toml").read_text(encoding="utf-8")
        block = next(each for each in text.split("[[facts]]") if f'id = "{fact}"\n' in each)
        assert "confirmed = false" not in block


def test_each_sheet_holds_what_its_table_asks_for(sheets):
    for kind, sheet in sheets.items():
        labels = {entry.key for entry in sheet.entries}
        assert {row.key for row in required(kind)} <= labels, kind
        assert not any(isinstance(part, Entries) and part.title == "Also asked for" for part in sheet.parts)
        assert [each.requirement for each in sheet.held] == [row.requirement for row in required(kind)]


def test_a_site_asks_for_more_and_gets_a_blank(tmp_path, monkeypatch):
    (tmp_path / "seeds").mkdir()
    table = "sheet,key,requirement,source\ndirective,room,the room of the patient,our-manual#rooms\n"
    (tmp_path / "seeds" / "sheet-requirements.csv").write_text(table, encoding="utf-8")
    monkeypatch.setenv("DOSECALC_PROTOCOLS", str(tmp_path))
    sheet = sheet_of(plan())
    (blank,) = [entry for entry in sheet.entries if entry.key == "room"]
    assert (blank.label, blank.value) == ("the room of the patient", None)
    assert sheet.held[-1].source == "our-manual#rooms"
    (tmp_path / "seeds" / "sheet-requirements.csv").write_text(table.replace("directive,", "bill,"), encoding="utf-8")
    with pytest.raises(InputError, match="line 2: expected four cells, the first of them one of directive"):
        sheet_of(plan())


def test_what_is_not_known_is_a_blank_or_is_told():
    sheet = sheet_of(dosecalc.plan("compete-edotreotide"))
    values = {entry.label: entry.value for entry in sheet.entries}
    assert values["Route"] is None  # the sources do not state it
    assert (values["Patient, first identifier"], values["Authorised user"]) == (None, None)
    pending = html(sheet_of(dosecalc.plan("mibg-4gy-melphalan", weight=20, bsa="0.8 m^2")))
    assert "pending: waits for the whole-body dose measured after dose 1" in Reader(pending).text
    named = sheet_of(plan(patient_id=["MRN 1", "1961-05-04", "Smith"]))
    assert [entry.value for entry in named.entries if entry.label.startswith("Patient")] == [
        "MRN 1",
        "1961-05-04",
        "Smith",
    ]


# -- figures -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("13320 MBq", "13.32 GBq (360 mCi)"),
        ("7400 MBq", "7.4 GBq (200 mCi)"),
        ("3630 kBq", "3.63 MBq (98.11 microcurie)"),
        ("8 MBq", "8 MBq (216.2 microcurie)"),
        ("1.184 GBq", "1.184 GBq (32 mCi)"),
        ("1 Ci", "37 GBq (1 Ci)"),
        ("999.9 MBq", "999.9 MBq (27.02 mCi)"),
        ("1 kBq", "1 kBq (0.02703 microcurie)"),
    ],
)
def test_a_prefix_puts_figures_between_one_and_a_thousand(amount, shown):
    assert figures.both(units.read(amount).value) == shown


@given(st.fractions(min_value=Fraction(1), max_value=Fraction(10**6)))
def test_the_door_reads_what_the_sheet_prints(value):
    first, second = figures.both(value).rstrip(")").split(" (")
    for text in (first, second):
        assert abs(units.read(text).value / value - 1) < Fraction(1, 1000)
    number = float(first.partition(" ")[0])
    assert 1 <= number <= 1000
    assert "," not in first + second


def test_a_column_has_one_prefix():
    values = [Fraction(7400), Fraction(740), None, Fraction(74000)]
    assert figures.column(values, "Bq") == ("7,400 MBq", "740 MBq", None, "74,000 MBq")
    assert figures.column([Fraction(7400), Fraction(5900)], "Bq") == ("7.4 GBq", "5.9 GBq")
    assert figures.band(Fraction(1184), 10) == "1.066 to 1.302 GBq (28.8 to 35.2 mCi)"


# -- HTML --------------------------------------------------------------------------------------------------------------


def test_the_page_has_no_script_and_fetches_nothing(sheets):
    for sheet in sheets.values():
        page = html(sheet)
        read = Reader(page)
        assert not {"script", "img", "link", "iframe"} & set(read.tags)
        assert not [value for name, value in read.attributes if name in ("src", "href")]
        assert b"http" not in page.replace(b"http://www.w3.org/2000/svg", b"")
        assert html(sheet) == page
        assert "@page { size: A4" in page.decode()
        assert "@page { size: letter" in html(sheet, "letter").decode()


def test_what_was_typed_is_no_markup():
    typed = "<script>alert(1)</script> & #strong[x] $ * _"
    sheet = sheet_of(plan(patient_id=[typed]))
    assert b"<script" not in html(sheet)
    assert typed in Reader(html(sheet)).text
    assert typed in " ".join(text_of(pdf(sheet)))


def test_the_plan_is_on_its_sheet_and_the_second_page_has_none_of_our_amounts(sheets):
    for pages in ([Reader(html(sheets["directive"])).text], text_of(pdf(sheets["directive"]))):
        whole = " ".join(pages)
        for words in ("20 mCi/m²", "1.184 GBq", "32 mCi", "2026-03-16", "1.6 m^2", "Authorised user", "dosecalc 0.1.0"):
            assert words in whole, words
        second = whole.partition("Second calculation, by another person")[2].partition("What this sheet holds")[0]
        assert "20 mCi/m²" in second
        assert "1.6 m^2" in second or "1.6 m²" in second
        assert "32 mCi" not in second
        assert "1.184 GBq" not in second
    parts = sheets["directive"].parts
    assert [part.title for part in parts if isinstance(part, NewPage)] == ["Second calculation, by another person"]


def test_the_worksheet_has_its_limits_and_the_label_its_drug(sheets):
    text = Reader(html(sheets["worksheet"])).text
    for words in ("Within 10 % 1.066 to 1.302 GBq (28.8 to 35.2 mCi)",
                  "Within 20 % 0.9472 to 1.421 GBq (25.6 to 38.4 mCi)", "3.839 mL", "3.8 mL", "residual, after",
                  "at the draw 1.208 GBq 32.65 mCi"):  # fmt: skip
        assert words in text, words
    assert "I-131: syringe" in Reader(html(sheets["labels"])).text
    assert "1.172 GBq (31.67 mCi)" in Reader(html(sheets["labels"])).text


def test_the_decay_on_the_worksheet_is_that_of_the_half_life(sheets):
    """By hand: 32.65 mCi an hour later are 32.65 x 2 ** (-1 / (24 x 8.025))."""
    text = Reader(html(sheets["worksheet"])).text
    left = 32 / 0.98 * 2 ** (-4 / (24 * 8.0252))
    assert f"+240 min 1.191 GBq {left:.4g} mCi" in text


def test_the_record_says_what_it_lacks_and_what_was_given(sheets):
    text = Reader(html(sheets["administration"])).text
    for words in (
        "MRN 1234",
        "Determined by A. Weiss",
        "Date and time of the determination 2026-03-02 09:00",
        "7.4 GBq (200 mCi)",
        "Difference from the prescribed dosage",
        "A medical event has occurred",
    ):
        assert words in text, words


def test_a_draw_of_a_plan_names_the_drug(tmp_path):
    path = tmp_path / "plan.json"
    path.write_text(dosecalc.plan("xofigo-2016", weight=80).to_json(), encoding="utf-8")
    draw = dosecalc.dispense(plan=str(path), dose=1, concentration="1100 kBq/mL", factor="0.982")
    assert draw.agent == "radium-223 dichloride (Xofigo)"
    sheet = sheet_of(draw, labels=True)
    assert sheet.parts[0].name == "radium-223 dichloride (Xofigo): syringe"
    assert Reader(html(sheet_of(draw))).text.count("4.4 MBq (118.9 microcurie)") >= 1


# -- PDF and QR --------------------------------------------------------------------------------------------------------


def test_the_pdf_is_tagged_has_a_title_and_is_the_same_twice(sheets):
    for sheet in sheets.values():
        document = pdf(sheet)
        assert pdf(sheet) == document
        read = pypdf.PdfReader(io.BytesIO(document))
        root = read.trailer["/Root"]
        assert root["/MarkInfo"]["/Marked"] is True or bool(root["/MarkInfo"]["/Marked"])
        assert "/StructTreeRoot" in root
        assert root["/Lang"] == "en"
        assert read.metadata.title == sheet.title
        assert b"pdfuaid" in document or b"pdfuaid" in root["/Metadata"].get_object().get_data()
        box = read.pages[0].mediabox
        assert (round(float(box.width)), round(float(box.height))) == (595, 842)
    letter = pypdf.PdfReader(io.BytesIO(pdf(sheets["labels"], "letter"))).pages[0].mediabox
    assert (round(float(letter.width)), round(float(letter.height))) == (612, 792)


def test_every_page_says_which_of_how_many_it_is(sheets):
    pages = text_of(pdf(sheets["directive"]))
    for number, page in enumerate(pages, 1):
        assert f"page {number} of {len(pages)}" in page
        assert "draft until signed by an authorised user" in page


def test_the_code_on_paper_makes_the_same_plan_again(dosecalc, sheets):
    document = pypdfium2.PdfDocument(pdf(sheets["directive"]))
    found = [
        each.text
        for page in document
        for each in zxingcpp.read_barcodes(page.render(scale=3).to_numpy())
        if each.format == zxingcpp.BarcodeFormat.QRCode
    ]
    assert found == [sheets["directive"].code]
    answer = dosecalc("verify", found[0])
    assert answer.status == 0
    assert "agrees" in answer.out


def test_nothing_is_cut_off_at_the_right(sheets):
    """No ink within five millimetres of an edge."""
    for sheet in sheets.values():
        for page in pypdfium2.PdfDocument(pdf(sheet)):
            pixels = page.render(scale=2, grayscale=True).to_numpy()
            edge = int(5 / 25.4 * 72 * 2)
            assert pixels[:, -edge:].min() == pixels[:, :edge].min() == 255


# -- the command line --------------------------------------------------------------------------------------------------


def test_the_commands_write_sheets_beside_what_they_print(dosecalc, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "course.toml").write_text(RECORD, encoding="utf-8")
    options = [part for key, value in DRAW.items() for part in (f"--{key.replace('_', '-')}", value)]
    for args in (
        ("plan", "--protocol", "clover2-20", "--bsa", "1.6", "-o", "plan.html"),
        ("plan", "--protocol", "clover2-20", "--bsa", "1.6", "--output", "plan.pdf", "--paper", "letter", "--json"),
        ("dispense", *options, "-o", "draw.html", "--labels", "labels.pdf"),
        ("record", "course.toml", "-o", "record.pdf"),
    ):
        without = [each for each in args if each not in ("-o", "--output", "--labels", "--paper", "letter")]
        plain = dosecalc(*[each for each in without if not each.endswith((".html", ".pdf"))])
        answer = dosecalc(*args)
        assert answer.out == plain.out
        assert answer.err == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "course.toml", "draw.html", "labels.pdf", "plan.html", "plan.pdf", "record.pdf"]  # fmt: skip


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("-o", "plan.doc"), "--output: read 'plan.doc', expected the name of a file that ends in .html or .pdf"),
        (("-o", "nowhere/plan.pdf"), "--output: cannot write nowhere/plan.pdf"),
        (("-o", "plan.pdf", "--paper", "a3"), "Invalid value for '--paper'"),
        (("-o", "plan.pdf", "--compare", "clover2-20", "clover2-10"), "--output is a sheet of one plan"),
    ],
)
def test_a_sheet_that_cannot_be_written_is_refused_and_leaves_nothing(dosecalc, tmp_path, monkeypatch, args, words):
    monkeypatch.chdir(tmp_path)
    protocol = () if "--compare" in args else ("--protocol", "clover2-20")
    answer = dosecalc("plan", *protocol, "--bsa", "1.6", *args)
    assert (answer.status, answer.out) == (2, "")
    assert words in answer.err
    assert list(tmp_path.iterdir()) == []


def test_without_typst_a_pdf_is_refused_with_the_way_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(InputError, match=re.escape("a PDF needs typst: pip install 'dosecalc[pdf]'")):
        dosecalc.write_sheet(plan(), tmp_path / "plan.pdf")
    dosecalc.write_sheet(plan(), tmp_path / "plan.html", paper="letter")
    assert [path.name for path in tmp_path.iterdir()] == ["plan.html"]


def test_the_library_refuses_what_has_no_sheet(tmp_path):
    with pytest.raises(InputError, match="labels: only a draw has labels"):
        dosecalc.write_sheet(plan(), tmp_path / "plan.html", labels=True)
    with pytest.raises(InputError, match="paper: read 'a3', expected one of a4, letter"):
        dosecalc.write_sheet(plan(), tmp_path / "plan.html", paper="a3")


def test_a_plan_without_a_code_has_none_on_its_sheet(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("time [h],retention\n1,0.9\n24,0.3\n48,0.1\n", encoding="utf-8")
    sheet = sheet_of(dosecalc.plan("mibg-4gy-melphalan", weight=20, bsa="0.8 m^2", retention={1: str(path)}))
    assert sheet.code is None
    assert "QR code" not in Reader(html(sheet)).text
