;; A select of floats becomes an if, one of integers stays, and one in dead code
;; goes.
(module
  (type $t (func))
  (table 1 funcref)
  (func (param f32 f64 i32) (result f64)
    (local f32)
    local.get 0
    local.get 3
    local.get 2
    select
    drop
    local.get 2
    call_indirect (type $t)
    i64.const 1
    i64.const 2
    local.get 2
    select
    drop
    block
      br 0
      local.get 0
      local.get 3
      local.get 2
      select
      drop
    end
    local.get 1
    local.get 1
    local.get 2
    select)
  (func (result f32) (local f32)
    local.get 0
    local.get 0
    i32.const 1
    select))
