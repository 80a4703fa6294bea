/* SPDX-License-Identifier: Apache-2.0
 *
 * factory: creates contracts, keeps a list of them, upgrades and calls them.
 * See README.md.
 */
#include "dharitri.h"

#define COUNT TEXT("count")
#define UPGRADING TEXT("upgrading")

enum { MAX_CODE = 32768, MAX_ARGUMENT_BYTES = 4096 };

static uint8_t code[MAX_CODE], argumentBytes[MAX_ARGUMENT_BYTES];

static const uint8_t metadata[2] = {METADATA_UPGRADEABLE | METADATA_READABLE, METADATA_PAYABLE};
static const value_t nothing;

static void require_owner(void)
{
    address_t caller, owner;
    memset(&owner, 0, sizeof owner);
    getCaller(&caller);
    getOwnerAddress(&owner);
    REQUIRE(address_equal(&caller, &owner), "only the owner can do this");
}

typedef struct { uint8_t prefix, index[8]; } child_key_t;

static child_key_t child_key(uint64_t index)
{
    child_key_t key = {.prefix = 'c'};
    for (int i = 0; i < 8; i++) key.index[i] = (uint8_t)(index >> (56 - 8 * i));
    return key;
}

/* Reads the address of the child that an argument numbers. */
static void argument_child(int32_t id, address_t *child)
{
    uint64_t index = argument_u64(id);
    REQUIRE(index < (uint64_t)smallIntStorageLoadUnsigned(COUNT), "no such child");
    child_key_t key = child_key(index);
    storageLoad(&key, sizeof key, child);
}

static void log_child(const char *name, int32_t length, const address_t *child)
{
    topic_t topics[2];
    topic_text(&topics[0], name, length);
    topic_address(&topics[1], child);
    writeLog(NULL, 0, topics, 2);
}

EXPORT(init)
{
    require_no_value();
    require_arguments(0);
}

EXPORT(createChild)
{
    address_t child;
    call_arguments_t arguments = {.bytes = argumentBytes, .capacity = sizeof argumentBytes};
    require_no_value();
    require_owner();
    int32_t size = argument_bytes(0, code, sizeof code);
    for (int32_t i = 1; i < getNumArguments(); i++) call_arguments_forward(&arguments, i);

    REQUIRE(createContract(most_gas(), &nothing, code, metadata, size, &child,
                           arguments.count, arguments.lengths, arguments.bytes) == 0,
            "creation failed");

    uint64_t index = (uint64_t)smallIntStorageLoadUnsigned(COUNT);
    child_key_t key = child_key(index);
    storageStore(&key, sizeof key, &child, sizeof child);
    smallIntStorageStoreUnsigned(COUNT, (int64_t)(index + 1));
    finish(&child, sizeof child);
    log_child(TEXT("created"), &child);
}

/* upgradeContract ends this function. callBack hears of success; a failed
 * upgrade leaves no gas for it, so nothing here waits for an answer. */
EXPORT(upgradeChild)
{
    address_t child;
    call_arguments_t arguments = {.bytes = argumentBytes, .capacity = sizeof argumentBytes};
    require_no_value();
    require_owner();
    argument_child(0, &child);
    int32_t size = argument_bytes(1, code, sizeof code);
    for (int32_t i = 2; i < getNumArguments(); i++) call_arguments_forward_hex(&arguments, i);

    storageStore(UPGRADING, &child, sizeof child);
    upgradeContract(&child, getGasLeft(), &nothing, code, metadata, size,
                    arguments.count, arguments.lengths, arguments.bytes);
}

/* Another contract can call this function like any other, so it listens only
 * to the child that is being upgraded. */
EXPORT(callBack)
{
    address_t child, upgrading;
    getCaller(&child);
    REQUIRE(storageLoad(UPGRADING, &upgrading) == ADDRESS_LENGTH && address_equal(&child, &upgrading),
            "unexpected answer");
    storageStore(UPGRADING, NULL, 0);
    if (!callback_ok()) return;
    account_key_t key = account_key('r', &child);
    smallIntStorageStoreUnsigned(&key, sizeof key, smallIntStorageLoadUnsigned(&key, sizeof key) + 1);
    log_child(TEXT("upgraded"), &child);
}

/* Results of the child become results of this call. */
EXPORT(callChild)
{
    address_t child;
    uint8_t function[64];
    call_arguments_t arguments = {.bytes = argumentBytes, .capacity = sizeof argumentBytes};
    require_no_value();
    argument_child(0, &child);
    int32_t length = argument_bytes(1, function, sizeof function);
    for (int32_t i = 2; i < getNumArguments(); i++) call_arguments_forward(&arguments, i);

    REQUIRE(executeOnDestContext(most_gas(), &child, &nothing, function, length,
                                 arguments.count, arguments.lengths, arguments.bytes) == 0,
            "call failed");
}

EXPORT(children)
{
    address_t child;
    require_arguments(0);
    uint64_t count = (uint64_t)smallIntStorageLoadUnsigned(COUNT);
    for (uint64_t i = 0; i < count; i++) {
        child_key_t key = child_key(i);
        storageLoad(&key, sizeof key, &child);
        finish(&child, sizeof child);
    }
}

EXPORT(revisionOf)
{
    address_t child;
    require_arguments(1);
    argument_child(0, &child);
    account_key_t key = account_key('r', &child);
    smallIntFinishUnsigned(smallIntStorageLoadUnsigned(&key, sizeof key));
}
