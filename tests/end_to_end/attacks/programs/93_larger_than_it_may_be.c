// Attack: 93, a program that needs more memory to begin than it may have
// Source: vijos/malicious-code, 16g.c
// Tries: a table of zeros larger than the address space: small on disk, and too large to be started.
// Meets: the kernel kills it as it begins; that is the program's end, not a fault of the sandbox.
// Expect: killed by SIGKILL or killed by SIGSEGV
char table[6UL << 30];
int main(void) { return 0; }
