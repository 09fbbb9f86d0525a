/* Echo lines to many clients from one thread that sleeps only in select. */

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void make_non_blocking(int descriptor)
{
    if (fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) < 0)
        fail("fcntl");
}

/* Accept every client that comes, and give each of its lines back to it. */
static void serve(int listener)
{
    for (;;) {
        fd_set readable;
        FD_ZERO(&readable);
        FD_SET(listener, &readable);
        /* select sleeps until one of these descriptors is ready, and leaves those in the set. */
        if (select(FD_SETSIZE, &readable, NULL, NULL, NULL) < 0)
            fail("select");
        if (FD_ISSET(listener, &readable)) {
            int client = accept(listener, NULL, NULL);
            if (client >= 0)
                make_non_blocking(client);
        }
        /* Yours to write:
         *  - wait for the clients as well as for the listener;
         *  - keep what each client has sent of a line that is not finished yet;
         *  - keep what each client is still to be sent, and send it when there is room;
         *  - take leave of the clients that have ended or gone.
         */
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
