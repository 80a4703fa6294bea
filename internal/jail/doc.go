// Package jail takes from this process what running contracts does not need:
// system calls, files, network, other processes, memory beyond a limit. It
// does not know contracts.
//
// Each protection is a layer with a name, and Enter says which are on and why
// others are not:
//
//	no_new_privs   no program that is started gains anything
//	rlimits        no new descriptor, no file that grows, no core dump, bounded memory
//	landlock/N     no file and no network, by version N of the kernel's Landlock
//	seccomp/N      N system calls, of which Calls is the list; any other ends the process, or fails where cgo is linked
//	wx             no memory is ever made executable (only if Rules forbid it)
//
// What Enter does cannot be undone, and it holds for every thread. It must be
// called once, when all files are open, when every part of the program that
// reads files or the machine when it is first used has been used, and while
// nothing else starts threads. On systems other than Linux there are no layers.
package jail

// Rules say what the process may still do.
type Rules struct {
	// Executable: memory may be made executable, which compiled code needs.
	Executable bool

	// DataBytes bounds all private writable memory of the process.
	DataBytes uint64
}

// State says what holds after Enter.
type State struct {
	Layers  []string // that are on
	Missing []string // that are not: the layer, a colon and the reason
}

func (s *State) add(layer string, err error) {
	if err != nil {
		s.Missing = append(s.Missing, layer+": "+err.Error())
		return
	}
	s.Layers = append(s.Layers, layer)
}
