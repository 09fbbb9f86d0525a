# Attack: 53, answers that it guesses
# Tries: to answer without reading, with what a driver of the same seed would send, and to print the same on its output.
# Meets: bytes of which the seed is drawn anew for each run and stays with the driver.
# Expect: verdict failed (answers)
# Limits: wall_ns=10000000000
# Script: connect A
# Script: A sends 16 KiB in lines of 10
# Script: A receives what it sent
import random
import socket
import string
import sys

server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
client, _ = server.accept()
for seed in range(3):
    guess = random.Random(seed)
    lines = ("".join(guess.choices(string.ascii_lowercase, k=9)) + "\n" for _ in range(1700))
    content = "".join(lines).encode()[: 16 << 10]
    print(content.decode())
    client.sendall(content)
client.recv(1)
