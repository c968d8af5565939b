"""When officers are out, kept by triggers, so that nobody is at two places at once."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.constraints
from django.conf import settings
from django.db import connections, migrations, models

# With the owner's rights: nobody else has any to the table, not even to read it.
BOOK = """
CREATE FUNCTION patrols_book_commander() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  DELETE FROM patrols_booking WHERE patrol_id = NEW.id AND part = 'commander';
  IF NEW.commander_id IS NOT NULL
     AND NEW.state IN ('planned', 'proposed', 'agreed', 'under_way') THEN
    INSERT INTO patrols_booking (patrol_id, officer_id, part, during)
    VALUES (NEW.id, NEW.commander_id, 'commander', tstzrange(NEW.starts_at, NEW.ends_at));
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER books AFTER INSERT ON patrols_patrol
  FOR EACH ROW WHEN (NEW.commander_id IS NOT NULL) EXECUTE FUNCTION patrols_book_commander();
CREATE TRIGGER books_anew AFTER UPDATE ON patrols_patrol
  FOR EACH ROW WHEN (
    (OLD.commander_id, OLD.state, OLD.starts_at, OLD.ends_at)
    IS DISTINCT FROM (NEW.commander_id, NEW.state, NEW.starts_at, NEW.ends_at)
  ) EXECUTE FUNCTION patrols_book_commander();

CREATE FUNCTION patrols_book_crew() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.is_active THEN
    DELETE FROM patrols_booking
    WHERE patrol_id = OLD.patrol_id AND officer_id = OLD.officer_id AND part = 'crew';
  END IF;
  IF NEW.is_active THEN
    INSERT INTO patrols_booking (patrol_id, officer_id, part, during)
    VALUES (NEW.patrol_id, NEW.officer_id, 'crew', NEW.during);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER books AFTER INSERT ON patrols_assignment
  FOR EACH ROW WHEN (NEW.is_active) EXECUTE FUNCTION patrols_book_crew();
CREATE TRIGGER books_anew AFTER UPDATE ON patrols_assignment
  FOR EACH ROW WHEN (
    (OLD.is_active, OLD.patrol_id, OLD.officer_id, OLD.during)
    IS DISTINCT FROM (NEW.is_active, NEW.patrol_id, NEW.officer_id, NEW.during)
  ) EXECUTE FUNCTION patrols_book_crew();
"""
UNBOOK = """
DROP TRIGGER books_anew ON patrols_assignment;
DROP TRIGGER books ON patrols_assignment;
DROP FUNCTION patrols_book_crew();
DROP TRIGGER books_anew ON patrols_patrol;
DROP TRIGGER books ON patrols_patrol;
DROP FUNCTION patrols_book_commander();
"""
# Until now somebody could command two patrols at once, or one while sent on another:
# of those the one that was planned later waits for another commander.
FILL = """
ALTER TABLE patrols_patrol NO FORCE ROW LEVEL SECURITY;
ALTER TABLE patrols_assignment NO FORCE ROW LEVEL SECURITY;
INSERT INTO patrols_booking (patrol_id, officer_id, part, during)
  SELECT patrol_id, officer_id, 'crew', during FROM patrols_assignment WHERE is_active;
DO $$
DECLARE one record;
BEGIN
  FOR one IN
    SELECT id, commander_id, tstzrange(starts_at, ends_at) AS during FROM patrols_patrol
    WHERE commander_id IS NOT NULL AND state IN ('planned', 'proposed', 'agreed', 'under_way')
    ORDER BY created_at, id
  LOOP
    BEGIN
      INSERT INTO patrols_booking (patrol_id, officer_id, part, during)
      VALUES (one.id, one.commander_id, 'commander', one.during);
    EXCEPTION WHEN exclusion_violation THEN
      UPDATE patrols_patrol SET commander_id = NULL WHERE id = one.id;
    END;
  END LOOP;
END $$;
ALTER TABLE patrols_assignment FORCE ROW LEVEL SECURITY;
ALTER TABLE patrols_patrol FORCE ROW LEVEL SECURITY;
"""


def close(apps, schema_editor):
    """Take from the platform's roles what every new table gives them."""
    app = connections["default"].settings_dict["USER"]
    roles = f'"{app}", "{settings.DATABASE_SYSTEM_ROLE}"'
    schema_editor.execute(f"REVOKE ALL ON patrols_booking FROM {roles}")


class Migration(migrations.Migration):
    """The table, what writes it, and what is there already."""

    dependencies = [
        ("patrols", "0014_patrol_log"),
    ]

    operations = [
        migrations.CreateModel(
            name="Booking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("patrol_id", models.UUIDField()),
                ("officer_id", models.UUIDField()),
                ("part", models.CharField(choices=[("crew", "Crew"), ("commander", "Commander")], max_length=9)),
                ("during", django.contrib.postgres.fields.ranges.DateTimeRangeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("patrol_id", "officer_id", "part"), name="booking_once"),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        deferrable=django.db.models.constraints.Deferrable["IMMEDIATE"],
                        expressions=[("officer_id", "="), ("patrol_id", "<>"), ("during", "&&")],
                        name="booking_overlap",
                    ),
                ],
            },
        ),
        migrations.RunPython(close, migrations.RunPython.noop),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(BOOK, UNBOOK),
        migrations.RemoveConstraint(model_name="assignment", name="assignment_overlap"),
    ]
