# Names for plain commands. Nothing here is needed: see README.md.

.PHONY: check test race bench calibrate contracts demo fuzz-long border soak reliability

check: ; .ci/run
test: ; go test ./...
race: ; go test -race ./...
bench: ; go test ./test/bench -count=1 -timeout 30m -run TestTable -v -table $(CURDIR)
calibrate: ; go run ./test/calibrate
contracts: ; test/contracts/build
demo: ; go run ./cmd/corenode demo
fuzz-long: ; go run ./test/campaign all
border: ; CGO_ENABLED=0 go run ./test/border all && CGO_ENABLED=0 go test ./driver -count=1 -timeout 0 -run TestHostileFrames -frames 20000000 -frames-resume $(CURDIR)/test/border/figures.tsv
soak: ; CGO_ENABLED=0 go run ./test/border soak
reliability: ; go run ./test/campaign table
