package driver

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/internal/protocol"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// A Code names code of an account.
type Code struct {
	Address vm.Address
	Hash    vm.Hash
}

// maxPreparedBytes bounds the code that the driver keeps for standby Cores.
const maxPreparedBytes = 32 << 20

// Prepare lets Core compile codes before they are called, which it asks from
// the hook. With Options.Standby each Core that stands by has compiled them as
// well: a node names the codes that are called most. Each call replaces the
// codes of the one before. Codes that Core refuses as invalid are passed over.
func (d *Driver) Prepare(ctx context.Context, codes ...Code) error {
	prepared, err := d.fetchCodes(ctx, codes)
	if err != nil {
		return err
	}
	_, err = request(ctx, d, work[protocol.Codes, protocol.None]{
		method: protocol.Prepare(),
		build:  func() *protocol.Codes { return prepared },
		check: func(*process, *protocol.None) error {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.prepared = prepared
			return nil
		},
	})
	return err
}

// fetchCodes asks the hook for codes, and copies them: they are kept.
func (d *Driver) fetchCodes(ctx context.Context, codes []Code) (*protocol.Codes, error) {
	if err := d.take(ctx, d.present()); err != nil {
		return nil, err
	}
	defer d.pass() // also if the hook panics
	all, size := new(protocol.Codes), 0
	for _, c := range codes {
		code, err := d.replier.witness.hook.Code(c.Address, c.Hash)
		if err != nil {
			return nil, &hookError{"Code", err}
		}
		if size += len(code); size > maxPreparedBytes {
			return nil, fmt.Errorf("driver: codes of more than %d bytes cannot be prepared", maxPreparedBytes)
		}
		all.Codes = append(all.Codes, protocol.PreparedCode{Hash: c.Hash, Code: bytes.Clone(code)})
	}
	return all, nil
}

// spare is the Core that stands by, and the attempt to start one.
type spare struct {
	process *process // nil if there is none
	starts  bool
	backoff backoff // of attempts that failed
}

// refill starts a Core that stands by, if there is to be one. The caller has
// the turn.
func (d *Driver) refill(life context.Context) {
	if !d.options.Standby {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	s := &d.spare
	if p := s.process; p != nil && (p.ended() || p.generation != d.generation || p.prepared != d.prepared) {
		s.process = nil
		d.background.Go(p.stop)
	}
	if s.process != nil || s.starts || life.Err() != nil || time.Now().Before(s.backoff.last.Add(s.backoff.delay())) {
		return
	}
	s.starts = true
	config, generation, prepared, profile := d.config, d.generation, d.prepared, d.profile
	d.background.Go(func() {
		p, err := d.startSpare(life, config, prepared)
		if life.Err() != nil && p != nil {
			p.kill(dyingTime)
		}
		d.mu.Lock()
		s.starts = false
		switch {
		case life.Err() != nil && (p == nil || p.ended()):
			err = nil
		case err != nil:
			s.backoff.died(err)
		default:
			s.backoff.reset()
			p.generation, p.prepared = generation, prepared
			p.profile.set(profile)
			s.process = p
			d.counts.add(&d.counts.Starts)
		}
		d.mu.Unlock()
		switch { // without mu: whoever takes the log may ask the driver something
		case err != nil:
			d.log.Warn("no core can stand by", "err", err)
		case p != nil && !p.ended():
			d.log.Debug("core stands by", p.attrs()...)
		}
	})
}

// startSpare starts a Core and prepares it.
func (d *Driver) startSpare(life context.Context, config vm.Config, prepared *protocol.Codes) (*process, error) {
	deadline := time.Now().Add(d.options.StartTimeout)
	p, err := startProcess(life, life, &d.options, config, deadline, &d.background)
	if err != nil || prepared == nil {
		return p, err
	}
	part := &nodePart{messenger: p.messenger, limits: &d.options.Limits, given: new(transcript)}
	release, err := interruptible(p.messenger, deadline, life)
	if err == nil {
		_, err = dialogue(part, protocol.Prepare(), prepared)
		release()
	}
	if err != nil {
		p.kill(dyingTime)
		return nil, err
	}
	return p, nil
}

// takeSpare gives the Core that stands by, if there is one of that generation.
func (d *Driver) takeSpare(generation uint64) *process {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.spare.process
	if p == nil || p.ended() || p.generation != generation {
		return nil
	}
	d.spare.process = nil
	return p
}

// dropSpare ends the Core that stands by. The next request starts another one.
func (d *Driver) dropSpare() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p := d.spare.process; p != nil {
		d.spare.process = nil
		d.background.Go(p.stop)
	}
}

// endSpare ends all that refill has begun. The caller has the turn, and the
// life of the driver has ended.
func (d *Driver) endSpare() {
	d.dropSpare()
	d.background.Wait()
	d.dropSpare() // one that came up meanwhile
	d.background.Wait()
}
