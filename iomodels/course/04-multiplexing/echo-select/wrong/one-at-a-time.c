// Wrong: it serves one client until that client leaves, and accepts nobody else meanwhile. Caught by accepts-everybody in "A half line does not hold up another client".
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void serve(int listener)
{
    for (;;) {
        FILE *client = fdopen(accept(listener, NULL, NULL), "r+");
        char *line = NULL;
        size_t room = 0;
        ssize_t length;
        while ((length = getline(&line, &room, client)) > 0 && line[length - 1] == '\n')
            send(fileno(client), line, length, 0);
        free(line);
        fclose(client);
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
