"""LDA topic models: fitting (gensim), topics of new pages, coherence, stability and trends."""

from aidtopics.topics.model import TopicModel

__all__ = ["TopicModel"]
