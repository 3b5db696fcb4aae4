"""Offices: where contacts are sent. List and map, one office's form, files in and out, duplicates."""

from __future__ import annotations

from bot.console.offices import edit, exchanging, listing, merging

HANDLERS = [
    listing.overview,
    listing.map_page,
    listing.markers,
    listing.towns,
    listing.town,
    listing.check,
    edit.new,
    edit.add,
    edit.edit,
    edit.save,
    edit.preview,
    edit.here,
    exchanging.export,
    exchanging.choose_file,
    exchanging.dry_run,
    exchanging.apply,
    merging.overview,
    merging.compare,
    merging.merge,
    merging.keep_apart,
]
