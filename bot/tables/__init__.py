"""All tables. ("Models" means trained Rasa models here.) Personal text is `Encrypted`; addresses are found by keyed hash."""

from bot.db import Base
from bot.tables.casework import Note, PartnerReferral, Reading, Referral, ReferralEvent, SavedReply
from bot.tables.content import (
    Answer,
    EmergencyNumber,
    Office,
    Presence,
    Question,
    Recall,
    Revision,
    Topic,
    Unanswered,
)
from bot.tables.conversations import ChoiceRow, Contact, Inbox, Outbox, StatusCallback, TrackerRow
from bot.tables.running import Counter, Notification, Option
from bot.tables.staff import AuditEvent, Invitation, Staff, StaffSession, Team, TeamMember

__all__ = [
    "Answer",
    "AuditEvent",
    "Base",
    "ChoiceRow",
    "Contact",
    "Counter",
    "EmergencyNumber",
    "Inbox",
    "Invitation",
    "Note",
    "Notification",
    "Office",
    "Option",
    "Outbox",
    "PartnerReferral",
    "Presence",
    "Question",
    "Reading",
    "Recall",
    "Referral",
    "ReferralEvent",
    "Revision",
    "SavedReply",
    "Staff",
    "StaffSession",
    "StatusCallback",
    "Team",
    "TeamMember",
    "Topic",
    "TrackerRow",
    "Unanswered",
]
