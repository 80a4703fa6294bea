package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// kills is how many random moments each test tries.
const kills = 25

// story is what a demo has printed so far.
type story struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *story) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *story) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// storyLines is about how many lines a demo prints.
const storyLines = 28

// randomMoment waits until the demo has printed a random number of lines, and
// then a little. Lines, not time: how long a demo takes depends on what else
// the machine does.
func (s *story) randomMoment(ended <-chan struct{}) {
	for lines := rand.N(storyLines); strings.Count(s.String(), "\n") < lines; {
		select {
		case <-ended:
			return
		case <-time.After(time.Millisecond / 2):
		}
	}
	time.Sleep(rand.N(5 * time.Millisecond))
}

// demoProcess starts the demo as a process with a session of its own. ended is
// closed when it has ended; its state is in ProcessState then.
func demoProcess(t *testing.T, data string) (cmd *exec.Cmd, out *story, ended <-chan struct{}) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd = exec.Command(self, "demo", "--data", data)
	cmd.Env = append(os.Environ(), actAsCommand+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	out = new(story)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = cmd.Wait() // how it ended is in ProcessState
	}()
	return cmd, out, done
}

// A stat is what /proc says of a process.
type stat struct{ pid, parent, session int }

// processes lists all processes that have not ended.
func processes(t *testing.T) []stat {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	var list []stat
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has just ended
		}
		// PID (NAME) STATE PARENT GROUP SESSION …; a name may hold anything.
		_, rest, ok := strings.Cut(string(text[bytes.LastIndexByte(text, ')'):]), " ")
		fields := strings.Fields(rest)
		if !ok || len(fields) < 4 || fields[0] == "Z" {
			continue
		}
		var s stat
		var errs [3]error
		s.pid, errs[0] = strconv.Atoi(filepath.Base(filepath.Dir(file)))
		s.parent, errs[1] = strconv.Atoi(fields[1])
		s.session, errs[2] = strconv.Atoi(fields[3])
		if errs != [3]error{} {
			t.Fatalf("%s: %v", file, errs)
		}
		list = append(list, s)
	}
	return list
}

// nothingLeft waits until no process belongs to the session or parent.
func nothingLeft(t *testing.T, id int) {
	t.Helper()
	var left []stat
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		left = nil
		for _, s := range processes(t) {
			if s.parent == id || s.session == id {
				left = append(left, s)
			}
		}
		if len(left) == 0 {
			return
		}
	}
	t.Errorf("processes are left: %+v", left)
}

// core finds the child of a process, waiting until there is one; 0 if the
// process ended before.
func core(t *testing.T, parent int, ended <-chan struct{}) int {
	t.Helper()
	for {
		lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", parent))
		if err != nil {
			t.Fatal(err)
		}
		for _, list := range lists {
			pids, _ := os.ReadFile(list) // an error means that it has just ended
			if first := strings.Fields(string(pids)); len(first) > 0 {
				pid, err := strconv.Atoi(first[0])
				if err != nil {
					t.Fatal(err)
				}
				return pid
			}
		}
		select {
		case <-ended:
			return 0
		case <-time.After(time.Millisecond):
		}
	}
}

// goesOn checks the ledger, if there is one yet, and runs the demo again, in
// this process, which is faster and all the same to the ledger.
func goesOn(t *testing.T, data string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(data, "ledger.db")); err == nil {
		must(t, "ledger", "check", "--data", data)
	}
	must(t, "demo", "--data", data, "--inprocess")
	must(t, "ledger", "check", "--data", data)
}

func TestCorenodeIsKilledAtRandomMoments(t *testing.T) {
	killed := 0
	for i := range kills {
		// Every fifth time it is a new ledger, so that its making is hit too.
		data := filepath.Join(t.TempDir(), "data")
		if i%5 != 0 {
			must(t, "deploy", "erc20", "1000000", "--data", data, "--inprocess")
		}
		cmd, out, ended := demoProcess(t, data)
		out.randomMoment(ended)
		if err := cmd.Process.Kill(); err == nil {
			killed++
		}
		<-ended
		nothingLeft(t, cmd.Process.Pid)
		if goesOn(t, data); t.Failed() {
			t.Fatalf("after kill %d, at\n%s", i, out)
		}
	}
	if killed < kills/2 {
		t.Errorf("only %d of %d runs were killed before they ended", killed, kills)
	}
}

func TestCoreIsKilledAtRandomMoments(t *testing.T) {
	hit := 0
	for i := range kills {
		data := filepath.Join(t.TempDir(), "data")
		cmd, out, ended := demoProcess(t, data)
		out.randomMoment(ended)
		if pid := core(t, cmd.Process.Pid, ended); pid != 0 && syscall.Kill(pid, syscall.SIGKILL) == nil {
			hit++
		}
		<-ended
		// Core may die while it is being started: that ends the demo, with a
		// word. Later deaths must not.
		if !cmd.ProcessState.Success() && !strings.Contains(out.String(), "critical error: start: ") {
			t.Fatalf("kill %d: %v\n%s", i, cmd.ProcessState, out)
		}
		nothingLeft(t, cmd.Process.Pid)
		if goesOn(t, data); t.Failed() {
			t.Fatalf("after kill %d, at\n%s", i, out)
		}
	}
	if hit < kills/2 {
		t.Errorf("Core was alive in only %d of %d runs", hit, kills)
	}
}

func TestAnInterruptLeavesNoProcess(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		t.Run(fmt.Sprint(signal), func(t *testing.T) {
			data := filepath.Join(t.TempDir(), "data")
			cmd, out, ended := demoProcess(t, data)
			core(t, cmd.Process.Pid, ended)
			if err := cmd.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			<-ended
			if code := cmd.ProcessState.ExitCode(); code != exitInterrupted || !strings.Contains(out.String(), "corenode: interrupted") {
				t.Errorf("exit %d\n%s", code, out)
			}
			nothingLeft(t, cmd.Process.Pid)
			goesOn(t, data)
		})
	}
}
