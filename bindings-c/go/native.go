package checkrein

/*
#cgo LDFLAGS: -lcheckrein -lm -lpthread -ldl
#include <checkrein.h>
*/
import "C"

import (
	"encoding/json"
	"runtime"
	"sync"
	"unsafe"
)

// Version is the library's version.
func Version() string { return C.GoString(C.checkrein_version()) }

// view gives bytes as C takes them: nil is no request. The caller keeps data alive over the call.
func view(data []byte) (*C.uint8_t, C.size_t) {
	return (*C.uint8_t)(unsafe.Pointer(unsafe.SliceData(data))), C.size_t(len(data))
}

// named gives a method's name as C takes it. The caller keeps it alive over the call.
func named(method string) *C.char {
	name := make([]byte, len(method)+1)
	copy(name, method)
	return (*C.char)(unsafe.Pointer(unsafe.SliceData(name)))
}

// take copies an answer and frees it; a status other than 0 becomes an *Error.
func take(status C.int32_t, out *C.checkrein_bytes) (string, error) {
	answer := C.GoStringN((*C.char)(unsafe.Pointer(out.data)), C.int(out.len))
	C.checkrein_bytes_free(out)
	if status == 0 {
		return answer, nil
	}
	failure := &Error{}
	if err := json.Unmarshal([]byte(answer), failure); err != nil {
		return "", &Error{Code: "internal/panic", Message: "an error could not be read"}
	}
	return "", failure
}

// inBytes is an answer as the JSON interface gives it.
func inBytes(answer string, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return []byte(answer), nil
}

// handle is a pointer P of the library's, freed once: by close or by the garbage collector.
type handle[P comparable] struct {
	mu      sync.RWMutex
	pointer P
	free    func(P)
}

func newHandle[P comparable](pointer P, free func(P)) *handle[P] {
	h := &handle[P]{pointer: pointer, free: free}
	runtime.SetFinalizer(h, (*handle[P]).close)
	return h
}

// with runs use with the pointer, which stays valid until use returns.
func (h *handle[P]) with(use func(P) (string, error)) (string, error) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	var none P
	if h.pointer == none {
		return "", closed()
	}
	return use(h.pointer)
}

func (h *handle[P]) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	var none P
	if h.pointer != none {
		h.free(h.pointer)
		h.pointer = none
	}
	runtime.SetFinalizer(h, nil)
}

func closed() error { return &Error{Code: "misuse/closed", Message: "it was closed"} }
