"""Staff: who works here and what they may do."""

from bot.console.staff_admin import pages, steps

HANDLERS = [
    pages.overview,
    pages.new,
    pages.invite,
    pages.person_page,
    steps.change,
    steps.deactivate,
    steps.activate,
    steps.new_link,
    steps.reset_second_factor,
    steps.unlock,
    steps.end_sessions,
]
