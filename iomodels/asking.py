"""What an exercise asks for beyond its scenarios, in the sentences of its rules."""

from dataclasses import dataclass

from iomodels.demanded import AtMost, Demanded, ReadsWhatIsThere, UsesModel, demanded
from iomodels.demands import Demands
from iomodels.explanation import sentence
from iomodels.models import in_words
from iomodels.wording import count


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One rule of an exercise."""

    rule: str  # Its identifier, as in the findings.
    sentence: str
    detail: str = ""  # What this exercise wants in particular.


def asked(demands: Demands) -> tuple[Asked, ...]:
    """Return the rules in the order in which they are judged."""
    return tuple(
        Asked(rule=rule.name, sentence=_sentence(rule), detail=_detail(rule))
        for rule in demanded(demands)
    )


def _sentence(rule: Demanded) -> str:
    return rule.title if isinstance(rule, AtMost) else sentence(rule)


def _detail(rule: Demanded) -> str:
    match rule:
        case UsesModel(asked=name):
            return f"Asked for: {in_words(name)}."
        case ReadsWhatIsThere(allowed=0):
            return "No read may come back empty-handed (EAGAIN)."
        case ReadsWhatIsThere(allowed=allowed):
            reads = count(allowed, "read")
            return f"For each message, at most {reads} may come back empty-handed (EAGAIN)."
        case _:
            return ""
