// Package profile says where the gas of executions went: by contract, by
// function of the guest, by host function, as a tree, a table, a pprof profile
// or a flame graph.
//
// It is a tool, not a part of Core: a host.Observer (Profiler) that adds up what
// it sees. Its invariant: the gas of all nodes of an execution sums up, to the
// unit, to what the execution used; Profiler.Check verifies it.
package profile

import (
	"fmt"
	"slices"
	"strings"
)

// Kind says what a Node is.
type Kind uint8

// The kinds.
const (
	Root     Kind = iota
	Step          // an execution
	Level         // a call, a deployment, an upgrade
	Function      // of the guest
	Import        // a host function
	Other         // what is not a call: starting code, locks, gas lost by a failure
)

// A Node is something that gas went for, in the place where it happened.
type Node struct {
	Kind Kind
	Name string

	// Self is the gas of the node without its children. It is negative only
	// for what was given back.
	Self  int64
	Calls int64

	Children []*Node // in the order in which they were first seen
	index    map[key]*Node
}

type key struct {
	kind Kind
	name string
}

// Total is the gas of the node and all below it.
func (n *Node) Total() int64 {
	sum := n.Self
	for _, c := range n.Children {
		sum += c.Total()
	}
	return sum
}

// child finds or makes a child.
func (n *Node) child(kind Kind, name string) (c *Node, made bool) {
	k := key{kind, name}
	if c, ok := n.index[k]; ok {
		return c, false
	}
	if n.index == nil {
		n.index = make(map[key]*Node)
	}
	c = &Node{Kind: kind, Name: name}
	n.index[k] = c
	n.Children = append(n.Children, c)
	return c, true
}

// Row is a line of a table.
type Row struct {
	Kind  Kind
	Name  string
	Self  int64
	Total int64 // with what it called; counted once where it called itself
	Calls int64
}

// Table adds up nodes of the same name, the greatest Self first.
func (n *Node) Table() []Row {
	rows := make(map[key]*Row)
	n.collect(rows, make(map[key]bool))
	list := make([]Row, 0, len(rows))
	for _, r := range rows {
		list = append(list, *r)
	}
	slices.SortFunc(list, func(a, b Row) int {
		switch {
		case a.Self != b.Self && a.Self > b.Self:
			return -1
		case a.Self != b.Self:
			return 1
		case a.Kind != b.Kind:
			return int(a.Kind) - int(b.Kind)
		}
		return strings.Compare(a.Name, b.Name)
	})
	return list
}

func (n *Node) collect(rows map[key]*Row, open map[key]bool) {
	k := key{n.Kind, n.Name}
	outermost := !open[k]
	if n.Kind != Root && n.Kind != Step {
		r := rows[k]
		if r == nil {
			r = &Row{Kind: n.Kind, Name: n.Name}
			rows[k] = r
		}
		r.Self += n.Self
		r.Calls += n.Calls
		if outermost {
			r.Total += n.Total()
			open[k] = true
		}
	}
	for _, c := range n.Children {
		c.collect(rows, open)
	}
	if outermost {
		delete(open, k)
	}
}

// A SumError says that the gas of a profile is not that of the execution: a bug
// of this package.
type SumError struct {
	Step       string
	Sum, Spent int64
}

func (e *SumError) Error() string {
	return fmt.Sprintf("%s: the profile sums up to %d gas, the execution used %d", e.Step, e.Sum, e.Spent)
}
