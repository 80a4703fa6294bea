/* SPDX-License-Identifier: Apache-2.0
 *
 * counter: one signed 64-bit number. See README.md.
 */
#include "dharitri.h"

#define COUNTER TEXT("counter")

static void add(int64_t step)
{
    int64_t value = smallIntStorageLoadSigned(COUNTER);
    REQUIRE(!__builtin_add_overflow(value, step, &value), "counter overflow");
    smallIntStorageStoreSigned(COUNTER, value);
    smallIntFinishSigned(value);
}

/* Without an argument nothing is written: a new counter reads as 0, and one
 * that is upgraded keeps its number. */
EXPORT(init)
{
    REQUIRE(getNumArguments() <= 1, "wrong number of arguments");
    if (getNumArguments() == 1) smallIntStorageStoreSigned(COUNTER, smallIntGetSignedArgument(0));
}

EXPORT(increment)
{
    require_arguments(0);
    add(1);
}

EXPORT(decrement)
{
    require_arguments(0);
    add(-1);
}

EXPORT(get)
{
    require_arguments(0);
    smallIntFinishSigned(smallIntStorageLoadSigned(COUNTER));
}
