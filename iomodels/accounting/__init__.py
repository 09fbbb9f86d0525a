"""Where the time of a run went: sleeps, who was neglected by them, and the sums."""

from iomodels.accounting.account import account

__all__ = ["account"]
