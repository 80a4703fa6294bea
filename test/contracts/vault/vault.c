/* SPDX-License-Identifier: Apache-2.0
 *
 * vault: takes deposits while it is open. See README.md.
 */
#include "dharitri.h"

#define OWNER TEXT("owner")
#define CLOSED TEXT("closed")

static void require_owner(void)
{
    address_t caller, owner;
    getCaller(&caller);
    storageLoad(OWNER, &owner);
    REQUIRE(address_equal(&caller, &owner), "only the owner can do this");
}

EXPORT(init)
{
    address_t owner;
    require_no_value();
    require_arguments(0);
    getCaller(&owner);
    storageStore(OWNER, &owner, sizeof owner);
}

EXPORT(open)
{
    require_no_value();
    require_arguments(0);
    require_owner();
    smallIntStorageStoreUnsigned(CLOSED, 0);
}

EXPORT(close)
{
    require_no_value();
    require_arguments(0);
    require_owner();
    smallIntStorageStoreUnsigned(CLOSED, 1);
}

EXPORT(deposit)
{
    topic_t topics[2];
    address_t depositor;
    require_arguments(0);
    REQUIRE(!smallIntStorageLoadUnsigned(CLOSED), "vault is closed");
    int32_t value = call_value();
    REQUIRE(bigIntSign(value) > 0, "no value sent");
    getCaller(&depositor);

    account_key_t key = account_key('d', &depositor);
    int32_t deposit = load_amount(&key, sizeof key);
    bigIntAdd(deposit, deposit, value);
    store_amount(&key, sizeof key, deposit);
    bigIntFinishUnsigned(deposit);

    topic_text(&topics[0], TEXT("deposit"));
    topic_address(&topics[1], &depositor);
    log_amount(topics, 2, value);
}

EXPORT(isOpen)
{
    require_arguments(0);
    smallIntFinishUnsigned(!smallIntStorageLoadUnsigned(CLOSED));
}

EXPORT(depositOf)
{
    address_t depositor;
    require_arguments(1);
    argument_address(0, &depositor);
    account_key_t key = account_key('d', &depositor);
    bigIntFinishUnsigned(load_amount(&key, sizeof key));
}
