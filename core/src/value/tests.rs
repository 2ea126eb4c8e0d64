use super::*;
use crate::limits::Limits;
use proptest::prelude::*;

fn parse(text: &str) -> Result<Value> {
    Value::parse(text.as_bytes(), &Limits::default())
}

#[test]
fn numbers_are_exact() {
    assert_eq!(parse("98.0").unwrap(), Value::Int(98));
    assert_eq!(parse("-0").unwrap(), Value::Int(0));
    assert_eq!(parse("-0.0").unwrap(), Value::Int(0));
    assert_eq!(parse("9223372036854775807").unwrap(), Value::Int(i64::MAX));
    assert_eq!(parse("9223372036854775808").unwrap(), Value::Float(2f64.powi(63)));
    assert_eq!(parse("4e17").unwrap(), Value::Int(400_000_000_000_000_000));
    assert_eq!(parse("1e999").unwrap_err().code(), "value/number");
    assert_eq!(parse("1e21").unwrap().to_json(), "1e+21");
    assert_eq!(Value::float(f64::NAN).unwrap_err().code(), "value/number");
}

#[test]
fn faults_name_their_place() {
    let error = parse(r#"{"a":{"b":1,"b":2}}"#).unwrap_err();
    assert_eq!((error.code(), error.fact("at")), ("value/duplicate_key", Some("/a")));
    assert_eq!(parse(r#"["\ud800"]"#).unwrap_err().code(), "value/surrogate");
    assert_eq!(parse(r#"["\udc00x"]"#).unwrap_err().code(), "value/surrogate");
    assert_eq!(parse("{").unwrap_err().code(), "value/syntax");
    assert_eq!(parse("1 2").unwrap_err().code(), "value/syntax");
    assert_eq!(Value::parse(b"\"\xff\"", &Limits::default()).unwrap_err().code(), "value/utf8");
    let deep = "[".repeat(10_000);
    assert_eq!(parse(&deep).unwrap_err().code(), "limit/depth");
    let wide = format!("[{}1]", "1,".repeat(20_000));
    assert_eq!(parse(&wide).unwrap_err().code(), "limit/leaves");
}

#[test]
fn canonical_form_is_rfc_8785() {
    // The sorting and number examples of RFC 8785, sections 3.2.2 and 3.2.3, in our own keys.
    let value =
        parse(r#"{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}"#);
    assert_eq!(
        value.unwrap().canonical().unwrap(),
        "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{fb33}\":3}"
    );
    let value = parse("[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001]").unwrap();
    assert_eq!(value.canonical().unwrap(), "[333333333.3333333,1e+30,4.5,0.002,1e-27]");
    let error = parse(r#"{"n":9007199254740993}"#).unwrap().canonical().unwrap_err();
    assert_eq!((error.code(), error.fact("at")), ("value/integer_range", Some("/n")));
}

#[test]
fn pointers_find_what_leaves_name() {
    let value = parse(r#"{"a/b":[1,{"~":"x"}],"e":[]}"#).unwrap();
    let mut seen = Vec::new();
    value.each_leaf(&mut |path, leaf| {
        assert_eq!(resolve_pointer(&value, path), Some(leaf));
        seen.push(path.to_owned());
    });
    assert_eq!(seen, ["/a~1b/0", "/a~1b/1/~0", "/e"]);
    assert_eq!(resolve_pointer(&value, "/a~1b/01"), None);
}

pub(crate) fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        (-MAX_SAFE_INTEGER..=MAX_SAFE_INTEGER).prop_map(Value::Int),
        any::<f64>().prop_filter_map("finite", |n| {
            let value = Value::float(n).ok()?;
            value.canonical().is_ok().then_some(value)
        }),
        ".{0,12}".prop_map(Value::String),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
            prop::collection::btree_map(".{0,6}", inner, 0..5)
                .prop_map(|map| Value::object(map.into_iter().collect()).unwrap()),
        ]
    })
}

proptest! {
    #[test]
    fn writing_and_reading_agree(value in any_value()) {
        prop_assert_eq!(&parse(&value.to_json()).unwrap(), &value);
        prop_assert_eq!(&parse(&value.canonical().unwrap()).unwrap(), &value);
        let through_serde: Value = serde_json::from_str(&serde_json::to_string(&value).unwrap()).unwrap();
        prop_assert_eq!(&through_serde, &value);
    }

    #[test]
    fn any_bytes_give_a_value_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = Value::parse(&bytes, &Limits::default());
    }
}
