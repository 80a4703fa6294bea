/* SPDX-License-Identifier: Apache-2.0
 *
 * counter-v2: what a counter is upgraded to. See README.md.
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

/* Runs at every upgrade too: without an argument the number is kept. */
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

EXPORT(add)
{
    require_arguments(1);
    add(smallIntGetSignedArgument(0));
}

EXPORT(get)
{
    require_arguments(0);
    smallIntFinishSigned(smallIntStorageLoadSigned(COUNTER));
}

EXPORT(version)
{
    require_arguments(0);
    smallIntFinishUnsigned(2);
}
