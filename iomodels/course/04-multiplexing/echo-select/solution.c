/* Echo lines to many clients from one thread that sleeps only in select. */

#define _GNU_SOURCE /* memrchr */

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    PIECE = 65536,   /* The most bytes that one turn reads from one client, so that nobody else starves. */
    ENOUGH = 262144, /* A client that is owed this much is not read from until it has read some of it. */
};

/* Bytes that wait: those in memory[begin] to memory[end - 1]. */
struct buffer {
    char *memory;
    size_t begin, end, room;
};

/* A connection with what has come in but is not a line yet, and what has still to go out. */
struct client {
    struct buffer unfinished, owed;
    bool is_connected;
    bool has_ended; /* It will send nothing more, but may be owed replies. */
    bool is_gone;   /* The connection is broken: nobody is there to be sent anything. */
};

/* Each client's number is its descriptor; select can watch no more of them than this. */
static struct client clients[FD_SETSIZE];

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static size_t length(const struct buffer *buffer)
{
    return buffer->end - buffer->begin;
}

static void append(struct buffer *buffer, const char *bytes, size_t count)
{
    if (count == 0)
        return;
    if (buffer->end + count > buffer->room && buffer->begin > 0) {
        memmove(buffer->memory, buffer->memory + buffer->begin, length(buffer));
        buffer->end -= buffer->begin;
        buffer->begin = 0;
    }
    if (buffer->end + count > buffer->room) {
        buffer->room = 2 * (buffer->end + count);
        buffer->memory = realloc(buffer->memory, buffer->room);
        if (buffer->memory == NULL)
            fail("realloc");
    }
    memcpy(buffer->memory + buffer->end, bytes, count);
    buffer->end += count;
}

static void clear(struct buffer *buffer)
{
    free(buffer->memory);
    *buffer = (struct buffer){0};
}

static bool wants_to_read(const struct client *client)
{
    /* After its end a connection is ready for reading for ever: waiting for it would spin. */
    return !client->has_ended && length(&client->owed) < ENOUGH;
}

static bool wants_to_write(const struct client *client)
{
    /* A socket has room nearly always: waiting for room with nothing to send would spin. */
    return length(&client->owed) > 0;
}

static bool is_finished(const struct client *client)
{
    return client->is_gone || (client->has_ended && length(&client->owed) == 0);
}

/* Take what has come; the lines that it completes are owed to the client. */
static void take(int descriptor, struct client *client)
{
    char piece[PIECE];
    ssize_t count = recv(descriptor, piece, sizeof piece, 0);
    if (count < 0) {
        /* select said "ready" a moment ago; it is a hint, not a promise. */
        client->is_gone = errno != EAGAIN;
        return;
    }
    if (count == 0) {
        client->has_ended = true;
        return;
    }
    const char *newline = memrchr(piece, '\n', count);
    size_t cut = newline == NULL ? 0 : newline + 1 - piece;
    if (cut > 0) {
        append(&client->owed, client->unfinished.memory + client->unfinished.begin, length(&client->unfinished));
        append(&client->owed, piece, cut);
        clear(&client->unfinished);
    }
    append(&client->unfinished, piece + cut, count - cut);
}

/* Send as much as the kernel has room for, and keep the rest. */
static void give(int descriptor, struct client *client)
{
    struct buffer *owed = &client->owed;
    ssize_t count = send(descriptor, owed->memory + owed->begin, length(owed), 0);
    if (count < 0) {
        client->is_gone = errno != EAGAIN;
        return;
    }
    owed->begin += count;
    if (length(owed) == 0)
        clear(owed);
}

static void make_non_blocking(int descriptor)
{
    if (fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) < 0)
        fail("fcntl");
}

/* Take the next client, if it is still there. */
static void welcome(int listener)
{
    int descriptor = accept(listener, NULL, NULL);
    if (descriptor < 0)
        return; /* It was there when select looked, and has gone since. */
    if (descriptor >= FD_SETSIZE) {
        close(descriptor);
        return;
    }
    make_non_blocking(descriptor);
    clients[descriptor] = (struct client){.is_connected = true};
}

static void take_leave(int descriptor)
{
    close(descriptor);
    clear(&clients[descriptor].unfinished);
    clear(&clients[descriptor].owed);
    clients[descriptor].is_connected = false;
}

/* Serve every client that comes, for ever. */
static void serve(int listener)
{
    for (;;) {
        fd_set readable, writable;
        FD_ZERO(&readable);
        FD_ZERO(&writable);
        FD_SET(listener, &readable);
        for (int descriptor = 0; descriptor < FD_SETSIZE; descriptor++) {
            if (!clients[descriptor].is_connected)
                continue;
            if (wants_to_read(&clients[descriptor]))
                FD_SET(descriptor, &readable);
            if (wants_to_write(&clients[descriptor]))
                FD_SET(descriptor, &writable);
        }
        if (select(FD_SETSIZE, &readable, &writable, NULL, NULL) < 0)
            fail("select");
        for (int descriptor = 0; descriptor < FD_SETSIZE; descriptor++) {
            struct client *client = &clients[descriptor];
            if (!client->is_connected)
                continue;
            if (FD_ISSET(descriptor, &writable))
                give(descriptor, client);
            if (FD_ISSET(descriptor, &readable) && !client->is_gone)
                take(descriptor, client);
            if (is_finished(client))
                take_leave(descriptor);
        }
        if (FD_ISSET(listener, &readable))
            welcome(listener);
    }
}

/* Listen on a port of this machine. */
static int listen_on(int port)
{
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) < 0)
        fail("bind");
    if (listen(listener, 512) < 0)
        fail("listen");
    make_non_blocking(listener);
    return listener;
}

/* Listen on the port that the first argument names. */
int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: server PORT\n");
        return 2;
    }
    /* Writing to a client that has gone must be an error of send, not the end of the program. */
    signal(SIGPIPE, SIG_IGN);
    serve(listen_on(atoi(argv[1])));
}
