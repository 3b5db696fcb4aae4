"""What the states of translations, the outcomes of an import and the findings of its checks are called on the screen."""

from __future__ import annotations

from bot.console.desk import Desk
from bot.console.texts import N_
from bot.interchange.findings import Finding

TO_DO, ALL = "open", "all"
STATE = {
    "missing": N_("Not translated"),
    "stale": N_("English has changed"),
    "draft": N_("Draft"),
    "review": N_("In review"),
    "published": N_("Published"),
}
STATE_KIND = {"missing": "bad", "stale": "warn", "draft": "info", "review": "info", "published": "good"}
TABS = {TO_DO: N_("To do"), **STATE, ALL: N_("All")}
PART = {"title": N_("Title"), "sms": N_("SMS"), "chat": N_("Chat text")}
OUTCOME = {
    "error": N_("Left out"),
    "ok": N_("To be saved"),
    "unfinished": N_("Unfinished"),
    "unchanged": N_("As before"),
}
OUTCOME_KIND = {"error": "bad", "ok": "good", "unfinished": "warn", "unchanged": ""}
SCRIPT = {
    "Latin": N_("Latin letters"),
    "Arabic": N_("Arabic letters"),
    "Cyrillic": N_("Cyrillic letters"),
    "Ethiopic": N_("Ethiopic letters"),
    "Bengali": N_("Bengali letters"),
}

FINDING = {
    # A line of a file
    "unknown_key": N_("There is no such text. The key in the file must stay as it was exported."),
    "not_yours": N_("This language is not among yours."),
    "other_language": N_("The file says that it is in another language than this line."),
    "repeated": N_("The same text comes twice in the file: see line {line}."),
    "source_changed": N_("The English text has changed since the file was exported. Export it again and compare."),
    "no_source": N_("The English text is missing in the file, so nobody can tell what was translated."),
    "no_other_half": N_("An answer needs both texts: the other one ({part}) is missing or has a mistake."),
    "inline_codes": N_("The text holds inline codes that are not part of the English text."),
    "plural": N_("Plural forms are not used here."),
    "too_many_cells": N_("This row has more cells than the first row. Texts with a comma need quotation marks."),
    "too_long_to_read": N_("This text is far too long."),
    # The text itself
    "empty": N_("The text is empty."),
    "control": N_("The text holds characters that no phone can show. Type it again instead of pasting it."),
    "bidi": N_("A mark that turns the direction of writing is not closed again."),
    "copy": N_("This is the English text."),
    "almost_copy": N_("This is almost the English text."),
    "script": N_("Most of the text is not in {script}."),
    "placeholder_missing": N_("Missing: {what}. Names in curly brackets are filled in later and must stay as they are."),
    "placeholder_added": N_("Not in the English text: {what}."),
    "link_missing": N_("This link is missing: {what}."),
    "link_added": N_("This link is not in the English text: {what}."),
    "phone_missing": N_("This phone number is missing: {what}."),
    "phone_added": N_("This phone number is not in the English text: {what}."),
    "number_missing": N_("This number is missing: {what}."),
    "sms_too_long": N_(
        "As an SMS this takes {segments} segments. It must fit into two, or into three with other letters than Latin."
    ),
    "chat_too_long": N_("This text has {length} characters; it can have {limit} at most."),
    "title_too_long": N_("This title has {length} characters; it can have {limit} at most."),
    "title_lines": N_("A title has one line."),
    # Remarks
    "number_added": N_("This number is not in the English text: {what}."),
    "reply_missing": N_(
        "No word for {what} that the assistant understands. Keep the English word, or use one that people can reply with."
    ),
    "link_differs": N_("This link leads to another page than the English one: {what}."),
    "list_shorter": N_("The English list has {wanted} points, this one {found}."),
    "language": N_("This looks like {language}."),
    "replaces_draft": N_("This replaces a draft. The draft stays among the versions."),
    "confirms": N_("The text stays as it is and counts as a translation of the present English text."),
    "half_stays_stale": N_("The other text ({part}) still says what the old English text said, so the answer stays marked."),
}
UNREADABLE = {
    "unknown_format": N_("The name of the file must end in .xlf, .xliff, .po or .csv."),
    "empty_file": N_("The file is empty."),
    "no_lines": N_("There is no text in the file."),
    "too_big": N_("The file is larger than 4 MB. Send it in parts."),
    "too_many": N_("The file has more than 20,000 texts. Send it in parts."),
    "not_utf8": N_("The file is not in UTF-8. Save it with that encoding."),
    "not_xml": N_("This is not a complete XML file."),
    "forbidden_xml": N_("The file has a document type or entities of its own. Such files are not read."),
    "nested": N_("The file is nested too deeply."),
    "not_xliff": N_("This is not an XLIFF file of version 1.2 or 2."),
    "not_po": N_("This is not a valid PO file: a line is not closed with a quotation mark, or does not belong there."),
    "not_csv": N_("This is not a valid CSV file: a quotation mark is not closed."),
    "no_columns": N_("The first row must name the columns: key, source and target, each once."),
}


def sentence(desk: Desk, finding: Finding) -> str:
    """A finding in the reader's language."""
    values: dict[str, str] = dict(finding.values)
    if "part" in values:
        values["part"] = desk.text(PART[values["part"]])
    if "script" in values:
        values["script"] = desk.text(SCRIPT[values["script"]])
    if "language" in values:
        values["language"] = desk.words.language(values["language"])
    return desk.text(FINDING[finding.code], **values)


def unreadable(desk: Desk, code: str, line: int) -> str:
    """Why a file cannot be read, and where."""
    said = desk.text(UNREADABLE[code])
    return desk.text(N_("Line {line}: {problem}"), line=line, problem=said) if line else said
