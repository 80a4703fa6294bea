/* SPDX-License-Identifier: Apache-2.0
 *
 * escrow: holds value until its owner releases it to another contract or takes
 * it back. See README.md.
 *
 * What is held is the balance of the contract and nothing else. So a release
 * that the beneficiary refuses needs no bookkeeping: the value is back before
 * callBack runs, and stays even if callBack could not run. After a failed call
 * callBack has only the gas that was locked for it, and keeps to little work.
 */
#include "dharitri.h"

#define OWNER TEXT("owner")
#define BENEFICIARY TEXT("beneficiary")
#define RELEASES TEXT("releases")
#define RECEIPT TEXT("receipt")

enum { MAX_ANSWER = 32 };

static void require_owner(void)
{
    address_t caller, owner;
    getCaller(&caller);
    storageLoad(OWNER, &owner);
    REQUIRE(address_equal(&caller, &owner), "only the owner can do this");
}

static int32_t own_balance(void)
{
    address_t self;
    int32_t balance = bigIntNew(0);
    getSCAddress(&self);
    bigIntGetExternalBalance(&self, balance);
    return balance;
}

EXPORT(init)
{
    address_t owner, beneficiary;
    require_no_value();
    require_arguments(1);
    argument_address(0, &beneficiary);
    getCaller(&owner);
    storageStore(OWNER, &owner, sizeof owner);
    storageStore(BENEFICIARY, &beneficiary, sizeof beneficiary);
}

EXPORT(deposit)
{
    topic_t topics[2];
    require_arguments(0);
    int32_t value = call_value();
    REQUIRE(bigIntSign(value) > 0, "no value sent");
    topic_text(&topics[0], TEXT("deposit"));
    getCaller(&topics[1]);
    log_amount(topics, 2, value);
}

/* Asks the beneficiary whether it would take a deposit now: its answer becomes
 * the result of this function. */
EXPORT(ready)
{
    address_t beneficiary;
    value_t nothing;
    require_no_value();
    require_arguments(0);
    storageLoad(BENEFICIARY, &beneficiary);
    memset(&nothing, 0, sizeof nothing);
    REQUIRE(executeOnDestContext(most_gas(), &beneficiary, &nothing, TEXT("isOpen"), 0, NULL, NULL) == 0,
            "beneficiary does not answer");
}

EXPORT(release)
{
    address_t beneficiary;
    value_t value;
    require_no_value();
    require_arguments(0);
    require_owner();
    int32_t held = own_balance();
    REQUIRE(bigIntSign(held) > 0, "nothing is held");
    storageLoad(BENEFICIARY, &beneficiary);
    value_of(held, &value);
    asyncCall(&beneficiary, &value, TEXT("deposit"));
}

/* The answer to release. Another contract can call this function like any
 * other, so it listens to the beneficiary only. */
EXPORT(callBack)
{
    topic_t topic;
    address_t caller, beneficiary;
    uint8_t answer[MAX_ANSWER];
    getCaller(&caller);
    storageLoad(BENEFICIARY, &beneficiary);
    REQUIRE(address_equal(&caller, &beneficiary), "unexpected answer");

    int32_t length = getArgumentLength(1);
    if (length < 0 || length > MAX_ANSWER) length = 0;
    if (length > 0) getArgument(1, answer);
    if (callback_ok()) {
        smallIntStorageStoreUnsigned(RELEASES, smallIntStorageLoadUnsigned(RELEASES) + 1);
        storageStore(RECEIPT, answer, length);
        topic_text(&topic, TEXT("release"));
    } else {
        topic_text(&topic, TEXT("refused"));
    }
    writeLog(answer, length, &topic, 1);
}

EXPORT(refund)
{
    topic_t topics[2];
    address_t owner;
    require_no_value();
    require_arguments(0);
    require_owner();
    int32_t held = own_balance();
    REQUIRE(bigIntSign(held) > 0, "nothing is held");
    getCaller(&owner);
    send_amount(&owner, held);
    topic_text(&topics[0], TEXT("refund"));
    topic_address(&topics[1], &owner);
    log_amount(topics, 2, held);
}

EXPORT(held)
{
    require_arguments(0);
    bigIntFinishUnsigned(own_balance());
}

EXPORT(releases)
{
    require_arguments(0);
    smallIntFinishUnsigned(smallIntStorageLoadUnsigned(RELEASES));
}

EXPORT(receipt)
{
    uint8_t answer[MAX_ANSWER];
    require_arguments(0);
    finish(answer, storageLoad(RECEIPT, answer));
}
