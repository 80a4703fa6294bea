package vm

import (
	"bytes"
	"slices"
)

// Accesses is what an execution depended on and what its output changes. It is
// not part of the result: another run of the same call may have looked at more.
type Accesses struct {
	// List is sorted by address and key, the account itself before its pairs.
	List []Access

	// Everything says that the execution may have depended on anything: a
	// built-in function was asked, and nobody knows what it looked at.
	Everything bool
}

// Access is about one account or one pair of its storage.
type Access struct {
	Address Address
	Account bool   // the account without its storage, even that it does not exist
	Key     []byte // else, of the pair
	Written bool   // the output changes it; else it was only looked at
}

// Sort puts the list into its order. What is there twice becomes one.
func (a *Accesses) Sort() {
	slices.SortFunc(a.List, func(x, y Access) int {
		switch c := bytes.Compare(x.Address[:], y.Address[:]); {
		case c != 0:
			return c
		case x.Account != y.Account:
			if x.Account {
				return -1
			}
			return 1
		}
		return bytes.Compare(x.Key, y.Key)
	})
	kept := a.List[:0]
	for _, x := range a.List {
		if n := len(kept); n > 0 && kept[n-1].place() == x.place() {
			kept[n-1].Written = kept[n-1].Written || x.Written
			continue
		}
		kept = append(kept, x)
	}
	a.List = kept
}

// place names what an access is about.
type place struct {
	address Address
	account bool
	key     string
}

func (a *Access) place() place { return place{a.Address, a.Account, string(a.Key)} }
