"""Topic models: engines under one interface, topics of new pages, measures, sweeps and groups of pages."""

from aidtopics.topics.model import NO_FLOORS, Floors, TopicModel

__all__ = ["NO_FLOORS", "Floors", "TopicModel"]
