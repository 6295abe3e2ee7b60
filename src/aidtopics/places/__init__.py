"""Time and place of a page: its quarter, the places it names, who helps whom, and by which programmes."""

from aidtopics.places.aid import aid_of
from aidtopics.places.dates import Period, period_of
from aidtopics.places.gazetteer import Gazetteer, load_gazetteer
from aidtopics.places.mentions import PlaceFinder
from aidtopics.places.programmes import PROGRAMMES, programmes_of
from aidtopics.places.reading import PagePlaces, places_of, places_row, unreadable_row

__all__ = [
    "PROGRAMMES",
    "Gazetteer",
    "PagePlaces",
    "Period",
    "PlaceFinder",
    "aid_of",
    "load_gazetteer",
    "period_of",
    "places_of",
    "places_row",
    "programmes_of",
    "unreadable_row",
]
