;; An or of zero hides an and from comparisons, unless it is used up at once by
;; something else.
(module
  (memory (export "mem") 1)
  (func (param i32 i32) (result i32)
    i32.const 0
    local.get 0
    local.get 1
    i32.and
    i32.lt_s
    drop
    local.get 0
    local.get 1
    i32.and
    i32.const 1
    i32.add
    local.get 0
    local.get 1
    i32.and
    i32.add
    drop
    i64.const 1
    i64.const 2
    i64.and
    drop
    local.get 0
    local.get 1
    i32.and))
