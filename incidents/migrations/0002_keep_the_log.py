"""The log of an incident is appended to and never edited or deleted."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION incidents_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log of an incident is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER incidents_append_only BEFORE UPDATE OR DELETE ON incidents_incidentstep
    FOR EACH ROW EXECUTE FUNCTION incidents_refuse_change();
"""

BACKWARD = """
DROP TRIGGER incidents_append_only ON incidents_incidentstep;
DROP FUNCTION incidents_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
