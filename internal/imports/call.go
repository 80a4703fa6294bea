package imports

import (
	"math/big"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/host"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// callRows is transfers, nested calls and deployments. A nested call costs its
// price and DataCopyPerByte for each byte of its arguments; its gas limit is
// cut to what is left.
func callRows() []host.Import {
	return []host.Import{
		Fn3("transferValue", "sends value and data to an account and gives 0, or 1 if the data names a built-in function; PersistPerByte for each byte of data.",
			"DharitriAPICost.TransferValue", Address("destination"), Amount("value"), PersistedBytes("data"), OutI32("status"),
			(*host.Frame).TransferValue),
		soft(1, Fn5("executeOnDestContext", "calls a function of a contract with its own storage and gives 0 if it succeeded, else 1.",
			"DharitriAPICost.ExecuteOnDestContext", GasLimit("gas"), Address("address"), Amount("value"), Bytes("function"), Args("arguments"), OutI32("status"),
			(*host.Frame).ExecuteOnDestContext)),
		soft(1, Fn5("executeOnSameContext", "calls a function of a contract on the storage of the caller and gives 0 if it succeeded, else 1.",
			"DharitriAPICost.ExecuteOnSameContext", GasLimit("gas"), Address("address"), Amount("value"), Bytes("function"), Args("arguments"), OutI32("status"),
			(*host.Frame).ExecuteOnSameContext)),
		Fn4("delegateExecution", "calls a function of a contract on the storage of the caller, with the caller and value that it was called with itself, and gives 0 if it succeeded, else 1.",
			"DharitriAPICost.DelegateExecution", GasLimit("gas"), Address("address"), Bytes("function"), Args("arguments"), OutI32("status"),
			(*host.Frame).DelegateExecution),
		Fn4("executeReadOnly", "does what delegateExecution does without any effect.",
			"DharitriAPICost.ExecuteReadOnly", GasLimit("gas"), Address("address"), Bytes("function"), Args("arguments"), OutI32("status"),
			(*host.Frame).ExecuteReadOnly),
		Raw("createContract", "deploys a contract, writes its address and gives 0 if that succeeded, else 1.",
			"DharitriAPICost.CreateContract", OutI32("status").result, createContract,
			GasLimit("gas").param, Amount("value").param, Ptr("code").param, Ptr("metadata").param, I32("codeLength").param, Ptr("result").param, Args("arguments").param),
		Raw("upgradeContract", "ends the execution with an asynchronous upgrade of a contract; AsyncCallStep more, and DataCopyPerByte for each byte of code and arguments, which must be in hex.",
			"DharitriAPICost.CreateContract", host.Result{}, upgradeContract,
			Address("destination").param, GasLimit("gas").param, Amount("value").param, Ptr("code").param, Ptr("metadata").param, I32("codeLength").param, Args("arguments").param),
	}
}

// A deployment is what createContract and upgradeContract read alike.
type deployment struct {
	value          *big.Int
	code, metadata []byte // views
	args           [][]byte
	tooDear        bool // the code costs more than is left and was not loaded
}

// loadDeployment loads value, code, metadata and arguments in this order. Code
// that costs more than the gas that is left, at price for each byte, is only
// tested for its bounds: it is not going to be used.
func loadDeployment(x *host.Frame, value int32, code Span, price uint64, metadata int32, args []uint64) (d deployment, err error) {
	if d.value, err = loadAmount(x, value); err != nil {
		return d, err
	}
	if d.code, d.tooDear, err = code.loadIfPaid(x, price); err != nil {
		return d, err
	}
	if d.metadata, err = x.LoadMemory(metadata, metadataLength); err != nil {
		return d, err
	}
	d.args, err = loadArgs(x, i32(args[0]), i32(args[1]), i32(args[2]))
	return d, err
}

// loadIfPaid gives the bytes, or tooDear if the gas that is left does not pay
// price for each.
func (s Span) loadIfPaid(x *host.Frame, price uint64) (b []byte, tooDear bool, err error) {
	if gas.Mul(price, int64(s.Length)) > x.GasLeft() {
		return nil, true, probe(x, int64(s.Offset), s.Length)
	}
	b, err = s.load(x)
	return b, false, err
}

// createContract has the words gas, value, code, metadata, codeLength, result,
// and three of arguments.
func createContract(x *host.Frame, w []uint64) error {
	gasLimit, result := int64(w[0]), i32(w[5])
	code := Span{i32(w[2]), i32(w[4])}
	d, err := loadDeployment(x, i32(w[1]), code, x.Prices().CompilePerByte, i32(w[3]), w[6:9])
	if err != nil {
		return err
	}
	status := int32(1)
	var a vm.Address
	if !d.tooDear {
		if a, status, err = x.CreateContract(gasLimit, d.value, d.code, d.metadata, d.args); err != nil {
			return err
		}
	}
	w[0] = OutI32("status").word(status)
	if status != 0 {
		return nil
	}
	return x.StoreMemory(result, a[:])
}

// upgradeContract has the words destination, gas, value, code, metadata,
// codeLength, and three of arguments. The destination is loaded last.
func upgradeContract(x *host.Frame, w []uint64) error {
	prices, code := x.Prices(), Span{i32(w[3]), i32(w[5])}
	d, err := loadDeployment(x, i32(w[2]), code, prices.DataCopyPerByte, i32(w[4]), w[6:9])
	if err != nil {
		return err
	}
	if err := x.Charge(prices.AsyncCallStep); err != nil {
		return err
	}
	to, err := loadAddress(x, i32(w[0]))
	if err != nil {
		return err
	}
	// Fails if the code was too dear: no gas has come back since.
	if err := x.Charge(gas.Mul(prices.DataCopyPerByte, int64(code.Length))); err != nil {
		return err
	}
	return x.UpgradeContract(to, int64(w[1]), d.value, d.code, d.metadata, d.args)
}
