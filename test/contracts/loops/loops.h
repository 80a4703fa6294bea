/* SPDX-License-Identifier: Apache-2.0
 *
 * The kernels of the loops contract, shared with native.c so that both run the
 * same work.
 */
#include <stdint.h>

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t i64;

#define NOINLINE __attribute__((noinline))

/* Calls: the n-th Fibonacci number, by plain recursion. */
NOINLINE u64 k_fib(u64 n)
{
    return n < 2 ? n : k_fib(n - 1) + k_fib(n - 2);
}

/* Arithmetic: n steps of xorshift64, summed up. */
NOINLINE u64 k_loop(u64 n)
{
    u64 x = 88172645463325252ULL, sum = 0;
    for (u64 i = 0; i < n; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        sum += x;
    }
    return sum;
}

static const u32 K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

#define ROTATE(x, n) (((x) >> (n)) | ((x) << (32 - (n))))

NOINLINE void k_block(u32 *h, const u8 *p)
{
    u32 w[64];
    for (int i = 0; i < 16; i++)
        w[i] = ((u32)p[4 * i] << 24) | ((u32)p[4 * i + 1] << 16) | ((u32)p[4 * i + 2] << 8) | p[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        u32 a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (ROTATE(a, 7) ^ ROTATE(a, 18) ^ (a >> 3)) + w[i - 7] + (ROTATE(b, 17) ^ ROTATE(b, 19) ^ (b >> 10));
    }
    u32 a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], q = h[7];
    for (int i = 0; i < 64; i++) {
        u32 t1 = q + (ROTATE(e, 6) ^ ROTATE(e, 11) ^ ROTATE(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i];
        u32 t2 = (ROTATE(a, 2) ^ ROTATE(a, 13) ^ ROTATE(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
        q = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    h[0] += a;
    h[1] += b;
    h[2] += c;
    h[3] += d;
    h[4] += e;
    h[5] += f;
    h[6] += g;
    h[7] += q;
}

static u8 buf[65536];

/* 32-bit arithmetic and memory: SHA-256 compression over kib KiB of a buffer of
 * 64 KiB, without padding; the first 8 bytes of the state. */
NOINLINE u64 k_sha(u64 kib)
{
    u32 h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    for (u32 i = 0; i < 65536; i++) buf[i] = (u8)(i * 7 + 3);
    u64 blocks = kib * 16;
    for (u64 b = 0; b < blocks; b++) k_block(h, buf + ((b * 64) & 65535));
    return ((u64)h[0] << 32) | h[1];
}

/* Memory: a sieve of 65536 flags, rounds times; the primes found in all. */
NOINLINE u64 k_sieve(u64 rounds)
{
    u64 count = 0;
    for (u64 r = 0; r < rounds; r++) {
        for (u32 i = 0; i < 65536; i++) buf[i] = 1;
        for (u32 i = 2; i < 256; i++)
            if (buf[i])
                for (u32 j = i * i; j < 65536; j += i) buf[j] = 0;
        for (u32 i = 2; i < 65536; i++) count += buf[i];
    }
    return count;
}
