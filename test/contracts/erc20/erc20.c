/* SPDX-License-Identifier: Apache-2.0
 *
 * erc20: a fungible token. See README.md.
 */
#include "dharitri.h"

#define SUPPLY TEXT("supply")

static int32_t load_balance(const address_t *owner)
{
    account_key_t key = account_key('b', owner);
    return load_amount(&key, sizeof key);
}

static void store_balance(const address_t *owner, int32_t balance)
{
    account_key_t key = account_key('b', owner);
    store_amount(&key, sizeof key, balance);
}

static void log_pair(const char *name, int32_t length, const address_t *a, const address_t *b, int32_t amount)
{
    topic_t topics[3];
    topic_text(&topics[0], name, length);
    topic_address(&topics[1], a);
    topic_address(&topics[2], b);
    log_amount(topics, 3, amount);
}

/* The recipient's balance is loaded after the sender's is stored, so that a
 * transfer to oneself changes nothing. */
static void move(const address_t *from, const address_t *to, int32_t amount)
{
    int32_t balance = load_balance(from);
    REQUIRE(bigIntCmp(balance, amount) >= 0, "insufficient funds");
    bigIntSub(balance, balance, amount);
    store_balance(from, balance);

    balance = load_balance(to);
    bigIntAdd(balance, balance, amount);
    store_balance(to, balance);

    log_pair(TEXT("transfer"), from, to, amount);
}

EXPORT(init)
{
    address_t owner, nobody;
    require_no_value();
    require_arguments(1);
    int32_t supply = argument_amount(0);
    getCaller(&owner);
    memset(&nobody, 0, sizeof nobody);

    store_amount(SUPPLY, supply);
    store_balance(&owner, supply);
    log_pair(TEXT("transfer"), &nobody, &owner, supply);
}

EXPORT(transfer)
{
    address_t from, to;
    require_no_value();
    require_arguments(2);
    argument_address(0, &to);
    int32_t amount = argument_amount(1);
    getCaller(&from);

    move(&from, &to, amount);
}

EXPORT(approve)
{
    address_t owner, spender;
    require_no_value();
    require_arguments(2);
    argument_address(0, &spender);
    int32_t amount = argument_amount(1);
    getCaller(&owner);

    pair_key_t key = pair_key('a', &owner, &spender);
    store_amount(&key, sizeof key, amount);
    log_pair(TEXT("approve"), &owner, &spender, amount);
}

EXPORT(transferFrom)
{
    address_t from, to, spender;
    require_no_value();
    require_arguments(3);
    argument_address(0, &from);
    argument_address(1, &to);
    int32_t amount = argument_amount(2);
    getCaller(&spender);

    pair_key_t key = pair_key('a', &from, &spender);
    int32_t allowance = load_amount(&key, sizeof key);
    REQUIRE(bigIntCmp(allowance, amount) >= 0, "insufficient allowance");
    bigIntSub(allowance, allowance, amount);
    store_amount(&key, sizeof key, allowance);

    move(&from, &to, amount);
}

EXPORT(balanceOf)
{
    address_t owner;
    require_arguments(1);
    argument_address(0, &owner);
    bigIntFinishUnsigned(load_balance(&owner));
}

EXPORT(allowance)
{
    address_t owner, spender;
    require_arguments(2);
    argument_address(0, &owner);
    argument_address(1, &spender);
    pair_key_t key = pair_key('a', &owner, &spender);
    bigIntFinishUnsigned(load_amount(&key, sizeof key));
}

EXPORT(totalSupply)
{
    require_arguments(0);
    bigIntFinishUnsigned(load_amount(SUPPLY));
}
