package driver

// Pid is the process id of Core, also of one that has died and was not
// replaced yet; 0 if there is none.
func (d *Driver) Pid() int {
	if p := d.current(); p != nil {
		return p.cmd.Process.Pid
	}
	return 0
}
