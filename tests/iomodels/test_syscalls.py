import pytest

from iomodels import syscalls


@pytest.mark.parametrize(
    ("machine", "name", "number"),
    [
        # From strace's tables of both machines.
        ("x86_64", "read", 0),
        ("x86_64", "select", 23),
        ("x86_64", "accept4", 288),
        ("x86_64", "epoll_pwait2", 441),
        ("aarch64", "read", 63),
        ("aarch64", "renameat", 38),
        ("aarch64", "pselect6", 72),
        ("aarch64", "accept4", 242),
        ("aarch64", "epoll_pwait2", 441),
    ],
)
def test_system_calls_have_names_and_numbers(machine: str, name: str, number: int) -> None:
    assert syscalls.numbers(machine)[name] == number
    assert syscalls.names(machine)[number] == name


def test_no_number_has_two_names() -> None:
    for machine in ("x86_64", "aarch64"):
        assert len(syscalls.names(machine)) == len(syscalls.numbers(machine))


def test_machines_agree_on_every_call_since_424() -> None:
    one, other = (syscalls.numbers(machine) for machine in ("x86_64", "aarch64"))
    new = {name for name, number in {**one, **other}.items() if number >= 424}

    assert {name: one[name] for name in new} == {name: other[name] for name in new}


def test_aarch64_has_no_select() -> None:
    assert "select" not in syscalls.numbers("aarch64")


def test_other_machines_are_refused() -> None:
    with pytest.raises(ValueError, match="'riscv64'; the supported machines are x86_64 and aarch"):
        syscalls.numbers("riscv64")
