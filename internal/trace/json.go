package trace

import (
	"encoding/hex"
	"encoding/json"
)

// The JSON form of a trace: bytes and addresses are "0x" and hex digits,
// amounts are decimal digits in quotes, gas is a number.

type jsonCall struct {
	How         string       `json:"how"`
	Caller      string       `json:"caller"`
	Contract    string       `json:"contract"`
	Storage     string       `json:"storage,omitempty"`
	Function    string       `json:"function"`
	Arguments   []string     `json:"arguments"`
	Value       string       `json:"value"`
	CallType    int          `json:"callType"`
	GasProvided uint64       `json:"gasProvided"`
	GasUsed     uint64       `json:"gasUsed"`
	Events      []*jsonEvent `json:"events"`
	Code        int          `json:"code"`
	CodeText    string       `json:"codeText"`
	Message     string       `json:"message,omitempty"`
	Results     []string     `json:"results"`
	Stop        *jsonStop    `json:"stop,omitempty"`
}

type jsonStop struct {
	Reason string      `json:"reason"`
	Stack  []jsonPlace `json:"stack"`
}

type jsonPlace struct {
	Function string `json:"function"`
	Index    uint32 `json:"index"`
	Offset   int    `json:"offset,omitempty"`
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
}

type jsonEvent struct {
	Kind       EventKind       `json:"kind"`
	Name       string          `json:"name,omitempty"`
	GasLeft    uint64          `json:"gasLeft"`
	GasUsed    int64           `json:"gasUsed,omitempty"`
	Parameters []jsonParameter `json:"parameters,omitempty"`
	Result     string          `json:"result,omitempty"`
	Ended      bool            `json:"ended,omitempty"`
	Address    string          `json:"address,omitempty"`
	Key        *string         `json:"key,omitempty"`
	Before     *string         `json:"before,omitempty"`
	After      *string         `json:"after,omitempty"`
	Identifier *string         `json:"identifier,omitempty"`
	Topics     []string        `json:"topics,omitempty"`
	Data       *string         `json:"data,omitempty"`
	Sender     string          `json:"sender,omitempty"`
	Value      string          `json:"value,omitempty"`
	GasLimit   uint64          `json:"gasLimit,omitempty"`
	Call       *jsonCall       `json:"call,omitempty"`
	Events     []*jsonEvent    `json:"events,omitempty"`
}

type jsonParameter struct {
	Name   string   `json:"name"`
	Kind   string   `json:"kind"`
	Text   string   `json:"text,omitempty"`
	Bytes  *string  `json:"bytes,omitempty"`
	List   []string `json:"list,omitempty"`
	Number string   `json:"number,omitempty"`
}

// MarshalJSON implements json.Marshaler.
func (c *Call) MarshalJSON() ([]byte, error) { return json.Marshal(c.json()) }

func (c *Call) json() *jsonCall {
	j := &jsonCall{
		How: c.How, Caller: hexOf(c.Caller[:]), Contract: hexOf(c.Contract[:]), Function: c.Function,
		Arguments: hexList(c.Arguments), Value: c.Value.String(), CallType: int(c.CallType),
		GasProvided: c.GasProvided, GasUsed: c.GasUsed, Events: jsonEvents(c.Events),
		Code: int(c.Code), CodeText: c.Code.String(), Message: c.Message, Results: hexList(c.Results),
	}
	if c.Storage != c.Contract {
		j.Storage = hexOf(c.Storage[:])
	}
	if c.Stop != nil {
		j.Stop = &jsonStop{Reason: c.Stop.Reason, Stack: []jsonPlace{}}
		for _, p := range c.Stop.Stack {
			j.Stop.Stack = append(j.Stop.Stack, jsonPlace(p))
		}
	}
	return j
}

func jsonEvents(events []*Event) []*jsonEvent {
	list := []*jsonEvent{}
	for _, e := range events {
		list = append(list, e.json())
	}
	return list
}

func (e *Event) json() *jsonEvent {
	j := &jsonEvent{Kind: e.Kind, Name: e.Name, GasLeft: e.GasLeft, GasUsed: e.GasUsed, Ended: e.Ended}
	for i := range e.Parameters {
		j.Parameters = append(j.Parameters, e.Parameters[i].json())
	}
	if e.Result != nil {
		j.Result = e.Result.Text
	}
	if len(e.Events) > 0 {
		j.Events = jsonEvents(e.Events)
	}
	switch e.Kind {
	case Read, Write:
		j.Address, j.Key, j.After = hexOf(e.Address[:]), pointer(e.Key), pointer(e.After)
		if e.Kind == Write {
			j.Before = pointer(e.Before)
		}
	case Log:
		j.Address, j.Identifier, j.Topics, j.Data = hexOf(e.Address[:]), pointer(e.Log.Identifier), hexList(e.Log.Topics), pointer(e.Log.Data)
	case Transfer:
		j.Address, j.Sender, j.Value = hexOf(e.Address[:]), hexOf(e.Transfer.Sender[:]), e.Transfer.Value.String()
		j.GasLimit, j.Data = e.Transfer.GasLimit, pointer(e.Transfer.Data)
	case Nested:
		j.Call = e.Call.json()
	}
	return j
}

func (p *Parameter) json() jsonParameter {
	j := jsonParameter{Name: p.Name, Kind: p.Kind, Text: p.Text}
	if p.Item != nil {
		j.Bytes = pointer(p.Item)
	}
	if p.List != nil {
		j.List = hexList(p.List)
	}
	if p.Number != nil {
		j.Number = number(p.Number)
	}
	return j
}

func hexOf(b []byte) string { return "0x" + hex.EncodeToString(b) }

func pointer(b []byte) *string {
	text := hexOf(b)
	return &text
}

func hexList(items [][]byte) []string {
	list := make([]string, len(items))
	for i, item := range items {
		list[i] = hexOf(item)
	}
	return list
}
