// Model: epoll
// Says: The main thread accepts and deals clients out to four threads, each with an epoll of its own.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
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
    free(client);
}

enum { THREADS = 4 };

static void take_turn(int poller, struct client *client, uint32_t events)
{
    if (events & ~EPOLLOUT)
        take(client);
    if (client->owed > 0)
        give(client);
    if (is_finished(client)) {
        forget(client);
        return;
    }
    struct epoll_event event = { 0, { .ptr = client } };
    event.events = (client->has_ended ? 0 : EPOLLIN) | (client->owed > 0 ? EPOLLOUT : 0);
    epoll_ctl(poller, EPOLL_CTL_MOD, client->fd, &event);
}

static void *loop(void *argument)
{
    int poller = *(int *)argument;
    struct epoll_event events[64];

    for (;;) {
        int ready = epoll_wait(poller, events, 64, -1);

        for (int i = 0; i < ready; i++)
            take_turn(poller, events[i].data.ptr, events[i].events);
    }
    return NULL;
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
    static int pollers[THREADS];

    for (int i = 0; i < THREADS; i++) {
        pthread_t thread;

        pollers[i] = epoll_create1(0);
        pthread_create(&thread, NULL, loop, &pollers[i]);
    }
    // A client is added to a set while its thread may already sleep on it, epoll_wait(2).
    for (unsigned next = 0;; next++) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        struct client *client = calloc(1, sizeof *client);
        struct epoll_event event = { EPOLLIN, { .ptr = client } };

        client->fd = fd;
        if (fd < 0 || epoll_ctl(pollers[next % THREADS], EPOLL_CTL_ADD, fd, &event) < 0)
            free(client);
    }
}
