"""A run as one HTML file that works offline."""

from aidtopics.report.rendering import render

__all__ = ["render"]
