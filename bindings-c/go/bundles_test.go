package checkrein

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func writeBundle(t *testing.T, folder, name, text string) string {
	t.Helper()
	directory := filepath.Join(folder, name)
	if err := os.MkdirAll(directory, 0o755); err != nil {
		t.Fatal(err)
	}
	text = "name = \"" + name + "\"\n" + text
	if err := os.WriteFile(filepath.Join(directory, "bundle.toml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return directory
}

func TestBundleIsTakenAnewOrRefused(t *testing.T) {
	folder := t.TempDir()
	bundle := writeBundle(t, folder, "desk", "revision = 1\n")
	options := Options{Bundle: bundle, State: filepath.Join(folder, "state")}
	guard, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	defer guard.Close()
	writeBundle(t, folder, "desk", "revision = 2\n")
	if changed, err := guard.Reload(nil); err != nil || !changed {
		t.Fatal(changed, err)
	}
	writeBundle(t, folder, "desk", "revision = 1\n")
	var fault *Error
	if _, err := guard.Reload(nil); !errors.As(err, &fault) || fault.Code != "bundle/rollback" {
		t.Fatal(err)
	}
	status, err := guard.Status()
	if err != nil || status["refused"].(map[string]any)["code"] != "bundle/rollback" {
		t.Fatal(status, err)
	}
	if err := guard.Watch(time.Second); err != nil {
		t.Fatal(err)
	}
	if was, err := guard.Unwatch(); err != nil || !was {
		t.Fatal(was, err)
	}
	team := writeBundle(t, folder, "team", "revision = 4\nmode = \"monitor\"\n")
	if _, err := New(Options{Bundle: bundle, Layers: []string{team}}); !errors.As(err, &fault) || fault.Code != "bundle/loosens" {
		t.Fatal(err)
	}
	key := "example.com/policy+7728610f+ARHwIC7bmYuZBHQp+FZxMsSvv91NLzql4G0BIQGob+8O"
	if _, err := New(Options{Bundle: bundle, Trust: []string{key}}); !errors.As(err, &fault) || fault.Code != "bundle/signature" {
		t.Fatal(err)
	}
}
