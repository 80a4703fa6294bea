// Package arch holds the table of who may import whom against the code. It has
// nothing but tests.
package arch

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/Dharitri-org/core-wasm-vm"

// allowed says which packages of this module each package may import, without
// its tests. Whatever is missing in the table may not exist.
var allowed = map[string]string{
	"vm":             "",
	"coreproc":       "vm internal/protocol internal/corepart internal/host internal/imports internal/gas internal/jail",
	"driver":         "vm internal/ipc internal/protocol",
	"driver/prom":    "driver",
	"inprocess":      "vm internal/host internal/imports internal/gas",
	"schedules":      "",
	"test/contracts": "",

	"internal/ipc":      "",
	"internal/protocol": "vm internal/ipc",
	"internal/corepart": "vm internal/ipc internal/protocol",

	"internal/host":    "vm internal/state internal/gas internal/sandbox internal/sandbox/engine internal/sandbox/meter",
	"internal/imports": "vm internal/gas internal/host internal/crypto internal/sandbox",
	"internal/state":   "vm",
	"internal/gas":     "vm schedules",
	"internal/crypto":  "",

	"internal/sandbox":        "internal/sandbox/wasm internal/sandbox/meter internal/sandbox/engine",
	"internal/sandbox/wasm":   "",
	"internal/sandbox/meter":  "internal/sandbox/wasm",
	"internal/sandbox/engine": "internal/sandbox/wasm internal/sandbox/meter",
	"internal/sandbox/oracle": "internal/sandbox/wasm",

	"internal/builtin":  "vm",
	"internal/scenario": "vm internal/builtin",
	"internal/suite":    "vm internal/scenario",
	"internal/symbols":  "internal/sandbox/wasm",
	"internal/examine":  "vm internal/gas internal/host internal/imports internal/sandbox/wasm",
	"internal/profile":  "vm internal/host internal/symbols",
	"internal/trace":    "vm internal/gas internal/host internal/imports internal/symbols",

	"internal/ledger":  "vm",
	"internal/node":    "vm internal/ledger",
	"internal/demo":    "vm internal/ledger internal/node",
	"internal/vectors": "vm",
	"internal/jail":    "",
	"internal/arch":    "",

	"test/assemble":     "internal/sandbox/wasm",
	"test/hostile":      "vm internal/gas internal/imports internal/sandbox internal/sandbox/wasm test/assemble",
	"test/calibrate":    "*", // a node that measures
	"test/bench":        "",
	"test/conformance":  "",
	"test/decisions":    "",
	"test/differential": "internal/sandbox/wasm internal/sandbox/meter internal/sandbox/engine internal/sandbox/oracle",
	"test/spectest":     "internal/sandbox/wasm internal/sandbox/meter internal/sandbox/engine internal/sandbox/oracle",
	"test/targets":      "*", // of everything that takes hostile input
	"test/compile":      "internal/sandbox/wasm internal/sandbox/meter internal/sandbox/engine",
	"test/campaign":     "test/targets test/compile test/figures",
	"test/figures":      "",
	"test/border":       "*", // a node and a hostile Core
	"cmd/core":          "coreproc",
	"cmd/corenode":      "*", // composition
	"test/scenarios":    "",
}

// owners says who alone may import a library that other rooms must not know.
var owners = map[string]string{
	"github.com/tetratelabs/wazero": "internal/sandbox/engine",
	"go.etcd.io/bbolt":              "internal/ledger",
	"github.com/spf13/cobra":        "cmd/corenode",

	"github.com/prometheus/client_golang": "driver/prom",
	"github.com/google/pprof":             "internal/profile",
}

// Tests may import anything, except that these rooms stay testable alone.
var testedWithout = map[string][]string{
	"vm":               {"driver"},
	"internal/ipc":     {"driver"},
	"internal/sandbox": {"driver"}, // and everything below it
}

type pkg struct {
	ImportPath, Dir                    string
	GoFiles, TestGoFiles, XTestGoFiles []string
	Imports, TestImports, XTestImports []string
}

func (p *pkg) name() string { return strings.TrimPrefix(p.ImportPath, module+"/") }

// packages asks the go command for all packages of the module.
func packages(t *testing.T) []*pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,TestGoFiles,XTestGoFiles,Imports,TestImports,XTestImports", "./...")
	cmd.Dir = filepath.Join("..", "..")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var list []*pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		p := new(pkg)
		if err := dec.Decode(p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	if len(list) < 15 {
		t.Fatalf("go list found only %d packages", len(list))
	}
	return list
}

func TestPackagesImportOnlyWhatTheTableAllows(t *testing.T) {
	for _, p := range packages(t) {
		rule, known := allowed[p.name()]
		if !known {
			t.Errorf("%s is not in the table", p.name())
			continue
		}
		for _, imported := range p.Imports {
			if fault := forbidden(p.name(), rule, imported); fault != "" {
				t.Error(fault)
			}
		}
		for _, imported := range slices.Concat(p.TestImports, p.XTestImports) {
			if name, ours := strings.CutPrefix(imported, module+"/"); ours && slices.Contains(barred(p.name()), name) {
				t.Errorf("the tests of %s must not import %s", p.name(), name)
			}
		}
	}
}

// forbidden says what is wrong with an import, or "".
func forbidden(importer, rule, imported string) string {
	for library, owner := range owners {
		if (imported == library || strings.HasPrefix(imported, library+"/")) && importer != owner {
			return fmt.Sprintf("%s imports %s, which only %s may", importer, imported, owner)
		}
	}
	name, ours := strings.CutPrefix(imported, module+"/")
	if !ours || rule == "*" || slices.Contains(strings.Fields(rule), name) {
		return ""
	}
	return fmt.Sprintf("%s imports %s, the table allows it: %s", importer, name, rule)
}

func barred(name string) []string {
	var list []string
	for room, without := range testedWithout {
		if name == room || strings.HasPrefix(name, room+"/") {
			list = append(list, without...)
		}
	}
	return list
}

// The table itself is tried, so that a broken rule cannot go unnoticed.
func TestTheTableForbids(t *testing.T) {
	for _, tt := range []struct {
		name, importer, imported string
		forbidden                bool
	}{
		{"the driver does not know the host", "driver", module + "/internal/host", true},
		{"the driver knows the protocol", "driver", module + "/internal/protocol", false},
		{"the host does not know the engine library", "internal/host", "github.com/tetratelabs/wazero/api", true},
		{"the engine does", "internal/sandbox/engine", "github.com/tetratelabs/wazero/api", false},
		{"nobody else opens the ledger's file", "internal/node", "go.etcd.io/bbolt", true},
		{"the standard library is free", "vm", "encoding/json", false},
		{"the sandbox does not know accounts", "internal/sandbox", module + "/vm", true},
		{"a command composes", "cmd/corenode", module + "/driver", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := forbidden(tt.importer, allowed[tt.importer], tt.imported); (got != "") != tt.forbidden {
				t.Errorf("got %q", got)
			}
		})
	}
	if !slices.Contains(barred("internal/sandbox/wasm"), "driver") || len(barred("internal/host")) != 0 {
		t.Error("the rule about tests does not reach the packages below a room")
	}
}

func TestThereAreNoInitFunctionsAndNoMutableVariables(t *testing.T) {
	for _, p := range packages(t) {
		for _, file := range p.GoFiles {
			fset := token.NewFileSet()
			f, err := parser.ParseFile(fset, filepath.Join(p.Dir, file), nil, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			for _, fault := range inspect(f) {
				t.Errorf("%s/%s: %s", p.name(), file, fault)
			}
		}
	}
}

// inspect finds init functions and package variables that are not constants
// in all but name.
func inspect(f *ast.File) []string {
	var faults []string
	for _, decl := range f.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Recv == nil && decl.Name.Name == "init" {
				faults = append(faults, "init function")
			}
		case *ast.GenDecl:
			if decl.Tok != token.VAR {
				continue
			}
			for _, spec := range decl.Specs {
				spec := spec.(*ast.ValueSpec)
				if !constant(decl, spec) {
					faults = append(faults, "mutable package variable "+spec.Names[0].Name)
				}
			}
		}
	}
	return faults
}

// constant accepts the variables that Go has no constants for but that nobody
// changes: blank ones, errors, embedded files, and values that are only read:
// tables (composite literals) and results of a few pure constructors.
func constant(decl *ast.GenDecl, spec *ast.ValueSpec) bool {
	if !slices.ContainsFunc(spec.Names, func(n *ast.Ident) bool { return n.Name != "_" }) {
		return true
	}
	for _, doc := range []*ast.CommentGroup{decl.Doc, spec.Doc} {
		if doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") }) {
			return true
		}
	}
	if len(spec.Values) != len(spec.Names) {
		return false
	}
	return !slices.ContainsFunc(spec.Values, func(value ast.Expr) bool { return !fixed(value) })
}

// pure are constructors of values that have no way to be changed, or that are
// tables.
var pure = []string{"errors.New", "fmt.Errorf", "regexp.MustCompile", "big.NewInt"}

func fixed(value ast.Expr) bool {
	switch value := value.(type) {
	case *ast.CompositeLit: // an empty map or list is there to be filled
		_, isMap := value.Type.(*ast.MapType)
		_, isList := value.Type.(*ast.ArrayType)
		return len(value.Elts) > 0 || !isMap && !isList
	case *ast.FuncLit, *ast.BasicLit:
		return false // a function variable is there to be replaced, a number to be counted
	case *ast.CallExpr:
		if f, ok := value.Fun.(*ast.SelectorExpr); ok {
			if x, ok := f.X.(*ast.Ident); ok {
				return slices.Contains(pure, x.Name+"."+f.Sel.Name)
			}
		}
		name, local := value.Fun.(*ast.Ident)
		return local && name.Name != "make" && name.Name != "new" // a table built by a function of its package
	}
	return false
}

func TestInspectFindsWhatItLooksFor(t *testing.T) {
	for _, tt := range []struct{ name, source, want string }{
		{"an init function", "func init() {}", "init function"},
		{"a counter", "var n = 0", "mutable package variable n"},
		{"a variable without a value", "var cache map[string]int", "mutable package variable cache"},
		{"a hook for tests", "var now = func() int { return 0 }", "mutable package variable now"},
		{"a map that is made", "var seen = make(map[string]int)", "mutable package variable seen"},
		{"an empty map", "var seen = map[string]int{}", "mutable package variable seen"},
		{"a lock", "var mu sync.Mutex", "mutable package variable mu"},
		{"an error", `var ErrX = errors.New("x")`, ""},
		{"a table", "var rows = []int{1, 2}", ""},
		{"a table made by a function", "var rows = buildRows()", ""},
		{"an interface assertion", "var _ I = (*T)(nil)", ""},
		{"an embedded file", "//go:embed *.toml\nvar files embed.FS", ""},
		{"a method called init", "func (t T) init() {}", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x\n"+tt.source, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(inspect(f), "; "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// The table of ARCHITECTURE.md names packages by their last element, and says
// the same as this one.
func TestTheDocumentSaysTheSame(t *testing.T) {
	text, err := os.ReadFile("../../ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := make(map[string]string)
	row := regexp.MustCompile("(?m)^\\| (`[^|]+) \\| [^|]+ \\| [^|]+ \\| ([^|]+) \\|$")
	for _, m := range row.FindAllStringSubmatch(string(text), -1) {
		imports := strings.ReplaceAll(m[2], "its children", "wasm, meter, engine")
		for name := range strings.SplitSeq(m[1], ", ") {
			documented[strings.ReplaceAll(strings.Trim(name, "`"), "…", "internal")] = imports
		}
	}
	for name, rule := range allowed {
		want := []string{"–"}
		switch {
		case rule == "*":
			want = []string{"anything"}
		case rule != "":
			want = want[:0]
			for _, p := range strings.Fields(rule) {
				want = append(want, path.Base(p))
			}
		}
		got := strings.Split(documented[name], ", ")
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s may import %q, ARCHITECTURE.md says %q", name, want, got)
		}
	}
	if len(documented) < len(allowed) {
		t.Errorf("%d packages in the document, %d in the table", len(documented), len(allowed))
	}
}
