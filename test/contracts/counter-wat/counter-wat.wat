;; SPDX-License-Identifier: Apache-2.0
;;
;; counter-wat: the counter in WebAssembly text. See ../counter/README.md; this
;; one takes any number of arguments and wraps where that one reports an overflow.
(module
  (import "env" "getNumArguments" (func $getNumArguments (result i32)))
  (import "env" "smallIntGetSignedArgument" (func $argument (param i32) (result i64)))
  (import "env" "smallIntStorageStoreSigned" (func $store (param i32 i32 i64) (result i32)))
  (import "env" "smallIntStorageLoadSigned" (func $load (param i32 i32) (result i64)))
  (import "env" "smallIntFinishSigned" (func $finish (param i64)))

  (memory (export "memory") 1)
  (data (i32.const 0) "counter")

  (func $add (param $step i64)
    (local $value i64)
    (local.set $value
      (i64.add (call $load (i32.const 0) (i32.const 7)) (local.get $step)))
    (drop (call $store (i32.const 0) (i32.const 7) (local.get $value)))
    (call $finish (local.get $value)))

  (func (export "init")
    (if (call $getNumArguments)
      (then
        (drop (call $store (i32.const 0) (i32.const 7) (call $argument (i32.const 0)))))))

  (func (export "increment") (call $add (i64.const 1)))
  (func (export "decrement") (call $add (i64.const -1)))
  (func (export "get") (call $finish (call $load (i32.const 0) (i32.const 7)))))
