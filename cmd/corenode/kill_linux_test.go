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
	"syscall"
	"testing"
	"time"
)

// kills is how many random moments each test tries.
const kills = 25

// demoProcess starts the demo as a process with a session of its own.
func demoProcess(t *testing.T, data string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "demo", "--data", data)
	cmd.Env = append(os.Environ(), actAsCommand+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	out := new(bytes.Buffer)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, out
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
		for _, s := range processes(t) {
			if s.parent == parent {
				return s.pid
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

// usualTime is how long the demo takes here.
func usualTime(t *testing.T) time.Duration {
	t.Helper()
	start := time.Now()
	cmd, out := demoProcess(t, t.TempDir())
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return time.Since(start)
}

func TestCorenodeIsKilledAtRandomMoments(t *testing.T) {
	longest := usualTime(t)
	killed := 0
	for i := range kills {
		// Every fifth time it is a new ledger, so that its making is hit too.
		data := filepath.Join(t.TempDir(), "data")
		if i%5 != 0 {
			must(t, "deploy", "erc20", "1000000", "--data", data)
		}
		cmd, out := demoProcess(t, data)
		time.Sleep(rand.N(longest))
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			killed++
		}
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
	longest := usualTime(t)
	hit := 0
	for i := range kills {
		data := filepath.Join(t.TempDir(), "data")
		cmd, out := demoProcess(t, data)
		ended := make(chan struct{})
		var result error
		go func() {
			result = cmd.Wait()
			close(ended)
		}()
		time.Sleep(rand.N(longest))
		if pid := core(t, cmd.Process.Pid, ended); pid != 0 {
			if err := syscall.Kill(pid, syscall.SIGKILL); err == nil {
				hit++
			}
		}
		<-ended
		// Core may die while it is being started: that ends the demo, with a
		// word. Later deaths must not.
		if result != nil && !strings.Contains(out.String(), "critical error: start: ") {
			t.Fatalf("kill %d: %v\n%s", i, result, out)
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
			cmd, out := demoProcess(t, data)
			ended := make(chan struct{})
			go func() {
				_ = cmd.Wait() // the exit code is looked at below
				close(ended)
			}()
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
