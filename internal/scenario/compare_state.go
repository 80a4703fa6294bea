package scenario

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/internal/builtin"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// run compares the world with what a scenario expects.
func (c *checkState) run(r *run, s *Step) error {
	listed := make(map[vm.Address]bool)
	for i := range c.accounts {
		listed[c.accounts[i].address] = true
	}
	if !c.others {
		for _, address := range r.world.Addresses() {
			if !listed[address] && !r.world.accounts[address].seen {
				return s.fail(c.offset, "unexpected account address: %v (%s)", address, NameAddress(address))
			}
		}
	}
	for i := range c.accounts {
		if err := c.accounts[i].compare(r.world, s); err != nil {
			return err
		}
	}
	return nil
}

func (c *accountCheck) compare(w *World, s *Step) error {
	a, ok := w.accounts[c.address]
	if !ok {
		return s.fail(c.offset, "account %v expected but not found after running test", c.address)
	}
	have := new(big.Int).SetUint64(a.nonce)
	if !c.nonce.acceptsNumber(have) {
		return s.fail(c.nonce.offset(), "bad account nonce. Account: %v. Want: %s. Have: %d", c.address, c.nonce.want.origin.Inline(), have)
	}
	if !c.balance.acceptsNumber(a.balance) {
		return s.fail(c.balance.offset(), "bad account balance. Account: %v. Want: %s. Have: 0x%x (%d)",
			c.address, c.balance.want.origin.Inline(), a.balance, a.balance)
	}
	for _, field := range []struct {
		check *check
		name  string
		have  []byte
	}{
		{&c.code, "account code", a.code},
		{&c.asyncData, "async call data", a.asyncData},
		{&c.metadata, "account code metadata", a.metadata},
		{&c.owner, "account owner", a.owner},
		{&c.username, "account username", a.name()},
	} {
		if !field.check.accepts(field.have) {
			return s.fail(field.check.offset(), "bad %s. Account: %v. Want: [%s]. Have: [%s]",
				field.name, c.address, field.check.want.origin.Inline(), raw(field.have, field.check.like()))
		}
	}
	if reward := new(big.Int).SetBytes(a.reward()); !c.reward.acceptsNumber(reward) {
		return s.fail(c.reward.offset(), "bad developer reward. Account: %v. Want: %s. Have: %d", c.address, c.reward.want.origin.Inline(), reward)
	}
	if err := c.compareStorage(a, s); err != nil {
		return err
	}
	return c.compareTokens(a, s)
}

func (c *check) acceptsNumber(have *big.Int) bool {
	return !c.set || c.any || c.want.number().Cmp(have) == 0
}

func (c *check) offset() int { return c.want.origin.Offset }

// raw shows bytes as text if they are one, else in the notation of like; long
// ones are cut.
func raw(b []byte, like string) string {
	const limit = 200
	text := Notate(b, like)
	if printable(b) {
		text = string(b)
	}
	if len(text) > limit {
		return fmt.Sprintf("%s… (%d bytes)", text[:limit], len(b))
	}
	return text
}

// compareStorage compares all pairs of both sides. What package builtin keeps
// is left out, unless the scenario lists it.
func (c *accountCheck) compareStorage(a *Account, s *Step) error {
	if c.storage == nil {
		return nil
	}
	different := differences(c.storage, a.storage, func(key string) bool { return !isProtocols([]byte(key)) },
		func(p *pairCheck, have []byte) (string, string, bool) {
			if p.value.want.origin == nil {
				return show(nil), show(have), len(have) == 0
			}
			return p.value.want.origin.Inline(), Notate(have, p.value.like()), p.value.accepts(have)
		})
	if len(different) == 0 {
		return nil
	}
	return s.fail(different[0].offset, "wrong account storage for account 0x%s:%s", hex.EncodeToString(c.address[:]), lines(different))
}

func (c *accountCheck) compareTokens(a *Account, s *Step) error {
	if c.tokens == nil {
		return nil
	}
	have := make(map[string][]byte)
	for key, value := range a.storage {
		if token, ok := builtin.TokenOf([]byte(key)); ok {
			amount, err := builtin.DecodeAmount(value)
			if err != nil {
				return s.fail(c.tokens.offset, "account %v, token %s: %v", c.address, show(token), err)
			}
			have[string(token)] = amount.Bytes()
		}
	}
	different := differences(c.tokens, have, func(string) bool { return true },
		func(p *pairCheck, have []byte) (string, string, bool) {
			amount := new(big.Int).SetBytes(have)
			return p.value.want.number().String(), amount.String(), p.value.acceptsNumber(amount)
		})
	if len(different) == 0 {
		return nil
	}
	return s.fail(different[0].offset, "wrong token balances for account 0x%s:%s", hex.EncodeToString(c.address[:]), lines(different))
}

// a difference is a pair that is not as expected.
type difference struct {
	key        string
	want, have string
	offset     int
}

// differences compares the union of expected and actual keys, sorted by key.
func differences(c *mapCheck, have map[string][]byte, counts func(key string) bool,
	compare func(p *pairCheck, have []byte) (want, is string, equal bool)) []difference {
	var list []difference
	expected := make(map[string]bool)
	for i := range c.pairs {
		p := &c.pairs[i]
		expected[string(p.key)] = true
		if want, is, equal := compare(p, have[string(p.key)]); !equal {
			list = append(list, difference{string(p.key), want, is, p.offset})
		}
	}
	if !c.others {
		nothing := &pairCheck{value: check{set: true}}
		for key, value := range have {
			if expected[key] || !counts(key) {
				continue
			}
			if want, is, equal := compare(nothing, value); !equal {
				list = append(list, difference{key, want, is, c.offset})
			}
		}
	}
	slices.SortFunc(list, func(a, b difference) int { return bytes.Compare([]byte(a.key), []byte(b.key)) })
	return list
}

func lines(list []difference) string {
	var b strings.Builder
	for _, d := range list {
		fmt.Fprintf(&b, "\n  for key %s: Want: %s. Have: %s", show([]byte(d.key)), d.want, d.have)
	}
	return b.String()
}
