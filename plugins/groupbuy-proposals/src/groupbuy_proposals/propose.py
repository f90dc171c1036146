"""`groupbuy propose`: for each lead a document to send, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groupbuy.api.commands import (
    DONE,
    INCOMPLETE,
    LeadOptions,
    RunOptions,
    deliver,
    fail,
    inert,
    leads_options,
    next_step,
    progress,
    rules_options,
    write_whole,
)

if TYPE_CHECKING:
    from groupbuy.api.commands import LeadFile, LeadModel, Workspace
    from groupbuy_proposals.maker import Maker
    from groupbuy_proposals.output import Outcome
    from groupbuy_proposals.template import DocumentTemplate

PLUGIN = "proposals"
LAYER = "proposals:packages"
ALSO = ("docx", "pdf", "xlsx")
LANGUAGES = ("zh", "en")
STOPPED = 130


@click.command()
@click.argument("leads", nargs=-1)
@click.option("--lead", "wanted", multiple=True, metavar="ID", help="Only this lead (repeatable).")
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="The folder for the documents; made where it is not there.",
)
@click.option(
    "--catalogue",
    "goods",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What you sell; else catalogue.yaml, .csv or .xlsx of the rules folder.",
)
@click.option(
    "--also",
    multiple=True,
    type=click.Choice(ALSO),
    help="Beside Markdown and HTML (repeatable).",
)
@click.option("--top", type=click.IntRange(min=1), metavar="N", help="Only the first N leads.")
@click.option("--company", metavar="NAME", help="Who proposes: your company's name.")
@click.option(
    "--template",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Your own template, for all documents.",
)
@click.option(
    "--write-template",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the template to FILE, to change it; nothing else is done.",
)
@click.option(
    "--font",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A font for PDFs (.ttf, .otf), or a folder of fonts.",
)
@leads_options
@rules_options
def propose(
    leads: tuple[str, ...],
    wanted: tuple[str, ...],
    folder: Path | None,
    goods: Path | None,
    also: tuple[str, ...],
    top: int | None,
    company: str | None,
    template: Path | None,
    write_template: Path | None,
    font: Path | None,
    reading: LeadOptions,
    run: RunOptions,
) -> int:
    """Write a proposal for each of LEADS: the best packages, exact prices, in words to send.

    Held and stopped leads get none, and summary.csv says why. NAME.internal.md is for the
    salesperson: what is not promised, how sure it is, the margin.

    Exit codes: 0 done; 2 the input can't be used, nothing is written; 3 done, but some leads were
    set aside or a plugin failed.
    """
    from groupbuy_proposals.catalogue import find_catalogue, read_catalogue
    from groupbuy_proposals.maker import Maker, in_model_words

    if write_template is not None:
        return _write_template(write_template, run.lang)
    if not leads or folder is None:
        fail("bad-option", "name lead files and a folder", "groupbuy propose LEADS -o DIR")
    workspace = run.open(plugins=(PLUGIN,), layers=(LAYER,))
    _check_rules(workspace)
    templates = _templates(template)
    fonts = _check_formats(also, font)
    catalogue = read_catalogue(find_catalogue(goods, workspace.project.path))
    items = in_model_words(
        list(catalogue.items.values()), words_of(workspace.model), catalogue.places
    )
    today = date.fromordinal(workspace.options.as_of)
    opened = reading.read(workspace, leads)
    folder.mkdir(exist_ok=True)
    maker = Maker(
        items,
        workspace.plugins.proposals(),
        templates,
        today,
        folder,
        frozenset(also),
        write_whole,
        company,
        fonts,
    )
    return _Run(workspace, maker, workspace.options.lang).run(opened, wanted, top)


class _Run:
    """One run of the command."""

    def __init__(self, workspace: Workspace, maker: Maker, lang: str) -> None:
        self.workspace, self.maker, self.lang = workspace, maker, lang
        self.presenters = {lang: workspace.presenter()}

    def run(self, leads: LeadFile, wanted: Sequence[str], top: int | None) -> int:
        """Evaluate all leads, and write the proposals of those that are wanted."""
        run, ranked = self.workspace.run(leads)
        if wanted:
            ranked = [self.workspace.find(ranked, id) for id in dict.fromkeys(wanted)]
        outcomes: list[Outcome] = []
        try:
            for case in progress()(ranked[:top], "proposals"):
                outcomes.append(self.one(case))
        except KeyboardInterrupt:
            self.finish(outcomes)
            told = f"stopped; {_counted(outcomes)} are complete in {self.maker.folder}"
            click.echo(told, err=True)
            return STOPPED
        self.finish(outcomes)
        return self.report(outcomes, len(leads.set_aside) + len(run.set_aside))

    def one(self, case: Any) -> Outcome:
        """One lead's proposal, in the language of its documents."""
        stated = case.lead.values.get("language")
        lang = stated if stated in LANGUAGES else self.lang
        if lang not in self.presenters:
            self.presenters[lang] = self.workspace.presenter(lang)
        lead = self.presenters[lang].lead(case)
        owner = case.lead.values.get("owner")
        return self.maker.make(lead, lang, owner if isinstance(owner, str) else None)

    def finish(self, outcomes: Sequence[Outcome]) -> None:
        """The list of all leads, for people and for programs."""
        from groupbuy_proposals.output import line_json, summary_csv

        folder = self.maker.folder
        write_whole(folder / "summary.csv", summary_csv(outcomes, self.lang))
        write_whole(folder / "proposals.jsonl", "".join(line_json(each) for each in outcomes))

    def report(self, outcomes: Sequence[Outcome], aside: int) -> int:
        """Say what became of the leads."""
        from groupbuy_proposals.output import STATUS

        words = STATUS[self.lang]
        counts: dict[str, int] = {}
        for each in outcomes:
            counts[each.status] = counts.get(each.status, 0) + 1
        lines = []
        for each in outcomes if len(outcomes) <= 20 else ():
            if each.status != "proposed":
                reason = inert(" / ".join(each.reasons))
                lines.append(f"{inert(each.id)}  {words[each.status]}: {reason}")
        total = ", ".join(f"{words[name]} {counts[name]}" for name in words if name in counts)
        lines.append(f"{total} → {self.maker.folder}")
        deliver("\n".join(lines) + "\n", None)
        if aside:
            click.echo(f"{aside} leads were set aside: groupbuy evaluate says why", err=True)
        first = next((each for each in outcomes if each.files), None)
        if first is not None:
            next_step(f"→ {self.maker.folder / first.files[0]}")
        failed = any(each.status == "failed" for each in outcomes)
        return INCOMPLETE if aside or failed else DONE


def _counted(outcomes: Sequence[Outcome]) -> str:
    number = sum(1 for each in outcomes if each.status == "proposed")
    return "1 proposal" if number == 1 else f"{number} proposals"


def _check_rules(workspace: Workspace) -> None:
    packs = workspace.project.packs
    if not any("packages" in pack.sections for pack in packs):
        fail(
            "no-packages",
            "these rules say nothing of packages",
            f"add {LAYER} to layers:, or a packages: section of your own",
        )


def _check_formats(also: Sequence[str], font: Path | None) -> Any:
    """Raises `GroupbuyError` before anything is written where a format can't be made."""
    if "docx" in also:
        from groupbuy.api.documents import check_docx

        check_docx()
    if "xlsx" in also:
        from groupbuy_proposals.writers import xlsx

        xlsx.check()
    if "pdf" in also:
        from groupbuy.api.documents import find_fonts

        return find_fonts(font)
    return None


def template_path(lang: str) -> Path:
    """The template that comes with the package."""
    return Path(__file__).parent / "templates" / f"proposal.{lang}.md"


def _templates(own: Path | None) -> dict[str, DocumentTemplate]:
    from groupbuy_proposals.document import SHAPE
    from groupbuy_proposals.template import read_template

    if own is not None:
        return dict.fromkeys(LANGUAGES, read_template(own, SHAPE))
    return {lang: read_template(template_path(lang), SHAPE) for lang in LANGUAGES}


def _write_template(target: Path, lang: str) -> int:
    write_whole(target, template_path(lang).read_text(encoding="utf-8"))
    next_step(f"→ groupbuy propose LEADS -o DIR --template {target}")
    return DONE


def words_of(model: LeadModel) -> dict[str, str]:
    """Every word, title and alias of the choices that leads have, with the proper word for it."""
    found: dict[str, str] = {}
    for field in model.fields.values():
        for proper in field.type.values:
            texts = field.value_titles.get(proper)
            titles = [] if texts is None else [texts.get(lang) for lang in LANGUAGES]
            for word in (proper, *titles, *field.value_aliases.get(proper, ())):
                if word:
                    found.setdefault(word.casefold(), proper)
    return found
