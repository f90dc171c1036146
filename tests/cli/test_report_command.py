"""The page that everybody opens on Monday: what is in it, and what must never be."""

import json
import re
import shutil
import subprocess
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from command_line import AS_OF, EXAMPLES, Call

VOID = {"meta", "input", "br"}


class Page(HTMLParser):
    """A page taken apart: its elements with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.source = text
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("script", "style"):
            self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


@pytest.fixture
def page(call: Call, tmp_path: Path) -> Page:
    return made(call, tmp_path, EXAMPLES)


def made(call: Call, folder: Path, leads: Path, *more: str, code: int = 0) -> Page:
    target = folder / "report.html"
    ran = call("report", leads, "-o", target, "--as-of", AS_OF, *more)
    assert ran.code == code, ran.err
    return Page(target.read_text(encoding="utf-8"))


def test_it_loads_nothing(page: Page) -> None:
    for tag, attributes in page.elements:
        for name in ("src", "href", "action", "data", "poster", "srcset"):
            value = attributes.get(name)
            assert value is None or value.startswith("#"), (tag, name, value)
    assert "url(" not in page.source
    assert "@import" not in page.source
    policy = next(m["content"] for m in page.all("meta") if m.get("http-equiv"))
    assert policy.startswith("default-src 'none'")


def test_every_link_leads_somewhere_and_every_id_is_one(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert [id for id, count in Counter(ids).items() if count > 1] == []
    for link in page.all("a"):
        assert (link["href"] or "").removeprefix("#") in ids


def test_the_essentials_are_there_without_a_script(page: Page) -> None:
    leads = [d for d in page.all("details") if (d.get("id") or "").startswith("lead-")]
    assert len(leads) > 40
    for words in ("Whom to call first", "EII", "PIV", "What is due, by person", "Rules that fired"):
        assert words in page.words
    assert "What keeps them from signing?" in page.words
    # Filters appear only where scripts run.
    assert all("hidden" in form for form in page.all("form"))


def test_every_picture_has_words(page: Page) -> None:
    pictures = page.source.split("<svg ")[1:]
    assert len(pictures) >= 4
    for picture in pictures:
        assert re.match(r'[^>]*role="img"[^>]*><title>[^<]+</title><desc>[^<]+</desc>', picture)


def test_points_stand_in_the_squares_of_their_leads(page: Page, call: Call) -> None:
    results = call("evaluate", EXAMPLES, "--as-of", AS_OF, "--format", "json").json
    grades = [lead["grades"]["existing"]["value"] for lead in results["leads"]]
    words = Counter(word for word in grades if word)
    matrix = page.source.split('class="matrix"')[1].split("</svg>")[0]
    assert matrix.count("<circle") == sum(words.values())
    described = re.search(r"<desc>([^<]+)</desc>", matrix)
    assert described
    told = dict(part.split(": ") for part in described[1].split("; "))
    assert {label.split()[0]: int(count) for label, count in told.items()} == words


def section(page: Page, id: str) -> str:
    """The source of one part of the page."""
    return page.source.split(f'id="{id}"')[1].split("</section>")[0]


def test_the_fewest_who_hold_most_are_listed_as_measured(page: Page, call: Call) -> None:
    results = call("evaluate", EXAMPLES, "--as-of", AS_OF, "--format", "json").json["leads"]
    profit = {
        lead["id"]: lead["facts"]["profit_12m"]["value"]
        for lead in results
        if lead["facts"]["bought_12m"]["value"]
    }
    largest = sorted(profit, key=lambda id: -profit[id])
    total, held, few = sum(v for v in profit.values() if v > 0), 0.0, []
    for id in largest:
        if held >= 0.8 * total:
            break
        held += profit[id]
        few.append(id)
    listed = re.findall(r'href="#lead-(L\d+)"', section(page, "holders"))
    assert listed == few
    assert f"{len(few)} of {len(profit)} customers hold {held / total:.0%}" in page.words


def test_lost_stands_against_won_by_quarter_with_costs(call: Call, tmp_path: Path) -> None:
    leads = tmp_path / "leads.yaml"
    leads.write_text(
        "- {id: new, orders: [{date: 2026-08-01, amount: 9, cost: 1}]}\n"
        "- {id: old, orders: [{date: 2020-01-01, amount: 9, cost: 1},"
        " {date: 2026-10-01, amount: 9, cost: 1}]}\n"
        "- {id: quiet, serve_cost_12m: 100,"
        " orders: [{date: 2025-05-01, amount: 9, cost: 1}]}\n"
        "- {id: told, lost_on: 2026-02-01, orders: [{date: 2026-01-05, amount: 9, cost: 1}]}\n"
        "- {id: never, orders: []}\n"
    )
    page = made(call, tmp_path, leads)
    flow = section(page, "flow")
    described = re.search(r"<desc>([^<]+)</desc>", flow)
    assert described
    won, lost = described[1].split("; ")
    assert won == (
        "Won: 2025Q1 0, 2025Q2 1, 2025Q3 0, 2025Q4 0, 2026Q1 1, 2026Q2 0, 2026Q3 1, 2026Q4 0"
    )
    assert lost == (
        "Lost: 2025Q1 0, 2025Q2 0, 2025Q3 0, 2025Q4 0, 2026Q1 1, 2026Q2 1, 2026Q3 0, 2026Q4 0"
    )
    row = flow.split(">lost<")[1].split("</tr>")[0]
    assert ">2<" in row
    assert "¥500" in row, "replacing costs five times"
    assert "¥100" in row
    assert "#lead-quiet" in row
    assert "#lead-told" in row


def test_reasons_say_whom_they_hold(page: Page, call: Call) -> None:
    results = call("evaluate", EXAMPLES, "--as-of", AS_OF, "--format", "json").json["leads"]
    fired: dict[str, set[str]] = {}
    for lead in results:
        for reason in lead["verdict"]["reasons"]:
            fired.setdefault(reason["title"] or reason["gate"], set()).add(lead["id"])
    shown = section(page, "reasons").split("<details")[0]
    for title, whom in fired.items():
        row = shown.split(f"<td>{title}")[1].split("</tr>")[0]
        assert set(re.findall(r"#lead-(L\d+)", row)) == whom


def test_what_is_due_stands_by_role_and_by_whose_lead_it_is(call: Call, tmp_path: Path) -> None:
    page = made(call, tmp_path, EXAMPLES, "--lang", "zh")
    results = call("evaluate", EXAMPLES, "--as-of", AS_OF, "--format", "json", "--lang", "zh").json
    roles = Counter(
        play.get("who", "未指定") for lead in results["leads"] for play in lead["plays"]
    )
    due = section(page, "due_plays")
    for role, count in roles.items():
        assert f"<b>{role}</b> {count}<" in due
    assert due.rindex("<b>未指定</b>") > due.rindex("<b>销售员</b>")
    by_owner = due.split("<b>销售员</b>")[1].split("<b>销售经理</b>")[0]
    assert (
        sum(int(n) for n in re.findall(r"</b> (\d+)<", by_owner.partition("<")[2]))
        == (roles["销售员"])
    )


def test_every_part_is_linked_from_the_top(page: Page) -> None:
    nav = page.source.split("<nav>")[1].split("</nav>")[0]
    parts = re.findall(r'<section id="(\w+)">', page.source)
    assert re.findall(r'href="#(\w+)"', nav) == parts
    assert parts == [
        "ranking", "due_plays", "reasons", "questions", "pictures", "holders", "flow", "silent"
    ]  # fmt: skip


def test_chinese(call: Call, tmp_path: Path) -> None:
    page = made(call, tmp_path, EXAMPLES, "--lang", "zh")
    assert page.all("html")[0]["lang"] == "zh-CN"
    for words in ("先联系谁", "各人待办", "值得问的问题", "超级客户", "占客户"):
        assert words in page.words


def test_the_first_are_explained_in_full_and_the_others_in_brief(
    call: Call, tmp_path: Path
) -> None:
    page = made(call, tmp_path, EXAMPLES, "--full", "2")
    assert page.source.count("<h4>Grades</h4>") == 2
    assert page.source.count("<h4>What to do</h4>") > 30
    assert "The first 2 leads stand here in full" in page.words


HOSTILE = "<script>alert(1)</script>\"' onload=x &lt;b&gt;"


def test_names_from_files_stay_texts(call: Call, tmp_path: Path) -> None:
    leads = tmp_path / "leads.json"
    rows = [
        {"id": HOSTILE, "name": HOSTILE, "customer_type": "gift"},
        {"id": "javascript:x"},
        {"id": "\x1b[31mred"},
    ]
    leads.write_text(json.dumps(rows))
    page = made(call, tmp_path, leads, code=3)  # what a terminal obeys is no id
    assert len(page.all("script")) == 1
    assert "\x1b" not in page.source
    assert "\u202e" not in page.source
    assert all(not name.startswith("on") for _, attributes in page.elements for name in attributes)
    assert "<script>alert(1)</script>" in page.words  # as a text


def test_what_could_not_be_evaluated_is_told(call: Call, tmp_path: Path) -> None:
    leads = tmp_path / "leads.yaml"
    leads.write_text("- {id: a, headcount: many}\n- {id: b}\n")
    page = made(call, tmp_path, leads, code=3)
    assert "Not evaluated, or incomplete" in page.words
    assert "headcount" in page.words


def test_no_leads_make_a_page_that_says_so(call: Call, tmp_path: Path) -> None:
    leads = tmp_path / "leads.yaml"
    leads.write_text("[]\n")
    page = made(call, tmp_path, leads)
    assert "0 leads" in page.words


def test_a_page_is_whole_or_not_there(call: Call, tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("the old one")
    ran = call("report", tmp_path / "no.yaml", "-o", target, "--as-of", AS_OF)
    assert ran.code == 2
    assert target.read_text() == "the old one"


BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.mark.skipif(BROWSER is None, reason="no chromium here")
def test_in_a_browser_the_page_works_and_says_nothing_on_its_console(
    call: Call, tmp_path: Path
) -> None:
    made(call, tmp_path, EXAMPLES)
    ran = subprocess.run(
        [
            str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
            f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom",
            f"file://{tmp_path / 'report.html'}#lead-L014",
        ],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ran.returncode == 0
    assert "CONSOLE" not in ran.stderr, ran.stderr
    dom = Page(re.sub(r"\s(disabled|hidden|open)=\"\"", r" \1", ran.stdout))
    opened = [d["id"] for d in dom.all("details") if "open" in d and d.get("id")]
    assert "lead-L014" in opened
    assert re.search(r"(\d+) of \1 shown", dom.words)
    assert all("hidden" not in form for form in dom.all("form"))
