"""One strict TOML file, the chain it drives, and the run folder it leaves."""

from aidtopics.experiments.config import Experiment, read_experiment

__all__ = ["Experiment", "read_experiment"]
