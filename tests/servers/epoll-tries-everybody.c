// Model: epoll
// Says: It uses epoll_wait as an alarm clock: whoever is ready, it tries to read from everybody.
// Wrong: refused-reads
// Call: recvfrom
// Scenario: crowd

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PIECE = 65536 };

struct client {
    int fd;
    char *bytes;           // What it has sent and not got back;
    size_t size, room;
    size_t owed;           // the complete lines among them, which come first.
    bool has_ended;
};

// Read a piece. Return whether there may be more.
static bool take(struct client *client)
{
    if (client->room - client->size < PIECE)
        client->bytes = realloc(client->bytes, client->room = 2 * client->room + PIECE);
    char *piece = client->bytes + client->size;
    ssize_t got = recv(client->fd, piece, PIECE, 0);
    if (got < 0 && errno == EAGAIN)
        return false;
    if (got <= 0) {
        client->has_ended = true;
        client->owed = got < 0 ? 0 : client->owed;
        return false;
    }
    char *newline = memrchr(piece, '\n', got);
    if (newline)
        client->owed = newline + 1 - client->bytes;
    client->size += got;
    return true;
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
    client->size -= sent;
    memmove(client->bytes, client->bytes + sent, client->size);
}

static bool is_finished(const struct client *client)
{
    return client->has_ended && client->owed == 0;
}

static void forget(struct client *client)
{
    close(client->fd);
    free(client->bytes);
}

static int poller;

enum { CLIENTS = 1000 };

static struct client clients[CLIENTS];
static int count;

static void accept_all(int listener)
{
    int fd;

    while (count < CLIENTS && (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        struct epoll_event event = { EPOLLIN, { .fd = fd } };

        clients[count++] = (struct client){ .fd = fd };
        epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
    }
}

static void take_turn(struct client *client)
{
    struct epoll_event event = { 0, { .fd = client->fd } };

    if (!client->has_ended)
        take(client);
    if (client->owed > 0)
        give(client);
    if (is_finished(client)) {
        forget(client);
        *client = clients[--count];
        return;
    }
    event.events = (client->has_ended ? 0 : EPOLLIN) | (client->owed > 0 ? EPOLLOUT : 0);
    epoll_ctl(poller, EPOLL_CTL_MOD, client->fd, &event);
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
    struct epoll_event events[64], event = { EPOLLIN, { .fd = listener } };

    fcntl(listener, F_SETFL, O_NONBLOCK);
    poller = epoll_create1(0);
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        epoll_wait(poller, events, 64, -1);
        accept_all(listener);
        for (int i = count; i-- > 0;)
            take_turn(&clients[i]);
    }
}
