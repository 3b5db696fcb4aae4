"""Teams: who serves which countries and offices, and so who may see which case."""

from bot.console.teams_admin import pages

HANDLERS = [pages.overview, pages.new, pages.team_page, pages.add, pages.change, pages.remove]
