module github.com/checkrein/checkrein/benches/go

go 1.24

require github.com/checkrein/checkrein/bindings-c/go v0.0.0

replace github.com/checkrein/checkrein/bindings-c/go => ../../bindings-c/go
