// Package builtin is what the protocol itself does when one of its functions
// is called: move tokens, name users, change owners, pay rewards, save pairs.
//
// It is no part of Core. It stands on the node's side of the border, behind
// vm.BlockchainHook: a question goes in, an output comes out, and nothing
// changes until the node applies the output of the whole execution.
//
// Tokens are amounts in the storage of accounts, under keys that begin with
// the protected prefix, so that contracts can read but not write them. User
// names and developer rewards are kept in the same way.
//
// Invariants: a transfer takes from one account exactly what it gives to the
// other; a refusal has a text that is the same on every node; several calls in
// one execution see each other (see Functions.Begin).
package builtin

import (
	"bytes"
	"fmt"
	"math/big"
	"slices"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// The functions.
const (
	DCTTransfer           = "DCTTransfer"
	SaveKeyValue          = "SaveKeyValue"
	SetUserName           = "SetUserName"
	ChangeOwnerAddress    = "ChangeOwnerAddress"
	ClaimDeveloperRewards = "ClaimDeveloperRewards"
)

// Names lists the functions, sorted: what belongs into
// vm.Config.BuiltinFunctions.
func Names() []string {
	return []string{ChangeOwnerAddress, ClaimDeveloperRewards, DCTTransfer, SaveKeyValue, SetUserName}
}

// Prefix begins the keys that no contract may write.
const Prefix = "DHARITRI"

// Keys of what the protocol keeps in the storage of accounts.
const (
	tokenPrefix  = Prefix + "dct"
	userNameKey  = Prefix + "userName"
	rewardKey    = Prefix + "developerReward"
	defaultPrice = 1
	priceSection = "BuiltInCost"
)

// TokenKey is the key of the balance of a token.
func TokenKey(token []byte) []byte { return append([]byte(tokenPrefix), token...) }

// TokenOf gives the token whose balance is kept under a key.
func TokenOf(key []byte) (token []byte, ok bool) { return bytes.CutPrefix(key, []byte(tokenPrefix)) }

// UserNameKey is the key of the name of an account.
func UserNameKey() []byte { return []byte(userNameKey) }

// RewardKey is the key of the developer rewards of a contract.
func RewardKey() []byte { return []byte(rewardKey) }

// A Chain answers what the functions have to know. It has the meaning of the
// methods of vm.BlockchainHook.
type Chain interface {
	Account(address vm.Address) (*vm.Account, error)
	Code(address vm.Address, hash vm.Hash) ([]byte, error)
	Storage(address vm.Address, key []byte) ([]byte, error)
	IsSmartContract(address vm.Address) (bool, error)
}

// Functions carries the functions out. It is not safe for concurrent use.
type Functions struct {
	chain  Chain
	prices map[string]uint64

	pending map[place][]byte // what this execution has changed so far
}

type place struct {
	address vm.Address
	key     string
}

// New makes the functions of a chain. Prices are in section BuiltInCost of the
// schedule; what has none there costs 1.
func New(chain Chain, schedule vm.GasSchedule) *Functions {
	return &Functions{chain: chain, prices: schedule[priceSection], pending: make(map[place][]byte)}
}

// Begin begins an execution. Until the next Begin, calls see what earlier ones
// have changed. The hook is not told when the VM takes back a part of an
// execution, so after that later calls of the same execution still see it:
// whoever applies the output checks the sums.
func (f *Functions) Begin() { clear(f.pending) }

func refuse(format string, args ...any) error {
	return &vm.Refusal{Text: fmt.Sprintf(format, args...)}
}

// Process says what the function in.Function does. What it refuses, it refuses
// with a *vm.Refusal.
func (f *Functions) Process(in *vm.CallInput) (*vm.Output, error) {
	body, ok := map[string]func(*Functions, *vm.CallInput) ([]vm.OutputAccount, error){
		DCTTransfer:           (*Functions).transfer,
		SaveKeyValue:          (*Functions).saveKeyValue,
		SetUserName:           (*Functions).setUserName,
		ChangeOwnerAddress:    (*Functions).changeOwner,
		ClaimDeveloperRewards: (*Functions).claimRewards,
	}[in.Function]
	if !ok {
		return nil, refuse("built-in function not found")
	}
	if in.Value != nil && in.Value.Sign() != 0 {
		return nil, refuse("built-in function called with a value")
	}
	price, ok := f.prices[in.Function]
	if !ok {
		price = defaultPrice
	}
	if in.GasProvided < price {
		return nil, refuse("not enough gas for built-in function")
	}
	accounts, err := body(f, in)
	if err != nil {
		return nil, err
	}
	for i := range accounts {
		if accounts[i].BalanceDelta == nil {
			accounts[i].BalanceDelta = new(big.Int)
		}
		for _, u := range accounts[i].StorageUpdates {
			f.pending[place{accounts[i].Address, string(u.Key)}] = u.Value
		}
	}
	slices.SortFunc(accounts, func(a, b vm.OutputAccount) int { return bytes.Compare(a.Address[:], b.Address[:]) })
	return &vm.Output{GasRemaining: in.GasProvided - price, Accounts: accounts}, nil
}

// stored reads storage with what this execution has changed.
func (f *Functions) stored(address vm.Address, key []byte) ([]byte, error) {
	if value, ok := f.pending[place{address, string(key)}]; ok {
		return value, nil
	}
	return f.chain.Storage(address, key)
}

// update is a change of one pair.
func update(address vm.Address, key, value []byte) vm.OutputAccount {
	return vm.OutputAccount{
		Address:        address,
		StorageUpdates: []vm.StorageUpdate{{Key: key, Value: value, Written: true}},
	}
}

// saveKeyValue saves pairs in the storage of the caller itself.
func (f *Functions) saveKeyValue(in *vm.CallInput) ([]vm.OutputAccount, error) {
	if in.Caller != in.Recipient {
		return nil, refuse("only the own storage can be written")
	}
	if len(in.Arguments) == 0 || len(in.Arguments)%2 != 0 {
		return nil, refuse("wrong number of arguments")
	}
	account := vm.OutputAccount{Address: in.Recipient}
	for i := 0; i < len(in.Arguments); i += 2 {
		key, value := in.Arguments[i], in.Arguments[i+1]
		if bytes.HasPrefix(key, []byte(Prefix)) {
			return nil, refuse("key is protected")
		}
		updates := account.StorageUpdates
		j, found := slices.BinarySearchFunc(updates, key, func(u vm.StorageUpdate, key []byte) int { return bytes.Compare(u.Key, key) })
		if found {
			updates[j].Value = value
			continue
		}
		account.StorageUpdates = slices.Insert(updates, j, vm.StorageUpdate{Key: key, Value: value, Written: true})
	}
	return []vm.OutputAccount{account}, nil
}

// setUserName names an account that has no name; contracts do that.
func (f *Functions) setUserName(in *vm.CallInput) ([]vm.OutputAccount, error) {
	if len(in.Arguments) != 1 || len(in.Arguments[0]) == 0 {
		return nil, refuse("wrong number of arguments")
	}
	if is, err := f.chain.IsSmartContract(in.Caller); err != nil || !is {
		if err == nil {
			err = refuse("only contracts give names")
		}
		return nil, err
	}
	name, err := f.stored(in.Recipient, UserNameKey())
	if err != nil {
		return nil, err
	}
	if len(name) > 0 {
		return nil, refuse("the account has a name already")
	}
	return []vm.OutputAccount{update(in.Recipient, UserNameKey(), in.Arguments[0])}, nil
}

// owned requires that the caller owns the recipient.
func (f *Functions) owned(in *vm.CallInput) (*vm.Account, error) {
	account, err := f.chain.Account(in.Recipient)
	if err != nil {
		return nil, err
	}
	if account == nil || account.CodeHash == (vm.Hash{}) || string(account.Owner) != string(in.Caller[:]) {
		return nil, refuse("only the owner of a contract can do this")
	}
	return account, nil
}

// changeOwner gives a contract to somebody else. An output can name an owner
// only together with the code, which stays the same.
func (f *Functions) changeOwner(in *vm.CallInput) ([]vm.OutputAccount, error) {
	if len(in.Arguments) != 1 || len(in.Arguments[0]) != vm.AddressLength {
		return nil, refuse("wrong arguments")
	}
	account, err := f.owned(in)
	if err != nil {
		return nil, err
	}
	code, err := f.chain.Code(in.Recipient, account.CodeHash)
	if err != nil {
		return nil, err
	}
	return []vm.OutputAccount{{
		Address: in.Recipient, Code: code, CodeMetadata: account.CodeMetadata, CodeDeployer: in.Arguments[0],
	}}, nil
}

// claimRewards pays the developer rewards of a contract to its owner. Nobody
// else pays them: they were taken from fees.
func (f *Functions) claimRewards(in *vm.CallInput) ([]vm.OutputAccount, error) {
	if len(in.Arguments) != 0 {
		return nil, refuse("wrong number of arguments")
	}
	if _, err := f.owned(in); err != nil {
		return nil, err
	}
	reward, err := f.stored(in.Recipient, RewardKey())
	if err != nil {
		return nil, err
	}
	return []vm.OutputAccount{
		{Address: in.Caller, BalanceDelta: new(big.Int).SetBytes(reward)},
		update(in.Recipient, RewardKey(), nil),
	}, nil
}
