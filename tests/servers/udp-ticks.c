// Model: poll
// Says: It wakes every 20 ms, although nobody has sent a datagram.
// Wrong: rests
// Call: poll
// Scenario: udp-rests
// Transport: udp

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

static int open_on(const char *port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(atoi(port)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int server = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

    if (bind(server, (struct sockaddr *)&address, sizeof address) < 0) {
        perror("cannot bind");
        exit(EXIT_FAILURE);
    }
    return server;
}

int main(int argc, char **argv)
{
    struct pollfd wait = { open_on(argc > 1 ? argv[1] : getenv("PORT")), POLLIN, 0 };
    static char datagram[65536];

    for (;;) {
        struct sockaddr_in client;
        socklen_t length = sizeof client;
        ssize_t size;

        poll(&wait, 1, 20);
        size = recvfrom(wait.fd, datagram, sizeof datagram, 0, (void *)&client, &length);
        if (size >= 0)
            sendto(wait.fd, datagram, size, 0, (void *)&client, length);
    }
}
