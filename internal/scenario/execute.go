package scenario

import (
	"bytes"
	"errors"
	"math/big"

	"github.com/Dharitri-org/core-wasm-vm/internal/builtin"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// upgradeFunction is the name that makes a call an upgrade.
const upgradeFunction = "upgradeContract"

// run carries a transaction out: the sender pays, the machine runs, the output
// is applied if it is a success, and what is expected is compared.
func (t *transaction) run(r *run, s *Step) error {
	out, err := t.carryOut(r, s)
	if err != nil || t.expect == nil {
		return err
	}
	return t.expect.compare(r, s, t, out)
}

func (t *transaction) carryOut(r *run, s *Step) (*vm.Output, error) {
	w := r.world
	if t.kind == reward {
		return nil, t.payReward(w, s)
	}
	if t.kind != query {
		if err := t.payGas(w, s); err != nil {
			return nil, err
		}
		if sender := w.accounts[t.tx.from]; sender.balance.Cmp(t.tx.value) < 0 {
			return &vm.Output{Code: vm.OutOfFunds}, nil
		}
	}
	w.begin(t.shard(w))
	out, err := t.execute(r, s)
	if err != nil || out.Code != vm.OK || t.kind == query {
		return out, err
	}
	sender := w.accounts[t.tx.from]
	sender.balance.Sub(sender.balance, t.tx.value)
	if err := w.apply(t.tx.from, t.tx.value, out); err != nil {
		return nil, s.fail(t.tx.offset, "%v", err)
	}
	return out, nil
}

// payGas raises the nonce of the sender and takes the price of all gas, which
// is never given back.
func (t *transaction) payGas(w *World, s *Step) error {
	sender, ok := w.accounts[t.tx.from]
	if !ok {
		return s.fail(t.tx.offset, "Could not set up tx %s: method UpdateWorldStateBefore expects an existing address", s.ID)
	}
	sender.nonce++
	price := new(big.Int).SetUint64(t.tx.gasLimit)
	price.Mul(price, new(big.Int).SetUint64(t.tx.gasPrice))
	if sender.balance.Cmp(price) < 0 {
		return s.fail(t.tx.offset, "Could not set up tx %s: not enough balance to pay gas upfront", s.ID)
	}
	sender.balance.Sub(sender.balance, price)
	return nil
}

// payReward gives value that nobody pays, and notes the sum.
func (t *transaction) payReward(w *World, s *Step) error {
	to, ok := w.accounts[t.tx.to]
	if !ok {
		return s.fail(t.tx.offset, "Tx recipient (address: %v) does not exist", t.tx.to)
	}
	to.balance.Add(to.balance, t.tx.value)
	const key = builtin.Prefix + "reward"
	sum := new(big.Int).SetBytes(to.storage[key])
	to.storage[key] = sum.Add(sum, t.tx.value).Bytes()
	return nil
}

// shard is where the transaction runs.
func (t *transaction) shard(w *World) uint32 {
	address := t.tx.to
	if t.kind == deploy {
		address = t.tx.from
	}
	if a, ok := w.accounts[address]; ok {
		return a.shard
	}
	return 0
}

// execute gives the output of the transaction.
func (t *transaction) execute(r *run, s *Step) (*vm.Output, error) {
	w := r.world
	if t.kind != deploy && w.functions != nil && t.isBuiltin() {
		return w.callBuiltin(t)
	}
	if refusal := t.refused(w); refusal != nil {
		return refusal, nil
	}
	if t.kind == transfer {
		return t.moveValue(w)
	}
	if t.kind != deploy {
		to, ok := w.accounts[t.tx.to]
		if !ok {
			return nil, s.fail(t.tx.offset, "Tx recipient (address: %v) does not exist", t.tx.to)
		}
		if len(to.code) == 0 {
			return nil, s.fail(t.tx.offset, "Tx recipient (address: %v) is not a smart contract", t.tx.to)
		}
	}
	if len(t.tx.token) == 0 {
		return t.ask(r, s)
	}
	// Tokens are there before the contract runs, and go back if it fails.
	undo, err := w.payTokens(t)
	if refusal := (*vm.Refusal)(nil); errors.As(err, &refusal) {
		return &vm.Output{Code: vm.UserError, Message: refusal.Text}, nil
	}
	if err != nil {
		return nil, err
	}
	out, err := t.ask(r, s)
	if err != nil || out.Code != vm.OK {
		undo()
	}
	return out, err
}

func (t *transaction) isBuiltin() bool {
	for _, name := range builtin.Names() {
		if t.tx.function == name {
			return true
		}
	}
	return false
}

// refused says no to what the network's nodes do not even give to the VM, as
// far as the scenario says something about it: value for a contract that is
// not payable, an upgrade by somebody else or of a contract that is not
// upgradeable.
func (t *transaction) refused(w *World) *vm.Output {
	no := func(text string) *vm.Output { return &vm.Output{Code: vm.UserError, Message: text} }
	metadata := t.tx.metadata
	if t.kind != deploy {
		to, ok := w.accounts[t.tx.to]
		if !ok || len(to.code) == 0 {
			return nil
		}
		metadata = to.metadata
		if len(metadata) == 2 && t.tx.function == upgradeFunction &&
			(metadata[0]&vm.MetadataUpgradeable == 0 || !bytes.Equal(to.owner, t.tx.from[:])) {
			return no("upgrade not allowed")
		}
	}
	if len(metadata) == 2 && metadata[1]&vm.MetadataPayable == 0 && t.tx.value.Sign() > 0 {
		return no("sending value to non payable contract")
	}
	return nil
}

// ask has the machine run the transaction.
func (t *transaction) ask(r *run, s *Step) (*vm.Output, error) {
	e := &Execution{
		Step: s, Place: s.fail(0, "").(*Error).Place(), Function: t.tx.function,
		From: t.tx.from, To: t.tx.to, Gas: t.tx.gasLimit,
	}
	if t.kind == deploy {
		e.Function, e.To = "init", t.tx.from
	}
	if r.checkGas {
		e.Expected = t.gasPlace(s)
	}
	if r.options.Before != nil {
		r.options.Before(e)
	}
	input := vm.Input{
		Caller: t.tx.from, Arguments: t.tx.arguments, Value: t.tx.value,
		GasPrice: t.tx.gasPrice, GasProvided: t.tx.gasLimit,
		OriginalTxHash: hashOf(s.ID), CurrentTxHash: hashOf(s.ID),
		DCTTokenName: t.tx.token, DCTValue: t.tx.tokens,
	}
	var err error
	if t.kind == deploy {
		e.Output, err = r.machine.Executor.Create(r.ctx, &vm.CreateInput{Input: input, Code: t.tx.code, CodeMetadata: t.tx.metadata})
	} else {
		e.Output, err = r.machine.Executor.Call(r.ctx, &vm.CallInput{Input: input, Recipient: t.tx.to, Function: t.tx.function})
	}
	if err != nil {
		return nil, &MachineError{Place: e.Place, Step: s.Label(), Err: err}
	}
	if r.options.After != nil {
		r.options.After(e)
	}
	return e.Output, nil
}

// A MachineError says that a step has no output: the executor failed, not the
// contract.
type MachineError struct {
	Place string // "path:line:column: "
	Step  string
	Err   error
}

func (e *MachineError) Error() string { return e.Place + e.Step + ": " + e.Err.Error() }

func (e *MachineError) Unwrap() error { return e.Err }

// gasPlace is where the gas that remains is written down.
func (t *transaction) gasPlace(s *Step) *GasPlace {
	if t.expect == nil || !t.expect.gas.set || t.expect.gas.any || t.expect.gas.want.origin.Kind != String {
		return nil
	}
	v := t.expect.gas.want.origin
	return &GasPlace{Source: s.source, Offset: v.Offset, End: v.End, Text: v.Text}
}

// hashOf is the hash of a transaction: its name, cut or filled up to 32 bytes.
func hashOf(id string) []byte {
	hash := bytes.Repeat([]byte{'.'}, len(vm.Hash{}))
	copy(hash, id)
	return hash
}

// moveValue is a transfer of value, and of tokens.
func (t *transaction) moveValue(w *World) (*vm.Output, error) {
	out := &vm.Output{Accounts: []vm.OutputAccount{{Address: t.tx.to, BalanceDelta: t.tx.value}}}
	if len(t.tx.token) == 0 {
		return out, nil
	}
	if _, err := w.payTokens(t); err != nil {
		if refusal := (*vm.Refusal)(nil); errors.As(err, &refusal) {
			return &vm.Output{Code: vm.UserError, Message: refusal.Text}, nil
		}
		return nil, err
	}
	return out, nil
}

// payTokens moves the token payment and says how to take it back.
func (w *World) payTokens(t *transaction) (undo func(), err error) {
	changes, err := w.functions.Transfer(t.tx.from, t.tx.to, t.tx.token, t.tx.tokens)
	if err != nil {
		return nil, err
	}
	from, to := w.accounts[t.tx.from].clone(), w.accounts[t.tx.to]
	undo = func() {
		*w.accounts[t.tx.from] = *from
		if to == nil {
			delete(w.accounts, t.tx.to)
		} else if t.tx.to != t.tx.from {
			*w.accounts[t.tx.to] = *to
		}
	}
	if to != nil {
		to = to.clone()
	}
	for i := range changes {
		changes[i].BalanceDelta = new(big.Int)
	}
	return undo, w.apply(t.tx.from, new(big.Int), &vm.Output{Accounts: changes})
}

// callBuiltin is a built-in function that a user calls: the node runs it.
func (w *World) callBuiltin(t *transaction) (*vm.Output, error) {
	out, err := w.ProcessBuiltinFunction(&vm.CallInput{
		Input: vm.Input{
			Caller: t.tx.from, Arguments: t.tx.arguments, Value: t.tx.value, GasProvided: t.tx.gasLimit,
		},
		Recipient: t.tx.to, Function: t.tx.function,
	})
	if refusal := (*vm.Refusal)(nil); errors.As(err, &refusal) {
		return &vm.Output{Code: vm.UserError, Message: refusal.Text}, nil
	}
	return out, err
}
