/* SPDX-License-Identifier: Apache-2.0
 *
 * native: the kernels of the loops contract as a native program, the bar that
 * an engine is measured against.
 *
 *     clang -O2 -fno-builtin -o native native.c && ./native loop 100000000 5
 *
 * prints, for every repetition: kernel, argument, result, seconds.
 */
#include "loops.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct {
    const char *name;
    u64 (*run)(u64);
} kernels[] = {{"fib", k_fib}, {"loop", k_loop}, {"sha", k_sha}, {"sieve", k_sieve}};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: native fib|loop|sha|sieve ARGUMENT [REPETITIONS]\n");
        return 2;
    }
    u64 n = strtoull(argv[2], NULL, 10);
    int repetitions = argc > 3 ? atoi(argv[3]) : 5;
    for (size_t k = 0; k < sizeof kernels / sizeof kernels[0]; k++) {
        if (strcmp(argv[1], kernels[k].name) != 0) continue;
        for (int i = 0; i < repetitions; i++) {
            double start = now();
            u64 result = kernels[k].run(n);
            printf("%s %" PRIu64 " %016" PRIx64 " %.6f\n", argv[1], n, result, now() - start);
        }
        return 0;
    }
    fprintf(stderr, "native: no kernel %s\n", argv[1]);
    return 2;
}
