package profile

import (
	"io"

	"github.com/google/pprof/profile"
)

// WritePprof writes the tree as a compressed profile for "go tool pprof", with
// gas and calls as its values. Equal trees have equal bytes.
func (n *Node) WritePprof(w io.Writer) error {
	b := &pprofBuilder{
		profile: &profile.Profile{
			SampleType:        []*profile.ValueType{{Type: "calls", Unit: "count"}, {Type: "gas", Unit: "gas"}},
			DefaultSampleType: "gas",
			PeriodType:        &profile.ValueType{Type: "gas", Unit: "gas"},
			Period:            1,
		},
		locations: make(map[key]*profile.Location),
	}
	b.add(n, nil)
	if err := b.profile.CheckValid(); err != nil {
		return err
	}
	return b.profile.Write(w)
}

type pprofBuilder struct {
	profile   *profile.Profile
	locations map[key]*profile.Location
}

// add adds a node and all below it. stack is the way to it, outermost first.
func (b *pprofBuilder) add(n *Node, stack []*profile.Location) {
	if n.Kind != Root {
		stack = append(stack[:len(stack):len(stack)], b.location(n))
	}
	if n.Self != 0 || n.Calls != 0 {
		sample := &profile.Sample{Value: []int64{n.Calls, n.Self}}
		for i := len(stack) - 1; i >= 0; i-- {
			sample.Location = append(sample.Location, stack[i])
		}
		b.profile.Sample = append(b.profile.Sample, sample)
	}
	for _, c := range n.Children {
		b.add(c, stack)
	}
}

func (b *pprofBuilder) location(n *Node) *profile.Location {
	k := key{n.Kind, n.Name}
	if l, ok := b.locations[k]; ok {
		return l
	}
	id := uint64(len(b.profile.Function) + 1)
	f := &profile.Function{ID: id, Name: n.Name, SystemName: n.Name, Filename: n.Kind.String()}
	l := &profile.Location{ID: id, Line: []profile.Line{{Function: f}}}
	b.profile.Function = append(b.profile.Function, f)
	b.profile.Location = append(b.profile.Location, l)
	b.locations[k] = l
	return l
}

// String names the kind.
func (k Kind) String() string {
	return [...]string{"all", "step", "contract", "function", "import", "other"}[k]
}
