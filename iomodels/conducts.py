"""A server's conduct in figures: in one scenario, and in a whole run."""

from collections import Counter
from collections.abc import Sequence

from iomodels.analysis import Analysis
from iomodels.models import FAMILIES, IN_WORDS, Model
from iomodels.report import Conduct

MAJORITY = 0.75


def of(analysis: Analysis) -> Conduct:
    """Return the conduct in one scenario."""
    recognition, totals = analysis.recognition, analysis.ledger.totals
    return Conduct(
        model=recognition.model.value,
        family=recognition.family.value,
        title=recognition.title,
        reasons=recognition.reasons,
        votes=sum(recognition.votes.values()),
        harmful_ms=round(totals.harmful_ns / 1e6, 3),
        sleeps=len(analysis.ledger.sleeps),
        refused_reads=totals.refused_reads,
        calls=totals.calls,
        messages=totals.messages,
        threads=totals.threads,
        processes=totals.processes,
        refused_lines=analysis.trace.refused,
    )


def of_all(conducts: Sequence[Conduct]) -> Conduct | None:
    """Return the conduct in all scenarios: the model that most messages speak for."""
    if not conducts:
        return None
    votes: Counter[str] = Counter()
    for conduct in conducts:
        if conduct.model != Model.UNKNOWN:
            votes[conduct.model] += conduct.votes
    model = _model(votes)
    # The scenario that says most about it speaks for all.
    told = [conduct for conduct in conducts if conduct.model == model] or list(conducts)
    best = max(told, key=lambda conduct: conduct.votes)
    return Conduct(
        model=model.value,
        family=FAMILIES[model].value,
        title=best.title if best.model == model else _mixture(votes),
        reasons=best.reasons,
        votes=votes.total(),
        harmful_ms=round(sum(conduct.harmful_ms for conduct in conducts), 3),
        sleeps=sum(conduct.sleeps for conduct in conducts),
        refused_reads=sum(conduct.refused_reads for conduct in conducts),
        calls=sum(conduct.calls for conduct in conducts),
        messages=sum(conduct.messages for conduct in conducts),
        threads=max(conduct.threads for conduct in conducts),
        processes=max(conduct.processes for conduct in conducts),
        refused_lines=sum(conduct.refused_lines for conduct in conducts),
    )


def _model(votes: Counter[str]) -> Model:
    if not votes:
        return Model.UNKNOWN
    (name, most), *_ = votes.most_common(1)
    return Model(name) if most >= MAJORITY * votes.total() else Model.MIXED


def _mixture(votes: Counter[str]) -> str:
    return " and ".join(IN_WORDS[Model(name)] for name, _ in votes.most_common())
