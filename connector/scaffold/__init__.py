"""A plugin to begin with: a package of its own, typed and tested, that installs and passes at once."""

from connector.scaffold.making import KINDS, Names, Unfit, make

__all__ = ["KINDS", "Names", "Unfit", "make"]
