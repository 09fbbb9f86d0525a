// Wrong: it answers everybody, but with a thread for each client where one thread is asked for. Caught by at-most-threads in "A half line does not hold up another client".
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

static void *attend(void *descriptor)
{
    FILE *client = fdopen((intptr_t)descriptor, "r+");
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    while ((length = getline(&line, &room, client)) > 0 && line[length - 1] == '\n')
        send(fileno(client), line, length, 0);
    free(line);
    fclose(client);
    return NULL;
}

static void serve(int listener)
{
    for (;;) {
        pthread_t thread;
        pthread_create(&thread, NULL, attend, (void *)(intptr_t)accept(listener, NULL, NULL));
        pthread_detach(thread);
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
