package scenario

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// compare compares an output with what the scenario expects, in this order:
// status, message, results, refund, gas, logs.
func (e *expectation) compare(r *run, s *Step, t *transaction, out *vm.Output) error {
	steps := []func() error{
		func() error { return e.compareStatus(r, s, t, out) },
		func() error { return e.compareMessage(s, out) },
		func() error { return e.compareOut(s, out) },
		func() error { return e.compareRefund(s, out) },
		func() error {
			if r.checkGas && !r.options.IgnoreGas {
				return e.compareGas(s, out)
			}
			return nil
		},
		func() error { return e.compareLogs(s, out) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (e *expectation) compareStatus(r *run, s *Step, t *transaction, out *vm.Output) error {
	c := &e.status
	if !c.set || c.any || signed(c.want.bytes).Cmp(big.NewInt(int64(out.Code))) == 0 {
		return nil
	}
	text := fmt.Sprintf("result code mismatch. Tx %s. Want: %s. Have: %d (%v). Message: %s",
		s.ID, c.want.origin.Inline(), out.Code, out.Code, readable([]byte(out.Message)))
	if out.Code == vm.OutOfGas {
		text += fmt.Sprintf(" (gasLimit is %d)", t.tx.gasLimit)
	}
	return s.fail(c.want.origin.Offset, "%s", text)
}

// readable shows a text of a contract, which can be anything, on one line.
func readable(b []byte) string {
	for _, c := range b {
		if c < ' ' || c > '~' {
			return strconv.Quote(string(b))
		}
	}
	return string(b)
}

func (e *expectation) compareMessage(s *Step, out *vm.Output) error {
	c := &e.message
	if c.accepts([]byte(out.Message)) {
		return nil
	}
	return s.fail(c.want.origin.Offset, "result message mismatch. Tx %s. Want: %s. Have: %s",
		s.ID, c.want.origin.Inline(), Notate([]byte(out.Message), c.like()))
}

// accepts says whether a check of bytes is content with b.
func (c *check) accepts(b []byte) bool {
	return !c.set || c.any || bytes.Equal(c.want.bytes, b)
}

// like is what the expected value looks like, for Notate.
func (c *check) like() string {
	if c.want.origin != nil && c.want.origin.Kind == String {
		return c.want.origin.Text
	}
	return "0x"
}

func (e *expectation) compareOut(s *Step, out *vm.Output) error {
	if e.anyOut {
		return nil
	}
	if len(e.out) != len(out.ReturnData) {
		want := make([]string, len(e.out))
		for i := range e.out {
			want[i] = e.out[i].want.origin.Inline()
		}
		have := make([]string, len(out.ReturnData))
		for i, b := range out.ReturnData {
			have[i] = "0x" + hex.EncodeToString(b)
		}
		return s.fail(e.outAt, "result length mismatch. Tx %s. Want: [%s]. Have: [%s]",
			s.ID, strings.Join(want, ", "), strings.Join(have, ", "))
	}
	for i := range e.out {
		c := &e.out[i]
		if !c.accepts(out.ReturnData[i]) {
			return s.fail(c.want.origin.Offset, "result mismatch. Tx %s. Want: %s. Have: %s",
				s.ID, c.want.origin.Inline(), Notate(out.ReturnData[i], c.like()))
		}
	}
	return nil
}

func (e *expectation) compareRefund(s *Step, out *vm.Output) error {
	c := &e.refund
	have := new(big.Int).SetUint64(out.GasRefund)
	if !c.set || c.any || c.want.number().Cmp(have) == 0 {
		return nil
	}
	return s.fail(c.want.origin.Offset, "result gas refund mismatch. Tx %s. Want: %s. Have: 0x%x (%d)",
		s.ID, c.want.origin.Inline(), have, have)
}

func (e *expectation) compareGas(s *Step, out *vm.Output) error {
	c := &e.gas
	if !c.set || c.any || c.want.number().Uint64() == out.GasRemaining {
		return nil
	}
	return s.fail(c.want.origin.Offset, "result gas mismatch. Tx %s. Want: %s. Got: %d (0x%x)",
		s.ID, c.want.origin.Inline(), out.GasRemaining, out.GasRemaining)
}

// ---- logs ----

func (e *expectation) compareLogs(s *Step, out *vm.Output) error {
	if e.anyLogs {
		return nil
	}
	if len(out.Logs) < len(e.logs) || len(out.Logs) > len(e.logs) && !e.moreLog {
		var have strings.Builder
		for i := range out.Logs {
			have.WriteString("\n" + logText(&out.Logs[i], nil))
		}
		return s.fail(e.logsAt, "wrong number of logs. Tx %s. Want:%d. Got:%d%s", s.ID, len(e.logs), len(out.Logs), have.String())
	}
	for i := range e.logs {
		if what := e.logs[i].differs(&out.Logs[i]); what != "" {
			var want strings.Builder
			e.logs[i].origin.inline(&want)
			return s.fail(e.logs[i].origin.Offset, "%s. Tx %s. Want:\n%s\nGot:\n%s", what, s.ID, want.String(), logText(&out.Logs[i], &e.logs[i]))
		}
	}
	return nil
}

// differs says what is different in a log entry, or "".
func (l *logCheck) differs(have *vm.LogEntry) string {
	switch {
	case !l.address.accepts(have.Address[:]):
		return "bad log address"
	case !l.identifier.accepts(have.Identifier):
		return "bad log identifier"
	case !l.anyTopics && len(l.topics) != len(have.Topics):
		return "wrong number of log topics"
	}
	if !l.anyTopics {
		for i := range l.topics {
			if !l.topics[i].accepts(have.Topics[i]) {
				return "bad log topic"
			}
		}
	}
	// Data is compared as a number: zeros at its beginning do not count.
	if c := &l.data; c.set && !c.any && !bytes.Equal(bytes.TrimLeft(c.want.bytes, "\x00"), bytes.TrimLeft(have.Data, "\x00")) {
		return "bad log data"
	}
	return ""
}

// logText writes an entry as a scenario would, in the notation of like.
func logText(l *vm.LogEntry, like *logCheck) string {
	if like == nil {
		like = new(logCheck)
	}
	topics := make([]string, len(l.Topics))
	for i, topic := range l.Topics {
		c := new(check)
		if i < len(like.topics) {
			c = &like.topics[i]
		}
		topics[i] = `"` + c.notate(topic) + `"`
	}
	return fmt.Sprintf(`{"address": "%s", "identifier": "%s", "topics": [%s], "data": "%s"}`,
		NameAddress(l.Address), like.identifier.notate(l.Identifier), strings.Join(topics, ", "), like.data.notate(l.Data))
}

// notate writes b in the notation of what is expected, or in the one that
// people read best.
func (c *check) notate(b []byte) string {
	if c.set && !c.any {
		return Notate(b, c.like())
	}
	return NotateFreely(b)
}
