"""Which office's team a new case belongs to: the nearest of the offices that some team serves."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import referrals, teams
from bot.nlu.places.gazetteer import distance_km
from bot.tables import Office, Referral

REACH = 75.0  # kilometres: within a day's way of the office


def route(session: Session, referral: Referral) -> None:
    """Note the office whose team serves this place, where there is one near. Others go by their country."""
    served = {office for team in teams.all_teams(session) for office in team.offices}
    place = referrals.place_of(referral)
    lat, lon = place.get("lat"), place.get("lon")
    if not served or not isinstance(lat, (int, float)) or not isinstance(lon, (int, float)):
        return
    query = select(Office.id, Office.lat, Office.lon).where(
        Office.id.in_(served), Office.country == referral.country, Office.lat.is_not(None), Office.lon.is_not(None)
    )
    near = [(distance_km(lat, lon, row.lat, row.lon), row.id) for row in session.execute(query)]
    if near and min(near)[0] <= REACH:
        referral.office_id = min(near)[1]
