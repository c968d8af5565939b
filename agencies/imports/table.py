"""Files of absences, papers and assets: what a file would do, and doing it.

``django-import-export`` goes through the rows, in one transaction that stays whole or
is undone. A row is checked by the form that the pages have, found by what tells it
apart, and written by the same actions: nothing else writes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any, ClassVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import Resource
from import_export.results import RowResult

from agencies.errors import Refused
from agencies.imports import sheets
from agencies.interoperability import bands_of
from agencies.interoperability import written as bands_written
from agencies.policy import Actor, Permission


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cell, or with a row as a whole; the code is stable."""

    row: int
    column: str
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """What is done for a row: ``new``, ``changed``, ``unchanged`` or ``refused``."""

    row: int
    verb: str
    cells: Mapping[str, str]
    # Of a changed row: column, what is stored, what it becomes.
    changes: Sequence[tuple[str, str, str]] = ()


@dataclass(frozen=True)
class Plan:
    """All that a file would do, or did."""

    steps: list[Step]
    faults: list[Fault] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """Tells two plans apart: who confirms one has seen this one."""
        return sha256(repr(self.steps).encode()).hexdigest()

    def count(self, verb: str) -> int:
        """How many rows something is done for."""
        return sum(step.verb == verb for step in self.steps)


class Table(Resource):
    """One kind of file; subclasses say what its rows are."""

    model: ClassVar[type[Model]]
    form: ClassVar[Any]
    permission: ClassVar[Permission] = Permission.PERSONNEL_KEEP
    columns: ClassVar[list[str]]
    # What tells rows apart, and what a file must have.
    identity: ClassVar[list[str]]
    needed: ClassVar[list[str]]

    class Meta:
        """Everything or nothing; rows that change nothing are told as well."""

        import_id_fields: ClassVar[list[str]] = []
        instance_loader_class = BaseInstanceLoader
        use_transactions = True
        report_skipped = True
        skip_diff = True
        using_db = "default"

    def __init__(self, by: Actor) -> None:
        """Keep for whom the file is read."""
        super().__init__()  # type: ignore[no-untyped-call]
        self.by = by
        self.known: dict[Any, Any] = {}
        self.given: dict[str, Any] = {}
        self.met: set[Any] = set()
        self.changes: list[list[tuple[str, str, str]]] = []

    # --- what subclasses say --------------------------------------------------

    def rows(self) -> QuerySet[Any]:
        """Return the agency's own rows that a file is about."""
        raise NotImplementedError

    def stored(self, row: Any) -> dict[str, Any]:
        """Return a row's values by column."""
        raise NotImplementedError

    def key(self, values: Mapping[str, Any]) -> Any:
        """Return what tells a row apart."""
        return tuple(values[name] for name in self.identity)

    def create(self, values: dict[str, Any]) -> Any:
        """Write a new row."""
        raise NotImplementedError

    def change(self, row: Any, values: dict[str, Any]) -> Any:
        """Change a row that is there."""
        raise NotImplementedError

    # --- what is done with files ----------------------------------------------

    def run(self, sheet: sheets.Sheet, *, is_trial: bool) -> Plan:
        """Do what a file says, if no row is refused; on trial, undo it again."""
        self.known = {}
        for row in self.rows():
            self.known[self.key(self.stored(row))] = row
        self.met, self.changes = set(), []
        result = self.import_data(  # type: ignore[no-untyped-call]
            sheet.dataset(), dry_run=is_trial, rollback_on_validation_errors=True
        )
        text = _("It has more cells than there are columns.")
        faults = [Fault(number, "", "ragged_row", text) for number in sheet.ragged]
        steps = []
        for (number, cells), done, changes in zip(
            sheet.rows, result.rows, self.changes, strict=True
        ):
            if done.errors:
                # Not the file's fault but ours.
                raise done.errors[0].error
            shown = dict(zip(sheet.columns, cells, strict=True))
            steps.append(Step(number, _VERBS[done.import_type], shown, changes))
            if done.validation_error is not None:
                faults += _faults(number, done.validation_error)
        return Plan(steps, sorted(faults, key=lambda fault: fault.row))

    def written(self) -> bytes:
        """Return the agency's own rows as a file that :meth:`run` reads."""
        rows = (self.stored(row) for row in self.rows())
        return sheets.written(
            self.columns, ([_text(row[name]) for name in self.columns] for row in rows)
        )

    # --- what the library asks, row by row --------------------------------------

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        """Check the cells, and that the row is not there twice."""
        self.changes.append([])
        wrong = {
            name: ValidationError(_("This looks like a formula."), code="formula")
            for name, cell in row.items()
            if sheets.is_formula(cell)
        }
        if wrong:
            raise ValidationError(wrong)
        cells = {name: sheets.plain(cell) for name, cell in row.items()}
        form = self.form(cells, actor=self.by)
        if not form.is_valid():
            raise ValidationError(form.errors.as_data())
        self.given = {name: form.cleaned_data[name] for name in form.fields}
        key = self.key(self.given)
        if key in self.met:
            text = _("This is in the file twice.")
            raise ValidationError(text, code="double_row")
        self.met.add(key)

    def get_instance(self, instance_loader: Any, row: Any) -> Any:
        """Find the row that is there already."""
        return self.known.get(self.key(self.given))

    def init_instance(self, row: Any = None) -> Any:
        """Begin a new row."""
        return self.model()

    def import_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        """Leave it to the action."""

    def skip_row(
        self,
        instance: Any,
        original: Any,
        row: Any,
        import_validation_errors: Any = None,
    ) -> bool:
        """Leave a row alone that holds all of this already."""
        if instance._state.adding:
            return False
        stored = self.stored(instance)
        self.changes[-1] = [
            (name, _text(stored[name]), _text(self.given[name]))
            for name in self.columns
            if name in row and stored[name] != self.given[name]
        ]
        return not self.changes[-1]

    def validate_instance(self, *args: Any, **kwargs: Any) -> None:
        """Leave it to the form and to the action."""

    def save_instance(self, instance: Any, *args: Any, **kwargs: Any) -> None:
        """Act; what is refused is told of the cell that caused it."""
        try:
            if instance._state.adding:
                self.create(dict(self.given))
            else:
                names = {name for name, _old, _new in self.changes[-1]}
                self.change(instance, {name: self.given[name] for name in names})
        except Refused as refusal:
            column = (refusal.pointer or "").lstrip("/").partition("/")[0]
            known = column if column in self.columns else NON_FIELD_ERRORS
            fault = ValidationError(str(refusal), code=refusal.code)
            raise ValidationError({known: [fault]}) from None

    def save_m2m(self, *args: Any, **kwargs: Any) -> None:
        """There is nothing to save beside."""


_VERBS = {
    RowResult.IMPORT_TYPE_NEW: "new",
    RowResult.IMPORT_TYPE_UPDATE: "changed",
    RowResult.IMPORT_TYPE_SKIP: "unchanged",
    RowResult.IMPORT_TYPE_INVALID: "refused",
}


def _faults(number: int, error: ValidationError) -> list[Fault]:
    by_column = (
        error.error_dict
        if hasattr(error, "error_dict")
        else {NON_FIELD_ERRORS: error.error_list}
    )
    return [
        Fault(
            number, "" if column == NON_FIELD_ERRORS else column, one.code or "", text
        )
        for column, found in by_column.items()
        for one in found
        for text in one.messages
    ]


def _text(value: Any) -> str:
    """Return a value as a cell has it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        is_even = value.second == value.microsecond == 0
        precision = "minutes" if is_even else "auto"
        return timezone.localtime(value).isoformat(timespec=precision)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return bands_written(bands_of(value))
    return str(getattr(value, "username", None) or getattr(value, "code", value))
