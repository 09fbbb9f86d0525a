// Model: blocking
// Says: When select says that a client is ready it calls fgets, which sleeps until the line ends.
// Wrong: waits-for-everyone
// Call: read
// Client: A
// Line: 27
// Scenario: half-line

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

static FILE *clients[FD_SETSIZE];  // By descriptor.

// Answer one line. Return whether there was one.
static bool echo(FILE *client)
{
    static char line[2 << 20];

    if (!fgets(line, sizeof line, client) || !strchr(line, '\n'))
        return false;
    size_t size = strlen(line);
    return write(fileno(client), line, size) == (ssize_t)size;
}

static void welcome(int listener)
{
    int fd = accept(listener, NULL, NULL);

    if (fd >= 0) {
        clients[fd] = fdopen(fd, "r");
        setvbuf(clients[fd], NULL, _IONBF, 0);  // What it keeps, select cannot see.
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

    signal(SIGPIPE, SIG_IGN);
    for (;;) {
        fd_set readers;

        FD_ZERO(&readers);
        FD_SET(listener, &readers);
        for (int fd = 0; fd < FD_SETSIZE; fd++)
            if (clients[fd])
                FD_SET(fd, &readers);
        select(FD_SETSIZE, &readers, NULL, NULL, NULL);
        for (int fd = 0; fd < FD_SETSIZE; fd++) {
            if (fd == listener || !FD_ISSET(fd, &readers) || echo(clients[fd]))
                continue;
            fclose(clients[fd]);
            clients[fd] = NULL;
        }
        if (FD_ISSET(listener, &readers))
            welcome(listener);
    }
}
