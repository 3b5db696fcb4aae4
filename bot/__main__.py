"""`python -m bot`: every way to start a part of the product."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

from bot import crypto, logs, settings
from bot.db import Database
from bot.settings import Settings, SettingsError


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        config = settings.load()
    except SettingsError as error:
        print(f"Waymark cannot start: {error}", file=sys.stderr)
        return 2
    logs.set_up(config.log_level)
    crypto.use(config.secret_keys)
    work: Callable[[Settings, argparse.Namespace], int] = options.work
    return work(config, options)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot", description="Waymark: messages in, checked answers out.")
    commands = parser.add_subparsers(required=True, metavar="command")

    def add(name: str, work: Callable[[Settings, argparse.Namespace], int], about: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=about, description=about)
        command.set_defaults(work=work)
        return command

    add("run", run, "set up what is missing, then start every process and keep it running")
    add("web", web, "webhooks and the phone simulator")
    add("worker", worker, "handle stored messages")
    add("sender", sender, "send stored replies")
    add("poll", poll, "fetch Telegram's updates (TELEGRAM_MODE=polling)")
    add("migrate", migrate_only, "bring the database to the newest revision")
    add("train", train, "train the Rasa model for the present data")
    add("load-content", load_content, "load answers and offices from a folder").add_argument("folder", type=Path)
    add("parse", parse, "read JSON lines with a text each, write what the worker would understand")
    chat_command = add("chat", chat, "talk to the assistant in this terminal")
    chat_command.add_argument("--sms", action="store_true", help="as a plain phone: short texts, numbered choices")
    chat_command.add_argument("--country", default="", help="two-letter code of the country the person is in")
    staff_command = add("staff", staff, "add an account of the console, give somebody a new link, or list all accounts")
    kinds = staff_command.add_subparsers(required=True, metavar="what", dest="what")
    adding = kinds.add_parser("add", help="a new account; prints a one-time link to set its password")
    adding.add_argument("email")
    adding.add_argument("--name", default="")
    adding.add_argument("--role", action="append", required=True, choices=["caseworker", "editor", "admin"], help="repeatable")
    resetting = kinds.add_parser("reset", help="end somebody's sessions, unlock them, drop their second factor; a new link")
    resetting.add_argument("email")
    kinds.add_parser("list", help="all accounts")
    add("keeper", keeper, "notifications, promises, retention and other work that no message waits for")
    add("new-key", new_key, "print a fresh key for WAYMARK_SECRET_KEYS")
    return parser


def run(config: Settings, options: argparse.Namespace) -> int:
    from bot.supervisor import Supervisor

    prepare(config, say=_progress)
    _register_webhook(config)
    commands = {"web": ["web"]}
    commands |= {f"worker {n}": ["worker"] for n in range(1, config.workers + 1)}
    commands |= {f"sender {n}": ["sender"] for n in range(1, config.senders + 1)}
    commands["keeper"] = ["keeper"]
    if config.telegram and config.telegram_mode == "polling":
        commands["poll"] = ["poll"]
    _print_addresses(config)
    _first_admin(config)
    Supervisor(commands).run()
    return 0


def prepare(config: Settings, say: Callable[[str], None]) -> Database:
    """Migrate; train where no model fits the data; load the content where the database has none."""
    from bot import answers, content, migrate, model
    from bot.nlu.heads import Heads

    database = Database(config.database_url)
    say("Preparing the database")
    migrate.migrate(database)
    if not model.path_for(config.models_dir).is_file():
        say("Training the language model (about a minute, only when its data has changed)")
        logs.quiet_rasa()
        model.train(config.models_dir)
    with database.read() as session:
        empty = content.is_empty(session)
    if empty:
        say(f"Loading answers and offices from {config.content_dir}")
        with database.write() as session:
            report = content.load(session, config.content_dir, progress=say)
        for line in (*report.errors, *report.warnings[:5]):
            say(f"  {line}")
    with database.read() as session:
        index = answers.load_index(session)
    heads = Heads(config.models_dir)
    if not heads.attach(index):
        say("Learning the topics from their example questions (half a minute, only when they have changed)")
        heads.ensure(index)
    return database


def web(config: Settings, options: argparse.Namespace) -> int:
    import uvicorn

    from bot.web import create_app

    app = create_app(Database(config.database_url), config)
    # websockets 10.4, which Rasa's sanic needs, does not fit uvicorn's own choice; nothing here uses them.
    uvicorn.run(
        app,
        host=config.host,
        port=config.port,
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,  # an open queue waits for news and would keep us from ending
    )
    return 0


def worker(config: Settings, options: argparse.Namespace) -> int:
    from bot.agent import Assistant
    from bot.model import ensure
    from bot.worker import Worker

    logs.quiet_rasa()

    def load() -> Assistant:
        assistant = Assistant(ensure(config.models_dir))
        assistant.warm()
        return assistant

    loop = Worker(Database(config.database_url), config, load)
    loop.run(_until_signalled())
    return 0


def sender(config: Settings, options: argparse.Namespace) -> int:
    from bot.sender import Sender

    Sender(Database(config.database_url), config).run(_until_signalled())
    return 0


def keeper(config: Settings, options: argparse.Namespace) -> int:
    from bot.housekeeping import Keeper

    Keeper(Database(config.database_url), config).run(_until_signalled())
    return 0


def staff(config: Settings, options: argparse.Namespace) -> int:
    from bot import migrate, staff_commands

    database = Database(config.database_url)
    migrate.migrate(database)
    match options.what:
        case "add":
            return staff_commands.add(database, config, options.email, options.name, options.role)
        case "reset":
            return staff_commands.reset(database, config, options.email)
        case _:
            return staff_commands.show(database)


def poll(config: Settings, options: argparse.Namespace) -> int:
    from bot.polling import Poller

    Poller(Database(config.database_url), config).run(_until_signalled())
    return 0


def migrate_only(config: Settings, options: argparse.Namespace) -> int:
    from bot import migrate

    migrate.migrate(Database(config.database_url))
    return 0


def train(config: Settings, options: argparse.Namespace) -> int:
    from bot import model

    logs.quiet_rasa()
    print(model.train(config.models_dir))
    return 0


def load_content(config: Settings, options: argparse.Namespace) -> int:
    from bot import content, migrate

    if not options.folder.is_dir():
        print(f"There is no folder {options.folder}.", file=sys.stderr)
        return 2
    database = Database(config.database_url)
    migrate.migrate(database)
    with database.write() as session:
        report = content.load(session, options.folder, progress=_progress)
    print(report)
    return 1 if report.errors else 0


def parse(config: Settings, options: argparse.Namespace) -> int:
    from bot.parsing import Parser

    database = prepare(config, say=_progress)
    logs.quiet_rasa()
    parser = Parser(database, config)
    failures = 0
    for line in sys.stdin:
        if not line.strip():
            continue
        result, ok = _parse_line(parser.parse, line)
        failures += not ok
        print(json.dumps(result, ensure_ascii=False), flush=True)
    return 1 if failures else 0


def _parse_line(work: Callable[..., dict[str, Any]], line: str) -> tuple[dict[str, Any], bool]:
    try:
        request = json.loads(line)
        return work(request["text"], request.get("locale"), request.get("country")), True
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return {"error": f'not a line such as {{"text": …}}: {type(error).__name__}'}, False


def chat(config: Settings, options: argparse.Namespace) -> int:
    from bot.terminal import talk

    database = prepare(config, say=_progress)
    logs.quiet_rasa()
    return talk(database, config, plain=options.sms, country=options.country)


def new_key(config: Settings, options: argparse.Namespace) -> int:
    from cryptography.fernet import Fernet

    print(Fernet.generate_key().decode())
    return 0


def _register_webhook(config: Settings) -> None:
    """Tell Telegram where to post, where there is a public address to tell."""
    if not (config.telegram and config.telegram_mode == "webhook" and config.public_url.startswith("https://")):
        return
    import asyncio

    from telegram import error as telegram_error

    from bot.channels.telegram import ALLOWED_UPDATES, make_bot

    async def register() -> None:
        async with make_bot(config) as bot:
            url = f"{config.public_url}/webhooks/telegram"
            await bot.set_webhook(url, secret_token=config.telegram_secret, allowed_updates=ALLOWED_UPDATES)

    try:
        asyncio.run(register())
    except telegram_error.TelegramError as error:
        print(f"Telegram did not accept the webhook ({type(error).__name__}); messages wait there.", file=sys.stderr)


def _print_addresses(config: Settings) -> None:
    base = f"http://{config.host}:{config.port}"
    lines = ["", "Waymark is starting. It answers in a few seconds.", ""]
    if config.simulator:
        lines.append(f"  Try it with two phones   {base}/try")
    lines.append(f"  Console for staff        {base}/console")
    lines.append(f"  Health                   {base}/health/ready")
    if config.twilio:
        lines.append(f"  Twilio webhook           {config.public_url}/webhooks/twilio")
    if config.telegram and config.telegram_mode == "webhook":
        lines.append(f"  Telegram webhook         {config.public_url}/webhooks/telegram")
    lines += ["", "Ctrl-C ends it.", ""]
    print("\n".join(lines), flush=True)


def _first_admin(config: Settings) -> None:
    """Where nobody can sign in yet, make one account and show its password, once."""
    from bot import staff_commands

    made = staff_commands.first_admin(Database(config.database_url))
    if made is not None:
        email, password = made
        print(f"  Sign in to the console as {email} with the password\n\n      {password}\n", flush=True)
        print("  It is shown only now. Change it under your name in the console.\n", flush=True)


def _progress(message: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {message}", file=sys.stderr, flush=True)


def _until_signalled() -> Event:
    """Set by SIGTERM or SIGINT: the turn or send at hand is finished first."""
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


if __name__ == "__main__":
    sys.exit(main())
