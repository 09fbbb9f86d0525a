// Attack: 19, calls by another machine's numbers
// Tries: int 0x80, by which number 11 is i386's execve and not x86_64's munmap.
// Meets: the filter: the process is killed.
// Expect: killed by SIGSYS
// Needs: x86_64
#include <stdio.h>

int main(void)
{
    long answer;
    __asm__ volatile("int $0x80" : "=a"(answer) : "a"(20L) : "memory");
    printf("ESCAPED: i386's getpid answered %ld\n", answer);
    return 1;
}
