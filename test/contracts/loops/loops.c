/* SPDX-License-Identifier: Apache-2.0
 *
 * loops: work of known size, for benchmarks. See README.md.
 */
#include "dharitri.h"
#include "loops.h"

EXPORT(init) {}

EXPORT(nop) {}

EXPORT(fib) { int64finish((i64)k_fib((u64)int64getArgument(0))); }

EXPORT(loop) { int64finish((i64)k_loop((u64)int64getArgument(0))); }

EXPORT(sha) { int64finish((i64)k_sha((u64)int64getArgument(0))); }

EXPORT(sieve) { int64finish((i64)k_sieve((u64)int64getArgument(0))); }

static u8 key[32], data[64];

static void key_number(i64 i)
{
    key[31] = (u8)i;
    key[30] = (u8)(i >> 8);
}

/* Reads of n distinct keys, the sum of the lengths of their values. */
EXPORT(sload)
{
    i64 n = int64getArgument(0), sum = 0;
    for (i64 i = 0; i < n; i++) {
        key_number(i);
        sum += storageLoad(key, 32, data);
    }
    int64finish(sum);
}

/* Writes of 32 bytes under n distinct keys, the sum of the statuses. */
EXPORT(sstore)
{
    i64 n = int64getArgument(0), sum = 0;
    for (i64 i = 0; i < n; i++) {
        key_number(i);
        data[0] = (u8)(i | 1);
        sum += storageStore(key, 32, data, 32);
    }
    int64finish(sum);
}

/* n calls of the cheapest import, which asks the node nothing. */
EXPORT(hostcalls)
{
    i64 n = int64getArgument(0), mix = 0;
    for (i64 i = 0; i < n; i++) mix ^= getGasLeft();
    int64finish(mix & 1);
}
