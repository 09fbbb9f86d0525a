// Attack: 89, a program of a gigabyte
// Source: the compiler bomb of vijos/malicious-code (bigexe.c): main[] = {1}
// Tries: a table with one value and a billion zeros, which has to stand in the object file.
// Meets: files have a largest size, at which the compiler ends.
// Against: echo-select
// Expect: verdict failed (compiles)
int main[1 << 28] = {1};
