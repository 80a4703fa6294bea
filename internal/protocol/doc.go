// Package protocol is the list of what Node and Core say to each other.
package protocol
