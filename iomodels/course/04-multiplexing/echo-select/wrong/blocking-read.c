// Wrong: after select it reads a whole line, and sleeps in that read when only half of the line has come. Caught by waits-for-everyone in "A half line does not hold up another client".
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

static int read_line(int fd, char *line, int room)
{
    int length = 0;
    while (length < room && recv(fd, line + length, 1, 0) == 1)
        if (line[length++] == '\n')
            return length;
    return 0;
}

static void serve(int listener)
{
    fd_set watched;
    FD_ZERO(&watched);
    FD_SET(listener, &watched);
    for (;;) {
        fd_set readable = watched;
        select(FD_SETSIZE, &readable, NULL, NULL, NULL);
        for (int fd = 0; fd < FD_SETSIZE; fd++) {
            static char line[1 << 21];
            int length;
            if (!FD_ISSET(fd, &readable))
                continue;
            if (fd == listener) {
                int client = accept(listener, NULL, NULL);
                FD_SET(client, &watched);
            } else if ((length = read_line(fd, line, sizeof line)) > 0) {
                send(fd, line, length, 0);
            } else {
                FD_CLR(fd, &watched);
                close(fd);
            }
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
