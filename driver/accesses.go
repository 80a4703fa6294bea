package driver

import "github.com/Dharitri-org/core-wasm-vm/vm"

// report writes into an output what it depends on and what it changes. The
// first is what the hook was asked, which Core cannot make less of; the second
// what the output says, which was checked.
func (d *Driver) report(out *vm.Output) {
	if d.options.Accesses {
		out.Accesses = d.replier.witness.accesses(out)
	}
}

func (w *witness) accesses(out *vm.Output) *vm.Accesses {
	a := &vm.Accesses{
		List:       make([]vm.Access, 0, len(w.accounts)+len(w.storage)+len(out.Accounts)),
		Everything: w.askedBuiltin,
	}
	for address := range w.accounts {
		a.List = append(a.List, vm.Access{Address: address, Account: true})
	}
	for name := range w.storage {
		a.List = append(a.List, vm.Access{Address: name.address, Key: []byte(name.key)})
	}
	for i := range out.Accounts {
		o := &out.Accounts[i]
		if w.changes(o) {
			a.List = append(a.List, vm.Access{Address: o.Address, Account: true, Written: true})
		}
		for k := range o.StorageUpdates {
			if u := &o.StorageUpdates[k]; u.Written {
				a.List = append(a.List, vm.Access{Address: o.Address, Key: u.Key, Written: true})
			}
		}
	}
	a.Sort()
	return a
}

// changes says whether an output changes an account, apart from its storage.
func (w *witness) changes(o *vm.OutputAccount) bool {
	known := w.accounts[o.Address]
	return o.BalanceDelta.Sign() != 0 || len(o.Code)+len(o.CodeMetadata)+len(o.CodeDeployer) > 0 ||
		o.Nonce != 0 && (known == nil || o.Nonce != known.Nonce)
}
