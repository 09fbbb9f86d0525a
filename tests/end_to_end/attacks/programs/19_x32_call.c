// Attack: 19, calls by another machine's numbers
// Tries: x32's getpid, a number with bit 30 set under the same architecture.
// Meets: the filter: the process is killed.
// Expect: killed by SIGSYS
// Needs: x86_64
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    long answer = syscall(0x40000000 | 39);
    printf("ESCAPED: x32's getpid answered %ld\n", answer);
    return 1;
}
