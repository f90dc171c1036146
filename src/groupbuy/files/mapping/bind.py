"""How fields are filled, bound to the sheets that were given and to the lead model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from groupbuy.errors import Problems, did_you_mean
from groupbuy.files.mapping.book import Book, Cells, Frame, Row
from groupbuy.files.mapping.convert import Change, change_of, checked, written
from groupbuy.files.mapping.lookup import Index, build_index
from groupbuy.files.mapping.spec import Part, Step, ValueSpec
from groupbuy.model.entries import Field, Table
from groupbuy.model.lead import Column
from groupbuy.model.model import ID, LeadModel
from groupbuy.model.names import listed, quote
from groupbuy.sheets.sheet import mark_faults
from groupbuy.source.nodes import Scalar
from groupbuy.tree.nodes import Expr
from groupbuy.tree.types import Kind

Take = Callable[[Cells], str | None]
"""What a row gives for a field, as text; raises `ValueProblem`."""


@dataclass(frozen=True, eq=False)
class Filled:
    """One field, how it is filled from a row, and the position of its cell where it has one."""

    field: Field
    take: Take
    position: int | None
    pick: str = "only"


@dataclass(frozen=True, eq=False)
class BoundPart:
    """The leads or a table, on one sheet."""

    part: Part
    frame: Frame
    lead: Filled
    fields: dict[str, Filled]
    where: Row | None
    drop: tuple[tuple[Row, str], ...]

    def position(self, name: str | None) -> int | None:
        """The position of a field's cell."""
        if name is None:
            return None
        filled = self.lead if name == ID else self.fields.get(name)
        return filled.position if filled else None


class Binder:
    """Binds the parts of a mapping; everything that does not fit goes to the problems."""

    def __init__(self, model: LeadModel, book: Book, problems: Problems) -> None:
        """Bind to `model` and to the files of `book`."""
        self.model, self.book, self.problems = model, book, problems
        self.indexes: dict[tuple[Step, str], Index | None] = {}

    def leads(self, part: Part) -> list[BoundPart]:
        """The leads, on each of their sheets."""
        return self.bound(part, self.model)

    def table(self, part: Part) -> tuple[str, list[BoundPart]]:
        """A table's name in the model, and the table on each of its sheets."""
        name = self.model.resolve(part.name)
        table = self.model.tables.get(name) if name else None
        if name is None or table is None:
            hint = did_you_mean(part.name, [w for t in self.model.tables.values() for w in t.words])
            hint = hint or f"one of {listed(self.model.tables)}"
            message = f"the lead model has no table {quote(part.name)}"
            self.problems.add("mapping-table", message, part.at, hint, len(part.name))
            return part.name, []
        return name, self.bound(part, table)

    def bound(self, part: Part, owner: LeadModel | Table) -> list[BoundPart]:
        """A part on each of its sheets."""
        fields = self.fields(part, owner)
        bound = []
        for frame in self.book.frames(part.file):
            before = len(self.problems.found)
            frame.private = frame.private or self.is_private(frame, fields)
            lead_field = self.model.fields[ID]
            lead = self.filled(part.lead, frame, lead_field, f"{part.name}: the lead")
            made = {
                name: filled
                for name, (field, spec) in fields.items()
                if (filled := self.filled(spec, frame, field, f"{part.name}.{name}"))
            }
            meant = {
                each.position: Column(each.field, None)
                for each in made.values()
                if each.position is not None
            }
            mark_faults(frame.sheet, meant)
            where = frame.condition(part.where, self.problems) if part.where else None
            drops = [(frame.condition(d.when, self.problems), d.because) for d in part.drop]
            if lead is not None and len(self.problems.found) == before:
                kept = tuple((when, because) for when, because in drops if when is not None)
                bound.append(BoundPart(part, frame, lead, made, where, kept))
        return bound

    def is_private(self, frame: Frame, fields: dict[str, tuple[Field, ValueSpec]]) -> bool:
        """Whether there is personal data in a sheet: mapped, or in a column called like it."""
        owners: list[LeadModel | Table] = [self.model, *self.model.tables.values()]
        called = [field for field, _ in fields.values()]
        for header in frame.sheet.header:
            found = [(owner, owner.resolve(header)) for owner in owners]
            entries = [owner.entries[name] for owner, name in found if name is not None]
            called += [entry for entry in entries if isinstance(entry, Field)]
        return any(field.pii for field in called)

    def fields(self, part: Part, owner: LeadModel | Table) -> dict[str, tuple[Field, ValueSpec]]:
        """The fields that a part fills, by their proper names."""
        found: dict[str, tuple[Field, ValueSpec]] = {}
        firsts: dict[str, Scalar] = {}
        noun = "lead model has no field" if part.name == "leads" else f"table {part.name} has no"
        for node, spec in part.fields:
            name = owner.resolve(node.text)
            field = owner.entries.get(name) if name else None
            if not isinstance(field, Field):
                hint = did_you_mean(node.text, owner.names) or f"one of {listed(owner.entries)}"
                message = f"the {noun} {quote(node.text)}"
                if field is not None:
                    message, hint = f"{node.text} is a table", f"write it under tables: {name}:"
                self.problems.add("mapping-field", message, node.at, hint, len(node.text))
            elif field.name in found or (field.name == ID and part.name == "leads"):
                other = firsts.get(field.name)
                message = f"{field.name} is filled twice" + (
                    f": also at {other.at}" if other else ""
                )
                hint = "leave one of them out" if other else "it is filled by `id:` above"
                self.problems.add("mapping-field", message, node.at, hint, len(node.text))
            else:
                firsts[field.name] = node
                found[field.name] = (field, spec)
        return found

    # ── one field ──

    def filled(
        self, spec: ValueSpec, frame: Frame, field: Field, label: str, text: bool = False
    ) -> Filled | None:
        """How a field is filled from the rows of a sheet; none, with problems, where it can't."""
        before = len(self.problems.found)
        target = None if text else field
        change = change_of(spec, target, self.problems)
        position: int | None = None
        take: Take | None = None
        if spec.column is not None:
            position = frame.need(spec.column, self.problems)
            if position is not None:
                take = self.column(spec, frame, position, target, change)
        elif spec.constant is not None:
            constant = checked(spec.constant, target, self.problems)
            take = lambda _cells: constant  # noqa: E731
        elif spec.compute is not None:
            take = self.computed(spec.compute, frame, target, change)
        else:
            take = self.looked_up(spec, frame, field, label, change)
        if spec.fallback is not None:
            other = self.filled(spec.fallback, frame, field, label, text)
            if take is not None and other is not None:
                take = _or_else(take, other.take)
        pick = spec.pick.text if spec.pick else "only"
        self.check_pick(spec, field, pick)
        if take is None or len(self.problems.found) > before:
            return None
        return Filled(field, take, position, pick)

    def check_pick(self, spec: ValueSpec, field: Field, pick: str) -> None:
        """Sums are of numbers, and what is largest has an order."""
        kind = field.type.kind
        kinds = {"sum": (Kind.NUMBER,), "min": (Kind.NUMBER, Kind.DATE)}
        if kind not in kinds.get("min" if pick == "max" else pick, (kind,)):
            assert spec.pick is not None
            message = f"`pick: {pick}` is for numbers, and {field.name} is a {field.type}"
            self.problems.add("mapping-pick", message, spec.pick.at, "first, last, most or only")

    def column(
        self, spec: ValueSpec, frame: Frame, position: int, field: Field | None, change: Change
    ) -> Take | None:
        """A cell of the row itself."""
        assert spec.column is not None
        cell = frame.types.get(position)
        if field is not None and field.type.kind is Kind.DATE and spec.format is None:
            if cell is not None and cell.kind == "date":
                read = frame.reader(position)
                return lambda cells: change(written(read(cells[position])))
            if not spec.values and self.book.needs_format(frame, position, spec.column):
                return None
        return lambda cells: change(cells[position])

    def computed(
        self, node: Scalar, frame: Frame, field: Field | None, change: Change
    ) -> Take | None:
        """An expression over the row."""
        found = frame.expression(node, self.problems)
        if found is None:
            return None
        tree, value = found
        if field is not None and not _gives(tree, field):
            message = f"{field.name} is a {field.type}, and this is a {tree.type}"
            hint = "a column is a text unless `files: … types:` says otherwise"
            self.problems.add("mapping-compute", message, node.at, hint, len(node.text))
            return None
        return lambda cells: change(written(value(cells)))

    def looked_up(
        self, spec: ValueSpec, frame: Frame, field: Field, label: str, change: Change
    ) -> Take | None:
        """What other files say."""
        first = spec.lookup[0].by
        assert first is not None
        by = self.filled(first, frame, field, label, text=True)
        indexes = [self.index(step, label) for step in spec.lookup]
        found = [index for index in indexes if index is not None]
        if by is None or len(found) < len(indexes):
            return None
        start, has_other = by.take, spec.fallback is not None

        def look_up(cells: Cells) -> str | None:
            key = start(cells)
            for index in found:
                # Where there is something else to take, finding nothing is no news.
                key = index.found.get(key or "") if has_other else index.get(key)
            return change(key)

        return look_up

    def index(self, step: Step, label: str) -> Index | None:
        """The index of a step, made once."""
        if (step, label) not in self.indexes:
            self.indexes[step, label] = build_index(step, label, self.book, self.problems)
        return self.indexes[step, label]

    @property
    def notes(self) -> list[str]:
        """What was looked up in vain."""
        return [note for index in self.indexes.values() if index for note in index.notes]


def _or_else(take: Take, other: Take) -> Take:
    def either(cells: Cells) -> str | None:
        found = take(cells)
        return other(cells) if found is None else found

    return either


def _gives(tree: Expr, field: Field) -> bool:
    """Whether what an expression gives can be read as a field."""
    kind = field.type.kind
    if tree.type.kind is Kind.TEXT:
        return kind in (Kind.TEXT, Kind.CHOICE, Kind.CHOICES)
    return tree.type.kind is kind
