"""Warnings and remarks that tables may use in `alert` and `safety`. These are translated; other text is shown as it is."""

from __future__ import annotations

from bot.i18n import N_

LISTED = (
    N_("By appointment only"),
    N_("Call within 72 hours"),
    N_("Free call"),
    N_("Free call inside the country"),
    N_("Free call, interpreters"),
    N_("Leave a message in your language"),
    N_("May be closed"),
    N_("May be closed: sources conflict"),
    N_("May be out of date, call first"),
    N_("May have moved, call first"),
    N_("May not receive visitors"),
    N_("No visits, by phone only"),
    N_("Not an immigration authority"),
    N_("Number is abroad, calls cost more"),
    N_("Number works only inside the country"),
    N_("Only for people who choose to return home"),
)
