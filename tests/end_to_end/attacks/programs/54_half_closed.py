# Attack: 54, connections that are half closed
# Tries: to shut down its sending half at once and go on reading, and to answer urgent bytes only.
# Meets: the end that the client receives in place of an answer.
# Expect: verdict failed (answers)
# Limits: wall_ns=5000000000
# Script: connect A
# Script: A sends "one\n"
# Script: A receives "one\n"
import socket
import sys

server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
client, _ = server.accept()
client.send(b"o", socket.MSG_OOB)
client.shutdown(socket.SHUT_WR)
while client.recv(10):
    pass
server.accept()
