"""Make the chain of custody append-only, as the audit log is."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION evidence_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' AND current_database() LIKE 'test\\_%' THEN
        RETURN NULL;  -- test databases are emptied between tests
    END IF;
    RAISE EXCEPTION 'the chain of custody is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER evidence_append_only BEFORE UPDATE OR DELETE ON evidence_custodyentry
    FOR EACH ROW EXECUTE FUNCTION evidence_refuse_change();
CREATE TRIGGER evidence_no_truncate BEFORE TRUNCATE ON evidence_custodyentry
    FOR EACH STATEMENT EXECUTE FUNCTION evidence_refuse_change();
"""

BACKWARD = """
DROP TRIGGER evidence_no_truncate ON evidence_custodyentry;
DROP TRIGGER evidence_append_only ON evidence_custodyentry;
DROP FUNCTION evidence_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("evidence", "0001_packs")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
