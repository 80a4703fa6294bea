;; Every way in which control can go, with what is pending on it.
(module
  (func $f (export "f") (param i32) (result i64) (local i64 i64)
    nop
    local.get 0
    if                      ;; carries its price into both branches
      i64.const 1
      local.set 1
    end
    block (result i64)
      i64.const 2
      local.get 0
      i32.const 3
      i32.lt_s
      br_if 0               ;; tested before the comparison
      drop
      loop
        local.get 1
        i64.const 1
        i64.add
        local.tee 1
        i64.eqz
        br_if 0             ;; tested in a loop
      end
      block                 ;; nobody branches to it: no charge at its end
        nop
      end
      local.get 0
      if (result i64)
        i64.const 4
        return
        nop                 ;; dead
      else
        i64.const 5
      end
    end
    local.get 0
    br_table 0 0))
