"""One-time pass-phrases lapse: those given before count from the upgrade."""

from typing import Any

from django.db import migrations, models
from django.db.models.functions import Now


def begin(apps: Any, _schema: Any) -> None:
    """Let the hours of every pass-phrase that waits for its change begin now."""
    apps.get_model("org", "LoginAccount").objects.filter(must_change_password=True).update(one_time_from=Now())


class Migration(migrations.Migration):
    """A column of log-in state, which no event tells."""

    dependencies = [("org", "0004_drop_login_failure")]

    operations = [
        migrations.AddField(
            model_name="loginaccount",
            name="one_time_from",
            field=models.DateTimeField(blank=True, null=True, verbose_name="一次性口令起"),
        ),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
