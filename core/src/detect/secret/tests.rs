use crate::content::OutputKind;
use crate::detect::Scope;
use crate::detect::tests::found;
use crate::finding::{Category, Finding};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

fn secrets(text: &str) -> Vec<Finding> {
    let mut findings = found(text, Scope::Output(OutputKind::Answer));
    findings.retain(|finding| finding.category == Category::Secret);
    findings
}

/// `length` characters of `alphabet` that look like chance, the same each time.
fn random(alphabet: &str, length: usize) -> String {
    let letters: Vec<char> = alphabet.chars().collect();
    let mut state = 0x2545_F491u64;
    (0..length)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            letters[(state >> 33) as usize % letters.len()]
        })
        .collect()
}

const BASE62: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const HEX: &str = "0123456789abcdef";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

#[test]
fn tokens_with_a_form_are_found_whole() {
    let b = |n| random(BASE62, n);
    let cases = [
        ("secret/aws_access_key", format!("AKIA{}", random(UPPER, 16))),
        ("secret/github_token", format!("ghp_{}", b(36))),
        ("secret/github_fine_token", format!("github_pat_{}_{}", b(22), b(59))),
        ("secret/gitlab_token", format!("glpat-{}", b(20))),
        ("secret/slack_token", format!("xoxb-123456789012-123456789012-{}", b(24))),
        ("secret/stripe_key", format!("sk_live_{}", b(24))),
        ("secret/google_key", format!("AIza{}", b(35))),
        ("secret/openai_key", format!("sk-proj-{}T3BlbkFJ{}", b(60), b(60))),
        ("secret/anthropic_key", format!("sk-ant-api03-{}AA", b(93))),
        ("secret/npm_token", format!("npm_{}", b(36))),
        ("secret/pypi_token", format!("pypi-AgEIcHlwaS5vcmc{}", b(80))),
        ("secret/mail_key", format!("SG.{}.{}", b(22), b(43))),
        ("secret/chat_token", format!("1234567890:AA{}", b(33))),
        ("secret/model_key", format!("hf_{}", random(LETTERS, 34))),
        ("secret/digitalocean_token", format!("dop_v1_{}", random(HEX, 64))),
        ("secret/payment_key", format!("shpat_{}", random(HEX, 32))),
        ("secret/hosting_token", format!("dapi{}", random(HEX, 32))),
        ("secret/registry_token", format!("rubygems_{}", random(HEX, 48))),
        ("secret/service_token", format!("lin_api_{}", b(40))),
        (
            "secret/age_key",
            format!("AGE-SECRET-KEY-1{}", random("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)),
        ),
    ];
    for (rule, token) in cases {
        let text = format!("use {token} for it");
        let findings = secrets(&text);
        assert_eq!(findings.len(), 1, "{rule}: {findings:?}");
        assert_eq!(findings[0].rule, rule);
        assert_eq!(findings[0].span.of(&text), Some(token.as_str()), "{rule}");
        assert!(!findings[0].kind.contains(token.split_at(4).1), "the secret is not kept");
        assert_eq!(findings[0].kind.split(':').nth(1).map(str::len), Some(16), "a fingerprint");
    }
}

#[test]
fn the_value_alone_is_marked() {
    let storage = format!("AccountName=a;AccountKey={}==;Suffix=x", random(BASE62, 86));
    let aws = format!("aws_secret_access_key = \"{}\"", random(BASE62, 40));
    for (rule, value, text) in [
        ("secret/azure_key", format!("{}==", random(BASE62, 86)), storage.as_str()),
        ("secret/aws_secret_key", random(BASE62, 40), aws.as_str()),
        (
            "secret/connection_string",
            "Tr0ub4dor".into(),
            "postgres://app:Tr0ub4dor@db.internal:5432/x",
        ),
        (
            "secret/connection_string",
            "Tr0ub4dor".into(),
            "Server=db;User Id=app;Password=Tr0ub4dor;",
        ),
        ("secret/url_password", "Tr0ub4dor".into(), "get https://joe:Tr0ub4dor@host.example/x"),
        ("secret/password", "Tr0ub4dor".into(), "my password is Tr0ub4dor, keep it"),
        ("secret/password", "Tr0ub4dor".into(), "{\"password\": \"Tr0ub4dor\"}"),
        (
            "secret/password",
            "Tr0ub4dor".into(),
            "machine git.example\n  login joe\n  password Tr0ub4dor\n",
        ),
        ("secret/named_key", "q7Jd0Zt4mVx1LpW9".into(), "API_KEY=q7Jd0Zt4mVx1LpW9"),
        (
            "secret/authorization",
            "q7Jd0Zt4mVx1LpW9".into(),
            "Authorization: Bearer q7Jd0Zt4mVx1LpW9",
        ),
        ("secret/authorization", "q7Jd0Zt4mVx1".into(), "curl -u joe:q7Jd0Zt4mVx1 http://x"),
    ] {
        let findings = secrets(text);
        assert!(!findings.is_empty(), "{text}");
        assert_eq!(findings[0].rule, rule, "{text}");
        assert_eq!(findings[0].span.of(text), Some(value.as_str()), "{text}");
    }
}

#[test]
fn private_keys_and_web_tokens_are_read_to_their_end() {
    let body = random(BASE62, 300);
    let pem = format!("-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----");
    let text = format!("key:\n{pem}\nend");
    assert_eq!(secrets(&text)[0].span.of(&text), Some(pem.as_str()));
    assert!(secrets("-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----").is_empty());
    assert!(secrets("the line -----BEGIN PRIVATE KEY----- opens a key").is_empty());
    // {"alg":"HS256","typ":"JWT"}
    let header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
    let token = format!("{header}.{}.{}", random(BASE62, 40), random(BASE62, 43));
    let text = format!("token {token}, then");
    let findings = secrets(&text);
    assert_eq!((findings.len(), findings[0].rule.as_ref()), (1, "secret/jwt"));
    assert_eq!(findings[0].span.of(&text), Some(token.as_str()));
    // Well spelt, but no header.
    assert!(
        secrets(&format!("eyJhYmMiOiJkZWYifQ.{}.{}", random(BASE62, 40), random(BASE62, 43)))
            .is_empty()
    );
}

#[test]
fn stand_ins_and_hashes_are_no_secrets() {
    for text in [
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "api_key = \"your-api-key-here\"",
        "password: <password>",
        "password = os.environ[\"DB_PASSWORD\"]",
        "TOKEN=${GITHUB_TOKEN}",
        "secret: changeme",
        "password = getpass.getpass()",
        "Enter your password: then press return",
        "https://user:password@host.example",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "integrity sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==",
        "commit 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12",
        "max_tokens = 4096",
        "\"credentialId\": \"B9mTcFSck2LzJO2S3ols63\"",
        "let token = lexer.next_token();",
    ] {
        assert!(secrets(text).is_empty(), "{text}: {:?}", secrets(text));
    }
}

#[test]
fn the_same_secret_has_the_same_fingerprint() {
    let one = secrets("password=\"Tr0ub4dor\"");
    let other = secrets("the db has password = \"Tr0ub4dor\" now");
    assert_eq!(one[0].kind, other[0].kind);
    assert_ne!(one[0].kind, secrets("password=\"Tr0ub4dox\"")[0].kind);
}

#[test]
fn many_kinds_are_known_by_their_form() {
    let kinds: std::collections::BTreeSet<&str> = super::rules()
        .filter(|rule| !super::is_by_context(rule.info.id))
        .flat_map(|rule| rule.patterns)
        .map(|pattern| pattern.kind)
        .collect();
    assert!(kinds.len() >= 150, "{}", kinds.len());
}

#[test]
fn tokens_that_begin_with_their_name_are_found_where_a_word_begins() {
    let tavily = format!("tvly-{}", random(BASE62, 32));
    let text = format!("use {tavily} now");
    assert_eq!(secrets(&text)[0].span.of(&text), Some(tavily.as_str()));
    let buried = format!("nature{tavily}");
    assert!(secrets(&buried).is_empty(), "no word begins there");
    let upper = format!("use {} now", tavily.to_uppercase());
    assert!(secrets(&upper).is_empty(), "prefixes are spelt as they are");
    let hash = format!("root:$6$rounds=5000${}${}:19000", random(BASE62, 12), random(BASE62, 86));
    assert_eq!(secrets(&hash)[0].rule, "secret/password_hash");
}

#[test]
fn names_are_read_in_many_syntaxes() {
    let value = "q7Jd0Zt4mVx1LpW9";
    for (rule, text) in [
        ("secret/named_key", format!("apiKey: '{value}'")),
        ("secret/named_key", format!("<add key=\"ApiKey\" value=\"{value}\" />")),
        ("secret/named_key", format!("- name: MAIL_TOKEN\n  value: {value}\n")),
        ("secret/named_key", format!("<apiToken>{value}</apiToken>")),
        ("secret/named_key", format!("SECRET ?= {value}")),
        ("secret/named_key", format!("the access token {value} works")),
        ("secret/password", format!("run --password {value} now")),
        ("secret/password", format!("Passwort: {value}")),
        ("secret/password", format!("пароль: {value}")),
        ("secret/password", "SMTP_PASS=whiteduke\n".to_owned()),
        ("secret/password", "the password for the door is 'whiteduke'".to_owned()),
        ("secret/password", "user = 'joe'\npassword = 'whiteduke'".to_owned()),
        ("secret/authorization", "Authorization: Basic am9lOlRyMHViNGRvcg==".to_owned()),
        ("secret/authorization", format!("curl -H 'X-Api-Key: {value}' http://x")),
        ("secret/service_key", format!("datadog: {value}")),
    ] {
        let findings = secrets(&text);
        assert!(findings.iter().any(|f| f.rule == rule), "{text}: {findings:?}");
    }
    for text in [
        "foreign_key = q7Jd0Zt4mVx1LpW9",
        "keyVault: cmp2-qat-1208358310",
        "the token is checked by TokenValidator2",
        "Authorization: Basic auth is needed here",
        "sandbox: q7Jd0Zt4mVx1LpW9",
        "PWD=/home/joe/work",
    ] {
        assert!(secrets(text).is_empty(), "{text}: {:?}", secrets(text));
    }
}

#[test]
fn passwords_are_found_by_where_programs_put_them() {
    let value = random(BASE62, 14);
    let key = format!("{}=", random(BASE62, 43));
    let pair = STANDARD.encode("joe:blue-ladder-77");
    let (begin, end) = ("-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----");
    let pem = STANDARD.encode(format!("{begin}\n{}\n{end}\n", random(BASE62, 300)));
    for (rule, value, text) in [
        ("secret/credential_pair", &value, format!("smtp.login(\"joe\", \"{value}\")")),
        ("secret/credential_pair", &value, format!("requests.get(url, auth=('joe', '{value}'))")),
        ("secret/credential_pair", &value, format!("BUNDLE_GEMS__HOST__EXAMPLE=joe:{value}\n")),
        ("secret/credential_pair", &value, format!("db.example:5432:app:joe:{value}\n")),
        ("secret/encoded_credentials", &pair, format!("{{\"auth\": \"{pair}\"}}")),
        ("secret/encoded_credentials", &pair, format!("//registry.example/:_auth={pair}")),
        ("secret/encoded_credentials", &pem, format!("client-key-data: {pem}\nuser: joe")),
        ("secret/unseal_key", &key, format!("Unseal Key 2: {key}")),
        ("secret/unseal_key", &key, format!("vault operator unseal {key}")),
        ("secret/join_token", &"7k2m9x.q1w8z4t6y3r5u7p2".to_owned(), {
            "kubeadm join host:6443 --token 7k2m9x.q1w8z4t6y3r5u7p2".to_owned()
        }),
        ("secret/network_password", &value, format!("WIFI:T:WPA;S:attic;P:{value};;")),
        ("secret/pin", &"4821".to_owned(), "my PIN for the gate is 4821, I think".to_owned()),
        ("secret/default_value", &value, {
            format!("variable \"api_token\" {{\n  type = string\n  default = \"{value}\"\n}}")
        }),
        ("secret/compared", &"open-sesame".to_owned(), {
            "if creds.Secret != \"open-sesame\" {".to_owned()
        }),
        ("secret/password", &"open sesame".to_owned(), {
            "user = 'Aladdin'\npassword = 'open sesame'".to_owned()
        }),
        ("secret/password", &"blue".to_owned(), "the password for \"joe\" is \"blue\"".to_owned()),
        ("secret/named_key", &"x(4$w1-sa!b@c2".to_owned(), {
            "SECRET_KEY = 'x(4$w1-sa!b@c2'".to_owned()
        }),
        ("secret/named_key", &value, format!("private key: {value}9Zq2")),
        ("secret/authorization", &value, format!("curl https://x.example -u joe:{value}")),
        ("secret/login_key", &key, {
            format!("{{\"method\": \"auth.login_with_api_key\", \"params\": [\"{key}\"]}}")
        }),
        ("secret/password", &value, format!("Use the following password to go on:\n\n{value}7x\n")),
    ] {
        let findings = secrets(&text);
        assert!(findings.iter().any(|f| f.rule == rule), "{text}: {findings:?}");
        let found = findings.iter().filter(|f| f.rule == rule);
        assert!(
            found.clone().any(|f| f.span.of(&text).is_some_and(|s| s.starts_with(value.as_str()))),
            "{text}"
        );
    }
}

#[test]
fn what_only_looks_like_a_credential_is_left_alone() {
    for text in [
        "smtp.login(user, password)",
        "login(\"user\", \"password\")",
        "auth=(\"user\", os.environ[\"PW\"])",
        "\"auth\": \"required\"",
        "\"auth\": \"bm8gY29sb24gaGVyZQ==\"",
        "unseal the vault, then seal it again",
        "token = parser.parse_expression_x",
        "PIN code: 560001",
        "pin is 13",
        "led_pin = 4821",
        "if (password == null)",
        "if (secret != \"undefined\")",
        "variable \"db_password\" {\n  default = \"changeme123\"\n}",
        "variable \"region\" {\n  default = \"eu-west-1-x9y8\"\n}",
        "SECRET_KEY = \"${SECRET_KEY}\"",
        "SECRET_KEY = 'get_secret(app, 1)'",
        "username: \"Benutzername\", password: \"Neues Password\"",
        "localhost:5432:not a line of that file",
        "next_page_token=Q2hhbmdlIG1l4f8xTq",
    ] {
        assert!(secrets(text).is_empty(), "{text}: {:?}", secrets(text));
    }
}
