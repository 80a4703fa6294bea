/* SPDX-License-Identifier: Apache-2.0
 *
 * crowdfunding: money for a goal until a deadline, or back. See README.md.
 */
#include "dharitri.h"

#define OWNER TEXT("owner")
#define TARGET TEXT("target")
#define DEADLINE TEXT("deadline")
#define TOTAL TEXT("total")
#define CLAIMED TEXT("claimed")

enum { OPEN = 0, SUCCESSFUL = 1, FAILED = 2, PAID_OUT = 3 };

static int phase(void)
{
    if ((uint64_t)getBlockTimestamp() <= (uint64_t)smallIntStorageLoadUnsigned(DEADLINE)) return OPEN;
    if (smallIntStorageLoadUnsigned(CLAIMED)) return PAID_OUT;
    return bigIntCmp(load_amount(TOTAL), load_amount(TARGET)) >= 0 ? SUCCESSFUL : FAILED;
}

EXPORT(init)
{
    address_t owner;
    require_no_value();
    require_arguments(2);
    int32_t target = argument_amount(0);
    uint64_t deadline = argument_u64(1);
    REQUIRE(bigIntSign(target) > 0, "target must be positive");
    REQUIRE(deadline > (uint64_t)getBlockTimestamp(), "deadline has passed");
    getCaller(&owner);

    storageStore(OWNER, &owner, sizeof owner);
    store_amount(TARGET, target);
    smallIntStorageStoreUnsigned(DEADLINE, (int64_t)deadline);
}

EXPORT(fund)
{
    topic_t topics[2];
    address_t funder;
    require_arguments(0);
    int32_t value = call_value();
    REQUIRE(bigIntSign(value) > 0, "no value sent");
    REQUIRE(phase() == OPEN, "funding has ended");
    getCaller(&funder);

    account_key_t key = account_key('p', &funder);
    int32_t pledge = load_amount(&key, sizeof key);
    bigIntAdd(pledge, pledge, value);
    store_amount(&key, sizeof key, pledge);

    int32_t total = load_amount(TOTAL);
    bigIntAdd(total, total, value);
    store_amount(TOTAL, total);

    topic_text(&topics[0], TEXT("fund"));
    topic_address(&topics[1], &funder);
    log_amount(topics, 2, value);
}

EXPORT(claim)
{
    topic_t topics[2];
    address_t caller, owner;
    require_no_value();
    require_arguments(0);
    getCaller(&caller);
    storageLoad(OWNER, &owner);
    REQUIRE(address_equal(&caller, &owner), "only the owner can claim");
    switch (phase()) {
    case OPEN: FAIL("funding has not ended");
    case FAILED: FAIL("target not reached");
    case PAID_OUT: FAIL("already claimed");
    }

    int32_t total = load_amount(TOTAL);
    smallIntStorageStoreUnsigned(CLAIMED, 1);
    send_amount(&owner, total);

    topic_text(&topics[0], TEXT("claim"));
    topic_address(&topics[1], &owner);
    log_amount(topics, 2, total);
}

EXPORT(refund)
{
    topic_t topics[2];
    address_t funder;
    require_no_value();
    require_arguments(0);
    switch (phase()) {
    case OPEN: FAIL("funding has not ended");
    case SUCCESSFUL:
    case PAID_OUT: FAIL("target reached");
    }
    getCaller(&funder);

    account_key_t key = account_key('p', &funder);
    int32_t pledge = load_amount(&key, sizeof key);
    REQUIRE(bigIntSign(pledge) > 0, "nothing to refund");
    store_amount(&key, sizeof key, bigIntNew(0));
    send_amount(&funder, pledge);

    topic_text(&topics[0], TEXT("refund"));
    topic_address(&topics[1], &funder);
    log_amount(topics, 2, pledge);
}

EXPORT(status)
{
    require_arguments(0);
    smallIntFinishUnsigned(phase());
}

EXPORT(target)
{
    require_arguments(0);
    bigIntFinishUnsigned(load_amount(TARGET));
}

EXPORT(deadline)
{
    require_arguments(0);
    smallIntFinishUnsigned(smallIntStorageLoadUnsigned(DEADLINE));
}

EXPORT(total)
{
    require_arguments(0);
    bigIntFinishUnsigned(load_amount(TOTAL));
}

EXPORT(pledgeOf)
{
    address_t funder;
    require_arguments(1);
    argument_address(0, &funder);
    account_key_t key = account_key('p', &funder);
    bigIntFinishUnsigned(load_amount(&key, sizeof key));
}

EXPORT(owner)
{
    address_t owner;
    require_arguments(0);
    storageLoad(OWNER, &owner);
    finish(&owner, sizeof owner);
}
