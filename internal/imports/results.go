package imports

import (
	"fmt"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/host"
)

// resultRows is what a contract gives back: return data, errors and logs.
func resultRows() []host.Import {
	return []host.Import{
		Proc1("finish", "appends one item to the return data, PersistPerByte for each byte; the function goes on.",
			"DharitriAPICost.Finish", PersistedBytes("data"),
			(*host.Frame).Finish),
		Proc1("signalError", "ends the execution as a user error with that message.",
			"DharitriAPICost.SignalError", Bytes("message"), (*host.Frame).SignalError),
		Fn0("getNumReturnData", "gives the number of items of return data, those of successful nested calls included.",
			"DharitriAPICost.GetNumReturnData", OutI32("count"),
			func(x *host.Frame) (int32, error) { return int32(len(x.ReturnData())), nil }),
		Fn1("getReturnDataSize", "gives the length of an item of return data, 0 if there is none with that index.",
			"DharitriAPICost.GetReturnDataSize", I32("index"), OutI32("length"),
			func(x *host.Frame, index int32) (int32, error) {
				data, _ := item(x.ReturnData(), index)
				return int32(len(data)), nil
			}),
		Fn2("getReturnData", "writes an item of return data and gives its length, 0 if there is none with that index.",
			"DharitriAPICost.GetReturnData", I32("index"), Ptr("result"), OutI32("length"),
			func(x *host.Frame, index, result int32) (int32, error) {
				data, _ := item(x.ReturnData(), index)
				return int32(len(data)), x.StoreMemory(result, data)
			}),
		Proc3("writeLog", "writes a log entry with topics of 32 bytes each, of which the first is its identifier; PersistPerByte for each byte.",
			"DharitriAPICost.Log", Unread("data"), Ptr("topics"), I32("topicCount"), writeLog),
	}
}

// writeLog charges for everything first, then loads the data, then the topics.
func writeLog(x *host.Frame, data Span, topics, count int32) error {
	size := max(int64(bytesOf(count, hashLength)), 0) + max(int64(data.Length), 0)
	if err := x.Charge(gas.Mul(x.Prices().PersistPerByte, size)); err != nil {
		return err
	}
	b, err := data.load(x)
	if err != nil {
		return err
	}
	if count < 0 {
		return negativeCount(count)
	}
	if count == 0 {
		return x.WriteLog(nil, nil, b)
	}
	list, err := loadTopics(x, topics, count)
	if err != nil {
		return err
	}
	return x.WriteLog(list[0], list[1:], b)
}

// negativeCount is the fault of a negative number of topics.
func negativeCount(count int32) error {
	return host.Fault(fmt.Sprintf("GuardedMakeByteSlice2D: negative length (%d)", count))
}

// loadTopics loads count > 0 topics that lie side by side. The offset of the
// last one is tested before anything is allocated; beyond 31 bits it is
// outside every memory.
func loadTopics(x *host.Frame, topics, count int32) ([][]byte, error) {
	if err := probe(x, int64(topics), hashLength); err != nil {
		return nil, err
	}
	end := int64(topics) + int64(count-1)*hashLength
	if err := probe(x, end, hashLength); err != nil {
		return nil, err
	}
	list := make([][]byte, count)
	for i := range list {
		topic, err := x.LoadMemory(topics+int32(i)*hashLength, hashLength)
		if err != nil {
			return nil, err
		}
		list[i] = topic
	}
	return list, nil
}
