/* SPDX-License-Identifier: Apache-2.0
 *
 * escrow: holds value until its owner releases it to another contract or takes
 * it back. See README.md.
 */
#include "dharitri.h"

#define OWNER TEXT("owner")
#define BENEFICIARY TEXT("beneficiary")
#define HELD TEXT("held")
#define PENDING TEXT("pending")
#define RELEASED TEXT("released")
#define RECEIPT TEXT("receipt")
#define LAST_ERROR TEXT("lastError")

static void require_owner(void)
{
    address_t caller, owner;
    getCaller(&caller);
    storageLoad(OWNER, &owner);
    REQUIRE(address_equal(&caller, &owner), "only the owner can do this");
}

/* Moves the whole amount under one key to what lies under another. */
static int32_t move(const char *from, int32_t fromLength, const char *to, int32_t toLength)
{
    int32_t amount = load_amount(from, fromLength);
    int32_t sum = load_amount(to, toLength);
    bigIntAdd(sum, sum, amount);
    store_amount(from, fromLength, bigIntNew(0));
    store_amount(to, toLength, sum);
    return amount;
}

static void log_event(const char *name, int32_t length, int32_t amount)
{
    topic_t topic;
    topic_text(&topic, name, length);
    log_amount(&topic, 1, amount);
}

/* Stores an argument of any length, cut to what fits. */
static void store_argument(const char *key, int32_t keyLength, int32_t id)
{
    static uint8_t text[256];
    int32_t length = getArgumentLength(id);
    if (length > (int32_t)sizeof text) {
        storageStore(key, keyLength, TEXT("(too long)"));
        return;
    }
    if (length > 0) getArgument(id, text);
    storageStore(key, keyLength, text, length < 0 ? 0 : length);
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
    require_arguments(0);
    int32_t value = call_value();
    REQUIRE(bigIntSign(value) > 0, "no value sent");
    int32_t held = load_amount(HELD);
    bigIntAdd(held, held, value);
    store_amount(HELD, held);
    log_event(TEXT("deposit"), value);
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
    REQUIRE(executeOnDestContext(getGasLeft(), &beneficiary, &nothing, TEXT("isOpen"), 0, NULL, NULL) == 0,
            "beneficiary does not answer");
}

/* Everything is stored before the call, since asyncCall ends this function. */
EXPORT(release)
{
    address_t beneficiary;
    value_t value;
    require_no_value();
    require_arguments(0);
    require_owner();
    REQUIRE(bigIntSign(load_amount(PENDING)) == 0, "release is pending");
    int32_t amount = move(HELD, PENDING);
    REQUIRE(bigIntSign(amount) > 0, "nothing is held");
    storageStore(LAST_ERROR, NULL, 0);
    storageLoad(BENEFICIARY, &beneficiary);
    value_of(amount, &value);
    asyncCall(&beneficiary, &value, TEXT("deposit"));
}

/* The answer to release. Another contract can call this function like any
 * other, so it answers to the beneficiary only, and only while it has to. If
 * the beneficiary refused, the value is back in this account already: in the same
 * transaction because the transfer was undone, otherwise because it came with
 * the answer. */
EXPORT(callBack)
{
    address_t caller, beneficiary;
    getCaller(&caller);
    storageLoad(BENEFICIARY, &beneficiary);
    REQUIRE(address_equal(&caller, &beneficiary) && bigIntSign(load_amount(PENDING)) > 0, "unexpected answer");
    if (callback_ok()) {
        log_event(TEXT("release"), move(PENDING, RELEASED));
        store_argument(RECEIPT, 1);
    } else {
        log_event(TEXT("refused"), move(PENDING, HELD));
        store_argument(LAST_ERROR, 1);
    }
}

EXPORT(refund)
{
    address_t owner;
    require_no_value();
    require_arguments(0);
    require_owner();
    int32_t held = load_amount(HELD);
    REQUIRE(bigIntSign(held) > 0, "nothing is held");
    store_amount(HELD, bigIntNew(0));
    getCaller(&owner);
    send_amount(&owner, held);
    log_event(TEXT("refund"), held);
}

/* held, pending, released */
EXPORT(amounts)
{
    require_arguments(0);
    bigIntFinishUnsigned(load_amount(HELD));
    bigIntFinishUnsigned(load_amount(PENDING));
    bigIntFinishUnsigned(load_amount(RELEASED));
}

static void finish_stored(const char *key, int32_t length)
{
    static uint8_t value[256];
    finish(value, storageLoad(key, length, value));
}

EXPORT(receipt)
{
    require_arguments(0);
    finish_stored(RECEIPT);
}

EXPORT(lastError)
{
    require_arguments(0);
    finish_stored(LAST_ERROR);
}
