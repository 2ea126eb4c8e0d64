package checkrein

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"unicode/utf8"
)

const maxDepth = 128

// encode writes a value as JSON and refuses what JSON would change silently: invalid UTF-8,
// NaN, byte slices, cycles. Errors name the place as a JSON pointer.
func encode(value any) ([]byte, error) {
	if err := check(reflect.ValueOf(value), "", 0); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		var unsupported *json.UnsupportedValueError
		if errors.As(err, &unsupported) {
			return nil, fault("value/number", err.Error(), "")
		}
		return nil, fault("value/type", err.Error(), "")
	}
	return bytes.TrimRight(out.Bytes(), "\n"), nil
}

func check(value reflect.Value, path string, depth int) error {
	if depth > maxDepth {
		return fault("value/cycle", "the value is nested too deeply, or contains itself", "")
	}
	switch value.Kind() {
	case reflect.String:
		if !utf8.ValidString(value.String()) {
			return fault("value/utf8", "the text is not UTF-8", path)
		}
	case reflect.Float32, reflect.Float64:
		if number := value.Float(); math.IsNaN(number) || math.IsInf(number, 0) {
			return fault("value/number", fmt.Sprintf("%v is not a JSON number", number), path)
		}
	case reflect.Pointer, reflect.Interface:
		if !value.IsNil() {
			return check(value.Elem(), path, depth+1)
		}
	case reflect.Map:
		for entries := value.MapRange(); entries.Next(); {
			key := fmt.Sprint(entries.Key().Interface())
			if !utf8.ValidString(key) {
				return fault("value/utf8", "a key is not UTF-8", path)
			}
			if err := check(entries.Value(), join(path, key), depth+1); err != nil {
				return err
			}
		}
	case reflect.Slice, reflect.Array:
		if value.Type().Elem().Kind() == reflect.Uint8 {
			if _, ok := value.Interface().(json.RawMessage); !ok {
				return fault("value/type", "bytes have no JSON form; give text or a digest", path)
			}
			return nil
		}
		for i := range value.Len() {
			if err := check(value.Index(i), fmt.Sprintf("%s/%d", path, i), depth+1); err != nil {
				return err
			}
		}
	case reflect.Struct:
		for i := range value.NumField() {
			if field := value.Type().Field(i); field.IsExported() {
				if err := check(value.Field(i), join(path, field.Name), depth+1); err != nil {
					return err
				}
			}
		}
	case reflect.Func, reflect.Chan, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		return fault("value/type", fmt.Sprintf("a %s has no JSON form", value.Kind()), path)
	}
	return nil
}

func join(path, key string) string {
	return path + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}

func fault(code, message, at string) error {
	failure := &Error{Code: code, Message: message}
	if at != "" {
		failure.Context = map[string]string{"at": at}
	}
	return failure
}
