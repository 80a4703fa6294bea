package host

import (
	"math/big"

	"github.com/Dharitri-org/core-wasm-vm/internal/gas"
	"github.com/Dharitri-org/core-wasm-vm/internal/state"
	"github.com/Dharitri-org/core-wasm-vm/vm"
)

// CreateContract deploys code as a child of the executing contract. The
// address is valid if the status is 0. code, metadata and args are copied.
//
// The code is paid twice, once by the creator and once by the child's gas. A
// creator that cannot pay gets status 1 and loses nothing.
func (x *Frame) CreateContract(gasLimit int64, value *big.Int, code, metadata []byte, args [][]byte) (vm.Address, int32, error) {
	price := gas.Mul(x.vm.schedule.CompilePerByte, int64(len(code)))
	if price > x.GasLeft() {
		return vm.Address{}, 1, nil
	}
	x.take(price)
	if x.readOnly {
		return vm.Address{}, 1, nil
	}
	address, nonce, err := x.childAddress()
	if err != nil {
		if asFailure(err) != nil {
			return vm.Address{}, 1, nil
		}
		return vm.Address{}, 1, err
	}
	if err := x.vm.fits(int64(len(code))); err != nil {
		return vm.Address{}, 1, err
	}
	mark := x.state.Mark()
	x.state.SetCode(address, &state.Code{
		Bytes: append([]byte{}, code...), Metadata: append([]byte{}, metadata...), Deployer: x.Address(),
	})
	input := nestedInput(x.Address(), address, value, x.BoundGas(gasLimit), args)
	input.Function = initFunction
	out, err := x.nest(input, nesting{creating: true})
	if err != nil {
		return vm.Address{}, 1, err
	}
	if out.failed() {
		x.state.Revert(mark)
		return vm.Address{}, 1, nil
	}
	x.state.SetNonce(x.Address(), nonce+1)
	return address, 0, nil
}

// childAddress asks for the address of the next child: nonces of a contract
// start at the chain's and go up by one with each child.
func (x *Frame) childAddress() (vm.Address, uint64, error) {
	nonce, err := x.state.Nonce(x.Address())
	if asFailure(refused(err)) != nil {
		nonce, err = 0, nil // the creator is itself being created
	}
	if err != nil {
		return vm.Address{}, 0, err
	}
	address, err := x.vm.hook.NewAddress(x.Address(), nonce, x.vm.config.VMType[:])
	if err != nil {
		return vm.Address{}, 0, refused(err)
	}
	existing, err := x.state.KnownAccount(address)
	if err != nil {
		return vm.Address{}, 0, err
	}
	if existing != nil || x.state.Code(address) != nil {
		return vm.Address{}, 0, failWith("cannot deploy over existing account")
	}
	return address, nonce, nil
}
