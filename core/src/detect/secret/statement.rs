//! Passwords in the statements and calls by which programs talk to a database.

use super::command::check_option;
use super::context::named;
use super::info;
use crate::detect::registry::Rule;
use crate::finding::Severity::High;

pub(super) const RULES: &[Rule] = &[Rule {
    info: info(
        "secret/database_password",
        High,
        750,
        "A password in a statement or call of a database.",
    ),
    patterns: &[
        named(
            &["identified by", "identified with", "password '", "password = '", "password('"],
            r#"(?i)\b(?:identified\s{1,4}(?:with\s{1,4}\S{1,40}\s{1,4})?by|(?:create|alter)\s{1,4}(?:user|role|login)\b[^;\n]{1,120}?\bpassword|set\s{1,4}password\b[^;\n]{0,80}?(?:=|to))\s{0,4}(?:=\s{0,4})?(?:password\s{0,2}\(\s{0,2})?(?:n?['"])([^'"\s]{4,80})['"]"#,
            750,
            "password",
        ),
        // Address, user, password: `getConnection("jdbc:...", "joe", "...")`.
        named(
            &[
                "getconnection(",
                "mysql_connect(",
                "mysqli_connect(",
                "mysqli(",
                "pdo(",
                "pymysql.connect(",
                "mysqldb.connect(",
                "oracle.connect(",
                "oracledb.connect(",
                "ldap_bind(",
                "createconnection(",
            ],
            r#"(?i)(?:getconnection|mysqli?_connect|mysqli|pdo|pymysql\.connect|mysqldb\.connect|oracle(?:db)?\.connect|ldap_bind|createconnection)\s?\(\s{0,4}(?:["'][^"'\n]{1,160}["']|\$?[a-z_][a-z0-9_.>-]{0,40})\s{0,2},\s{0,16}["'][^"'\n]{1,80}["']\s{0,2},\s{0,16}["']([^"'\s]{4,80})["']"#,
            700,
            "password",
        ),
    ],
    check: check_option,
}];
