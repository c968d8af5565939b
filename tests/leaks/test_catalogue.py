"""The database's own guard: nothing in it sees past the policies."""

from django.db import connection, connections

from agencies.records import guarded_models
from tests.leaks import catalogue


def test_the_catalogue_has_no_fault(db: None) -> None:
    """Tables, policies, rights, views, functions and roles are as reviewed."""
    faults = catalogue.scan()
    assert not faults, "\n".join(faults)


def test_only_kept_answers_are_cleaned_away() -> None:
    disposable = [m._meta.label for m in guarded_models() if m.guard_disposable]
    assert disposable == ["live.Delivery", "agencies.IdempotencyKey"]


def test_the_journal_and_former_shapes_are_only_added_to() -> None:
    added_to = {m._meta.label for m in guarded_models() if m.guard_append_only}
    assert added_to == {
        "incidents.Transition",
        "incidents.CustodyLine",
        "incidents.SitrepPaper",
        "live.Event",
        "patrols.CheckpointVersion",
        "patrols.LeadPlan",
        "patrols.PatrolCustodyLine",
        "patrols.RouteVersion",
        "patrols.ZoneVersion",
    }


def test_without_keys_every_guarded_table_is_empty(world: object) -> None:
    for model in guarded_models():
        assert not model._base_manager.exists(), model


def test_statistics_of_guarded_tables_are_hidden(db: None) -> None:
    """PostgreSQL keeps samples of columns; of a guarded table it shows none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tablename FROM pg_stats")
        shown = {name for (name,) in cursor.fetchall()}
    assert not shown & set(catalogue.tables())


def test_the_owner_is_another_role() -> None:
    owner = connections["owner"].settings_dict["USER"]
    assert owner != connections["default"].settings_dict["USER"]
