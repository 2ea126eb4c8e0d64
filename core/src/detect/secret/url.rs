//! Passwords inside addresses and connection strings.

use super::{info, placeholder};
use crate::detect::Lanes;
use crate::detect::gate::Candidate;
use crate::detect::registry::{Found, Pattern, Rule};
use crate::finding::Severity::{Critical, High};

pub(super) const RULES: &[Rule] = &[
    Rule {
        info: info("secret/connection_string", Critical, 900, "A password in a database address."),
        patterns: &[
            Pattern {
                keywords: &[
                    "postgres://",
                    "postgis://",
                    "postgresql://",
                    "mysql://",
                    "mariadb://",
                    "mongodb://",
                    "mongodb+srv://",
                    "redis://",
                    "rediss://",
                    "amqp://",
                    "amqps://",
                    "mssql://",
                    "sqlserver://",
                    "clickhouse://",
                    "cockroachdb://",
                    "+psycopg2://",
                    "+asyncpg://",
                    "+pymysql://",
                    "ldap://",
                    "ldaps://",
                    "smtp://",
                    "smtps://",
                    "ftp://",
                    "sftp://",
                    "ssh://",
                    "rtsp://",
                    "nats://",
                    "mqtt://",
                    "mqtts://",
                    "imap://",
                    "imaps://",
                    "smb://",
                    "socks5://",
                    "vnc://",
                    "ws://",
                    "wss://",
                    "neo4j://",
                    "bolt://",
                    "couchdb://",
                    "elasticsearch://",
                    "influxdb://",
                    "snowflake://",
                    "redshift://",
                    "oracle://",
                    "trino://",
                    "db2://",
                    "git://",
                    "svn://",
                ],
                expression: r#"\b[a-z][a-z0-9+]{2,20}://[^\s:/@"'<>]{0,80}:([^\s/"'<>]{3,120})@[A-Za-z0-9\[_.$\{-]"#,
                lanes: Lanes::SECRET_FORM,
                severity: Critical,
                score: 900,
                kind: "connection_password",
                reach: (64, 256),
            },
            Pattern {
                keywords: &["pwd=", "pwd =", "password=", "password ="],
                expression: r#"(?i)\b(?:server|data source|host|driver|uid|user id|user|database|initial catalog)\s{0,2}=[^\n"';]{1,120};[^\n"']{0,200}?(?:pwd|password)\s{0,2}=\s{0,2}([^\s;"'<>]{3,80})"#,
                lanes: Lanes::SECRET_FORM,
                severity: Critical,
                score: 850,
                kind: "connection_password",
                reach: (360, 96),
            },
            Pattern {
                keywords: &["pwd=", "password=", "pwd =", "password ="],
                expression: r#"(?i)[;"'\s](?:pwd|password)\s?=\s?([^\s;"'<>&]{3,80});\s{0,2}(?:server|data source|host|uid|user|database|initial catalog|trusted|encrypt|port|integrated)"#,
                lanes: Lanes::SECRET_FORM,
                severity: Critical,
                score: 850,
                kind: "connection_password",
                reach: (32, 128),
            },
        ],
        check,
    },
    Rule {
        info: info("secret/url_password", High, 850, "A user name and password in a web address."),
        patterns: &[Pattern {
            keywords: &["http://", "https://"],
            expression: r#"(?i)\bhttps?://[^\s:/@"'<>]{1,80}:([^\s/"'<>]{3,120})@[A-Za-z0-9\[]"#,
            lanes: Lanes::SECRET_FORM,
            severity: High,
            score: 850,
            kind: "url_password",
            reach: (16, 256),
        }],
        check,
    },
];

/// Takes a password that is no placeholder, and not the name of one.
fn check(candidate: &Candidate<'_>) -> Option<Found> {
    let value = candidate.value();
    let lower = value.to_ascii_lowercase();
    let weak = ["password", "passwd", "pass", "secret", "pwd", "pw", "token", "user", "admin123!"];
    if placeholder::is_obvious(value) && value.len() > 5
        || placeholder::distinct(value) < 2
        || placeholder::is_filled_in(value)
        || value.starts_with('$')
        || weak.contains(&lower.as_str())
        || value.starts_with('*')
    {
        return None;
    }
    Some(candidate.matched())
}
