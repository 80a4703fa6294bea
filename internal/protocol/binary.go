package protocol

import (
	"github.com/Dharitri-org/core-wasm-vm/internal/ipc"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// Bodies in the binary codec, in the order of the fields. The comments of the
// package say what is written; each append function has its read function
// below it.

// list makes a list with the number of elements that comes next; nil if none.
func list[T any](r *ipc.Reader, smallest int) []T {
	n := r.Count(smallest)
	if n == 0 {
		return nil
	}
	return make([]T, n)
}

func readAddress(r *ipc.Reader, a *vm.Address) { copy(a[:], r.Raw(len(a))) }

func appendInput(dst []byte, in *vm.Input) []byte {
	dst = append(dst, in.Caller[:]...)
	dst = ipc.AppendList(dst, in.Arguments)
	dst = ipc.AppendBigInt(dst, in.Value)
	dst = append(dst, byte(in.CallType))
	dst = ipc.AppendUint64(dst, in.GasPrice)
	dst = ipc.AppendUint64(dst, in.GasProvided)
	dst = ipc.AppendBytes(dst, in.OriginalTxHash)
	dst = ipc.AppendBytes(dst, in.CurrentTxHash)
	dst = ipc.AppendBigInt(dst, in.DCTValue)
	return ipc.AppendBytes(dst, in.DCTTokenName)
}

func readInput(r *ipc.Reader, in *vm.Input) {
	readAddress(r, &in.Caller)
	in.Arguments = r.List()
	in.Value = r.BigInt()
	in.CallType = vm.CallType(r.Byte())
	in.GasPrice = r.Uint64()
	in.GasProvided = r.Uint64()
	in.OriginalTxHash = r.Bytes()
	in.CurrentTxHash = r.Bytes()
	in.DCTValue = r.BigInt()
	in.DCTTokenName = r.Bytes()
}

func appendCreateInput(dst []byte, in *vm.CreateInput) []byte {
	dst = appendInput(dst, &in.Input)
	dst = ipc.AppendBytes(dst, in.Code)
	return ipc.AppendBytes(dst, in.CodeMetadata)
}

func readCreateInput(r *ipc.Reader, in *vm.CreateInput) {
	readInput(r, &in.Input)
	in.Code = r.Bytes()
	in.CodeMetadata = r.Bytes()
}

func appendCallInput(dst []byte, in *vm.CallInput) []byte {
	dst = appendInput(dst, &in.Input)
	dst = append(dst, in.Recipient[:]...)
	return ipc.AppendBytes(dst, []byte(in.Function))
}

func readCallInput(r *ipc.Reader, in *vm.CallInput) {
	readInput(r, &in.Input)
	readAddress(r, &in.Recipient)
	in.Function = string(r.Bytes())
}

func appendFetched(dst []byte, f *Fetched) []byte {
	dst = ipc.AppendBool(dst, f.Block != nil)
	if f.Block != nil {
		dst = appendBlockFacts(dst, f.Block)
	}
	dst = ipc.AppendUint32(dst, uint32(len(f.Accounts)))
	for i := range f.Accounts {
		a := &f.Accounts[i]
		dst = append(dst, a.Address[:]...)
		dst = appendAccount(dst, a.Account)
		dst = ipc.AppendBool(dst, a.Refused)
		dst = ipc.AppendBytes(dst, a.Text)
	}
	dst = ipc.AppendUint32(dst, uint32(len(f.Storage)))
	for i := range f.Storage {
		p := &f.Storage[i]
		dst = append(dst, p.Address[:]...)
		dst = ipc.AppendBytes(dst, p.Key)
		dst = ipc.AppendBytes(dst, p.Value)
	}
	return dst
}

func readFetched(r *ipc.Reader, f *Fetched) {
	if r.Bool() {
		f.Block = new(vm.BlockFacts)
		readBlockFacts(r, f.Block)
	}
	const smallest = vm.AddressLength + 1 + 1 + 4
	f.Accounts = list[FetchedAccount](r, smallest)
	for i := range f.Accounts {
		a := &f.Accounts[i]
		readAddress(r, &a.Address)
		a.Account = readAccount(r)
		a.Refused = r.Bool()
		a.Text = r.Bytes()
	}
	const smallestPair = vm.AddressLength + 4 + 4
	f.Storage = list[FetchedPair](r, smallestPair)
	for i := range f.Storage {
		p := &f.Storage[i]
		readAddress(r, &p.Address)
		p.Key = r.Bytes()
		p.Value = r.Bytes()
	}
}

func appendAccount(dst []byte, a *vm.Account) []byte {
	dst = ipc.AppendBool(dst, a != nil)
	if a == nil {
		return dst
	}
	dst = ipc.AppendUint64(dst, a.Nonce)
	dst = ipc.AppendBigInt(dst, a.Balance)
	dst = append(dst, a.CodeHash[:]...)
	dst = ipc.AppendBytes(dst, a.CodeMetadata)
	return ipc.AppendBytes(dst, a.Owner)
}

func readAccount(r *ipc.Reader) *vm.Account {
	if !r.Bool() {
		return nil
	}
	a := new(vm.Account)
	a.Nonce = r.Uint64()
	a.Balance = r.BigInt()
	copy(a.CodeHash[:], r.Raw(len(a.CodeHash)))
	a.CodeMetadata = r.Bytes()
	a.Owner = r.Bytes()
	return a
}

func appendBlockFacts(dst []byte, f *vm.BlockFacts) []byte {
	dst = appendBlock(dst, &f.Current)
	dst = appendBlock(dst, &f.Last)
	return ipc.AppendBytes(dst, f.StateRootHash)
}

func readBlockFacts(r *ipc.Reader, f *vm.BlockFacts) {
	readBlock(r, &f.Current)
	readBlock(r, &f.Last)
	f.StateRootHash = r.Bytes()
}

func appendBlock(dst []byte, b *vm.Block) []byte {
	dst = ipc.AppendUint64(dst, b.Nonce)
	dst = ipc.AppendUint64(dst, b.Round)
	dst = ipc.AppendUint64(dst, b.Timestamp)
	dst = ipc.AppendUint32(dst, b.Epoch)
	return ipc.AppendBytes(dst, b.RandomSeed)
}

func readBlock(r *ipc.Reader, b *vm.Block) {
	b.Nonce = r.Uint64()
	b.Round = r.Uint64()
	b.Timestamp = r.Uint64()
	b.Epoch = r.Uint32()
	b.RandomSeed = r.Bytes()
}

// output is the canonical encoding of an output, vm.Output.AppendBinary.
func output() ipc.Type[vm.Output] {
	return ipc.Type[vm.Output]{
		Append: func(dst []byte, o *vm.Output) []byte {
			// The only encoder whose signature has an error; it never gives one.
			dst, _ = o.AppendBinary(dst)
			return dst
		},
		Read: readOutput,
	}
}

func readOutput(r *ipc.Reader, o *vm.Output) {
	o.Code = vm.ReturnCode(r.Byte())
	o.Message = string(r.Bytes())
	o.ReturnData = r.List()
	o.GasRemaining = r.Uint64()
	o.GasRefund = r.Uint64()
	const smallestAccount = vm.AddressLength + 8 + 1 + 1 + 4 + 3*4 + 4 + 8
	o.Accounts = list[vm.OutputAccount](r, smallestAccount)
	for i := range o.Accounts {
		readOutputAccount(r, &o.Accounts[i])
	}
	const smallestLog = vm.AddressLength + 4 + 4 + 4
	o.Logs = list[vm.LogEntry](r, smallestLog)
	for i := range o.Logs {
		l := &o.Logs[i]
		readAddress(r, &l.Address)
		l.Identifier = r.Bytes()
		l.Topics = r.List()
		l.Data = r.Bytes()
	}
}

func readOutputAccount(r *ipc.Reader, a *vm.OutputAccount) {
	readAddress(r, &a.Address)
	a.Nonce = r.Uint64()
	a.Balance = r.BigInt()
	a.BalanceDelta = r.BigInt()
	const smallestUpdate = 4 + 4 + 1
	a.StorageUpdates = list[vm.StorageUpdate](r, smallestUpdate)
	for i := range a.StorageUpdates {
		u := &a.StorageUpdates[i]
		u.Key = r.Bytes()
		u.Value = r.Bytes()
		u.Written = r.Bool()
	}
	a.Code = r.Bytes()
	a.CodeMetadata = r.Bytes()
	a.CodeDeployer = r.Bytes()
	const smallestTransfer = vm.AddressLength + 1 + 8 + 4 + 1
	a.Transfers = list[vm.Transfer](r, smallestTransfer)
	for i := range a.Transfers {
		readTransfer(r, &a.Transfers[i])
	}
	a.GasUsed = r.Uint64()
}

func readTransfer(r *ipc.Reader, t *vm.Transfer) {
	readAddress(r, &t.Sender)
	t.Value = r.BigInt()
	t.GasLimit = r.Uint64()
	t.Data = r.Bytes()
	t.CallType = vm.CallType(r.Byte())
}
