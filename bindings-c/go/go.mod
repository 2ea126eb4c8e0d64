module github.com/checkrein/checkrein/bindings-c/go

go 1.24
