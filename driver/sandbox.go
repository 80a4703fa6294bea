package driver

import "slices"

// Sandbox says which layers protect the machine from the Core that runs, as
// Core has said in the handshake, and which are missing and why. Both are empty
// if none runs.
func (d *Driver) Sandbox() (layers, missing []string) {
	p := d.current()
	if p == nil {
		return nil, nil
	}
	return slices.Clone(p.hello.Sandbox), slices.Clone(p.missing)
}
