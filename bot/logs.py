"""Logging for every process: one line an event on standard error, and nothing that a person wrote or is reached by."""

from __future__ import annotations

import logging
import os
import warnings

# httpx logs whole addresses, and Telegram's hold the bot's token; the rest talk too much for a service.
QUIET = ("httpx", "httpcore", "telegram", "twilio", "rasa", "alembic", "matplotlib", "apscheduler", "sqlalchemy", "asyncio")


def set_up(level: str) -> None:
    """Also quiets TensorFlow and Rasa's telemetry, so it must run before Rasa is imported."""
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    # python-telegram-bot warns about the older form otherwise.
    os.environ.setdefault("PTB_TIMEDELTA", "1")
    warnings.filterwarnings("ignore", module=r"(rasa|tensorflow|sklearn|pkg_resources|google|flax|jax|sanic)\b.*")
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def quiet_rasa() -> None:
    """Raise structlog's level: Rasa's debug lines are a fifth of a turn, and they hold what people write."""
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    for name in ("rasa", "rasa_sdk"):
        logging.getLogger(name).setLevel(logging.ERROR)
