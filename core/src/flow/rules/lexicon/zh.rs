//! Chinese: a phrase's words are its characters.

use super::{End, Lexicon, Scale};

pub(super) const LEXICON: Lexicon = Lexicon {
    common: &[
        "的", "请", "把", "给", "和", "我", "你", "他", "她", "是", "在", "发", "这", "将", "与",
    ],
    toward: &["给", "发给", "告诉", "通知", "邀请", "提醒", "寄给", "转给", "和", "跟", "与"],
    toward_after: &[],
    from: &["来自", "由", "从"],
    gave: &["发来", "发送的", "分享", "写的", "说", "发的", "的"],
    and: &["和", "与", "及"],
    pronouns: &["他", "她", "他们", "她们"],
    oneself: &["给我", "我自己", "我的邮箱", "我的账户"],
    nobody: &[],
    mail: &["邮件", "电子邮件", "邮箱", "信箱"],
    address: &["邮箱", "邮件地址", "电子邮件", "邮箱地址"],
    links: &["链接", "网址", "折扣", "优惠", "邀请", "网站", "网页"],
    every: &["所有", "全部", "每个", "每位", "每", "都", "大家"],
    people: &["参与者", "参会者", "成员", "与会者", "大家", "所有人"],
    starting: &["开头", "开始的"],
    most: &["最多"],
    least: &["最少"],
    ends: &[
        ("最大", End::Last, Scale::Size),
        ("最小", End::First, Scale::Size),
        ("最便宜", End::First, Scale::Price),
        ("最贵", End::Last, Scale::Price),
        ("评分最高", End::Last, Scale::Rating),
        ("评价最高", End::Last, Scale::Rating),
        ("最新", End::Last, Scale::Time),
        ("最近", End::Last, Scale::Time),
        ("最早", End::First, Scale::Time),
        ("最旧", End::First, Scale::Time),
        ("最长", End::Last, Scale::Length),
        ("最短", End::First, Scale::Length),
    ],
    follow: &["按照", "根据邮件", "的任务", "的指示"],
    login: &["登录", "密码"],
    factors: &[("一半", 0.5), ("两倍", 2.0), ("双倍", 2.0), ("三倍", 3.0)],
    times: &["次", "每"],
};
