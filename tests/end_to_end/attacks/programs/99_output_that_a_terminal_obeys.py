# Attack: 99, output that a terminal or a browser obeys
# Source: CVE-2023-28101 (flatpak: escape characters) and DOMjudge pull request 3705 (stored XSS)
# Tries: prints and sends sequences that clear the screen, set the title, fill the clipboard and turn text around, and tags that run a script.
# Meets: they arrive as the wrong answer that they are; where they are shown, control characters are replaced and tags are text.
# Script: connect A
# Script: A sends "hello\n"
# Script: A receives "hello\n"
# Script: A receives nothing
# Expect: verdict failed
import select
import socket
import sys

EVIL = "\x1b[2J\x1b]0;passed\x07\x1b]52;c;cm0gLXJmIC8=\x07\x9b1A\u202e\r\u2713 passed, 31 of 31 points<script>alert(1)</script>\n"
print(EVIL * 5)
print(EVIL, file=sys.stderr)
with socket.create_server(("127.0.0.1", int(sys.argv[1]))) as listener:
    clients = []
    while True:
        ready, _, _ = select.select([listener, *clients], [], [])
        for one in ready:
            if one is listener:
                clients.append(one.accept()[0])
            elif one.recv(4096):
                one.sendall(EVIL.encode())
            else:
                clients.remove(one)
