/* SPDX-License-Identifier: Apache-2.0
 *
 * dharitri.h: smart contracts for Core in C.
 *
 * Part 1 declares every function that Core offers to contracts (import module
 * "env"), with its WebAssembly signature and in the words of the execution
 * environment. Part 2 adds what a C contract needs besides: exports, failing,
 * arguments, addresses, values, storage keys, events, calls.
 *
 * It is one header and needs no C library. Nothing in it allocates memory or
 * keeps state. A contract includes it once and is compiled with
 *
 *     clang --target=wasm32 -mcpu=mvp -O2 -nostdlib -ffreestanding -fno-builtin \
 *           -Wl,--no-entry -Wl,-z,stack-size=8192 -Wl,--initial-memory=131072 \
 *           -Wl,--strip-all -I sdk/c -o contract.wasm contract.c
 *
 * which gives a module without floating point, bulk memory, start section or
 * passive data, as Core demands.
 *
 * Words used below
 *   address   32 bytes
 *   value     32 bytes, unsigned, big endian
 *   handle    int32_t that names a big integer of the running call; a handle
 *             that was never set stands for 0
 *   fault     the call fails with code 10 (execution failed) and loses its gas;
 *             nothing after the import runs
 *   soft      the import says by its result that it failed; the contract goes on
 *
 * Every exported function takes no parameters and returns nothing: arguments
 * are read with getArgument and its relatives, results are appended with
 * finish and its relatives.
 */
#ifndef DHARITRI_H
#define DHARITRI_H

#include <stddef.h>
#include <stdint.h>

#ifndef __wasm32__
#error "contracts are compiled with --target=wasm32"
#endif

/* ------------------------------------------------------------------------
 * Part 1: the imports
 * ------------------------------------------------------------------------ */

#define DHARITRI_IMPORT(name) __attribute__((import_module("env"), import_name(#name))) extern

/* -- blocks, chain and accounts ------------------------------------------- */

DHARITRI_IMPORT(getSCAddress) void getSCAddress(void *address);
/* Writes nothing if the account of this contract is not known yet. */
DHARITRI_IMPORT(getOwnerAddress) void getOwnerAddress(void *address);
DHARITRI_IMPORT(getShardOfAddress) int32_t getShardOfAddress(const void *address);
DHARITRI_IMPORT(isSmartContract) int32_t isSmartContract(const void *address);
/* Writes the balance without padding: nothing at all if it is 0. */
DHARITRI_IMPORT(getExternalBalance) void getExternalBalance(const void *address, void *result);
DHARITRI_IMPORT(getBlockHash) int32_t getBlockHash(int64_t nonce, void *hash);
DHARITRI_IMPORT(getOriginalTxHash) void getOriginalTxHash(void *hash);
DHARITRI_IMPORT(getStateRootHash) void getStateRootHash(void *hash);
DHARITRI_IMPORT(getBlockTimestamp) int64_t getBlockTimestamp(void);
DHARITRI_IMPORT(getBlockNonce) int64_t getBlockNonce(void);
DHARITRI_IMPORT(getBlockRound) int64_t getBlockRound(void);
DHARITRI_IMPORT(getBlockEpoch) int64_t getBlockEpoch(void);
DHARITRI_IMPORT(getBlockRandomSeed) void getBlockRandomSeed(void *seed);
DHARITRI_IMPORT(getPrevBlockTimestamp) int64_t getPrevBlockTimestamp(void);
DHARITRI_IMPORT(getPrevBlockNonce) int64_t getPrevBlockNonce(void);
DHARITRI_IMPORT(getPrevBlockRound) int64_t getPrevBlockRound(void);
DHARITRI_IMPORT(getPrevBlockEpoch) int64_t getPrevBlockEpoch(void);
DHARITRI_IMPORT(getPrevBlockRandomSeed) void getPrevBlockRandomSeed(void *seed);
DHARITRI_IMPORT(getGasLeft) int64_t getGasLeft(void);

/* -- arguments and function name ------------------------------------------ */

DHARITRI_IMPORT(getNumArguments) int32_t getNumArguments(void);
/* -1, soft, if there is no such argument. */
DHARITRI_IMPORT(getArgumentLength) int32_t getArgumentLength(int32_t id);
/* Writes the whole argument, however long: ask for its length first. */
DHARITRI_IMPORT(getArgument) int32_t getArgument(int32_t id, void *result);
DHARITRI_IMPORT(getFunction) int32_t getFunction(void *name);

/* -- caller and payment --------------------------------------------------- */

DHARITRI_IMPORT(getCaller) void getCaller(void *address);
/* Result 32; 0, and nothing written, if the value is 0. */
DHARITRI_IMPORT(getCallValue) int32_t getCallValue(void *value);
DHARITRI_IMPORT(getDCTValue) int32_t getDCTValue(void *value);
DHARITRI_IMPORT(getDCTTokenName) int32_t getDCTTokenName(void *name);
DHARITRI_IMPORT(getCallValueTokenName) int32_t getCallValueTokenName(void *value, void *name);
/* Older names of getDCTValue and getDCTTokenName. */
DHARITRI_IMPORT(getESDTValue) int32_t getESDTValue(void *value);
DHARITRI_IMPORT(getESDTTokenName) int32_t getESDTTokenName(void *name);

/* -- results, errors, events ---------------------------------------------- */

/* Appends one item to the return data; execution goes on. */
DHARITRI_IMPORT(finish) void finish(const void *data, int32_t length);
/* Ends the call with code 4 (user error) and this message. */
DHARITRI_IMPORT(signalError) _Noreturn void signalError(const void *message, int32_t length);
DHARITRI_IMPORT(getNumReturnData) int32_t getNumReturnData(void);
DHARITRI_IMPORT(getReturnDataSize) int32_t getReturnDataSize(int32_t id);
DHARITRI_IMPORT(getReturnData) int32_t getReturnData(int32_t id, void *result);
/* topics: 32 bytes each, back to back; the first is the event's identifier. */
DHARITRI_IMPORT(writeLog) void writeLog(const void *data, int32_t length, const void *topics, int32_t numTopics);

/* -- storage: a store gives 0 unchanged, 1 modified, 2 added, 3 deleted ---- */

DHARITRI_IMPORT(storageStore) int32_t storageStore(const void *key, int32_t keyLength, const void *value, int32_t length);
DHARITRI_IMPORT(storageLoadLength) int32_t storageLoadLength(const void *key, int32_t keyLength);
DHARITRI_IMPORT(storageLoad) int32_t storageLoad(const void *key, int32_t keyLength, void *value);
/* Empty unless the other contract is marked as readable. */
DHARITRI_IMPORT(storageLoadFromAddress) int32_t storageLoadFromAddress(const void *address, const void *key, int32_t keyLength, void *value);
DHARITRI_IMPORT(setStorageLock) int32_t setStorageLock(const void *key, int32_t keyLength, int64_t timestamp);
DHARITRI_IMPORT(getStorageLock) int64_t getStorageLock(const void *key, int32_t keyLength);
DHARITRI_IMPORT(isStorageLocked) int32_t isStorageLocked(const void *key, int32_t keyLength);
DHARITRI_IMPORT(clearStorageLock) int32_t clearStorageLock(const void *key, int32_t keyLength);

/* -- transfers and calls: 0 success, 1 failure (soft) ---------------------- */

DHARITRI_IMPORT(transferValue) int32_t transferValue(const void *destination, const void *value, const void *data, int32_t length);
/* An argument block is: count; lengths, 4 bytes little endian each; the
 * arguments back to back. gas < 0 stands for all that is left. */
DHARITRI_IMPORT(executeOnDestContext) int32_t executeOnDestContext(int64_t gas, const void *address, const void *value, const void *function, int32_t functionLength, int32_t numArguments, const void *lengths, const void *data);
DHARITRI_IMPORT(executeOnSameContext) int32_t executeOnSameContext(int64_t gas, const void *address, const void *value, const void *function, int32_t functionLength, int32_t numArguments, const void *lengths, const void *data);
DHARITRI_IMPORT(delegateExecution) int32_t delegateExecution(int64_t gas, const void *address, const void *function, int32_t functionLength, int32_t numArguments, const void *lengths, const void *data);
DHARITRI_IMPORT(executeReadOnly) int32_t executeReadOnly(int64_t gas, const void *address, const void *function, int32_t functionLength, int32_t numArguments, const void *lengths, const void *data);
DHARITRI_IMPORT(createContract) int32_t createContract(int64_t gas, const void *value, const void *code, const void *metadata, int32_t codeLength, void *address, int32_t numArguments, const void *lengths, const void *data);
/* Ends this function like asyncCall; the answer comes to callBack. The
 * arguments are taken as they are: pass them as hexadecimal text. */
DHARITRI_IMPORT(upgradeContract) _Noreturn void upgradeContract(const void *destination, int64_t gas, const void *value, const void *code, const void *metadata, int32_t codeLength, int32_t numArguments, const void *lengths, const void *data);
/* Ends this function; data is function@hex@hex. The answer comes to callBack. */
DHARITRI_IMPORT(asyncCall) _Noreturn void asyncCall(const void *destination, const void *value, const void *data, int32_t length);
/* Registers a call that is made after this function has ended. */
DHARITRI_IMPORT(createAsyncCall) void createAsyncCall(const void *id, int32_t idLength, const void *destination, const void *value, const void *data, int32_t length, const void *success, int32_t successLength, const void *error, int32_t errorLength, int64_t gas);
DHARITRI_IMPORT(setAsyncContextCallback) int32_t setAsyncContextCallback(const void *id, int32_t idLength, const void *callback, int32_t callbackLength);

/* -- big integers ---------------------------------------------------------- */

DHARITRI_IMPORT(bigIntNew) int32_t bigIntNew(int64_t value);
DHARITRI_IMPORT(bigIntUnsignedByteLength) int32_t bigIntUnsignedByteLength(int32_t handle);
DHARITRI_IMPORT(bigIntSignedByteLength) int32_t bigIntSignedByteLength(int32_t handle);
DHARITRI_IMPORT(bigIntGetUnsignedBytes) int32_t bigIntGetUnsignedBytes(int32_t handle, void *result);
DHARITRI_IMPORT(bigIntGetSignedBytes) int32_t bigIntGetSignedBytes(int32_t handle, void *result);
DHARITRI_IMPORT(bigIntSetUnsignedBytes) void bigIntSetUnsignedBytes(int32_t handle, const void *bytes, int32_t length);
DHARITRI_IMPORT(bigIntSetSignedBytes) void bigIntSetSignedBytes(int32_t handle, const void *bytes, int32_t length);
DHARITRI_IMPORT(bigIntIsInt64) int32_t bigIntIsInt64(int32_t handle);
DHARITRI_IMPORT(bigIntGetInt64) int64_t bigIntGetInt64(int32_t handle);
DHARITRI_IMPORT(bigIntSetInt64) void bigIntSetInt64(int32_t handle, int64_t value);
DHARITRI_IMPORT(bigIntAdd) void bigIntAdd(int32_t result, int32_t a, int32_t b);
DHARITRI_IMPORT(bigIntSub) void bigIntSub(int32_t result, int32_t a, int32_t b);
DHARITRI_IMPORT(bigIntMul) void bigIntMul(int32_t result, int32_t a, int32_t b);
/* Truncated and Euclidean division; a divisor of 0 is a fault. */
DHARITRI_IMPORT(bigIntTDiv) void bigIntTDiv(int32_t result, int32_t a, int32_t b);
DHARITRI_IMPORT(bigIntTMod) void bigIntTMod(int32_t result, int32_t a, int32_t b);
DHARITRI_IMPORT(bigIntEDiv) void bigIntEDiv(int32_t result, int32_t a, int32_t b);
DHARITRI_IMPORT(bigIntEMod) void bigIntEMod(int32_t result, int32_t a, int32_t b);
DHARITRI_IMPORT(bigIntAbs) void bigIntAbs(int32_t result, int32_t a);
DHARITRI_IMPORT(bigIntNeg) void bigIntNeg(int32_t result, int32_t a);
DHARITRI_IMPORT(bigIntSign) int32_t bigIntSign(int32_t a);
DHARITRI_IMPORT(bigIntCmp) int32_t bigIntCmp(int32_t a, int32_t b);
/* Bit operations and shifts of negative numbers are faults. */
DHARITRI_IMPORT(bigIntNot) void bigIntNot(int32_t result, int32_t a);
DHARITRI_IMPORT(bigIntAnd) void bigIntAnd(int32_t result, int32_t a, int32_t b);
DHARITRI_IMPORT(bigIntOr) void bigIntOr(int32_t result, int32_t a, int32_t b);
DHARITRI_IMPORT(bigIntXor) void bigIntXor(int32_t result, int32_t a, int32_t b);
DHARITRI_IMPORT(bigIntShr) void bigIntShr(int32_t result, int32_t a, int32_t bits);
DHARITRI_IMPORT(bigIntShl) void bigIntShl(int32_t result, int32_t a, int32_t bits);
DHARITRI_IMPORT(bigIntFinishUnsigned) void bigIntFinishUnsigned(int32_t handle);
DHARITRI_IMPORT(bigIntFinishSigned) void bigIntFinishSigned(int32_t handle);
DHARITRI_IMPORT(bigIntStorageStoreUnsigned) int32_t bigIntStorageStoreUnsigned(const void *key, int32_t keyLength, int32_t handle);
DHARITRI_IMPORT(bigIntStorageLoadUnsigned) int32_t bigIntStorageLoadUnsigned(const void *key, int32_t keyLength, int32_t handle);
/* An argument that is not there leaves the handle as it is. */
DHARITRI_IMPORT(bigIntGetUnsignedArgument) void bigIntGetUnsignedArgument(int32_t id, int32_t handle);
DHARITRI_IMPORT(bigIntGetSignedArgument) void bigIntGetSignedArgument(int32_t id, int32_t handle);
DHARITRI_IMPORT(bigIntGetCallValue) void bigIntGetCallValue(int32_t handle);
DHARITRI_IMPORT(bigIntGetDCTCallValue) void bigIntGetDCTCallValue(int32_t handle);
DHARITRI_IMPORT(bigIntGetESDTCallValue) void bigIntGetESDTCallValue(int32_t handle);
DHARITRI_IMPORT(bigIntGetExternalBalance) void bigIntGetExternalBalance(const void *address, int32_t handle);

/* -- 64-bit integers: what does not fit is a fault -------------------------- */

DHARITRI_IMPORT(smallIntGetUnsignedArgument) int64_t smallIntGetUnsignedArgument(int32_t id);
DHARITRI_IMPORT(smallIntGetSignedArgument) int64_t smallIntGetSignedArgument(int32_t id);
DHARITRI_IMPORT(smallIntFinishUnsigned) void smallIntFinishUnsigned(int64_t value);
DHARITRI_IMPORT(smallIntFinishSigned) void smallIntFinishSigned(int64_t value);
DHARITRI_IMPORT(smallIntStorageStoreUnsigned) int32_t smallIntStorageStoreUnsigned(const void *key, int32_t keyLength, int64_t value);
DHARITRI_IMPORT(smallIntStorageStoreSigned) int32_t smallIntStorageStoreSigned(const void *key, int32_t keyLength, int64_t value);
DHARITRI_IMPORT(smallIntStorageLoadUnsigned) int64_t smallIntStorageLoadUnsigned(const void *key, int32_t keyLength);
DHARITRI_IMPORT(smallIntStorageLoadSigned) int64_t smallIntStorageLoadSigned(const void *key, int32_t keyLength);
/* Older names: arguments and results signed, storage unsigned. */
DHARITRI_IMPORT(int64getArgument) int64_t int64getArgument(int32_t id);
DHARITRI_IMPORT(int64finish) void int64finish(int64_t value);
DHARITRI_IMPORT(int64storageStore) int32_t int64storageStore(const void *key, int32_t keyLength, int64_t value);
DHARITRI_IMPORT(int64storageLoad) int64_t int64storageLoad(const void *key, int32_t keyLength);

/* -- cryptography: 0 good, -1 bad (soft) ------------------------------------ */

DHARITRI_IMPORT(sha256) int32_t sha256(const void *data, int32_t length, void *hash);
DHARITRI_IMPORT(keccak256) int32_t keccak256(const void *data, int32_t length, void *hash);
DHARITRI_IMPORT(ripemd160) int32_t ripemd160(const void *data, int32_t length, void *hash);
DHARITRI_IMPORT(verifyBLS) int32_t verifyBLS(const void *key, const void *message, int32_t length, const void *signature);
DHARITRI_IMPORT(verifyEd25519) int32_t verifyEd25519(const void *key, const void *message, int32_t length, const void *signature);
DHARITRI_IMPORT(verifySecp256k1) int32_t verifySecp256k1(const void *key, int32_t keyLength, const void *message, int32_t length, const void *signature);

/* ------------------------------------------------------------------------
 * Part 2: for C
 * ------------------------------------------------------------------------ */

/* EXPORT(name) { ... } defines the contract function name. */
#define EXPORT(name)                                          \
    __attribute__((export_name(#name))) void export_##name(void); \
    void export_##name(void)

/* A string literal and its length, for imports that take both. */
#define TEXT(literal) (literal), (int32_t)(sizeof(literal) - 1)

/* Ends the call with a user error. */
#define FAIL(literal) signalError(TEXT(literal))
#define REQUIRE(condition, literal) \
    do {                            \
        if (!(condition)) FAIL(literal); \
    } while (0)

enum { ADDRESS_LENGTH = 32, VALUE_LENGTH = 32, TOPIC_LENGTH = 32 };

/* Code metadata: byte 0, byte 0, byte 1. */
enum { METADATA_UPGRADEABLE = 0x01, METADATA_READABLE = 0x04, METADATA_PAYABLE = 0x02 };

typedef struct { uint8_t bytes[ADDRESS_LENGTH]; } address_t;
typedef struct { uint8_t bytes[VALUE_LENGTH]; } value_t;

/* The compiler may call these for copies it writes itself. */
__attribute__((weak, visibility("hidden"))) void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
    uint8_t *t = to;
    const uint8_t *f = from;
    while (n--) *t++ = *f++;
    return to;
}

__attribute__((weak, visibility("hidden"))) void *memmove(void *to, const void *from, size_t n)
{
    uint8_t *t = to;
    const uint8_t *f = from;
    if (t < f) {
        while (n--) *t++ = *f++;
    } else {
        while (n--) t[n] = f[n];
    }
    return to;
}

__attribute__((weak, visibility("hidden"))) void *memset(void *to, int c, size_t n)
{
    uint8_t *t = to;
    while (n--) *t++ = (uint8_t)c;
    return to;
}

__attribute__((weak, visibility("hidden"))) int memcmp(const void *a, const void *b, size_t n)
{
    const uint8_t *x = a, *y = b;
    for (; n--; x++, y++)
        if (*x != *y) return *x < *y ? -1 : 1;
    return 0;
}

/* -- arguments -------------------------------------------------------------- */

static inline void require_arguments(int32_t count)
{
    REQUIRE(getNumArguments() == count, "wrong number of arguments");
}

/* Copies an argument of at most capacity bytes and gives its length. */
static inline int32_t argument_bytes(int32_t id, void *result, int32_t capacity)
{
    int32_t length = getArgumentLength(id);
    REQUIRE(length >= 0, "wrong number of arguments");
    REQUIRE(length <= capacity, "argument too long");
    return getArgument(id, result);
}

static inline void argument_address(int32_t id, address_t *result)
{
    REQUIRE(getArgumentLength(id) == ADDRESS_LENGTH, "bad address");
    getArgument(id, result);
}

/* Reads an unsigned amount that fits a value, into a new big integer. */
static inline int32_t argument_amount(int32_t id)
{
    REQUIRE(getArgumentLength(id) <= VALUE_LENGTH, "amount too large");
    int32_t amount = bigIntNew(0);
    bigIntGetUnsignedArgument(id, amount);
    return amount;
}

/* Reads an unsigned number that fits 64 bits. */
static inline uint64_t argument_u64(int32_t id)
{
    return (uint64_t)smallIntGetUnsignedArgument(id);
}

/* -- addresses, payment, values ---------------------------------------------- */

static inline int address_equal(const address_t *a, const address_t *b)
{
    return memcmp(a, b, ADDRESS_LENGTH) == 0;
}

/* The value paid with this call, as a new big integer. */
static inline int32_t call_value(void)
{
    int32_t value = bigIntNew(0);
    bigIntGetCallValue(value);
    return value;
}

static inline void require_no_value(void)
{
    REQUIRE(bigIntSign(call_value()) == 0, "function is not payable");
}

/* Writes a big integer from 0 to 2^256 - 1 as a value. */
static inline void value_of(int32_t amount, value_t *result)
{
    int32_t length = bigIntUnsignedByteLength(amount);
    REQUIRE(bigIntSign(amount) >= 0 && length <= VALUE_LENGTH, "amount too large");
    memset(result, 0, sizeof *result);
    bigIntGetUnsignedBytes(amount, result->bytes + VALUE_LENGTH - length);
}

/* Sends an amount from this contract, without data. */
static inline void send_amount(const address_t *to, int32_t amount)
{
    value_t value;
    value_of(amount, &value);
    REQUIRE(transferValue(to, &value, NULL, 0) == 0, "transfer failed");
}

/* -- storage keys -------------------------------------------------------------
 * A key is a prefix byte followed by zero, one or two addresses. Keys of
 * different kinds differ in length or in the prefix, so two of them are equal
 * only if all their parts are. Every byte above 32 costs DataCopyPerByte at
 * each access; hashing the key down to 32 bytes would cost more than that. */

typedef struct { uint8_t prefix; address_t owner; } account_key_t;
typedef struct { uint8_t prefix; address_t owner; address_t other; } pair_key_t;

static inline account_key_t account_key(char prefix, const address_t *owner)
{
    account_key_t key;
    key.prefix = (uint8_t)prefix;
    key.owner = *owner;
    return key;
}

static inline pair_key_t pair_key(char prefix, const address_t *owner, const address_t *other)
{
    pair_key_t key;
    key.prefix = (uint8_t)prefix;
    key.owner = *owner;
    key.other = *other;
    return key;
}

/* Loads an unsigned number, 0 if the key has no value, as a new big integer. */
static inline int32_t load_amount(const void *key, int32_t length)
{
    int32_t amount = bigIntNew(0);
    bigIntStorageLoadUnsigned(key, length, amount);
    return amount;
}

static inline void store_amount(const void *key, int32_t length, int32_t amount)
{
    bigIntStorageStoreUnsigned(key, length, amount);
}

/* -- events -------------------------------------------------------------------
 * The identifier is a name of at most 32 characters, padded with zeros. */

typedef struct { uint8_t bytes[TOPIC_LENGTH]; } topic_t;

static inline void topic_text(topic_t *topic, const char *text, int32_t length)
{
    memset(topic, 0, sizeof *topic);
    memcpy(topic, text, (size_t)(length < TOPIC_LENGTH ? length : TOPIC_LENGTH));
}

static inline void topic_address(topic_t *topic, const address_t *address)
{
    memcpy(topic, address, ADDRESS_LENGTH);
}

/* Writes an event whose data is an unsigned amount. */
static inline void log_amount(const topic_t *topics, int32_t count, int32_t amount)
{
    value_t data;
    int32_t length = bigIntUnsignedByteLength(amount);
    REQUIRE(length <= VALUE_LENGTH, "amount too large");
    bigIntGetUnsignedBytes(amount, &data);
    writeLog(&data, length, topics, count);
}

/* -- data of calls: function@hex@hex --------------------------------------- */

typedef struct {
    uint8_t *bytes;
    int32_t length;
    int32_t capacity;
} call_data_t;

static inline void call_data_push(call_data_t *data, uint8_t byte)
{
    REQUIRE(data->length < data->capacity, "call data too long");
    data->bytes[data->length++] = byte;
}

static inline void call_data_function(call_data_t *data, const char *name, int32_t length)
{
    data->length = 0;
    for (int32_t i = 0; i < length; i++) call_data_push(data, (uint8_t)name[i]);
}

static inline void call_data_argument(call_data_t *data, const void *argument, int32_t length)
{
    const uint8_t *bytes = argument;
    call_data_push(data, '@');
    for (int32_t i = 0; i < length; i++) {
        call_data_push(data, (uint8_t)"0123456789abcdef"[bytes[i] >> 4]);
        call_data_push(data, (uint8_t)"0123456789abcdef"[bytes[i] & 15]);
    }
}

/* -- argument blocks of calls ------------------------------------------------ */

enum { MAX_CALL_ARGUMENTS = 16 };

typedef struct {
    uint8_t *bytes;
    int32_t length;
    int32_t capacity;
    int32_t count;
    uint32_t lengths[MAX_CALL_ARGUMENTS];
} call_arguments_t;

static inline uint8_t *call_arguments_room(call_arguments_t *block, int32_t length)
{
    REQUIRE(block->count < MAX_CALL_ARGUMENTS, "too many arguments");
    REQUIRE(length <= block->capacity - block->length, "arguments too long");
    uint8_t *room = block->bytes + block->length;
    block->lengths[block->count++] = (uint32_t)length;
    block->length += length;
    return room;
}

static inline void call_arguments_add(call_arguments_t *block, const void *argument, int32_t length)
{
    memcpy(call_arguments_room(block, length), argument, (size_t)length);
}

/* Adds an argument of the running call. */
static inline void call_arguments_forward(call_arguments_t *block, int32_t id)
{
    int32_t length = getArgumentLength(id);
    REQUIRE(length >= 0, "wrong number of arguments");
    getArgument(id, call_arguments_room(block, length));
}

/* Adds an argument of the running call as hexadecimal text, which is what
 * upgradeContract wants. */
static inline void call_arguments_forward_hex(call_arguments_t *block, int32_t id)
{
    int32_t length = getArgumentLength(id);
    REQUIRE(length >= 0, "wrong number of arguments");
    REQUIRE(length <= block->capacity / 2, "arguments too long");
    uint8_t *text = call_arguments_room(block, 2 * length);
    getArgument(id, text + length);
    for (int32_t i = 0; i < length; i++) {
        uint8_t byte = text[length + i];
        text[2 * i] = (uint8_t)"0123456789abcdef"[byte >> 4];
        text[2 * i + 1] = (uint8_t)"0123456789abcdef"[byte & 15];
    }
}

/* Gas for a call: what is left but a sixteenth. A call that fails loses all the
 * gas it was given, and the contract needs some to act on that. */
static inline int64_t most_gas(void)
{
    int64_t left = getGasLeft();
    return left - left / 16;
}

/* Says, inside callBack, whether the call that it answers succeeded. The first
 * argument is the return code, empty for 0, if the other contract ran in the
 * same transaction, and the text "ok" if its answer came by message. */
static inline int callback_ok(void)
{
    uint8_t code[2];
    int32_t length = getArgumentLength(0);
    if (length == 0) return 1;
    if (length != 2) return 0;
    getArgument(0, code);
    return code[0] == 'o' && code[1] == 'k';
}

#endif
