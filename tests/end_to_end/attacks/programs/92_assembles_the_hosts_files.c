// Attack: 92, assembling a file of the host into the program
// Source: ejudge issue 122 (.incbin)
// Tries: puts /etc/shadow and what lies behind pid 1's root into the program's data.
// Meets: the assembler does not find them.
// Against: echo-select
// Expect: verdict failed (compiles)
__asm__(".data\n.incbin \"/proc/1/root/../etc/shadow\"\n.incbin \"/etc/shadow\"\n");
int main(void) { return 0; }
