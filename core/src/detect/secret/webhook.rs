//! Addresses that let in whoever knows them.

use super::{accept_random, form, info};
use crate::detect::registry::Rule;
use crate::finding::Severity::High;

pub(super) const RULES: &[Rule] = &[Rule {
    info: info("secret/webhook", High, 900, "An address that whoever knows it can send to."),
    patterns: &[
        form(
            &["/open-apis/bot/"],
            r"\b(?:open\.feishu\.cn|open\.larksuite\.com)/open-apis/bot/(?:v2/)?hook/[A-Za-z0-9-]{32,40}\b",
            High,
            900,
            "feishu_webhook",
        ),
        form(
            &["qyapi.weixin.qq.com"],
            r"\bqyapi\.weixin\.qq\.com/cgi-bin/webhook/send\?key=[A-Za-z0-9-]{36}\b",
            High,
            900,
            "wecom_webhook",
        ),
        form(
            &["oapi.dingtalk.com"],
            r"\boapi\.dingtalk\.com/robot/send\?access_token=[a-f0-9]{64}\b",
            High,
            900,
            "dingtalk_webhook",
        ),
        form(
            &["/webhook/"],
            r"\b[a-z0-9.-]{1,60}\.tines\.(?:com|io)/webhook/[a-f0-9]{32}/[a-f0-9]{32}\b",
            High,
            900,
            "tines_webhook",
        ),
        form(
            &["events.pagerduty.com"],
            r"\bevents\.pagerduty\.com/integration/[a-f0-9]{32}/",
            High,
            850,
            "pagerduty_webhook",
        ),
        // Mattermost and Rocket.Chat, on any host.
        form(
            &["/hooks/"],
            r"\bhttps?://[A-Za-z0-9.:-]{3,80}/hooks/(?:[a-z0-9]{26}|[A-Za-z0-9]{17,24}/[A-Za-z0-9]{40,64})\b",
            High,
            800,
            "chat_webhook",
        ),
        // A device that reports what it measures: its token is a part of the path.
        form(
            &["/telemetry", "/attributes", "/rpc"],
            r"/api/v1/([A-Za-z0-9]{20})/(?:telemetry|attributes|rpc)\b",
            High,
            850,
            "device_token",
        ),
    ],
    check: accept_random,
}];
