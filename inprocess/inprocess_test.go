package inprocess

import (
	"strings"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// A name that nobody knows must not mean "off": nodes would differ.
func TestUnknownFeaturesAreRefused(t *testing.T) {
	prices, err := gas.Named("core")
	if err != nil {
		t.Fatal(err)
	}
	for feature, want := range map[string]string{"ethereum": "", "Ethereum": `unknown feature "Ethereum": want ethereum`, "": `unknown feature ""`} {
		e, err := New(nil, vm.Config{GasSchedule: prices, Features: []string{feature}})
		if err == nil {
			err = e.Close()
		}
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v", feature, err)
		}
	}
}

func TestAMissingInputIsAnError(t *testing.T) {
	e, err := New(nil, vm.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if _, err := e.Call(t.Context(), nil); err == nil {
		t.Error("Call without an input is no error")
	}
	if _, err := e.Create(t.Context(), nil); err == nil {
		t.Error("Create without an input is no error")
	}
}
