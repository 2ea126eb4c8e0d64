//! Passwords in what routers and switches are set up with.

use super::command::check_option;
use super::context::named;
use super::info;
use crate::detect::registry::Rule;
use crate::finding::Severity::High;

pub(super) const RULES: &[Rule] = &[Rule {
    info: info(
        "secret/device_password",
        High,
        750,
        "A password in the configuration of a network device.",
    ),
    patterns: &[
        named(
            &["snmp-server", "-server key", "-server host", "pre-shared-key", "key-string"],
            r"(?im)^\s{0,8}(?:snmp-server community|(?:tacacs|radius)-server (?:host \S{1,60} )?key(?: [0-9])?|(?:ikev[12] )?pre-shared-key(?: (?:address \S{1,40}|local|remote|ascii-text|[0-9]))?|key-string(?: [0-9])?) ([^\s]{4,80})",
            700,
            "password",
        ),
        named(
            &[
                "password 0 ",
                "password 5 ",
                "password 7 ",
                "secret 0 ",
                "secret 5 ",
                "secret 8 ",
                "secret 9 ",
            ],
            r"(?im)^\s{0,8}(?:username \S{1,60}(?: privilege \d{1,2})? |enable )?(?:password|secret) [05789] ([^\s]{4,120})",
            750,
            "password",
        ),
    ],
    check: check_option,
}];
