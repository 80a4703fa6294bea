package scenario

import (
	"math/big"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// A Scenario is a file that was read and understood.
type Scenario struct {
	Source   *Source
	Name     string
	Comment  string
	CheckGas bool   // compare gas expectations
	Schedule string // "default", "dummy", "v1", …, or empty if it names none
	Steps    []*Step

	// Builtins is set if the scenario, or one that it includes, mentions
	// tokens, user names or developer rewards: what only built-in functions
	// change. There are built-in functions exactly then.
	Builtins bool

	Warnings []*Warning // with those of the files it includes
}

// A Step is one step of a scenario.
type Step struct {
	Kind    string // as in the file: "scCall", …
	Index   int    // in its file, from 1
	ID      string // of a transaction, or empty
	Comment string
	offset  int
	source  *Source
	action  action
}

// action is what a step does.
type action interface {
	run(r *run, s *Step) error
}

// bytesValue is an evaluated expression or tree.
type bytesValue struct {
	bytes  []byte
	origin *Value
}

func (b *bytesValue) number() *big.Int { return new(big.Int).SetBytes(b.bytes) }

// A check compares bytes with a value.
type check struct {
	set  bool // false: not checked
	any  bool // "*"
	want bytesValue
}

// include is the step externalSteps.
type include struct{ scenario *Scenario }

// setState is the step of that name.
type setState struct {
	accounts     []accountState
	newAddresses []newAddress
	current      blockInfo
	previous     blockInfo
	blockHashes  [][]byte
}

type accountState struct {
	address vm.Address
	account *Account
}

type newAddress struct {
	creator vm.Address
	nonce   uint64
	address vm.Address
}

type blockInfo struct {
	timestamp, nonce, round uint64
	epoch                   uint32
	seed                    []byte
}

// transaction is one of the steps that run something.
type transaction struct {
	kind   txKind
	tx     tx
	expect *expectation // nil: nothing is checked
}

// tx is the field tx of a transaction.
type tx struct {
	from      vm.Address
	to        vm.Address
	function  string
	value     *big.Int
	token     []byte // empty: no token payment
	tokens    *big.Int
	arguments [][]byte
	code      []byte
	metadata  []byte
	gasLimit  uint64
	gasPrice  uint64

	offset int
}

// expectation is the field expect of a transaction.
type expectation struct {
	out     []check
	anyOut  bool
	status  check
	message check
	gas     check
	refund  check
	logs    []logCheck
	anyLogs bool // "*": not compared
	moreLog bool // "+": others may follow

	offset int // of the object
	outAt  int // of out, or of the object
	logsAt int
}

type logCheck struct {
	address    check
	identifier check
	topics     []check
	anyTopics  bool
	data       check
	origin     *Value
}

// checkState is the step of that name.
type checkState struct {
	accounts []accountCheck
	others   bool // "+": there may be others
	offset   int
}

type accountCheck struct {
	address vm.Address
	key     string // as it is written
	offset  int

	nonce, balance, code, metadata check
	owner, username, reward        check
	asyncData                      check
	storage                        *mapCheck
	tokens                         *mapCheck
}

// mapCheck compares all pairs of a map.
type mapCheck struct {
	pairs  []pairCheck
	others bool // "+": others may exist
	offset int
}

type pairCheck struct {
	key    []byte
	origin string
	value  check
	offset int
}

// dumpState is the step of that name.
type dumpState struct{}
