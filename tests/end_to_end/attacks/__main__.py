"""Renew the table in the battery's README: `python -m tests.end_to_end.attacks`."""

from tests.end_to_end.attacks.table import README, renewed

README.write_text(renewed(README.read_text(encoding="utf-8")), encoding="utf-8")
