"""A step that did not hold, on its way from where it was seen to where it is recorded."""

from grader.harness.stage import Ending, Waited
from iomodels.record import Failing, Failure


class StepFailed(Exception):
    """A step did not hold. Never leaves the player, which makes a value of it."""

    def __init__(self, failure: Failure, waited: Waited) -> None:
        super().__init__(failure.failing)
        self.failure, self.waited = failure, waited


def failed(failure: Failure, waited: Waited) -> StepFailed:
    """Return a step's failure; a limit or the safety net, if that was the reason for it."""
    if waited.ending is Ending.LIMIT:
        failure = Failure(failing=Failing.LIMIT, client=failure.client, detail=waited.detail)
    elif waited.ending is Ending.SAFETY_NET:
        failure = Failure(failing=Failing.SAFETY_NET, client=failure.client)
    return StepFailed(failure, waited)
