package host

import (
	"bytes"
	"encoding/json"
	"math/big"
	"slices"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// asyncContext groups asynchronous calls that a contract registered under a
// name. Contexts and their calls are kept in the order of their creation
// (DECISIONS.md, async-imports).
type asyncContext struct {
	ID       []byte
	Callback []byte // runs when the last call has answered
	Calls    []*contextCall
}

// contextCall is one registered call.
type contextCall struct {
	Destination vm.Address
	Data        []byte
	Value       *big.Int
	Success     []byte // name of the callback after success
	Failure     []byte // and after failure
	Gas         uint64 // requested; 0: a share of what is left

	share    uint64 // what it gets now
	answered bool
}

// contextsKeySuffix follows the original transaction hash in the storage key
// under which calls without an answer are kept.
const contextsKeySuffix = "asyncCalls"

// CreateAsyncCall registers a call in the context id. Everything is copied.
func (x *Frame) CreateAsyncCall(id []byte, to vm.Address, value *big.Int, data, success, failure []byte, gasLimit int64) error {
	if x.readOnly {
		return Fault(textReadOnly)
	}
	if err := x.hold(asyncBytes + int64(len(id)+len(data)+len(success)+len(failure))); err != nil {
		return err
	}
	c := x.context(id)
	if c == nil {
		c = &asyncContext{ID: bytes.Clone(id)}
		x.contexts = append(x.contexts, c)
	}
	c.Calls = append(c.Calls, &contextCall{
		Destination: to, Data: bytes.Clone(data), Value: new(big.Int).Set(value),
		Success: bytes.Clone(success), Failure: bytes.Clone(failure), Gas: uint64(gasLimit),
	})
	return nil
}

// SetAsyncContextCallback names the callback of a whole context.
func (x *Frame) SetAsyncContextCallback(id, callback []byte) error {
	c := x.context(id)
	if c == nil {
		return Fault("async context does not exist")
	}
	if err := x.hold(int64(len(callback))); err != nil {
		return err
	}
	c.Callback = bytes.Clone(callback)
	return nil
}

func (x *Frame) context(id []byte) *asyncContext {
	for _, c := range x.contexts {
		if bytes.Equal(c.ID, id) {
			return c
		}
	}
	return nil
}

// processContexts carries out the calls registered by this level: those whose
// destination runs here at once, the others as messages. It says whether any
// is without an answer.
func (x *Frame) processContexts() (pending bool, err error) {
	contexts := x.contexts
	x.contexts = nil
	if len(contexts) == 0 {
		return false, nil
	}
	if err := x.share(contexts); err != nil {
		return false, err
	}
	for _, c := range contexts {
		for _, call := range c.Calls {
			if err := x.carryOutLocal(call); err != nil {
				return false, err
			}
		}
		if err := x.finishContext(c); err != nil {
			return false, err
		}
	}
	rest := unanswered(contexts)
	if len(rest) == 0 {
		return false, nil
	}
	if err := x.storeContexts(rest); err != nil {
		return true, err
	}
	if err := x.share(rest); err != nil {
		return true, err
	}
	for _, c := range rest {
		for _, call := range c.Calls {
			here, err := x.runsHere(call.Destination)
			if err != nil {
				return true, err
			}
			if here {
				continue // its callee waits for answers itself
			}
			if err := x.send(&asyncCall{to: call.Destination, value: call.Value, data: call.Data, gas: call.share}); err != nil {
				return true, err
			}
		}
	}
	return true, nil
}

// share gives every call without an answer its gas: what it asked for, or an
// equal part of what is left after that.
func (x *Frame) share(contexts []*asyncContext) error {
	var sum, open uint64
	for _, c := range contexts {
		for _, call := range c.Calls {
			if sum+call.Gas < sum {
				return failWith("addition overflow")
			}
			sum += call.Gas
			if call.Gas == 0 {
				open++
			}
		}
	}
	left := x.GasLeft()
	if sum > left || open > 0 && (left-sum)/open == 0 {
		return failOutOfGas()
	}
	for _, c := range contexts {
		for _, call := range c.Calls {
			if call.share = call.Gas; call.Gas == 0 {
				call.share = (left - sum) / open
			}
		}
	}
	return nil
}

// carryOutLocal runs a call whose destination has code here, and its callback.
func (x *Frame) carryOutLocal(call *contextCall) error {
	here, err := x.runsHere(call.Destination)
	if err != nil || !here {
		return err
	}
	function, args, err := x.parse(call.Data)
	if err != nil {
		return err
	}
	out, err := x.callAsync(&asyncCall{to: call.Destination, value: call.Value, gas: call.share}, function, args)
	if err != nil || out.pending {
		return err
	}
	call.answered = true
	name := call.Success
	if out.failed() {
		name = call.Failure
	}
	if len(name) == 0 {
		return nil
	}
	return x.callBack(&out, call.Destination, string(name))
}

// finishContext runs the callback of a context whose calls all have answered.
func (x *Frame) finishContext(c *asyncContext) error {
	for _, call := range c.Calls {
		if !call.answered {
			return nil
		}
	}
	if len(c.Callback) == 0 {
		return nil
	}
	return x.runCallback(x.GasLeft(), x.Address(), x.Address(), string(c.Callback), nil)
}

func unanswered(contexts []*asyncContext) []*asyncContext {
	var rest []*asyncContext
	for _, c := range contexts {
		var calls []*contextCall
		for _, call := range c.Calls {
			if !call.answered {
				calls = append(calls, call)
			}
		}
		if len(calls) > 0 {
			rest = append(rest, &asyncContext{ID: c.ID, Callback: c.Callback, Calls: calls})
		}
	}
	return rest
}

// storedContexts is what is kept in storage until the answers come. Caller is
// to be told when the last one has come; nobody if it is nil.
type storedContexts struct {
	Caller   *vm.Address `json:",omitempty"`
	Contexts []*asyncContext
}

func (x *Frame) contextsKey() []byte {
	return append(bytes.Clone(x.origin), contextsKeySuffix...)
}

// storeContexts adds to the record, which an earlier level of this transaction
// may have begun: a callback that registers calls has one. Without a hash the
// key says nothing of the transaction, and what is there is of another one.
func (x *Frame) storeContexts(rest []*asyncContext) error {
	stored := new(storedContexts)
	if len(x.origin) > 0 {
		begun, err := x.loadContexts()
		if err != nil {
			return err
		}
		if begun != nil {
			stored = begun
		}
	}
	stored.Contexts = append(stored.Contexts, rest...)
	if stored.Caller == nil && x.input.CallType == vm.AsyncCall {
		stored.Caller = &x.input.Caller
	}
	return x.saveContexts(stored)
}

// loadContexts gives the record, nil if there is none. A contract can write
// under the key itself, so what is there is not believed to be what
// storeContexts made: contexts and calls may be missing from their lists.
func (x *Frame) loadContexts() (*storedContexts, error) {
	value, err := x.LoadUnmetered(x.contextsKey())
	if err != nil || len(value) == 0 {
		return nil, err
	}
	stored := new(storedContexts)
	if json.Unmarshal(value, stored) != nil {
		return nil, nil
	}
	for _, c := range stored.Contexts {
		if c == nil || slices.Contains(c.Calls, nil) {
			return nil, nil
		}
	}
	return stored, nil
}

func (x *Frame) saveContexts(stored *storedContexts) error {
	value, err := json.Marshal(stored)
	if err != nil {
		return err
	}
	_, err = x.Store(x.contextsKey(), value)
	return err
}

// arriveCallback is the answer of an asynchronous call that comes back from
// elsewhere. Without a record of registered calls the function that the input
// names runs, and a missing one is a success without effect.
func (x *Frame) arriveCallback() error {
	stored, err := x.loadContexts()
	if err != nil {
		return err
	}
	if stored == nil {
		return x.runArrived(x.input.Function, true)
	}
	_, call := stored.find(x.input.Caller)
	if call == nil {
		if err := x.runArrived(x.input.Function, true); err != nil {
			return err
		}
		return failUnexpectedCallback()
	}
	name := call.Failure
	if x.answeredOK() {
		name = call.Success
	}
	if len(name) > 0 {
		if err := x.runArrived(string(name), false); err != nil {
			return err
		}
	}
	// What the callback registered was added to the record.
	if stored, err = x.loadContexts(); err != nil {
		return err
	}
	if stored == nil {
		return failUnexpectedCallback()
	}
	context, call := stored.find(x.input.Caller)
	if call == nil {
		return failUnexpectedCallback()
	}
	call.answered = true
	rest := unanswered(stored.Contexts)
	if err := x.settle(stored, rest); err != nil {
		return err
	}
	// After the record: a callback that fails takes all gas.
	if err := x.finishContext(context); err != nil {
		return err
	}
	if len(rest) > 0 || stored.Caller == nil {
		return nil
	}
	return x.tell(*stored.Caller)
}

// runArrived runs a callback, and what it registered.
func (x *Frame) runArrived(name string, optional bool) error {
	function, ok := x.code.Function(name)
	if !ok && !optional {
		return failNotFound()
	}
	if ok {
		if err := x.run(function); err != nil {
			return err
		}
	}
	_, err := x.processContexts()
	return err
}

// answeredOK reads the first argument of a callback: the number of the code if
// the answer was made on this shard, its text if it came from another one. An
// answer without arguments is what tell sends.
func (x *Frame) answeredOK() bool {
	if len(x.input.Arguments) == 0 {
		return true
	}
	code := x.input.Arguments[0]
	return len(bytes.Trim(code, "\x00")) == 0 || string(code) == vm.OK.String()
}

func (s *storedContexts) find(from vm.Address) (*asyncContext, *contextCall) {
	for _, c := range s.Contexts {
		for _, call := range c.Calls {
			if call.Destination == from {
				return c, call
			}
		}
	}
	return nil, nil
}

// settle stores what still waits for an answer, or deletes the record.
func (x *Frame) settle(stored *storedContexts, rest []*asyncContext) error {
	if len(rest) > 0 {
		return x.saveContexts(&storedContexts{Caller: stored.Caller, Contexts: rest})
	}
	_, err := x.Store(x.contextsKey(), nil)
	return err
}

// tell tells the contract whose asynchronous call had arrived here that the
// calls made on its behalf all have answered.
func (x *Frame) tell(caller vm.Address) error {
	here, err := x.runsHere(caller)
	if err != nil {
		return err
	}
	if !here {
		return x.transfer(caller, new(big.Int), x.GasLeft(), nil, vm.AsyncCallback)
	}
	return x.runCallback(x.GasLeft(), x.Address(), caller, callbackFunction, [][]byte{nil})
}
