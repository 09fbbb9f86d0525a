// Model: thread-per-client
// Says: A thread for each client, but all share one buffer, and hold its lock while they read.
// Wrong: waits-for-everyone
// Call: recvfrom
// Client: A
// Line: 33
// Scenario: later

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char piece[65536];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct client {
    int fd;
    char *bytes;
    size_t size;
};

// Append a piece to what the client has sent. Return its size, or what recv said.
static ssize_t take(struct client *client)
{
    pthread_mutex_lock(&lock);
    ssize_t got = recv(client->fd, piece, sizeof piece, 0);
    if (got > 0) {
        client->bytes = realloc(client->bytes, client->size + got);
        memcpy(client->bytes + client->size, piece, got);
        client->size += got;
    }
    pthread_mutex_unlock(&lock);
    return got;
}

// Send the complete lines back. Return whether the client was there.
static bool give(struct client *client)
{
    char *newline = memrchr(client->bytes, '\n', client->size);
    size_t owed = newline ? newline + 1 - client->bytes : 0, sent = 0;

    while (sent < owed) {
        ssize_t took = send(client->fd, client->bytes + sent, owed - sent, MSG_NOSIGNAL);

        if (took < 0)
            return false;
        sent += took;
    }
    client->size -= owed;
    memmove(client->bytes, client->bytes + owed, client->size);
    return true;
}

static void *serve(void *argument)
{
    struct client client = { .fd = (intptr_t)argument };

    while (take(&client) > 0 && give(&client))
        continue;
    close(client.fd);
    free(client.bytes);
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

    for (;;) {
        int fd = accept(listener, NULL, NULL);
        pthread_t thread;

        if (fd >= 0 && pthread_create(&thread, NULL, serve, (void *)(intptr_t)fd) == 0)
            pthread_detach(thread);
    }
}
