package main

import (
	"slices"
	"testing"
)

func TestTheBankIsAskedAndWhatFailsIsDenied(t *testing.T) {
	said, err := run()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"pay 12000: allow",
		"pay 90000: ask, more than 500 needs a second person",
		"pay 100: deny, the account is frozen",
		"pay 100: deny, the bank gave no answer",
	}
	if !slices.Equal(said, want) {
		t.Fatalf("said %q", said)
	}
}
