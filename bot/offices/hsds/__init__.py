"""Exchange with other directories in Open Referral's Human Services Data Specification 3.0, as JSON and as tables.

https://docs.openreferral.org/en/v3.0.1/. One office is one service at one location. What the specification has no field
for, such as names in several languages, goes along as attributes with terms of a small taxonomy of our own.
"""

from __future__ import annotations

from bot.offices.hsds.profile import known
from bot.offices.hsds.reading import read_json, read_zip
from bot.offices.hsds.writing import document, tables, write_json, write_zip

__all__ = ["document", "known", "read_json", "read_zip", "tables", "write_json", "write_zip"]
