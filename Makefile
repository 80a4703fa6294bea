# Names for plain commands. Nothing here is needed: see README.md.

.PHONY: check test race bench calibrate contracts demo fuzz-long reliability

check: ; .ci/run
test: ; go test ./...
race: ; go test -race ./...
bench: ; go test ./test/bench -count=1 -timeout 30m -run TestTable -v -table $(CURDIR)
calibrate: ; go run ./test/calibrate
contracts: ; test/contracts/build
demo: ; go run ./cmd/corenode demo
fuzz-long: ; go run ./test/campaign all
reliability: ; go run ./test/campaign table
