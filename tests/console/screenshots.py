"""Take the pictures of the console in docs/screenshots: `python -m tests.console.screenshots` from the root.

`python -m tests.console.screenshots FOLDER [NAME…]` takes them into another folder, only those whose name begins so.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from cryptography.fernet import Fernet
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from bot import casework, content, crypto, migrate, referrals, staff, teams
from bot.db import Database, utcnow
from bot.settings import ROOT, Settings
from bot.settings import load as load_settings
from bot.tables import Contact, Referral, Staff, Topic
from bot.web import create_app
from tests.console.conftest import PASSWORD, make_case, make_contact, reply, say
from tests.simulator.bench import serving
from tests.simulator.browser import launch

FOLDER = ROOT / "docs" / "screenshots"
SIZES = ((1280, 900), (390, 844))
TALLEST = 1700  # pixels
LOCALES = ("en", "ar")
# Name → path; {case}, {topic} and {office} are filled in.
PAGES = {
    "sign-in": "/console/sign-in",
    "queue": "/console/cases",
    "case": "/console/cases/{case}",
    "partners": "/console/cases/{case}/partners",
    "export": "/console/cases/{case}/export",
    "saved-replies": "/console/saved-replies",
    "answers": "/console/answers",
    "matrix": "/console/answers/coverage",
    "answer": "/console/answers/text?topic={topic}&locale=en",
    "translations": "/console/translations",
    "translation": "/console/translations/text?topic={topic}&locale=fr",
    "import": "/console/translations/files",
    "examples": "/console/examples",
    "unanswered": "/console/unanswered",
    "offices": "/console/offices",
    "office": "/console/offices/edit/unhcr-jo-helpline",
    "offices-map": "/console/offices/map",
    "duplicates": "/console/offices/duplicates",
    "recall": "/console/recall",
    "overview": "/console/overview",
    "staff": "/console/staff",
    "teams": "/console/teams",
    "options": "/console/options",
    "retention": "/console/retention",
    "audit": "/console/audit",
    "account": "/console/account",
}


def prepare(folder: Path, whole: bool = True) -> tuple[Database, Settings, dict[str, str]]:
    """A database with the shipped content (or some of it), staff, and cases as a small team has them on a morning."""
    settings = load_settings({"WAYMARK_DATA_DIR": str(folder), "WAYMARK_ORGANIZATION": "Waymark"})
    crypto.use(settings.secret_keys)
    database = Database(f"sqlite:///{folder / 'pictures.db'}")
    migrate.migrate(database)
    source = ROOT / "data" / "content"
    with database.write() as session:
        content.load(session, source if whole else _some(source, folder / "content"))
        for name, roles in (("amina", list(staff.ROLES)), ("jonas", ["caseworker"]), ("leila", ["editor"])):
            staff.add(session, f"{name}@example.org", name.title(), roles, PASSWORD)
        teams.ensure_first(session)
    case = _cases(database)
    with database.read() as session:
        topic = session.query(Topic.id).filter(Topic.category == "rights").order_by(Topic.position).first()
    return database, settings, {"case": str(case), "topic": str(topic[0]) if topic else "asylum_apply"}


def _some(source: Path, folder: Path) -> Path:
    """A few topics of the content: embedding the questions of all takes a minute."""
    shutil.copytree(source, folder, ignore=lambda path, names: sorted(names)[8:] if path.endswith("answers") else [])
    return folder


def _cases(database: Database) -> int:
    people = [
        make_contact(database, "+306912345678", "sms", "fr", "GR"),
        make_contact(database, "+22790123456", "sms", "ar", "NE"),
        make_contact(database, "5511", "telegram", "es", "MX"),
        make_contact(database, "+905321234567", "sms", "en", "TR"),
    ]
    own = make_case(
        database,
        people[0],
        hours_ago=3,
        need="J'ai un entretien d'asile vendredi et je n'ai pas d'avocat. J'ai deux enfants avec moi.",
        safe_contact="Seulement SMS, après 18 h. Ne pas appeler.",
        urgency="soon",
        need_kind="legal",
    )
    make_case(
        database,
        people[1],
        hours_ago=1,
        urgency="now",
        origin="crisis",
        need="أنا وأخي محتجزان ولا نعرف أين نحن",
        place={"name": "أغاديز", "country": "NE"},
        need_kind="protection",
    )
    make_case(
        database,
        people[2],
        hours_ago=30,
        need="Necesito medicinas para la diabetes de mi madre",
        place={"name": "Tapachula", "country": "MX"},
        need_kind="health",
        promised_by=utcnow() - timedelta(hours=1),
    )
    make_case(
        database,
        people[3],
        hours_ago=6,
        need="My employer has not paid me for two months",
        place={"name": "Izmir", "country": "TR"},
        need_kind="work",
        promised_by=utcnow() + timedelta(hours=18),
    )
    with database.write() as session:
        referral, by = session.get_one(Referral, own), session.query(Staff).filter_by(email="amina@example.org").one()
        casework.take(session, referral, by, referral.version)
        casework.add_note(session, referral, by, "Legal aid clinic has a place on Thursday at 10:00.")
    sent = {"referral_id": own, "author": "amina@example.org"}
    reply(database, people[0], "Bonjour, je m'appelle Amina. Je cherche un avocat pour vous.", state="delivered", **sent)
    say(database, people[0], "Merci. Est-ce que je peux venir avec mes enfants ?", "silent")
    reply(database, people[0], "Oui, venez avec vos enfants.", state="failed", error="30003", **sent)
    with database.write() as session:
        referrals.add_message(session, session.get_one(Contact, people[0]))
    return own


def sign_in(page: Page, address: str, email: str = "amina@example.org") -> None:
    page.goto(f"{address}/console/sign-in")
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url("**/console/**")


def picture(page: Page, path: Path) -> None:
    """The top of the page, in few colours: these pictures are read, not printed."""
    page.screenshot(path=path, full_page=True)
    with Image.open(path) as taken:
        cut = taken.convert("RGB").crop((0, 0, taken.width, min(taken.height, TALLEST)))
    cut.quantize(96).save(path, optimize=True)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    wanted = {name: path for name, path in PAGES.items() if len(sys.argv) < 3 or name.startswith(tuple(sys.argv[2:]))}
    folder.mkdir(parents=True, exist_ok=True)
    crypto.use((Fernet.generate_key().decode(),))
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        database, settings, ids = prepare(Path(name))
        with serving(create_app(database, settings)) as address:
            browser = launch(playwright)
            for locale in LOCALES:
                for width, height in SIZES:
                    page = browser.new_context(viewport={"width": width, "height": height}, locale=locale).new_page()
                    if "sign-in" in wanted:
                        page.goto(address + wanted["sign-in"])
                        picture(page, folder / f"console-sign-in-{width}-{locale}.png")
                    sign_in(page, address)
                    for shown, path in wanted.items():
                        if shown != "sign-in":
                            answer = page.goto(address + path.format(**ids))
                            if answer is None or answer.status >= 400:
                                print(f"{shown}: {answer.status if answer else 'nothing'}")
                                continue
                            page.wait_for_timeout(400)
                            picture(page, folder / f"console-{shown}-{width}-{locale}.png")
                    page.context.close()
            browser.close()


if __name__ == "__main__":
    main()
