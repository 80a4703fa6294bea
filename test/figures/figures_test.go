package figures

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestACampaignGoesOnWhereItStopped(t *testing.T) {
	file := filepath.Join(t.TempDir(), "figures.tsv")
	for _, r := range []Run{
		{Name: "kills", Seed: 1, To: 10, Done: 7, Outcome: Passed},
		{Name: "kills", Seed: 2, To: 99, Done: 80, Outcome: Passed},
		{Name: "kills", Seed: 1, From: 10, To: 20, Done: 6, Outcome: Passed},
		{Name: "kills", Seed: 1, From: 10, To: 30, Done: 15, Outcome: Passed}, // the same run, later
		{Name: "slow", Seed: 1, To: 50, Done: 50, Outcome: Passed},
	} {
		if err := r.Put(file); err != nil {
			t.Fatal(err)
		}
	}
	if at, done, err := Next(file, "kills", 1); err != nil || at != 30 || done != 22 {
		t.Errorf("goes on at %d, %d done, %v", at, done, err)
	}
	if at, done, err := Next(file, "soak", 1); err != nil || at != 0 || done != 0 {
		t.Errorf("begins at %d, %d done, %v", at, done, err)
	}
	more := Run{Name: "kills", Seed: 1, From: 30, To: 40, Done: 5, Outcome: Passed}
	if err := more.PutOn(file); err != nil || more.From != 10 || more.Done != 20 {
		t.Errorf("goes on as %+v, %v", more, err)
	}
	broken := Run{Name: "kills", Seed: 1, From: 40, To: 41, Done: 1, Outcome: "a request\twas lost\n"}
	if err := broken.Put(file); err != nil {
		t.Fatal(err)
	}
	if at, done, err := Next(file, "kills", 1); err != nil || at != 41 || done != 0 {
		t.Errorf("goes on at %d, %d done, %v", at, done, err)
	}
}

func TestABrokenFileIsNotUnderstood(t *testing.T) {
	for what, text := range map[string]string{
		"another head":     "name\tseed\n",
		"a word as number": head + "\nkills\t1\t0\tmany\t1\t1\t2026-01-01\tpassed\tnone\n",
		"a column less":    head + "\nkills\t1\t0\t1\t1\t1\t2026-01-01\tpassed\n",
		"empty":            "",
	} {
		file := filepath.Join(t.TempDir(), "figures.tsv")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := Next(file, "kills", 1); err == nil {
			t.Errorf("%s: understood", what)
		}
		if err := new(Run).Put(file); err == nil {
			t.Errorf("%s: written over", what)
		}
	}
}

func TestAFileIsAlwaysWhole(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "figures.tsv")
	var writers sync.WaitGroup
	for _, letter := range []string{"a", "b", "c"} {
		writers.Go(func() {
			for range 50 {
				if err := Replace(file, strings.Repeat(letter, 100_000)); err != nil {
					t.Error(err)
				}
				if text, err := os.ReadFile(file); err != nil || len(text) != 100_000 || strings.Trim(string(text), string(text[:1])) != "" {
					t.Errorf("%d bytes, %v", len(text), err)
				}
			}
		})
	}
	writers.Wait()
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("%v are left, %v", left, err)
	}
	if err := Replace(dir, "a directory is there"); err == nil {
		t.Error("a directory was replaced")
	}
	if left, err := os.ReadDir(filepath.Dir(dir)); err != nil || len(left) != 1 {
		t.Errorf("%v are left, %v", left, err)
	}
}
