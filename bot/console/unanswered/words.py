"""What reasons, hidden details and steps are called on the screens of questions without an answer."""

from __future__ import annotations

from bot.grouping import Done
from bot.i18n import N_

REASON = {
    "nothing_near": N_("No answer"),
    "unsure": N_("None of the offered topics"),
    "not_helpful": N_("The answer did not help"),
}
REASON_KIND = {"nothing_near": "bad", "unsure": "warn", "not_helpful": "info"}
# What stands in place of a personal detail.
KIND = {
    "phone": N_("phone number"),
    "number": N_("number"),
    "email": N_("e-mail address"),
    "link": N_("link"),
    "handle": N_("account name"),
    "case": N_("case number"),
    "id": N_("document number"),
    "date": N_("date"),
    "name": N_("name"),
    "address": N_("address"),
}
DONE = {
    Done.SETTLED: N_("Dealt with"),
    Done.IGNORED: N_("Ignored"),
    Done.EXAMPLE: N_("Became an example question"),
    Done.TOPIC: N_("Began a topic"),
    Done.REOPENED: N_("Opened again"),
    Done.SPLIT: N_("Some taken out into a group of their own"),
}
GONE = N_("These questions are not there any more, or not in your languages.")
