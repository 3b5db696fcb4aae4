"""What the words of the tables are called on the screen."""

from __future__ import annotations

from bot.i18n import N_

URGENCY = {"now": N_("Now"), "soon": N_("Soon"), "normal": N_("Normal")}
URGENCY_KIND = {"now": "bad", "soon": "warn", "normal": ""}
CHANNEL = {"sms": N_("SMS"), "telegram": N_("Telegram"), "whatsapp": N_("WhatsApp"), "webchat": N_("Web chat")}
STATE = {"open": N_("Waiting"), "taken": N_("Taken"), "closed": N_("Closed")}
STATE_KIND = {"open": "warn", "taken": "info", "closed": ""}
OUTCOME = {
    "helped": N_("Helped"),
    "referred": N_("Referred to somebody else"),
    "unreachable": N_("Could not be reached"),
    "withdrawn": N_("Withdrawn by the person"),
    "not_eligible": N_("Not eligible"),
}
ORIGIN = {
    "asked": N_("Asked for a caseworker"),
    "crisis": N_("Told us of danger"),
    "failure": N_("We could not answer a message"),
}
NEED = {
    "asylum": N_("Asylum"),
    "legal": N_("Legal help"),
    "health": N_("Health"),
    "mental_health": N_("Mental health"),
    "child": N_("Children"),
    "protection": N_("Protection"),
    "shelter": N_("Shelter"),
    "food_cash": N_("Food or money"),
    "documents": N_("Documents"),
    "return": N_("Return"),
    "family_tracing": N_("Family tracing"),
    "work": N_("Work"),
    "general": N_("General"),
}
DANGER = {
    "sea": N_("In danger at sea"),
    "suicide": N_("Thoughts of suicide"),
    "captivity": N_("Held against their will"),
    "medical": N_("Medical emergency"),
    "violence": N_("Violence"),
    "stranded": N_("Stranded"),
    "child": N_("A child in danger"),
}
DELIVERY = {
    "queued": N_("waiting to be sent"),
    "sending": N_("being sent"),
    "sent": N_("sent"),
    "delivered": N_("delivered"),
    "failed": N_("not delivered"),
    "unknown": N_("not known whether it arrived"),
    "cancelled": N_("not sent"),
}
EVENT = {
    "opened": N_("Case opened"),
    "consented": N_("The person agreed that a caseworker reads this"),
    "changed": N_("Changed by the person"),
    "message": N_("The person wrote"),
    "danger": N_("Danger in a message"),
    "danger_seen": N_("Danger seen by a caseworker"),
    "taken": N_("Taken"),
    "handed_over": N_("Handed over"),
    "returned": N_("Returned to the queue"),
    "escalated": N_("Escalated"),
    "replied": N_("Caseworker wrote"),
    "closed": N_("Closed"),
    "reopened": N_("Opened again"),
    "slipped": N_("The person was told that it takes longer"),
    "erased": N_("Personal content erased"),
    "partner_asked": N_("The person was asked about a partner"),
    "partner_agreed": N_("The person agreed to a partner"),
    "partner_refused": N_("The person said no to a partner"),
    "partner_sent": N_("Sent to a partner"),
    "partner_seen": N_("Seen by the partner"),
    "partner_accepted": N_("Accepted by the partner"),
    "partner_declined": N_("Declined by the partner"),
    "partner_withdrawn": N_("Withdrawn from the partner"),
    "exported": N_("Exported"),
}
CANNOT_WRITE = {
    "gone": N_("This person's data was deleted. Nothing can be sent."),
    "opted_out": N_("This person said STOP. Nothing is sent until they write START."),
    "blocked": N_("The provider says that this address accepts nothing from us."),
    "not_yours": N_("Take the case before you write."),
    "empty": N_("Write something first."),
    "not_failed": N_("This message did not fail."),
    "sent_again": N_("This message was sent again already."),
}
