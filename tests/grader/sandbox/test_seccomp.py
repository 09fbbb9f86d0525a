"""The assembled filter, run by a small interpreter of classic BPF, on both machines."""

import errno
import struct
from collections.abc import Callable

import pytest

from grader.sandbox import policy, seccomp
from grader.sandbox.policy import Profile
from iomodels import syscalls

ALLOWED, KILLED = "allowed", "killed"
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
HIGH = 1 << 32

Ask = Callable[..., str]


def run(program: bytes, data: bytes) -> int:
    """Interpret the instructions that the filter is made of; see linux/filter.h."""
    accumulator = position = 0
    instructions = list(struct.iter_unpack("<HBBI", program))
    while True:
        code, if_true, if_false, constant = instructions[position]
        position += 1
        if code == 0x06:
            return int(constant)
        if code == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, constant)
        elif code == 0x54:
            accumulator &= constant
        else:
            is_true = {
                0x15: accumulator == constant,
                0x25: accumulator > constant,
                0x35: accumulator >= constant,
                0x45: bool(accumulator & constant),
            }[code]
            position += if_true if is_true else if_false


def answer(verdict: int) -> str:
    if verdict & 0xFFFF0000 == 0x00050000:
        return errno.errorcode[verdict & 0xFFFF]
    return {0x7FFF0000: ALLOWED, 0x80000000: KILLED}[verdict]


@pytest.fixture(params=ARCHITECTURES)
def machine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def ask(machine: str) -> Ask:
    """Give a function that asks the machine's filter about a call by name or number."""
    program = seccomp.program(Profile.SERVER, machine)

    def ask(call: str | int, *arguments: int, architecture: int = ARCHITECTURES[machine]) -> str:
        number = syscalls.numbers(machine)[call] if isinstance(call, str) else call
        words = (*arguments, *(0,) * (6 - len(arguments)))
        return answer(run(program, struct.pack("<IIQ6Q", number, architecture, 0, *words)))

    return ask


def test_every_call_is_answered_as_the_policy_says(machine: str, ask: Ask) -> None:
    wanted = dict.fromkeys(syscalls.numbers(machine), "ENOSYS")
    wanted |= dict.fromkeys(policy.allowed(Profile.SERVER), ALLOWED)
    wanted |= dict.fromkeys(policy.denied(Profile.SERVER), "EPERM")
    by_arguments = {"socket", "socketpair", "clone", "ioctl", "prctl"}

    found = {name: ask(name) for name in syscalls.numbers(machine)}

    assert found == {name: found[name] if name in by_arguments else wanted[name] for name in found}


def test_a_compiler_makes_no_sockets_and_waits_for_nobody(machine: str) -> None:
    program = seccomp.program(Profile.COMPILER, machine)
    numbers = syscalls.numbers(machine)
    asked = ("socket", "socketpair", "connect", "sendto", "epoll_pwait", "ptrace")

    refused = {answer(run(program, _data(machine, numbers[name]))) for name in asked}

    assert refused == {"EPERM"}


@pytest.mark.parametrize("name", ["execve", "wait4", "openat", "unlinkat", "pipe2", "getrusage"])
def test_a_compiler_starts_its_parts_and_works_on_files(machine: str, name: str) -> None:
    program = seccomp.program(Profile.COMPILER, machine)

    assert answer(run(program, _data(machine, syscalls.numbers(machine)[name]))) == ALLOWED


def _data(machine: str, number: int) -> bytes:
    return struct.pack("<IIQ6Q", number, ARCHITECTURES[machine], 0, *(1,) * 6)


def test_unknown_numbers_are_unknown(machine: str, ask: Ask) -> None:
    known = syscalls.names(machine)

    assert {ask(number) for number in range(1000) if number not in known} == {"ENOSYS"}


@pytest.mark.parametrize("name", policy.UNKNOWN.split())
def test_calls_that_hide_their_meaning_are_unknown(ask: Ask, name: str) -> None:
    assert ask(name) == "ENOSYS"


def test_foreign_numbers_are_killed(machine: str, ask: Ask) -> None:
    foreign = {*ARCHITECTURES.values(), 0x40000003} - {ARCHITECTURES[machine]}

    assert {ask("read", architecture=each) for each in foreign} == {KILLED}


def test_x32_numbers_are_killed() -> None:
    program = seccomp.program(Profile.SERVER, "x86_64")
    data = struct.pack("<IIQ6Q", 0x40000000, ARCHITECTURES["x86_64"], 0, *(0,) * 6)

    assert answer(run(program, data)) == KILLED


@pytest.mark.parametrize(
    ("domain", "kind", "protocol", "wanted"),
    [
        (1, 1, 0, ALLOWED),
        (2, 1, 6, ALLOWED),
        (10, 2, 17, ALLOWED),
        (2, 1 | 0o2004000, 0, ALLOWED),  # SOCK_CLOEXEC | SOCK_NONBLOCK
        (16, 3, 0, "EAFNOSUPPORT"),  # netlink
        (17, 3, 0, "EAFNOSUPPORT"),  # packet
        (40, 1, 0, "EAFNOSUPPORT"),  # vsock
        (2 | HIGH, 1, 0, "EAFNOSUPPORT"),
        (2, 3, 1, "EPERM"),  # raw
        (2, 1 | HIGH, 0, "EPERM"),
        (2, 1, 262, "EPROTONOSUPPORT"),  # multipath TCP
        (2, 1, HIGH, "EPROTONOSUPPORT"),
    ],
)
def test_sockets_are_allowed_by_domain_type_and_protocol(
    ask: Ask, domain: int, kind: int, protocol: int, wanted: str
) -> None:
    assert ask("socket", domain, kind, protocol) == wanted
    assert ask("socketpair", domain, kind, protocol) == wanted


@pytest.mark.parametrize("flag", policy.CLONE_REFUSED.values(), ids=policy.CLONE_REFUSED)
def test_clone_makes_threads_and_children_but_no_namespace(ask: Ask, flag: int) -> None:
    thread = 0x3D0F00  # What pthread_create asks for.

    assert [ask("clone", 17), ask("clone", thread), ask("clone", thread | flag)] == [
        ALLOWED,
        ALLOWED,
        "EPERM",
    ]


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        (0x5421, ALLOWED),  # FIONBIO
        (0x541B, ALLOWED),  # FIONREAD
        (0x5452, ALLOWED),  # FIOASYNC
        (0x5412, "ENOTTY"),  # TIOCSTI
        (0x5412 | HIGH, "ENOTTY"),
        (0x5421 | HIGH, "ENOTTY"),
        (0x8914, "ENOTTY"),  # SIOCSIFFLAGS
    ],
)
def test_ioctl_is_allowed_by_exact_code(ask: Ask, code: int, wanted: str) -> None:
    assert ask("ioctl", 3, code) == wanted


@pytest.mark.parametrize(
    ("option", "wanted"), [(4, "EPERM"), (4 | HIGH, "EPERM"), (3, ALLOWED), (15, ALLOWED)]
)
def test_prctl_cannot_hide_a_process(ask: Ask, option: int, wanted: str) -> None:
    assert ask("prctl", option) == wanted


@pytest.mark.parametrize(
    ("call", "level", "option", "wanted"),
    [
        ("setsockopt", 1, 2, ALLOWED),  # SO_REUSEADDR
        ("setsockopt", 6, 1, ALLOWED),  # TCP_NODELAY
        ("setsockopt", 6, 26, ALLOWED),
        ("setsockopt", 1, 31, ALLOWED),
        ("setsockopt", 1, 26, "EPERM"),  # SO_ATTACH_FILTER
        ("setsockopt", 1 | HIGH, 26 | HIGH, "EPERM"),
        ("setsockopt", 1, 52, "EPERM"),  # SO_ATTACH_REUSEPORT_EBPF
        ("setsockopt", 6, 31, "EPERM"),  # TCP_ULP
        ("getsockopt", 6, 31, ALLOWED),
        ("getsockopt", 1, 4, ALLOWED),  # SO_ERROR
        ("getsockopt", 6, 35, "EPERM"),  # TCP_ZEROCOPY_RECEIVE
        ("getsockopt", 6 | HIGH, 35 | HIGH, "EPERM"),
        ("getsockopt", 1, 35, ALLOWED),  # SO_TIMESTAMPNS
        ("getsockopt", 6, 11, ALLOWED),  # TCP_INFO
    ],
)
def test_socket_options_are_refused_by_level_and_option(
    ask: Ask, call: str, level: int, option: int, wanted: str
) -> None:
    assert ask(call, 3, level, option) == wanted


def test_every_name_of_the_policy_is_a_system_call() -> None:
    named = (
        policy.allowed(Profile.SERVER) | policy.denied(Profile.SERVER) | set(policy.UNKNOWN.split())
    )

    assert named - set(syscalls.numbers("x86_64")) == set()


def test_no_name_of_the_policy_stands_twice() -> None:
    groups = (*policy.ALLOWED.values(), *policy.DENIED.values(), policy.UNKNOWN)
    names = " ".join(groups).split()

    assert sorted(names) == sorted(set(names))


def test_jumps_stay_inside_of_the_program(machine: str) -> None:
    instructions = list(struct.iter_unpack("<HBBI", seccomp.program(Profile.SERVER, machine)))

    ends = [
        position + 1 + max(if_true, if_false)
        for position, (_, if_true, if_false, _) in enumerate(instructions)
    ]

    assert len(instructions) < 4096  # linux/bpf_common.h, BPF_MAXINSNS
    assert max(ends) <= len(instructions)


def test_an_unknown_machine_is_refused() -> None:
    with pytest.raises(ValueError, match="x86_64 and aarch64"):
        seccomp.program(Profile.SERVER, "riscv64")
