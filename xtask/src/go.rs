//! Go: the package over the C library, its examples, its service.

use crate::c;
use crate::step::{Failure, Steps, root, target};

/// Everything in Go, against a library installed to a prefix below the target directory.
pub fn test(steps: &mut Steps) -> Result<(), Failure> {
    c::build(steps)?;
    // Not the one that `package` installs to: that also holds a shared library.
    let prefix = target().join("go-prefix");
    c::install(&prefix)?;
    let include = format!("-I{}", prefix.join("include").display());
    let library = format!("-L{}", prefix.join("lib").display());
    let cache = target().join("go-cache").display().to_string();
    let environment = [
        ("CGO_ENABLED", "1"),
        ("CGO_CFLAGS", include.as_str()),
        ("CGO_LDFLAGS", library.as_str()),
        ("GOCACHE", cache.as_str()),
        ("GOFLAGS", "-mod=mod"),
    ];
    let package = root().join("bindings-c/go");
    let service = root().join("examples/go");
    steps.run_with("go vet", &package, "go", &["vet", "./..."], &environment)?;
    // Not cached: the library below the package may have changed.
    steps.run_with("go tests", &package, "go", &["test", "-count=1", "./..."], &environment)?;
    steps.run_with("go service", &service, "go", &["test", "-count=1", "./..."], &environment)
}
