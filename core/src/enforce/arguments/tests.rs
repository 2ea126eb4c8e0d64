use super::*;
use crate::id::ToolId;
use crate::limits::Limits;
use crate::tool::PathPattern;
use proptest::prelude::*;

fn declared(path: &str, value_type: ValueType) -> Argument {
    Argument {
        path: PathPattern::parse(path).unwrap(),
        role: Role::Value,
        value_type,
        list: false,
        kind: None,
        optional: false,
    }
}

fn list(path: &str, value_type: ValueType) -> Argument {
    Argument { list: true, ..declared(path, value_type) }
}

fn optional(path: &str, value_type: ValueType) -> Argument {
    Argument { optional: true, ..declared(path, value_type) }
}

fn amounts(path: &str) -> Argument {
    Argument { role: Role::Amount, ..declared(path, ValueType::Any) }
}

fn tool(arguments: Vec<Argument>) -> Tool {
    Tool { arguments, ..Tool::unknown(ToolId::of("", "t").unwrap()) }
}

fn call(json: &str) -> ToolCall {
    let limits = Limits::default();
    let value = Value::parse(json.as_bytes(), &limits).unwrap();
    ToolCall::new(ToolId::of("", "t").unwrap(), value, None, &limits).unwrap()
}

fn checked(argument: Argument, json: &str) -> Result<()> {
    check(&tool(vec![argument]), &call(json))
}

/// Pointer, wanted, found.
fn fault_of(argument: Argument, json: &str) -> (String, String, String) {
    let error = checked(argument, json).unwrap_err();
    assert_eq!(error.code(), "input/type", "{json}");
    let fact = |key| error.fact(key).unwrap().to_owned();
    (fact("at"), fact("wanted"), fact("found"))
}

fn told(at: &str, wanted: &str, found: &str) -> (String, String, String) {
    (at.into(), wanted.into(), found.into())
}

#[test]
fn declared_arguments_must_be_there() {
    use ValueType::String as Text;
    assert_eq!(fault_of(declared("to", Text), "{}"), told("/to", "string", "nothing"));
    assert_eq!(fault_of(declared("to", Text), r#"{"to":null}"#), told("/to", "string", "null"));
    assert_eq!(fault_of(declared("a/b", Text), "{}"), told("/a~1b", "string", "nothing"));
    assert_eq!(fault_of(list("to", Text), "{}"), told("/to", "list<string>", "nothing"));
    for json in ["{}", r#"{"to":null}"#, r#"{"to":"x"}"#, r#"{"other":1}"#] {
        checked(optional("to", Text), json).unwrap();
    }
    assert!(checked(optional("to", Text), r#"{"to":1}"#).is_err());
    check(&tool(vec![]), &call(r#"{"anything":[1,null]}"#)).unwrap();
}

#[test]
fn types_are_held_to() {
    let samples = [
        ("null", "null"),
        ("true", "boolean"),
        ("3", "integer"),
        ("3.5", "number"),
        ("\"x\"", "string"),
        ("[]", "array"),
        ("{}", "object"),
    ];
    let fits = |wanted: ValueType| -> &[&str] {
        match wanted {
            ValueType::String | ValueType::Url | ValueType::Account | ValueType::Path => {
                &["string"]
            }
            ValueType::Integer => &["integer"],
            ValueType::Number => &["integer", "number"],
            ValueType::Boolean => &["boolean"],
            ValueType::Object => &["object"],
            ValueType::Any => &["boolean", "integer", "number", "string", "array", "object"],
            // `x` is neither.
            ValueType::Email | ValueType::Date | ValueType::Datetime => &[],
        }
    };
    for wanted in ValueType::ALL {
        for (json, name) in samples {
            let ok = checked(declared("a", *wanted), &format!("{{\"a\":{json}}}")).is_ok();
            assert_eq!(ok, fits(*wanted).contains(&name), "{name} as {wanted}");
            let ok = checked(list("a", *wanted), &format!("{{\"a\":[{json}]}}")).is_ok();
            let items = fits(*wanted).contains(&name) || (*wanted == ValueType::Any);
            assert_eq!(ok, items, "list of {name} as {wanted}");
            let ok = checked(list("a", *wanted), &format!("{{\"a\":{json}}}")).is_ok();
            assert_eq!(ok, name == "array", "{name} as list of {wanted}");
        }
    }
    // A whole float is an integer.
    checked(declared("a", ValueType::Integer), r#"{"a":98.0}"#).unwrap();
    let fault = fault_of(list("to", ValueType::Email), r#"{"to":["a@b.c",7]}"#);
    assert_eq!(fault, told("/to/1", "email", "integer"));
}

#[test]
fn texts_are_what_they_are_called() {
    use ValueType as T;
    for (wanted, good, bad) in [
        (
            T::Email,
            &["a@b.example", "münz@b.example", "a+b@localhost"][..],
            &["a", "@b", "a@", "a@b@c", "a@b.c, d@e.f", "a@b.c;d@e.f", "x <a@b.c>", "a@b c", ""][..],
        ),
        (
            T::Url,
            &["https://a.example/x?y=1", "www.a.example", "localhost:80"],
            &["", "a b", "https://a.example\n", "<https://a>"],
        ),
        (
            T::Account,
            &["DE89 3704 0044 0532 0130 00", "US133000000121212121212", "12-34"],
            &[
                "",
                " ",
                "12\n34",
                "a; drop table",
                "send it to the account that I named in my mail, please, now!",
            ],
        ),
        (
            T::Date,
            &["2026-11-24", "24/11/2026", "24 Nov 2026", "2026-11-24T10:00:00.5+01:00"],
            &["", "tomorrow", "2026-11-24\n", "1 instruction that is far longer than any date is"],
        ),
        (T::Path, &["/a/b", "..", "a b"], &["", "a\0b"]),
    ] {
        for (texts, expected) in [(good, true), (bad, false)] {
            for text in texts {
                let mut object = Object::default();
                object.insert("a", (*text).into());
                let json = Value::Object(object).to_json();
                let ok = checked(declared("a", wanted), &json).is_ok();
                assert_eq!(ok, expected, "{text:?} as {wanted}");
            }
        }
    }
    let fault = fault_of(declared("a", T::Email), r#"{"a":"SECRET"}"#);
    assert_eq!(fault, told("/a", "email", "another string"));
    let error = checked(declared("a", T::Email), r#"{"a":"SECRET"}"#).unwrap_err();
    assert!(!error.to_string().contains("SECRET"));
}

#[test]
fn paths_reach_into_values() {
    use ValueType as T;
    let nested = || declared("items[].price", T::Integer);
    checked(nested(), r#"{"items":[{"price":1},{"price":2}]}"#).unwrap();
    checked(nested(), r#"{"items":[]}"#).unwrap();
    let fault = fault_of(nested(), r#"{"items":[{"price":1},{}]}"#);
    assert_eq!(fault, told("/items/1/price", "integer", "nothing"));
    assert_eq!(fault_of(nested(), "{}"), told("/items", "array", "nothing"));
    assert_eq!(fault_of(nested(), r#"{"items":[7]}"#), told("/items/0", "object", "integer"));
    assert_eq!(fault_of(nested(), r#"{"items":{}}"#), told("/items", "array", "object"));
    assert_eq!(fault_of(declared("a.b", T::Any), "{}"), told("/a", "object", "nothing"));
    checked(optional("a.b", T::Any), "{}").unwrap();
    checked(optional("a.b", T::Any), r#"{"a":{}}"#).unwrap();
    assert_eq!(
        fault_of(declared("m.*", T::String), r#"{"m":{"k":1}}"#),
        told("/m/k", "string", "integer")
    );
    checked(declared("m.**", T::String), r#"{"m":{"k":1}}"#).unwrap();
    checked(declared("*", T::String), r#"{"m":1}"#).unwrap();
}

#[test]
fn no_key_passes_for_another() {
    let to = || optional("to", ValueType::String);
    for key in ["To", "TO", "ｔｏ", "t\u{200b}o", "ᵗo", "\u{feff}to"] {
        let json = format!("{{\"{key}\":\"x\",\"to\":\"y\"}}");
        let error = checked(to(), &json).unwrap_err();
        assert_eq!(error.code(), "value/shadowed_key", "{key}");
        assert!(error.message().contains("`to`"));
        // The shadow alone is refused too: a lenient framework would take it.
        assert!(checked(to(), &format!("{{\"{key}\":\"x\"}}")).is_err());
    }
    checked(to(), r#"{"to":"x","too":"y","cc":"z"}"#).unwrap();
    let both = tool(vec![to(), optional("To", ValueType::String)]);
    check(&both, &call(r#"{"to":"x","To":"y"}"#)).unwrap();
    assert!(check(&both, &call(r#"{"TO":"x"}"#)).is_err());
    let nested = optional("a[].id", ValueType::Any);
    let error = checked(nested, r#"{"a":[{"id":1},{"ID":2,"id":1}]}"#).unwrap_err();
    assert_eq!(error.fact("at"), Some("/a/1/ID"));
}

#[test]
fn amounts_add_up() {
    let of = |json| amount(&tool(vec![amounts("amount"), amounts("items[].price")]), &call(json));
    assert_eq!(of("{}"), 0);
    assert_eq!(of(r#"{"amount":98,"other":7}"#), 98);
    assert_eq!(of(r#"{"amount":98.1,"items":[{"price":2},{"price":0.5,"x":9}]}"#), 102);
    assert_eq!(of(r#"{"amount":-5,"items":[{"price":-0.5}]}"#), 6, "no amount takes from another");
    assert_eq!(of(r#"{"amount":1e300,"items":[{"price":5}]}"#), i64::MAX);
    assert_eq!(of(r#"{"amount":"12.5"}"#), 13);
    assert_eq!(of(r#"{"amount":"all of it"}"#), i64::MAX);
    assert_eq!(of(r#"{"amount":"NaN"}"#), i64::MAX);
    assert_eq!(of(r#"{"amount":true}"#), i64::MAX);
    assert_eq!(of(r#"{"amount":[1,2]}"#), 3);
    assert_eq!(of(r#"{"amount":null}"#), 0);
}

#[test]
fn texts_are_listed_with_their_places() {
    let leaves = string_leaves(&call(r#"{"a/b":["x",{"c":"y"}],"n":1,"z":"w"}"#));
    let expected = [("/a~1b/0", "x"), ("/a~1b/1/c", "y"), ("/z", "w")];
    assert_eq!(leaves, expected.map(|(path, text)| (path.to_owned(), text.to_owned())));
}

proptest! {
    #[test]
    fn an_amount_is_never_negative(
        numbers in prop::collection::vec(-1e15f64..1e15, 0..6),
        whole in prop::collection::vec(-(1i64 << 52)..(1 << 52), 0..6),
    ) {
        let values = numbers.iter().map(|n| n.to_string()).chain(whole.iter().map(|n| n.to_string()));
        let json = format!("{{\"amount\":[{}]}}", values.collect::<Vec<_>>().join(","));
        let total = amount(&tool(vec![amounts("amount")]), &call(&json));
        let least: f64 = numbers.iter().map(|n| n.abs()).sum::<f64>()
            + whole.iter().map(|n| n.abs() as f64).sum::<f64>();
        prop_assert!(total as f64 >= least * 0.999_999 - 1.0);
    }
}
