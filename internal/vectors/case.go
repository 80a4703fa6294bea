// Package vectors runs recorded test vectors against any vm.Executor and says
// where the two differ.
//
// A vector file is one case: a world (accounts, blocks), contracts, and steps.
// Each step is a deployment or a call together with the output that was
// recorded for it. The package reads the files (Load), answers the VM's
// questions from the case's world exactly as the recording did (World), runs
// the steps and compares (Runner).
//
// It knows nothing of engines, processes or gas prices: the caller supplies a
// constructor of executors and a way to find a schedule by its name.
//
// Invariants: after every step the world takes over the recorded output, never
// the one just computed, so one wrong step cannot disturb another; a step that
// a decision supersedes is run but not compared.
package vectors

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/big"
	"path"
	"slices"
	"strings"

	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// A Case is one vector file.
type Case struct {
	Name             string              `json:"name"` // "family/case"
	Description      string              `json:"description"`
	GasSchedule      string              `json:"gasSchedule"`
	BuiltinFunctions []string            `json:"builtinFunctions"`
	Ethereum         bool                `json:"ethereum"`
	V2EnableEpoch    uint32              `json:"coreV2EnableEpoch"` // not used: V2 is always on
	Start            start               `json:"world"`
	Contracts        map[string]contract `json:"contracts"`
	Steps            []*Step             `json:"steps"`
}

// Family is the part of the name before the slash.
func (c *Case) Family() string {
	family, _, _ := strings.Cut(c.Name, "/")
	return family
}

// gasComparable is false for cases whose recorded gas depends on the length of
// import names that were different when they were recorded.
func (c *Case) gasComparable() bool {
	return !strings.HasPrefix(c.Description, "gas not comparable")
}

// A Step is one request and the output recorded for it.
type Step struct {
	Note       string   `json:"note"`
	Superseded string   `json:"superseded"` // key of the decision that changes the outcome
	Input      input    `json:"input"`
	Output     recorded `json:"output"`
}

// CallType is the call type of the request.
func (s *Step) CallType() vm.CallType { return s.Input.CallType }

// start is the world before the first step.
type start struct {
	CurrentBlock  block                     `json:"currentBlock"`
	LastBlock     block                     `json:"lastBlock"`
	StateRootHash hexBytes                  `json:"stateRootHash"`
	BlockHashes   map[uint64]hexBytes       `json:"blockHashes"`
	Accounts      map[hexAddress]startState `json:"accounts"`
}

type block struct {
	Nonce      uint64   `json:"nonce"`
	Round      uint64   `json:"round"`
	Timestamp  uint64   `json:"timestamp"`
	Epoch      uint32   `json:"epoch"`
	RandomSeed hexBytes `json:"randomSeed"`
}

type startState struct {
	Nonce        uint64              `json:"nonce"`
	Balance      decimal             `json:"balance"`
	Contract     string              `json:"contract"`
	CodeMetadata hexBytes            `json:"codeMetadata"`
	Owner        hexBytes            `json:"owner"`
	Storage      map[string]hexBytes `json:"storage"`
	Shard        uint32              `json:"shard"`
	NotPayable   bool                `json:"notPayable"`
}

type contract struct {
	Wat  string  `json:"wat"`
	Wasm bareHex `json:"wasm"`
}

type input struct {
	Kind           string      `json:"kind"` // "deploy" or "call"
	Caller         hexAddress  `json:"caller"`
	Recipient      *hexAddress `json:"recipient"`
	Function       string      `json:"function"`
	Contract       string      `json:"contract"`
	CodeMetadata   hexBytes    `json:"codeMetadata"`
	Arguments      []hexBytes  `json:"arguments"`
	Value          decimal     `json:"value"`
	CallType       vm.CallType `json:"callType"`
	GasPrice       uint64      `json:"gasPrice"`
	GasProvided    uint64      `json:"gasProvided"`
	OriginalTxHash hexBytes    `json:"originalTxHash"`
	CurrentTxHash  hexBytes    `json:"currentTxHash"`
	DCTValue       *decimal    `json:"dctValue"`
	DCTTokenName   hexBytes    `json:"dctTokenName"`
}

type recorded struct {
	ReturnCode     vm.ReturnCode     `json:"returnCode"`
	ReturnCodeName string            `json:"returnCodeName"`
	ReturnMessage  string            `json:"returnMessage"`
	ReturnData     []hexBytes        `json:"returnData"`
	GasRemaining   uint64            `json:"gasRemaining"`
	GasRefund      decimal           `json:"gasRefund"`
	Accounts       []recordedAccount `json:"accounts"`
	Logs           []recordedLog     `json:"logs"`
}

type recordedAccount struct {
	Address        hexAddress          `json:"address"`
	Nonce          uint64              `json:"nonce"`
	Balance        *decimal            `json:"balance"`
	BalanceDelta   decimal             `json:"balanceDelta"`
	StorageUpdates map[string]hexBytes `json:"storageUpdates"`
	CodeContract   string              `json:"codeContract"`
	CodeLength     int                 `json:"codeLength"`
	CodeMetadata   hexBytes            `json:"codeMetadata"`
	CodeDeployer   hexBytes            `json:"codeDeployer"`
	Transfers      []recordedTransfer  `json:"transfers"`
	GasUsed        uint64              `json:"gasUsed"`
}

type recordedTransfer struct {
	Value    decimal     `json:"value"`
	GasLimit uint64      `json:"gasLimit"`
	Data     hexBytes    `json:"data"`
	CallType vm.CallType `json:"callType"`
}

type recordedLog struct {
	Address    hexAddress `json:"address"`
	Identifier hexBytes   `json:"identifier"`
	Topics     []hexBytes `json:"topics"`
	Data       hexBytes   `json:"data"`
}

// Load reads every file named *.json below the root of fsys, in the order of
// their paths. A key that is not part of the format is an error: a case that is
// only half understood proves nothing.
func Load(fsys fs.FS) ([]*Case, error) {
	var cases []*Case
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".json" {
			return err
		}
		c, err := load(fsys, name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		cases = append(cases, c)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read vectors: %w", err)
	}
	if len(cases) == 0 {
		return nil, fmt.Errorf("read vectors: no case found")
	}
	return cases, nil
}

func load(fsys fs.FS, name string) (*Case, error) {
	text, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	c := new(Case)
	if err := dec.Decode(c); err != nil {
		return nil, err
	}
	if rest := bytes.TrimSpace(text[dec.InputOffset():]); len(rest) > 0 {
		return nil, fmt.Errorf("byte %d: something follows the case", len(text)-len(rest))
	}
	return c, c.check()
}

// check finds what would make running the case meaningless.
func (c *Case) check() error {
	if c.Name == "" || len(c.Steps) == 0 {
		return fmt.Errorf("a case needs a name and steps")
	}
	for i, s := range c.Steps {
		var err error
		switch s.Input.Kind {
		case "deploy":
			_, err = c.code(s.Input.Contract)
		case "call":
			if s.Input.Recipient == nil {
				err = fmt.Errorf("call without recipient")
			}
		default:
			err = fmt.Errorf("unknown kind %q", s.Input.Kind)
		}
		for _, a := range s.Output.Accounts {
			if err == nil && a.CodeContract != "" {
				_, err = c.code(a.CodeContract)
			}
		}
		if err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
	}
	return nil
}

func (c *Case) code(name string) ([]byte, error) {
	found, ok := c.Contracts[name]
	if !ok {
		return nil, fmt.Errorf("unknown contract %q", name)
	}
	return found.Wasm, nil
}

// hexBytes is "0x" and hex digits.
type hexBytes []byte

func (b *hexBytes) UnmarshalText(text []byte) error {
	digits, ok := bytes.CutPrefix(text, []byte("0x"))
	if !ok {
		return fmt.Errorf("bytes %q do not begin with 0x", text)
	}
	return (*bareHex)(b).UnmarshalText(digits)
}

// bareHex is hex digits.
type bareHex []byte

func (b *bareHex) UnmarshalText(text []byte) error {
	out, err := hex.AppendDecode(make([]byte, 0, len(text)/2), text)
	*b = out
	return err
}

// hexAddress is an address written like hexBytes.
type hexAddress vm.Address

func (a *hexAddress) UnmarshalText(text []byte) error {
	var b hexBytes
	if err := b.UnmarshalText(text); err != nil {
		return err
	}
	address, err := vm.AddressOf(b)
	*a = hexAddress(address)
	return err
}

// decimal is a number in quotes.
type decimal struct{ big.Int }

// UnmarshalJSON takes the place of big.Int's, which reads numbers without
// quotes.
func (d *decimal) UnmarshalJSON(quoted []byte) error {
	var text string
	if err := json.Unmarshal(quoted, &text); err != nil {
		return err
	}
	if _, ok := d.SetString(text, 10); !ok {
		return fmt.Errorf("%q is not a decimal number", text)
	}
	return nil
}

// pairs gives a storage map as sorted pairs of raw bytes.
func pairs(m map[string]hexBytes) ([]vm.StorageUpdate, error) {
	list := make([]vm.StorageUpdate, 0, len(m))
	for text, value := range m {
		var key hexBytes
		if err := key.UnmarshalText([]byte(text)); err != nil {
			return nil, fmt.Errorf("storage key: %w", err)
		}
		list = append(list, vm.StorageUpdate{Key: key, Value: value})
	}
	slices.SortFunc(list, func(a, b vm.StorageUpdate) int { return bytes.Compare(a.Key, b.Key) })
	return list, nil
}

func byteLists(in []hexBytes) [][]byte {
	out := make([][]byte, len(in))
	for i := range in {
		out[i] = in[i]
	}
	return out
}
