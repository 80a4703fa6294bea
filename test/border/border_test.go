//go:build linux

package main

import (
	"os"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	beCore()
	goleak.VerifyTestMain(m)
}

// TestASliceOfEveryCampaign runs the first cases of each.
func TestASliceOfEveryCampaign(t *testing.T) {
	for _, tt := range []struct {
		name  string
		count uint64
	}{{"kills", 150}, {"standby", 20}, {"slow", 10}, {"soak", 3000}, {"storm", 1}, {"shutdown", 6}} {
		t.Run(tt.name, func(t *testing.T) {
			r, broken := run(t.Context(), tt.name, 1, 0, tt.count)
			if broken != nil {
				t.Fatal(broken)
			}
			if r.to != tt.count || r.outcome != "passed" {
				t.Errorf("got %+v", r)
			}
			t.Log(r.figures)
		})
	}
}

func TestACampaignGoesOnWhereItStopped(t *testing.T) {
	file := filepath.Join(t.TempDir(), "figures.tsv")
	for _, r := range []result{
		{name: "kills", seed: 1, to: 10}, {name: "kills", seed: 2, to: 99}, {name: "kills", seed: 1, from: 10, to: 30}, {name: "slow", seed: 1, to: 50},
	} {
		if err := r.put(file); err != nil {
			t.Fatal(err)
		}
	}
	if at, err := next(file, "kills", 1); err != nil || at != 30 {
		t.Errorf("goes on at %d, %v", at, err)
	}
	if err := os.WriteFile(file, []byte("kills\t1\t0\tmany\t1\t2026-01-01\tpassed\tnone\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := next(file, "kills", 1); err == nil {
		t.Error("a broken file is understood")
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
	if k.killed < 10 || k.driver.Stats().Replaced < k.killed {
		t.Errorf("%d killed, metrics %+v", k.killed, k.driver.Stats())
	}
}
