;; Calls inside the module, of the host, and through the table; a function of
;; the host in the table gets a thunk.
(module
  (import "env" "tell" (func $tell (param i64)))
  (type $t (func (param i64)))
  (table 2 funcref)
  (elem (i32.const 0) $tell $g)
  (global $x (mut i32) (i32.const 7))
  (func $main (export "main") (export "again") (local i32 i32)
    i64.const 1
    call $tell
    i64.const 2
    call $g
    i64.const 3
    local.get 1
    call_indirect (type $t))
  (func $g (param i64) (local i32)
    local.get 1
    drop)
  (func $answer (export "answer") (result i32)
    i32.const 42)
  (func $unreachable (export "takes") (param i32)
    unreachable))
