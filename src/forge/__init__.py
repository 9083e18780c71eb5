"""forge: plans that git can prove."""

__version__ = "0.1.0"
