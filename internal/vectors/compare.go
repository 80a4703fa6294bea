package vectors

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// growthFailure begins messages whose remainder is the engine's wording.
const growthFailure = "Failed to grow the memory:"

// compare gives the first difference between what was recorded and got, or "".
//
// Not compared are gasUsed, names of codes, a balance that was not recorded,
// and, in both directions, accounts without effect.
func compare(c *Case, want *recorded, got *vm.Output) string {
	if want.ReturnCode != got.Code {
		return difference("return code",
			fmt.Sprintf("%d (%v), message %q", want.ReturnCode, want.ReturnCode, want.ReturnMessage),
			fmt.Sprintf("%d (%v), message %q", got.Code, got.Code, got.Message))
	}
	if upToGrowth(want.ReturnMessage) != upToGrowth(got.Message) {
		return difference("message", want.ReturnMessage, got.Message)
	}
	if d := compareLists("return data", want.ReturnData, got.ReturnData); d != "" {
		return d
	}
	if c.gasComparable() && want.GasRemaining != got.GasRemaining {
		return differentNumbers("gas remaining", want.GasRemaining, got.GasRemaining)
	}
	if refund := new(big.Int).SetUint64(got.GasRefund); refund.Cmp(&want.GasRefund.Int) != 0 {
		return difference("gas refund", &want.GasRefund.Int, refund)
	}
	if d := compareLogs(want.Logs, got.Logs); d != "" {
		return d
	}
	return compareAccounts(c, want.Accounts, got.Accounts)
}

func upToGrowth(message string) string {
	if strings.HasPrefix(message, growthFailure) {
		return growthFailure
	}
	return message
}

func compareLogs(want []recordedLog, got []vm.LogEntry) string {
	if len(want) != len(got) {
		return difference("number of logs", len(want), len(got))
	}
	for i, w := range want {
		g, name := &got[i], fmt.Sprintf("log %d, ", i)
		switch {
		case vm.Address(w.Address) != g.Address:
			return difference(name+"address", w.Address[:], g.Address[:])
		case !bytes.Equal(w.Identifier, g.Identifier):
			return difference(name+"identifier", []byte(w.Identifier), g.Identifier)
		case !bytes.Equal(w.Data, g.Data):
			return difference(name+"data", []byte(w.Data), g.Data)
		}
		if d := compareLists(name+"topics", w.Topics, g.Topics); d != "" {
			return d
		}
	}
	return ""
}

func (r *recordedAccount) hasEffect() bool {
	return r.Nonce != 0 || r.BalanceDelta.Sign() != 0 || len(r.StorageUpdates) > 0 || r.CodeLength > 0 || len(r.Transfers) > 0
}

func hasEffect(a *vm.OutputAccount) bool {
	return a.Nonce != 0 || a.BalanceDelta.Sign() != 0 || len(a.StorageUpdates) > 0 || len(a.Code) > 0 || len(a.Transfers) > 0
}

// compareAccounts walks both lists, which are sorted by address.
func compareAccounts(c *Case, want []recordedAccount, got []vm.OutputAccount) string {
	for {
		for len(want) > 0 && !want[0].hasEffect() {
			want = want[1:]
		}
		for len(got) > 0 && !hasEffect(&got[0]) {
			got = got[1:]
		}
		if len(want) == 0 && len(got) == 0 {
			return ""
		}
		order := 0
		switch {
		case len(want) == 0:
			order = 1
		case len(got) == 0:
			order = -1
		default:
			order = bytes.Compare(want[0].Address[:], got[0].Address[:])
		}
		switch {
		case order < 0:
			return difference("accounts", describeRecorded(&want[0]), "no such account")
		case order > 0:
			return difference("accounts", "no such account", describe(&got[0]))
		}
		if d := compareAccount(c, &want[0], &got[0]); d != "" {
			return fmt.Sprintf("account %s: %s", show(got[0].Address[:]), d)
		}
		want, got = want[1:], got[1:]
	}
}

func compareAccount(c *Case, want *recordedAccount, got *vm.OutputAccount) string {
	if want.Nonce != got.Nonce {
		return differentNumbers("nonce", want.Nonce, got.Nonce)
	}
	if want.BalanceDelta.Cmp(got.BalanceDelta) != 0 {
		return difference("balance delta", &want.BalanceDelta.Int, got.BalanceDelta)
	}
	if want.Balance != nil && got.Balance != nil && want.Balance.Cmp(got.Balance) != 0 {
		return difference("balance", &want.Balance.Int, got.Balance)
	}
	updates, err := pairs(want.StorageUpdates)
	if err != nil {
		return err.Error()
	}
	if d := compareStorage(updates, got.StorageUpdates); d != "" {
		return d
	}
	if d := compareCode(c, want, got); d != "" {
		return d
	}
	if len(want.Transfers) != len(got.Transfers) {
		return difference("number of transfers", len(want.Transfers), len(got.Transfers))
	}
	for i := range want.Transfers {
		w, g, name := &want.Transfers[i], &got.Transfers[i], fmt.Sprintf("transfer %d, ", i)
		switch {
		case w.Value.Cmp(g.Value) != 0:
			return difference(name+"value", &w.Value.Int, g.Value)
		case c.gasComparable() && w.GasLimit != g.GasLimit:
			return differentNumbers(name+"gas limit", w.GasLimit, g.GasLimit)
		case !bytes.Equal(w.Data, g.Data):
			return difference(name+"data", []byte(w.Data), g.Data)
		case w.CallType != g.CallType:
			return difference(name+"call type", w.CallType, g.CallType)
		}
	}
	return ""
}

// compareStorage compares every reported pair, read or written.
func compareStorage(want, got []vm.StorageUpdate) string {
	for i := range max(len(want), len(got)) {
		switch {
		case i == len(got) || i < len(want) && bytes.Compare(want[i].Key, got[i].Key) < 0:
			return difference("storage", describePair(want[i]), "no such pair")
		case i == len(want) || bytes.Compare(want[i].Key, got[i].Key) > 0:
			return difference("storage", "no such pair", describePair(got[i]))
		case !bytes.Equal(want[i].Value, got[i].Value):
			return difference("storage value under "+show(want[i].Key), want[i].Value, got[i].Value)
		}
	}
	return ""
}

// compareCode compares code that the recording names byte by byte, other code
// by its length.
func compareCode(c *Case, want *recordedAccount, got *vm.OutputAccount) string {
	if want.CodeContract != "" {
		code, err := c.code(want.CodeContract)
		if err != nil {
			return err.Error()
		}
		if !bytes.Equal(code, got.Code) {
			return difference("code", code, got.Code)
		}
	} else if want.CodeLength != len(got.Code) {
		return difference("code length", want.CodeLength, len(got.Code))
	}
	if !bytes.Equal(want.CodeMetadata, got.CodeMetadata) {
		return difference("code metadata", []byte(want.CodeMetadata), got.CodeMetadata)
	}
	if !bytes.Equal(want.CodeDeployer, got.CodeDeployer) {
		return difference("code deployer", []byte(want.CodeDeployer), got.CodeDeployer)
	}
	return ""
}

func compareLists(name string, want []hexBytes, got [][]byte) string {
	for i := range max(len(want), len(got)) {
		item := fmt.Sprintf("%s, item %d of %d (actual: of %d)", name, i, len(want), len(got))
		switch {
		case i == len(got):
			return difference(item, []byte(want[i]), "no such item")
		case i == len(want):
			return difference(item, "no such item", got[i])
		case !bytes.Equal(want[i], got[i]):
			return difference(item, []byte(want[i]), got[i])
		}
	}
	return ""
}

// notCanonical says how an output breaks the promises of vm.Output, or "".
func notCanonical(out *vm.Output) string {
	byAddress := func(a, b vm.OutputAccount) int { return bytes.Compare(a.Address[:], b.Address[:]) }
	if !strictlySorted(out.Accounts, byAddress) {
		return "accounts are not sorted by address or one is named twice"
	}
	byKey := func(a, b vm.StorageUpdate) int { return bytes.Compare(a.Key, b.Key) }
	for i := range out.Accounts {
		a := &out.Accounts[i]
		if a.BalanceDelta == nil {
			return fmt.Sprintf("account %s has no balance delta", show(a.Address[:]))
		}
		if !strictlySorted(a.StorageUpdates, byKey) {
			return fmt.Sprintf("storage of account %s is not sorted or has a key twice", show(a.Address[:]))
		}
		if slices.ContainsFunc(a.Transfers, func(t vm.Transfer) bool { return t.Value == nil }) {
			return fmt.Sprintf("a transfer to account %s has no value", show(a.Address[:]))
		}
	}
	return ""
}

func strictlySorted[T any](list []T, cmp func(a, b T) int) bool {
	for i := 1; i < len(list); i++ {
		if cmp(list[i-1], list[i]) >= 0 {
			return false
		}
	}
	return true
}

func differentNumbers(name string, want, got uint64) string {
	return fmt.Sprintf("%s (actual − expected: %+d)", difference(name, want, got), int64(got-want))
}

// difference is the readable form of one disagreement.
func difference(name string, want, got any) string {
	return fmt.Sprintf("%s\n  expected %s\n  actual   %s", name, showAny(want), showAny(got))
}

func showAny(v any) string {
	if b, ok := v.([]byte); ok {
		return show(b)
	}
	return fmt.Sprint(v)
}

// maxShown bounds how many bytes of a value are printed.
const maxShown = 256

// show gives bytes in hex and, if any of them is printable, as text.
func show(b []byte) string {
	end := ""
	if len(b) > maxShown {
		end = fmt.Sprintf("… (%d bytes)", len(b))
		b = b[:maxShown]
	}
	text := "0x" + hex.EncodeToString(b)
	if slices.ContainsFunc(b, func(x byte) bool { return x > ' ' && x < 0x7f }) {
		text += " " + strconv.QuoteToASCII(string(b))
	}
	return text + end
}

func describePair(u vm.StorageUpdate) string { return show(u.Key) + " = " + show(u.Value) }

func describe(a *vm.OutputAccount) string {
	return fmt.Sprintf("%s: nonce %d, delta %v, %d pairs, %d bytes of code, %d transfers",
		show(a.Address[:]), a.Nonce, a.BalanceDelta, len(a.StorageUpdates), len(a.Code), len(a.Transfers))
}

func describeRecorded(r *recordedAccount) string {
	return fmt.Sprintf("%s: nonce %d, delta %v, %d pairs, %d bytes of code, %d transfers",
		show(r.Address[:]), r.Nonce, &r.BalanceDelta.Int, len(r.StorageUpdates), r.CodeLength, len(r.Transfers))
}
