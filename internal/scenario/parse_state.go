package scenario

import (
	"bytes"
	"math"
	"math/big"
)

func (p *parser) setState(s *Step, v *Value) (action, error) {
	state := new(setState)
	return state, p.object(v, "", "invalid set state field: ", kindField(), p.stepComment(s),
		field{"accounts", func(v *Value) error {
			return p.members(v, "unmarshalled account map object is not a map", func(m Member) error {
				a := accountState{account: newAccount()}
				var err error
				if a.address, err = p.address(m.Key, m.Offset); err != nil {
					return err
				}
				state.accounts = append(state.accounts, a)
				return p.account(a.account, m.Value)
			})
		}},
		field{"newAddresses", func(v *Value) error { return p.newAddresses(state, v) }},
		field{"previousBlockInfo", func(v *Value) error { return p.blockInfo(&state.previous, v) }},
		field{"currentBlockInfo", func(v *Value) error { return p.blockInfo(&state.current, v) }},
		field{"blockHashes", func(v *Value) error {
			if v.Kind != List {
				return p.fail(v, "blockHashes not a JSON list")
			}
			for _, item := range v.Items {
				b, err := p.eval(item)
				if err != nil {
					return err
				}
				state.blockHashes = append(state.blockHashes, b)
			}
			return nil
		}})
}

// members reads an object whose keys are values.
func (p *parser) members(v *Value, notObject string, read func(m Member) error) error {
	if v.Kind != Object {
		return p.fail(v, "%s", notObject)
	}
	for _, m := range v.Members {
		if err := read(m); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) account(a *Account, v *Value) error {
	return p.object(v, "unmarshalled account object is not a map", "unknown account field: ",
		p.comment(),
		field{"nonce", p.into(&a.nonce, "invalid account nonce: ")},
		field{"balance", p.numberInto(a.balance, "invalid account balance: ")},
		field{"storage", func(v *Value) error {
			return p.members(v, "invalid account storage", func(m Member) error {
				key, err := Evaluate(m.Key, p.reader)
				if err != nil {
					return p.failAt(m.Offset, "invalid account storage key: %v", err)
				}
				value, err := p.tree(m.Value)
				if err != nil {
					return prefix(err, "invalid account storage value: ")
				}
				a.storage[string(key)] = value
				return nil
			})
		}},
		field{"code", func(v *Value) error {
			code, err := p.eval(v)
			a.setCode(code)
			return prefix(err, "invalid account code: ")
		}},
		field{"codeMetadata", func(v *Value) error { return p.metadata(&a.metadata, v) }},
		field{"asyncCallData", func(v *Value) error {
			var text string
			err := p.text(v, &text)
			a.asyncData = []byte(text)
			return err
		}},
		field{"owner", func(v *Value) error {
			owner, err := p.addressValue(v)
			a.owner = owner[:]
			return err
		}},
		field{"username", func(v *Value) error {
			p.loader.builtins = true
			name, err := p.eval(v)
			a.setName(name)
			return err
		}},
		field{"shard", func(v *Value) error {
			n, err := p.uint64(v)
			if err == nil && n > math.MaxUint32 {
				err = p.fail(v, "value is not uint32")
			}
			a.shard = uint32(n)
			return err
		}},
		field{"developerReward", func(v *Value) error {
			p.loader.builtins = true
			amount := new(big.Int)
			err := p.numberInto(amount, "invalid developer reward: ")(v)
			a.setReward(amount)
			return err
		}},
		field{"esdt", func(v *Value) error { return p.balances(a, v) }},
		field{"dct", func(v *Value) error { return p.balances(a, v) }},
	)
}

// balances reads token balances: token → amount, or token → {balance: amount}.
func (p *parser) balances(a *Account, v *Value) error {
	p.loader.builtins = true
	return p.members(v, "unmarshalled token balances are not a map", func(m Member) error {
		token, err := Evaluate(m.Key, p.reader)
		if err != nil {
			return p.failAt(m.Offset, "invalid token identifier: %v", err)
		}
		amount := new(big.Int)
		read := p.numberInto(amount, "invalid token balance: ")
		if m.Value.Kind == Object {
			err = p.object(m.Value, "", "unknown token balance field: ", field{"balance", read})
		} else {
			err = read(m.Value)
		}
		a.setToken(token, amount)
		return err
	})
}

func (p *parser) newAddresses(state *setState, v *Value) error {
	if v.Kind != List {
		return p.fail(v, "newAddresses not a JSON list")
	}
	for _, item := range v.Items {
		var n newAddress
		err := p.object(item, "unmarshalled new address is not a map", "unknown nam field: ",
			field{"creatorAddress", func(v *Value) error { return p.addressInto(&n.creator, v) }},
			field{"creatorNonce", p.into(&n.nonce, "invalid creator nonce: ")},
			field{"newAddress", func(v *Value) error { return p.addressInto(&n.address, v) }})
		if err != nil {
			return err
		}
		state.newAddresses = append(state.newAddresses, n)
	}
	return nil
}

func (p *parser) blockInfo(b *blockInfo, v *Value) error {
	var epoch uint64
	err := p.object(v, "unmarshalled block info object is not a map", "unknown block info field: ",
		field{"blockTimestamp", p.into(&b.timestamp, "invalid blockTimestamp: ")},
		field{"blockNonce", p.into(&b.nonce, "invalid blockNonce: ")},
		field{"blockRound", p.into(&b.round, "invalid blockRound: ")},
		field{"blockEpoch", func(v *Value) error {
			err := p.into(&epoch, "invalid blockEpoch: ")(v)
			if err == nil && epoch > math.MaxUint32 {
				err = p.fail(v, "invalid blockEpoch: value is not uint32")
			}
			return err
		}},
		field{"blockRandomSeed", func(v *Value) (err error) { b.seed, err = p.tree(v); return err }},
	)
	b.epoch = uint32(epoch)
	return err
}

// ---- checkState ----

func (p *parser) checkState(s *Step, v *Value) (action, error) {
	c := &checkState{offset: v.Offset}
	return c, p.object(v, "", "invalid check state field: ", kindField(), p.stepComment(s),
		field{"accounts", func(v *Value) error {
			c.offset = v.Offset
			return p.members(v, "unmarshalled account map object is not a map", func(m Member) error {
				if m.Key == "+" {
					c.others = true
					return nil
				}
				a := accountCheck{key: m.Key, offset: m.Offset}
				var err error
				if a.address, err = p.address(m.Key, m.Offset); err != nil {
					return err
				}
				err = p.accountCheck(&a, m.Value)
				c.accounts = append(c.accounts, a)
				return err
			})
		}})
}

func (p *parser) accountCheck(a *accountCheck, v *Value) error {
	return p.object(v, "unmarshalled account object is not a map", "unknown account field: ",
		p.comment(),
		field{"nonce", func(v *Value) (err error) {
			a.nonce, err = p.checkUint64(v)
			return prefix(err, "invalid account nonce: ")
		}},
		field{"balance", p.checkInto(&a.balance, "invalid account balance: ")},
		field{"code", p.checkInto(&a.code, "invalid account code: ")},
		field{"codeMetadata", p.checkInto(&a.metadata, "invalid account code metadata: ")},
		field{"owner", p.checkInto(&a.owner, "invalid account owner: ")},
		field{"username", p.checkInto(&a.username, "invalid account username: ")},
		field{"developerReward", p.checkInto(&a.reward, "invalid developer reward: ")},
		field{"asyncCallData", func(v *Value) error {
			var text string
			err := p.text(v, &text)
			a.asyncData = check{set: true, any: text == "*", want: bytesValue{[]byte(text), v}}
			return err
		}},
		field{"storage", func(v *Value) (err error) {
			a.storage, err = p.mapCheck(v, "invalid account storage")
			return err
		}},
		field{"esdt", func(v *Value) (err error) { a.tokens, err = p.tokenCheck(v); return err }},
		field{"dct", func(v *Value) (err error) { a.tokens, err = p.tokenCheck(v); return err }},
	)
}

// mapCheck reads a check of pairs, nil if all are accepted.
func (p *parser) mapCheck(v *Value, what string) (*mapCheck, error) {
	if isAny(v) {
		return nil, nil
	}
	c := &mapCheck{offset: v.Offset}
	err := p.members(v, what, func(m Member) error {
		if m.Key == "+" {
			c.others = true
			return nil
		}
		key, err := Evaluate(m.Key, p.reader)
		if err != nil {
			return p.failAt(m.Offset, "%s key: %v", what, err)
		}
		pair := pairCheck{key: key, origin: m.Key, offset: m.Offset}
		if pair.value, err = p.check(m.Value); err != nil {
			return prefix(err, "%s value: ", what)
		}
		if i := c.find(key); i >= 0 {
			return p.failAt(m.Offset, "%s key %s is there twice", what, m.Key)
		}
		c.pairs = append(c.pairs, pair)
		return nil
	})
	return c, err
}

func (c *mapCheck) find(key []byte) int {
	for i := range c.pairs {
		if bytes.Equal(c.pairs[i].key, key) {
			return i
		}
	}
	return -1
}

// tokenCheck reads a check of token balances.
func (p *parser) tokenCheck(v *Value) (*mapCheck, error) {
	return p.mapCheck(v, "invalid token balance")
}
