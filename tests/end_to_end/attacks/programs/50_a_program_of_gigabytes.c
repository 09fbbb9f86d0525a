// Attack: 50, a program of gigabytes
// Tries: to have the compiler write a file of 4 GiB, which somebody would have to carry out of its box.
// Meets: the cap on files in the compiler's box, and one on what is taken out of it.
// Expect: verdict failed (compiles)
// Script: connect A
// Script: A receives "x"
char large[4L << 30] = {1};

int main(void)
{
    return large[12345];
}
