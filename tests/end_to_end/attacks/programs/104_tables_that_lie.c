// Attack: 104, debugging tables that lie
// Source: libelfin issues 46 and 47, pyelftools issue 531 (readers that crash on such tables)
// Tries: adds units to the tables of the program that claim to be huge, of an unknown version, and to refer to what is not there.
// Meets: what cannot be read is taken for no table at all, and the verdict stands.
// Script: connect A B
// Script: A sends "hel"
// Script: B sends "ping\n"
// Script: B receives "ping\n"
// Expect: verdict failed
__asm__(".pushsection .debug_info,\"\",@progbits\n"
        ".long 0x30\n.short 5\n.byte 1, 8\n.long 0x7fffffff\n.fill 40, 1, 0x81\n"
        ".long 0xffffffff\n.quad 0x7fffffffffffffff\n.short 5\n.byte 1, 8\n.fill 400, 1, 0x81\n.popsection\n"
        ".pushsection .debug_abbrev,\"\",@progbits\n.fill 4000, 1, 0x81\n.popsection\n"
        ".pushsection .debug_str,\"MS\",@progbits,1\n.fill 4000, 1, 0xff\n.popsection");
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int count, char **arguments) {
    struct sockaddr_in place = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[count - 1]))};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    bind(listener, (struct sockaddr *)&place, sizeof place);
    listen(listener, 10);
    for (int client; (client = accept(listener, NULL, NULL)) >= 0; close(client)) {
        char piece[4096];
        for (ssize_t size; (size = read(client, piece, sizeof piece)) > 0;)
            write(client, piece, size);
    }
    return 0;
}
