package suite_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/Dharitri-org/core-wasm-vm/internal/suite"
)

func TestALinkThatIsReplacedStaysOne(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "a.scen.json"), filepath.Join(dir, "b.scen.json")
	if err := os.WriteFile(file, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("a.scen.json", link); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	if err := suite.Replace(link, []byte("{}\n")); err != nil {
		t.Fatal(err)
	}
	stat, err := os.Stat(file)
	if to, linkErr := os.Readlink(link); linkErr != nil || to != "a.scen.json" || err != nil || stat.Mode().Perm() != 0o600 || stat.Size() != 3 {
		t.Errorf("the link leads to %q (%v), the file is %v (%v)", to, linkErr, stat, err)
	}
}
