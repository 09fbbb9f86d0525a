// Model: thread-pool
// Says: One thread accepts and queues connections; 24 threads, made beforehand, serve one each.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PIECE = 65536, THREADS = 24, PLACES = 128 };

static int queue[PLACES];
static int first, waiting;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t has_come = PTHREAD_COND_INITIALIZER;
static pthread_cond_t has_gone = PTHREAD_COND_INITIALIZER;

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

// Echo one client's lines until it ends or is gone.
static void serve(int fd)
{
    struct client client = { .fd = fd };

    while (take(&client))
        while (client.owed > 0)
            give(&client);
    close(fd);
    free(client.bytes);
}

static void put(int fd)
{
    pthread_mutex_lock(&lock);
    while (waiting == PLACES)
        pthread_cond_wait(&has_gone, &lock);
    queue[(first + waiting++) % PLACES] = fd;
    pthread_cond_signal(&has_come);
    pthread_mutex_unlock(&lock);
}

static int get(void)
{
    pthread_mutex_lock(&lock);
    while (waiting == 0)
        pthread_cond_wait(&has_come, &lock);
    int fd = queue[first];
    first = (first + 1) % PLACES;
    waiting--;
    pthread_cond_signal(&has_gone);
    pthread_mutex_unlock(&lock);
    return fd;
}

static void *work(void *nothing)
{
    for (;;)
        serve(get());
    return nothing;
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

    for (int i = 0; i < THREADS; i++) {
        pthread_t thread;

        if (pthread_create(&thread, NULL, work, NULL) == 0)
            pthread_detach(thread);
    }
    for (;;) {
        int fd = accept(listener, NULL, NULL);

        if (fd >= 0)
            put(fd);
    }
}
