"""Places in pages: from countries to counties, and who helps whom."""

from aidtopics.places.aid import aid_of
from aidtopics.places.gazetteer import Gazetteer, load_gazetteer
from aidtopics.places.mentions import PlaceFinder

__all__ = ["Gazetteer", "PlaceFinder", "aid_of", "load_gazetteer"]
