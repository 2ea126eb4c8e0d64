//! What is inferred of tools from many trades.

use super::*;
use crate::config::read_descriptors;
use crate::label::{Confidentiality, Integrity};
use crate::limits::Limits;
use crate::tool::{Format, ResultShape, Return};
use crate::value::Value;

fn described(descriptor: &str) -> Tool {
    let value = Value::parse(descriptor.as_bytes(), &Limits::default()).unwrap();
    infer(&read_descriptors(&value, "").unwrap()[0])
}

/// Arguments by name and JSON type: `amount:number`, `to` (a string).
fn tool(name: &str, arguments: &[&str]) -> Tool {
    let properties: Vec<String> = arguments
        .iter()
        .map(|argument| {
            let (name, json_type) = argument.split_once(':').unwrap_or((argument, "string"));
            match json_type.strip_prefix("list ") {
                Some(item) => {
                    format!(r#""{name}":{{"type":"array","items":{{"type":"{item}"}}}}"#)
                }
                None => format!(r#""{name}":{{"type":"{json_type}"}}"#),
            }
        })
        .collect();
    let properties = properties.join(",");
    described(&format!(r#"[{{"name":"{name}","parameters":{{"properties":{{{properties}}}}}}}]"#))
}

fn effects(name: &str, arguments: &[&str]) -> String {
    let words: Vec<&str> = tool(name, arguments).effects.iter().map(Effect::as_str).collect();
    words.join(" ")
}

#[test]
fn effects_follow_the_first_verb() {
    let money: &[&str] = &["amount:number", "recipient"];
    let url: &[&str] = &["url"];
    let emails: &[&str] = &["title", "emails:list string"];
    for (name, arguments, wanted) in [
        // Mail and chat.
        ("send_newsletter", &[][..], "send"),
        ("gmail_search_threads", &[], "read"),
        ("mail_search", &[], "read"),
        ("email_search_results", &[], "send"),
        ("forwardMessage", &[], "send"),
        ("reply", &[], "send"),
        ("archive_thread", &[], "write"),
        ("mark_as_read", &[], "write"),
        ("list_labels", &[], "read"),
        ("purge_trash", &[], "destroy"),
        ("chat.postMessage", &[], "send"),
        ("kick_member", &[], "destroy"),
        ("invite_to_workspace", &[], "send configure"),
        ("search_and_forward", &[], "send"),
        // Code.
        ("create_pull_request", &[], "write"),
        ("push_files", &[], "send"),
        ("merge_branch", &[], "send"),
        ("get_commit", &[], "read"),
        ("clone_repository", &["repo"], "fetch"),
        ("star_repository", &[], "send"),
        ("delete_branch", &[], "destroy"),
        ("add_collaborator", &["email"], "send"),
        ("run_workflow", &[], "execute"),
        ("start_job", &["command"], "execute"),
        ("rotate_deploy_key", &[], "configure"),
        // Customers and shops.
        ("lookup_customer", &[], "read"),
        ("get_order_details", &[], "read"),
        ("order_list", &[], "read"),
        ("cancel_order", &[], "destroy"),
        ("order_pizza", &[], "spend"),
        ("update_customer_profile", &[], "configure"),
        ("refund_charge", &[], "spend"),
        ("add_to_cart", &[], "write"),
        ("checkout", &[], "spend"),
        ("escalate_case", &[], "send"),
        ("create_lead", &["name", "email"], "write"),
        // Clouds.
        ("describe_instances", &[], "read"),
        ("terminate_instances", &[], "destroy"),
        ("put_object", &[], "write"),
        ("get_public_link", &[], "send"),
        ("create_share_url", &[], "send"),
        ("grant_access", &[], "configure send"),
        ("set_bucket_policy", &[], "configure"),
        ("invoke_function", &[], "execute"),
        // Calendars.
        ("find_free_slots", &[], "read"),
        ("create_meeting", emails, "write"),
        ("add_guests", &["event_id", "guests:list string"], "send"),
        ("reschedule_visit", &[], "write"),
        ("decline_invitation", &[], "send"),
        // Payments.
        ("transfer_funds", money, "spend"),
        ("schedule_payment", money, "spend"),
        ("update_standing_order", money, "spend"),
        ("get_payment_history", &[], "read"),
        ("list_transactions", &[], "read"),
        ("verify_card", &[], "configure"),
        ("donate", &[], "spend"),
        ("book_flight", &[], "spend"),
        // Databases.
        ("select_rows", &[], "read"),
        ("insert_row", &[], "write"),
        ("drop_table", &[], "destroy"),
        ("execute_sql", &["sql"], "execute"),
        ("query_database", &["sql"], "read"),
        // Browsers.
        ("browser_navigate", url, "fetch"),
        ("fetch_page", url, "fetch"),
        ("read_page", url, "fetch"),
        ("click_button", &[], "send"),
        ("fill_form", &[], "send"),
        ("download_file", &["file_id"], "read"),
        // Agents, and names that say nothing.
        ("delegate_research", &[], "delegate"),
        ("open_door", &[], "send"),
        ("check_in_guest", &[], "send"),
        ("get_or_create_user", &[], "configure"),
        ("frobnicate", &[], "send"),
        ("do", &[], "send"),
    ] {
        let mut found: Vec<String> =
            effects(name, arguments).split(' ').map(str::to_owned).collect();
        let mut wanted: Vec<String> = wanted.split(' ').map(str::to_owned).collect();
        found.sort();
        wanted.sort();
        assert_eq!(found, wanted, "{name}");
    }
}

fn role(tool: &Tool, name: &str) -> Role {
    tool.argument_at(&format!("/{name}")).unwrap().role
}

#[test]
fn roles_follow_names_and_types() {
    let tool = tool(
        "send_thing",
        &[
            "email_id",
            "to",
            "body",
            "amount:number",
            "flag:boolean",
            "location",
            "end_time",
            "start_time",
            "website",
            "otp",
            "api_key",
            "channel",
            "frob",
            "subject",
            "limit:integer",
            "account_number",
            "shipping",
        ],
    );
    for (name, wanted) in [
        ("email_id", Role::Object),
        ("to", Role::Destination),
        ("body", Role::Payload),
        ("amount", Role::Amount),
        ("flag", Role::Free),
        ("location", Role::Payload),
        ("end_time", Role::Free),
        ("start_time", Role::Time),
        ("website", Role::Address),
        ("otp", Role::Credential),
        ("api_key", Role::Credential),
        ("channel", Role::Destination),
        ("frob", Role::Value),
        ("subject", Role::Payload),
        ("limit", Role::Free),
        ("account_number", Role::Destination),
        ("shipping", Role::Value),
    ] {
        assert_eq!(role(&tool, name), wanted, "{name}");
    }
    assert_eq!(tool.argument_at("/email_id").unwrap().kind.as_deref(), Some("email"));
    assert_eq!(tool.argument_at("/channel").unwrap().kind.as_deref(), Some("channel"));
    assert_eq!(tool.origin, ToolOrigin::Inferred);
}

#[test]
fn roles_depend_on_what_the_tool_does() {
    assert_eq!(role(&tool("verify_login", &["otp"]), "otp"), Role::Free);
    assert_eq!(role(&tool("search_mail", &["sender", "to"]), "to"), Role::Query);
    let reserve = tool("reserve_table", &["table", "guests:integer"]);
    assert_eq!(role(&reserve, "table"), Role::Object);
    let remove = tool("remove_user_from_group", &["user", "group"]);
    assert_eq!((role(&remove, "user"), role(&remove, "group")), (Role::Object, Role::Destination));
    assert_eq!(role(&tool("apply_discount", &["code"]), "code"), Role::Code);
    assert_eq!(role(&tool("get_zone", &["code"]), "code"), Role::Query);
    assert!(tool("query_database", &["sql"]).read_only);
}

#[test]
fn a_payment_on_the_spot_bears_any_date() {
    assert_eq!(role(&tool("send_money", &["amount", "date"]), "date"), Role::Free);
    assert_eq!(role(&tool("schedule_payment", &["amount", "date"]), "date"), Role::Time);
    assert_eq!(role(&tool("book_table", &["amount", "date"]), "date"), Role::Time);
    assert_eq!(role(&tool("create_event", &["title", "date"]), "date"), Role::Time);
}

#[test]
fn orders_that_nobody_else_sets_up_are_named_by_their_subject() {
    let names = |tool: &str| {
        returned(&described(&format!(r#"{{"name": "{tool}"}}"#)), "[].subject")
            .is_some_and(|entry| entry.names_record && entry.integrity == Integrity::Trusted)
    };
    assert!(names("list_scheduled_transfers") && names("get_standing_orders"));
    assert!(!names("list_transfers") && !names("get_scheduled_emails"));
}

#[test]
fn constants_are_free_behind_references_too() {
    let tool = described(
        r##"[{"name":"share_file","parameters":{"$defs":{"Right":{"enum":["r","rw"],"type":"string"},
            "Loop":{"$ref":"#/$defs/Loop"}},
            "properties":{"permission":{"$ref":"#/$defs/Right"},"file_id":{"type":"string"},
            "to":{"type":["string","null"]},"loop":{"$ref":"#/$defs/Loop"},"odd.name":{"type":"string"},
            "mode":{"anyOf":[{"$ref":"#/$defs/Right"},{"type":"null"}]}}}}]"##,
    );
    assert_eq!((role(&tool, "permission"), role(&tool, "mode")), (Role::Free, Role::Free));
    assert_eq!((role(&tool, "to"), role(&tool, "loop")), (Role::Destination, Role::Value));
    assert!(tool.argument_at("/odd.name").is_none());
}

#[test]
fn guests_make_a_write_a_send_where_there_are_any() {
    let meeting = tool("create_meeting", &["title", "attendees:list string"]);
    let condition = meeting.external_if.unwrap();
    assert_eq!(condition.argument.as_str(), "attendees");
    let meeting = tool("create_meeting", &["title", "attendees:list string", "cc"]);
    assert!(meeting.external_if.is_none() && meeting.effects.has(Effect::Send));
    assert!(tool("create_note", &["title"]).external_if.is_none());
}

fn returned<'a>(tool: &'a Tool, path: &str) -> Option<&'a Return> {
    tool.returns.iter().find(|field| field.path.as_str() == path)
}

fn records(name: &str) -> Option<&'static str> {
    tool(name, &[]).fields.map(|fields| fields.records.as_str())
}

#[test]
fn results_are_labelled_by_whose_they_are() {
    for (name, wanted) in [
        ("list_invoices", Some("own")),
        ("get_unread_mails", Some("mail")),
        ("list_messages", Some("mail")),
        ("get_sent_emails", Some("own")),
        ("find_contact_by_email", Some("own")),
        ("read_channel_messages", Some("chat")),
        ("search_web", None),
        ("get_hotel_reviews", None),
        ("read_file", None),
        ("list_files", Some("own")),
        ("get_document", None),
        ("run_report", None),
        ("list_comments", None),
    ] {
        assert_eq!(records(name), wanted, "{name}");
    }
    let page = tool("get_site", &["url"]);
    assert_eq!(returned(&page, "**").unwrap().confidentiality, Confidentiality::Public);
    assert_eq!(returned(&page, "**").unwrap().integrity, Integrity::Untrusted);
}

#[test]
fn a_value_is_called_as_its_tool() {
    let one = |name: &str| returned(&tool(name, &[]), "").map(|field| field.format);
    assert_eq!(one("get_balance"), Some(Format::Number));
    assert_eq!(one("get_iban"), Some(Format::Account));
    assert_eq!(one("get_current_date"), Some(Format::Date));
    assert_eq!(one("get_project_name"), Some(Format::Id), "one word, not a sentence");
    assert_eq!(one("get_answer"), None);
    assert_eq!(one("get_cell"), None);
    assert_eq!(one("delete_balance"), None);
    let password = tool("get_password", &[]);
    assert_eq!(returned(&password, "").unwrap().confidentiality, Confidentiality::Secret);
    let prices = tool("get_room_prices", &[]);
    assert_eq!(returned(&prices, "*").unwrap().key, Some(Format::Name));
    let channels = tool("get_channels", &[]);
    assert!(returned(&channels, "[]").unwrap().names_record);
    assert_eq!(channels.result, ResultShape::Text);
    assert_eq!(tool("list_teams", &[]).result, ResultShape::Lines);
    assert_eq!(tool("list_mails", &[]).result, ResultShape::Text);
}

#[test]
fn an_output_schema_is_listed() {
    let tool = described(
        r##"[{"name":"list_members","inputSchema":{"type":"object"},"outputSchema":{"type":"object",
            "$defs":{"M":{"type":"object","properties":{"id":{"type":"string"},"bio":{"type":"string"},
              "email":{"type":"string","format":"email"},"active":{"type":"boolean"},
              "frob":{"type":"string"},"level":{"type":"string","enum":["a","b"]},
              "passport_number":{"type":"string"},"up":{"$ref":"#/$defs/M"}}}},
            "properties":{"members":{"type":"array","items":{"$ref":"#/$defs/M"}},
              "reviews":{"type":"array","items":{"$ref":"#/$defs/M"}}}}}]"##,
    );
    let field = |path: &str| returned(&tool, path).map(|f| (f.integrity, f.format));
    assert_eq!(field("members[].id"), Some((Integrity::Trusted, Format::Id)));
    assert_eq!(field("members[].email"), Some((Integrity::Trusted, Format::Email)));
    assert_eq!(field("members[].active"), Some((Integrity::Trusted, Format::Boolean)));
    assert_eq!(field("members[].bio"), Some((Integrity::Untrusted, Format::Text)));
    assert_eq!(field("members[].frob"), None);
    assert_eq!(field("reviews[].id"), Some((Integrity::Untrusted, Format::Id)));
    let secret = returned(&tool, "members[].passport_number").unwrap();
    assert_eq!(secret.confidentiality, Confidentiality::Secret);
    assert_eq!((tool.result, tool.fields.is_none()), (ResultShape::Json, true));
    assert!(tool.returns.len() <= 300, "a schema that holds itself ends");
}

#[test]
fn what_is_inferred_is_safe_to_write_down() {
    for name in ["list_invoices", "get_room_prices", "read_channel_messages", "get_password"] {
        assert!(crate::config::lint(&tool(name, &[])).is_ok(), "{name}");
    }
}

#[test]
fn fields_of_objects_in_arguments_have_roles() {
    let tool = described(
        r##"[{"name":"create_event","parameters":{"properties":{
        "attendees":{"type":"array","items":{"type":"object","properties":{"email":{"type":"string"},"optional":{"type":"boolean"}}}},
        "reminder":{"type":"object","properties":{"at":{"type":"string"},"by":{"enum":["mail","push"]},"odd.name":{"type":"string"}}},
        "self":{"$ref":"#/properties/reminder"}}}}]"##,
    );
    let role = |pointer: &str| tool.argument_at(pointer).map(|argument| argument.role);
    assert_eq!(role("/attendees/0/email"), Some(Role::Destination));
    assert_eq!(role("/attendees/0/optional"), Some(Role::Free));
    assert_eq!(role("/attendees/0/more"), Some(Role::Value), "as the list");
    assert_eq!(role("/reminder/at"), Some(Role::Time));
    assert_eq!(role("/reminder/by"), Some(Role::Free));
    let paths: Vec<&str> = tool.arguments.iter().map(|argument| argument.path.as_str()).collect();
    assert!(paths.iter().all(|path| !path.contains("odd")), "{paths:?}");
    assert!(paths.len() < 60, "a schema that holds itself ends: {}", paths.len());
    assert!(tool.external_if.is_some_and(|guests| guests.argument.root() == Some("attendees")));
}

#[test]
fn a_text_of_a_systems_own_records_is_read_by_field() {
    let shape = |name: &str| tool(name, &["id"]).result;
    for name in ["get_order", "get_user_details", "search_flights", "find_contacts"] {
        assert_eq!(shape(name), ResultShape::Json, "{name}");
    }
    for name in [
        "read_file",
        "get_page",
        "get_ticket_description",
        "get_note",
        "fetch_order",
        "get_email",
        "get_document",
        "get_csv",
        "create_order",
        "get_url",
    ] {
        assert_ne!(shape(name), ResultShape::Json, "{name}");
    }
}
