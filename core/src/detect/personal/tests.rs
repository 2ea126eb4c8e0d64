use crate::content::OutputKind;
use crate::detect::Scope;
use crate::detect::tests::found;
use crate::finding::{Category, Finding};
use proptest::prelude::*;

fn personal(text: &str) -> Vec<Finding> {
    let mut findings = found(text, Scope::Output(OutputKind::Answer));
    findings.retain(|finding| finding.category == Category::Personal);
    findings
}

#[test]
fn each_rule_finds_its_number() {
    for (kind, value, text) in [
        ("email", "jo.o'neil+x@mail.example", "write to jo.o'neil+x@mail.example."),
        ("phone", "+49 30 901820", "ruf +49 30 901820 an"),
        ("phone", "(212) 555-0142", "call (212) 555-0142 today"),
        ("phone", "07700 900123", "my mobile: 07700 900123"),
        ("card", "4111 1111 1111 1111", "pay with 4111 1111 1111 1111 12/27"),
        ("card", "378282246310005", "amex 378282246310005"),
        ("iban", "DE89 3704 0044 0532 0130 00", "to DE89 3704 0044 0532 0130 00 please"),
        ("iban", "gb82west12345698765432", "gb82west12345698765432"),
        ("us_ssn", "536-90-4399", "SSN: 536-90-4399"),
        ("uk_nino", "AB 12 34 56 C", "NI number AB 12 34 56 C"),
        ("de_tax_id", "86095742719", "Steuer-ID 86095742719"),
        ("fr_nir", "2 55 08 14 168 025 38", "sécurité sociale 2 55 08 14 168 025 38"),
        ("es_dni", "12345678Z", "DNI 12345678Z"),
        ("es_dni", "X1234567L", "NIE X1234567L"),
        ("it_codice_fiscale", "RSSMRA85T10A562S", "cf RSSMRA85T10A562S"),
        ("nl_bsn", "111222333", "BSN 111222333"),
        ("br_cpf", "529.982.247-25", "o cpf 529.982.247-25"),
        ("in_aadhaar", "2341 2341 2346", "Aadhaar 2341 2341 2346"),
        ("ip_address", "81.2.69.142", "login from ip 81.2.69.142:443"),
        ("passport", "C0123456", "passport no. C0123456"),
        ("date_of_birth", "1984-03-12", "date of birth: 1984-03-12"),
        ("driver_license", "D1234567", "driver's license number is D1234567"),
    ] {
        let findings = personal(text);
        assert_eq!(findings.len(), 1, "{text}: {findings:?}");
        assert_eq!(findings[0].kind, kind, "{text}");
        assert_eq!(findings[0].span.of(text), Some(value), "{text}");
    }
}

#[test]
fn numbers_without_a_reason_are_only_numbers() {
    for text in [
        "order 536904399 was sent",
        "4111 1111 1111 1112",
        "DE89 3704 0044 0532 0130 01",
        "pi is 3.14159265358979",
        "on 2024-05-15 15:00:00 at gate 12",
        "version 10.2.3.4 of the tool",
        "id 550e8400-e29b-41d4-a716-446655440000",
        "array [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]",
        "0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9",
        "package@1.2.3 and icon@2x.png and @decorator.name",
        "https://user:pass@host.example/",
        "000-12-3456 and 666-12-3456 and 123-45-6789",
        "commit 4111111111111111abc",
        "99999999999999999999999999999999999999999999999999",
    ] {
        assert!(personal(text).is_empty(), "{text}: {:?}", personal(text));
    }
}

#[test]
fn words_make_a_number_surer() {
    let score = |text: &str| personal(text).first().map_or(0, |finding| finding.score);
    assert!(score("my ssn is 536-90-4399") > score("it is 536-90-4399"));
    assert!(score("card number 4111111111111111") > score("it is 4111111111111111"));
    assert_eq!(score("it is 111222333"), 0);
}

proptest! {
    #[test]
    fn a_wrong_digit_is_no_card(place in 0usize..16, by in 1u8..10) {
        let mut digits = *b"4539578763621486";
        prop_assert_eq!(personal(std::str::from_utf8(&digits).unwrap()).len(), 1);
        digits[place] = b'0' + (digits[place] - b'0' + by) % 10;
        let wrong = personal(std::str::from_utf8(&digits).unwrap());
        prop_assert!(wrong.iter().all(|finding| finding.kind != "card"));
    }

    #[test]
    fn a_wrong_digit_is_no_account(place in 2usize..22, by in 1u8..10) {
        let mut account = *b"DE89370400440532013000";
        account[place] = b'0' + (account[place] - b'0' + by) % 10;
        let wrong = personal(std::str::from_utf8(&account).unwrap());
        prop_assert!(wrong.iter().all(|finding| finding.kind != "iban"));
    }
}
