from django.db import migrations


class Migration(migrations.Migration):
    """On its own: PostgreSQL alters no table in a transaction that has just filled another from it."""

    dependencies = [
        ('grader', '0002_evidence'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='run',
            name='record',
        ),
    ]
