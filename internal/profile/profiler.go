package profile

import (
	"github.com/Dharitri-org/core-wasm-vm/internal/host"
	"github.com/Dharitri-org/core-wasm-vm/internal/symbols"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// A Profiler is a host.Observer that adds up gas. It is not safe for concurrent
// use.
type Profiler struct {
	symbols *symbols.Set
	name    func(vm.Address) string
	root    *Node
	step    *Node // the execution that runs
	levels  []*level
	nodes   int
}

// level is a call that runs.
type level struct {
	frame  *host.Frame
	how    string
	node   *Node
	parent *Node
	place  []*Node // where gas goes to, the innermost last; the first is node
	last   uint64  // gas at the last change
	sum    int64   // what was added to nodes of this level, without nested ones
	before uint64  // gas of the level outside before this one began
	lost   *Node   // of the nested level that failed last
	table  *symbols.Table
}

// maxNodes bounds the tree. Beyond it calls are added to those they are in.
const maxNodes = 500_000

// New makes a profiler. name writes the addresses of contracts.
func New(s *symbols.Set, name func(vm.Address) string) *Profiler {
	return &Profiler{symbols: s, name: name, root: &Node{Kind: Root, Name: "all"}}
}

var _ host.Observer = (*Profiler)(nil)

// Begin begins an execution under a name. Executions of the same name, as of a
// file that is included twice, stay apart.
func (p *Profiler) Begin(step string) {
	p.levels = nil
	p.step = &Node{Kind: Step, Name: step}
	p.root.Children = append(p.root.Children, p.step)
}

// Drop forgets the execution that was begun last.
func (p *Profiler) Drop() {
	p.levels = nil
	p.root.Children = p.root.Children[:len(p.root.Children)-1]
}

// Check verifies the sum of the execution that was begun last.
func (p *Profiler) Check(used uint64) error {
	if sum := p.step.Total(); sum != int64(used) {
		return &SumError{p.step.Name, sum, int64(used)}
	}
	return nil
}

// Tree gives everything.
func (p *Profiler) Tree() *Node { return p.root }

func (p *Profiler) top() *level { return p.levels[len(p.levels)-1] }

// move says that the level has left gas: the difference went to the present
// place.
func (l *level) move(left uint64) {
	used := int64(l.last - left)
	l.place[len(l.place)-1].Self += used
	l.sum += used
	l.last = left
}

// enter goes into a place.
func (p *Profiler) enter(l *level, kind Kind, name string) {
	n := l.place[len(l.place)-1]
	if p.nodes < maxNodes {
		c, made := n.child(kind, name)
		if made {
			p.nodes++
		}
		n = c
		n.Calls++
	}
	l.place = append(l.place, n)
}

func (l *level) leave() { l.place = l.place[:len(l.place)-1] }

// EnterLevel implements host.Observer.
func (p *Profiler) EnterLevel(x *host.Frame, how string) {
	l := &level{frame: x, how: how, last: x.Input().GasProvided, place: []*Node{p.step}}
	if len(p.levels) > 0 {
		outer := p.top()
		l.before = outer.frame.GasLeft()
		outer.move(l.before)
		l.place[0] = outer.place[len(outer.place)-1]
	}
	l.parent = l.place[0]
	p.enter(l, Level, p.title(x, how))
	l.place = l.place[1:]
	l.node = l.place[0]
	p.levels = append(p.levels, l)
}

// title names a level.
func (p *Profiler) title(x *host.Frame, how string) string {
	title := p.name(x.Address()) + "." + x.Input().Function
	if how == "deploy" {
		title = p.name(x.Address()) + ".init"
	}
	if how != "call" {
		title += " (" + how + ")"
	}
	return title
}

// LeaveLevel implements host.Observer.
func (p *Profiler) LeaveLevel(x *host.Frame, left uint64, code vm.ReturnCode, _ string) {
	l := p.top()
	p.levels = p.levels[:len(p.levels)-1]
	if code == vm.OK {
		l.place = l.place[:1]
		l.move(x.GasLeft())
	}
	used := int64(x.Input().GasProvided - left)
	var outer *level
	if len(p.levels) > 0 {
		outer = p.top()
		after := outer.frame.GasLeft()
		used = int64(l.before - after)
		outer.last = after
	} else {
		l.parent.rename(l.node, p.title(x, l.how)) // a deployment did not know its address
	}
	p.settle(l, outer, used-l.sum)
	if outer != nil {
		outer.sum += used
	}
}

// settle accounts for the difference between what a level cost the one outside
// and what was seen inside. What is more was lost by a failure. What is less was
// not paid by the level outside, because it had nothing left: it is gas locked
// for a callback, which the callee has lost, so it is taken from what that lost.
func (p *Profiler) settle(l, outer *level, difference int64) {
	if difference > 0 {
		lost := p.other(l, "lost by a failure")
		lost.Self += difference
		if outer != nil {
			outer.lost = lost
		}
		return
	}
	if outer != nil && outer.lost != nil {
		taken := min(-difference, outer.lost.Self)
		outer.lost.Self -= taken
		difference += taken
	}
	if difference < 0 {
		p.other(l, "beyond the limit").Self += difference
	}
}

// other gives a node of a level for what is not a call.
func (p *Profiler) other(l *level, what string) *Node {
	n, made := l.node.child(Other, what)
	if made {
		p.nodes++
	}
	return n
}

// rename gives a child another name.
func (n *Node) rename(c *Node, name string) {
	if c.Name == name || c == n {
		return
	}
	delete(n.index, key{c.Kind, c.Name})
	c.Name = name
	n.index[key{c.Kind, name}] = c
}

// Spend implements host.Observer.
func (p *Profiler) Spend(x *host.Frame, what string, gas int64) {
	l := p.top()
	l.move(x.GasLeft() + uint64(gas))
	p.other(l, what).Self += gas
	l.sum += gas
	l.last = x.GasLeft()
}

// EnterFunction implements engine.Listener.
func (p *Profiler) EnterFunction(function uint32, gas int64, _ int) {
	l := p.top()
	if l.table == nil {
		l.table = p.symbols.Of(l.frame.Module())
	}
	l.move(uint64(max(gas, 0)) + l.frame.Spare())
	p.enter(l, Function, l.table.Function(function))
}

// LeaveFunction implements engine.Listener.
func (p *Profiler) LeaveFunction(_ uint32, gas int64) {
	l := p.top()
	l.move(uint64(max(gas, 0)) + l.frame.Spare())
	l.leave()
}

// HostCall implements host.Observer.
func (p *Profiler) HostCall(x *host.Frame, row *host.Import, _ []uint64) {
	l := p.top()
	l.move(x.GasLeft())
	name := row.Name
	if row.Module != "env" {
		name = row.Module + "." + name
	}
	p.enter(l, Import, name)
}

// HostReturn implements host.Observer.
func (p *Profiler) HostReturn(x *host.Frame, _ *host.Import, _ []uint64) {
	l := p.top()
	l.move(x.GasLeft())
	l.leave()
}

// The rest of host.Observer has nothing to do with gas.

// Stop implements host.Observer.
func (p *Profiler) Stop(*host.Frame, string) {}

// Read implements host.Observer.
func (p *Profiler) Read(*host.Frame, vm.Address, []byte, []byte) {}

// Write implements host.Observer.
func (p *Profiler) Write(*host.Frame, []byte, []byte, []byte) {}

// Log implements host.Observer.
func (p *Profiler) Log(*host.Frame, *vm.LogEntry) {}

// Transfer implements host.Observer.
func (p *Profiler) Transfer(*host.Frame, vm.Address, *vm.Transfer) {}
