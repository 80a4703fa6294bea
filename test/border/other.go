//go:build !linux

package main

import "fmt"

func main() { fmt.Println("border: the campaigns need Linux") }
