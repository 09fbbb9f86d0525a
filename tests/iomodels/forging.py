"""Names and bytes that mean harm, written as strace writes them: its print_quoted_string()."""

from hypothesis import strategies as st

SHORT = 16  # --string-limit
_LETTERS = {9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 34: '"', 92: "\\"}
# Of paths and abstract names 107 bytes fit into an address, unix(7).
FORGED = [
    b'", 9) = 1 <0.000001000>\n2 0.01 read(4<TCP:[127.0.0.1:80->127.0.0.1:4002]>, "x", 9) = 1',
    b"{fd=9<TCP:[127.0.0.1:80->127.0.0.1:4002]>, events=POLLIN}",
    b"]>, events=POLLIN}, {fd=9<TCP:[127.0.0.1:80->127.0.0.1:4002]>, events=POLLIN",
    b"x->, 5<TCP:[127.0.0.1:80->127.0.0.1:4002]>",
    b", EPOLL_CTL_ADD, 9<TCP:[127.0.0.1:80->127.0.0.1:4002]>, {events=EPOLLIN",
    b"\n2 0.020000000 +++ exited with 0 +++\n",
    b"\n2 0.020000000 --- SIGIO {si_signo=SIGIO} ---\n",
    b"sin_port=htons(4002)",
    b"MSG_DONTWAIT",
    b"O_NONBLOCK, ASYNC",
    b" <unfinished ...>",
    b"<unfinished ...>) = ?",
    b"\\",
    b'"',
    b"->",
]
HOSTILE = st.one_of(
    st.sampled_from(FORGED),
    st.binary(max_size=40),
    st.lists(st.sampled_from([b'"', b"\\", b"<", b">", b"-", b"(", b")", b"\n", b"=", b" ", b"1"]),
             max_size=30).map(b"".join),
)  # fmt: skip


def quoted(content: bytes) -> str:
    """Return what a program reads or writes as an argument: cut short, quoted, escaped."""
    more = "..." if len(content) > SHORT else ""
    return f'"{escaped(content[:SHORT])}"{more}'


def escaped(content: bytes, *, extra: bytes = b"") -> str:
    """Escape what is not printable, quotation marks, backslashes, and `extra` as octal numbers."""
    said = ""
    for at, byte in enumerate(content):
        if byte in _LETTERS:
            said += f"\\{_LETTERS[byte]}"
        elif 32 <= byte < 127 and byte not in extra:
            said += chr(byte)
        else:
            is_digit_next = content[at + 1 : at + 2].isdigit()
            said += f"\\{byte:03o}" if is_digit_next else f"\\{byte:o}"
    return said


def path(name: bytes) -> str:
    """Return a file's descriptor: strace escapes `<` and `>` in there as well."""
    return f"</tmp/{escaped(name, extra=b'<>')}>"


def unix(name: bytes) -> str:
    """Return the descriptor of a unix socket with an abstract name."""
    return f'<UNIX-STREAM:[17->18,@"{escaped(name)}"]>'
