package decisions

import (
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/inprocess"
	"github.com/Dharitri-org/core-wasm-vm/internal/sandbox/wasm"
	"github.com/Dharitri-org/core-wasm-vm/internal/scenario"
	"github.com/Dharitri-org/core-wasm-vm/test/contracts"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// chainOfBranches gives a contract that does nothing, with n branches in one
// function, and the work of compiling it.
func chainOfBranches(t *testing.T, n int) (code []byte, work uint64) {
	t.Helper()
	body := slices.Repeat([]byte{byte(wasm.OpLocalGet), 0, byte(wasm.OpBrIf), 0}, n)
	code = wasm.Encode(&wasm.Module{
		Types:     []wasm.FuncType{{}},
		Functions: []uint32{0, 0},
		Memory:    &wasm.Limits{Min: 1},
		Exports:   []wasm.Export{{Name: "memory", Kind: wasm.ExportMemory}, {Name: "init", Kind: wasm.ExportFunction, Index: 1}},
		Bodies: []wasm.Body{
			{Locals: []wasm.LocalRun{{Count: 1, Type: wasm.I32}}, Code: append(body, byte(wasm.OpEnd))},
			{Code: []byte{byte(wasm.OpEnd)}},
		},
	})
	m, err := wasm.Parse(code)
	if err != nil {
		t.Fatal(err)
	}
	if wasm.Check(m, nil) != nil {
		return code, 0
	}
	return code, wasm.Work(m)
}

const compiling = `{"steps": [
	{"step": "setState", "accounts": {"address:owner": {"balance": "0"}}, "newAddresses": [
		{"creatorAddress": "address:owner", "creatorNonce": "0", "newAddress": "sc:first"},
		{"creatorAddress": "address:owner", "creatorNonce": "1", "newAddress": "sc:factory"},
		{"creatorAddress": "sc:factory", "creatorNonce": "0", "newAddress": "sc:child"}]},
	{"step": "scDeploy", "txId": "by a transaction", "tx": {"from": "address:owner", "contractCode": "CODE",
		"arguments": [], "gasLimit": "100,000,000", "gasPrice": "0"}, "expect": {"status": "DIRECT"}},
	{"step": "setState", "accounts": {"address:owner": {"nonce": "1", "balance": "0"}}},
	{"step": "scDeploy", "txId": "the factory", "tx": {"from": "address:owner", "contractCode": "FACTORY",
		"arguments": [], "gasLimit": "100,000,000", "gasPrice": "0"}, "expect": {"status": "0"}},
	{"step": "scCall", "txId": "by a contract", "tx": {"from": "address:owner", "to": "sc:factory", "function": "createChild",
		"arguments": ["CODE"], "gasLimit": "100,000,000", "gasPrice": "0"}, "expect": {"out": "*", "logs": "*", "status": "NESTED"}}]}`

// compileCost: code beyond the limit is invalid, whoever deploys it; with a
// price of work, that of a deployment grows by it.
func compileCost(t *testing.T) {
	const most = 3_000 // branches that are accepted
	accepted, work := chainOfBranches(t, most)
	refused, none := chainOfBranches(t, 2*most)
	if work == 0 || none != 0 {
		t.Fatalf("%d branches are %d units, twice as many %d", most, work, none)
	}
	_, _, config := findCase(t, "../vectors-decided", "big-integers/ceiling")
	config.BlockGasLimit = 0

	// run gives what the deployment by a transaction cost.
	run := func(code []byte, direct, nested string) uint64 {
		text := strings.NewReplacer("CODE", "0x"+hex.EncodeToString(code), "FACTORY", "0x"+hex.EncodeToString(contracts.Wasm("factory")),
			"DIRECT", direct, "NESTED", nested).Replace(compiling)
		s, err := scenario.Parse("compiling", []byte(text), nil)
		if err != nil {
			t.Fatal(err)
		}
		hook := scenario.NewHook()
		hook.World = scenario.NewWorld(false, nil)
		e, err := inprocess.New(hook, config)
		if err != nil {
			t.Fatal(err)
		}
		defer closeIt(t, e)
		var cost uint64
		m := &scenario.Machine{Executor: e, Hook: hook}
		err = scenario.Run(t.Context(), s, m, scenario.Options{After: func(x *scenario.Execution) {
			if cost == 0 {
				cost = 100_000_000 - x.Output.GasRemaining
			}
			if direct != "0" && x.Output.Code == vm.ContractInvalid && x.Output.Message != "invalid contract code" {
				t.Errorf("the message is %q", x.Output.Message)
			}
		}})
		if err != nil {
			t.Fatalf("%d bytes: %v", len(code), err)
		}
		return cost
	}
	free := run(accepted, "0", "0")
	run(refused, "9", "4") // the factory says "creation failed"
	config.GasSchedule["BaseOperationCost"]["CompilePerWork"] = 3
	if priced := run(accepted, "0", "0"); priced != free+3*work {
		t.Errorf("%d with a price of 3 for each of %d units, %d without one", priced, work, free)
	}
}
