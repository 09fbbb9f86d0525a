// Wrong: it looks for the end of a line with strrchr, which takes a zero byte for the end of everything. Caught by answers in "Every byte comes back as it was sent".
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

struct buffer {
    char *memory;
    size_t length;
};

struct client {
    struct buffer unfinished, owed;
    int is_connected, has_ended;
};

static struct client clients[FD_SETSIZE];

static void append(struct buffer *buffer, const char *bytes, size_t count)
{
    buffer->memory = realloc(buffer->memory, buffer->length + count + 1);
    memcpy(buffer->memory + buffer->length, bytes, count);
    buffer->length += count;
}

static void drop(struct buffer *buffer, size_t count)
{
    buffer->length -= count;
    memmove(buffer->memory, buffer->memory + count, buffer->length);
}

static void end(struct client *client)
{
    client->has_ended = 1;
    client->owed.length = 0;
}

static void take(int fd, struct client *client)
{
    char piece[65536];
    ssize_t count = recv(fd, piece, sizeof piece, 0);
    if (count < 0) {
        end(client);
        return;
    }
    client->has_ended = count == 0;
    append(&client->unfinished, piece, count);
    client->unfinished.memory[client->unfinished.length] = '\0';
    char *newline = strrchr(client->unfinished.memory, '\n');
    if (newline) {
        size_t lines = newline + 1 - client->unfinished.memory;
        append(&client->owed, client->unfinished.memory, lines);
        drop(&client->unfinished, lines);
    }
}

static void give(int fd, struct client *client)
{
    ssize_t count = send(fd, client->owed.memory, client->owed.length, 0);
    if (count >= 0)
        drop(&client->owed, count);
    else if (errno != EAGAIN)
        end(client);
}

static void serve(int listener)
{
    for (;;) {
        fd_set readable, writable;
        FD_ZERO(&readable);
        FD_ZERO(&writable);
        FD_SET(listener, &readable);
        for (int fd = 0; fd < FD_SETSIZE; fd++) {
            if (clients[fd].is_connected && !clients[fd].has_ended)
                FD_SET(fd, &readable);
            if (clients[fd].is_connected && clients[fd].owed.length > 0)
                FD_SET(fd, &writable);
        }
        select(FD_SETSIZE, &readable, &writable, NULL, NULL);
        for (int fd = 0; fd < FD_SETSIZE; fd++) {
            struct client *client = &clients[fd];
            if (!client->is_connected)
                continue;
            if (FD_ISSET(fd, &writable))
                give(fd, client);
            if (FD_ISSET(fd, &readable))
                take(fd, client);
            if (client->has_ended && client->owed.length == 0) {
                close(fd);
                free(client->unfinished.memory);
                free(client->owed.memory);
                *client = (struct client){0};
            }
        }
        if (FD_ISSET(listener, &readable)) {
            int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
            clients[fd] = (struct client){.is_connected = 1};
        }
    }
}

int main(int argc, char **argv)
{
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[argc - 1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 512))
        return 1;
    signal(SIGPIPE, SIG_IGN);
    serve(listener);
}
