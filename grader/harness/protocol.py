"""What the driver is told and what it answers: JSON, a message a line, checked when read."""

import msgspec

from grader.sandbox import Limits, Profile
from iomodels.record import Compilation, ScenarioRecord

# A record of a scenario with a thousand clients is a few hundred KiB; a driver that writes more
# than this is not ours any more.
LONGEST_MESSAGE = 8 << 20


class Script(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    text: str


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One program, and the scenarios that it is to be played."""

    program: bytes
    file_name: str
    transport: str
    limits: Limits
    scripts: tuple[Script, ...]
    seed: int
    slot: int | None = None
    is_traced: bool = True
    profile: Profile = Profile.SERVER


class Compiled(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The program had to be compiled first; if it was not, every scenario's record says so."""

    compilation: Compilation


class Started(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The scenario of this number, from 1, is being played."""

    number: int


class Played(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    number: int
    record: ScenarioRecord


class Unavailable(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """The driver cannot work on this machine, or has failed; never the program's fault."""

    reason: str


class Finished(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    pass


Message = Compiled | Started | Played | Unavailable | Finished
