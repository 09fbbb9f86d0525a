// Model: poll
// Says: All clients share the buffer for what has begun: the lines of two clients mix.
// Wrong: answers
// Scenario: half-line

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PIECE = 65536, MOST = 1000 };

struct client {
    int fd;
    char *bytes;           // What it is still owed.
    size_t owed;
    bool has_ended;
};

static char unfinished[4 << 20];
static size_t size;
static struct pollfd waits[MOST];  // The listener is the first.
static struct client clients[MOST];
static int count = 1;

static void take(struct client *client)
{
    ssize_t got = recv(client->fd, unfinished + size, PIECE, 0);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0) {
        client->has_ended = true;
        client->owed = got < 0 ? 0 : client->owed;
        return;
    }
    char *newline = memrchr(unfinished + size, '\n', got);
    size += got;
    if (newline) {
        size_t complete = newline + 1 - unfinished;

        client->bytes = realloc(client->bytes, client->owed + complete);
        memcpy(client->bytes + client->owed, unfinished, complete);
        client->owed += complete;
        size -= complete;
        memmove(unfinished, newline + 1, size);
    }
}

// Send as much as there is room for, and keep the rest.
static void give(struct client *client)
{
    ssize_t sent = send(client->fd, client->bytes, client->owed, MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN)
        return;
    if (sent < 0) {
        client->has_ended = true;
        client->owed = 0;
        return;
    }
    client->owed -= sent;
    memmove(client->bytes, client->bytes + sent, client->owed);
}

static bool is_finished(const struct client *client)
{
    return client->has_ended && client->owed == 0;
}

static void forget(struct client *client)
{
    close(client->fd);
    free(client->bytes);
    *client = (struct client){ 0 };
}

static void accept_all(int listener)
{
    int fd;

    while (count < MOST && (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        clients[count] = (struct client){ .fd = fd };
        waits[count++] = (struct pollfd){ .fd = fd, .events = POLLIN };
    }
}

static void take_turn(int which)
{
    struct client *client = &clients[which];

    if (waits[which].revents & ~POLLOUT)
        take(client);
    if (client->owed > 0)
        give(client);
    if (is_finished(client)) {
        forget(client);
        *client = clients[--count];
        waits[which] = waits[count];
        return;
    }
    waits[which].events = (client->has_ended ? 0 : POLLIN) | (client->owed > 0 ? POLLOUT : 0);
}

static int listen_on(const char *port)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(atoi(port)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;

    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0
        || listen(listener, 128) < 0) {
        perror("cannot listen");
        exit(EXIT_FAILURE);
    }
    return listener;
}

int main(int argc, char **argv)
{
    int listener = listen_on(argc > 1 ? argv[1] : getenv("PORT"));

    fcntl(listener, F_SETFL, O_NONBLOCK);
    waits[0] = (struct pollfd){ .fd = listener, .events = POLLIN };
    for (;;) {
        poll(waits, count, -1);
        for (int i = count; i-- > 1;)
            if (waits[i].revents)
                take_turn(i);
        if (waits[0].revents)
            accept_all(listener);
    }
}
