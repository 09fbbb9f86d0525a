// Attack: 90, one line of assembler repeated for ever
// Source: bnuoj-backend issue 15 (compiler bombs without a limit on memory)
// Tries: lets the assembler repeat an instruction four billion times.
// Meets: the assembler is over its memory, time or size and is ended.
// Against: echo-select
// Expect: verdict failed (compiles)
__asm__(".rept 4000000000\nnop\n.endr");
int main(void) { return 0; }
