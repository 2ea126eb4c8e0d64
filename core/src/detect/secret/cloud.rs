//! Keys of clouds and hosting.

use super::{accept, accept_random, form, info};
use crate::detect::registry::Rule;
use crate::finding::Severity::{Critical, High, Medium};

pub(super) const RULES: &[Rule] = &[
    Rule {
        info: info("secret/aws_access_key", High, 850, "An AWS access key id."),
        patterns: &[form(
            &["AKIA", "ASIA", "ABIA", "ACCA", "A3T"],
            r"\b(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b",
            High,
            850,
            "aws_access_key",
        )],
        check: accept,
    },
    Rule {
        info: info("secret/cloud_session", High, 900, "A session token or signature of a cloud."),
        patterns: &[
            form(
                &["IQoJb3JpZ2luX2", "FwoGZXIvYXdz", "FQoGZXIvYXdz", "AQoDYXdz"],
                r"\b(?:IQoJb3JpZ2luX2|F[wQ]oGZXIvYXdz|AQoDYXdz)[A-Za-z0-9/+]{100,300}={0,2}",
                High,
                900,
                "aws_session_token",
            ),
            form(
                &["-signature="],
                r"(?i)[?&]x-(?:amz|goog)-signature=([a-f0-9]{64,512})",
                High,
                850,
                "signed_address",
            ),
        ],
        check: accept_random,
    },
    Rule {
        info: info("secret/aws_secret_key", Critical, 950, "An AWS secret access key."),
        patterns: &[form(
            &["secret_access_key", "secretaccesskey", "secret_key", "aws_secret", "secretkey"],
            r#"(?i:secret_?access_?key|aws_?secret_?key|aws.{0,20}secret_?key|aws_secret)["'`]?[ \t]{0,4}(?:[:=]|=>|,)[ \t]{0,4}["'`]?([A-Za-z0-9/+]{40})(?:[^A-Za-z0-9/+=]|$)"#,
            Critical,
            950,
            "aws_secret_key",
        )],
        check: accept_random,
    },
    Rule {
        info: info("secret/google_key", High, 900, "A Google API key or OAuth secret."),
        patterns: &[
            form(
                &["AIza"],
                r"\b(AIza[0-9A-Za-z_-]{35})(?:[^0-9A-Za-z_-]|$)",
                High,
                900,
                "google_api_key",
            ),
            form(&["GOCSPX-"], r"\bGOCSPX-[0-9A-Za-z_-]{28}", High, 900, "google_oauth_secret"),
            form(&["ya29."], r"\bya29\.[0-9A-Za-z_-]{30,300}", High, 850, "google_access_token"),
        ],
        check: accept_random,
    },
    Rule {
        info: info("secret/azure_key", Critical, 950, "A key or signature of an Azure service."),
        patterns: &[
            form(
                &["AccountKey", "SharedAccessKey", "storage"],
                r#"(?i:(?:account|sharedaccess|storage)_?-?(?:access_?)?key["'`]?[ \t]{0,3}(?:[:=]|=>)[ \t]{0,3}["'`]?)([A-Za-z0-9/+]{43}=|[A-Za-z0-9/+]{84,88}={0,2})"#,
                Critical,
                950,
                "azure_account_key",
            ),
            form(
                &["Q~"],
                r"(?:^|[^A-Za-z0-9_~.-])([A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{31,34})(?:[^A-Za-z0-9_~.-]|$)",
                High,
                900,
                "azure_client_secret",
            ),
            form(
                &["AZDO"],
                r"\b[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}\b",
                High,
                900,
                "azure_devops_token",
            ),
            // Keys that say whose they are: the service's letters before a checksum.
            form(
                &["+ASt", "ACDb", "+ABa", "APIM", "+AMC"],
                r"\b[A-Za-z0-9+/]{76}(?:\+ASt|ACDb|\+ABa|APIM|\+AMC)[A-Za-z0-9+/]{5}[AQgw]==",
                Critical,
                950,
                "azure_account_key",
            ),
            form(
                &["+ASb", "+AEh", "AIoT", "+ARm", "AzCa"],
                r"\b[A-Za-z0-9+/]{33}(?:\+ASb|\+AEh|AIoT|\+ARm|AzCa)[A-Za-z0-9+/]{5}[AEIMQUYcgkosw048]=",
                Critical,
                950,
                "azure_account_key",
            ),
            form(
                &["AzSe", "AzFu"],
                r"\b(?:[A-Za-z0-9]{42}AzSe[A-D][A-Za-z0-9]{5}\b|[A-Za-z0-9_-]{44}AzFu[A-Za-z0-9_-]{5}[AQgw]==)",
                High,
                950,
                "azure_service_key",
            ),
            form(
                &["JQQJ99"],
                r"\b[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{26}\b",
                High,
                950,
                "azure_service_key",
            ),
            form(
                &["sig="],
                r"[?&]sig=([A-Za-z0-9/+]{43}=|[A-Za-z0-9%]{43,70}%3[Dd])",
                High,
                850,
                "azure_signature",
            ),
        ],
        check: accept_random,
    },
    Rule {
        info: info("secret/digitalocean_token", High, 950, "A DigitalOcean token."),
        patterns: &[form(
            &["dop_v1_", "doo_v1_", "dor_v1_"],
            r"\bdo[opr]_v1_[a-f0-9]{64}\b",
            High,
            950,
            "digitalocean_token",
        )],
        check: accept_random,
    },
    Rule {
        info: info(
            "secret/hosting_token",
            High,
            950,
            "A token of a hosting or deployment service.",
        ),
        patterns: &[
            form(&["HRKU-"], r"\bHRKU-[0-9A-Za-z_-]{36,60}", High, 900, "heroku_key"),
            form(
                &["fo1_", "fm1", "fm2_"],
                r"\b(?:fo1_[\w-]{43}|fm1[ar]_[A-Za-z0-9+/]{60,300}={0,2}|fm2_[A-Za-z0-9+/]{60,300}={0,2})",
                High,
                900,
                "flyio_token",
            ),
            form(
                &["pscale_"],
                r"\bpscale_(?:tkn|pw|oauth)_[\w.=-]{32,64}",
                High,
                900,
                "planetscale_token",
            ),
            form(&["pul-"], r"\bpul-[a-f0-9]{40}\b", High, 900, "pulumi_token"),
            form(
                &[".atlasv1."],
                r"\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70}",
                High,
                950,
                "terraform_token",
            ),
            form(&["hvs.", "hvb."], r"\bhv[sb]\.[A-Za-z0-9_-]{24,300}", High, 850, "vault_token"),
            form(
                &["dp.pt.", "dp.st.", "dp.ct."],
                r"\bdp\.(?:pt|st|ct)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,44}\b",
                High,
                900,
                "doppler_token",
            ),
            form(&["LTAI"], r"\bLTAI[A-Za-z0-9]{17,21}\b", Medium, 700, "alibaba_access_key"),
            form(&["dapi"], r"\bdapi[a-f0-9]{32}(?:-\d)?\b", High, 850, "databricks_token"),
        ],
        check: accept_random,
    },
];
