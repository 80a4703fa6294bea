//go:build linux

package main

import (
	"context"
	"encoding/base64"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/Dharitri-org/core-wasm-vm/test/figures"
)

func TestMain(m *testing.M) {
	beCore()
	goleak.VerifyTestMain(m)
}

// TestASliceOfEveryCampaign runs the first cases of each.
func TestASliceOfEveryCampaign(t *testing.T) {
	for _, tt := range []struct {
		name   string
		enough uint64
	}{{"kills", 100}, {"standby", 15}, {"slow", 10}, {"soak", 3000}, {"storm", 1}, {"shutdown", 6}} {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "figures.tsv")
			r := &figures.Run{Name: tt.name, Seed: 1}
			if err := run(t.Context(), r, tt.enough, file); err != nil {
				t.Fatal(err)
			}
			if at, done, err := figures.Next(file, tt.name, 1); err != nil || at != r.To || done < tt.enough {
				t.Errorf("written down: %d cases, %d done, %v", at, done, err)
			}
			t.Log(r.Text)
		})
	}
}

func TestEveryCampaignHasAGoal(t *testing.T) {
	goals, err := figures.Goals("goals.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	for _, g := range goals {
		named = append(named, g.Name)
	}
	for name := range campaigns {
		if !slices.Contains(named, name) {
			t.Errorf("%s has none", name)
		}
	}
}

func TestAPlanIsFoundInEitherCodec(t *testing.T) {
	want := plan{pid: 77, reading: true, message: 3, where: nearEnd}
	for _, text := range []string{string(want.encode()), base64.StdEncoding.EncodeToString(want.encode())} {
		if got, ok := planIn([]byte("12345678" + text + "rest")); !ok || got != want {
			t.Errorf("found %+v, %v", got, ok)
		}
	}
	if _, ok := planIn([]byte("12345678 there is none")); ok {
		t.Error("found one where there is none")
	}
}

// A command that is not understood says so and writes nothing, wherever it runs.
func TestWrongCommands(t *testing.T) {
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile("figures.tsv")
	if err != nil {
		t.Fatal(err)
	}
	outside := t.TempDir()
	for _, tt := range []struct{ dir, args, says string }{
		{here, "", "name a campaign: "},
		{here, "frames", "name a campaign: "},
		{here, "kills --nope", "flag provided but not defined: -nope"},
		{here, "kills --count x", `invalid value "x" for flag -count`},
		{here, "kills --seed -1", `invalid value "-1" for flag -seed`},
		{here, "storm 7", `what is "7"?`},
		{here, "storm --count 1 --resume goals.tsv", "goals.tsv: the first line is not"},
		{outside, "storm --count 1", "no go.mod"},
	} {
		t.Chdir(tt.dir)
		if err := command(t.Context(), strings.Fields(tt.args)); err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q in %s: %v", tt.args, tt.dir, err)
		}
	}
	if left, err := os.ReadDir(outside); err != nil || len(left) > 0 {
		t.Errorf("it left %v, %v", left, err)
	}
	if after, err := os.ReadFile(filepath.Join(here, "figures.tsv")); err != nil || string(after) != string(kept) {
		t.Errorf("the figures have changed, %v", err)
	}
}

// What was broken off does not count as done.
func TestHalfAStormIsNone(t *testing.T) {
	s, err := newStorm(1)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := s.run(ctx, 0); err == nil || s.done() != 0 {
		t.Errorf("%d done, %v", s.done(), err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// The soak would prove little if no Core died in it.
func TestTheSoakKills(t *testing.T) {
	made, err := newSoak(1)
	if err != nil {
		t.Fatal(err)
	}
	s := made.(*soak)
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	for n := range uint64(500) {
		if err := s.run(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	if s.killed != 5 || s.driver.Stats().Replaced != 5 {
		t.Errorf("%d killed, metrics %+v", s.killed, s.driver.Stats())
	}
}

// TestAKillPlanIsFollowed: the campaign would prove nothing if no Core died.
func TestAKillPlanIsFollowed(t *testing.T) {
	trial, err := newKills(1, false)
	if err != nil {
		t.Fatal(err)
	}
	k := trial.(*kills)
	defer func() {
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	}()
	for n := range uint64(20) {
		if err := k.run(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	if k.killed < 10 || k.driver.Stats().Replaced+k.starting < k.killed {
		t.Errorf("%d killed, metrics %+v", k.killed, k.driver.Stats())
	}
}
