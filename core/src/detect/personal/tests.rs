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

/// Numbers that the issuers' own documents give as examples, each with a word that names it.
const GIVEN: &[(&str, &str, &str)] = &[
    ("au_tfn", "TFN", "123 456 782"),
    ("au_abn", "ABN", "51 824 753 556"),
    ("au_medicare", "medicare", "2123 45670 1"),
    ("ca_sin", "SIN", "130 692 544"),
    ("jp_my_number", "My Number", "1234 5678 9018"),
    ("pl_pesel", "PESEL", "44051401359"),
    ("pl_nip", "NIP", "123-456-32-18"),
    ("se_personnummer", "personnummer", "811228-9874"),
    ("no_fodselsnummer", "fnr", "15076500565"),
    ("dk_cpr", "CPR", "070761-4285"),
    ("be_nrn", "rijksregister", "85.07.30-033.28"),
    ("at_svnr", "SVNR", "1237 010180"),
    ("ch_ahv", "AHV", "756.9217.0769.85"),
    ("cz_rodne_cislo", "rodné číslo", "736028/5163"),
    ("bg_egn", "ЕГН", "7523169263"),
    ("hu_taj", "TAJ", "111 111 110"),
    ("gr_afm", "ΑΦΜ", "094259216"),
    ("pt_nif", "NIF", "501964843"),
    ("tr_tckn", "kimlik", "10000000146"),
    ("za_id", "SA ID", "8001015009087"),
    ("ar_cuit", "CUIT", "20-12345678-6"),
    ("nz_ird", "IRD", "136-410-132"),
    ("uk_nhs", "NHS", "943 476 5919"),
    ("us_itin", "ITIN", "912-90-3456"),
    ("us_ein", "EIN", "12-3456789"),
    ("us_npi", "NPI", "1234567893"),
    ("us_routing", "routing", "111000025"),
    ("imei", "IMEI", "490154203237518"),
    ("hr_oib", "OIB", "69435151530"),
    ("rs_jmbg", "JMBG", "0101006500006"),
    ("ee_isikukood", "isikukood", "37605030299"),
    ("ec_cedula", "cédula", "1710034065"),
    ("fi_hetu", "HETU", "131052-308T"),
    ("mx_curp", "CURP", "HEGG560427MVZRRL04"),
    ("sg_nric", "NRIC", "S1234567D"),
    ("tw_id", "身分證", "A123456789"),
    ("in_pan", "PAN", "ABCPE1234F"),
    ("in_gstin", "GSTIN", "27AAPFU0939F1ZV"),
    ("ie_pps", "PPS", "1234567T"),
    ("ie_pps", "PPS", "1234567FA"),
    ("us_dea", "DEA", "AP5836727"),
    ("us_mbi", "Medicare", "1EG4TE5MK73"),
    ("cn_id", "身份证", "11010519491231002X"),
    ("vin", "VIN", "1M8GDM9AXKP042788"),
    ("cl_rut", "RUT", "12.345.678-5"),
    ("hk_id", "HKID", "A123456(3)"),
    ("vat_id", "VAT", "DE136695976"),
    ("vat_id", "VAT", "ATU13585627"),
    ("bank_code", "SWIFT", "DEUTDEFF500"),
    ("mac_address", "MAC", "00:1b:63:84:45:e6"),
    ("bitcoin_address", "bitcoin", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
    ("bitcoin_address", "bitcoin", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"),
    ("ethereum_address", "wallet", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"),
    ("coordinates", "location", "48.85837, 2.294481"),
    ("address", "at", "1600 Amphitheatre Parkway, Mountain View, CA 94043"),
    ("address", "in der", "Musterstraße 12, 10115 Berlin"),
    ("address", "au", "12 rue de la Paix, 75002 Paris"),
    ("card_code", "CVV", "123"),
];

#[test]
fn numbers_of_many_states_are_found() {
    let mut missed = Vec::new();
    for (kind, word, value) in GIVEN {
        let text = format!("{word}: {value} is it");
        let findings = personal(&text);
        let found = findings.iter().find(|finding| finding.kind == *kind);
        if found.and_then(|finding| finding.span.of(&text)) != Some(*value) {
            missed.push((text, findings));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
    let kinds: std::collections::BTreeSet<&str> = GIVEN.iter().map(|given| given.0).collect();
    assert!(kinds.len() >= 40);
}

#[test]
fn numbers_of_states_need_a_reason() {
    for text in [
        "order 123456782 of 2024",
        "the time was 1700000000000 and then 1700000000123",
        "build 8001015009087",
        "a run of 1234567893 steps since the start",
        "commit 0123456 of S1234567D-x",
        "the pan was 10000000146 degrees",
        "f(0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeA)",
        "24:00:01:02:03",
        "versions 12.3456 and 78.9012",
        "59DC 5CA1 5D17 8154 8221 8591 7F8C 8941",
        "limbs 0xff, 2251799813685228,\n    2251799813685247, 7",
        "write to the Tulip Software Foundation, Inc.,\n * 12 Harbour Street, Fifth Floor",
    ] {
        let findings = personal(text);
        assert!(findings.is_empty(), "{text}: {findings:?}");
    }
}
