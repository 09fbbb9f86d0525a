// Model: poll
// Says: It puts each line at the head of the list of what is owed: the last comes back first.
// Wrong: answers-in-order
// Scenario: burst

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

struct line {
    struct line *next;
    size_t sent, size;
    char bytes[];
};

struct client {
    int fd;
    char *unfinished;
    size_t size;
    struct line *owed;
    bool has_ended;
};

static struct pollfd waits[MOST];  // The listener is the first.
static struct client clients[MOST];
static int count = 1;

static void owe(struct client *client, size_t size)
{
    struct line *line = malloc(sizeof *line + size);

    *line = (struct line){ .next = client->owed, .size = size };
    memcpy(line->bytes, client->unfinished, size);
    client->owed = line;
    client->size -= size;
    memmove(client->unfinished, client->unfinished + size, client->size);
}

static void take(struct client *client)
{
    char *newline;

    client->unfinished = realloc(client->unfinished, client->size + PIECE);
    ssize_t got = recv(client->fd, client->unfinished + client->size, PIECE, 0);
    if (got < 0 && errno == EAGAIN)
        return;
    client->has_ended = got <= 0;
    client->size += got > 0 ? got : 0;
    while ((newline = memchr(client->unfinished, '\n', client->size)))
        owe(client, newline + 1 - client->unfinished);
}

// Send as much as there is room for. Return whether the client is still there.
static bool give(struct client *client)
{
    while (client->owed) {
        struct line *line = client->owed;
        size_t left = line->size - line->sent;
        ssize_t sent = send(client->fd, line->bytes + line->sent, left, MSG_NOSIGNAL);

        if (sent < 0)
            return errno == EAGAIN;
        line->sent += sent;
        if (line->sent < line->size)
            return true;
        client->owed = line->next;
        free(line);
    }
    return true;
}

static void take_turn(int which)
{
    struct client *client = &clients[which];

    if (waits[which].revents & ~POLLOUT)
        take(client);
    if (!give(client) || (client->has_ended && !client->owed)) {
        close(client->fd);
        free(client->unfinished);
        *client = clients[--count];
        waits[which] = waits[count];
        return;
    }
    waits[which].events = (client->has_ended ? 0 : POLLIN) | (client->owed ? POLLOUT : 0);
}

static void accept_all(int listener)
{
    int fd;

    while (count < MOST && (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        clients[count] = (struct client){ .fd = fd };
        waits[count++] = (struct pollfd){ .fd = fd, .events = POLLIN };
    }
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
