// Package schedules holds the gas schedules that come with Core, as data.
package schedules

import "embed"

// Files are the schedules, one TOML file each.
//
//go:embed *.toml
var Files embed.FS
