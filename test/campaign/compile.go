package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/Dharitri-org/core-wasm-vm/test/compile"
	"github.com/Dharitri-org/core-wasm-vm/test/figures"
	"github.com/Dharitri-org/core-wasm-vm/test/targets"
)

// compileCampaign searches for accepted modules that take long to compile.
const compileCampaign = "compile"

// mostFile is next to the results. It has the modules that took most, each once,
// and for each seed the one at which its search stands.
const (
	mostFile = "compile.tsv"
	mostHead = "what\tseconds\tMB\tbytes\tunits\tshape"
	mostKept = 10
	inTime   = "time"    // among those that took most time
	inMemory = "memory"  // among those that took most memory
	searchAt = "search " // with the seed: where that search stands
)

// most is one line of the file.
type most struct {
	what  string
	shape string
	compile.Cost
}

func (m *most) line() string {
	return fmt.Sprintf("%s\t%.3f\t%.0f\t%d\t%d\t%s\n", m.what, m.Seconds, m.MB, m.Size, m.Work, m.shape)
}

func readMost(path string) (all []most, err error) {
	err = figures.Table(path, mostHead, func(f []string) error {
		m := most{what: f[0], shape: f[5]}
		var errs [5]error
		m.Seconds, errs[0] = strconv.ParseFloat(f[1], 64)
		m.MB, errs[1] = strconv.ParseFloat(f[2], 64)
		m.Size, errs[2] = strconv.Atoi(f[3])
		m.Work, errs[3] = strconv.ParseUint(f[4], 10, 64)
		_, errs[4] = compile.ParseShape(m.shape)
		all = append(all, m)
		return errors.Join(errs[:]...)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return all, err
}

// note puts what a probe took among the most, if it belongs there. Of several
// probes of one shape, what the worst one took counts.
func note(all []most, p compile.Probe) []most {
	took := most{shape: p.Shape.String(), Cost: *p.Cost}
	for _, list := range []struct {
		what string
		by   func(a, b most) int
	}{
		{inTime, func(a, b most) int { return cmp.Compare(b.Seconds, a.Seconds) }},
		{inMemory, func(a, b most) int { return cmp.Compare(b.MB, a.MB) }},
	} {
		took.what = list.what
		those := []most{took}
		all = slices.DeleteFunc(all, func(m most) bool {
			if m.what != list.what {
				return false
			}
			if m.shape != took.shape {
				those = append(those, m)
			} else if list.by(m, took) < 0 {
				those[0] = m
			}
			return true
		})
		slices.SortStableFunc(those, list.by)
		all = append(all, those[:min(len(those), mostKept)]...)
	}
	return all
}

// standing puts down where the search of a seed stands.
func standing(all []most, seed uint64, s *compile.Search) []most {
	at := most{what: searchAt + strconv.FormatUint(seed, 10)}
	all = slices.DeleteFunc(all, func(m most) bool { return m.what == at.what })
	if s.Shape == nil {
		return all
	}
	at.shape = s.Shape.String()
	at.Seconds = s.Share * compile.MostSeconds // it is the share that matters
	return append(all, at)
}

// stillThere leaves out what the checks accept no more, and gives the search of
// a seed.
func stillThere(all []most, seed uint64) (kept []most, s *compile.Search, err error) {
	s = compile.NewSearch()
	for _, m := range all {
		shape, err := compile.ParseShape(m.shape)
		if err != nil {
			return nil, s, err
		}
		if m.what == searchAt+strconv.FormatUint(seed, 10) {
			s.Shape, s.Share = shape, m.Seconds/compile.MostSeconds
		} else if !strings.HasPrefix(m.what, searchAt) && len(shape.Accepted()) != m.Size {
			continue
		}
		kept = append(kept, m)
	}
	return kept, s, nil
}

// search runs the search until there were count probes in all.
func (c *campaign) search(ctx context.Context) error {
	from, before, err := figures.Next(c.file, c.name, c.seed)
	if err != nil {
		return err
	}
	path := filepath.Join(filepath.Dir(c.file), mostFile)
	all, err := readMost(path)
	if err != nil {
		return err
	}
	all, s, err := stillThere(all, c.seed)
	if err != nil {
		return err
	}
	c.before = before
	c.done = figures.Run{Name: c.name, Seed: c.seed, From: from, To: from, Outcome: figures.Passed}
	start, wrote := time.Now(), time.Now()
	put := func() error {
		c.tell()
		all = standing(all, c.seed, s)
		return errors.Join(writeMost(path, all), c.done.Put(c.file))
	}
	for c.before+c.done.Done < c.count && ctx.Err() == nil {
		p, err := s.Step(c.seed, c.done.To)
		if err != nil {
			sleep(ctx, time.Second) // who stops it stops the process that compiles too, which is no find
		}
		if ctx.Err() != nil {
			break
		}
		c.done.To++
		c.done.Seconds = time.Since(start).Seconds()
		if p.Code != nil {
			c.done.Done++
		}
		if p.Cost != nil {
			all = note(all, p)
			if p.Cost.Share() > 1 {
				err = fmt.Errorf("compiling %d bytes takes %.2f s and %.0f MB", p.Cost.Size, p.Cost.Seconds, p.Cost.MB)
			}
		}
		if err != nil {
			return errors.Join(c.failed(&targets.Found{Input: []byte(p.Shape.String() + "\n"), Err: err}), writeMost(path, standing(all, c.seed, s)))
		}
		if time.Since(wrote) > interval {
			wrote = time.Now()
			if err := put(); err != nil {
				return err
			}
		}
	}
	return put()
}

func sleep(ctx context.Context, long time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(long):
	}
}

func writeMost(path string, all []most) error {
	var b strings.Builder
	b.WriteString(mostHead + "\n")
	for i := range all {
		b.WriteString(all[i].line())
	}
	return figures.Replace(path, b.String())
}

// mostTable lists what took most.
func mostTable(path string) (string, error) {
	all, err := readMost(path)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, `
## Compiling

Of all accepted modules that the campaign compile built, of at most %d kB, a quarter of them of at most %d kB, those that took most. Allowed are %.1f s of one core and %d MB, that of the
process without any module (about 10 MB) included. The shape is what a module is built from, see test/compile.

| Most | Seconds | MB | Bytes | Units of work | Shape |
|---|---:|---:|---:|---:|---|
`, compile.Small/1000, compile.Large/1000, compile.MostSeconds, compile.MostMB)
	for _, m := range all {
		if !strings.HasPrefix(m.what, searchAt) {
			fmt.Fprintf(&b, "| %s | %.2f | %.0f | %s | %s | `%s` |\n", m.what, m.Seconds, m.MB, grouped(uint64(m.Size)), grouped(m.Work), m.shape)
		}
	}
	return b.String(), nil
}
