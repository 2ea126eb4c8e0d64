use crate::content::OutputKind;
use crate::detect::Scope;
use crate::detect::tests::found;
use crate::finding::{Category, Finding, Severity};
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

#[test]
fn keys_are_read_in_the_syntax_of_many_languages() {
    let value = random(BASE62, 32);
    for text in [
        format!("val apiKey: String = \"{value}\""),
        format!("let api_key: &str = \"{value}\";"),
        format!("const key = process.env.API_KEY || \"{value}\";"),
        format!("SECRET_KEY = Buffer.from(\"{value}\")"),
        format!("client.setAuthToken(\"{value}\")"),
        format!("api_key: |\n  {value}\n"),
        format!("\"apiToken\":\n    \"{value}\""),
        format!("<string name=\"api_token\">{value}</string>"),
        format!("<key>ApiToken</key>\n<string>{value}</string>"),
        format!("<td>API key</td><td>{value}</td>"),
        format!("<meta name=\"api-token\" content=\"{value}\">"),
        format!("| api_key | {value} |"),
        format!("**API key:** `{value}`"),
        format!("API_KEY = os.getenv(\"API_KEY\", \"{value}\")"),
        format!("the API key for the printer is {value}"),
        format!("we changed the key for staging -> {value}"),
        format!("GET https://maps.test/v1?key={value}"),
        format!("acme private={value}"),
        format!("new AcmeClient(\"{value}\")"),
        format!("WEATHER_API=\"{value}\""),
    ] {
        let findings = secrets(&text);
        let found = findings.iter().any(|f| f.span.of(&text) == Some(value.as_str()));
        assert!(found, "{text}: {findings:?}");
    }
}

#[test]
fn passwords_are_read_wherever_people_write_them() {
    let value = "Blue7Ladder!";
    for text in [
        format!("#define DB_PASSWORD \"{value}\""),
        format!("let password: &str = \"{value}\";"),
        format!("user.setPassword(\"{value}\")"),
        format!("password ||= \"{value}\""),
        format!("db_pass: {value}"),
        format!("\"rootpw\": \"{value}\""),
        format!("**Password:** `{value}`"),
        format!("<td>Password</td><td>{value}</td>"),
        format!("<string name=\"db_password\">{value}</string>"),
        format!("- name: DB_PASSWORD\n  value: {value}\n"),
        format!("the password for the attic is {value}"),
        format!("the initial password {value} has to be changed"),
        format!("Login: joe / {value}"),
        format!("비밀번호: {value}"),
    ] {
        let findings = secrets(&text);
        let found = findings.iter().any(|f| {
            f.rule == "secret/password" && f.span.of(&text).is_some_and(|s| s.starts_with(value))
        });
        assert!(found, "{text}: {findings:?}");
    }
}

#[test]
fn passwords_are_known_by_the_option_that_takes_them() {
    let value = "Blue7Ladder!";
    for (rule, text) in [
        ("secret/command_password", format!("sshpass -p {value} ssh joe@host")),
        ("secret/command_password", format!("redis-cli -h host -a {value} ping")),
        ("secret/command_password", format!("ldapsearch -D cn=joe -w {value} -b dc=x")),
        ("secret/command_password", format!("mysql -u root -p{value} shop")),
        ("secret/command_password", format!("openssl rsa -in k -passin pass:{value}")),
        ("secret/command_password", format!("keytool -storepass {value} -list")),
        ("secret/command_password", format!("rabbitmqctl add_user joe {value}")),
        ("secret/command_password", format!("net use z: \\\\srv\\x /user:joe {value}")),
        ("secret/command_password", format!("xfreerdp /u:joe /p:{value} /v:host")),
        ("secret/command_password", format!("smbclient //srv/x -U joe%{value}")),
        ("secret/command_password", format!("echo 'joe:{value}' | chpasswd")),
        ("secret/command_password", format!("ConvertTo-SecureString \"{value}\" -AsPlainText")),
        ("secret/command_password", format!("jdbc:oracle:thin:joe/{value}@host:1521:x")),
        ("secret/database_password", format!("CREATE USER joe IDENTIFIED BY '{value}';")),
        ("secret/database_password", format!("ALTER ROLE joe WITH PASSWORD '{value}';")),
        ("secret/database_password", format!("new PDO(\"mysql:host=h\", \"joe\", \"{value}\")")),
        ("secret/device_password", format!("snmp-server community {value} RO\n")),
        ("secret/device_password", format!("username joe password 0 {value}\n")),
        ("secret/authorization", format!("curl --proxy-user joe:{value} host")),
        ("secret/authorization", format!("curl https://x.test \\\n-u joe:{value}")),
    ] {
        let findings = secrets(&text);
        let found = findings.iter().find(|f| f.rule == rule);
        assert_eq!(found.and_then(|f| f.span.of(&text)), Some(value), "{text}: {findings:?}");
    }
    for text in [
        "sshpass -p $PASSWORD ssh joe@host",
        "redis-cli -a <password> ping",
        "docker login -u joe --password-stdin registry.test",
        "mysql -h db -p shop",
        "CREATE USER joe IDENTIFIED BY 'password';",
        "snmp-server community public RO",
        "the signal is connected by connect(\"clicked\", \"handler\")",
    ] {
        assert!(secrets(text).is_empty(), "{text}: {:?}", secrets(text));
    }
}

#[test]
fn private_keys_without_pem_lines_are_read_to_their_end() {
    let line = random(BASE62, 64);
    let putty = format!("Private-Lines: 2\n{line}\n{line}\nPrivate-MAC: 0a1b\n");
    let xml = format!("<RSAKeyValue><Modulus>{line}</Modulus><D>{line}{line}</D></RSAKeyValue>");
    let json = format!("{{\"kty\":\"RSA\",\"n\":\"{line}\",\"d\":\"{line}{line}\"}}");
    for (text, key) in [
        (&putty, format!("{line}\n{line}")),
        (&xml, format!("{line}{line}")),
        (&json, format!("{line}{line}")),
    ] {
        let findings = secrets(text);
        let found = findings.iter().find(|f| f.rule == "secret/raw_private_key");
        assert_eq!(found.and_then(|f| f.span.of(text)), Some(key.as_str()), "{findings:?}");
    }
    for text in [format!("<D>{line}</D>"), format!("{{\"d\": \"{line}\"}}")] {
        assert!(secrets(&text).iter().all(|f| f.rule != "secret/raw_private_key"), "{text}");
    }
}

#[test]
fn all_that_a_secret_of_a_cluster_holds_is_marked() {
    let value = STANDARD.encode(random(BASE62, 12));
    let lines = format!("  user: am9l\n  door: {value}");
    let text = format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\ndata:\n{lines}\n---\n");
    let findings = secrets(&text);
    let found = findings.iter().find(|f| f.rule == "secret/encoded_credentials");
    assert_eq!(found.and_then(|f| f.span.of(&text)), Some(lines.as_str()), "{findings:?}");
    let filled = "kind: Secret\ndata:\n  door: {{ .Values.door }}\n";
    assert!(secrets(filled).is_empty(), "{:?}", secrets(filled));
}

#[test]
fn the_words_of_a_wallet_are_told_from_a_sentence() {
    let words = "ladder copper mango tiger velvet orbit canal fabric hollow island jungle kettle";
    let text = format!("my seed phrase: {words}");
    let findings = secrets(&text);
    assert_eq!(findings[0].rule, "secret/seed_phrase");
    assert_eq!(findings[0].span.of(&text), Some(words));
    for text in [
        "the seed phrase is what restores the wallet and nobody should ever write it down here",
        "seed phrase: ladder copper mango tiger velvet orbit",
    ] {
        assert!(secrets(text).is_empty(), "{text}: {:?}", secrets(text));
    }
}

#[test]
fn forms_of_services_are_found_by_what_is_fixed_in_them() {
    let (b, hex) = (|n| random(BASE62, n), |n| random(HEX, n));
    for (rule, text) in [
        ("secret/identity_token", format!("OKTA_TOKEN=00{}", b(40))),
        ("secret/identity_token", format!("use amzn1.oa2-cs.v1.{} here", hex(64))),
        ("secret/identity_token", format!("{}_{}_mmk", b(6), b(29))),
        ("secret/webhook", format!("https://chat.test/hooks/{}", random("abcdefgh234567xyz", 26))),
        ("secret/webhook", format!("https://iot.test/api/v1/{}/telemetry", b(20))),
        (
            "secret/webhook",
            format!("https://oapi.dingtalk.com/robot/send?access_token={}", hex(64)),
        ),
        ("secret/cloud_session", format!("FwoGZXIvYXdz{}", b(160))),
        ("secret/cloud_session", format!("https://s3.test/x?X-Amz-Signature={}", hex(64))),
        ("secret/azure_key", format!("{}JQQJ99{}", b(52), b(26))),
        ("secret/azure_key", format!("{}+ASt{}==", b(76), "q7Zx1A")),
        ("secret/monitoring_key", format!("{}FFFFNRAL", hex(32))),
        ("secret/chat_token", format!("telegram: 123456789:{}", b(35))),
        ("secret/build_token", format!("waka_{}", "0f9a1c2b-77aa-4bd1-9c0e-5d6e7f8a9b0c")),
    ] {
        let findings = secrets(&text);
        assert!(findings.iter().any(|f| f.rule == rule), "{text}: {findings:?}");
    }
}

#[test]
fn what_is_cut_or_may_be_known_is_no_secret() {
    let value = random(BASE62, 24);
    for text in [
        format!("API_KEY={value}..."),
        format!("token: {value}***"),
        "the contract's key is 0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48".to_owned(),
        "Authorization: Bearer eyJhbGciOiJIUzI1NiJ9".to_owned(),
        "key: Ed25519PrivateKey".to_owned(),
        "my authorization key is ig_key001".to_owned(),
        "token_expires: 2026-03-10T14:22:00Z".to_owned(),
        "password.encode('latin-1')".to_owned(),
        "type Query { login(password: String!): User }".to_owned(),
        "a user name and password should be given".to_owned(),
        "challengePassword = '1.2.840.113549.1.9.7'".to_owned(),
        format!("https://img.test/box.ico-{}.png", random(HEX, 32)),
        "xoxp-572370529330-573807301142-572331691188".to_owned(),
        // Where a list goes on, or whether a request was done before.
        format!("\"NextToken\": \"{value}\""),
        format!("\"nextSyncToken\": \"{value}\""),
        "\"ClientToken\": \"2f1c8d04-77aa-4f0e-9c33-5b6a1d2e8f90\"".to_owned(),
        format!("\"X509CertThumbprint\": \"{value}\""),
        "'secret_ref': 'V1LocalObjectReference'".to_owned(),
        "arn:aws:secretsmanager:eu-west-1:555500001111:secret:Mail-a7k2q9".to_owned(),
        "struct { UserName: LPWSTR,\n    Password: LPWSTR }".to_owned(),
        "username: Option<String>,\n    password: Option<String>,".to_owned(),
        "Buffer.from(password, 'base64')".to_owned(),
        "--policies PasswordPolicy=\\{MinimumLength=6,RequireSymbols=true".to_owned(),
        "passwd\t1:4.13+dfsg1-1".to_owned(),
        "Authorization: AWS4-HMAC-SHA256 Credential=someone/20260101".to_owned(),
        "give the --username and --password options".to_owned(),
        "cmd.Env = append(os.Environ(), \"PWD=\"+cmd.Dir)".to_owned(),
        "--passphrase \\fIstring\\fR".to_owned(),
        "(\"HTTPPasswordMgr\", \"urllib2\")".to_owned(),
        "use tables::{SuffixKey, Utf8SuffixMap};".to_owned(),
        "maxTokens = 2*maxCompilerConcurrency".to_owned(),
        format!("add the signing key {}", random("0123456789ABCDEF", 40)),
        // What was masked is no name of what stands behind it.
        format!("\"MAIL_TOKEN: [secret]\": \"{value}\""),
    ] {
        assert!(secrets(&text).is_empty(), "{text}: {:?}", secrets(&text));
    }
    // Unsigned, a web token still says who somebody is.
    let claims = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJqb2UiLCJhZG1pbiI6dHJ1ZX0.";
    let findings = secrets(claims);
    assert_eq!((findings[0].rule.as_ref(), findings[0].severity), ("secret/jwt", Severity::Medium));
}

#[test]
fn keywords_without_end_take_time_in_proportion() {
    // Each repeats what wakes a rule and never lets it match.
    for part in ["kind: Secret\n", "\"d\" : \"kty\" ", "token -> ", "password (", "Private-Lines: "]
    {
        assert!(secrets(&part.repeat(4_000)).len() <= 4_096, "{part}");
    }
}
