package imports

import (
	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/host"
)

// asyncRows is calls whose answer arrives later.
func asyncRows() []host.Import {
	return []host.Import{
		Proc3("asyncCall", "ends the execution with an asynchronous call, whose answer comes to the function callBack; DataCopyPerByte for each byte of data.",
			"DharitriAPICost.AsyncCallStep", Address("destination"), Amount("value"), CopiedBytes("data"),
			(*host.Frame).AsyncCall),
		unreserved(Raw("createAsyncCall", "registers an asynchronous call in a named group, to be sent when the execution has ended; DataCopyPerByte for each byte of the names and the data.",
			"DharitriAPICost.AsyncCallStep", host.Result{}, createAsyncCall,
			Bytes("group").param, Address("destination").param, Amount("value").param, Bytes("data").param, Bytes("success").param, Bytes("failure").param, GasLimit("gas").param)),
		unreserved(Fn2("setAsyncContextCallback", "names the function that is called when every call of a group was answered, and gives 0; DataCopyPerByte for each byte of the names.",
			"DharitriAPICost.AsyncCallStep", Unread("group"), Unread("callback"), OutI32("zero"), setAsyncContextCallback)),
	}
}

// createAsyncCall has the words group (2), destination, value, data (2),
// success (2), failure (2) and gas. It pays for all bytes first and then loads
// in that order.
func createAsyncCall(x *host.Frame, w []uint64) error {
	span := func(at int) Span { return Span{i32(w[at]), i32(w[at+1])} }
	if err := chargeNames(x, span(0), span(4), span(6), span(8)); err != nil {
		return err
	}
	group, err := span(0).load(x)
	if err != nil {
		return err
	}
	to, err := loadAddress(x, i32(w[2]))
	if err != nil {
		return err
	}
	value, err := loadAmount(x, i32(w[3]))
	if err != nil {
		return err
	}
	data, err := span(4).load(x)
	if err != nil {
		return err
	}
	success, err := span(6).load(x)
	if err != nil {
		return err
	}
	failure, err := span(8).load(x)
	if err != nil {
		return err
	}
	return x.CreateAsyncCall(group, to, value, data, success, failure, int64(w[10]))
}

func setAsyncContextCallback(x *host.Frame, group, callback Span) (int32, error) {
	if err := chargeNames(x, group, callback); err != nil {
		return 0, err
	}
	id, err := group.load(x)
	if err != nil {
		return 0, err
	}
	name, err := callback.load(x)
	if err != nil {
		return 0, err
	}
	return 0, x.SetAsyncContextCallback(id, name)
}

// chargeNames charges DataCopyPerByte for every byte of the spans. A negative
// length costs nothing: its load fails.
func chargeNames(x *host.Frame, spans ...Span) error {
	var size int64
	for _, s := range spans {
		size += max(int64(s.Length), 0)
	}
	return x.Charge(gas.Mul(x.Prices().DataCopyPerByte, size))
}
